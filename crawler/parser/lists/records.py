"""Lists that pages keep in another form than elements: they are turned into ordinary HTML and read like the rest.

Read by searching, not as XML or as a program: what stands there is not always well-formed, and is never run.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from html import escape, unescape
from itertools import islice

from crawler.parser.jsondata import rows_of, text_at
from crawler.parser.shapes import evident_shape
from crawler.text.normalize import clean

_OPEN, _CLOSE = "<![CDATA[", "]]>"
#: ``urls[i]='…'`` and its like: columns of a table that a script fills row by row (family: kw.beijing).
_CELL = re.compile(
    r"""\b([A-Za-z_]{2,24})\[(?:[ijkn]|\d{1,5})(?:\+\+)?\]\s{0,4}=\s{0,4}(?:"([^"\n]{0,1000})"|'([^'\n]{0,1000})')"""
)
_ADDRESSES = ("urls", "url", "links", "link", "hrefs", "href")
_TITLES = ("headers", "header", "titles", "title", "names", "name", "subjects")
_DATES = ("dates", "date", "times", "time", "pubdates", "days")
_EMPHASIS = re.compile(r"</?(?:b|strong|em|i|u|font|big|small)(?:\s[^<>]{0,300})?>", re.IGNORECASE)
_ARRAY = re.compile(r"\[\s{0,20}\{\s{0,20}\"")
_MOST_ARRAYS = 20
_LARGEST_ARRAY = 500_000
_FEWEST_OBJECTS = 3
_MOST_CELLS = 20_000
_FEWEST_ROWS = 2


def unwrap_records(text: str) -> str:
    """The page with the rows that it keeps in records or in a script as ordinary HTML, or the text as it is."""
    return _unwrap_recordset(text) if "<recordset" in text else _unwrap_arrays(text)


def _unwrap_recordset(text: str) -> str:
    """Rows as CDATA within ``<recordset>``, in a page or in the answer of its ``…/jpage/dataproxy.jsp``."""
    start = text.find("<recordset")
    rows: list[str] = []
    at = start
    while (begin := text.find(_OPEN, at)) >= 0 and (end := text.find(_CLOSE, begin)) >= 0:
        rows.append(text[begin + len(_OPEN) : end])
        at = end
    if not rows:
        rows, at = _bare_records(text, start)
    if not rows:
        return text
    closing = text.find("</script>", at)
    before, after = (text[: text.rfind("<script", 0, start)], text[closing:]) if closing >= 0 else ("", "")
    # one row's open <b> would reach into all the rows behind it
    items = "".join(f"<div>{_EMPHASIS.sub('', row)}</div>" for row in rows)
    return f"{before}<div>{items}</div>{after}"


def _bare_records(text: str, start: int) -> tuple[list[str], int]:
    """Rows that nobody has wrapped, and where the last of them ends."""
    rows: list[str] = []
    at = start
    while (begin := text.find("<record>", at)) >= 0 and (end := text.find("</record>", begin)) >= 0:
        rows.append(unescape(row) if (row := text[begin + 8 : end]).lstrip().startswith("&lt;") else row)
        at = end
    return rows, at


def _unwrap_arrays(text: str) -> str:
    """Columns of addresses, titles and dates that a script fills: a list in front of the page's own elements."""
    if "]=" not in text and "] =" not in text:
        return text
    columns: defaultdict[str, list[str]] = defaultdict(list)
    for cell in islice(_CELL.finditer(text), _MOST_CELLS):
        columns[cell[1].lower()].append(cell[2] if cell[2] is not None else cell[3])
    addresses, titles = _column(columns, _ADDRESSES), _column(columns, _TITLES)
    if len(addresses) < _FEWEST_ROWS or len(titles) != len(addresses):
        return text
    days = _days(columns, len(addresses))
    rows = zip(addresses, titles, days, strict=True)
    items = "".join(
        f'<li><a href="{escape(url)}">{escape(clean(title))}</a><span>{escape(day)}</span></li>'
        for url, title, day in rows
    )
    body = text.find("<body")
    start = text.find(">", body) + 1 if body >= 0 else 0
    return f"{text[:start]}<ul>{items}</ul>{text[start:]}"


def unwrap_objects(text: str) -> str:
    """The page with the longest array of objects in its scripts that name titles, addresses and dates as a list.

    Pages that a program draws carry the data that it draws, as JSON. The text as it is where there is none.
    """
    arrays = [
        rows for found in islice(_ARRAY.finditer(text), _MOST_ARRAYS) if (rows := _parse_array(text, found.start()))
    ]
    items = max((_list_objects(rows) for rows in arrays), key=len, default=[])
    return f"<ul>{''.join(items)}</ul>{text}" if len(items) >= _FEWEST_OBJECTS else text


def _parse_array(text: str, start: int) -> list[object]:
    """The array that begins there, where it is JSON."""
    try:
        rows, _ = json.JSONDecoder().raw_decode(text[start : start + _LARGEST_ARRAY])
    except (ValueError, RecursionError):
        return []
    return rows if isinstance(rows, list) else []


def _list_objects(rows: list[object]) -> list[str]:
    shape = evident_shape(rows, items="")
    if shape is None or shape.items or not shape.date:
        return []
    told = [
        (text_at(row, shape.url), clean(text_at(row, shape.title)), text_at(row, shape.date)) for row in rows_of(rows)
    ]
    return [
        f'<li><a href="{escape(url)}">{escape(title)}</a> <time datetime="{escape(day)}">{escape(day)}</time></li>'
        for url, title, day in told
        if url and title
    ]


def _column(columns: dict[str, list[str]], names: tuple[str, ...]) -> list[str]:
    return next((columns[name] for name in names if name in columns), [])


def _days(columns: dict[str, list[str]], rows: int) -> list[str]:
    parts = [columns.get(name, columns.get(f"{name}s", [])) for name in ("year", "month", "day")]
    if all(len(part) == rows for part in parts):
        return ["-".join(row) for row in zip(*parts, strict=True)]
    dates = _column(columns, _DATES)
    return dates if len(dates) == rows else [""] * rows
