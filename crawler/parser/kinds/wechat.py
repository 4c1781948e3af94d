"""Articles of WeChat accounts. WeChat publishes no list of them: they come through a bridge's feed, through a page
that links to them, or as links given by hand (``articles``, or an article's address as the source's own).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from html import unescape
from itertools import chain, islice
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.errors import ParseError
from crawler.model import Entry, Fetched, Listing, Request, Source, SourceState
from crawler.parser.article.decode import decode_html
from crawler.parser.feeds import FeedForm, excerpt, feed_form, is_feed, read_feed
from crawler.parser.feeds.jsonfeed import load_json
from crawler.parser.feeds.markup import strip_markup
from crawler.parser.jsondata import moment_at, text_at
from crawler.parser.kinds import ask_for_listing, ask_for_page
from crawler.parser.lists import read_anchors
from crawler.parser.shapes import evident_shape, rows_at
from crawler.text.normalize import clean

_HOST = "mp.weixin.qq.com"
_SHORT_PATH = re.compile(r"/s/([A-Za-z0-9_-]{6,64})/?")
#: The parameters that are the article; everything else is a session, a share or a device.
_IDENTITY = {
    "__biz": "__biz",
    "mid": "mid",
    "appmsgid": "mid",
    "idx": "idx",
    "itemidx": "idx",
    "sn": "sn",
    "sign": "sn",
}
_URL_IN_TEXT = re.compile(r"https?:(?://|\\/\\/)[^\s\"'<>`(){}|^]{4,1000}")
_TITLE = re.compile(
    r"""<meta[^>]{0,100}?property=["']og:title["'][^>]{0,100}?content=(?:"([^"]{1,600})"|'([^']{1,600})')"""
)
_ALBUM_ITEM = re.compile(r"<li\s[^<>]{0,6000}>")
_ALBUM_VALUE = re.compile(r"""\bdata-(link|title)=["']([^"'<>]{1,2000})["']""")
_LIMIT = 2_000
_LINKS_TRIED = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What can be set for a WeChat source."""

    articles: tuple[str, ...] = ()
    """Links to articles that are watched besides those the source itself lists."""


def request_listing(source: Source, state: SourceState | None) -> Request:
    """The bridge's feed, the page with the links, or the article itself."""
    return ask_for_listing(source, state)


def parse_listing(source: Source, fetched: Fetched) -> Listing:
    """The articles the response leads to, then those of ``options.articles``, each once.

    Raises ``ParseError`` when neither the response nor the options name any article.
    """
    given = source.options.articles if isinstance(source.options, Options) else ()
    listing = _read(source, fetched, alone=not given)
    extra = (Entry(url=url, title="") for link in given if (url := article_address(link)))
    return replace(listing, entries=_once((*listing.entries, *extra)))


def request_article(source: Source, entry: Entry) -> Request | None:
    """The article's page."""
    return ask_for_page(source, entry)


def article_address(link: str) -> str:
    """The lasting address of the WeChat article behind ``link``, or an empty string when it is none.

    Recognised by shape, ``/s/<token>`` or ``/s?__biz=…``, not by host: mirrors and archives keep it. Links of the
    WeChat search (``/s?src=…&signature=…``) expire within hours and are none.
    """
    parts = _split(link)
    if parts is None:
        return ""
    scheme = "https" if parts.netloc == _HOST else parts.scheme
    if _SHORT_PATH.fullmatch(parts.path):
        return urlunsplit((scheme, parts.netloc, parts.path.rstrip("/"), "", ""))
    given = parse_qsl(parts.query, max_num_fields=40) if parts.path == "/s" else []
    kept = {_IDENTITY[key]: value for key, value in given if key in _IDENTITY}
    if "__biz" not in kept or "mid" not in kept:
        return ""
    query = urlencode([(key, kept[key]) for key in ("__biz", "mid", "idx", "sn") if key in kept], safe="=")
    return urlunsplit((scheme, parts.netloc, parts.path, query, ""))


def _split(link: str) -> SplitResult | None:
    link = unescape(link.strip()[:2_000].replace("\\/", "/").replace("\\x26amp;", "&").replace("\\x26", "&"))
    try:
        parts = urlsplit(link)
        return parts if parts.scheme in ("http", "https") and parts.netloc and parts.query.count("&") < 40 else None
    except ValueError:
        return None


def _read(source: Source, fetched: Fetched, *, alone: bool) -> Listing:
    if own := article_address(source.url):
        return Listing(entries=(Entry(url=own, title=_page_title(_text(source, fetched))),))
    if feed_form(fetched.body) in (FeedForm.JSON, FeedForm.XML) and is_feed(fetched.body):
        return _lasting(read_feed(fetched, source))
    text = _text(source, fetched)
    entries = _once(chain(_rows(source, fetched), _linked(fetched, text)))
    if not entries and alone:
        raise ParseError(f"no link to a WeChat article found at {fetched.url}", excerpt=excerpt(fetched.body))
    return Listing(entries=entries)


def _text(source: Source, fetched: Fetched) -> str:
    charset = fetched.header("content-type").partition("charset=")[2].strip("\"' ;")
    return decode_html(fetched.body, declared=charset, forced=source.fetch.encoding).text


def _page_title(text: str) -> str:
    found = _TITLE.search(text)
    return clean(unescape(found[1] or found[2])) if found else ""


def _lasting(listing: Listing) -> Listing:
    """Bridges pass addresses on as they got them: sessions and shares are cut off."""
    entries = (replace(entry, url=article_address(entry.url) or entry.url) for entry in listing.entries)
    return replace(listing, entries=tuple(entries))


def _rows(source: Source, fetched: Fetched) -> Iterator[Entry]:
    """The articles of an album or of a bridge's list, which come as JSON: with their titles."""
    document = load_json(fetched.body) if feed_form(fetched.body) is FeedForm.JSON else None
    if (shape := evident_shape(document)) is None:
        return
    for row in rows_at(document, shape):
        if url := article_address(text_at(row, shape.url)):
            published = moment_at(row, shape.date, source, fetched) if shape.date else None
            yield Entry(url=url, title=strip_markup(text_at(row, shape.title)), published=published)


def _linked(fetched: Fetched, text: str) -> Iterator[Entry]:
    """The article links of a page with their texts, then those that stand in scripts or plain text."""
    for href, title in chain(read_anchors(text, fetched.url), _album_items(text)):
        if url := article_address(href):
            yield Entry(url=url, title=title)
    for found in islice(_URL_IN_TEXT.finditer(text), _LINKS_TRIED):
        if url := article_address(found[0].rstrip(".,;:!?。，；：！？）】」")):
            yield Entry(url=url, title="")


def _album_items(text: str) -> Iterator[tuple[str, str]]:
    """The items of an album's page, which keep address and title in attributes (``/mp/appmsgalbum``)."""
    for item in islice(_ALBUM_ITEM.finditer(text), _LIMIT):
        values = {name: unescape(value) for name, value in _ALBUM_VALUE.findall(item[0])}
        yield values.get("link", ""), clean(values.get("title", ""))


def _once(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries without repetitions; of several texts for one link the first that says anything stays."""
    kept: dict[str, Entry] = {}
    for entry in entries:
        known = kept.get(entry.url)
        if known is None and len(kept) >= _LIMIT:
            break
        if known is None or (entry.title and not known.title):
            kept[entry.url] = entry
    return tuple(kept.values())
