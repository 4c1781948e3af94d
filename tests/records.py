"""The records of the outer contract, key by key with their types: what programs that read our JSON rely on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Check = Callable[[Any], bool]

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def text(value: Any) -> bool:
    return isinstance(value, str)


def whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def truth(value: Any) -> bool:
    return isinstance(value, bool)


def texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def instant(value: Any) -> bool:
    return isinstance(value, str) and bool(_RFC_3339.fullmatch(value)) and datetime.fromisoformat(value) is not None


def utc(value: Any) -> bool:
    return instant(value) and value.endswith("Z")


def share(value: Any) -> bool:
    return number(value) and 0 <= value <= 1


def sha256(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def maybe(check: Check) -> Check:
    return lambda value: value is None or check(value)


def word(*words: str) -> Check:
    return lambda value: value in words


@dataclass(frozen=True)
class Record:
    """An object with these keys; ``optional`` ones may be missing, further ones are allowed."""

    keys: dict[str, Any]
    optional: frozenset[str] = frozenset()

    def faults(self, value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{path} is no object: {value!r}"
            return
        for key, check in self.keys.items():
            if key in value:
                yield from faults(check, value[key], f"{path}.{key}")
            elif key not in self.optional:
                yield f"{path}.{key} is missing"


@dataclass(frozen=True)
class Every:
    """A list of such things."""

    each: Any

    def faults(self, value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{path} is no list: {value!r}"
            return
        for position, one in enumerate(value):
            yield from faults(self.each, one, f"{path}[{position}]")


@dataclass(frozen=True)
class Maybe:
    """Such a thing or null."""

    each: Any

    def faults(self, value: Any, path: str) -> Iterator[str]:
        return iter(()) if value is None else faults(self.each, value, path)


def faults(shape: Any, value: Any, path: str = "record") -> Iterator[str]:
    """Where ``value`` is not of ``shape``."""
    if isinstance(shape, Record | Every | Maybe):
        yield from shape.faults(value, path)
    elif not shape(value):
        yield f"{path} is {value!r}"


def faults_of(shape: Any, value: Any) -> list[str]:
    return list(faults(shape, value))


FIELD = word("title", "body", "published_at", "publisher", "author", "attachments", "links", "status", "url")
ATTACHMENT = Record({"url": text, "name": text})
FACT = Record(
    {
        "type": word(
            *("number", "money", "percent", "date", "name", "negation", "quote", "link", "attachment", "wording")
        ),
        "field": FIELD,
        "before": maybe(text),
        "after": maybe(text),
    }
)
HUNK = Record(
    {"field": FIELD, "op": word("equal", "insert", "delete", "replace", "move"), "before": text, "after": text}
)
SEEN = Record({"sha256": maybe(sha256), "fetched_at": utc, "url": text, "status": maybe(whole)})
SIGN = Record({**SEEN.keys, "verdict": text})
ARTICLE = Record(
    {
        "id": text,
        "url": text,
        "title": text,
        "published_at": maybe(instant),
        "updated_at": maybe(instant),
        "published_precision": maybe(word("second", "minute", "hour", "day", "month", "year")),
        "publisher": maybe(text),
        "author": texts,
        "place": maybe(text),
        "language": maybe(text),
        "languages": texts,
        "document_number": maybe(text),
        "attachments": Every(ATTACHMENT),
        "excerpt": lambda value: text(value) and len(value) <= 200,
        "first_seen_at": maybe(utc),
        "published_raw": maybe(text),
        "previous_url": maybe(text),
        "also_at": texts,
        "translation_of": maybe(text),
        "translation_url": maybe(text),
        "translations": texts,
        "copy_of": maybe(text),
    }
)
ELSEWHERE = Record(
    {
        "source": text,
        "article": text,
        "url": text,
        "state": word("present", "missing", "removed"),
        "carries": maybe(word("before", "after")),
        "seen_at": maybe(utc),
    }
)
CHANGE = Record(
    {
        "schema": lambda value: value == 1,
        "seq": lambda value: whole(value) and value > 0,
        "id": text,
        "kind": word("new", "edited", "removed", "restored", "moved"),
        "baseline": truth,
        "source": text,
        "source_title": text,
        "tags": texts,
        "article": ARTICLE,
        "detected_at": utc,
        "revision": maybe(whole),
        "previous_revision": maybe(whole),
        "fields": Every(FIELD),
        "silent": maybe(truth),
        "significance": share,
        "level": word("low", "medium", "high"),
        "facts": Every(FACT),
        "diff": Every(HUNK),
        "summary": lambda value: text(value) and value != "",
        "evidence": Record(
            {"before": Maybe(SEEN), "after": Maybe(SEEN), "observations": Every(SIGN)}, frozenset({"observations"})
        ),
        "removed_by": maybe(word("author", "platform")),
        "links": Record({"article": text, "diff": maybe(text), "evidence": maybe(text)}),
        "cause": maybe(text),
        "elsewhere": Every(ELSEWHERE),
    }
)
HELD = Record({"id": text, "url": text, "title": text})
INCIDENT = Record(
    {
        "kind": word("incident"),
        "id": text,
        "source": text,
        "reason": word(
            *("unreachable", "blocked", "challenge", "soft_failure", "redesign", "mass_edit", "mass_removal"),
            *("empty_listing", "parser_drift", "quiet", "identity_drift", "robots_disallowed", "gap"),
        ),
        "state": word("open", "closed"),
        "count": whole,
        "sample": Every(HELD),
        "articles": Every(HELD),
        "detected_at": utc,
    }
)
SUMMARY = Record(
    {
        "kind": word("summary"),
        **dict.fromkeys(
            ("sources", "failed", "articles", "new", "edited", "removed", "restored", "moved", "incidents"), whole
        ),
        "took": number,
    }
)
KNOWN = Record({**ARTICLE.keys, "source": text, "revision": whole, "state": word("present", "missing", "removed")})
BLOCK = Record(
    {
        "kind": word("paragraph", "heading", "caption", "list_item", "table_row"),
        "text": text,
        "language": maybe(text),
    }
)
PART = Record({"language": text, "block": whole, "blocks": whole, "title": maybe(text)})
INSPECTED = Record(
    {
        **ARTICLE.keys,
        "id": maybe(text),
        "text": text,
        "text_blocks": Every(BLOCK),
        "language_parts": Every(PART),
        "verdict": text,
    }
)
ENTRY = Record(
    {
        "id": maybe(text),
        "url": text,
        "title": text,
        "published_at": maybe(instant),
        "published_precision": maybe(text),
        "summary": text,
    }
)
