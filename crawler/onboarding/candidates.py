"""What a list of addresses, or another program's export, names to be watched."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from crawler.errors import UsageError
from crawler.text.normalize import clean, shorten

#: Bytes of a list, and addresses in it: far more than anybody watches from one place.
LARGEST = 20 * 1024 * 1024
MOST = 20_000
LONGEST_TITLE = 500
_LONGEST_TAG = 100
_MOST_TAGS = 50
#: What stands before the real address: how browsers were once told to subscribe, and how a page's source is asked for.
_WRAPPED = re.compile(r"(?:feed|source):(?=https?://)", re.IGNORECASE)
_FEED_SCHEME = re.compile(r"feed://", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One address, and what the list says of it.

    ``place`` is where it stands, for messages. ``kind`` is empty where the list does not tell; ``problem`` says why
    something in the list can be no source.
    """

    url: str
    place: str
    title: str = ""
    tags: tuple[str, ...] = ()
    kind: str = ""
    enabled: bool = True
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """All that a list names, in its order. ``form`` is what the list was recognised as, ``notes`` are for people."""

    form: str
    candidates: tuple[Candidate, ...]
    notes: tuple[str, ...] = ()


def make_candidate(
    url: str,
    *,
    place: str,
    title: str = "",
    tags: Iterable[str] = (),
    kind: str = "",
    enabled: bool = True,
    problem: str = "",
) -> Candidate:
    """A candidate with everything in it made short and harmless. A title that only repeats the address is none."""
    url, title = as_address(url), as_name(title, LONGEST_TITLE)
    return Candidate(
        url=url,
        place=f"{place} ({as_name(title, 80)})" if title else place,
        title="" if title == url else title,
        tags=tuple(islice(filter(None, dict.fromkeys(map(as_tag, tags))), _MOST_TAGS)),
        kind=kind,
        enabled=enabled,
        problem=problem,
    )


def as_address(text: str) -> str:
    """The address without what programs put around it."""
    return _FEED_SCHEME.sub("http://", _WRAPPED.sub("", text.strip(), count=1), count=1)


def as_name(text: str, limit: int) -> str:
    """Text of the list on one line of at most ``limit`` characters."""
    return shorten(clean(text[: 4 * limit]), limit)


def as_tag(text: str) -> str:
    """A tag as it is written into the configuration."""
    return as_name(text, _LONGEST_TAG)


def refuse_flood(number: int) -> None:
    """Raises ``UsageError`` for more addresses than a list may hold."""
    if number > MOST:
        raise UsageError(f"more than {MOST:,} addresses in one file: part it")
