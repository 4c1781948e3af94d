"""Files of articles whose text comes with their listing: hashed, looked at again, and told when they are exchanged."""

from __future__ import annotations

from datetime import timedelta
from html import escape

import pytest

from crawler.model import ArticleState
from crawler.pipeline.result import Recheck
from tests.crawling import Watch, told
from tests.newsroom import source_block, write_config
from tests.papers import make_pdf, write_lines
from tests.siteserver import make_route

DAY = timedelta(days=1)


class Bulletin:
    """A feed that holds its articles whole, each with a file."""

    def __init__(self, site) -> None:
        self.site = site
        self.items: dict[str, str] = {}
        site.compute("/feed.xml", self.feed)

    def publish(self, slug: str, fee: str = "120 euros") -> None:
        link = f'<a href="{self.site.url(f"/files/{slug}.pdf")}">Table of fees</a>'
        self.items[slug] = f"<p>The fee at the {slug} is {fee} a night, and it is due on arrival.</p><p>{link}</p>"

    def put(self, slug: str, rate: str) -> None:
        body = make_pdf([write_lines(f"The surcharge is {rate}.")])
        self.site.route(f"/files/{slug}.pdf", body, content_type="application/pdf", etag=True)

    def feed(self, _):
        items = "".join(
            f"<item><title>Fees at the {slug}</title><link>{self.site.url(f'/{slug}.html')}</link><guid>{slug}</guid>"
            f"<pubDate>Sun, 01 Mar 2026 09:00:00 GMT</pubDate><description>{escape(body)}</description></item>"
            for slug, body in self.items.items()
        )
        head = f"<title>Fees</title><link>{self.site.url('/')}</link><description>Fees</description>"
        return make_route(f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}</channel></rss>', etag=True)


@pytest.fixture
def bulletin(site):
    bulletin = Bulletin(site)
    for slug in ("dock", "pier"):
        bulletin.publish(slug)
        bulletin.put(slug, "5%")
    return bulletin


@pytest.fixture
def watch(tmp_path, site, bulletin):
    block = source_block("fees", site.url("/feed.xml"), follow="false", attachments='"text"')
    return Watch(write_config(tmp_path, site, block))


def test_a_file_is_hashed_and_read_though_the_page_of_its_article_is_never_asked_for(watch, site):
    watch.crawl()

    known, article = watch.articles()["dock"]
    assert [file.sha256 for file in known.files] == [each.sha256 for each in article.attachments] != [""]
    assert article.attachments[0].blocks[0].text == "The surcharge is 5%."
    assert site.count("/dock.html") == 0


def test_a_file_that_is_exchanged_behind_an_unchanged_feed_is_an_edit(watch, bulletin, site):
    watch.crawl()
    bulletin.put("pier", "15%")

    report = watch.crawl(recheck=Recheck.DUE)

    assert told(report) == [("edited", "Fees at the pier")]
    (change,) = report.changes
    assert (change.fields, [(fact.before, fact.after) for fact in change.facts]) == (("attachments",), [("5%", "15%")])
    assert b"%PDF" in watch.snapshot(change.evidence.after.sha256)
    assert told(watch.crawl(recheck=Recheck.DUE)) == []
    assert site.count("/pier.html") == 0


def test_a_file_is_still_watched_when_its_article_has_left_the_window_of_the_feed(watch, bulletin):
    watch.crawl()
    del bulletin.items["pier"]
    bulletin.publish("quay")
    bulletin.put("quay", "7%")
    watch.crawl()
    bulletin.put("pier", "15%")

    assert told(watch.crawl(after=DAY, recheck=Recheck.DUE)) == [("edited", "Fees at the pier")]


def test_a_text_that_changes_in_the_feed_is_told_once_and_its_file_is_not_read_anew(watch, bulletin):
    watch.crawl()
    bulletin.publish("dock", fee="150 euros")

    reports = [watch.crawl(recheck=Recheck.DUE) for _ in range(2)]

    assert [told(report) for report in reports] == [[("edited", "Fees at the dock")], []]
    assert reports[0].changes[0].fields == ("body",)


def test_a_file_that_does_not_come_any_more_says_nothing_of_its_article(watch, site):
    watch.crawl()
    site.route("/files/dock.pdf", b"", status=404)

    reports = [watch.crawl(after=DAY) for _ in range(4)]

    assert [told(report) for report in reports] == [[]] * 4
    assert watch.articles()["dock"][0].state is ArticleState.PRESENT


def test_articles_without_files_do_not_keep_those_with_files_waiting(tmp_path, site, bulletin):
    block = source_block("fees", site.url("/feed.xml"), follow="false")
    for number in range(210):
        bulletin.items[f"a{number:03}"] = "<p>The fee at this berth is 9 euros a night, and it is due on arrival.</p>"
    watch = Watch(write_config(tmp_path, site, block))
    watch.crawl()
    bulletin.put("pier", "15%")

    reports = [watch.crawl(recheck=Recheck.DUE) for _ in range(3)]

    assert ("edited", "Fees at the pier") in [each for report in reports for each in told(report)]
