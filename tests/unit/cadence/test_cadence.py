"""When to look again: at a listing, and at a known article."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.cadence import next_check, next_recheck, retry_article
from crawler.model import RecheckPolicy, SchedulePolicy, SourceState

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

spans = st.timedeltas(MINUTE, 30 * DAY)
chances = st.floats(0, 1, exclude_max=True)


def pause_after(policy: SchedulePolicy, *, failures: int = 0, chance: float = 0.5) -> timedelta:
    state = SourceState(source_id="harbour", failures=failures)
    return next_check(state, policy, now=NOON, chance=chance) - NOON


def test_a_source_is_visited_every_so_often():
    assert pause_after(SchedulePolicy(every=30 * MINUTE)) == 30 * MINUTE


def test_chance_spreads_visits_evenly_around_the_pause():
    policy = SchedulePolicy(every=30 * MINUTE, jitter=0.1)

    assert pause_after(policy, chance=0.0) == 27 * MINUTE
    assert pause_after(policy, chance=0.999999) > 32.9 * MINUTE


def test_every_written_on_a_source_means_never_rarer():
    policy = SchedulePolicy(every=6 * HOUR, max_every=2 * HOUR, pinned=True)

    pauses = [pause_after(policy, chance=chance / 10) for chance in range(11)]

    assert min(pauses) == 5.4 * HOUR
    assert max(pauses) == 6 * HOUR


def test_failures_double_the_pause_up_to_the_longest():
    policy = SchedulePolicy(every=30 * MINUTE, max_every=2 * HOUR, jitter=0.0)

    pauses = [pause_after(policy, failures=failures) for failures in range(6)]

    assert pauses == [30 * MINUTE, HOUR, 2 * HOUR, 2 * HOUR, 2 * HOUR, 2 * HOUR]


def test_a_failing_source_with_a_long_pause_of_its_own_keeps_it():
    policy = SchedulePolicy(every=6 * HOUR, max_every=2 * HOUR, pinned=True)

    assert pause_after(policy, failures=3) == 6 * HOUR - 0.1 * 0.5 * 6 * HOUR


def test_an_article_climbs_the_ladder_of_its_age():
    policy = RecheckPolicy(ladder=(10 * MINUTE, HOUR, DAY), then_every=30 * DAY)

    ages = [timedelta(0), 10 * MINUTE, 50 * MINUTE, HOUR, 2 * DAY]
    looks = [next_recheck(first_seen_at=NOON, changed_at=NOON, policy=policy, now=NOON + age) - NOON for age in ages]

    assert looks == [10 * MINUTE, HOUR, HOUR, DAY, 32 * DAY]


def test_a_change_keeps_an_old_article_watched():
    policy = RecheckPolicy(stop_after=365 * DAY)
    now = NOON + 400 * DAY

    assert next_recheck(first_seen_at=NOON, changed_at=NOON, policy=policy, now=now) is None
    assert next_recheck(first_seen_at=NOON, changed_at=NOON + 300 * DAY, policy=policy, now=now) == now + 30 * DAY


def test_an_article_can_be_watched_for_ever():
    policy = RecheckPolicy(stop_after=None)
    now = NOON + 4000 * DAY

    assert next_recheck(first_seen_at=NOON, changed_at=NOON, policy=policy, now=now) == now + 30 * DAY


def test_a_page_that_could_not_be_judged_is_tried_again_the_later_the_longer_it_was_not_read():
    unread = [timedelta(0), HOUR, 8 * HOUR, 2 * DAY, 8 * DAY, 300 * DAY]

    pauses = [retry_article(read_at=NOON - span, now=NOON) - NOON for span in unread]

    assert pauses == [10 * MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, DAY, DAY]


@given(every=spans, least=spans, longest=spans, failures=st.integers(0, 50), chance=chances, pinned=st.booleans())
@settings(max_examples=200, deadline=None)
def test_pauses_stay_within_what_the_operator_set(every, least, longest, failures, chance, pinned):
    policy = SchedulePolicy(
        every=every, min_every=min(least, longest), max_every=max(least, longest), jitter=0.1, pinned=pinned
    )

    pause = pause_after(policy, failures=failures, chance=chance)

    assert pause >= min(policy.min_every, every) * 0.9
    assert pause <= max(policy.max_every, every) * 1.1


@given(
    ladder=st.lists(spans, max_size=8).map(sorted),
    then_every=spans,
    age=st.timedeltas(timedelta(0), 400 * DAY),
    stop_after=st.none() | spans,
)
@settings(max_examples=200, deadline=None)
def test_the_next_look_at_an_article_always_lies_ahead(ladder, then_every, age, stop_after):
    policy = RecheckPolicy(ladder=tuple(ladder), then_every=then_every, stop_after=stop_after)

    look = next_recheck(first_seen_at=NOON, changed_at=NOON, policy=policy, now=NOON + age)

    assert look is None or look > NOON + age
    assert (look is None) == (stop_after is not None and age >= stop_after)
