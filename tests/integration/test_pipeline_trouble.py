"""Bad input over real HTTP: what was known stays known, nothing is concluded, other sources go on."""

from __future__ import annotations

import gzip
import sqlite3
import zlib
from datetime import timedelta

import pytest

from crawler.errors import StoreLocked
from crawler.fetcher.client import HttpFetcher
from crawler.model import ArticleState, IncidentReason, Verdict
from tests.crawling import Watch, result_of, told
from tests.newsroom import Newsroom, source_block, write_config
from tests.siteserver import SiteServer, make_route

MEGABYTE = 1024 * 1024
#: A bomb: a few kilobytes that unpack to a quarter of a gigabyte.
BOMB = gzip.compress(b"\0" * MEGABYTE, 9) * 256


@pytest.fixture
def other(site):
    other = Newsroom(site, name="port")
    other.publish_many(2, name="pier")
    return other


@pytest.fixture
def watch(tmp_path, site, room, other):
    blocks = (source_block("harbour", room.feed), source_block("port", other.feed))
    return Watch(write_config(tmp_path, site, *blocks))


def bad_answers(site: SiteServer) -> dict:
    """What a page may answer instead of the article, by name."""
    with SiteServer() as elsewhere:  # closed again: nobody is allowed to go there anyway
        forbidden_port = elsewhere.port
    packed = {"Content-Encoding": "gzip"}
    return {
        "zero bytes": {"body": b""},
        "gzip bomb": {"body": BOMB, "headers": packed},
        "deflate bomb": {"body": zlib.compress(b" " * (64 * MEGABYTE)), "headers": {"Content-Encoding": "deflate"}},
        "broken gzip": {"body": gzip.compress(b"<p>cut</p>" * 500)[:40], "headers": packed},
        "other port": {"status": 302, "headers": {"Location": f"http://127.0.0.1:{forbidden_port}/secret"}},
        "metadata": {"status": 302, "headers": {"Location": "http://169.254.169.254/latest/meta-data/"}},
        "a file": {"status": 302, "headers": {"Location": "file:///etc/passwd"}},
        "itself": {"status": 302, "headers": {"Location": "/news/bridge-1.html"}},
        "cut short": {"body": b"<p>" + b"x" * 1000, "headers": {"Content-Length": "5000"}, "cut": 500},
        "an image": {"body": b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "content_type": "image/png"},
        "no page at all": {"raw": b"HTTP/1.1 2OO fine\r\n\r\n"},
        "noise": {"body": bytes(range(256)) * 40},
        "500": {"body": "<h1>Internal error</h1>", "status": 500},
        "403": {"body": "<h1>Forbidden</h1>", "status": 403},
        "429": {"body": "", "status": 429, "headers": {"Retry-After": "3600"}},
    }


@pytest.mark.parametrize("name", list(bad_answers(None)))
def test_an_article_that_answers_badly_stays_as_it_was_known(watch, room, other, site, name):
    watch.crawl()
    before = watch.articles()["bridge-1"]
    site.route("/news/bridge-1.html", **{"body": "", **bad_answers(site)[name]})
    room.edit("bridge-2", "120 euros", "150 euros")
    other.publish("lock")

    report = watch.crawl()
    again = watch.crawl()

    known, text = watch.articles()["bridge-1"]
    assert text == before[1]
    assert (known.revision, known.fingerprint, known.state) == (1, before[0].fingerprint, ArticleState.PRESENT)
    told_of = {title for _, title in [*told(report), *told(again)]}
    if name != "429":  # a host that asks for a pause is given it, by every source
        assert told_of == {"Notice on the bridge-2 works", "Notice on the lock works"}
    assert all(result.is_well for result in report.results) or name == "429"


def test_an_article_of_fifty_megabytes_is_refused_in_bounded_memory(watch, site):
    watch.crawl()
    site.route("/news/bridge-1.html", b"<p>" + b"long " * (10 * MEGABYTE), chunked=True)

    report = watch.crawl()

    assert told(report) == []
    assert watch.articles()["bridge-1"][0].revision == 1
    assert max(path.stat().st_size for path in (watch.folder / "data").rglob("*") if path.is_file()) < 5 * MEGABYTE


