from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.model import Rhythm, Subscription
from crawler.scheduler.windows import (
    LONGEST,
    instants_between,
    latest_instant,
    next_coverage,
    next_digest_of,
    next_report_of,
    parse_coverage,
)

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
WEEKLY = Subscription(name="desk", channel="desk", coverage="weekly mon 09:00", timezone="Asia/Shanghai")
ZONES = ("Asia/Shanghai", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC")


@pytest.mark.parametrize(
    ("coverage", "parsed"),
    [("weekly mon 09:00", (0, 540)), ("weekly sun 00:05", (6, 5)), ("daily 23:59", (None, 1439))],
)
def test_a_rhythm_is_a_day_of_the_week_or_none_and_a_minute_of_the_day(coverage, parsed):
    assert parse_coverage(coverage) == parsed


def test_the_next_report_is_on_the_next_such_day_in_the_readers_zone():
    assert next_coverage("weekly mon 09:00", "Asia/Shanghai", MONDAY - timedelta(seconds=1)) == MONDAY
    assert next_coverage("weekly mon 09:00", "Asia/Shanghai", MONDAY) == MONDAY + timedelta(days=7)
    assert next_coverage("daily 09:00", "Asia/Shanghai", MONDAY) == MONDAY + timedelta(days=1)


def test_a_report_keeps_its_local_hour_when_the_clocks_change():
    before = datetime(2026, 3, 23, 9, 0, tzinfo=UTC)  # a Monday; summer time begins on the Sunday after it
    assert next_coverage("weekly mon 09:00", "Europe/London", before) == datetime(2026, 3, 30, 8, 0, tzinfo=UTC)


def test_a_report_whose_hour_is_skipped_comes_an_hour_later_and_not_a_week():
    saturday = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
    skipped = next_coverage("weekly sun 01:30", "Europe/London", saturday)
    assert skipped == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert skipped.astimezone(ZoneInfo("Europe/London")).hour == 2


def test_a_report_is_due_from_its_instant_on():
    next_after = next_report_of(WEEKLY)
    assert latest_instant(next_after, LONGEST["weekly"], MONDAY) == MONDAY
    assert latest_instant(next_after, LONGEST["weekly"], MONDAY - timedelta(seconds=1)) == MONDAY - timedelta(days=7)


def test_instants_lie_after_the_first_end_and_not_after_the_last():
    week = timedelta(days=7)
    found = list(instants_between(next_report_of(WEEKLY), MONDAY, MONDAY + 2 * week))
    assert found == [MONDAY + week, MONDAY + 2 * week]


@settings(max_examples=150, deadline=None)
@given(
    minutes=st.integers(0, 26 * 366 * 24 * 60),
    zone=st.sampled_from(ZONES),
    every=st.sampled_from(("hourly", "daily", "weekly")),
    minute=st.integers(0, 1439),
)
def test_nothing_lies_between_the_last_instant_and_now(minutes, zone, every, minute):
    now = datetime(2009, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    clock = f"{minute // 60:02d}:{minute % 60:02d}"
    plain = Subscription(name="s", channel="c", timezone=zone, coverage=f"weekly wed {clock}")
    digest = Subscription(name="s", channel="c", timezone=zone, rhythm=Rhythm(every=every, at_minute=minute))
    next_after = next_report_of(plain) if every == "weekly" else next_digest_of(digest)
    last = latest_instant(next_after, LONGEST[every], now)
    assert last <= now < next_after(last)
