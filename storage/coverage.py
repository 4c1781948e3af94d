"""What reports on a stretch of time ask of the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storage import rows
from storage.statements import Where, select
from storage.store import SqlStore


def count_changes(store: SqlStore, sources: Sequence[str], *, since: datetime, until: datetime) -> dict[str, int]:
    """How many changes of each kind these sources had from ``since`` to before ``until``, their baseline left out."""
    where = Where()
    where.add(store.database.among("source"), store.database.listed(sources))
    where.add("NOT baseline")
    where.add("detected_at >= ?", rows.to_column(since))
    where.add("detected_at < ?", rows.to_column(until))
    sql = f"SELECT kind, count(*) FROM change {where} GROUP BY kind"  # noqa: S608 - our own names
    return {str(kind): int(number) for kind, number in store.database.fetch(sql, where.parameters)}


def is_promised(store: SqlStore, subscription: str, channel: str, window: str) -> bool:
    """Whether anything is to be told, or was told, in that window."""
    sql = select("delivery", ("id",), 'WHERE subscription = ? AND channel = ? AND "window" = ? LIMIT 1')
    return store.database.fetch_one(sql, (subscription, channel, window)) is not None


def find_creation(store: SqlStore, delivery_id: str) -> datetime | None:
    """When a delivery was made; None where it never was, or was pruned."""
    row = store.database.fetch_one(select("delivery", ("created_at",), "WHERE id = ?"), (delivery_id,))
    return rows.maybe_instant(row[0]) if row else None
