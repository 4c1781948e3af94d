"""Lists in JSON: the shapes of known content systems, and what is evident in any other.

A shape says by small dotted paths where the rows stand and where in a row its facts are. Known families (official
sites of China): UCAP (``data.results``), the policy library and the rolling list of gov.cn, jpaas (HTML in JSON);
and WordPress (``/wp-json/wp/v2/posts``), which agencies everywhere run on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crawler.parser.jsondata import ROW_LIMIT, Json, dig, rows_of, text_at

_DEEPEST = 6
_MOST_NODES = 4_000
_ROWS_LOOKED_AT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Where the facts are: ``items`` from the top, the others from a row. ``page`` is the parameter that counts."""

    items: str = ""
    title: str = ""
    url: str = ""
    date: str = ""
    body: str = ""
    summary: str = ""
    id: str = ""
    publisher: str = ""
    files: str = ""
    page: str = ""


#: Tried in this order; what is not in a row stays empty.
KNOWN = (
    Shape(
        items="data.results",
        title="title",
        url="url",
        date="publishedTime|publishedTimeStr",
        body="contentHtml|content",
        summary="memo",
        id="manuscriptId",
        files="resList",
        page="page",
    ),
    Shape(
        items="searchVO.listVO",
        title="title",
        url="url",
        date="pubtime|pubtimeStr",
        summary="summary",
        publisher="puborg",
        id="id",
        page="p",
    ),
    Shape(items="", title="TITLE", url="URL", date="DOCRELPUBTIME"),
    Shape(  # WordPress: /wp-json/wp/v2/posts
        title="title.rendered",
        url="link",
        date="date",
        body="content.rendered",
        summary="excerpt.rendered",
        id="id",
        page="page",
    ),
)
#: Where jpaas keeps the HTML of a list.
FRAGMENT = "data.html"

_WORDS = {
    "title": "title titlenotag doctitle articletitle infotitle newstitle headline subject topic name",
    "url": "url link href docpuburl docurl newsurl detailurl contenturl htmlurl weburl linkurl articleurl pageurl "
    "infourl selfurl",
    "date": "date publishedtime publishtime publishdate publisheddate pubtime pubdate publicationdate publishedat "
    "docrelpubtime docreltime releasetime releasedate publishedtimeformat publictimestamp datepublished "
    "createdate createdtime createtime createdat time",
    "body": "contenthtml contentrendered bodyhtml",
    "summary": "summary abstract description digest excerpt intro",
    "publisher": "publisher puborg source contentsource agency department",
    "id": "id docid contentid manuscriptid articleid guid uuid",
}
_VOCABULARY = {field: words.split() for field, words in _WORDS.items()}
_SEPARATORS = re.compile(r"[_\-\s]")


def known_shape(document: object) -> Shape | None:
    """The family whose rows stand where they should; an empty list there is a list."""
    for shape in KNOWN:
        rows = dig(document, shape.items)
        if isinstance(rows, list) and (not rows or any(_tells(row, shape) for row in rows_of(rows))):
            return shape
    return None


def evident_shape(document: object, *, items: str = "") -> Shape | None:
    """Where a list seems to be: an array of objects that name a title and an address in usual words.

    Of several the longest whose objects are dated: menus are not. ``items`` fixes where the rows are, so that only
    their facts are sought.
    """
    arrays = [(items, dig(document, items))] if items else _arrays(document)
    found = [(path, shape, len(rows)) for path, rows in arrays if isinstance(rows, list) and (shape := _evident(rows))]
    if not found:
        return None
    path, shape, _ = max(found, key=lambda one: ("date" in one[1], one[2]))
    return Shape(items=path, **shape)


def longest_rows(document: object) -> tuple[str, list[str]] | None:
    """The path of the longest array of objects, and the keys of the first of them that hold a text or a number."""
    longest, found = 0, None
    for path, value in _arrays(document):
        rows = value if isinstance(value, list) else []
        first = next(rows_of(rows[:1]), None)
        keys = [key for key in list(first)[:12] if text_at(first, key)] if first else []
        if len(rows) > longest and keys and "".join((path, *keys)).isprintable():
            longest, found = len(rows), (path, keys)
    return found


def has_empty_list(document: object) -> bool:
    """Whether an array in the document holds nothing: a list with nothing on it, perhaps."""
    return any(value == [] for _, value in _arrays(document))


def html_fragment(document: object) -> str:
    """The HTML of a list that is wrapped in JSON, or an empty string."""
    found = dig(document, FRAGMENT)
    return found if isinstance(found, str) and "<a" in found.lower() else ""


def _tells(row: Json, shape: Shape) -> bool:
    return bool(text_at(row, shape.title) and text_at(row, shape.url))


def _arrays(document: object) -> Iterator[tuple[str, object]]:
    """Every array in the document with its path, the upper ones first."""
    waiting: list[tuple[str, object, int]] = [("", document, 0)]
    for path, value, depth in waiting:  # grows while it is read
        if isinstance(value, list):
            yield path, value
            inner: Iterable[tuple[str, object]] = ((str(number), one) for number, one in enumerate(value[:10]))
        elif isinstance(value, dict):
            inner = ((key, one) for key, one in value.items() if key and "." not in key and "|" not in key)
        else:
            continue
        if depth < _DEEPEST and len(waiting) < _MOST_NODES:
            waiting.extend((f"{path}.{key}" if path else key, one, depth + 1) for key, one in inner)


def _evident(rows: list[object]) -> dict[str, str] | None:
    """Which key holds which fact, judged by the first rows; None unless they have titles and addresses."""
    sample = list(rows_of(rows[:_ROWS_LOOKED_AT]))
    if not sample or len(sample) * 2 < len(rows[:_ROWS_LOOKED_AT]):
        return None
    keys = {_SEPARATORS.sub("", key).lower(): key for row in reversed(sample) for key in list(row)[:100]}
    named = {field: next((keys[word] for word in words if word in keys), "") for field, words in _VOCABULARY.items()}
    told = {field: key for field, key in named.items() if key and any(text_at(row, key) for row in sample)}
    return told if "title" in told and "url" in told else None


def rows_at(document: object, shape: Shape) -> list[Json]:
    """The rows of the list."""
    return list(rows_of(dig(document, shape.items)))[:ROW_LIMIT]
