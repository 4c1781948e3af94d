"""Listings that are found by way of another page, and sources that are one page themselves."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from crawler.model import Verdict
from tests.crawling import Watch, result_of, told
from tests.newsroom import source_block, write_config
from tests.siteserver import make_route

HALF_DAY = timedelta(hours=12)
JSON = {"content-type": "application/json"}
COLUMNS = [{"id": 3300 + number, "name": f"栏目{number}", "children": []} for number in range(12)]
INDEX = f"""<html><head><meta charset="utf-8"><title>青湖区政府信息公开</title></head><body><div id="app"></div>
<script>window._CONFIG = {{SID: '990017', TREE: {json.dumps(COLUMNS)}}}</script></body></html>"""
PAGE = """<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>{title}</title>
<meta name="ArticleTitle" content="{title}"><meta name="PubDate" content="2026-03-01 09:00:00"></head><body>
<div id="zoom"><p>{title}已经区人民政府常务会议审议通过，现予公布，自二〇二六年四月一日起施行。</p>
<p>补助标准为每亩{fee}元，由区水务局会同区财政局组织实施，任何单位和个人不得截留。</p></div></body></html>"""


def documents(site, *slugs: str, **flags: int) -> str:
    rows = [
        {
            "id": number,
            "title": f"{slug}补助办法",
            "url": site.url(f"/{slug}.html"),
            "created_at": "2026-03-01 09:00:00",
            **flags,
        }
        for number, slug in enumerate(slugs)
    ]
    for row, slug in zip(rows, slugs, strict=True):
        site.route(f"/{slug}.html", body=PAGE.format(title=row["title"], fee=120))
    return json.dumps({"articles": rows})


def list_path(page: int) -> str:
    return f"/gkmlpt/api/all/0?page={page}&sid=990017"


@pytest.fixture
def tree(site):
    """A tree whose index never changes, with two documents on its only page."""
    site.route("/gkmlpt/index", body=INDEX, etag=True)
    site.route(list_path(1), body=documents(site, "jieshui", "dukou"), headers=JSON, etag=True)
    site.route(list_path(2), body="", status=404)
    return site


def test_a_list_behind_an_unchanged_index_is_read_at_every_check(tmp_path, tree):
    watch = Watch(write_config(tmp_path, tree, source_block("qinghu", tree.url("/gkmlpt/index"), "gkmlpt")))
    first = watch.crawl()
    tree.route(list_path(1), body=documents(tree, "jieshui", "dukou", "tanfan"), headers=JSON, etag=True)

    second = watch.crawl()

    assert result_of(first, "qinghu").listed == 2
    assert told(second) == [("new", "tanfan补助办法")]
    assert tree.count("/gkmlpt/index") == 2


def test_a_page_behind_the_last_one_ends_the_list_and_is_no_fault(tmp_path, tree):
    block = source_block("qinghu", tree.url("/gkmlpt/index"), "gkmlpt", options="{max_pages = 3}")
    report = Watch(write_config(tmp_path, tree, block)).crawl()

    assert result_of(report, "qinghu").listed == 2
    assert tree.count(list_path(2)) == 1
    assert not report.failed


def test_a_list_that_fails_behind_its_index_is_a_fault_and_no_empty_listing(tmp_path, tree):
    watch = Watch(write_config(tmp_path, tree, source_block("qinghu", tree.url("/gkmlpt/index"), "gkmlpt")))
    watch.crawl()
    tree.route(list_path(1), body="", status=404)

    report = watch.crawl()

    assert result_of(report, "qinghu").verdict is Verdict.NOT_FOUND
    assert told(report) == []


def test_the_first_check_of_a_list_that_fails_is_no_baseline(tmp_path, tree):
    tree.route(list_path(1), body="", status=500)
    report = Watch(write_config(tmp_path, tree, source_block("qinghu", tree.url("/gkmlpt/index"), "gkmlpt"))).crawl()

    assert report.failed
    assert not result_of(report, "qinghu").baseline


@pytest.mark.parametrize("etag", [True, False])
def test_a_document_that_is_abolished_is_edited_though_its_page_stays_byte_for_byte(tmp_path, tree, etag):
    tree.route("/jieshui.html", body=PAGE.format(title="jieshui补助办法", fee=120), etag=etag)
    block = source_block("qinghu", tree.url("/gkmlpt/index"), "gkmlpt")
    watch = Watch(write_config(tmp_path, tree, block))
    rows = documents(tree, "jieshui")
    tree.route("/jieshui.html", body=PAGE.format(title="jieshui补助办法", fee=120), etag=etag)
    tree.route(list_path(1), body=rows, headers=JSON)
    watch.crawl()

    abolished = json.dumps({"articles": [{**json.loads(rows)["articles"][0], "is_abolished": 1}]})
    tree.route(list_path(1), body=abolished, headers=JSON)
    report, quiet = watch.crawl(recheck="due"), watch.crawl()
    tree.route(list_path(1), body=rows, headers=JSON)
    valid_again = watch.crawl(recheck="due")

    assert told(report) == told(valid_again) == [("edited", "jieshui补助办法")]
    assert told(quiet) == []
    edit = watch.changes()[1]
    assert (edit.fields, edit.cause, edit.level.value) == (("status",), "listing", "high")
    assert [(fact.field, fact.before, fact.after) for fact in edit.facts] == [("status", None, "废止")]


def test_all_sitemaps_of_an_index_are_read(tmp_path, site):
    documents(site, "a", "b")
    maps = "".join(f"<sitemap><loc>{site.url(f'/map-{name}.xml')}</loc></sitemap>" for name in "ab")
    site.route("/sitemap.xml", body=f'<?xml version="1.0"?><sitemapindex>{maps}</sitemapindex>')
    for name in "ab":
        pages = f"<url><loc>{site.url(f'/{name}.html')}</loc></url>"
        site.route(f"/map-{name}.xml", body=f'<?xml version="1.0"?><urlset>{pages}</urlset>')
    watch = Watch(write_config(tmp_path, site, source_block("maps", site.url("/sitemap.xml"), "sitemap")))

    report = watch.crawl()

    assert result_of(report, "maps").listed == 2
    assert sorted(watch.articles()) == ["a", "b"]


def test_a_page_that_is_its_own_source_is_edited_without_waiting_for_the_ladder(tmp_path, site):
    site.route("/fees.html", body=PAGE.format(title="收费标准", fee=120))
    watch = Watch(write_config(tmp_path, site, source_block("fees", site.url("/fees.html"), "page")))
    watch.crawl()
    site.route("/fees.html", body=PAGE.format(title="收费标准", fee=210))

    report = watch.crawl(recheck="none")

    assert told(report) == [("edited", "收费标准")]


def test_a_page_that_is_its_own_source_is_removed_when_it_says_that_it_is_gone(tmp_path, site):
    site.route("/fees.html", body=PAGE.format(title="收费标准", fee=120))
    watch = Watch(write_config(tmp_path, site, source_block("fees", site.url("/fees.html"), "page")))
    watch.crawl()
    gone = "<html><head><title>页面不存在</title></head><body><p>您访问的页面不存在或已删除</p></body></html>"
    site.route("/fees.html", body=gone)

    signs = [watch.crawl(after=HALF_DAY) for _ in range(3)]

    assert [told(report) for report in signs] == [[], [], [("removed", "收费标准")]]


def test_an_old_page_that_is_its_own_source_is_looked_for_as_soon_as_it_is_gone(tmp_path, site):
    site.route("/fees.html", body=PAGE.format(title="收费标准", fee=120))
    watch = Watch(write_config(tmp_path, site, source_block("fees", site.url("/fees.html"), "page")))
    watch.crawl()
    watch.crawl(after=26 * HALF_DAY)  # the age ladder asks for it again in two weeks and more
    site.route("/fees.html", body="<h1>404</h1>", status=404)

    signs = [watch.crawl(after=HALF_DAY, recheck="due") for _ in range(3)]

    assert [told(report) for report in signs] == [[], [], [("removed", "收费标准")]]


def test_a_list_that_answers_every_page_with_its_first_ends_there_whatever_clock_it_shows(tmp_path, site):
    """From abroad some sites ignore the number of the page; their template still prints the time."""
    items = "".join(
        f'<li><a href="/tzgg/2026-03/0{n}/content_900{n}.html">关于第{n}批补助的公示通知</a><i>2026-03-0{n}</i></li>'
        for n in range(1, 6)
    )
    for n in range(1, 6):
        site.route(
            f"/tzgg/2026-03/0{n}/content_900{n}.html",
            body=PAGE.format(title=f"关于第{n}批补助资金的公示通知", fee=100 + n),
        )
    served = []

    def answer(asked):
        served.append(asked.path)
        following = f'<div class="page"><a href="/tzgg/?page={len(served) + 1}">下一页</a></div>'
        return make_route(f"<html><body><p>现在是第{len(served)}秒</p><ul>{items}</ul>{following}</body></html>")

    site.compute("/tzgg/", answer)
    block = source_block("tzgg", site.url("/tzgg/"), "html_list", options="{max_pages = 9}")

    report = Watch(write_config(tmp_path, site, block)).crawl()

    assert result_of(report, "tzgg").listed == 5
    assert served == ["/tzgg/", "/tzgg/?page=2"]
    assert not report.failed


def test_a_stub_behind_the_last_page_ends_the_list_and_concludes_nothing(tmp_path, site):
    items = "".join(
        f'<li><a href="/t2026030{n}_900{n}.html">关于第{n}批补助资金的公示通知</a><span>2026-03-0{n}</span></li>'
        for n in range(1, 6)
    )
    for n in range(1, 6):
        site.route(f"/t2026030{n}_900{n}.html", body=PAGE.format(title=f"关于第{n}批补助资金的公示通知", fee=100 + n))
    pager = '<script>createPageHTML(40, 0, "index", "shtml");</script>'
    site.route("/gk/", body=f"<html><body><ul>{items}</ul>{pager}</body></html>")
    site.route("/gk/index_1.shtml", body="<html><head><title></title></head><body></body></html>" + " " * 260)
    block = source_block("gk", site.url("/gk/"), "html_list", options="{max_pages = 9}")
    watch = Watch(write_config(tmp_path, site, block))

    reports = [watch.crawl(), watch.crawl()]

    assert result_of(reports[0], "gk").listed == 5
    assert site.count("/gk/index_1.shtml") == 1
    assert not any(report.failed for report in reports)
    assert told(reports[1]) == []


@pytest.mark.parametrize(
    ("body", "failed"), [('{"status":404,"message":"no documents"}', False), ("<h1>gone</h1>", True)]
)
def test_not_found_from_an_interface_that_finds_nothing_is_an_empty_list(tmp_path, site, body, failed):
    site.route("/api/v1/documents.json", body=body, status=404)
    block = source_block("fr", site.url("/api/v1/documents.json?conditions[term]=quay"), "federal_register")

    report = Watch(write_config(tmp_path, site, block)).crawl()

    assert (bool(report.failed), result_of(report, "fr").listed) == (failed, 0)
