"""What a server says of its own addresses: moved for good, gone for good, and that nothing is asked for twice."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from crawler.cli.sources import why_due
from crawler.model import IncidentState, Verdict
from crawler.settings import load_settings
from tests.crawling import Watch, result_of
from tests.newsroom import Newsroom, source_block, write_config

DAY = timedelta(days=1)
OLD = "/old/feed.xml"


@pytest.fixture
def watch(tmp_path, site, room):
    return Watch(write_config(tmp_path, site, source_block("harbour", site.url(OLD))))


def asked_since(site, count):
    return [asked.path for asked in site.requests[count:] if asked.path.endswith("feed.xml")]


def crawl_days(watch, days):
    for _ in range(days):
        report = watch.crawl(after=DAY, recheck="none")
    return report


@pytest.mark.parametrize("status", [301, 308])
def test_a_listing_that_moved_for_good_is_asked_for_there_after_days_of_the_same_answer(watch, room, site, status):
    site.redirect(OLD, room.feed, status=status)
    crawl_days(watch, 5)
    seen = len(site.requests)
    report = crawl_days(watch, 2)

    assert asked_since(site, seen) == ["/news/feed.xml"] * 2
    assert report.results[0].is_well
    state = report.results[0].state
    assert (state.moves, state.moved_from, state.moved_to) == (5, site.url(OLD), room.feed)
    source = load_settings(watch.config, {}).sources[0]
    assert f"moved for good, asked at {room.feed}" in why_due(source, state)


def test_a_listing_that_says_nothing_new_at_its_new_address_has_moved_as_well(watch, site):
    site.route("/news/feed.xml", FEED, etag=True, content_type="application/rss+xml")
    site.redirect(OLD, "/news/feed.xml", status=301)
    report = crawl_days(watch, 6)
    assert report.results[0].verdict is Verdict.NOT_MODIFIED
    assert asked_since(site, len(site.requests) - 1) == ["/news/feed.xml"]
    assert site.count(OLD) == 5


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_passing_redirect_is_followed_each_time_and_never_learned(watch, room, site, status):
    site.redirect(OLD, room.feed, status=status)
    crawl_days(watch, 7)
    assert site.count(OLD) == 7


def test_many_redirects_within_a_day_teach_nothing(watch, room, site):
    site.redirect(OLD, room.feed, status=301)
    for _ in range(8):
        watch.crawl(recheck="none")
    assert site.count(OLD) == 8


def test_another_target_begins_anew(watch, room, site):
    site.redirect(OLD, room.feed, status=301)
    crawl_days(watch, 4)
    site.redirect(OLD, "/list/feed.xml", status=301)
    site.route("/list/feed.xml", FEED, content_type="application/rss+xml")
    report = crawl_days(watch, 4)
    assert (report.results[0].state.moves, site.count(OLD)) == (4, 8)


def test_a_new_address_that_fails_is_forgotten_and_the_configured_one_asked(watch, room, site):
    site.redirect(OLD, room.feed, status=301)
    crawl_days(watch, 5)
    site.remove("/news/feed.xml")
    assert not crawl_days(watch, 1).results[0].is_well
    site.route(OLD, FEED, content_type="application/rss+xml")
    seen = len(site.requests)
    assert crawl_days(watch, 1).results[0].is_well
    assert asked_since(site, seen) == [OLD]


def test_an_outage_at_the_new_address_does_not_unlearn_it(watch, room, site):
    site.redirect(OLD, room.feed, status=301)
    crawl_days(watch, 5)
    site.route("/news/feed.xml", "busy", status=500)
    crawl_days(watch, 1)
    seen = len(site.requests)
    crawl_days(watch, 1)
    assert asked_since(site, seen) == ["/news/feed.xml"]


def test_a_listing_that_is_gone_for_good_is_told_once_and_asked_no_more(watch, room, site):
    site.redirect(OLD, room.feed, status=302)
    watch.crawl()
    site.route(OLD, "gone", status=410)
    first, second, third = watch.crawl(), watch.crawl(), watch.crawl()

    assert result_of(first, "harbour").verdict is Verdict.GONE
    (told,) = second.incidents
    assert (told.state, "not asked again" in told.detail) == (IncidentState.OPEN, True)
    assert (first.incidents, third.results) == ([], ())
    assert site.count(OLD) == 3

    with watch.store() as store:
        store.mute_sources(["harbour"], muted=False)
    site.redirect(OLD, room.feed, status=302)
    (over,) = watch.crawl().incidents
    assert (over.id, over.state) == (told.id, IncidentState.CLOSED)


def test_one_410_is_not_believed(watch, room, site):
    site.redirect(OLD, room.feed, status=302)
    watch.crawl()
    site.route(OLD, "gone", status=410)
    watch.crawl()
    site.redirect(OLD, room.feed, status=302)
    assert result_of(watch.crawl(), "harbour").is_well


def test_an_operators_silence_outlives_a_check_that_was_under_way(watch, room, site):
    site.redirect(OLD, room.feed, status=302)
    state = result_of(watch.crawl(), "harbour").state
    with watch.store() as store:
        store.mute_sources(["harbour"], muted=True)
        from crawler.model import Outcome

        store.commit([Outcome(source_id="harbour", state=state)])
        assert store.source_states(["harbour"])["harbour"].muted


def test_nothing_is_asked_for_twice_in_one_pass(tmp_path, site, room):
    port = Newsroom(site, name="port")
    port.publish_many(3, name="pier")
    watch = Watch(write_config(tmp_path, site, source_block("harbour", room.feed), source_block("port", port.feed)))
    for _ in range(2):
        seen = len(site.requests)
        watch.crawl()
        asked = Counter(asked.path for asked in site.requests[seen:])
        assert max(asked.values()) == 1


FEED = (
    "<rss version='2.0'><channel><title>News</title><item><title>One</title><guid>1</guid>"
    "<link>http://127.0.0.1:1/one</link><description>Some words on the bridge.</description></item></channel></rss>"
)
