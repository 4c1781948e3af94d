"""The last resort for feeds whose markup lxml's recovery cannot follow: feedparser, for its structure only.

Its dates are never used: it completes what it does not understand with the current month.
"""

from __future__ import annotations

import io
from typing import Any

from crawler.model import Entry
from crawler.parser.feeds.markup import strip_markup
from crawler.parser.feeds.sheet import ENTRY_LIMIT, SUMMARY_LIMIT, FeedSheet, title_or_opening
from crawler.text.normalize import shorten

#: feedparser needs milliseconds for each entry; more bytes than this are not worth its time.
_BYTES = 512 * 1024


def read_loosely(body: bytes, sheet: FeedSheet) -> tuple[Entry, ...]:
    """The entries feedparser can make out in the first 512 KiB, or none. Never raises."""
    import feedparser

    try:  # a file object: a string would be taken for an address or a file name
        parsed = feedparser.parse(io.BytesIO(body[:_BYTES]), sanitize_html=False, resolve_relative_uris=False)
    except Exception:  # noqa: BLE001 - a foreign parser on hostile bytes: any failure means "not readable"
        return ()
    read = (_read_entry(item, sheet) for item in parsed.get("entries", ())[:ENTRY_LIMIT])
    return tuple(entry for entry in read if entry is not None)


def _read_entry(item: Any, sheet: FeedSheet) -> Entry | None:  # noqa: ANN401 - feedparser is untyped
    item = dict(item)  # feedparser's own mapping answers `updated` with what was published
    content = next((str(part.get("value", "")) for part in item.get("content", ())), "")
    summary = shorten(strip_markup(str(item.get("summary", "")) or content), SUMMARY_LIMIT)
    title = title_or_opening(strip_markup(str(item.get("title", ""))), summary)
    url = sheet.address(str(item.get("link", "")))
    if not (title or url):
        return None
    return Entry(
        url=url,
        title=title,
        id=str(item.get("id", "")).strip(),
        published=sheet.moment(str(item.get("published", ""))),
        updated=sheet.moment(str(item.get("updated", ""))),
        summary=summary,
        body=content,
        language=sheet.language,
    )
