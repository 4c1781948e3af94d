"""`gazette db`: the database itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crawler.cli.context import settings_of
from crawler.cli.output import emit, note

app = typer.Typer(
    help="The database: schema, copies, retention.",
    epilog="Example: gazette db backup gazette.bak",
    no_args_is_help=True,
)


@app.command("upgrade", epilog="Example: gazette db upgrade")
def upgrade(context: typer.Context) -> None:
    """Brings the schema up to date, after a backup. Every command does this by itself."""
    from crawler.bootstrap import open_database

    settings = settings_of(context)
    open_database(settings).close()
    emit(f"{settings.storage.sqlite_path or 'the database'} is up to date")


@app.command("backup", epilog="Example: gazette db backup /var/backups/gazette.db")
def backup(context: typer.Context, file: Annotated[Path, typer.Argument(help="Where to; must not exist.")]) -> None:
    """Writes a consistent copy of the database to FILE, also while others use it."""
    from crawler.bootstrap import open_database
    from storage.maintenance import backup as write_backup

    store = open_database(settings_of(context), create=False)
    try:
        write_backup(store, file)
    finally:
        store.close()
    emit(f"backed up to {file.resolve()}")


@app.command("prune", epilog="Example: gazette db prune")
def prune(context: typer.Context) -> None:
    """Applies [retention] now: old snapshots and sent messages go, the chain of observations stays whole."""
    from datetime import UTC, datetime

    from crawler.bootstrap import open_database, open_snapshots
    from storage.maintenance import prune as prune_store

    settings = settings_of(context)
    store = open_database(settings, create=False)
    try:
        report = prune_store(
            store,
            open_snapshots(settings, store),
            now=datetime.now(UTC),
            snapshots_after=settings.retention.snapshots,
            changes_after=settings.retention.changes,
            max_size=settings.retention.max_size,
        )
    finally:
        store.close()
    emit(str(report))
    if report.over:
        note(f"retention.max_size is passed by {report.over:,} bytes of snapshots that are still needed")


@app.command("copy", epilog="Example: gazette db copy postgresql+psycopg://gazette@localhost/gazette")
def copy(context: typer.Context, url: Annotated[str, typer.Argument(help="Address of an empty database.")]) -> None:
    """Copies everything into another database, SQLite or PostgreSQL, and compares the counts."""
    from crawler.bootstrap import open_database
    from storage.maintenance import copy as copy_store

    store = open_database(settings_of(context), create=False)
    try:
        counts = copy_store(store, url)
    finally:
        store.close()
    for table, number in counts.items():
        emit(f"{table:<18} {number}")
    note("point storage.url at the new database to use it")
