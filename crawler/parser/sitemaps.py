"""Sitemaps (sitemaps.org 0.9), indexes of sitemaps, and news sitemaps; plain, gzipped, or a bare list of addresses.

``lastmod`` orders and chooses; it is nobody's announcement of an update and is not kept as one.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from crawler.errors import ParseError
from crawler.model import Entry, Fetched, Moment, Source
from crawler.parser.feeds import FeedForm, excerpt, feed_form
from crawler.parser.feeds.document import load_root, root_name
from crawler.parser.feeds.sheet import FeedSheet, primary_subtag
from crawler.text.normalize import clean, shorten

#: The most addresses a sitemap may hold (sitemaps.org, "Sitemap file limits").
_MOST_ADDRESSES = 50_000
_ROOTS = frozenset({"urlset", "sitemapindex"})
_GZIP = b"\x1f\x8b"
_HEAD = 65_536
_TITLE_LIMIT = 500
_NEWS = "schemas/sitemap-news/"
_FACTS = frozenset({"publication_date", "title", "language"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One address of a sitemap, with what a news sitemap says of it. ``touched`` is its ``lastmod``."""

    url: str
    touched: Moment | None = None
    published: Moment | None = None
    title: str = ""
    language: str = ""
    publisher: str = ""

    @property
    def entry(self) -> Entry:
        """The page as the entry of a listing."""
        return Entry(
            url=self.url,
            title=self.title,
            published=self.published,
            publisher=self.publisher,
            language=self.language,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """A sitemap's pages, or an index's sitemaps: then ``is_index``. ``is_news``: one of Google's news sitemaps."""

    pages: tuple[Page, ...]
    is_index: bool = False
    is_news: bool = False


def is_sitemap(body: bytes) -> bool:
    """Whether ``body`` is meant as a sitemap or an index of them, gzipped or not."""
    return root_name(_opening(body)) in _ROOTS


def read_sitemap(fetched: Fetched, source: Source) -> Sitemap:
    """The addresses of a sitemap, in its order. An empty one is legitimate.

    Raises ``ParseError`` when the response is empty, a page, or anything else, and when it unpacks to more than the
    source's ``max_bytes``.
    """
    body = _unpack(fetched, source.fetch.max_bytes)
    sheet = FeedSheet.of(fetched, source)
    if (form := feed_form(body)) is FeedForm.EMPTY:
        raise ParseError(f"{fetched.url} answered with an empty body where a sitemap was expected")
    if form is FeedForm.OTHER and (plain := tuple(_plain_addresses(body, sheet))):
        return Sitemap(pages=plain)
    if form is not FeedForm.XML:
        raise ParseError(f"{fetched.url} is no sitemap: a challenge or error page?", excerpt=excerpt(body))
    root = load_root(body, url=fetched.url, forced=source.fetch.encoding, roots=_ROOTS, kind="sitemap")
    is_news = any(_NEWS in str(uri) for uri in root.nsmap.values())
    return Sitemap(pages=tuple(_pages(root, sheet)), is_index=_name(root) == "sitemapindex", is_news=is_news)


def _opening(body: bytes) -> bytes:
    return _inflate(body[:_HEAD], _HEAD) if body.startswith(_GZIP) else body


def _unpack(fetched: Fetched, limit: int) -> bytes:
    """The body as it was before somebody packed it, at most ``limit`` bytes; servers send ``.xml.gz`` as a file."""
    if not fetched.body.startswith(_GZIP):
        return fetched.body
    body = _inflate(fetched.body, limit + 1)
    if len(body) > limit:
        raise ParseError(f"{fetched.url} unpacks to more than {limit} bytes (fetch.max_bytes)")
    if not body:
        raise ParseError(f"{fetched.url} is gzipped and cannot be unpacked")
    return body


def _inflate(packed: bytes, limit: int) -> bytes:
    """What can be unpacked of gzipped bytes (RFC 1952), up to ``limit``; what is broken ends it."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        return unpacker.decompress(packed, limit)
    except zlib.error:
        return b""


def _plain_addresses(body: bytes, sheet: FeedSheet) -> Iterator[Page]:
    """A sitemap as a text file: one absolute address a line, and nothing else (sitemaps.org, "Text file")."""
    lines = body.decode("utf-8-sig", "replace").split()[:_MOST_ADDRESSES]
    if lines and all(line.startswith(("http://", "https://")) for line in lines):
        yield from (Page(url=url) for line in lines if (url := sheet.address(line)))


def _pages(root: Any, sheet: FeedSheet) -> Iterator[Page]:  # noqa: ANN401 - lxml is untyped
    """The pages anywhere in the document: where one element is left open, the next ones lie within it."""
    named = (element for element in root.iter() if _name(element) in ("url", "sitemap"))
    for element in islice(named, _MOST_ADDRESSES):
        if page := _page(element, sheet):
            yield page


def _page(element: Any, sheet: FeedSheet) -> Page | None:  # noqa: ANN401 - lxml is untyped
    facts: dict[str, str] = {}
    for child in element:
        name = _name(child)
        if name == "news":
            facts.update(_news(child))
        elif name in ("loc", "lastmod"):
            facts.setdefault(name, _text(child))
    url = sheet.address(facts.get("loc", ""))
    if not url:
        return None
    return Page(
        url=url,
        touched=sheet.moment(facts.get("lastmod", "")),
        published=sheet.moment(facts.get("publication_date", "")),
        title=shorten(clean(facts.get("title", "")), _TITLE_LIMIT),
        language=sheet.language or primary_subtag(facts.get("language", "")),
        publisher=clean(facts.get("name", ""))[:200],
    )


def _news(element: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - lxml is untyped
    """The facts of Google's news extension: the publication's name and language, the article's date and title."""
    for child in element:
        name = _name(child)
        if name == "publication":
            yield from ((_name(one), _text(one)) for one in child if _name(one) in ("name", "language"))
        elif name in _FACTS:
            yield name, _text(child)


def _name(element: Any) -> str:  # noqa: ANN401 - lxml is untyped
    return str(element.tag).rpartition("}")[2].rpartition(":")[2].lower()


def _text(element: Any) -> str:  # noqa: ANN401 - lxml is untyped
    return (element.text or "")[:4_000].strip()
