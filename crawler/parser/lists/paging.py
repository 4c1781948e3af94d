"""Where the next page of a list is, in the dialects official sites page with."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from crawler.model import Purpose, Request
from crawler.parser.lists.walk import Anchor, Page
from crawler.text.urls import host_of, join_url

#: TRS: ``createPageHTML(total, current, "index", "html")``, current counted from 0. A variant names the pager first
#: and counts from 1; both number the files so that the next one is ``index_<current + 1>``.
_TRS = re.compile(
    r"createPageHTML\s?\(\s{0,5}(?:['\"][\w#.-]{1,40}['\"]\s{0,5},\s{0,5})?(\w{1,20})\s{0,5},\s{0,5}(\w{1,20})\s{0,5},"
    r"\s{0,5}['\"]([\w./-]{1,60})['\"]\s{0,5},\s{0,5}['\"](\w{1,6})['\"]"
)
_NUMBERED = re.compile(r"(.*?)(?:_(\d{1,5}))?(\.(?:s?html?|jsp|aspx?|php))", re.IGNORECASE)
_NEXT_TEXTS = frozenset(
    {
        *("下一页", "下页", "下一頁", "下頁", "后一页", "後一頁", "后页", "下一页>", "下页>"),
        *("next", "next page", "older", "older posts", "older entries"),
        *("次へ", "次のページ", "次ページ", "次の一覧", "다음", "다음페이지", "다음 페이지"),
    }
)
_NEXT_SIGNS = frozenset({">", "›", "＞"})
_EDGES = "[]【】()（）<>«»‹›＞→⇒≫▶ \u00a0"


def find_next(page: Page, text: str, url: str) -> Request | None:
    """The request for the page after this one, on the same host, or None.

    In this order: the operator's selector, ``rel=next`` (HTML §4.6.6), a link that says so, TRS ``createPageHTML``
    in ``text`` (the page's source), the next of numbered neighbours (``index_2.html``).
    """
    candidates = (_marked(page), _related(page), _worded(page), _scripted(page, text), _numbered(page, url))
    for candidate in candidates:
        if candidate and candidate.partition("#")[0] != url and host_of(candidate) == host_of(url):
            return Request(url=candidate, purpose=Purpose.LISTING)
    return None


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
        text = page.text_of(anchor.frame)
        bare = text.strip(_EDGES).casefold()
        if bare in _NEXT_TEXTS or (text in _NEXT_SIGNS and anchor.frame.pager):
            return anchor.url
    return ""


def _scripted(page: Page, text: str) -> str:
    found = _TRS.search(text)
    if not found:
        return ""
    total, current = _value(found[1], text), _value(found[2], text)
    if total is None or current is None or current + 1 >= total:
        return ""
    return join_url(page.base, f"{found[3]}_{current + 1}.{found[4]}")


def _value(word: str, text: str) -> int | None:
    """A number, or what the page's script assigns to the variable of that name."""
    if word.isdigit():
        return int(word) if len(word) < 7 else None
    assigned = re.search(rf"\b{re.escape(word)}\s{{0,5}}=\s{{0,5}}(\d{{1,6}})\b", text)
    return int(assigned[1]) if assigned else None


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
