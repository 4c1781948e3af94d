"""The next visit, and the sentence that says why then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.cadence import plan_check
from crawler.model import Hints, Pulse, SchedulePolicy, SourceState, WorkingHours
from crawler.settings.phrases import parse_all_hours

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday
POLICY = SchedulePolicy(every=30 * MINUTE, min_every=5 * MINUTE, max_every=2 * HOUR, jitter=0.0)
OFFICE = tuple(9.0 if 8 <= hour < 18 else 0.0 for hour in range(24)) + (0.0,) * 24
KNOWN = Pulse(posted=OFFICE, counted_from=NOON - 60 * DAY, counted_to=NOON - DAY)
BUSY = Pulse(visits=100, hits=60, watched=100 * 1800.0)
SILENT = Pulse(visits=100, hits=0, watched=100 * 1800.0)


def planned(pulse: Pulse, policy: SchedulePolicy = POLICY, *, at: datetime = NOON, chance: float = 0.5, zone="UTC"):
    return plan_check(SourceState(source_id="harbour", pulse=pulse), policy, now=at, chance=chance, timezone=zone)


def pause(*args: object, **kwargs: object) -> timedelta:
    return planned(*args, **kwargs).due_at - kwargs.get("at", NOON)  # type: ignore[arg-type]


def test_the_first_visits_go_by_the_configured_pause_and_say_so():
    assert planned(Pulse()).why == "every 30 min to start with"
    assert pause(Pulse()) == 30 * MINUTE


def test_a_busy_source_is_visited_more_often_than_configured():
    assert 5 * MINUTE < pause(BUSY) < 10 * MINUTE
    assert planned(BUSY).why.startswith("something new at 60 of 100 recent visits: every ")


def test_a_silent_source_is_visited_as_rarely_as_allowed():
    assert pause(SILENT) == 2 * HOUR
    assert planned(SILENT).why.endswith("every 2 h, the longest pause allowed")


def test_every_written_on_the_source_is_never_passed_however_silent_it_is():
    policy = replace(POLICY, every=15 * MINUTE, pinned=True)
    assert pause(SILENT, policy) == 15 * MINUTE
    assert "never rarer, as written on it" in planned(SILENT, policy).why
    assert pause(BUSY, policy) < 15 * MINUTE


# -- the publisher's wishes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pulse", "who"),
    [(replace(BUSY, hints=Hints(pause=HOUR)), "its feed asks"), (replace(BUSY, fresh_for=HOUR), "(Cache-Control)")],
)
def test_a_publisher_is_given_the_pause_it_asks_for(pulse, who):
    assert pause(pulse) == HOUR
    assert who in planned(pulse).why
    assert min(pause(pulse, replace(POLICY, jitter=0.3), chance=each / 10) for each in range(10)) == HOUR


def test_no_wish_passes_the_longest_pause_allowed():
    pulse = replace(BUSY, hints=Hints(pause=7 * DAY))
    assert pause(pulse) == 2 * HOUR
    assert "no more is allowed" in planned(pulse).why
    assert pause(pulse, replace(POLICY, every=15 * MINUTE, pinned=True)) == 15 * MINUTE


def test_a_wish_shorter_than_our_pause_changes_nothing():
    assert planned(replace(SILENT, hints=Hints(pause=MINUTE), fresh_for=MINUTE)) == planned(SILENT)


def test_hours_that_a_feed_rules_out_are_kept_free():
    pulse = replace(BUSY, hints=Hints(skip_hours=(12, 13)))
    assert planned(pulse).due_at.hour == 14
    assert planned(pulse).due_at - NOON <= 2 * HOUR + 10 * MINUTE
    assert "its feed rules these hours out" in planned(pulse).why


def test_a_feed_that_rules_everything_out_is_visited_as_rarely_as_allowed():
    pulse = replace(BUSY, hints=Hints(skip_hours=tuple(range(24)), skip_days=tuple(range(7))))
    assert pause(pulse) == 2 * HOUR


# -- working hours ---------------------------------------------------------------------------------------------------


def test_a_source_is_left_alone_until_it_opens_but_no_longer_than_allowed():
    night = datetime(2026, 3, 3, 20, 0, tzinfo=UTC)
    before_opening = datetime(2026, 3, 3, 6, 50, tzinfo=UTC)
    assert pause(KNOWN, at=night) == 2 * HOUR
    assert "outside its working hours" in planned(KNOWN, at=night).why
    assert planned(KNOWN, at=before_opening, chance=0.0).due_at == datetime(2026, 3, 3, 7, 20, tzinfo=UTC)
    assert planned(KNOWN, at=NOON, chance=0.0).due_at == NOON + 30 * MINUTE


def test_not_all_sources_come_when_the_bell_rings():
    early = datetime(2026, 3, 3, 5, 40, tzinfo=UTC)
    dues = {planned(KNOWN, at=early, chance=each / 10).due_at for each in range(10)}
    assert len(dues) == 10
    assert all(datetime(2026, 3, 3, 7, 0, tzinfo=UTC) <= due <= early + 2 * HOUR for due in dues)


def test_hours_that_are_written_down_count_instead_of_those_learned():
    policy = replace(POLICY, max_every=DAY, hours=parse_all_hours("mon-fri 09:00-17:00"))
    friday_evening = datetime(2026, 3, 6, 17, 30, tzinfo=UTC)
    assert pause(KNOWN, policy, at=friday_evening) == DAY
    assert pause(KNOWN, replace(POLICY, hours=()), at=friday_evening) == 30 * MINUTE


def test_written_hours_let_a_pinned_source_rest():
    policy = replace(POLICY, every=15 * MINUTE, pinned=True, hours=parse_all_hours("mon-fri 09:00-17:00"))
    assert pause(Pulse(), policy) == 15 * MINUTE
    assert pause(Pulse(), policy, at=NOON + 8 * HOUR) == 2 * HOUR


def test_a_pinned_source_is_not_left_alone_for_hours_that_were_only_learned():
    policy = replace(POLICY, every=15 * MINUTE, pinned=True)
    assert pause(KNOWN, policy, at=NOON + 8 * HOUR) == 15 * MINUTE


@pytest.mark.parametrize(("month", "utc_hour"), [(3, 8), (4, 7)])
def test_an_office_opens_on_its_own_clock_in_winter_and_in_summer(month, utc_hour):
    policy = replace(POLICY, max_every=DAY, hours=parse_all_hours("mon-fri 09:00-17:00"))
    dawn = datetime(2026, month, 2, 3, 0, tzinfo=UTC)
    assert planned(Pulse(), policy, at=dawn, chance=0.0, zone="Europe/Paris").due_at == dawn.replace(hour=utc_hour)


def test_working_hours_are_read_as_people_write_them():
    workdays, weekend = (0, 1, 2, 3, 4), (5, 6)
    assert parse_all_hours("auto") is None
    assert parse_all_hours("always") == ()
    assert parse_all_hours("Mon-Fri 08:00-19:00, sat-sun 10:00-24:00") == (
        WorkingHours(weekdays=workdays, from_minute=480, to_minute=1140),
        WorkingHours(weekdays=weekend, from_minute=600, to_minute=1440),
    )
    assert parse_all_hours("22:00-06:00")[0].weekdays == tuple(range(7))
    assert parse_all_hours("sat-mon 08:00-09:00")[0].weekdays == (0, 5, 6)


@pytest.mark.parametrize("text", ["", "mon-fri", "8-19", "mon 08:00-08:00", "25:00-26:00", "mon-xyz 08:00-19:00", ","])
def test_what_are_no_working_hours_are_refused(text):
    with pytest.raises(ValueError, match="working hours"):
        parse_all_hours(text)


# -- whatever comes --------------------------------------------------------------------------------------------------

hours = st.sampled_from(["auto", "always", "mon-fri 08:00-19:00", "22:00-06:00", "sun 00:00-00:15"])
pulses = st.builds(
    Pulse,
    visits=st.floats(0, 500),
    hits=st.floats(0, 500),
    watched=st.floats(0, 1e7),
    posted=st.sampled_from([(), OFFICE]),
    counted_from=st.just(NOON - 60 * DAY),
    hints=st.builds(
        Hints,
        pause=st.one_of(st.none(), st.timedeltas(MINUTE, 30 * DAY)),
        skip_hours=st.lists(st.integers(0, 23), max_size=24).map(tuple),
        skip_days=st.lists(st.integers(0, 6), max_size=7).map(tuple),
    ),
    fresh_for=st.one_of(st.none(), st.timedeltas(MINUTE, DAY)),
)


@settings(max_examples=300, deadline=None)
@given(
    pulse=pulses,
    text=hours,
    every=st.integers(5, 120),
    pinned=st.booleans(),
    jitter=st.floats(0, 0.5),
    chance=st.floats(0, 1, exclude_max=True),
    minutes=st.integers(0, 365 * 24 * 60),
    zone=st.sampled_from(["UTC", "Asia/Shanghai", "Europe/Paris", "America/St_Johns"]),
)
def test_no_visit_comes_sooner_or_later_than_allowed(pulse, text, every, pinned, jitter, chance, minutes, zone):
    policy = replace(POLICY, every=every * MINUTE, jitter=jitter, pinned=pinned, hours=parse_all_hours(text))
    now = NOON + minutes * MINUTE
    plan = planned(pulse, policy, at=now, chance=chance, zone=zone)
    most = policy.every if pinned and not policy.hours else policy.max_every
    least = policy.min_every if policy.min_every < most else policy.min_every * (1 - jitter)
    assert least - timedelta(microseconds=1) <= plan.due_at - now <= most + timedelta(microseconds=1)
    assert plan.why
