"""The open-government platform of Guangdong (``/gkmlpt/``): where its lists are, read from its index page.

The page names the site (``SID: '758001'``) and its columns (``TREE: […]``) in a script; the lists are JSON at
``<base>/gkmlpt/api/all/<column>?page=<n>&sid=<sid>``, column 0 being everything. Departments have trees of their own
below a path (``/zqhjj/gkmlpt/``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit, urlunsplit

from crawler.parser.jsondata import as_text
from crawler.text.normalize import clean

_SID = re.compile(r"\bSID[\"']?\s{0,5}:\s{0,5}[\"']?(\d{1,12})\b")
_TREE = re.compile(r"\bTREE[\"']?\s{0,5}:\s{0,5}\[")
#: A column in a script that is no JSON: its number, then its name.
_PAIR = re.compile(
    r"\bid[\"']?\s{0,5}:\s{0,5}[\"']?(\d{1,12})[\"']?\s{0,5},[^{}\[\]]{0,300}?"
    r"\bname[\"']?\s{0,5}:\s{0,5}(?:\"([^\"]{1,120})\"|'([^']{1,120})')"
)
_API = re.compile(r"/gkmlpt/api/all/(\d{1,12})/?$")
_LARGEST_TREE = 1_000_000
_LARGEST_SCRIPT = 200_000
_MOST_COLUMNS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the tree. ``elsewhere`` is the address it only points to, where it does."""

    id: str
    name: str
    elsewhere: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the index page of one tree tells."""

    sid: str
    columns: tuple[Column, ...] = ()


def read_site(text: str) -> Site | None:
    """The site that an index page describes, or None when the page is no such page."""
    found = _SID.search(text)
    return Site(sid=found[1], columns=tuple(_columns(text))) if found else None


def is_index(url: str, text: str) -> bool:
    """Whether a page belongs to the platform: by its address or by what its script names, and by its site number."""
    family = "/gkmlpt" in urlsplit(url).path or ("/gkmlpt" in text and "_CONFIG" in text)
    return family and _SID.search(text) is not None


def index_address(url: str) -> str:
    """The index page of the tree that ``url`` belongs to: any of its pages, or the folder it lies in."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, f"{_base(parts.path)}/gkmlpt/index", "", ""))


def list_address(url: str, *, sid: str, column: str) -> str:
    """The first page of a column's list. Pages count from 1; page 0 is page 1 again."""
    parts = urlsplit(url)
    path = f"{_base(parts.path)}/gkmlpt/api/all/{column}"
    return urlunsplit((parts.scheme, parts.netloc, path, f"page=1&sid={sid}", ""))


def listed_column(url: str) -> str:
    """The number of the column whose list ``url`` is, or an empty string."""
    found = _API.search(urlsplit(url).path)
    return found[1] if found else ""


def _base(path: str) -> str:
    before, platform, _ = path.partition("/gkmlpt")
    return before if platform else path.rpartition("/")[0]


def _columns(text: str) -> Iterator[Column]:
    found = _TREE.search(text)
    if not found:
        return
    tree = text[found.end() - 1 : found.end() + _LARGEST_TREE]
    try:
        columns, _ = json.JSONDecoder().raw_decode(tree)
    except (ValueError, RecursionError):
        yield from _columns_of_script(tree)
        return
    yield from _walk(columns)


def _columns_of_script(tree: str) -> Iterator[Column]:
    for number, found in enumerate(_PAIR.finditer(tree, 0, _LARGEST_SCRIPT)):
        if number >= _MOST_COLUMNS:
            return
        yield Column(id=found[1], name=clean(unescape(found[2] or found[3])))


def _walk(tree: list[object]) -> Iterator[Column]:
    """All columns of the tree, parents before their children."""
    waiting: list[object] = list(reversed(tree[:_MOST_COLUMNS]))
    for _ in range(_MOST_COLUMNS):
        if not waiting:
            return
        node = waiting.pop()
        if not isinstance(node, dict):
            continue
        name = clean(unescape(as_text(node.get("name"))[:120]))
        if (number := as_text(node.get("id"))).isdecimal() and len(number) <= 12:
            yield Column(id=number, name=name, elsewhere=as_text(node.get("jump_url"))[:500].strip())
        if isinstance(children := node.get("children"), list):
            waiting.extend(reversed(children[:_MOST_COLUMNS]))
