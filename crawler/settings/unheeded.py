"""Keys that are read and checked, and that nothing in this version acts on: whoever writes one shall know."""

from __future__ import annotations

from collections.abc import Iterator

from crawler.settings.lines import KeyPath
from crawler.settings.resolve import Tables
from crawler.settings.review import Review
from crawler.settings.tables import GuardTable, Table


def warn_of_unheeded(review: Review, tables: Tables) -> None:
    """Warns of every such key that was given a value other than its default."""
    for path, words in _unheeded(tables):
        review.warnings.append(f"{review.document.place(path)}: {words} is not acted on yet")


def _unheeded(tables: Tables) -> Iterator[tuple[KeyPath, str]]:
    """Where each is written, and what to call it."""
    if _learns_no_habit(tables.shared["guard"]):
        yield ("guard", "quiet_after"), "guard.quiet_after"
    yield from _unheeded_of_sources(tables)


def _learns_no_habit(table: Table | None) -> bool:
    return isinstance(table, GuardTable) and table.quiet_after is not None


def _unheeded_of_sources(tables: Tables) -> Iterator[tuple[KeyPath, str]]:
    for source in tables.sources:
        base = ("source", source.number)
        if _learns_no_habit(source.subs.get("guard")):
            yield (*base, "guard", "quiet_after"), f"source {source.table.id}: guard.quiet_after"