@pytest.mark.parametrize("name", ["zero bytes", "gzip bomb", "metadata", "500", "an image"])
def test_a_new_article_whose_page_answers_badly_is_told_from_the_listing(watch, room, site, name):
    watch.crawl()
    room.publish("lock")
    site.route("/news/lock.html", **{"body": "", **bad_answers(site)[name]})

    assert told(watch.crawl()) == [("new", "Notice on the lock works")]
    room.restore("lock")
    assert told(watch.crawl()) == []
    assert "120 euros" in watch.articles()["lock"][1].text


BAD_FEEDS = {
    "HTML": {"body": "<!doctype html><html><body><h1>Our site is new</h1><p>Welcome.</p></body></html>"},
    "HTML that calls itself RSS": {
        "body": "<!doctype html><html><body><p>Hello</p></body></html>",
        "content_type": "application/rss+xml",
    },
    "zero bytes": {"body": b"", "content_type": "application/rss+xml"},
    "gzip bomb": {"body": BOMB, "headers": {"Content-Encoding": "gzip"}, "content_type": "application/rss+xml"},
    "entity bomb": {
        "body": '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">'
        + "".join(f'<!ENTITY a{n} "{f"&a{n - 1 if n > 1 else str()};" * 10}">' for n in range(1, 12))
        + "]><rss><channel><title>&a11;</title></channel></rss>",
        "content_type": "application/rss+xml",
    },
    "outside entity": {
        "body": '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
        "<rss><channel><title>&f;</title></channel></rss>",
        "content_type": "application/rss+xml",
    },
    "metadata": {"status": 301, "headers": {"Location": "http://169.254.169.254/feed.xml"}},
    "404": {"body": "<h1>Not found</h1>", "status": 404},
    "503": {"body": "", "status": 503},
    "challenge": {"body": "<html><script>document.cookie='x'</script></html>", "status": 412},
    "nothing": {"raw": b""},
}


@pytest.mark.parametrize("name", list(BAD_FEEDS))
def test_a_feed_that_answers_badly_fails_this_source_and_no_other(watch, room, other, site, name):
    watch.crawl()
    before = watch.articles()
    site.route("/news/feed.xml", **{"body": "", **BAD_FEEDS[name]})
    other.publish("lock")

    first, second = watch.crawl(), watch.crawl()

    assert [result.source.id for result in first.failed] == ["harbour"]
    assert result_of(first, "harbour").reason
    assert told(first) == [("new", "Notice on the lock works")]
    assert len(second.incidents) == 1
    assert {slug: each for slug, each in watch.articles().items() if slug in before}.keys() == before.keys()
    room.mend_feed()
    well = watch.crawl()
    assert (well.failed, told(well), [each.state for each in well.incidents]) == ([], [], ["closed"])


def test_the_verdict_on_a_feed_that_became_html_says_what_it_saw(watch, site):
    watch.crawl()
    welcome = "<p>Welcome to our new site. Notices are now found under Services.</p>" * 20
    site.route("/news/feed.xml", f"<!doctype html><html><body><h1>Harbour Office</h1>{welcome}</body></html>")

    failed = result_of(watch.crawl(), "harbour")

    assert failed.verdict in (Verdict.UNEXPECTED, Verdict.WRONG_TYPE)
    assert "html" in failed.reason.lower()


def test_a_redirect_to_the_metadata_service_says_so_and_never_goes_there(watch, site):
    watch.crawl()
    site.redirect("/news/feed.xml", "http://169.254.169.254/feed.xml")

    failed = result_of(watch.crawl(), "harbour")

    assert "169.254.169.254" in failed.reason


def test_a_redirect_to_a_port_that_is_not_allowed_is_never_followed(watch, site):
    watch.crawl()
    with SiteServer() as secret:
        secret.route("/feed.xml", "<rss/>")
        site.redirect("/news/feed.xml", secret.url("/feed.xml"))
        failed = result_of(watch.crawl(), "harbour")

        assert secret.requests == []
    assert "127.0.0.1" in failed.reason


