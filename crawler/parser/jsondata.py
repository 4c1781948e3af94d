"""Facts out of JSON that nobody promised anything about: small dotted paths, texts, rows, moments.

Nothing here raises but ``ParseError``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import time
from typing import cast

from crawler.errors import ParseError
from crawler.model import Fetched, Moment, Precision, Source
from crawler.parser.feeds import FeedForm, excerpt, feed_form
from crawler.parser.feeds.jsonfeed import load_json
from crawler.parser.feeds.markup import strip_markup
from crawler.text.dates import read_date

Json = Mapping[str, object]

#: More rows than any answer of a listing holds.
ROW_LIMIT = 2_000
_LONGEST_TEXT = 2_000_000


def read_json(fetched: Fetched, expected: str) -> object:
    """The parsed body. Raises ``ParseError`` that names the address and what was ``expected`` there."""
    form = feed_form(fetched.body)
    if form is FeedForm.EMPTY:
        raise ParseError(f"{fetched.url} answered with an empty body where {expected} was expected")
    if form is not FeedForm.JSON:
        raise ParseError(f"{fetched.url} is no JSON, where {expected} was expected", excerpt=excerpt(fetched.body))
    document = load_json(fetched.body)
    if document is None:
        raise ParseError(f"{fetched.url} begins like JSON and cannot be read as such", excerpt=excerpt(fetched.body))
    return document


def read_object(fetched: Fetched, expected: str) -> Json:
    """The parsed body where it is an object. Raises ``ParseError``."""
    document = read_json(fetched, expected)
    if not isinstance(document, dict):
        raise ParseError(f"{fetched.url} is JSON, but not {expected}", excerpt=excerpt(fetched.body))
    return document


def dig(value: object, path: str) -> object:
    """What a dotted path leads to (``data.list``, ``items.0.title``), or None.

    ``a|b`` is the first of two paths that leads to something; the empty path is the value itself.
    """
    for way in path.split("|"):
        found = _walk(value, way.strip())
        if found is not None and found != "":
            return found
    return None


def text_at(value: object, path: str) -> str:
    """The text or number a path leads to, as text; empty for anything else."""
    return as_text(dig(value, path)) if path else ""


def as_text(value: object) -> str:
    """A text, or a number as one writes it; empty for anything else. Lone surrogates cannot be stored: ``?``."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value)[:_LONGEST_TEXT]
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def as_count(value: object) -> int | None:
    """A number of things, written as a number or a text; None for anything else."""
    text = as_text(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def moment_at(value: object, path: str, source: Source, fetched: Fetched) -> Moment | None:
    """The moment a path leads to: a date as publishers write it, or seconds or milliseconds since 1970.

    A count of seconds that is a midnight in the source's zone is a bare day.
    """
    raw = strip_markup(text_at(value, path)[:200])
    found = read_date(raw, timezone=source.timezone, locale=source.language or None, now=fetched.fetched_at)
    if found is None:
        return None
    bare = raw.isdecimal() and len(raw) > 8 and found.instant.timetz().replace(tzinfo=None) == time()
    return replace(found, origin="list", precision=Precision.DAY if bare else found.precision)


def rows_of(value: object) -> Iterator[Json]:
    """The objects of an array; of a single object, that one."""
    values = cast(list[object], value) if isinstance(value, list) else [value]
    return (row for row in values[:ROW_LIMIT] if isinstance(row, dict))


def is_set(value: object) -> bool:
    """Whether a flag is set, in any of the ways publishers set flags."""
    return value is True or as_text(value).strip().lower() in ("1", "true", "yes", "y", "是")


def _walk(value: object, path: str) -> object:
    for step in path.split(".") if path else ():
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isascii() and step.isdigit() and len(step) < 6 and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value
