"""Records as rows of a spreadsheet: flat, one column a value, harmless when opened. Pure.

What is a list in the record is joined by ``; ``. A text that a spreadsheet would take for a formula is written behind
an apostrophe (OWASP, CSV injection): titles come from outside.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

Record = Mapping[str, Any]

#: What makes a spreadsheet calculate instead of show.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_ARTICLE = (
    "url",
    "title",
    "published_at",
    "updated_at",
    "published_precision",
    "publisher",
    "author",
    "place",
    "language",
    "document_number",
    "first_seen_at",
    "excerpt",
)

#: The columns of each export: a path into its record. New ones come last, for who reads them by their places.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "changes": (
        "seq",
        "id",
        "kind",
        "baseline",
        "source",
        "source_title",
        "tags",
        "detected_at",
        "article.id",
        *(f"article.{name}" for name in _ARTICLE),
        "revision",
        "previous_revision",
        "fields",
        "silent",
        "significance",
        "level",
        "facts",
        "summary",
        "evidence.before.sha256",
        "evidence.after.sha256",
        "removed_by",
        "cause",
        "article.also_at",
        "article.copy_of",
        "article.translation_of",
    ),
    "articles": (
        "id",
        "source",
        "state",
        "revision",
        *_ARTICLE,
        "attachments",
        "also_at",
        "text",
        "copy_of",
        "translation_of",
    ),
    "revisions": (
        "id",
        "source",
        "revision",
        "seen_at",
        *(name for name in _ARTICLE if name not in ("first_seen_at", "excerpt")),
        "attachments",
        "text",
        "evidence.sha256",
        "evidence.fetched_at",
        "evidence.status",
    ),
    "sources": (
        "id",
        "title",
        "kind",
        "url",
        "publisher",
        "timezone",
        "language",
        "tags",
        "enabled",
        "health",
        "why",
        "articles",
        "state.checked_at",
        "state.well_at",
        "state.due_at",
        "state.failures",
        "state.verdict",
        "state.reason",
    ),
}


def header_line(what: str) -> str:
    """The names of the columns: ``article.title`` is ``article_title``."""
    return _line(column.replace(".", "_") for column in COLUMNS[what])


def row_line(what: str, record: Record) -> str:
    """One record as one row (which may hold line breaks within a quoted cell), ended as RFC 4180 says."""
    return _line(show_cell(find_value(record, column)) for column in COLUMNS[what])


def find_value(record: Record, path: str) -> object:
    """The value at the end of a path such as ``article.title``; None where it breaks off."""
    value: object = record
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def show_cell(value: object) -> str:
    """A value as the text of one cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    text = "; ".join(show_item(each) for each in value) if isinstance(value, list) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def show_item(item: object) -> str:
    """One item of a list: a fact as ``percent: 11% → 1.1%``, a file by its address."""
    if not isinstance(item, Mapping):
        return str(item)
    if "type" in item:
        return f"{item['type']}: {item.get('before') or ''} → {item.get('after') or ''}"
    return str(item.get("url") or "")


def _line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([cell.replace("\x00", "") for cell in cells])
    return line.getvalue()
