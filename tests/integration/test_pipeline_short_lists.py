"""A list that shows a part of what it did: told once, believed for nothing that is missing, accepted in the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.model import IncidentReason, Verdict
from crawler.pipeline.result import Recheck
from tests.crawling import Watch, result_of, told
from tests.newsroom import Newsroom, source_block, write_config

HALF_A_DAY = timedelta(hours=12)


@pytest.fixture
def room(site):
    room = Newsroom(site)
    room.publish_many(12)
    return room


@pytest.fixture
def watch(tmp_path, site, room):
    return Watch(write_config(tmp_path, site, source_block("harbour", room.feed, guard='{ quiet_after = "365d" }')))


def incidents(report):
    return [(each.reason, each.state.value, each.detail) for each in report.incidents]


def test_a_list_that_stays_a_part_of_itself_is_one_incident_until_it_is_whole(watch, room):
    watch.crawl()
    room.window = 1
    heard = [incidents(watch.crawl()) for _ in range(4)]
    room.window = 20
    heard += [incidents(watch.crawl()) for _ in range(2)]

    opened = (IncidentReason.PARSER_DRIFT, "open", "only 1 entry where there were 12")
    assert heard == [[], [opened], [], [], [(opened[0], "closed", opened[2])], []]


def test_a_list_that_is_a_part_of_itself_for_one_check_is_nothing_to_tell(watch, room):
    watch.crawl()
    room.window = 1
    watch.crawl()
    room.window = 20

    assert [incidents(watch.crawl()) for _ in range(2)] == [[], []]


def test_a_part_that_the_server_calls_unchanged_is_still_a_part(watch, room, site):
    watch.crawl()
    room.window = 1
    part = room._feed()
    site.compute(
        "/news/feed.xml",
        lambda _: replace(part, etag='"part"'),
    )

    heard = [incidents(watch.crawl()) for _ in range(2)]

    assert result_of(watch.reports[-1], "harbour").verdict is Verdict.NOT_MODIFIED
    assert [len(each) for each in heard] == [0, 1]


def test_posts_come_and_edits_are_told_from_a_part_but_no_removal(watch, room):
    watch.crawl()
    room.break_page("bridge-1")
    room.edit("bridge-2", "120 euros", "150 euros")
    room.window = 1
    room.publish("quay")

    kinds = [kind for _ in range(4) for kind, _ in told(watch.crawl(after=HALF_A_DAY))]

    assert sorted(kinds) == ["edited", "new"]
    assert watch.articles()["bridge-1"][0].absence is None
    room.window = 20
    kinds = [kind for _ in range(4) for kind, _ in told(watch.crawl(after=HALF_A_DAY))]
    assert kinds == ["removed"]


def test_a_purge_that_leaves_a_few_posts_is_told_as_what_it_is(watch, room):
    watch.crawl()
    for post in room.posts[2:]:
        room.withdraw(post.slug)

    reports = [watch.crawl(after=HALF_A_DAY) for _ in range(4)]

    opened = [each for report in reports for each in report.incidents if each.state == "open"]
    assert [(each.reason, len(each.articles)) for each in opened] == [(IncidentReason.MASS_REMOVAL, 10)]
    assert [told(report) for report in reports] == [[]] * 4


def test_what_was_short_for_a_week_is_as_long_as_the_list_is_now(watch, room):
    watch.crawl()
    room.window = 1
    heard = [each for _ in range(20) for each in incidents(watch.crawl(after=HALF_A_DAY))]

    assert [state for _, state, _ in heard] == ["open", "open", "closed"]  # with a reminder after a day
    assert result_of(watch.reports[-1], "harbour").state.entry_count == 1


def test_a_list_that_is_short_because_its_posts_are_gone_is_believed(watch, room):
    watch.crawl()
    for post in list(room.posts[1:]):
        room.withdraw(post.slug)

    reports = [watch.crawl(after=HALF_A_DAY) for _ in range(4)]

    opened = [each.reason for report in reports for each in report.incidents if each.state.value == "open"]
    assert opened == [IncidentReason.MASS_REMOVAL]


def test_a_part_that_does_not_change_for_a_week_is_accepted_though_nothing_is_due(watch, room):
    watch.crawl()
    room.window = 1
    watch.crawl(recheck=Recheck.NONE)

    heard = [each for _ in range(9) for each in incidents(watch.crawl(after=timedelta(days=1), recheck=Recheck.NONE))]

    assert [state for _, state, _ in heard] == ["open", "open", "closed"]  # with a reminder after a day
    state = result_of(watch.reports[-1], "harbour").state
    assert (state.entry_count, state.habits.short) == (1, None)


def test_old_posts_that_come_up_where_others_were_taken_out_are_recorded_and_no_news(tmp_path, site, room):
    room.window = 6
    watch = Watch(write_config(tmp_path, site, source_block("harbour", room.feed)))
    watch.crawl()
    room.withdraw("bridge-9")
    room.withdraw("bridge-10")
    room.publish("quay")

    report = watch.crawl()

    assert told(report) == [("new", "Notice on the quay works")]
    assert "bridge-6" in watch.articles()
    room.edit("bridge-6", "120 euros", "150 euros")
    assert told(watch.crawl()) == [("edited", "Notice on the bridge-6 works")]


def test_what_comes_up_in_a_feed_that_holds_the_whole_texts_is_no_news_either(tmp_path, site, room):
    room.window = 6
    watch = Watch(write_config(tmp_path, site, source_block("harbour", room.feed, follow="false")))
    watch.crawl()
    room.withdraw("bridge-9")

    reports = [watch.crawl() for _ in range(2)]

    assert [told(report) for report in reports] == [[], []]
    assert "bridge-6" in watch.articles()
