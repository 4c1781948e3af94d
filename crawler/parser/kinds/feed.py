"""Feeds as they are: RSS, RDF, Atom, JSON Feed."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.model import Entry, Fetched, Listing, Request, Source, SourceState
from crawler.parser.kinds import ask_for_listing, ask_for_page

_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, "
    "application/json;q=0.8, */*;q=0.5"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What can be set for a feed."""

    max_pages: int = 1
    """How many pages of a paged feed (RFC 5005 ``next``, JSON Feed ``next_url``) an ordinary check reads."""


def request_listing(source: Source, state: SourceState | None) -> Request:
    """The feed's own address."""
    return ask_for_listing(source, state, headers=(("accept", _ACCEPT),))


def parse_listing(source: Source, fetched: Fetched) -> Listing:
    """The entries of the feed. Raises ``ParseError`` when it is empty, HTML, or no feed."""
    from crawler.parser.feeds import read_feed  # most checks find nothing to read

    return read_feed(fetched, source)


def request_article(source: Source, entry: Entry) -> Request | None:
    """The entry's page; None when pages are not followed or the entry has none."""
    return ask_for_page(source, entry)
