"""How a source lives, as its checks have shown it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crawler.model.articles import Hints


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """What tells when a source is worth a visit; older counts fade.

    ``visits`` checks waited ``watched`` seconds in all, and ``hits`` of them found a post. ``posted`` counts posts by
    the hour of the source's own clock, 24 of working days and then 24 of weekends; ``counted_to`` is when the newest of
    them was published, ``counted_from`` the oldest. ``hints`` and ``fresh_for`` are the publisher's wishes, as its
    listing and the HTTP headers state them. ``why`` tells in a sentence how the next visit was chosen.
    """

    visits: float = 0.0
    hits: float = 0.0
    watched: float = 0.0
    posted: tuple[float, ...] = ()
    counted_from: datetime | None = None
    counted_to: datetime | None = None
    hints: Hints = field(default_factory=Hints)
    fresh_for: timedelta | None = None
    why: str = ""
