"""The outbox as a person sees it: what waits, what died, and which channel is switched off."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from crawler.errors import UsageError
from crawler.model import Delivery, DeliveryState
from storage import rows
from storage.database import Database, Row
from storage.statements import Where, insert_new, select

_DISABLED = "disabled:"
#: A query for the names of the channels that are switched off.
DISABLED_CHANNELS = "SELECT substr(key, 10) FROM meta WHERE substr(key, 1, 9) = 'disabled:'"
_UNSUBSCRIBED = "unsubscribed:"
#: A query for the names of the subscriptions that are switched off.
UNSUBSCRIBED = "SELECT substr(key, 14) FROM meta WHERE substr(key, 1, 13) = 'unsubscribed:'"
_UNSUBSCRIPTIONS = "SELECT substr(key, 14), value FROM meta WHERE substr(key, 1, 13) = 'unsubscribed:' ORDER BY key"
_KEY = "unsubscribe-key"
_FIRST_KEY = insert_new("meta", ("key", "value"))
_READ_KEY = "SELECT value FROM meta WHERE key = ?"
_SWITCHES = "SELECT substr(key, 10), value FROM meta WHERE substr(key, 1, 9) = 'disabled:' ORDER BY key"
_SWITCH_OFF = "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
_SWITCH_ON = "DELETE FROM meta WHERE key = ?"
# A dead letter starts its tries anew; one that waits for its next try keeps count.
_REVIVE = (
    "UPDATE delivery SET attempts = CASE state WHEN 'dead' THEN 0 ELSE attempts END, state = 'pending', due_at = ?, "
    "lease = '', lease_until = NULL WHERE id = ? AND state IN ('dead', 'pending')"
)
_COUNT = "SELECT count(*) FROM delivery WHERE state IN (?, ?)"
_LONGEST_ERROR = 1000


class Letters:
    """Deliveries for the command line and the dashboard."""

    database: Database

    def list_deliveries(self, *, state: DeliveryState | None = None, limit: int = 100) -> list[Delivery]:
        """Deliveries, newest first."""
        where = Where()
        if state is not None:
            where.add("state = ?", state.value)
        sql = select("delivery", rows.DELIVERY, f"{where} ORDER BY created_at DESC, id LIMIT ?")
        return self.complete_deliveries(self.database.fetch(sql, (*where.parameters, limit)))

    def complete_deliveries(self, found: Sequence[Row]) -> list[Delivery]:
        """Rows of ``rows.DELIVERY`` with their events in the order they joined."""
        events: defaultdict[str, list[str]] = defaultdict(list)
        rest = f"WHERE {self.database.among('delivery_id')} ORDER BY position"
        sql = select("delivery_event", ("delivery_id", "event_id"), rest)
        for delivery_id, event_id in self.database.fetch(sql, (self.database.listed([row[0] for row in found]),)):
            events[delivery_id].append(event_id)
        return [rows.delivery(row, events[row[0]]) for row in found]

    def find_delivery(self, prefix: str) -> Delivery:
        """The delivery whose id starts so; its ``dlv_`` may be left out. Raises ``UsageError`` for none or several."""
        wanted = prefix if prefix.startswith("dlv_") else f"dlv_{prefix}"
        rest = "WHERE substr(id, 1, ?) = ? ORDER BY id LIMIT 4"
        found = self.database.fetch(select("delivery", rows.DELIVERY, rest), (len(wanted), rows.storable(wanted)))
        if not found:
            raise UsageError(f"there is no delivery {prefix}; `gazette alerts list` shows them")
        if len(found) > 1:
            names = ", ".join(row[0] for row in found)
            raise UsageError(f"{prefix} could be several deliveries: {names}; give more of the id")
        return self.complete_deliveries(found)[0]

    def revive(self, delivery_id: str, now: datetime) -> None:
        """Makes a dead or waiting delivery due now. Raises ``UsageError`` for one that was sent or is being sent."""
        with self.database.writing(durable=True):
            count = self.database.run(_REVIVE, (rows.to_column(now), delivery_id))
        if not count:
            raise UsageError(f"{delivery_id} is neither dead nor waiting; `gazette alerts list` shows what is")

    def dead_count(self) -> int:
        """How many dead letters there are."""
        return self._count(DeliveryState.DEAD, DeliveryState.DEAD)

    def waiting_count(self) -> int:
        """How many deliveries are neither sent nor dead."""
        return self._count(DeliveryState.PENDING, DeliveryState.LEASED)

    def _count(self, first: DeliveryState, second: DeliveryState) -> int:
        row = self.database.fetch_one(_COUNT, (first.value, second.value))
        return int(row[0]) if row else 0

    def disable_channel(self, name: str, reason: str = "") -> None:
        """Switches a channel off until it is enabled again: nothing is claimed for it, its deliveries wait."""
        with self.database.writing(durable=True):
            self.database.run(_SWITCH_OFF, (_DISABLED + name, shorten_error(reason)))

    def enable_channel(self, name: str) -> None:
        """Switches a channel on again; what waited for it is due as it was."""
        with self.database.writing(durable=True):
            self.database.run(_SWITCH_ON, (_DISABLED + name,))

    def disable_subscription(self, name: str, reason: str = "") -> None:
        """Tells a subscription nothing until it is enabled again; what is promised to it waits."""
        with self.database.writing(durable=True):
            self.database.run(_SWITCH_OFF, (_UNSUBSCRIBED + name, shorten_error(reason)))

    def enable_subscription(self, name: str) -> None:
        """Tells a subscription again what it is promised."""
        with self.database.writing(durable=True):
            self.database.run(_SWITCH_ON, (_UNSUBSCRIBED + name,))

    def disabled_subscriptions(self) -> dict[str, str]:
        """The subscriptions that are switched off, and why."""
        return dict(self.database.fetch(_UNSUBSCRIPTIONS))

    def unsubscribe_key(self) -> bytes:
        """The secret behind the addresses for unsubscribing; made when it is first asked for."""
        row = self.database.fetch_one(_READ_KEY, (_KEY,))
        if row is None:
            with self.database.writing(durable=True):
                self.database.run(_FIRST_KEY, (_KEY, secrets.token_hex(32)))
                row = self.database.fetch_one(_READ_KEY, (_KEY,))
        return bytes.fromhex(str(row[0])) if row else b""

    def disabled_channels(self) -> dict[str, str]:
        """The channels that are switched off, and why."""
        return dict(self.database.fetch(_SWITCHES))


def shorten_error(error: str) -> str:
    """A receiver's words, bounded."""
    return rows.storable(error[:_LONGEST_ERROR])
