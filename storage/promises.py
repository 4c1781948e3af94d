"""Promises become deliveries, in the transaction that holds the events they are about."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from crawler.model import DeliveryState, Outcome, Promise
from storage.database import Database
from storage.rows import DELIVERY, to_column
from storage.statements import insert_new, select

DELIVERY_EVENT = ("event_id", "channel", "subscription", "delivery_id", "position")
_INSERT = insert_new("delivery", DELIVERY)
_INSERT_EVENT = insert_new("delivery_event", DELIVERY_EVENT)
_OPEN = (
    "SELECT id, (SELECT max(position) + 1 FROM delivery_event WHERE delivery_id = delivery.id) FROM delivery "
    "WHERE subscription = ? AND channel = ? AND \"window\" = ? AND state = 'pending' AND payload IS NULL "
    "ORDER BY created_at, id LIMIT 1"
)


_CLOSED = (
    'SELECT 1 FROM delivery WHERE subscription = ? AND channel = ? AND "window" IN (?, ?) '
    "AND NOT (state = 'pending' AND payload IS NULL) LIMIT 1"
)


class _Recipient(NamedTuple):
    """Who hears of something together with what else: the promises that may share a message."""

    subscription: str
    channel: str
    window: str


class _Place(NamedTuple):
    delivery_id: str
    position: int


def write_promises(database: Database, outcomes: Sequence[Outcome]) -> None:
    """Lets each promise join the open delivery of its window, or makes one.

    A delivery is open while it is pending and its message is not fixed; it keeps the due time of its first event. What
    a subscription was already promised through a channel is not promised again.
    """
    promises = [promise for outcome in outcomes for promise in outcome.promises]
    if not promises:
        return
    happened_at = _event_instants(outcomes)
    places: dict[_Recipient, _Place] = {}
    events = []
    for promise in _fresh(database, promises):
        promise = _in_time(database, promise)
        recipient = _Recipient(promise.subscription, promise.channel, promise.window)
        place = places.get(recipient) or _find_open(database, recipient)
        if place is None:
            place = _Place(_delivery_id(promise), 0)
            database.run(_INSERT, _delivery_values(place.delivery_id, promise, happened_at))
        places[recipient] = _Place(place.delivery_id, place.position + 1)
        events.append((promise.event_id, promise.channel, promise.subscription, *place))
    database.run_many(_INSERT_EVENT, events)


def _event_instants(outcomes: Iterable[Outcome]) -> dict[str, datetime]:
    instants = {change.id: change.detected_at for outcome in outcomes for change in outcome.changes}
    tellings = {incident.event_id: incident.detected_at for outcome in outcomes for incident in outcome.incidents}
    signs = {sign.id: sign.detected_at for outcome in outcomes for sign in outcome.signs}
    return instants | tellings | signs


def _fresh(database: Database, promises: Sequence[Promise]) -> Iterator[Promise]:
    sql = select("delivery_event", ("event_id", "channel", "subscription"), "WHERE " + database.among("event_id"))
    promised = set(database.fetch(sql, (database.listed([promise.event_id for promise in promises]),)))
    for promise in promises:
        identity = (promise.event_id, promise.channel, promise.subscription)
        if identity not in promised:
            promised.add(identity)
            yield promise


def _in_time(database: Database, promise: Promise) -> Promise:
    """The promise, or the same for the next digest where its own is on its way: a window has one message.

    A check may be decided just before the hour and be committed just after it. Where the window was told to be empty
    meanwhile, that was its message.
    """
    empty = promise.window.replace("digest:", "empty:", 1)
    recipient = (promise.subscription, promise.channel, promise.window, empty)
    if promise.later is None or not database.fetch_one(_CLOSED, recipient):
        return promise
    window, due_at = promise.later
    return replace(promise, window=window, due_at=due_at, later=None)


def _find_open(database: Database, recipient: _Recipient) -> _Place | None:
    # The row stays locked until we commit: nobody may take the delivery while an event joins it.
    row = database.fetch_one(_OPEN + database.lock_row, recipient)
    return _Place(row[0], row[1] or 0) if row else None


def _delivery_id(promise: Promise) -> str:
    identity = "\n".join((promise.subscription, promise.channel, promise.window, promise.event_id))
    return f"dlv_{hashlib.sha256(identity.encode()).hexdigest()[:24]}"


def _delivery_values(identity: str, promise: Promise, happened_at: Mapping[str, datetime]) -> tuple[object, ...]:
    created_at = happened_at.get(promise.event_id, promise.due_at)
    return (
        identity,
        promise.subscription,
        promise.channel,
        promise.window,
        DeliveryState.PENDING.value,
        to_column(promise.due_at),
        to_column(created_at),
        0,
        "",
        None,
        "",
        None,
    )
