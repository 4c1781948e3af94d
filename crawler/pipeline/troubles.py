"""The trouble of a source whose list is well: its pages, its ids, its silence. Opens, and closes by itself. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from crawler.differ.guard import TROUBLE, close_incident, lasts, open_incident
from crawler.model import Incident, IncidentReason, SourceState
from crawler.pipeline.context import Context
from crawler.pipeline.habits import is_quiet, standing_trouble


def tell_trouble(context: Context, state: SourceState, open_incidents: Sequence[Incident]) -> tuple[Incident, ...]:
    """The incidents to open and to close after a check whose list was well. ``state`` is that after the check."""
    standing = {incident.reason: incident for incident in open_incidents}
    return (
        *tell_pages(context, state, open_incidents),
        *tell_ids(context, state, standing.get(IncidentReason.IDENTITY_DRIFT)),
        *tell_silence(context, state, standing.get(IncidentReason.QUIET)),
    )


def tell_pages(context: Context, state: SourceState, open_incidents: Iterable[Incident]) -> Iterator[Incident]:
    """Trouble of the list is over; that of the pages begins, lasts as the one incident it was, or is over."""
    trouble, detail = standing_trouble(context, state.habits)
    standing = [incident for incident in open_incidents if incident.reason in TROUBLE]
    if trouble is not None and not any(map(lasts, standing)):
        yield open_incident(context.source.id, trouble, context.now, detail=detail)
    elif not state.habits.unread and state.habits.short is None:
        yield from (close_incident(incident, context.now) for incident in standing)


def tell_ids(context: Context, state: SourceState, standing: Incident | None) -> Iterator[Incident]:
    """Ids that identify nothing are told once; addresses are used from then on, so there is nothing to wait for."""
    if standing is not None:
        yield close_incident(standing, context.now)
    elif state.habits.distrusts_ids and not context.habits.distrusts_ids:
        detail = "the ids of the list name no articles; they are told apart by their addresses now"
        yield open_incident(context.source.id, IncidentReason.IDENTITY_DRIFT, context.now, detail=detail)


def tell_silence(context: Context, state: SourceState, standing: Incident | None) -> Iterator[Incident]:
    """No post for much longer than this source ever was silent."""
    quiet = is_quiet(state, context.source.guard.quiet_after, context.now)
    if quiet and standing is None and state.newest_at is not None:
        days = (context.now - state.newest_at).total_seconds() / 86_400
        detail = f"the newest post is of {state.newest_at:%Y-%m-%d}, {days:.0f} days ago, which is unlike this source"
        yield open_incident(context.source.id, IncidentReason.QUIET, context.now, detail=detail)
    elif standing is not None and not quiet:
        yield close_incident(standing, context.now)
