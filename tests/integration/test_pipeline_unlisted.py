"""Articles that a listing of everything leaves out: looked at for that, believed gone only on their own evidence."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from crawler.model import ArticleState
from crawler.pipeline.check import Recheck
from tests.crawling import Watch, told
from tests.newsroom import source_block, write_config

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
def test_leaving_a_list_that_is_not_all_there_is_brings_nobody_to_look(tmp_path, column, site, count):
    column.show("dukou jieshui tanfan", count=count)
    watch = column.watch(tmp_path)
    grow_old(watch)
    column.show("dukou jieshui", count=count)
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
