"""`gazette sources`: what is watched, and how each source fares."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typer

from crawler.cli.context import settings_of
from crawler.cli.filters import JsonFlag
from crawler.cli.output import as_time, as_title, emit_json, emit_table

if TYPE_CHECKING:
    from crawler.model import Source, SourceState

EXAMPLE = "Example: gazette sources --json"

app = typer.Typer(help="What is watched, and how each source fares.", epilog=EXAMPLE, invoke_without_command=True)


@app.callback(invoke_without_command=True, epilog=EXAMPLE)
def sources(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Lists the configured sources with the state of their last check."""
    if context.invoked_subcommand:
        return
    settings = settings_of(context)
    states = read_states(context)
    if as_json:
        for source in settings.sources:
            emit_json(source_record(source, states.get(source.id)))
        return
    rows = [source_row(source, states.get(source.id)) for source in settings.sources]
    emit_table(("id", "kind", "state", "checked", "next", "title"), rows)


def read_states(context: typer.Context) -> dict[str, SourceState]:
    """The remembered states; none where there is no database yet."""
    from crawler.bootstrap import open_database

    settings = settings_of(context)
    path = settings.storage.sqlite_path
    if path is not None and not path.exists():
        return {}
    store = open_database(settings, create=False)
    try:
        return store.source_states(source.id for source in settings.sources)
    finally:
        store.close()


def health(source: Source, state: SourceState | None) -> str:
    """One word for how a source fares."""
    if not source.enabled:
        return "disabled"
    if state is None or state.checked_at is None:
        return "never checked"
    if state.failures:
        return f"{state.verdict} ({state.failures}x)"
    return "muted" if state.muted else "well"


def source_row(source: Source, state: SourceState | None) -> tuple[str, ...]:
    """One line of the table."""
    checked = as_time(state.checked_at if state else None)
    due = as_time(state.due_at if state else None)
    return source.id, source.kind, health(source, state), checked, due, as_title(source.title or source.url)


def source_record(source: Source, state: SourceState | None) -> dict[str, object]:
    """One source as JSON."""
    from pydantic import TypeAdapter

    from crawler.model import SourceState as State

    remembered = json.loads(TypeAdapter(State).dump_json(state)) if state else {}
    remembered.pop("source_id", None)
    return {
        "id": source.id,
        "kind": source.kind,
        "url": source.url,
        "title": source.title,
        "tags": list(source.tags),
        "enabled": source.enabled,
        "health": health(source, state),
        "state": remembered or None,
    }
