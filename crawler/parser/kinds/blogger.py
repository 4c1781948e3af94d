"""Blogger blogs, through the feed every one of them has (Blogger Data API 2.0: ``/feeds/posts/default``).

``updated-min`` counts only together with ``orderby=updated``; the totals the feed states tell when it is complete.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.model import Entry, Fetched, Listing, Request, Source, SourceState
from crawler.parser.feeds import read_counted_feed
from crawler.parser.kinds import ask_for_listing, ask_for_page
from crawler.parser.paging import query_value

#: What one request may ask for; the service gives no more entries with full bodies.
_MOST = 150
#: Overlap of an incremental request: the newest known post is always in it, whatever the clocks say.
_OVERLAP = timedelta(days=1)
#: Every so many checks the whole feed is read: a post that was deleted is in no incremental answer.
_WHOLE_EVERY = 50
_FEED_PATH = re.compile(r"(/feeds(?:/\d{1,25})?/posts/)(?:default|summary|(full))((?:/-/.*)?)")
#: Comments of a blog at the service's own host; on a blog's host the number is that of a post.
_COMMENTS_PATH = re.compile(r"(/feeds/\d{1,25}/)comments/")
#: How Blogger names an author whose profile has no name.
_NOBODY = "Unknown"
_LABEL_PATH = re.compile(r"^/search/label/([^/]{1,200})/?$")
_COUNTRY_HOST = re.compile(r"\.blogspot\.(?:com?\.)?[a-z]{2,3}(?=:|$)")
_SERVICE = "www.blogger.com"
_KEPT = frozenset({"q", "category"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What can be set for a blog."""

    label: str = ""
    """Only posts under this label."""
    max_pages: int = 1
    """How many pages of 150 posts an ordinary check reads."""


def request_listing(source: Source, state: SourceState | None) -> Request:
    """The whole feed at first; afterwards what was updated since the newest post we know, a day of overlap included.

    Now and then it is the whole feed once more, unconditionally: what it does not name any more was deleted.
    """
    options = source.options if isinstance(source.options, Options) else Options()
    query = {"max-results": str(_MOST), "redirect": "false"}
    since = _known_until(state)
    if state is not None and since and (state.checks + 1) % _WHOLE_EVERY == 0:
        return ask_for_listing(source, None, url=feed_address(source.url, label=options.label, query=query))
    if since:
        query |= {"orderby": "updated", "updated-min": since.isoformat(timespec="seconds")}
    return ask_for_listing(source, state, url=feed_address(source.url, label=options.label, query=query))


def parse_listing(source: Source, fetched: Fetched) -> Listing:
    """The posts of the feed, and how many there are in all; an incremental answer counts only what it was asked for.

    Raises ``ParseError`` when the answer is no feed.
    """
    listing, totals = read_counted_feed(fetched, source)
    listing = replace(listing, entries=tuple(map(_without_nobody, listing.entries)))
    if since := _asked_since(fetched.request.url):
        return replace(listing, since=since)
    return replace(listing, total=totals.all if totals.first == 1 else None)


def request_article(source: Source, entry: Entry) -> Request | None:
    """The post's page."""
    return ask_for_page(source, entry)


def _without_nobody(entry: Entry) -> Entry:
    return replace(entry, authors=tuple(author for author in entry.authors if author != _NOBODY))


def feed_address(url: str, *, label: str = "", query: dict[str, str]) -> str:
    """The posts feed of the blog that ``url`` belongs to: its home, a post, a label page or one of its feeds.

    Country hosts (``blogspot.<cc>``) are the same blog as ``blogspot.com``.
    """
    parts = urlsplit(url)
    host = _COUNTRY_HOST.sub(".blogspot.com", parts.netloc)
    path = _feed_path(parts)
    if label and "/-/" not in path:
        path += f"/-/{label}"
    kept = [(key, value) for key, value in parse_qsl(parts.query) if key in _KEPT]
    return urlunsplit((parts.scheme, host, path, urlencode([*kept, *query.items()], safe=":"), ""))


def _feed_path(parts: SplitResult) -> str:
    if feed := _FEED_PATH.match(parts.path):
        return f"{feed[1]}{feed[2] or 'default'}{feed[3].rstrip('/')}"
    if (comments := _COMMENTS_PATH.match(parts.path)) and parts.netloc.lower() == _SERVICE:
        return f"{comments[1]}posts/default"
    label = _LABEL_PATH.match(parts.path)
    return f"/feeds/posts/default/-/{label[1]}" if label else "/feeds/posts/default"


def _asked_since(url: str) -> datetime | None:
    """The instant of an incremental request, None for any other."""
    try:
        since = datetime.fromisoformat(query_value(url, "updated-min"))
    except ValueError:
        return None
    return since if since.tzinfo else None


def _known_until(state: SourceState | None) -> datetime | None:
    """Since when to ask: the newest post of a recorded baseline, never after our last good look at the blog."""
    if state is None or state.baselined_at is None or state.newest_at is None:
        return None
    return min(state.newest_at, state.well_at or state.newest_at) - _OVERLAP
