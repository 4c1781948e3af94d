"""The next visit to a listing: as often as it posts, within the bounds set, and as its publisher wishes. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from crawler.cadence.hours import STEP, clock_of, is_ruled_out
from crawler.cadence.pulse import LONGEST_WISH, best_pause
from crawler.model import Pulse, SchedulePolicy, SourceState
from crawler.text.spans import spell_span

#: After a failed check the pause doubles at most this often, so that a dead source is still visited now and then.
MAX_DOUBLINGS = 4
#: From so many visits on their number is worth telling.
TELLING = 3


class Plan(NamedTuple):
    """When a listing is due again, and in a sentence why then."""

    due_at: datetime
    why: str


class Bounds(NamedTuple):
    """The shortest and the longest pause between two visits."""

    least: timedelta
    most: timedelta

    def clamp(self, pause: timedelta) -> timedelta:
        """The pause, or the bound that it passes."""
        return max(self.least, min(pause, self.most))


class Rest(NamedTuple):
    """How far a visit may be put off: to ``latest``, and ``late`` after the end of a rest."""

    now: datetime
    latest: datetime
    late: timedelta
    timezone: str


def next_check(
    state: SourceState, policy: SchedulePolicy, *, now: datetime, chance: float, timezone: str = "UTC"
) -> datetime:
    """When the listing is due again; see ``plan_check``."""
    return plan_check(state, policy, now=now, chance=chance, timezone=timezone).due_at


def latest_check(state: SourceState, policy: SchedulePolicy, *, now: datetime, timezone: str = "UTC") -> datetime:
    """The latest that a visit planned at ``now`` could be due, whatever chance says.

    Where there are hours of rest that is the longest pause: a visit put off may come later than one that was not.
    """
    ends = (next_check(state, policy, now=now, chance=chance, timezone=timezone) for chance in (0.0, 1.0))
    hints = state.pulse.hints
    rests = hints.skip_hours or hints.skip_days or clock_of(state.pulse, policy, now=now, timezone=timezone)
    bounds = bounds_of(policy, pinned=policy.pinned and not state.failures)
    longest = max(bounds.most, policy.max_every) if policy.hours else bounds.most
    return max(*ends, now + longest) if rests else max(ends)


def plan_check(
    state: SourceState, policy: SchedulePolicy, *, now: datetime, chance: float, timezone: str = "UTC"
) -> Plan:
    """When the listing is due again. ``chance`` is a number in [0, 1) that spreads sources within ``jitter``.

    Failures double the pause, up to ``max_every`` (or ``every`` where that was pinned above it).
    """
    if not state.failures:
        return plan_visit(state.pulse, policy, now=now, chance=chance, timezone=timezone)
    bounds = bounds_of(policy, pinned=False)
    pause = bounds.clamp(policy.every * 2.0 ** min(state.failures, MAX_DOUBLINGS))
    why = f"{count(state.failures, 'failure')} in a row, so it is tried again after {spell_span(pause)}"
    return Plan(due_at=now + spread(pause, bounds, policy.jitter, chance), why=why)


def plan_visit(pulse: Pulse, policy: SchedulePolicy, *, now: datetime, chance: float, timezone: str = "UTC") -> Plan:
    """When a listing that is well is due again; see ``plan_check``."""
    bounds = bounds_of(policy, pinned=policy.pinned)
    pause, why = choose_pause(pulse, policy, bounds)
    raised, why = heed_wishes(pulse, pause, bounds, why)
    if raised > pause:
        pause, bounds = raised, Bounds(least=raised, most=bounds.most)
    plan = Plan(due_at=now + spread(pause, bounds, policy.jitter, chance), why=why)
    latest = now + (max(bounds.most, policy.max_every) if policy.hours else bounds.most)
    return leave_in_peace(pulse, policy, plan, Rest(now, latest, chance * pause, timezone))


def bounds_of(policy: SchedulePolicy, *, pinned: bool) -> Bounds:
    """The shortest and the longest pause; ``every`` beats the bounds where it was written beside them."""
    most = policy.every if pinned else max(policy.max_every, policy.every)
    return Bounds(least=policy.min_every, most=max(most, policy.min_every))


def choose_pause(pulse: Pulse, policy: SchedulePolicy, bounds: Bounds) -> tuple[timedelta, str]:
    """The pause that fits what was seen of the source, within its bounds, and why it is that."""
    best = best_pause(pulse, policy.every)
    pause = bounds.clamp(best)
    bound = ""
    if best > bounds.most:
        bound = ", and never rarer, as written on it" if policy.pinned else ", the longest pause allowed"
    elif best < bounds.least:
        bound = ", the shortest pause allowed"
    if pulse.visits < TELLING:
        return pause, f"every {spell_span(pause)} to start with{bound}"
    visits = count(round(pulse.visits), "recent visit")
    return pause, f"something new at {round(pulse.hits)} of {visits}: every {spell_span(pause)}{bound}"


def heed_wishes(pulse: Pulse, pause: timedelta, bounds: Bounds, why: str) -> tuple[timedelta, str]:
    """A longer pause where the publisher asks for one, as far as the operator's bounds allow."""
    wishes = ((pulse.hints.pause, "its feed asks"), (pulse.fresh_for, "its server asks (Cache-Control)"))
    for wish, who in wishes:
        wish = min(wish, LONGEST_WISH) if wish else pause
        if wish > pause:
            pause, why = bounds.clamp(wish), f"{why}; raised to {spell_span(bounds.clamp(wish))}, as {who}"
            if wish > bounds.most:
                why += f" for {spell_span(wish)} and no more is allowed"
    return pause, why


