"""Feeds of every dialect: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, JSON Feed 1.0 and 1.1. Bytes in, a listing out."""

from __future__ import annotations

from dataclasses import replace

from crawler.errors import ParseError
from crawler.model import Entry, Fetched, Listing, Source
from crawler.parser.feeds.document import FeedForm, excerpt, feed_form, is_feed_root, load_root, root_name
from crawler.parser.feeds.hints import with_header_links
from crawler.parser.feeds.jsonfeed import is_json_feed, load_json, read_json_feed
from crawler.parser.feeds.sheet import ENTRY_LIMIT, FeedSheet
from crawler.parser.feeds.syndication import Totals, read_syndication, read_totals

__all__ = ["ENTRY_LIMIT", "FeedForm", "Totals", "excerpt", "feed_form", "is_feed", "read_counted_feed", "read_feed"]


def is_feed(body: bytes) -> bool:
    """Whether ``body`` is meant as a feed, well-formed or not."""
    form = feed_form(body)
    if form is FeedForm.JSON:
        return is_json_feed(load_json(body))
    return form is FeedForm.XML and is_feed_root(root_name(body))


def read_feed(fetched: Fetched, source: Source) -> Listing:
    """The entries of a feed response, at most ``ENTRY_LIMIT`` of them, in the order of the document.

    A valid feed without entries is an empty listing. Raises ``ParseError`` when the response is empty, is HTML
    (login and challenge pages come like that), or cannot be read as a feed.
    """
    return read_counted_feed(fetched, source)[0]


def read_counted_feed(fetched: Fetched, source: Source) -> tuple[Listing, Totals]:
    """As :func:`read_feed`, with what the feed says of the number of its entries."""
    form = feed_form(fetched.body)
    if form is FeedForm.EMPTY:
        raise ParseError(f"{fetched.url} answered with an empty body where a feed was expected")
    if form is FeedForm.HTML:
        raise ParseError(
            f"{fetched.url} is HTML, not a feed: a challenge or error page?", excerpt=excerpt(fetched.body)
        )
    sheet = FeedSheet.of(fetched, source)
    if form is FeedForm.JSON:
        listing, totals = read_json_feed(fetched, sheet), Totals()
    else:
        listing, totals = _read_xml(fetched, source)
    return replace(listing, hints=with_header_links(listing.hints, fetched, sheet)), totals


def _read_xml(fetched: Fetched, source: Source) -> tuple[Listing, Totals]:
    declared = fetched.header("content-type").partition("charset=")[2].strip("\"' ;")
    root = load_root(fetched.body, url=fetched.url, declared=declared, forced=source.fetch.encoding)
    sheet = FeedSheet.of(fetched, source, bases=b"xml:base" in fetched.body)
    listing = read_syndication(root, sheet)
    if not listing.entries and _announces_items(fetched.body):
        listing = replace(listing, entries=_read_loosely(fetched, sheet))
    return listing, read_totals(root)


def _announces_items(body: bytes) -> bool:
    lowered = body[:65536].lower()
    return b"<item" in lowered.replace(b"<items", b"") or b"<entry" in lowered


def _read_loosely(fetched: Fetched, sheet: FeedSheet) -> tuple[Entry, ...]:
    from crawler.parser.feeds.loose import read_loosely  # feedparser is slow to import and rarely needed

    entries = read_loosely(fetched.body, sheet)
    if not entries:
        raise ParseError(f"{fetched.url} announces items, but none can be read", excerpt=excerpt(fetched.body))
    return entries
