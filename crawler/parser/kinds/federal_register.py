"""The United States Federal Register, through its public API (``/api/v1/documents.json``).

A page holds at most 100 documents, and nothing beyond the 2000th is given. Published documents are corrected by new
documents that name them, and are marked with those.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from crawler.errors import ParseError
from crawler.model import Attachment, Entry, Fetched, Listing, Purpose, Request, Source, SourceState
from crawler.parser.feeds import FeedForm, excerpt, feed_form
from crawler.parser.feeds.markup import strip_markup
from crawler.parser.jsondata import Json, as_count, as_text, dig, moment_at, read_object, rows_of, text_at
from crawler.parser.kinds import ask_for_listing, ask_for_page
from crawler.parser.paging import query_of, query_value, spell_query
from crawler.text.normalize import clean, shorten
from crawler.text.urls import join_url

_API = "/api/v1/documents.json"
_PER_PAGE = 100
_LAST_RESULT = 2_000
_FIELDS = (
    "title",
    "type",
    "abstract",
    "document_number",
    "html_url",
    "pdf_url",
    "publication_date",
    "agencies",
    "effective_on",
    "comments_close_on",
    "corrections",
    "correction_of",
)
_DATES = (("Effective", "effective_on"), ("Comments close", "comments_close_on"))
_TITLE_LIMIT = 500
_SUMMARY_LIMIT = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What can be set for the Federal Register. What is searched for stands in the address (``conditions[…]``)."""

    max_pages: int = 1
    """How many pages of 100 documents an ordinary check reads."""


def request_listing(source: Source, state: SourceState | None) -> Request:
    """The API's answer, newest first, for the site's home, a search page, an agency's page or an API address."""
    return ask_for_listing(source, state, url=_api_address(source.url))


def is_answer(fetched: Fetched) -> bool:
    """The API answers 404, in JSON, where nothing matches what is searched for."""
    is_api = urlsplit(fetched.url).path == _API
    return fetched.status == 404 and is_api and feed_form(fetched.body) is FeedForm.JSON


def parse_listing(source: Source, fetched: Fetched) -> Listing:
    """The documents of one page of results. Raises ``ParseError`` when the answer is none of the API's."""
    document = read_object(fetched, "a page of results")
    if is_answer(fetched):
        return Listing(entries=())
    rows = document.get("results")
    if not isinstance(rows, list) and as_text(document.get("count")) != "0":
        said = _complaint(document)
        raise ParseError(
            f"{fetched.url} is no page of results{f': {said}' if said else ''}", excerpt=excerpt(fetched.body)
        )
    entries = (_read_row(row, source, fetched) for row in rows_of(rows))
    return Listing(
        entries=tuple(entry for entry in entries if entry),
        title=clean(text_at(document, "description"))[:_TITLE_LIMIT],
        next=_next(document, fetched),
        total=as_count(document.get("count")) if query_value(fetched.request.url, "page") in ("", "1") else None,
    )


def request_article(source: Source, entry: Entry) -> Request | None:
    """The document's page."""
    return ask_for_page(source, entry)


def _complaint(document: Json) -> str:
    """What the API has against the request, in its own words."""
    errors = document.get("errors")
    named = next(iter(errors.items()), ("", "")) if isinstance(errors, dict) else ("", "")
    told = text_at(document, "message|error|errors.0") or " ".join(filter(None, map(as_text, named)))
    return clean(told)[:200]


def _api_address(url: str) -> str:
    parts = urlsplit(url)
    query = query_of(url)
    steps = [step for step in parts.path.split("/") if step]
    if steps[:1] == ["agencies"] and len(steps) == 2:
        query.append(("conditions[agencies][]", steps[1]))
    given = {name for name, _ in query}
    defaults = [("per_page", str(_PER_PAGE)), ("order", "newest")]
    query += [(name, value) for name, value in defaults if name not in given]
    if "fields[]" not in given:
        query += [("fields[]", field) for field in _FIELDS]
    path = parts.path if parts.path.startswith("/api/") else _API
    return urlunsplit((parts.scheme, parts.netloc, path, spell_query(query), ""))


def _read_row(row: Json, source: Source, fetched: Fetched) -> Entry | None:
    url = join_url(fetched.url, text_at(row, "html_url"))
    title = shorten(strip_markup(text_at(row, "title")), _TITLE_LIMIT)
    if not (url or title):
        return None
    return Entry(
        url=url,
        title=title,
        id=text_at(row, "document_number").strip()[:60],
        published=moment_at(row, "publication_date", source, fetched),
        summary=shorten(" ".join(_sentences(row)), _SUMMARY_LIMIT),
        publisher="; ".join(_agencies(row)),
        attachments=_edition(row, fetched.url),
    )


def _sentences(row: Json) -> Iterator[str]:
    """What a reader must know besides the title; what is set or corrected later brings the page up again."""
    if kind := clean(text_at(row, "type"))[:60]:
        yield f"{kind}."
    if abstract := strip_markup(text_at(row, "abstract")):
        yield abstract
    yield from (f"{label} {day}." for label, field in _DATES if (day := clean(text_at(row, field))[:20]))
    if corrected := _number(dig(row, "correction_of")):
        yield f"Corrects {corrected}."
    if corrections := _corrections(row):
        yield f"Corrected by {', '.join(corrections)}."


def _corrections(row: Json) -> list[str]:
    values = row.get("corrections")
    return [number for value in (values[:20] if isinstance(values, list) else ()) if (number := _number(value))]


def _number(value: object) -> str:
    """The document number at the end of an API address."""
    return as_text(value)[:300].rstrip("/").rpartition("/")[2].partition(".json")[0].partition("?")[0]


def _agencies(row: Json) -> list[str]:
    """The agencies that issued it, without the departments above them where both are named."""
    agencies = list(rows_of(row.get("agencies")))[:20]
    parents = {as_text(agency.get("parent_id")) for agency in agencies} - {""}
    lowest = [agency for agency in agencies if as_text(agency.get("id")) not in parents]
    return list(dict.fromkeys(name for agency in lowest if (name := clean(text_at(agency, "name|raw_name"))[:200])))


def _edition(row: Json, base: str) -> tuple[Attachment, ...]:
    """The official edition: the legal text is the printed page."""
    url = join_url(base, text_at(row, "pdf_url"))
    return (Attachment(url=url, name=url.rpartition("/")[2] or url),) if url else ()


def _next(document: Json, fetched: Fetched) -> Request | None:
    """The next page, unless it would reach beyond what the API gives."""
    url = join_url(fetched.url, text_at(document, "next_page_url"))
    number, size = query_value(url, "page"), query_value(url, "per_page") or str(_PER_PAGE)
    if not url or not all(raw.isascii() and raw.isdigit() and len(raw) < 6 for raw in (number, size)):
        return None
    return Request(url=url, purpose=Purpose.LISTING) if int(number) * int(size) <= _LAST_RESULT else None
