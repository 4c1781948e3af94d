"""When reports are due: the instants of a subscription's rhythm, looked at from any time. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from crawler.model import Subscription
from crawler.notifier import routing
from crawler.notifier.routing import next_time_of_day

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: So many periods of a rhythm are looked back at, however long nobody looked.
MOST_INSTANTS = 20
#: An upper bound of the time from one instant of each rhythm to the next, clock changes included.
LONGEST = {"hourly": timedelta(hours=3), "daily": timedelta(days=3), "weekly": timedelta(days=15)}

#: The first instant of a rhythm strictly after another instant.
Next = Callable[[datetime], datetime]


def next_report_of(subscription: Subscription) -> Next:
    """The rhythm of a subscription's coverage reports; ``coverage`` must not be empty."""
    return partial(next_coverage, subscription.coverage, subscription.timezone)


def next_digest_of(subscription: Subscription) -> Next:
    """The rhythm of a subscription's digests; it must have one."""
    return partial(routing.next_digest_of, subscription)


def next_coverage(coverage: str, timezone: str, after: datetime) -> datetime:
    """The first instant of ``daily HH:MM`` or ``weekly DAY HH:MM`` strictly after ``after``, in UTC.

    The clock is that of ``timezone``; skipped and repeated times are treated as those of digests are.
    """
    weekday, at_minute = parse_coverage(coverage)
    zone = ZoneInfo(timezone)
    at = next_time_of_day(zone, at_minute, after)
    while weekday is not None and at.astimezone(zone).weekday() != weekday:
        at = next_time_of_day(zone, at_minute, at)
    return at


def parse_coverage(coverage: str) -> tuple[int | None, int]:
    """The day of the week (Monday is 0, None: every day) and the minute of the day. The settings checked the form."""
    *rhythm, clock = coverage.split()
    hour, minute = clock.split(":")
    return WEEKDAYS.index(rhythm[1]) if rhythm[0] == "weekly" else None, int(hour) * 60 + int(minute)


def latest_instant(next_after: Next, period: timedelta, now: datetime) -> datetime:
    """The last instant of a rhythm that is not after ``now``; ``period`` is at least the time from one to the next."""
    *_, latest = instants_between(next_after, now - period, now)
    return latest


def instants_between(next_after: Next, after: datetime, until: datetime) -> Iterator[datetime]:
    """The instants of a rhythm after ``after`` and not after ``until``, in order."""
    at = next_after(after)
    while at <= until:
        yield at
        at = next_after(at)
