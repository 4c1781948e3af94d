"""Changes without a place in the order of changes, to rows and back: an incident stands for them, or they are signs."""

from __future__ import annotations

from crawler.model import Change, HeldChange
from storage import rows
from storage.database import Row

HELD = ("id", "incident_id", "position", "record", "text")


def held_change(identity: str, record: str) -> Change:
    """A change for which an incident stands; it has no place in the order of changes yet."""
    return _read("held", identity, record)


def sign(identity: str, record: str) -> Change:
    """A first sign that an article is gone, or an echo; it never gets a place in the order of changes."""
    return _read("sign", identity, record)


def _read(table: str, identity: str, record: str) -> Change:
    with rows.intact(table, identity):
        stored: Change = rows.from_json(Change, record)
        return stored


def held_values(held: HeldChange, place: int) -> Row:
    """The row of a change for which an incident stands, in the order of ``HELD``."""
    return held.change.id, held.incident_id, place, rows.to_json(Change, held.change), rows.storable(held.text)
