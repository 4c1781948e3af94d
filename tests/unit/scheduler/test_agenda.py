"""What to visit now, in which order, and when that is not what the database says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.cadence import next_check
from crawler.model import FetchPolicy, Hints, Pulse, SchedulePolicy, Source, SourceState, Verdict, WorkingHours
from crawler.scheduler.agenda import (
    AT_ONCE,
    Room,
    Visit,
    choose_visits,
    early_due,
    is_listing_due,
    may_recheck,
    plan_early,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def source(name: str, host: str = "", **values: object) -> Source:
    return Source(id=name, kind="feed", url=f"https://{host or name}.example.org/feed.xml", **values)


def state(of: Source, **values: object) -> SourceState:
    plain = SourceState(
        source_id=of.id, address=of.address, kind=of.kind, checked_at=NOON, due_at=NOON + 20 * MINUTE, baselined_at=NOON
    )
    return replace(plain, **values)


def by_id(*sources: Source) -> dict[str, Source]:
    return {each.id: each for each in sources}


A, B, C = source("a"), source("b"), source("c")


# -- which, and in which order ---------------------------------------------------------------------------------------


def test_listings_go_before_articles_and_each_in_the_order_given():
    visits = choose_visits(by_id(A, B, C), ["c", "a"], ["b"], Room(free=9))
    assert visits == [Visit(C), Visit(A), Visit(B, False)]


def test_a_source_whose_listing_is_due_is_not_visited_for_its_articles_as_well():
    assert choose_visits(by_id(A), ["a"], ["a"], Room(free=9)) == [Visit(A)]


def test_there_are_no_more_visits_than_places():
    assert choose_visits(by_id(A, B, C), ["a", "b"], ["c"], Room(free=1)) == [Visit(A)]
    assert choose_visits(by_id(A, B, C), ["a", "b"], ["c"], Room(free=0)) == []


def test_a_busy_source_is_passed_over():
    assert choose_visits(by_id(A, B), ["a", "b"], ["a"], Room(free=9, busy={"a"})) == [Visit(B)]


def test_what_is_no_longer_configured_is_passed_over():
    assert choose_visits(by_id(A), ["gone", "a"], ["gone"], Room(free=9)) == [Visit(A)]


def test_a_source_that_is_its_listing_is_never_visited_for_its_articles_alone():
    listing_only = source("a", follow=False)
    assert choose_visits(by_id(listing_only), [], ["a"], Room(free=9)) == []


def test_one_host_cannot_take_all_places():
    crowd = [source(f"s{number}", host="crowded") for number in range(5)]
    visits = choose_visits(by_id(*crowd, A), [each.id for each in (*crowd, A)], [], Room(free=9, share=2))
    assert [visit.source.id for visit in visits] == ["s0", "s1", "a"]


def test_visits_under_way_count_for_their_host():
    room = Room(free=9, share=2, hosts={"crowded.example.org": 2})
    assert choose_visits(by_id(source("s0", host="crowded"), A), ["s0", "a"], [], room) == [Visit(A)]


def test_a_host_that_may_be_asked_more_at_once_has_more_places():
    crowd = [source(f"s{number}", host="crowded", fetch=FetchPolicy(host_concurrency=3)) for number in range(5)]
    assert len(choose_visits(by_id(*crowd), [each.id for each in crowd], [], Room(free=9, share=1))) == 3


@settings(max_examples=100, deadline=None)
@given(
    listings=st.lists(st.sampled_from("abcdefgh"), unique=True),
    articles=st.lists(st.sampled_from("abcdefgh"), unique=True),
    busy=st.sets(st.sampled_from("abcdefgh")),
    free=st.integers(0, 9),
    share=st.integers(1, 3),
)
def test_no_source_is_visited_twice_and_no_limit_is_passed(listings, articles, busy, free, share):
    sources = by_id(*(source(name, host="one" if name < "e" else "two") for name in "abcdefgh"))
    visits = choose_visits(sources, listings, articles, Room(free=free, busy=busy, share=share))
    ids = [visit.source.id for visit in visits]
    assert len(ids) == len(set(ids)) <= free
    assert not busy & set(ids)
    assert sum(each < "e" for each in ids) <= share
    assert [visit.listing for visit in visits] == sorted((visit.listing for visit in visits), reverse=True)


# -- earlier than planned --------------------------------------------------------------------------------------------


def test_a_source_the_database_does_not_know_is_due_at_once():
    assert plan_early([B, A], {}) == {"b": AT_ONCE, "a": AT_ONCE}


def test_a_source_that_is_known_is_due_when_the_database_says_so():
    assert early_due(A, state(A)) is None


@pytest.mark.parametrize("failures", [0, 3])
def test_a_source_with_a_new_address_is_due_at_once(failures):
    assert early_due(replace(A, url="https://new.example.org/feed.xml"), state(A, failures=failures)) is AT_ONCE


def test_a_source_that_never_answered_waits_for_its_next_try():
    assert early_due(A, SourceState(source_id="a", checked_at=NOON, due_at=NOON + HOUR, failures=1)) is None


def test_a_source_that_was_recognised_has_not_moved():
    recognised = replace(A, kind="auto")
    assert early_due(recognised, state(A)) is None
    assert early_due(replace(recognised, url="https://new.example.org/"), state(A)) is AT_ONCE


def test_a_shortened_interval_counts_from_the_last_check():
    often = replace(A, schedule=SchedulePolicy(every=5 * MINUTE, jitter=0.0))
    assert early_due(often, state(A)) == NOON + 5 * MINUTE
    assert is_listing_due(often, state(A), NOON + 5 * MINUTE)
    assert not is_listing_due(often, state(A), NOON + 4 * MINUTE)


def test_a_shortened_interval_does_not_hurry_a_failing_source():
    often = replace(A, schedule=SchedulePolicy(every=5 * MINUTE, jitter=0.0))
    assert early_due(often, state(A, failures=1)) is None


@settings(max_examples=200, deadline=None)
@given(
    chance=st.floats(0, 1, exclude_max=True),
    every=st.integers(1, 10_000),
    jitter=st.floats(0, 0.5),
    pinned=st.booleans(),
    pulse=st.builds(
        Pulse,
        visits=st.floats(0, 100),
        hits=st.floats(0, 100),
        watched=st.floats(0, 1e6),
        hints=st.builds(Hints, pause=st.timedeltas(MINUTE, 2 * HOUR), skip_hours=st.just((12, 13, 14))),
    ),
    hours=st.sampled_from([None, (), (WorkingHours(weekdays=(0, 1, 2, 3, 4), from_minute=780, to_minute=1080),)]),
)
def test_what_was_planned_under_the_same_interval_is_never_early(chance, every, jitter, pinned, pulse, hours):
    policy = SchedulePolicy(every=every * MINUTE, jitter=jitter, pinned=pinned, hours=hours)
    planned = replace(state(A, due_at=None), pulse=pulse)
    planned = replace(planned, due_at=next_check(planned, policy, now=NOON, chance=chance))
    assert early_due(replace(A, schedule=policy), planned) is None


# -- when its turn has come ------------------------------------------------------------------------------------------


def test_a_listing_that_another_program_has_read_meanwhile_is_not_due_any_more():
    assert not is_listing_due(A, state(A), NOON)
    assert is_listing_due(A, state(A), NOON + 20 * MINUTE)
    assert is_listing_due(A, None, NOON)


def test_articles_are_left_alone_while_their_host_is_in_trouble():
    assert may_recheck(state(A))
    assert may_recheck(state(A, failures=1, verdict=Verdict.UNEXPECTED))
    assert not may_recheck(state(A, failures=1, verdict=Verdict.CHALLENGE))
    assert not may_recheck(state(A, failures=1, verdict=Verdict.UNREACHABLE))
    assert not may_recheck(state(A, baselined_at=None))
    assert not may_recheck(None)
