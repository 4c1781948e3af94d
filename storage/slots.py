"""``max_per_hour``: how many messages of a subscription leave in any hour, counted where they are claimed.

A message takes a place in its subscription's hour when it is first claimed, and keeps it for an hour, however often it
is tried. What finds no place waits. When a place is free and more waits than there are places, the last place is for
all the rest: their events are folded into one message. So no hour has more messages than the limit, whoever dies
meanwhile and however many processes send; and nothing is dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from storage.database import Database
from storage.rows import to_column
from storage.statements import delete, update

HOUR = timedelta(hours=1)

_TAKEN = "SELECT count(*) FROM delivery WHERE subscription = ? AND channel = ? AND slot_at > ? AND slot_at <= ?"
_LAST_POSITION = "SELECT max(position) FROM delivery_event WHERE delivery_id = ?"
_EVENTS = "SELECT event_id FROM delivery_event WHERE delivery_id = ? ORDER BY position"
_MOVE = update("delivery_event", "delivery_id = ?, position = ?", "delivery_id = ? AND event_id = ?")
_DROP = delete("delivery", "id = ?")


def grant_places(
    database: Database, limits: Mapping[str, int], claimable: str, parameters: Sequence[object], now: datetime
) -> None:
    """Gives the free places of the hour before ``now`` to what is due. Part of the transaction that claims.

    ``claimable`` is the condition for a delivery to be due, with its ``parameters``. ``limits`` are by subscription.
    """
    if not limits:
        return
    database.queue_commits()  # two that count at once would both find the same place free
    since = to_column(now - HOUR)
    for subscription, limit in limits.items():
        if limit:
            # Frozen ones first: they are as they are, and can only wait or go.
            waiting = database.fetch(
                "SELECT channel, id, payload IS NULL FROM delivery WHERE subscription = ?"  # noqa: S608 - our own words
                f" AND (slot_at IS NULL OR slot_at <= ?) AND {claimable}"
                " ORDER BY channel, payload IS NULL, due_at, created_at, id",
                (subscription, since, *parameters),
            )
            for channel, group in groupby(waiting, key=lambda row: str(row[0])):
                seat(database, (subscription, channel), [(row[1], bool(row[2])) for row in group], limit, now)


def seat(
    database: Database, way: tuple[str, str], waiting: Sequence[tuple[str, bool]], limit: int, now: datetime
) -> None:
    """Seats the first of ``waiting``; where not all find a place, the last place is for all that can be folded.

    ``way`` is the subscription and its channel. Each that waits is an id and whether it can be folded: its message is
    not fixed. Those that cannot come first.
    """
    row = database.fetch_one(_TAKEN, (*way, to_column(now - HOUR), to_column(now)))
    free = max(0, limit - (int(row[0]) if row else 0))
    seated = [identity for identity, _ in waiting[:free]]
    if seated and waiting[len(seated) - 1][1]:
        for other, _ in waiting[free:]:
            fold(database, seated[-1], other)
    if seated:
        sql = update("delivery", "slot_at = ?", database.among("id"))
        database.run(sql, (to_column(now), database.listed(seated)))


def fold(database: Database, keeper: str, other: str) -> None:
    """Lets all events of ``other`` join ``keeper``; neither was ever sent."""
    row = database.fetch_one(_LAST_POSITION, (keeper,))
    position = -1 if row is None or row[0] is None else int(row[0])
    events = [event for (event,) in database.fetch(_EVENTS, (other,))]
    moves = [(keeper, position + place, other, event) for place, event in enumerate(events, start=1)]
    database.run_many(_MOVE, moves)
    database.run(_DROP, (other,))
