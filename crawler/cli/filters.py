"""The filters that listings share."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.crawl import read_instant
from crawler.cli.output import note

if TYPE_CHECKING:
    from crawler.settings import Settings
    from storage.store import SqlStore

SourceFilter = Annotated[list[str] | None, typer.Option("--source", help="Only of this source; may be repeated.")]
KindFilter = Annotated[list[str] | None, typer.Option("--kind", help="Only this kind; may be repeated.")]
SinceFilter = Annotated[str, typer.Option("--since", help="Not before this time (RFC 3339 or YYYY-MM-DD).")]
UntilFilter = Annotated[str, typer.Option("--until", help="Before this time (RFC 3339 or YYYY-MM-DD).")]
LimitFilter = Annotated[int, typer.Option("--limit", min=1, help="At most so many.")]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON Lines.")]


def known_sources(settings: Settings, store: SqlStore, ids: list[str] | None) -> tuple[str, ...]:
    """The ids as given. One that nothing is known of gives nothing, and a warning: it is probably a slip."""
    from crawler.scheduler.crawl import name_likely

    configured = sorted(source.id for source in settings.sources)
    for each in ids or ():
        if each not in configured and not store.knows_source(each) and not store.list_changes(sources=[each], limit=1):
            note(f"warning: no source is called {each}; {name_likely(each, configured)}")
    return tuple(ids or ())


def instant_or_none(text: str, option: str) -> datetime | None:
    """The instant of an option, or None when it was not given."""
    return read_instant(text, option) if text else None
