"""The container of a notice too short to weigh anything: what stands around the page's one main heading."""

from __future__ import annotations

import re

from crawler.parser.article.container import Container
from crawler.parser.article.page import Element
from crawler.parser.article.segments import Segment, Segments

_MOSTLY_LINKS = 0.5
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|wps|ofd|zip|rar|csv)\s*$", re.IGNORECASE)
_HEADINGS = frozenset({"h1", "h2"})


def find_notice(segments: Segments) -> Container | None:
    """The smallest element around the first main heading that holds anything besides it; None where all is links.

    For pages on which nothing reads like a text: one sentence, a small table, pictures or a file below a headline.
    """
    heading = next((item for item in segments.items if not item.junk and _heading_of(item) is not None), None)
    element = _heading_of(heading) if heading is not None else None
    element = element.parent if element is not None else None
    while element is not None and element.tag not in ("html", "-document"):
        if _has_more(element, segments):
            return None if _is_linked(element, segments) else Container(element, element.start, element.stop, 0.0)
        element = element.parent
    return None


def _heading_of(item: Segment) -> Element | None:
    element: Element | None = item.owner
    while element is not None and element.tag not in _HEADINGS:
        element = element.parent if element.tag in ("span", "a", "b", "strong", "em", "font", "i") else None
    return element


def _has_more(element: Element, segments: Segments) -> bool:
    more = sum(not item.junk for item in segments.items[element.start : element.stop]) > 1
    return more or any(element.start <= place <= element.stop for _, place in segments.images)


def _is_linked(element: Element, segments: Segments) -> bool:
    """Whether it consists of links; those to files are not links to other pages."""
    shown = [item for item in segments.items[element.start : element.stop] if not item.junk]
    files = [
        each.text
        for each in segments.anchors
        if element.start <= each.position <= element.stop and _FILE.search(each.attribute("href"))
    ]
    linked = sum(item.linked for item in shown if item.text not in files)
    return linked > _MOSTLY_LINKS * sum(item.weight for item in shown)
