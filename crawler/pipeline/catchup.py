"""After a time without us: is there a hole between what a listing names and what we know? Pure.

A listing without any known entry has moved on further than its window is long. Whoever follows its pages back finds
where the two meet, and has missed nothing; where they do not meet, the operator is told once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from crawler.differ.guard import close_incident, open_incident
from crawler.model import Entry, Incident, IncidentReason
from crawler.pipeline.looks import ListingLook, Wanted

#: Pages followed back at most, beyond those of an everyday check: some hundred posts.
MAX_PAGES_BACK = 20
#: A listing of a single post meets nothing by its nature.
FEWEST_ENTRIES = 2


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a listing was read for its posts, and what is missing in a sentence; ``""`` where nothing is."""

    look: ListingLook
    gap: str = ""


def lacks_overlap(look: ListingLook, named: Iterable[Wanted]) -> bool:
    """Whether a listing names no article that we know, although it is only a window on more."""
    if look.listing is None or look.listing.exhaustive or look.usual < FEWEST_ENTRIES:
        return False
    return all(each.known is None for each in named)


def join_to_overlap(first: ListingLook, deeper: ListingLook, known: Sequence[Entry]) -> Reach:
    """The listing as far as it is news: to its last known entry, or, where none was met, its first pages alone.

    What lies on pages that lead nowhere is recorded with the rest, but nobody is alerted of what may be years old.
    """
    if deeper.listing is None:
        return Reach(first)
    entries = deeper.listing.entries
    if known:
        end = max(number for number, entry in enumerate(entries) if entry in known) + 1
        return Reach(replace(deeper, listing=replace(deeper.listing, entries=entries[:end]), usual=end))
    beyond = len(entries) - first.usual
    words = f"and {beyond} further back were recorded without an alert" if beyond else "and it leads no further back"
    gap = f"none of the {first.usual} posts listed was known, {words}: what stood between may have been missed"
    return Reach(deeper, gap)


def tell_gap(source_id: str, gap: str, open_incidents: Iterable[Incident], *, now: datetime) -> Iterator[Incident]:
    """Opens the incident of a hole, once, and closes it at the next check that goes well without one."""
    standing = [incident for incident in open_incidents if incident.reason is IncidentReason.GAP]
    if gap and not standing:
        yield open_incident(source_id, IncidentReason.GAP, now, detail=gap)
    elif not gap:
        yield from (close_incident(incident, now) for incident in standing)
