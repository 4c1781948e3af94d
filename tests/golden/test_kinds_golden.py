"""Every kind against recorded responses: one folder a case, and no kind without one.

``python tests/golden/test_kinds_golden.py <kind>/<case>`` prints what the parser makes of a case, to be read, judged
and kept as its ``expected.json``.
"""

from __future__ import annotations

import json
import sys
import tomllib
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.errors import ParseError
from crawler.model import Attachment, Entry, Fetched, Hints, Listing, Moment, Purpose, Request, Source, digest
from crawler.parser.kinds import find_kind, kind_names

FOLDER = Path(__file__).parent
CASES = [case for kind in kind_names() for case in sorted((FOLDER / kind).glob("*")) if case.is_dir()]


def load_case(folder: Path) -> tuple[Source, Fetched]:
    facts = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    kind = find_kind(folder.parent.name)
    options = {
        name: tuple(value) if isinstance(value, list) else value for name, value in facts.get("options", {}).items()
    }
    source = Source(
        id="golden",
        kind=folder.parent.name,
        url=facts["url"],
        timezone=facts.get("timezone", "UTC"),
        language=facts.get("language", ""),
        options=kind.Options(**options),
    )
    body = next(folder.glob("response.*")).read_bytes()
    fetched = replace(receive(body, facts["url"], facts["at"]), status=facts.get("status", 200))
    asked = kind.request_listing(source, None)
    return source, replace(fetched, request=asked) if asked.body else fetched


def receive(body: bytes, url: str, at: datetime) -> Fetched:
    return Fetched(
        request=Request(url=url, purpose=Purpose.LISTING),
        url=url,
        status=200,
        headers=(),
        body=body,
        sha256=digest(body),
        fetched_at=at.astimezone(UTC),
    )


def read_case(folder: Path) -> dict[str, object]:
    source, fetched = load_case(folder)
    try:
        return describe(find_kind(source.kind).parse_listing(source, fetched))
    except ParseError as error:
        return {"error": str(error)}


def describe(listing: Listing) -> dict[str, object]:
    following = listing.next
    asked = {"next_body": following.body.decode()} if following and following.body else {}
    return {
        "title": listing.title,
        "exhaustive": listing.exhaustive,
        "next": following.url if following else None,
        **asked,
        **({"since": listing.since.isoformat()} if listing.since else {}),
        "entries": [describe_entry(entry) for entry in listing.entries],
        **({"hints": describe_hints(listing.hints)} if listing.hints else {}),
    }


def describe_hints(hints: Hints) -> dict[str, object]:
    values = ((field.name, getattr(hints, field.name)) for field in fields(hints))
    return {name: list(value) if isinstance(value, tuple) else str(value) for name, value in values if value}


def describe_entry(entry: Entry) -> dict[str, object]:
    values = ((field.name, getattr(entry, field.name)) for field in fields(entry))
    return {name: plain(value) for name, value in values if value}


def plain(value: object) -> object:
    if isinstance(value, Moment):
        return f"{value.instant.isoformat()} {value.precision}"
    if isinstance(value, tuple):
        return [f"{one.name} <{one.url}>" if isinstance(one, Attachment) else one for one in value]
    return value


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_a_recorded_response_reads_as_expected(folder: Path):
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    assert read_case(folder) == expected


@pytest.mark.parametrize("kind", kind_names())
def test_every_kind_has_a_golden_case(kind: str):
    assert any(case.parent.name == kind for case in CASES), f"tests/golden/{kind}/ holds no case"


if __name__ == "__main__":
    print(json.dumps(read_case(FOLDER / sys.argv[1]), ensure_ascii=False, indent=2))
