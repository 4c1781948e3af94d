"""`gazette changes`: what happened, from memory."""

from __future__ import annotations

from typing import Annotated

import typer

from crawler.cli.context import settings_of
from crawler.cli.crawl import change_line
from crawler.cli.filters import (
    JsonFlag,
    KindFilter,
    LimitFilter,
    SinceFilter,
    SourceFilter,
    UntilFilter,
    instant_or_none,
    known_sources,
)
from crawler.cli.output import as_time, emit, emit_json

EXAMPLE = "Example: gazette changes --kind edited --since 2026-11-01 --json"


def changes(
    context: typer.Context,
    source: SourceFilter = None,
    kind: KindFilter = None,
    since: SinceFilter = "",
    until: UntilFilter = "",
    after: Annotated[int | None, typer.Option("--after", min=0, help="Only after this seq, oldest first.")] = None,
    limit: LimitFilter = 50,
    as_json: JsonFlag = False,
) -> None:
    """Lists changes: oldest first by seq with --after, else newest first."""
    from crawler.bootstrap import open_database
    from crawler.record import change_record

    settings = settings_of(context)
    store = open_database(settings, create=False)
    try:
        found = store.list_changes(
            sources=known_sources(settings, store, source),
            kinds=check_kinds(kind or []),
            since=instant_or_none(since, "--since"),
            until=instant_or_none(until, "--until"),
            after=after,
            limit=limit,
        )
    finally:
        store.close()
    for change in found:
        if as_json:
            emit_json(change_record(change, public_url=settings.web.public_url))
        else:
            baseline = "  (baseline)" if change.baseline else ""
            emit(f"{change.seq:>6}  {as_time(change.detected_at)}  {change.source}  {change_line(change)}{baseline}")


def check_kinds(kinds: list[str]) -> list[str]:
    """The kinds as given. Raises ``UsageError`` for a word that is none."""
    from crawler.errors import UsageError
    from crawler.model import STEPS

    known = [kind.value for kind in STEPS]
    for kind in kinds:
        if kind not in known:
            raise UsageError(f"--kind {kind}: expected one of {', '.join(known)}")
    return kinds
