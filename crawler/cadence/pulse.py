"""What the checks of a source show of its life: how often it posts, and at which hours of its own clock. Pure.

The rate is that of Cho and Garcia-Molina ("Estimating frequency of change", ACM TOIT 3(3), 2003): a visit only shows
*whether* there was something new, so that the bare share of such visits would underrate a busy source.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from crawler.cadence.hours import DAY_TYPES, clock_of, hour_of
from crawler.model import Entry, Listing, Precision, Pulse, SchedulePolicy

#: What was seen so long ago counts half: a source that falls asleep for the summer is soon left in peace.
HALF_LIFE = timedelta(days=7)
#: The configured pause counts as much as so many visits.
PRIOR_VISITS = 10
#: The chance that a post is waiting when we come. Lower would ask the server more often for the same news.
WAITING = 0.2
#: A pause so many times longer than the longest allowed one (downtime) says nothing of the source.
IRREGULAR = 2
#: Posts counted at most; then all counts are halved, so that new habits show.
MOST_POSTS = 500.0
#: Posts of one listing that are counted at most.
MOST_ENTRIES = 300
#: Headers claim anything; longer than a day is no wish any more.
LONGEST_WISH = timedelta(days=1)
_EXACT = frozenset({Precision.SECOND, Precision.MINUTE, Precision.HOUR})


class Seen(NamedTuple):
    """What one visit that went well has shown.

    ``listing`` is None where it was unchanged, ``found`` how many posts were new, and ``waited`` how long ago the visit
    before it was, None at a first one. ``fresh_for`` is what HTTP headers say.
    """

    listing: Listing | None
    found: int = 0
    waited: timedelta | None = None
    fresh_for: timedelta | None = None


def after_visit(pulse: Pulse, seen: Seen, policy: SchedulePolicy, *, now: datetime, timezone: str) -> Pulse:
    """The pulse of a source after one more visit that went well."""
    counted = count_posts(pulse, seen, now=now, timezone=timezone)
    measured = measure(counted, seen, policy, now=now, timezone=timezone)
    hints = seen.listing.hints if seen.listing is not None else pulse.hints
    if hints == measured.hints and seen.fresh_for == measured.fresh_for:
        return measured
    return replace(measured, hints=hints, fresh_for=seen.fresh_for)


def measure(pulse: Pulse, seen: Seen, policy: SchedulePolicy, *, now: datetime, timezone: str) -> Pulse:
    """Counts a visit: whether it found anything, and how long the source had had for it.

    In hours in which the source does not work, finding nothing says nothing of the rest of the day.
    """
    waited = seen.waited
    if waited is None or waited <= timedelta(0):
        return pulse
    kept = 0.5 ** (waited / HALF_LIFE)
    visits, hits, watched = pulse.visits * kept, pulse.hits * kept, pulse.watched * kept
    regular = waited <= IRREGULAR * max(policy.max_every, policy.every)
    is_open = clock_of(pulse, policy, now=now, timezone=timezone)
    if regular and (is_open is None or is_open(now - waited / 2)):
        visits, hits, watched = visits + 1, hits + bool(seen.found), watched + waited.total_seconds()
    return replace(pulse, visits=round(visits, 3), hits=round(hits, 3), watched=round(watched, 1))


def posts_per_second(pulse: Pulse, every: timedelta) -> float:
    """How often something new appears, by what was seen and, while that is little, by the configured pause."""
    prior = PRIOR_VISITS * every.total_seconds()
    expected = -math.log(1 - WAITING) / every.total_seconds()
    if not pulse.visits or not pulse.watched:
        return expected
    seen = measured_rate(pulse)
    return (expected * prior + seen * pulse.watched) / (prior + pulse.watched)


def posts_per_day(pulse: Pulse) -> float | None:
    """How many times a day something new appears, in the hours in which the source works; None where not known."""
    if pulse.visits < 1 or not pulse.watched:
        return None
    return round(measured_rate(pulse) * 86_400, 2)


def measured_rate(pulse: Pulse) -> float:
    """How many times a second something new appears, by the visits alone."""
    share = (pulse.visits - min(pulse.hits, pulse.visits) + 0.5) / (pulse.visits + 0.5)
    return -math.log(share) * pulse.visits / pulse.watched


def best_pause(pulse: Pulse, every: timedelta) -> timedelta:
    """After which pause a post waits with the chance ``WAITING``; the configured one where nothing is known yet."""
    if not pulse.visits:
        return every
    rate = max(posts_per_second(pulse, every), 1e-9)
    return timedelta(seconds=min(-math.log(1 - WAITING) / rate, timedelta(days=366).total_seconds()))


# -- the hours of the day --------------------------------------------------------------------------------------------


def count_posts(pulse: Pulse, seen: Seen, *, now: datetime, timezone: str) -> Pulse:
    """Counts when the posts appeared that were not counted before, also those older than our first visit."""
    moments = post_times(seen, pulse.counted_to, now=now, timezone=timezone)
    if not moments:
        return pulse
    posted = list(pulse.posted) or [0.0] * (24 * DAY_TYPES)
    zone = ZoneInfo(timezone)
    for moment in moments:
        posted[hour_of(moment.astimezone(zone))] += 1
    if sum(posted) > MOST_POSTS:
        posted = [round(count / 2, 1) for count in posted]
    return replace(
        pulse,
        posted=tuple(posted),
        counted_from=pulse.counted_from or min(moments),
        counted_to=max(*moments, pulse.counted_to or moments[0]),
    )


def post_times(seen: Seen, counted_to: datetime | None, *, now: datetime, timezone: str) -> list[datetime]:
    """When posts appeared: by their own dates, or by our visit where those give no hour and it was not long in coming.

    Midnight sharp is how a date without an hour looks when somebody added one.
    """
    entries = seen.listing.entries[:MOST_ENTRIES] if seen.listing else ()
    dated = [moment for entry in entries if (moment := exact_time(entry, timezone)) is not None]
    if dated:
        return [moment for moment in dated if moment <= now and (counted_to is None or moment > counted_to)]
    soon = seen.waited is not None and seen.waited <= timedelta(hours=1)
    return [now] * min(seen.found, MOST_ENTRIES) if soon else []


def exact_time(entry: Entry, timezone: str) -> datetime | None:
    """When the entry was published, to the hour or better; None where that is not said."""
    if entry.published is None or entry.published.precision not in _EXACT:
        return None
    try:
        local = entry.published.instant.astimezone(ZoneInfo(timezone))
    except OverflowError:  # the first and the last day of the calendar, as broken pages claim
        return None
    return None if (local.hour, local.minute, local.second) == (0, 0, 0) else entry.published.instant


# -- what HTTP says --------------------------------------------------------------------------------------------------


def read_freshness(headers: Sequence[tuple[str, str]]) -> timedelta | None:
    """How long a response is good for by ``Cache-Control: max-age`` less ``Age`` (RFC 9111 §4.2); a day at most."""
    named = {name: value for name, value in reversed(headers) if name in ("cache-control", "age")}
    directives = [each.strip().lower() for each in named.get("cache-control", "")[:1_000].split(",")]
    if {"no-cache", "no-store"} & set(directives):
        return None
    ages = [each.removeprefix("max-age=").strip('"') for each in directives if each.startswith("max-age=")]
    if not ages or not is_number(ages[0]):
        return None
    passed = int(age) if is_number(age := named.get("age", "0").strip()) else 0
    left = timedelta(seconds=min(int(ages[0]), 10**9)) - timedelta(seconds=min(passed, 10**9))
    return min(left, LONGEST_WISH) if left > timedelta(0) else None


def is_number(text: str) -> bool:
    """Whether it is a count of seconds that a server may mean."""
    return text.isascii() and text.isdigit() and len(text) < 12
