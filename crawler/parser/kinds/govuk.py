"""GOV.UK, through its public APIs: one document (content API) or the documents of a search or an organisation.

``details.change_history`` is how the publisher declares updates; ``updated_at`` moves with every republishing and says
nothing. Minor edits move neither, so that the pages are compared all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from crawler.errors import ParseError
from crawler.model import Attachment, Entry, Fetched, Listing, Moment, Request, Source, SourceState
from crawler.parser.feeds import excerpt
from crawler.parser.feeds.markup import strip_markup
from crawler.parser.feeds.sheet import file_attachment, primary_subtag
from crawler.parser.jsondata import Json, as_count, as_text, dig, moment_at, read_object, rows_of, text_at
from crawler.parser.kinds import ask_for_listing, ask_for_page
from crawler.parser.paging import count_on, spell_query
from crawler.text.normalize import clean, shorten
from crawler.text.urls import join_url

_CONTENT = "/api/content"
_SEARCH = "/api/search.json"
_ORGANISATION = re.compile(r"(?:/api/content)?/government/organisations/([a-z0-9-]{1,120})(?:\.atom|/)?")
_PER_PAGE = 50
_TITLE_LIMIT = 500
_SUMMARY_LIMIT = 2_000
#: Content items that stand where a document was: its own page tells what became of it.
_LEFT = frozenset({"gone", "redirect", "vanish"})
_NO_DOCUMENTS = frozenset({"finder", "homepage", "search", "taxon"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What can be set for GOV.UK."""

    max_pages: int = 1
    """How many pages of 50 results an ordinary check reads."""


def request_listing(source: Source, state: SourceState | None) -> Request:
    """The API's answer for any address of the site: a document's page, an organisation's, the home, or an API's."""
    return ask_for_listing(source, state, url=_api_address(source.url))


def parse_listing(source: Source, fetched: Fetched) -> Listing:
    """The results of a search, or the one document that a content item is.

    Raises ``ParseError`` when the answer is neither.
    """
    document = read_object(fetched, "an answer of the content or search API")
    if isinstance(document.get("results"), list):
        return _read_results(document, source, fetched)
    if not text_at(document, "base_path") or text_at(document, "document_type") in _NO_DOCUMENTS:
        message = f"{fetched.url} is no document; give a document, an organisation, {_SEARCH}?…, "
        message += "or the feed of a finder (its address with .atom) as kind feed"
        raise ParseError(message, excerpt=excerpt(fetched.body))
    return Listing(entries=(_read_document(document, source, fetched),))


def request_article(source: Source, entry: Entry) -> Request | None:
    """The document's page."""
    return ask_for_page(source, entry)


def _api_address(url: str) -> str:
    parts = urlsplit(url)
    if organisation := _ORGANISATION.fullmatch(parts.path):
        return _search(url, [("filter_organisations", organisation[1])])
    if parts.path.strip("/") == "":
        return _search(url, [])
    if parts.path.startswith("/api/"):
        return urlunsplit((*parts[:4], ""))
    return urlunsplit((parts.scheme, parts.netloc, _CONTENT + parts.path.rstrip("/"), "", ""))


def _search(url: str, query: list[tuple[str, str]]) -> str:
    """What was updated last. The API refuses parameters that it does not know (422), so there are few."""
    parts = urlsplit(url)
    query = [*query, ("order", "-public_timestamp"), ("count", str(_PER_PAGE))]
    return urlunsplit((parts.scheme, parts.netloc, _SEARCH, spell_query(query), ""))


# -- search --


def _read_results(document: Json, source: Source, fetched: Fetched) -> Listing:
    rows = list(rows_of(document["results"]))
    entries = tuple(entry for row in rows if (entry := _read_result(row, source, fetched)))
    total, start = as_text(document.get("total")), as_text(document.get("start")) or "0"
    following = None
    if rows and total.isdecimal() and start.isdecimal() and len(total + start) < 16:
        following = count_on(fetched.request.url, "start", int(start) + len(rows), total=int(total))
    return Listing(entries=entries, next=following, total=as_count(total) if start == "0" else None)


