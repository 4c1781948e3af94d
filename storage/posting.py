"""Messages that tell no event, such as a welcome."""

from __future__ import annotations

from collections.abc import Iterable

from crawler.model import Delivery
from storage import rows
from storage.database import Database
from storage.statements import insert_new, select

_POSTED = "posted:"
_INSERT = insert_new("delivery", rows.DELIVERY)
_ONCE = insert_new("meta", ("key", "value"))


class Posting:
    """Deliveries that were rendered before they were promised: the outbox sends them like any other."""

    database: Database

    def post(self, delivery: Delivery) -> bool:
        """Puts a complete delivery into the outbox, once for ever by its id; whether it was not there before.

        What was sent and pruned since counts as there: the database remembers the id apart from the message.
        """
        with self.database.writing(durable=True):
            first = self.database.run(_ONCE, (_POSTED + delivery.id, delivery.subscription)) > 0
            if first:
                self.database.run(_INSERT, rows.delivery_values(delivery))
        return first

    def posted(self, delivery_ids: Iterable[str]) -> set[str]:
        """Those of the ids that were ever posted."""
        wanted = [_POSTED + each for each in delivery_ids]
        sql = select("meta", ("key",), "WHERE " + self.database.among("key"))
        return {key.removeprefix(_POSTED) for (key,) in self.database.fetch(sql, (self.database.listed(wanted),))}
