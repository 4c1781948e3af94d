"""JSON Feed 1.0 and 1.1 (jsonfeed.org): the same entries, spelled in JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from crawler.errors import ParseError
from crawler.model import Attachment, Entry, Fetched, Hints, Listing
from crawler.parser.article.decode import decode_html
from crawler.parser.feeds.document import excerpt
from crawler.parser.feeds.markup import has_blocks, paragraphs, strip_markup
from crawler.parser.feeds.sheet import (
    ENTRY_LIMIT,
    SUMMARY_LIMIT,
    FeedSheet,
    file_attachment,
    listing_request,
    primary_subtag,
    title_or_opening,
)
from crawler.text.normalize import clean, shorten

Json = Mapping[str, object]


def read_json_feed(fetched: Fetched, sheet: FeedSheet) -> Listing:
    """The entries of a JSON Feed. Raises ``ParseError`` when the body is not JSON or not a feed."""
    feed = _load(fetched)
    title = clean(_text(feed, "title"))
    sheet = sheet.with_head(language=_text(feed, "language"), publisher=", ".join(_authors(feed)))
    items = feed.get("items")
    entries = [_read_item(item, sheet) for item in (items if isinstance(items, list) else [])[:ENTRY_LIMIT]]
    following = sheet.address(_text(feed, "next_url"))
    return Listing(
        entries=tuple(entry for entry in entries if entry is not None),
        title=title,
        next=listing_request(following, unlike=fetched.url),
        hints=_hints(feed, sheet),
    )


def _hints(feed: Json, sheet: FeedSheet) -> Hints:
    """The hub that would push the feed (JSON Feed 1.1, "Subscribing to Real-time Notifications")."""
    hubs = (sheet.address(_text(one, "url")) for one in _objects(feed, "hubs") if _text(one, "type") == "WebSub")
    hub = next((url for url in hubs if url), "")
    return Hints(hub=hub, topic=(sheet.address(_text(feed, "feed_url")) or sheet.url) if hub else "")


def is_json_feed(document: object) -> bool:
    """Whether parsed JSON is a JSON Feed: by its ``version``, or by a title and a list of items."""
    if not isinstance(document, dict):
        return False
    if "jsonfeed.org/version" in str(document.get("version", ""))[:80]:
        return True
    return isinstance(document.get("title"), str) and isinstance(document.get("items"), list)


def load_json(body: bytes) -> object:
    """Parsed JSON, or None when ``body`` is none; never raises, whatever the depth or the size of its numbers."""
    try:
        return json.loads(decode_html(body, declared="utf-8").text.lstrip("\ufeff \t\r\n"))
    except (ValueError, RecursionError):
        return None


def _load(fetched: Fetched) -> Json:
    document = load_json(fetched.body)
    if document is None:
        raise ParseError(f"{fetched.url} begins like JSON and cannot be read as such", excerpt=excerpt(fetched.body))
    if not isinstance(document, dict) or not is_json_feed(document):
        raise ParseError(f"{fetched.url} is JSON, but not a JSON Feed", excerpt=excerpt(fetched.body))
    return document


def _text(item: Json, key: str) -> str:
    value = item.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = str(value)
    return text if text.isascii() else text.encode("utf-8", "replace").decode()  # lone surrogates cannot be stored


def _objects(item: Json, key: str) -> Iterator[Json]:
    values = item.get(key)
    return (value for value in (values if isinstance(values, list) else [values]) if isinstance(value, dict))


def _authors(item: Json) -> tuple[str, ...]:
    people = [*_objects(item, "authors")] or [*_objects(item, "author")]
    names = (clean(_text(person, "name")) for person in people[:20])
    return tuple(dict.fromkeys(name for name in names if name))


def _read_item(item: object, sheet: FeedSheet) -> Entry | None:
    if not isinstance(item, dict):
        return None
    html, plain = _text(item, "content_html"), _text(item, "content_text")
    summary = shorten(strip_markup(_text(item, "summary") or html) or clean(plain), SUMMARY_LIMIT)
    title = title_or_opening(strip_markup(_text(item, "title")), summary)
    url = _address(item, sheet)
    if not (title or url):
        return None
    return Entry(
        url=url,
        title=title,
        id=_text(item, "id").strip(),
        published=sheet.moment(_text(item, "date_published")),
        updated=sheet.moment(_text(item, "date_modified")),
        summary=summary,
        body=_body(html, plain),
        authors=_authors(item),
        publisher=sheet.publisher,
        language=primary_subtag(_text(item, "language")) or sheet.language,
        attachments=tuple(_attachments(item, sheet)),
    )


def _address(item: Json, sheet: FeedSheet) -> str:
    own = sheet.address(_text(item, "url")) or sheet.address(_text(item, "external_url"))
    name = _text(item, "id")
    return own or (sheet.address(name) if name.startswith(("http://", "https://")) else "")


def _body(html: str, plain: str) -> str:
    if html:
        return html if has_blocks(html) or "<" in html else f"<p>{html}</p>"
    return paragraphs(plain)


def _attachments(item: Json, sheet: FeedSheet) -> Iterator[Attachment]:
    for one in _objects(item, "attachments"):
        found = file_attachment(sheet.address(_text(one, "url")), _text(one, "mime_type"), _text(one, "title"))
        if found:
            yield found
