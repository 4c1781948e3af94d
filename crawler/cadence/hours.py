"""The hours in which a source works, learned from its posts or set, and those its publisher rules out. Pure.

Everything goes by the source's own clock, so that summer time moves the hours along with the office.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from crawler.model import Hints, Pulse, SchedulePolicy, WorkingHours

#: Working days and weekends have hours of their own.
DAY_TYPES = 2
SATURDAY = 5
#: No hours are learned from fewer posts, or from a shorter time: it has to hold two weekends.
ENOUGH_POSTS, ENOUGH_TIME = 30, timedelta(days=14)
#: An hour in which, or beside which, no more than this share of all posts appeared is not worked in.
RARE = 0.01
#: With fewer hours of rest in a week's 48 kinds of hours the source works around the clock.
ENOUGH_REST = 8
#: In such steps the end of a rest is looked for.
STEP = timedelta(minutes=15)


def hour_of(local: datetime) -> int:
    """The kind of hour: 0 to 23 on a working day, 24 to 47 on a weekend."""
    return local.hour + (24 if local.weekday() >= SATURDAY else 0)


def learn_hours(pulse: Pulse, *, now: datetime) -> frozenset[int] | None:
    """The kinds of hours in which the source works, or None where it keeps none, or they are not known yet."""
    total = sum(pulse.posted)
    if total < ENOUGH_POSTS or pulse.counted_from is None or now - pulse.counted_from < ENOUGH_TIME:
        return None
    hours = widen(kind for kind, count in enumerate(pulse.posted) if count > RARE * total)
    return hours if len(hours) <= 24 * DAY_TYPES - ENOUGH_REST else None


def widen(kinds: Iterable[int]) -> frozenset[int]:
    """These hours and those beside them on days of the same kind: an office is not punctual to the hour."""
    return frozenset(kind - kind % 24 + (kind + step) % 24 for kind in kinds for step in (-1, 0, 1))


def clock_of(
    pulse: Pulse, policy: SchedulePolicy, *, now: datetime, timezone: str
) -> Callable[[datetime], bool] | None:
    """Tells of an instant whether the source works then, by the hours that are set, else by those it has shown.

    None: it keeps no hours.
    """
    spans = policy.hours
    if spans is not None:
        zone = ZoneInfo(timezone)
        return (lambda at: lies_within(spans, at.astimezone(zone))) if spans else None
    hours = learn_hours(pulse, now=now) if pulse.posted else None
    if hours is None:
        return None
    kinds, zone = hours, ZoneInfo(timezone)
    return lambda at: hour_of(at.astimezone(zone)) in kinds


def tell_hours(pulse: Pulse, policy: SchedulePolicy, *, now: datetime | None) -> dict[str, list[int]] | None:
    """The hours of the day that were learned, apart for working days and weekends; None where there are none."""
    hours = learn_hours(pulse, now=now) if policy.hours is None and pulse.posted and now is not None else None
    if hours is None:
        return None
    return {
        "workdays": sorted(kind for kind in hours if kind < 24),
        "weekends": sorted(kind - 24 for kind in hours if kind >= 24),
    }


def lies_within(spans: tuple[WorkingHours, ...], local: datetime) -> bool:
    """Whether one of the spans holds that time. One over midnight belongs to the day on which it begins."""
    minute, today = local.hour * 60 + local.minute, local.weekday()
    for span in spans:
        if span.from_minute < span.to_minute:
            if today in span.weekdays and span.from_minute <= minute < span.to_minute:
                return True
        elif (today in span.weekdays and minute >= span.from_minute) or (
            (today - 1) % 7 in span.weekdays and minute < span.to_minute
        ):
            return True
    return False


def is_ruled_out(hints: Hints, at: datetime) -> bool:
    """Whether the publisher wants no visit then (``skipHours``, ``skipDays``; both go by UTC)."""
    moment = at.astimezone(UTC)
    return moment.hour in hints.skip_hours or moment.weekday() in hints.skip_days