def leave_in_peace(pulse: Pulse, policy: SchedulePolicy, plan: Plan, rest: Rest) -> Plan:
    """Puts a visit off that would fall into hours of rest, until these end, but never beyond the longest pause.

    Where working hours were written down, that is ``max_every`` even where a shorter ``every`` was pinned.
    """
    is_open = clock_of(pulse, policy, now=rest.now, timezone=rest.timezone)
    if is_open is not None:
        plan = put_off(plan, is_open, rest, "outside its working hours")
    if pulse.hints.skip_hours or pulse.hints.skip_days:
        plan = put_off(plan, lambda at: not is_ruled_out(pulse.hints, at), rest, "its feed rules these hours out")
    return plan


def put_off(plan: Plan, is_fine: Callable[[datetime], bool], rest: Rest, words: str) -> Plan:
    """The plan, put off until ``is_fine``, and a little by chance, so that not all sources come with the bell."""
    if is_fine(plan.due_at):
        return plan
    at = plan.due_at.replace(minute=plan.due_at.minute // 15 * 15, second=0, microsecond=0) + STEP
    while at < rest.latest and not is_fine(at):
        at += STEP
    due_at = max(plan.due_at, min(at + rest.late, rest.latest))
    ends = f"until {at.astimezone(ZoneInfo(rest.timezone)):%a %H:%M} there" if at < rest.latest else "for long"
    left = "left alone" if at < rest.latest else "visited as rarely as allowed"
    return Plan(due_at=due_at, why=f"{plan.why}; {words} {ends}: {left}")


def spread(pause: timedelta, bounds: Bounds, jitter: float, chance: float) -> timedelta:
    """The pause, varied by chance within its bounds so that sources do not come together.

    Where the bounds leave no room it is only shortened: "never rarer" is the operator's word.
    """
    if bounds.least >= bounds.most:
        return pause * (1 - jitter * chance)
    least = max(pause * (1 - jitter), bounds.least)
    most = min(pause * (1 + jitter), bounds.most)
    return least + (most - least) * chance


def count(number: int, noun: str) -> str:
    """``1 failure``, ``2 failures``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