def _read_result(row: Json, source: Source, fetched: Fetched) -> Entry | None:
    """A result. Its ``public_timestamp`` is that of the last declared update, not of publication."""
    url = join_url(fetched.url, text_at(row, "link|_id"))
    title = shorten(strip_markup(text_at(row, "title")), _TITLE_LIMIT)
    if not (url or title):
        return None
    return Entry(
        url=url,
        title=title,
        id=text_at(row, "content_id").strip()[:60],
        published=moment_at(row, "first_published_at", source, fetched),
        updated=moment_at(row, "public_timestamp", source, fetched),
        summary=shorten(strip_markup(text_at(row, "description")), _SUMMARY_LIMIT),
        publisher=_names(row.get("organisations")),
    )


# -- one document --


def _read_document(item: Json, source: Source, fetched: Fetched) -> Entry:
    url = join_url(fetched.url, text_at(item, "base_path"))
    if text_at(item, "document_type") in _LEFT:
        return Entry(url=url, title=_title(item))
    return Entry(
        url=url,
        title=_title(item),
        id=_identity(item),
        published=moment_at(item, "first_published_at", source, fetched),
        updated=_updated(item, source, fetched),
        summary=shorten(" ".join(filter(None, _sentences(item))), _SUMMARY_LIMIT),
        body="".join(_bodies(item)),
        publisher=_names(dig(item, "links.primary_publishing_organisation|links.organisations")),
        language=primary_subtag(text_at(item, "locale")),
        attachments=tuple(_files(item, fetched.url)),
        status="withdrawn" if dig(item, "withdrawn_notice.withdrawn_at") else "",
    )


def _identity(item: Json) -> str:
    """A document keeps its number through every move, and shares it with its translations."""
    number, locale = text_at(item, "content_id").strip()[:60], text_at(item, "locale").strip()[:20]
    return f"{number}/{locale}" if number and locale else number


def _title(item: Json) -> str:
    return shorten(strip_markup(text_at(item, "title")), _TITLE_LIMIT)


def _history(item: Json) -> list[Json]:
    return list(rows_of(dig(item, "details.change_history")))


def _updated(item: Json, source: Source, fetched: Fetched) -> Moment | None:
    """The newest declared update; where there is no history, that of ``public_updated_at``."""
    moments = (moment_at(change, "public_timestamp", source, fetched) for change in _history(item))
    newest = max((moment for moment in moments if moment), key=lambda moment: moment.instant, default=None)
    return newest or moment_at(item, "public_updated_at", source, fetched)


def _sentences(item: Json) -> Iterator[str]:
    """What it is about, whether it was withdrawn, and the note of its last declared update."""
    if withdrawn := dig(item, "withdrawn_notice.withdrawn_at"):
        explanation = strip_markup(text_at(item, "withdrawn_notice.explanation"))
        yield f"Withdrawn {as_text(withdrawn)[:10]}. {explanation}".strip()
    yield strip_markup(text_at(item, "description"))
    changes = [(text_at(change, "public_timestamp"), clean(text_at(change, "note"))) for change in _history(item)]
    yield max(changes, default=("", ""))[1]


def _bodies(item: Json) -> Iterator[str]:
    """The HTML of the text: whole, in several content types, or in parts with titles (guides, travel advice)."""
    body = dig(item, "details.body")
    if isinstance(body, list):
        of_html = (row for row in rows_of(body) if text_at(row, "content_type") == "text/html")
        yield next((text_at(row, "content") for row in of_html), "")
    else:
        yield as_text(body)
    for part in rows_of(dig(item, "details.parts")):
        yield f"<h2>{strip_markup(text_at(part, 'title'))}</h2>{text_at(part, 'body')}"


def _files(item: Json, base: str) -> Iterator[Attachment]:
    """The files that belong to it; attachments that are pages, here or at another site, are no files of it."""
    for file in rows_of(dig(item, "details.attachments")):
        if text_at(file, "attachment_type") in ("html", "external"):
            continue
        url = join_url(base, text_at(file, "url"))
        if found := file_attachment(url, text_at(file, "content_type"), text_at(file, "title|filename")[:300]):
            yield found


def _names(organisations: object) -> str:
    names = (clean(text_at(each, "title"))[:200] for each in list(rows_of(organisations))[:10])
    return "; ".join(dict.fromkeys(name for name in names if name))
