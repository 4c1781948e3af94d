"""Brings a database to today's schema: creates it, upgrades it after a backup, or refuses a newer one.

A database that is up to date costs one query. A new file is made from ``migrations/head.sql``, which says what all
migrations together come to (a test compares): importing Alembic and SQLAlchemy takes longer than a small crawl. They
are imported only to upgrade, and for PostgreSQL. After a new migration: ``python -m storage.schema`` rewrites head.sql.
"""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from crawler.errors import StoreError, StoreNewer
from storage.database import Database
from storage.sqlite import SqliteDatabase, copy_file

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from sqlalchemy import Engine

#: The newest revision in ``migrations/versions``.
HEAD = "0011"
SCRIPTS = Path(__file__).parent / "migrations"


def ensure_schema(database: Database, url: str, *, head: str = HEAD, scripts: Path = SCRIPTS) -> bool:
    """Makes the schema that of ``head`` and tells whether the database was empty before.

    A SQLite file is copied to ``<file>.before-<revision>.bak`` before it is upgraded; a PostgreSQL database is upgraded
    in one transaction, its backups are the operator's. Raises ``StoreNewer`` for an unknown revision, ``StoreError``.
    """
    tables = _tables(database)
    revision = _revision(database) if "alembic_version" in tables else None
    if revision == head:
        return False
    if revision is not None:
        _refuse_newer(database, revision, scripts)
        _back_up(database, head)
        upgrade(database, url, scripts=scripts)
        return False
    _refuse_foreign(database, tables)
    if isinstance(database, SqliteDatabase):
        return _create(database)
    upgrade(database, url, scripts=scripts)
    return True


def _create(database: SqliteDatabase) -> bool:
    """Makes the schema unless another program did so while we waited for the right to write."""
    with database.writing(durable=True):
        if _tables(database):
            return False
        for statement in (SCRIPTS / "head.sql").read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                database.run(statement)
    return True


def render_head() -> str:
    """What all migrations together come to, as SQLite's own statements: the content of ``head.sql``."""
    with TemporaryDirectory() as folder:
        database = SqliteDatabase(Path(folder) / "head.db", busy_timeout=timedelta(seconds=5))
        try:
            upgrade(database, "")
            rows = database.fetch("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
        finally:
            database.close()
    statements = [*(" ".join(sql.split()) for (sql,) in rows), f"INSERT INTO alembic_version VALUES ('{HEAD}')"]  # noqa: S608 - our own name
    return ";\n".join(statements) + ";\n"


def upgrade(database: Database, url: str, *, scripts: Path = SCRIPTS) -> None:
    """Runs the missing migrations in one transaction. Raises ``StoreError``."""
    from alembic import command
    from sqlalchemy.exc import DBAPIError

    engine = build_engine(database, url)
    config = _config(scripts)
    config.attributes["engine"] = engine
    try:
        command.upgrade(config, "head")
    except DBAPIError as error:
        raise database.explain(error.orig if isinstance(error.orig, Exception) else error) from error
    finally:
        engine.dispose()


def build_engine(database: Database, url: str) -> Engine:
    """A SQLAlchemy engine on the same database, for what is not in the hot path. Dispose of it after use."""
    from sqlalchemy import NullPool, create_engine, event

    if not isinstance(database, SqliteDatabase):
        return create_engine(url, poolclass=NullPool)
    engine = create_engine("sqlite://", creator=lambda: _connect_plainly(database.path), poolclass=NullPool)
    # Two that start together both find an empty file: the second must wait before it reads the revision.
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _connect_plainly(path: Path) -> sqlite3.Connection:
    """Without foreign keys: rebuilding a table in batch mode would otherwise cascade."""
    return sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)


def _tables(database: Database) -> set[str]:
    if isinstance(database, SqliteDatabase):
        rows = database.fetch("SELECT name FROM sqlite_master WHERE type = 'table'")
    else:
        rows = database.fetch("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
    return {name for (name,) in rows}


def _revision(database: Database) -> str | None:
    row = database.fetch_one("SELECT version_num FROM alembic_version")
    return row[0] if row else None


def _refuse_foreign(database: Database, tables: set[str]) -> None:
    """A PostgreSQL database may hold others' tables beside ours, a file may not."""
    others = tables - {"alembic_version"}
    if others and (isinstance(database, SqliteDatabase) or "article" in others):
        raise StoreError(
            f"{database.name} is a database, but not one of Gazette (it holds {', '.join(sorted(others)[:3])}); "
            "name another one in [storage] url"
        )


def _refuse_newer(database: Database, revision: str, scripts: Path) -> None:
    if revision not in {script.revision for script in _directory(scripts).walk_revisions()}:
        raise StoreNewer(
            f"{database.name} was written by a newer Gazette (schema {revision}); update this one, or restore the "
            "backup that the newer one made before it upgraded (*.bak beside the file)"
        )


def _back_up(database: Database, head: str) -> None:
    if not isinstance(database, SqliteDatabase):
        return
    target = database.path.with_name(f"{database.path.name}.before-{head}.bak")
    try:
        copy_file(database.path, target, overwrite=True)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{target}: no backup could be made, so {database.name} was not upgraded ({error})") from error


def _directory(scripts: Path) -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config(scripts))


def _config(scripts: Path) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    return config


if __name__ == "__main__":
    (SCRIPTS / "head.sql").write_text(render_head(), encoding="utf-8")
