"""Articles that a listing of everything leaves out: looked at for that, believed gone only on their own evidence."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from crawler.model import ArticleState, IncidentReason
from crawler.pipeline.result import Recheck
from tests.crawling import Watch, told
from tests.newsroom import source_block, write_config
from tests.siteserver import make_route

JSON = {"content-type": "application/json"}
LIST = "/gkmlpt/api/all/3310?page={}&sid=990017"
DAY = timedelta(days=1)
PAGE = """<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>{0}</title>
<meta name="ArticleTitle" content="{0}"><meta name="PubDate" content="2026-03-01 09:00:00"></head><body>
<div id="zoom"><p>{0}已经区人民政府常务会议审议通过，现予公布，自二〇二六年四月一日起施行。</p>
<p>补助标准为每亩一百二十元，由区水务局会同区财政局组织实施，任何单位和个人不得截留。</p></div></body></html>"""


class Column:
    """One column of a tree, with the number of documents that its publisher counts."""

    def __init__(self, site) -> None:
        self.site = site
        self.pages: list[list[str]] = []

    def show(self, *pages: str, count: int | None) -> None:
        self.pages = [page.split() for page in pages]
        classify = {} if count is None else {"classify": {"id": 3310, "name": "政策文件", "post_count": count}}
        for number, slugs in enumerate(self.pages, 1):
            rows = [
                {"id": slug, "title": f"{slug}补助办法", "url": self.url(slug), "created_at": "2026-03-01 09:00:00"}
                for slug in slugs
            ]
            self.site.route(LIST.format(number), body=json.dumps({**classify, "articles": rows}), headers=JSON)
        self.site.route(LIST.format(len(self.pages) + 1), body="", status=404)

    def url(self, slug: str) -> str:
        return self.site.url(f"/{slug}.html")

    def publish(self, *slugs: str) -> None:
        for slug in slugs:
            self.site.route(f"/{slug}.html", body=PAGE.format(f"{slug}补助办法"), etag=True)

    def watch(self, folder, pages: int = 1) -> Watch:
        block = source_block("qinghu", self.site.url(LIST.format(1)), "gkmlpt", options=f"{{max_pages = {pages}}}")
        return Watch(write_config(folder, self.site, block))


@pytest.fixture
def column(site):
    column = Column(site)
    column.publish("dukou", "jieshui", "tanfan")
    return column


def grow_old(watch: Watch) -> None:
    """A baseline, and a look at everything so late that nothing is due soon."""
    watch.crawl()
    watch.crawl(after=13 * DAY)


def test_a_document_that_leaves_a_column_read_wholly_is_looked_at_and_its_removal_proven(tmp_path, column, site):
    column.show("dukou jieshui tanfan", count=3)
    watch = column.watch(tmp_path)
    grow_old(watch)
    column.show("dukou jieshui", count=2)
    site.route("/tanfan.html", body="", status=404)

    reports = [watch.crawl(after=days * DAY, recheck=Recheck.DUE) for days in (2, 1, 1)]

    assert [told(report) for report in reports] == [[], [], [("removed", "tanfan补助办法")]]


def test_a_column_of_several_pages_counts_as_whole_when_all_of_them_were_read(tmp_path, column, site):
    column.show("dukou jieshui", "tanfan", count=3)
    watch = column.watch(tmp_path, pages=3)
    grow_old(watch)
    column.show("dukou", "tanfan", count=2)
    site.route("/jieshui.html", body="", status=410)

    watch.crawl(after=2 * DAY, recheck=Recheck.DUE)

    assert watch.articles()["jieshui"][0].state is ArticleState.MISSING


@pytest.mark.parametrize("count", [None, 212, 1], ids=["uncounted", "a window", "counts something else"])
def test_being_pushed_out_of_a_list_that_is_not_all_there_is_brings_nobody_to_look(tmp_path, column, site, count):
    column.show("dukou jieshui tanfan", count=count)
    watch = column.watch(tmp_path)
    grow_old(watch)
    column.show("xinwen dukou jieshui", count=count)
    site.forget()

    watch.crawl(after=2 * DAY, recheck=Recheck.DUE)

    assert site.count("/tanfan.html") == 0


def test_a_page_that_is_still_there_is_asked_for_once_a_day_and_is_nothing(tmp_path, column, site):
    column.show("dukou jieshui tanfan", count=3)
    watch = column.watch(tmp_path)
    grow_old(watch)
    site.forget()
    looks = []
    for hour in range(3):
        column.show(f"dukou jieshui {'x' * (hour + 1)}", count=3)
        column.publish("x" * (hour + 1))
        watch.crawl(after=2 * DAY if not hour else timedelta(hours=1), recheck=Recheck.DUE)
        looks.append(site.count("/tanfan.html"))

    assert looks == [1, 1, 1]
    assert watch.articles()["tanfan"][0].state is ArticleState.PRESENT


def test_nothing_known_is_asked_for_where_rechecks_are_off(tmp_path, column, site):
    column.show("dukou jieshui tanfan", count=3)
    watch = column.watch(tmp_path)
    grow_old(watch)
    column.show("dukou jieshui", count=2)
    site.forget()

    watch.crawl(after=2 * DAY, recheck=Recheck.NONE)

    assert site.count("/tanfan.html") == 0


# -- listings that hold only what is new --

ATOM = 'xmlns="http://www.w3.org/2005/Atom" xmlns:openSearch="http://a9.com/-/spec/opensearchrss/1.0/"'


class Blog:
    """A Blogger blog: its feed keeps to ``updated-min`` and never shows a deleted post."""

    def __init__(self, site) -> None:
        self.site = site
        self.posts: dict[str, str] = {}
        site.compute("/feeds/posts/default", self.feed)

    def publish(self, slug: str, day: str) -> None:
        self.posts[slug] = f"{day}T09:00:00+00:00"
        title = f"Notice on the {slug}"
        text = "".join(f"<p>The harbour office moves berth {n} of the {slug} quay in May.</p>" for n in range(9))
        page = f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{text}</article></body></html>"
        self.site.route(f"/2026/03/{slug}.html", body=page)

    def delete(self, slug: str) -> None:
        del self.posts[slug]
        self.site.route(f"/2026/03/{slug}.html", body="", status=404)

    def feed(self, asked):
        since = parse_qs(urlsplit(asked.path).query).get("updated-min", [""])[0]
        shown = {slug: at for slug, at in self.posts.items() if at >= since}
        entries = "".join(
            f"<entry><id>tag:blogger.com,1999:blog-1.post-{slug}</id><title>Notice on the {slug}</title>"
            f"<published>{at}</published><updated>{at}</updated>"
            f'<link rel="alternate" type="text/html" href="{self.site.url(f"/2026/03/{slug}.html")}"/></entry>'
            for slug, at in sorted(shown.items(), key=lambda each: each[1], reverse=True)
        )
        total = f"<openSearch:totalResults>{len(shown)}</openSearch:totalResults>"
        return make_route(f'<?xml version="1.0"?><feed {ATOM}><title>Harbour</title>{total}{entries}</feed>')


@pytest.fixture
def blog(site):
    blog = Blog(site)
    for number, slug in enumerate(("dock", "lock", "pier", "quay")):
        blog.publish(slug, f"2026-02-{10 + 5 * number}")
    return blog


def test_the_newest_post_of_a_blog_that_is_deleted_leaves_nothing_listed_and_is_told_as_removed(tmp_path, blog, site):
    watch = Watch(write_config(tmp_path, site, source_block("harbour", site.url("/"), "blogger")))
    watch.crawl()
    blog.delete("quay")

    reports = [watch.crawl(after=DAY) for _ in range(3)]

    assert not any(report.failed for report in reports)
    assert [told(report) for report in reports] == [[], [], [("removed", "Notice on the quay")]]
    assert not [incident for report in reports for incident in report.incidents]


def test_new_posts_beside_a_deleted_newest_one_are_no_gap(tmp_path, blog, site):
    watch = Watch(write_config(tmp_path, site, source_block("harbour", site.url("/"), "blogger")))
    watch.crawl()
    blog.delete("quay")
    blog.publish("mole", "2026-03-02")
    blog.publish("ramp", "2026-03-02")

    report = watch.crawl(after=DAY)

    assert sorted(told(report)) == [("new", "Notice on the mole"), ("new", "Notice on the ramp")]
    assert not report.incidents


def test_a_deleted_old_post_is_missed_when_the_whole_feed_is_read_again(tmp_path, blog, site):
    watch = Watch(write_config(tmp_path, site, source_block("harbour", site.url("/"), "blogger")))
    watch.crawl()
    watch.crawl(after=40 * DAY)
    blog.delete("dock")
    for _ in range(49):
        watch.crawl(after=timedelta(hours=1), recheck=Recheck.DUE)

    assert watch.articles()["dock"][0].state is ArticleState.MISSING


NEWS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def news_sitemap(site, *slugs: str, day: str = "2026-03-02") -> None:
    rows = "".join(
        f"<url><loc>{site.url(f'/{slug}.html')}</loc><news:news><news:publication_date>{day}</news:publication_date>"
        f"<news:title>{slug}补助办法</news:title></news:news></url>"
        for slug in slugs
    )
    site.route("/news.xml", body=f'<?xml version="1.0"?><urlset {NEWS}>{rows}</urlset>')


def test_a_news_sitemap_without_news_is_a_quiet_weekend_and_no_fault(tmp_path, column, site):
    watch = Watch(write_config(tmp_path, site, source_block("news", site.url("/news.xml"), "sitemap")))
    news_sitemap(site)
    reports = [watch.crawl()]
    news_sitemap(site, "dukou", "jieshui")
    reports.append(watch.crawl())
    news_sitemap(site)
    reports += [watch.crawl(), watch.crawl()]

    assert not any(report.failed or report.incidents for report in reports)
    assert [sorted(told(report)) for report in reports] == [
        [],
        [("new", "dukou补助办法"), ("new", "jieshui补助办法")],
        [],
        [],
    ]


def test_a_news_sitemap_that_moved_on_while_nobody_looked_is_a_gap(tmp_path, column, site):
    watch = Watch(write_config(tmp_path, site, source_block("news", site.url("/news.xml"), "sitemap")))
    column.publish("a", "b", "c")
    news_sitemap(site, "dukou", "jieshui")
    watch.crawl()
    news_sitemap(site, "a", "b", day="2026-03-12")

    report = watch.crawl(after=10 * DAY)

    assert [incident.reason for incident in report.incidents] == [IncidentReason.GAP]


def test_a_plain_sitemap_that_lists_nothing_any_more_is_a_fault(tmp_path, column, site):
    watch = Watch(write_config(tmp_path, site, source_block("maps", site.url("/map.xml"), "sitemap")))
    site.route("/map.xml", body=f"<urlset><url><loc>{site.url('/dukou.html')}</loc></url></urlset>")
    watch.crawl()
    site.route("/map.xml", body="<urlset></urlset>")

    assert watch.crawl().failed
