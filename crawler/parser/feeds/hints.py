"""What a feed asks of those who poll it: RSS ``ttl`` and ``skip…``, the syndication module, and WebSub hubs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta

from crawler.model import Fetched, Hints
from crawler.parser.feeds.fields import Element, Fields, links_in, rel_of, text_in
from crawler.parser.feeds.sheet import FeedSheet

#: The periods of RSS 1.0's syndication module; ``updateFrequency`` divides them.
_PERIODS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8_760}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LONGEST_PAUSE = timedelta(days=31)
#: One link of an HTTP ``Link`` header (RFC 8288 §3), as far as hubs need it.
_LINK = re.compile(r"""<([^<>\s]{1,1000})>([^<>,]{0,300})""")
_REL = re.compile(r"""\brel\s{0,3}=\s{0,3}"?([^";]{1,100})""", re.IGNORECASE)


def read_hints(head: Fields, sheet: FeedSheet, base: str = "") -> Hints:
    """What the head of an RSS or Atom feed says. ``base`` is what its addresses stand against."""
    named = {rel: link.get("href", "") for link in reversed(links_in(head)) for rel in rel_of(link).split()}
    hub = sheet.address(named.get("hub", ""), base)
    return Hints(
        pause=_read_pause(head),
        skip_hours=_read_hours(head),
        skip_days=_read_days(head),
        hub=hub,
        topic=(sheet.address(named.get("self", ""), base) or sheet.url) if hub else "",
    )


def with_header_links(hints: Hints, fetched: Fetched, sheet: FeedSheet) -> Hints:
    """The hints with the hub that the HTTP ``Link`` header names (WebSub §4: the header counts before the feed)."""
    named = dict(_header_links(fetched))
    hub = sheet.address(named.get("hub", ""), fetched.url)
    if not hub:
        return hints
    topic = sheet.address(named.get("self", ""), fetched.url) or hints.topic or fetched.url
    return Hints(pause=hints.pause, skip_hours=hints.skip_hours, skip_days=hints.skip_days, hub=hub, topic=topic)


def _header_links(fetched: Fetched) -> Iterator[tuple[str, str]]:
    for name, value in fetched.headers:
        for found in _LINK.finditer(value[:4_000]) if name == "link" else ():
            if rel := _REL.search(found[2]):
                yield from ((each, found[1]) for each in rel[1].lower().split())


def _read_pause(head: Fields) -> timedelta | None:
    if minutes := _number(text_in(head, "ttl")):
        return min(timedelta(minutes=minutes), _LONGEST_PAUSE)
    hours = _PERIODS.get(text_in(head, "sy:updateperiod").lower())
    if hours is None:
        return None
    times = _number(text_in(head, "sy:updatefrequency")) or 1
    return min(timedelta(hours=hours) / times, _LONGEST_PAUSE)


def _read_hours(head: Fields) -> tuple[int, ...]:
    """The hours of ``skipHours``; 24 is midnight, as RSS 0.91 counted."""
    hours = {int(text) % 24 for text in _items(head.get("skiphours", ())) if text.isdecimal() and len(text) < 3}
    return tuple(sorted(hours))


def _read_days(head: Fields) -> tuple[int, ...]:
    named = {text.lower() for text in _items(head.get("skipdays", ()))}
    return tuple(number for number, name in enumerate(_WEEKDAYS) if name in named)


def _items(lists: Iterable[Element]) -> Iterator[str]:
    for element in lists:
        yield from ((item.text or "")[:20].strip() for item in element[:30])


def _number(raw: str) -> int:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 7 else 0
