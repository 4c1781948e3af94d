"""`gazette export snapshots`: what was fetched, as a web archive."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from crawler.cli.export import Wanted, open_output
from crawler.cli.filters import known_sources
from crawler.cli.output import counted, is_terminal, note
from crawler.cli.verify import released_before

if TYPE_CHECKING:
    from crawler.settings import Settings
    from storage.warc import Archived


def write_snapshots(settings: Settings, wanted: Wanted, output: Path | None) -> None:
    """Writes what fits the filters, in gzip unless the file is called .warc. Exit 1: a snapshot is damaged or lost.

    Raises ``UsageError``, ``StoreError``.
    """
    from crawler import __version__
    from crawler.bootstrap import open_database, open_snapshots
    from crawler.errors import UsageError
    from storage.warc import Selection, write_warc

    if output is None and sys.stdout.isatty():
        raise UsageError("a web archive is nothing to read on a terminal: name a file with -o, or a pipe")
    with open_database(settings, create=False) as store:
        selection = Selection(
            sources=known_sources(settings, store, list(wanted.sources)),
            since=wanted.since,
            until=wanted.until,
            limit=wanted.limit,
        )
        snapshots = open_snapshots(settings, store, make=False)
        with open_output(output) as file:
            archived = write_warc(
                store,
                snapshots,
                file,
                selection,
                software=f"gazette/{__version__}",
                filename=output.name if output else "",
                compressed=output is None or output.suffix != ".warc",
                released_before=released_before(settings.retention, datetime.now(UTC)),
                tell=lambda problem: note(f"left out: {problem}"),
            )
            file.flush()
    report(archived, output)
    if archived.lost:
        raise typer.Exit(1)


def report(archived: Archived, output: Path | None) -> None:
    """What was written and what could not be; silent on success where nobody asked."""
    if output is not None or is_terminal():
        place = f" written to {output}" if output else ""
        note(f"{counted(archived.responses, 'response')} and {counted(archived.repeats, 'repeat')}{place}")
    if archived.released:
        note(f"{counted(archived.released, 'response')} left out: [retention] has let go of the body")
    if archived.lost:
        note(f"{counted(archived.lost, 'snapshot')} damaged or lost: gazette verify tells more")
