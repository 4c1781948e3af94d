"""How often a source posts, and at which hours: what its visits show."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.cadence import Seen, after_visit, plan_check, posts_per_day, read_freshness
from crawler.cadence.hours import learn_hours
from crawler.cadence.pulse import best_pause
from crawler.model import Entry, Hints, Listing, Moment, Precision, Pulse, SchedulePolicy, SourceState

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
POLICY = SchedulePolicy(every=30 * MINUTE, min_every=5 * MINUTE, max_every=2 * HOUR)
SHANGHAI = "Asia/Shanghai"


def posts(*moments: datetime, precision: Precision = Precision.MINUTE) -> Listing:
    dated = [Moment(instant=moment, precision=precision) for moment in moments]
    return Listing(
        entries=tuple(Entry(url="https://www.example.org/", title="Notice", published=each) for each in dated)
    )


def live(rate: float, *, days: float, policy: SchedulePolicy = POLICY, seed: int = 7) -> Pulse:
    """A source that posts ``rate`` times a day, by chance, and is visited as planned."""
    chance = random.Random(seed)
    pulse, now, end = Pulse(), NOON, NOON + days * DAY
    next_post = NOON + chance.expovariate(rate) * DAY if rate else end + DAY
    while now < end:
        state = SourceState(source_id="harbour", pulse=pulse)
        visit = plan_check(state, policy, now=now, chance=chance.random()).due_at
        found = 0
        while next_post <= visit:
            found += 1
            next_post += chance.expovariate(rate) * DAY
        seen = Seen(listing=None, found=found, waited=visit - now)
        pulse, now = after_visit(pulse, seen, policy, now=visit, timezone="UTC"), visit
    return pulse


# -- how often -------------------------------------------------------------------------------------------------------


def test_a_source_begins_with_the_configured_pause():
    assert best_pause(Pulse(), 30 * MINUTE) == 30 * MINUTE


@pytest.mark.parametrize("rate", [6, 24, 60])
def test_the_rate_of_posts_is_found_out(rate):
    measured = posts_per_day(live(rate, days=30))
    assert measured is not None
    assert 0.7 * rate < measured < 1.4 * rate


def test_a_busy_source_is_visited_so_often_that_one_visit_in_five_finds_something():
    pulse = live(30, days=30)
    assert 0.12 < pulse.hits / pulse.visits < 0.3
    assert 6 * MINUTE < best_pause(pulse, POLICY.every) < 18 * MINUTE


def test_a_source_that_falls_silent_is_visited_as_rarely_as_allowed():
    assert best_pause(live(0, days=3), POLICY.every) > POLICY.max_every


def test_one_post_does_not_make_a_silent_source_a_busy_one():
    quiet = live(0, days=7)
    woken = after_visit(quiet, Seen(listing=None, found=1, waited=2 * HOUR), POLICY, now=NOON, timezone="UTC")
    assert best_pause(woken, POLICY.every) > HOUR


def test_a_flood_of_posts_counts_as_one_find():
    one, many = (
        after_visit(Pulse(), Seen(listing=None, found=found, waited=HOUR), POLICY, now=NOON, timezone="UTC")
        for found in (1, 500)
    )
    assert (one.visits, one.hits) == (many.visits, many.hits)


def test_a_month_of_downtime_says_nothing_of_the_source():
    before = live(24, days=10)
    after = after_visit(before, Seen(listing=None, found=80, waited=30 * DAY), POLICY, now=NOON, timezone="UTC")
    assert after.visits < 0.06 * before.visits  # what was known has grown old, and nothing was added
    assert after.hits <= after.visits


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 50), st.timedeltas(-DAY, 60 * DAY), st.one_of(st.none(), st.timedeltas(HOUR, DAY))),
        max_size=30,
    ),
    st.timedeltas(MINUTE, 3 * DAY),
)
def test_whatever_visits_show_the_best_pause_is_a_positive_one(visits, every):
    pulse, policy = Pulse(), SchedulePolicy(every=every)
    for found, waited, fresh_for in visits:
        seen = Seen(listing=None, found=found, waited=waited, fresh_for=fresh_for)
        pulse = after_visit(pulse, seen, policy, now=NOON, timezone="UTC")
    assert pulse.hits <= pulse.visits
    assert timedelta(0) < best_pause(pulse, every) <= timedelta(days=366)


# -- the hours -------------------------------------------------------------------------------------------------------


def office(weeks: int, *, zone: str = SHANGHAI) -> list[datetime]:
    """Three posts a working day, between nine and five on the office's clock, oldest first."""
    monday = datetime(2026, 1, 5, tzinfo=ZoneInfo(zone))
    days = [monday + day * DAY for day in range(7 * weeks) if day % 7 < 5]
    return [day.replace(hour=hour, minute=20) for day in days for hour in (9, 13, 17)]


