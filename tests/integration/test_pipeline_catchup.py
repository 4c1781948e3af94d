"""After a time without us: a listing is followed back to where it meets what is known, else one incident says so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crawler.model import IncidentReason
from tests.crawling import Watch, result_of, told
from tests.newsroom import Newsroom, source_block, write_config

DAY = timedelta(days=1)


@pytest.fixture
def lists(tmp_path, site):
    """A list of ten a page that had twelve posts when it was first read."""
    room = Newsroom(site, per_page=10)
    room.publish_many(12)
    watch = Watch(write_config(tmp_path, site, source_block("harbour", room.list, kind="html_list")))
    watch.crawl()
    return room, watch


def reasons(report) -> list[tuple[str, str]]:
    return [(each.reason.value, each.state.value) for result in report.results for each in result.incidents]


def test_a_list_that_moved_on_by_pages_is_followed_back_and_every_post_is_told(lists):
    room, watch = lists
    room.publish_many(34, name="quay")

    report = watch.crawl(after=30 * DAY)

    assert sorted(told(report)) == sorted(("new", f"Notice on the quay-{n} works") for n in range(1, 35))
    assert reasons(report) == []
    assert result_of(report, "harbour").state.entry_count == 10
    assert told(watch.crawl()) == []


def test_what_stands_behind_the_meeting_point_stays_unknown(lists):
    room, watch = lists
    room.publish_many(8, name="quay")  # the page still shows two of the ten it showed before

    watch.crawl(after=DAY)

    assert set(watch.articles()) == {*(f"quay-{n}" for n in range(1, 9)), *(f"bridge-{n}" for n in range(3, 13))}


def test_an_everyday_check_asks_for_no_second_page(lists, site):
    room, watch = lists
    room.publish_many(9, name="quay")

    watch.crawl()

    assert not [asked for asked in site.requests if "page=" in asked.path]


def test_a_list_that_never_meets_what_is_known_is_one_incident_and_the_next_good_check_closes_it(lists, monkeypatch):
    monkeypatch.setattr("crawler.pipeline.gather.MAX_PAGES_BACK", 2)
    room, watch = lists
    room.publish_many(50, name="quay")

    report = watch.crawl(after=30 * DAY)

    assert reasons(report) == [("gap", "open")]
    opened = result_of(report, "harbour").incidents[0]
    assert opened.reason is IncidentReason.GAP
    assert "none of the 10 posts listed was known, and 20 further back were recorded without an alert" in opened.detail
    assert len(told(report)) == 10
    assert len(watch.articles()) == 10 + 30
    assert reasons(watch.crawl()) == [("gap", "closed")]
    assert reasons(watch.crawl()) == []


def test_a_gap_that_lasts_stays_the_one_incident_it_was(lists, monkeypatch):
    monkeypatch.setattr("crawler.pipeline.gather.MAX_PAGES_BACK", 0)
    room, watch = lists
    told_so = []
    for name in ("quay", "lock", "weir"):
        room.publish_many(10, name=name)
        told_so += reasons(watch.crawl(after=DAY))
    assert told_so == [("gap", "open")]


def test_a_feed_has_no_pages_to_follow_and_says_so(tmp_path, site):
    room = Newsroom(site, window=5)
    room.publish_many(6)
    watch = Watch(write_config(tmp_path, site, source_block("harbour", room.feed)))
    watch.crawl()
    room.publish_many(5, name="quay")

    report = watch.crawl(after=DAY)

    assert len(told(report)) == 5
    assert reasons(report) == [("gap", "open")]
    assert "leads no further back" in result_of(report, "harbour").incidents[0].detail


def test_a_feed_of_one_post_has_no_gap(tmp_path, site):
    room = Newsroom(site, window=1)
    room.publish("bridge")
    watch = Watch(write_config(tmp_path, site, source_block("harbour", room.feed)))
    watch.crawl()
    room.publish("quay")

    report = watch.crawl(after=DAY)

    assert told(report) == [("new", "Notice on the quay works")]
    assert reasons(report) == []
