"""What is wrong with a source rather than with its articles: told once, never as a flood of changes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from crawler.model import (
    GuardPolicy,
    Incident,
    IncidentArticle,
    IncidentReason,
    IncidentState,
    SourceState,
    Verdict,
)

#: Reasons that end by themselves when a check goes well. The others end by a decision or by an event of their own.
TROUBLE = frozenset(
    {
        IncidentReason.UNREACHABLE,
        IncidentReason.BLOCKED,
        IncidentReason.CHALLENGE,
        IncidentReason.SOFT_FAILURE,
        IncidentReason.REDESIGN,
        IncidentReason.EMPTY_LISTING,
        IncidentReason.PARSER_DRIFT,
        IncidentReason.ROBOTS_DISALLOWED,
    }
)
#: Trouble is told from this consecutive bad check on.
PATIENCE = 2
#: A listing this much shorter than usual is a part of one.
PARTIAL_SHARE = 0.25
#: Only listings that used to have so many entries can be judged to be a part.
PARTIAL_MINIMUM = 8

#: Trouble that lasts is called to mind after a day, a week, and once in so long from then on.
REMINDERS, REMIND_EVERY = (timedelta(days=1), timedelta(days=7)), timedelta(days=30)
#: A source that keeps silent has done so for days when that is told: the first reminder is left out.
QUIET_REMINDERS = REMINDERS[1:]
#: What is called to mind: what lasts until somebody, here or there, does something. The rest is over by the next check.
LASTING = TROUBLE | {IncidentReason.QUIET}

_REASONS = {
    Verdict.CHALLENGE: IncidentReason.CHALLENGE,
    Verdict.WAITING_ROOM: IncidentReason.CHALLENGE,
    Verdict.BLOCKED: IncidentReason.BLOCKED,
    Verdict.LOGIN: IncidentReason.BLOCKED,
    Verdict.RATE_LIMITED: IncidentReason.BLOCKED,
    Verdict.UNREACHABLE: IncidentReason.UNREACHABLE,
    Verdict.TRUNCATED: IncidentReason.UNREACHABLE,
    Verdict.NOT_FOUND: IncidentReason.UNREACHABLE,
    Verdict.GONE: IncidentReason.UNREACHABLE,
    Verdict.UNEXPECTED: IncidentReason.REDESIGN,
    Verdict.DECODE_ERROR: IncidentReason.PARSER_DRIFT,
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a listing cannot be believed, and a few words for the operator."""

    reason: IncidentReason
    detail: str


def is_mass(count: int, reread: int, policy: GuardPolicy) -> bool:
    """Whether ``count`` articles changing or vanishing among ``reread`` ones are one event of the source."""
    return count >= max(policy.mass_minimum, 1) and count >= policy.mass_fraction * reread


def judge_listing(state: SourceState | None, entries: int) -> Trouble | None:
    """Why a listing of ``entries`` is not to be believed, or None.

    ``state.entry_count`` must be that of the last check that was believed. A first check is never suspicious. The
    length of a listing that holds only what is new (``Listing.since``) is not for judging.
    """
    usual = state.entry_count if state else 0
    if entries == 0 and usual > 0:
        return Trouble(IncidentReason.EMPTY_LISTING, f"no entries where there were {usual}")
    if usual >= PARTIAL_MINIMUM and entries < PARTIAL_SHARE * usual:
        return Trouble(IncidentReason.PARSER_DRIFT, describe_short(entries, usual))
    return None


def describe_short(entries: int, usual: int) -> str:
    """What to say of a listing that is a part of what it was."""
    return f"only {entries} {'entry' if entries == 1 else 'entries'} where there were {usual}"


def incident_for(cause: Verdict | IncidentReason, *, robots: bool = False) -> IncidentReason | None:
    """The reason of the incident that a verdict on a listing amounts to; None for a listing that is well."""
    if isinstance(cause, IncidentReason):
        return cause
    if robots:
        return IncidentReason.ROBOTS_DISALLOWED
    if cause in (Verdict.OK, Verdict.NOT_MODIFIED):
        return None
    return _REASONS.get(cause, IncidentReason.SOFT_FAILURE)


def advance_incidents(
    open_incidents: Iterable[Incident],
    trouble: IncidentReason | None,
    detail: str,
    state: SourceState,
    now: datetime,
    source_id: str,
) -> tuple[Incident, ...]:
    """The incidents to tell after a check: one that opens, or those that close.

    ``state.failures`` counts this check in. Trouble that changes its reason remains the one incident it was.
    """
    standing = [incident for incident in open_incidents if incident.reason in TROUBLE]
    if trouble is None:
        return tuple(close_incident(incident, now) for incident in standing)
    if any(map(lasts, standing)) or state.failures < PATIENCE:
        return ()
    return (open_incident(source_id, trouble, now, detail=detail),)


def open_incident(
    source_id: str,
    reason: IncidentReason,
    now: datetime,
    *,
    detail: str = "",
    articles: Iterable[IncidentArticle] = (),
) -> Incident:
    """An incident that begins at ``now``; the same beginning always has the same id."""
    held = tuple(articles)
    return Incident(
        id=_incident_id(source_id, reason, now),
        source=source_id,
        reason=reason,
        state=IncidentState.OPEN,
        detected_at=now,
        opened_at=now,
        detail=detail,
        count=len(held),
        articles=held,
    )


def lasts(incident: Incident) -> bool:
    """Whether it is trouble that goes on. That so many pages came in a new form has happened, whatever comes next."""
    return incident.reason in LASTING and not incident.count


def close_incident(incident: Incident, now: datetime) -> Incident:
    """The closing of ``incident`` at ``now``."""
    return replace(incident, state=IncidentState.CLOSED, detected_at=now, reminder=0)


def remind(
    open_incidents: Iterable[Incident], told: Iterable[Incident], now: datetime, *, reasons: frozenset[IncidentReason]
) -> tuple[Incident, ...]:
    """What lasts for long enough to be called to mind again, and is not ``told`` of anyway: one reminder for each.

    What was missed while nobody checked is made up for by the latest alone.
    """
    fresh = {incident.id for incident in told}
    lasting = [each for each in open_incidents if each.reason in reasons and lasts(each) and each.id not in fresh]
    due = [(each, count_reminders(now - each.opened_at, each.reason)) for each in lasting]
    return tuple(replace(each, reminder=number, detected_at=now) for each, number in due if number > each.reminder)


def count_reminders(age: timedelta, reason: IncidentReason) -> int:
    """How often trouble of this age is to have been called to mind."""
    early = QUIET_REMINDERS if reason is IncidentReason.QUIET else REMINDERS
    return sum(age >= each for each in early) + max(0, age // REMIND_EVERY)


def _incident_id(source_id: str, reason: IncidentReason, opened_at: datetime) -> str:
    name = f"{source_id}\0{reason}\0{opened_at.astimezone(UTC).isoformat()}"
    return f"inc_{hashlib.sha256(name.encode()).hexdigest()[:16]}"