def learned(moments: list[datetime], *, zone: str = SHANGHAI) -> frozenset[int] | None:
    now = moments[-1] + HOUR
    pulse = after_visit(Pulse(), Seen(listing=posts(*moments)), POLICY, now=now, timezone=zone)
    return learn_hours(pulse, now=now)


def test_the_hours_of_an_office_are_learned_on_its_own_clock():
    assert learned(office(4)) == {8, 9, 10, 12, 13, 14, 16, 17, 18}


def test_the_hours_stay_the_same_when_the_clocks_change():
    assert learned(office(14, zone="Europe/Paris"), zone="Europe/Paris") == {8, 9, 10, 12, 13, 14, 16, 17, 18}


def test_one_week_shows_no_working_hours():
    assert learned(office(2)[:30]) is None


def test_a_source_that_posts_around_the_clock_keeps_no_hours():
    assert learned([NOON + number * 7 * HOUR for number in range(100)]) is None


def test_no_post_is_counted_twice():
    moments = office(4)
    pulse, now = Pulse(), moments[-1] + HOUR
    for _ in range(3):
        pulse = after_visit(pulse, Seen(listing=posts(*moments)), POLICY, now=now, timezone=SHANGHAI)
    assert sum(pulse.posted) == len(moments)


def test_dates_without_an_hour_show_no_hours_and_our_own_visit_does_where_it_was_soon():
    midnight = datetime(2026, 3, 2, tzinfo=ZoneInfo(SHANGHAI))
    for listing in (posts(midnight), posts(midnight, precision=Precision.DAY)):
        soon = after_visit(Pulse(), Seen(listing=listing, found=1, waited=HOUR), POLICY, now=NOON, timezone=SHANGHAI)
        late = after_visit(Pulse(), Seen(listing=listing, found=1, waited=DAY), POLICY, now=NOON, timezone=SHANGHAI)
        assert [hour for hour, count in enumerate(soon.posted) if count] == [20]
        assert not late.posted


def test_a_post_dated_in_the_future_is_not_counted():
    pulse = after_visit(Pulse(), Seen(listing=posts(NOON + DAY)), POLICY, now=NOON, timezone=SHANGHAI)
    assert pulse.counted_to is None


def test_dates_at_the_ends_of_the_calendar_break_nothing():
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    pulse = after_visit(Pulse(), Seen(listing=posts(first, last)), POLICY, now=NOON, timezone="America/New_York")
    assert pulse == Pulse()


# -- wishes ----------------------------------------------------------------------------------------------------------


def test_what_a_feed_wishes_is_kept_while_it_is_unchanged():
    asked = Listing(entries=(), hints=Hints(pause=HOUR, skip_hours=(3,), hub="https://hub.example.org/"))
    first = after_visit(Pulse(), Seen(listing=asked), POLICY, now=NOON, timezone="UTC")
    later = after_visit(first, Seen(listing=None, waited=HOUR), POLICY, now=NOON, timezone="UTC")
    assert later.hints == asked.hints
    taken_back = after_visit(later, Seen(listing=Listing(entries=())), POLICY, now=NOON, timezone="UTC")
    assert taken_back.hints == Hints()


@pytest.mark.parametrize(
    ("headers", "left"),
    [
        ([("cache-control", "public, max-age=600")], 10 * MINUTE),
        ([("cache-control", "max-age=600"), ("age", "480")], 2 * MINUTE),
        ([("cache-control", 'Max-Age="60"')], MINUTE),
        ([("cache-control", "max-age=600"), ("age", "900")], None),
        ([("cache-control", "no-cache, max-age=600")], None),
        ([("cache-control", "max-age=31536000")], DAY),
        ([("cache-control", "max-age=99999999999999999999")], None),
        ([("cache-control", "max-age=soon")], None),
        ([("cache-control", "max-age=-1")], None),
        ([("expires", "0")], None),
        ([], None),
    ],
)
def test_a_response_is_good_for_as_long_as_http_says(headers, left):
    assert read_freshness(headers) == left
