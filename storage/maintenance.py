"""Care of the database: backups, copies to another engine, retention."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from crawler.errors import StoreError, UsageError
from storage.rows import to_column
from storage.schema import build_engine
from storage.search import SEARCHED
from storage.sqlite import SqliteDatabase, copy_file
from storage.statements import delete
from storage.store import SqlStore, open_store

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection, Table

_BATCH = 500
#: So long after it was first seen an article is still found to be repeated or translated by a new one. More than both
#: windows of days that ``crawler.differ`` compares, for sources that are added, or read again, later.
MARKED_FOR = timedelta(days=90)
#: Hallmarks that go in one transaction, so that nobody waits long for it.
MARKS_AT_ONCE = 20_000
_STALE_MARKS = (
    "SELECT mark, day, article_id FROM hallmark WHERE (day < ? OR day > ?)"
    " AND NOT EXISTS (SELECT 1 FROM article WHERE article.id = hallmark.article_id AND first_seen_at >= ?) LIMIT ?"
)
#: A body named in a record of ours.
_SHA256 = re.compile(r'"sha256": ?"([0-9a-f]{64})"')


class RemovableSnapshots(Protocol):
    """Snapshots that can forget."""

    def sizes(self) -> Iterator[tuple[str, int]]:
        """All names, with the bytes that each takes up."""
        ...

    def remove(self, names: Iterable[str]) -> int:
        """Forgets bodies; returns how many were there."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """How much retention took away. ``over`` is by how many bytes the snapshots that are needed pass the limit.

    ``marks``: what articles were found again by, when they were new.
    """

    snapshots: int
    deliveries: int
    changes: int
    over: int = 0
    marks: int = 0

    @property
    def is_some(self) -> bool:
        """Whether anything went that somebody might miss."""
        return bool(self.snapshots or self.deliveries or self.changes)

    def __str__(self) -> str:
        return f"removed {self.snapshots} snapshots, {self.deliveries} sent deliveries, {self.changes} changes"


def backup(store: SqlStore, file: Path) -> None:
    """Writes a consistent copy of a SQLite database to ``file``, also while others use it; all or nothing.

    Raises ``UsageError`` where the file exists or the database is not SQLite's to copy, ``StoreError``.
    """
    database = store.database
    if not isinstance(database, SqliteDatabase):
        raise UsageError(f"{database.name} is backed up with pg_dump; `gazette db copy sqlite:///…` makes a file of it")
    try:
        copy_file(database.path, file)
    except FileExistsError as error:
        raise UsageError(f"{file} exists; a backup never replaces a file") from error
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{file} cannot be written as a backup ({error})") from error


def copy(store: SqlStore, url: str) -> dict[str, int]:
    """Copies everything into the empty database at ``url`` in one transaction; returns the rows of each table.

    Raises ``UsageError`` where that database already remembers something, ``StoreError`` where the counts differ.
    """
    from sqlalchemy.exc import SQLAlchemyError

    with open_store(url) as target:
        source_engine = build_engine(store.database, store.url)
        target_engine = build_engine(target.database, url)
        try:
            with source_engine.connect() as source, target_engine.begin() as connection:
                return _copy_tables(source, connection, target.database.name)
        except SQLAlchemyError as error:
            reason = str(error).partition("\n")[0]
            raise StoreError(f"copying to {target.database.name} failed, nothing was written ({reason})") from error
        finally:
            source_engine.dispose()
            target_engine.dispose()


def _copy_tables(source: Connection, target: Connection, name: str) -> dict[str, int]:
    from storage.tables import METADATA

    tables = METADATA.sorted_tables
    if used := [table.name for table in tables if _count(target, table)]:
        raise UsageError(f"{name} already holds {', '.join(used)}; copy into an empty database")
    counts = {table.name: _copy_table(source, target, table) for table in tables}
    _continue_numbers(target)
    _forget_index(target)
    return counts


def _copy_table(source: Connection, target: Connection, table: Table) -> int:
    # In the order of the key, so that the new file is laid out well; also the order in which seq grew.
    rows = source.execution_options(yield_per=_BATCH).execute(table.select().order_by(*table.primary_key.columns))
    for batch in rows.mappings().partitions(_BATCH):
        target.execute(table.insert(), [dict(row) for row in batch])
    expected, written = _count(source, table), _count(target, table)
    if expected != written:
        raise StoreError(f"copying {table.name} brought {written} of {expected} rows; nothing was written")
    return written


def _count(connection: Connection, table: Table) -> int:
    from sqlalchemy import func, select

    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _continue_numbers(target: Connection) -> None:
    """PostgreSQL counts apart from the rows; SQLite learns the highest number from them."""
    from sqlalchemy import text

    if target.dialect.name == "postgresql":
        target.execute(text("SELECT setval(pg_get_serial_sequence('change', 'seq'), max(seq)) FROM change"))
        target.execute(text("SELECT setval(pg_get_serial_sequence('search_entry', 'id'), max(id)) FROM search_entry"))


def _forget_index(target: Connection) -> None:
    """The words that search goes by were not copied: the other engine keeps them elsewhere, and makes them anew."""
    from sqlalchemy import text

    target.execute(text("DELETE FROM meta WHERE key = :key"), {"key": SEARCHED})


def prune(
    store: SqlStore,
    snapshots: RemovableSnapshots,
    *,
    now: datetime,
    snapshots_after: timedelta | None,
    changes_after: timedelta | None,
    max_size: int | None = None,
) -> Pruned:
    """Removes what is older than the two ages (None: nothing), and the oldest snapshots beyond ``max_size`` bytes.

    Snapshots go by their last observation, unless they are what an article or source looks like today, or prove its
    newest revision or a removal that is not told yet; changes and sent deliveries go by age, but nothing that a
    delivery still promises. Observations stay for ever: their chain is the proof. Hallmarks go when they are too old to
    matter, whatever is kept else.
    """
    marks = 0
    while found := forget_marks(store, now=now):
        marks += found
    removed = over = 0
    if snapshots_after is not None:
        removed = snapshots.remove(list(_stale_snapshots(store, now - snapshots_after)))
    if max_size is not None:
        excess, over = _excess_snapshots(store, snapshots, max_size)
        removed += snapshots.remove(excess)
    if changes_after is None:
        return Pruned(snapshots=removed, deliveries=0, changes=0, over=over, marks=marks)
    deliveries, changes = _forget_events(store, to_column(now - changes_after))
    return Pruned(snapshots=removed, deliveries=deliveries, changes=changes, over=over, marks=marks)


def forget_marks(store: SqlStore, *, now: datetime, limit: int = MARKS_AT_ONCE) -> int:
    """Removes the next hallmarks that are too old to matter, at most ``limit``; how many there were.

    So the table grows with the articles of a season, and not with the archive. Days that an article claims may lie
    anywhere; those around now are kept without asking when it was seen.
    """
    near = (now - MARKED_FOR).date().toordinal(), (now + MARKED_FOR).date().toordinal()
    with store.database.writing(durable=False):
        return store.database.run(
            delete("hallmark", f"(mark, day, article_id) IN ({_STALE_MARKS})"),
            (*near, to_column(now - MARKED_FOR), limit),
        )


def _stale_snapshots(store: SqlStore, before: datetime) -> Iterator[str]:
    sql = "SELECT sha256 FROM observation WHERE sha256 <> '' GROUP BY sha256 HAVING max(fetched_at) < ?"
    needed = needed_snapshots(store)
    return (name for (name,) in store.database.fetch(sql, (to_column(before),)) if name not in needed)


def _excess_snapshots(store: SqlStore, snapshots: RemovableSnapshots, max_size: int) -> tuple[list[str], int]:
    """The oldest snapshots that have to go, and how many bytes will be too many all the same.

    One that no observation names is younger than the oldest check under way; it stays.
    """
    over = sum(size for _, size in snapshots.sizes()) - max_size
    if over <= 0:
        return [], 0
    sizes, needed, excess = dict(snapshots.sizes()), needed_snapshots(store), []
    sql = "SELECT sha256 FROM observation WHERE sha256 <> '' GROUP BY sha256 ORDER BY max(fetched_at), sha256"
    for (name,) in store.database.fetch(sql):
        if over <= 0:
            break
        if name in sizes and name not in needed:
            excess.append(name)
            over -= sizes[name]
    return excess, max(over, 0)


def needed_snapshots(store: SqlStore) -> set[str]:
    """What a later comparison, a new parser, or a proof that is still open will want to read again."""
    fetch = store.database.fetch
    needed = {name for (name,) in fetch("SELECT body_sha256 FROM article UNION SELECT body_sha256 FROM source_state")}
    for sql in (
        "SELECT files FROM article WHERE files <> '[]'",
        "SELECT absence FROM article WHERE absence IS NOT NULL",
        "SELECT evidence FROM revision JOIN article ON id = article_id AND number = article.revision "
        "WHERE evidence IS NOT NULL",
    ):
        for (record,) in fetch(sql):
            needed.update(_SHA256.findall(record))
    return needed


def _forget_events(store: SqlStore, before: str | None) -> tuple[int, int]:
    database = store.database
    sent = "SELECT id FROM delivery WHERE state = 'sent' AND sent_at < ?"
    with database.writing(durable=True):
        database.run(delete("delivery_event", f"delivery_id IN ({sent})"), (before,))
        deliveries = database.run(delete("delivery", "state = 'sent' AND sent_at < ?"), (before,))
        unpromised = "id NOT IN (SELECT event_id FROM delivery_event)"
        changes = database.run(delete("change", f"detected_at < ? AND {unpromised}"), (before,))
        stale = "SELECT id FROM incident WHERE opened_at < ?"
        database.run(delete("held", f"incident_id IN ({stale})"), (before,))
        database.run(delete("sign", f"detected_at < ? AND {unpromised}"), (before,))
    return deliveries, changes
