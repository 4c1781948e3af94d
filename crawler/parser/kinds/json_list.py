"""Any list that comes as JSON: by paths where the operator gives them, else by the shape of a known content system,
else by what is evident. Some systems (jpaas) wrap the HTML of a list in JSON; that is read as HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

from crawler.errors import ConfigError, ParseError
from crawler.model import Attachment, Entry, Fetched, Listing, Purpose, Request, Source, SourceState
from crawler.parser.feeds import excerpt
from crawler.parser.feeds.markup import paragraphs, strip_markup
from crawler.parser.jsondata import Json, dig, is_set, moment_at, read_json, rows_of, text_at
from crawler.parser.kinds import ask_for_listing, ask_for_page
from crawler.parser.lists import ListRules, read_fragment
from crawler.parser.paging import count_on_from, post
from crawler.parser.shapes import (
    Shape,
    evident_shape,
    has_empty_list,
    html_fragment,
    known_shape,
    longest_rows,
    rows_at,
)
from crawler.text.normalize import clean, shorten
from crawler.text.urls import join_url

_TITLE_LIMIT = 500
_SUMMARY_LIMIT = 2_000
_FIELD = re.compile(r"\{([\w.|]{1,80})\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Where things stand in the answer, as dotted paths (``data.list``; ``a|b``: the first that is there).

    Whatever is left out is found by itself where the answer has a known or evident shape.
    """

    items: str = ""
    """The array of entries, from the top of the document."""
    url: str = ""
    """The address of the article, from an entry; or a pattern such as ``/news/{id}.html``."""
    title: str = ""
    """The title, from an entry."""
    date: str = ""
    """When it was published, from an entry."""
    body: str = ""
    """The full text (HTML or plain), from an entry; with ``follow = false`` it is the article."""
    id: str = ""
    """What the list itself calls the article, from an entry; it stays when title and address change."""
    next: str = ""
    """The address of the next page, from the top of the document."""
    page: str = ""
    """The parameter, of the address or of ``post``, that counts the pages, where no address names the next one."""
    post: str = ""
    """What to send where the list is asked for by POST: JSON, or a form such as ``channel=3&pageNo=1``."""
    max_pages: int = 1
    """How many pages an ordinary check reads."""

    def __post_init__(self) -> None:
        broken = [
            f"options.{field.name}: {value!r} is no path such as data.list"
            for field in fields(self)
            if isinstance(value := getattr(self, field.name), str) and not _is_path(value, field.name)
        ]
        if broken:
            raise ConfigError(broken)


def request_listing(source: Source, state: SourceState | None) -> Request:
    """The address as it is given; a POST where there is something to send."""
    options = source.options if isinstance(source.options, Options) else Options()
    request = ask_for_listing(source, state, headers=(("accept", "application/json, */*;q=0.5"),))
    return post(request, options.post) if options.post else request


def parse_listing(source: Source, fetched: Fetched) -> Listing:
    """The entries of the answer, in its order.

    Raises ``ParseError`` when it is no JSON, reports a failure, or holds no list where one was expected.
    """
    options = source.options if isinstance(source.options, Options) else Options()
    document = read_json(fetched, "a list")
    if (fragment := html_fragment(document)) and not options.items:
        return read_fragment(fetched, source, fragment, ListRules())
    shape = _choose_shape(document, options)
    if shape is None:
        raise _nothing_found(fetched, document, options)
    rows = rows_at(document, shape)
    entries = tuple(entry for row in rows if (entry := _read_row(row, shape, source, fetched)))
    if rows and not entries:
        raise _nothing_found(fetched, document, options)
    return Listing(entries=entries, next=_next(document, shape, options, fetched) if rows else None)


def request_article(source: Source, entry: Entry) -> Request | None:
    """The entry's page; None when pages are not followed or the entry has none."""
    return ask_for_page(source, entry)


def _is_path(value: str, option: str) -> bool:
    steps = [step for way in value.split("|") for step in way.split(".")]
    return not value or option in ("url", "page", "post") or all(step.strip() for step in steps)


def _choose_shape(document: object, options: Options) -> Shape | None:
    """The operator's paths, completed by what is known or evident; None where the rows cannot be found."""
    given = {name: getattr(options, name) for name in ("items", "title", "url", "date", "body", "id", "page")}
    given = {name: value for name, value in given.items() if value}
    if options.items and not isinstance(dig(document, options.items), list):
        return None
    known = None if options.items else known_shape(document)
    found = known or evident_shape(document, items=options.items)
    if found is None:  # the words of the rows tell nothing: then the operator must
        enough = (options.title or options.url) and (options.items or isinstance(document, list))
        is_empty = options.items and dig(document, options.items) == []
        return Shape(**given) if enough or is_empty else None
    return replace(found, **given)


def _nothing_found(fetched: Fetched, document: object, options: Options) -> ParseError:
    said = strip_markup(text_at(document, "message|msg|error.message|error|errmsg"))[:120]
    if options.items:
        reason = f"holds no entries at options.items {options.items!r}"
    elif isinstance(document, dict) and "success" in document and not is_set(document["success"]):
        reason = "reports a failure"
    else:
        reason = f"holds no list of links; {_suggest(document)}"
    return ParseError(f"{fetched.url} {reason}" + (f": {said}" if said else ""), excerpt=excerpt(fetched.body))


def _suggest(document: object) -> str:
    """Which options would tell where the list is, with the words of its longest array of objects, if there is any."""
    if (rows := longest_rows(document)) is None:
        empty = "its lists are empty: give an address that lists something, or " if has_empty_list(document) else ""
        return f"{empty}give options.items, options.title and options.url"
    items, keys = rows
    where = f'options.items = "{items}", ' if items else ""
    return f"give {where}options.title and options.url among the words of its rows: {', '.join(keys)}"[:300]


# -- one entry --


def _read_row(row: Json, shape: Shape, source: Source, fetched: Fetched) -> Entry | None:
    url = join_url(fetched.url, _address(row, shape.url))
    title = shorten(strip_markup(text_at(row, shape.title)), _TITLE_LIMIT)
    if not (url or title):
        return None
    body = text_at(row, shape.body)
    return Entry(
        url=url,
        title=title,
        id=text_at(row, shape.id).strip()[:500],
        published=moment_at(row, shape.date, source, fetched) if shape.date else None,
        summary=shorten(strip_markup(text_at(row, shape.summary)), _SUMMARY_LIMIT),
        body=body if "<" in body else paragraphs(body),
        publisher=strip_markup(text_at(row, shape.publisher))[:200],
        attachments=tuple(_files(row, shape, fetched.url)),
    )


def _address(row: Json, path: str) -> str:
    """What the path leads to, or the pattern with the row's own values in it; empty when one of them is missing."""
    names = _FIELD.findall(path)
    if not names:
        return text_at(row, path)
    values = {name: text_at(row, name) for name in names}
    return _FIELD.sub(lambda found: values[found[1]], path)[:2_000] if all(values.values()) else ""


def _files(row: Json, shape: Shape, base: str) -> Iterator[Attachment]:
    for file in rows_of(dig(row, shape.files)) if shape.files else ():
        if url := join_url(base, text_at(file, "filePath|url")):
            name = clean(text_at(file, "name|fileName|title"))[:300]
            yield Attachment(url=url, name=name or url.rpartition("/")[2] or url)


# -- the next page --


def _next(document: object, shape: Shape, options: Options, fetched: Fetched) -> Request | None:
    if options.next:
        url = join_url(fetched.url, text_at(document, options.next))
        return Request(url=url, purpose=Purpose.LISTING) if url and url != fetched.url else None
    return count_on_from(fetched.request, shape.page)
