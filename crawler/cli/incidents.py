"""`gazette incidents`: trouble of sources, and mass events."""

from __future__ import annotations

import typer

from crawler.cli.context import settings_of
from crawler.cli.filters import (
    JsonFlag,
    LimitFilter,
    SinceFilter,
    SourceFilter,
    UntilFilter,
    instant_or_none,
    known_sources,
)
from crawler.cli.output import as_time, as_title, emit_json, emit_table

EXAMPLE = "Example: gazette incidents --source zq-news"


def incidents(
    context: typer.Context,
    source: SourceFilter = None,
    since: SinceFilter = "",
    until: UntilFilter = "",
    limit: LimitFilter = 50,
    as_json: JsonFlag = False,
) -> None:
    """Lists incidents, newest first."""
    from crawler.bootstrap import open_database
    from crawler.record import incident_record

    settings = settings_of(context)
    store = open_database(settings, create=False)
    try:
        found = store.list_incidents(
            sources=known_sources(settings, store, source),
            since=instant_or_none(since, "--since"),
            until=instant_or_none(until, "--until"),
            limit=limit,
        )
    finally:
        store.close()
    if as_json:
        for incident in found:
            emit_json(incident_record(incident))
        return
    rows = [
        (
            incident.id,
            incident.source,
            incident.reason.value,
            incident.state.value,
            as_time(incident.opened_at),
            as_title(incident.detail),
        )
        for incident in found
    ]
    emit_table(("incident", "source", "reason", "state", "opened", "detail"), rows)