def test_a_removal_needs_a_source_that_is_well_each_time(watch, room):
    watch.crawl()
    room.break_page("bridge-1")
    half_a_day = timedelta(hours=12)

    kinds = []
    for number in range(6):
        (room.break_feed if number % 2 else room.mend_feed)()
        kinds.append(told(watch.crawl(after=half_a_day)))

    assert [bool(each) for each in kinds] == [False, False, False, False, True, False]
    removed = next(change for change in watch.changes() if change.kind == "removed")
    assert len(removed.evidence.observations) == 3


def test_a_partial_listing_proves_no_removal(tmp_path, site):
    room = Newsroom(site)
    room.publish_many(12)
    watch = Watch(write_config(tmp_path, site, source_block("harbour", room.feed)))
    watch.crawl()
    room.break_page("bridge-1")
    room.window = 1

    watch.crawl(after=timedelta(hours=12))

    assert watch.articles()["bridge-1"][0].absence is None


def test_robots_that_close_the_door_are_obeyed_and_told_as_such(tmp_path, site, room):
    block = source_block("harbour", room.feed, fetch="{ respect_robots = true }")
    watch = Watch(write_config(tmp_path, site, block))
    site.route("/robots.txt", "User-agent: *\nDisallow:\n", content_type="text/plain")
    watch.crawl()
    site.route("/robots.txt", "User-agent: *\nDisallow: /news/\n", content_type="text/plain")
    site.forget()

    reports = [watch.crawl(after=timedelta(days=2)) for _ in range(2)]

    assert [result_of(report, "harbour").verdict for report in reports] == [Verdict.BLOCKED] * 2
    assert [each.reason for each in reports[1].incidents] == [IncidentReason.ROBOTS_DISALLOWED]
    assert site.count("/news/feed.xml") == 0


def test_a_mistake_of_our_own_fails_one_source_and_leaves_the_others(watch, other, monkeypatch, caplog):
    watch.crawl()
    other.publish("lock")
    fetch = HttpFetcher.fetch

    async def break_off(self, request, source):
        if source.id == "harbour":
            raise RuntimeError("a mistake")
        return await fetch(self, request, source)

    monkeypatch.setattr(HttpFetcher, "fetch", break_off)
    first, second = watch.crawl(), watch.crawl()

    assert [result.source.id for result in first.failed] == ["harbour"]
    assert "RuntimeError: a mistake" in first.failed[0].reason
    assert told(first) == [("new", "Notice on the lock works")]
    assert [each.reason for each in second.incidents] == [IncidentReason.PARSER_DRIFT]
    assert "harbour" in caplog.text


def test_a_database_that_is_locked_in_mid_crawl_ends_it_with_clear_words(watch, room, site, monkeypatch):
    watch.crawl()
    room.publish("lock")
    path = watch.folder / "data" / "gazette.db"
    holders = []

    def hold(_):
        if not holders:
            holders.append(sqlite3.connect(path, check_same_thread=False))
            holders[0].execute("BEGIN EXCLUSIVE")
        return make_route(room._page(room.find("lock")))

    site.compute("/news/lock.html", hold)
    try:
        with pytest.raises(StoreLocked, match="held by another program"):
            watch.crawl()
    finally:
        holders[0].close()

    assert told(watch.crawl()) == [("new", "Notice on the lock works")]
    assert watch.is_intact()


def test_a_list_that_asks_for_time_is_due_when_that_is_over(tmp_path, site, room):
    watch = Watch(write_config(tmp_path, site, source_block("harbour", room.feed, every='"6m"')))
    watch.crawl()
    site.route("/news/feed.xml", "slow down", status=429, headers={"Retry-After": "3600"})
    state = result_of(watch.crawl(), "harbour").state
    assert state.verdict is Verdict.RATE_LIMITED
    assert abs(state.due_at - watch.now - timedelta(hours=1, minutes=12)) < timedelta(minutes=3)
    assert "from when its server may be asked again" in state.pulse.why
