"""Where the next page of a list is, in the dialects official sites page with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from crawler.model import Purpose, Request
from crawler.parser.lists.dialects import scripted_next
from crawler.parser.lists.walk import Anchor, Page
from crawler.text.urls import host_of, join_url

_NUMBERED = re.compile(r"(.*?)(?:_(\d{1,5}))?(\.(?:s?html?|jsp|aspx?|php))", re.IGNORECASE)
_NEXT_TEXTS = frozenset(
    {
        *("下一页", "下页", "下一頁", "下頁", "后一页", "後一頁", "后页", "下一页>", "下页>"),
        *("next", "next page", "older", "older posts", "older entries"),
        *(
            "次へ",
            "次",
            "次のページ",
            "次ページ",
            "次の一覧",
            "次のページへ",
            "다음",
            "다음페이지",
            "다음 페이지",
            "다음목록",
        ),
        *("下一頁>", "后翻", "往后翻", "next ›", "suivant", "page suivante", "siguiente", "próxima"),
    }
)
_COUNTED_NEXT = re.compile(r"^次の\d{1,4}件$")
_WORDS = re.compile(r"[\s_-]+")
_NEXT_SIGNS = frozenset({">", "›", "＞"})
_EDGES = "[]【】()（）<>«»‹›＞→⇒≫▶ \u00a0"


def find_next(page: Page, text: str, url: str, *, shown: int) -> Request | None:
    """The request for the page after this one, on the same host, or None.

    In this order: the operator's selector, ``rel=next`` (HTML §4.6.6), a link that says so, what the scripts in
    ``text`` (the page's source) know, the next of numbered neighbours (``index_2.html``), the next of the pager's
    numbers. ``shown`` is how many entries this page holds.
    """
    for candidate in _candidates(page, text, url, shown):
        if candidate and candidate.partition("#")[0] != url and host_of(candidate) == host_of(url):
            return Request(url=candidate, purpose=Purpose.LISTING)
    return None


def _candidates(page: Page, text: str, url: str, shown: int) -> Iterator[str]:
    yield _marked(page)
    yield _related(page)
    yield _worded(page)
    yield _classed(page)
    yield _scripted(page, text, url, shown)
    yield _numbered(page, url)
    yield _counted(page, url)


def _scripted(page: Page, text: str, url: str, shown: int) -> str:
    following = scripted_next(text, page.base, url, shown=shown)
    return following.url if following else ""


def _marked(page: Page) -> str:
    return next((one.url for one in page.anchors if "n" in one.frame.mark or _lies_in_marked(one)), "")


def _lies_in_marked(anchor: Anchor) -> bool:
    return any("n" in frame.mark for frame in anchor.frame.up(3))


def _related(page: Page) -> str:
    if page.next_link:
        return join_url(page.base, page.next_link)
    return next((one.url for one in page.anchors if "next" in one.rel.split()), "")


def _worded(page: Page) -> str:
    for anchor in page.anchors:
        if anchor.frame.end - anchor.frame.start > 12:
            continue
        text = page.text_of(anchor.frame) or anchor.hint
        bare = _COUNTED_NEXT.sub("次", text.strip(_EDGES).casefold())
        if bare in _NEXT_TEXTS or (text in _NEXT_SIGNS and anchor.frame.pager):
            return anchor.url
    return ""


def _classed(page: Page) -> str:
    """A link that is called ``next`` by its class or by that of the element it stands in, as pictures are."""
    for anchor in page.anchors:
        if any("next" in _WORDS.split(frame.name.lower()) for frame in (anchor.frame, *anchor.frame.up(1))):
            return anchor.url if anchor.frame.pager or anchor.frame.end - anchor.frame.start <= 3 else ""
    return ""


def _counted(page: Page, url: str) -> str:
    """Of a pager's bare numbers the one after this page's own, which is linked to itself or not linked at all."""
    numbers: dict[int, str] = {}
    for anchor in page.anchors:
        text = page.text_of(anchor.frame).strip(_EDGES) if anchor.frame.pager else ""
        if text.isascii() and text.isdigit() and len(text) < 6:
            numbers.setdefault(int(text), anchor.url)
    linked = [number for number, address in numbers.items() if address.partition("#")[0] == url]
    gaps = [number + 1 for number in numbers if number + 1 not in numbers and number + 2 in numbers]
    first = [1] if 1 not in numbers and 2 in numbers else []
    own = next(iter([*linked, *(gaps if len(gaps) == 1 else []), *first]), 1)
    return numbers.get(own + 1, "") if len(numbers) > 1 or first else ""


def _numbered(page: Page, url: str) -> str:
    """Of links to ``<this page>_<n>.html`` the one with the smallest number above this page's own."""
    own = _NUMBERED.fullmatch(urlsplit(url).path)
    stem, number = (own[1], int(own[2] or 0)) if own else (urlsplit(url).path + "index", 0)
    neighbours: list[tuple[int, str]] = []
    for anchor in page.anchors:
        other = _NUMBERED.fullmatch(urlsplit(anchor.url).path) if "_" in anchor.url else None
        if other and other[1] == stem and other[2] and int(other[2]) > number:
            neighbours.append((int(other[2]), anchor.url))
    return min(neighbours, default=(0, ""))[1]
