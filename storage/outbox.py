"""The store as the outbox sees it: claim deliveries, fix their bytes, settle them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from crawler.model import Change, Delivery, DeliveryState, Incident
from storage import rows
from storage.database import Row
from storage.held import sign
from storage.letters import DISABLED_CHANNELS, UNSUBSCRIBED, Letters, shorten_error
from storage.slots import HOUR, grant_places
from storage.statements import select, update

_CLAIMABLE = (
    "((state = 'pending' AND attempts = 0"
    " AND (due_at <= ? OR due_at <= created_at OR (? AND \"window\" = 'burst' AND payload IS NULL)))"
    " OR (state = 'pending' AND attempts > 0 AND due_at <= ?) OR (state = 'leased' AND lease_until <= ?))"
    f" AND channel NOT IN ({DISABLED_CHANNELS}) AND subscription NOT IN ({UNSUBSCRIBED})"
)
# Only who holds the lease may settle: a worker that slept through its lease finds the delivery in other hands.
_OURS = "id = ? AND state = 'leased' AND lease = ?"
_GIVE_BACK = "attempts = attempts + 1, lease = '', lease_until = NULL, last_error = ?"
_KEEP_REST = "payload = COALESCE(?, payload)"
_FREEZE = update("delivery", "payload = ?", _OURS + " AND payload IS NULL")
_SENT = update("delivery", f"state = 'sent', sent_at = ?, {_GIVE_BACK}", _OURS)
_POSTPONED = update("delivery", f"state = 'pending', due_at = ?, {_KEEP_REST}, {_GIVE_BACK}", _OURS)
_BURIED = update("delivery", f"state = 'dead', {_KEEP_REST}, {_GIVE_BACK}", _OURS)


class Outbox(Letters):
    """See ``crawler.ports.Store``, the part for the outbox."""

    def lease_deliveries(
        self,
        *,
        now: datetime,
        lease_until: datetime,
        limit: int,
        close_bursts: bool,
        real_now: datetime | None = None,
        limits: Mapping[str, int] | None = None,
    ) -> list[Delivery]:
        """Claims due deliveries, and those whose lease ran out; not those of a channel or subscription that was
        switched off.

        ``close_bursts`` counts bursts that were not tried yet as due. ``now``, of the clock of decisions, closes bursts
        and digests; ``real_now`` (None: the same) ends leases and brings on retries. What was due the moment it was
        promised is due by any clock. ``limits`` are the messages
        an hour (of the clock of decisions) of those subscriptions that have a limit; more are folded into one, and
        where the limit is 0 nothing is claimed.
        """
        decided, real = rows.to_column(now), rows.to_column(real_now or now)
        due = (decided, close_bursts, real, real)
        with self.database.writing(durable=False):
            grant_places(self.database, limits or {}, _CLAIMABLE, due, now)
            found = self._find_due(due, limits or {}, now, limit)
            if not found:
                return []
            lease = secrets.token_hex(8)
            self._claim([row[0] for row in found], lease, lease_until)
        return [
            replace(delivery, state=DeliveryState.LEASED, lease=lease) for delivery in self.complete_deliveries(found)
        ]

    def _find_due(self, due: Sequence[object], limits: Mapping[str, int], now: datetime, limit: int) -> list[Row]:
        """Rows of what may be claimed: due, and with a place in its subscription's hour where that is limited."""
        condition, parameters = _CLAIMABLE, list(due)
        if limits:
            named = self.database.among("subscription")
            condition += f" AND NOT {named} AND NOT ({named} AND (slot_at IS NULL OR slot_at <= ?))"
            silent = [name for name, most in limits.items() if not most]
            parameters += [self.database.listed(silent), self.database.listed(list(limits)), rows.to_column(now - HOUR)]
        order = f"ORDER BY due_at, created_at, {self.database.arrival} LIMIT ?{self.database.skip_locked}"
        sql = select("delivery", rows.DELIVERY, f"WHERE {condition} {order}")
        return self.database.fetch(sql, (*parameters, limit))

    def _claim(self, ids: Sequence[str], lease: str, lease_until: datetime) -> None:
        sql = update("delivery", "state = 'leased', lease = ?, lease_until = ?", self.database.among("id"))
        self.database.run(sql, (lease, rows.to_column(lease_until), self.database.listed(ids)))

    def events(self, delivery: Delivery) -> tuple[tuple[Change, ...], tuple[Incident, ...]]:
        """The changes (by seq) and tellings of incidents that the delivery promises."""
        return self._changes(delivery.event_ids), self._tellings(delivery.event_ids)

    def _changes(self, ids: Sequence[str]) -> tuple[Change, ...]:
        listed, found = self.database.listed(ids), self.database.among("id")
        changes = self.database.fetch(select("change", ("seq", "record"), f"WHERE {found} ORDER BY seq"), (listed,))
        rest = f"WHERE {found} ORDER BY detected_at, id"
        signs = self.database.fetch(select("sign", ("id", "record"), rest), (listed,))
        return (*(rows.change(*row) for row in changes), *(sign(*row) for row in signs))

    def _tellings(self, event_ids: Sequence[str]) -> tuple[Incident, ...]:
        incidents = sorted({event_id.partition(":")[0] for event_id in event_ids if ":" in event_id})
        if not incidents:
            return ()
        sql = select("incident", ("id", "opening", "closing"), "WHERE " + self.database.among("id"))
        found = self.database.fetch(sql, (self.database.listed(incidents),))
        told = [rows.incident(row[0], telling) for row in found for telling in row[1:] if telling is not None]
        by_event = {telling.event_id: telling for each in told for telling in each.tellings}
        return tuple(by_event[event_id] for event_id in event_ids if event_id in by_event)

    def freeze_payload(self, delivery: Delivery, payload: bytes) -> Delivery:
        """Fixes the bytes of a delivery, once; afterwards nothing joins it. Returns it with the payload that holds.

        Where the lease was lost before anybody fixed the bytes, the payload stays None: somebody else tells it, and
        these bytes must not be sent.
        """
        with self.database.writing(durable=True):  # every retry must send the same bytes, also after a power cut
            self.database.run(_FREEZE, (payload, delivery.id, delivery.lease))
            row = self.database.fetch_one("SELECT payload FROM delivery WHERE id = ?", (delivery.id,))
        return replace(delivery, payload=row[0] if row else None)

    def acknowledge(self, delivery: Delivery, *, sent_at: datetime) -> None:
        """Marks as sent, if the lease is still ours."""
        self._settle(_SENT, rows.to_column(sent_at), "", delivery.id, delivery.lease)

    def postpone(self, delivery: Delivery, *, due_at: datetime, error: str, rest: bytes | None = None) -> None:
        """Back to pending after a failed attempt, which is counted, if the lease is still ours.

        ``rest`` is sent next time instead of what was fixed, where some receivers have taken it already.
        """
        self._settle(_POSTPONED, rows.to_column(due_at), rest, shorten_error(error), delivery.id, delivery.lease)

    def bury(self, delivery: Delivery, *, error: str, rest: bytes | None = None) -> None:
        """Makes it a dead letter, if the lease is still ours; ``rest`` as in ``postpone``, for a retry by hand."""
        self._settle(_BURIED, rest, shorten_error(error), delivery.id, delivery.lease)

    def _settle(self, sql: str, *parameters: object) -> None:
        with self.database.writing(durable=True):
            self.database.run(sql, parameters)
