"""Trees of Guangdong's open-government platform: the site's number and columns are discovered from ``/gkmlpt/index``.

A page past the end of a list is answered with 404, which ends the list and says nothing about the source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.errors import ConfigError, ParseError
from crawler.model import Attachment, Entry, Fetched, Listing, Moment, Purpose, Request, Source, SourceState
from crawler.parser.article.decode import decode_html, find_declared_charset
from crawler.parser.feeds import FeedForm, excerpt, feed_form
from crawler.parser.gkmlpt import Column, Site, index_address, list_address, listed_column, read_site
from crawler.parser.jsondata import Json, as_count, dig, is_set, moment_at, read_object, rows_of, text_at
from crawler.parser.kinds import ask_for_listing, ask_for_page
from crawler.parser.paging import count_up, query_value, with_query
from crawler.text.normalize import clean, shorten
from crawler.text.urls import join_url

_EVERYTHING = "0"
_TITLE_LIMIT = 500
_SUMMARY_LIMIT = 2_000
_ESCAPED = re.compile(r"%u([0-9A-Fa-f]{4})")
_NUMBER = re.compile(r"\d{1,12}")
#: What the flags of a row mean, in the word that the table on the article's page uses.
_FLAGS = (("is_abolished", "废止"), ("is_expired", "失效"))
_PUBLISHED = ("display_publish_time", "created_at", "create_time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What can be set for a tree of the platform. Without any, all its columns are read together."""

    column: str = ""
    """The number or the name of the column to watch; in the address it may stand as ``/gkmlpt/index#6826``."""
    sid: str = ""
    """The number of the site; saves reading it from the index page at every check."""
    max_pages: int = 1
    """How many pages of about 100 documents an ordinary check reads."""

    def __post_init__(self) -> None:
        if self.sid and not _NUMBER.fullmatch(self.sid):
            raise ConfigError([f"options.sid: {self.sid!r} is no number"])


def request_listing(source: Source, state: SourceState | None) -> Request:
    """The list where its address is known, else the index page that names it."""
    return ask_for_listing(source, state, url=_address(source))


def parse_listing(source: Source, fetched: Fetched) -> Listing:
    """The documents of one page of the list; of the index page no entries, but the list to go on with.

    Raises ``ParseError`` for anything else, for a column the tree does not have, and for one that lies elsewhere.
    """
    if feed_form(fetched.body) is FeedForm.JSON:
        return _read_rows(source, fetched)
    return Listing(entries=(), next=_find_list(source, fetched))


def request_article(source: Source, entry: Entry) -> Request | None:
    """The document's page."""
    return ask_for_page(source, entry)


# -- where the list is --


def _address(source: Source) -> str:
    options = _options(source)
    if listed_column(source.url) and not options.column and query_value(source.url, "sid"):
        return with_query(source.url, {"page": "1"})
    sid = options.sid or query_value(source.url, "sid")
    column = _wanted(source)
    if sid.isdecimal() and column.isdecimal():
        return list_address(source.url, sid=sid, column=column)
    return index_address(source.url)


def _options(source: Source) -> Options:
    return source.options if isinstance(source.options, Options) else Options()


def _wanted(source: Source) -> str:
    """The column as it was asked for: its number or its name."""
    fragment = urlsplit(source.url).fragment.strip("/")
    asked = _options(source).column.strip() or (fragment if _NUMBER.fullmatch(fragment) else "")
    return asked or listed_column(source.url) or _EVERYTHING


def _find_list(source: Source, fetched: Fetched) -> Request:
    if not fetched.body.strip():
        raise ParseError(f"{fetched.url} answered with an empty body where the index of a tree was expected")
    charset = find_declared_charset(fetched.header("content-type"))
    site = read_site(decode_html(fetched.body, declared=charset, forced=source.fetch.encoding).text)
    if site is None:
        message = f"{fetched.url} is no index of a tree: it names no site (SID)"
        raise ParseError(message, excerpt=excerpt(fetched.body))
    column = _choose(site, _wanted(source), fetched.url)
    base = fetched.url if "/gkmlpt" in urlsplit(fetched.url).path else source.url
    return Request(url=list_address(base, sid=site.sid, column=column), purpose=Purpose.LISTING)


def _choose(site: Site, wanted: str, url: str) -> str:
    found = next((column for column in site.columns if wanted in (column.id, column.name)), None)
    if found is not None and found.elsewhere:
        raise ParseError(f"{url}: column {_name(found)} lies at {found.elsewhere}; watch that address instead")
    if found is not None or _NUMBER.fullmatch(wanted):  # a number the tree does not show may still have a list
        return found.id if found else wanted
    known = ", ".join(_name(column) for column in site.columns[:12]) or "none"
    raise ParseError(f"{url} has no column {shorten(wanted, 60)!r}; it has: {known}")


def _name(column: Column) -> str:
    return f"{column.id} {column.name}".strip()


# -- what the list holds --


def _read_rows(source: Source, fetched: Fetched) -> Listing:
    document = read_object(fetched, "a list of documents")
    rows = document.get("articles")
    if not isinstance(rows, list):
        raise ParseError(f"{fetched.url} is JSON without a list of articles", excerpt=excerpt(fetched.body))
    entries = (_read_row(row, source, fetched) for row in rows_of(rows))
    return Listing(
        entries=tuple(entry for entry in entries if entry),
        title=clean(text_at(document, "classify.name"))[:_TITLE_LIMIT],
        next=count_up(fetched.request.url, "page") if rows else None,
        total=_total(document, fetched),
    )


def _total(document: Json, fetched: Fetched) -> int | None:
    """How many documents the column has, as its first page says: read wholly, it can show that one is gone."""
    is_first = query_value(fetched.request.url, "page") in ("", "0", "1")
    return as_count(dig(document, "classify.post_count")) if is_first else None


def _read_row(row: Json, source: Source, fetched: Fetched) -> Entry | None:
    url = join_url(fetched.url, text_at(row, "url|post_url"))
    title = shorten(clean(_unescape(text_at(row, "title"))), _TITLE_LIMIT)
    if not (url or title):
        return None
    return Entry(
        url=url,
        title=title,
        id=text_at(row, "id").strip()[:200],
        published=_published(row, source, fetched),
        summary=shorten(clean(_unescape(text_at(row, "abstract")[:8_000])), _SUMMARY_LIMIT),
        publisher=clean(_unescape(text_at(row, "publisher")))[:200],
        attachments=tuple(_files(row, fetched.url)),
        status=next((word for flag, word in _FLAGS if is_set(row.get(flag))), ""),
    )


def _published(row: Json, source: Source, fetched: Fetched) -> Moment | None:
    """When it was published, as the site shows it. ``date`` is when the document was written, and not taken."""
    return next((found for field in _PUBLISHED if (found := moment_at(row, field, source, fetched))), None)


def _files(row: Json, base: str) -> Iterator[Attachment]:
    for file in rows_of(row.get("attachment")):
        if url := join_url(base, text_at(file, "url")):
            yield Attachment(url=url, name=clean(_unescape(text_at(file, "name")))[:300] or url)


def _unescape(text: str) -> str:
    """Some hosts spell every character ``%uXXXX``, as an old browser function did; pairs of them may be one."""
    if "%u" not in text:
        return text
    spelled = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return spelled.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
