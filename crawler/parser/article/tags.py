"""Single tags of a page by where they stand: inline ones too, which segmentation does not keep as elements.

Asked only where a page declares too little, so the pieces are searched again only then, and only near the article.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from crawler.parser.article.heads import parse_attributes
from crawler.parser.article.page import Element, Page, read_text

#: How many pieces the text of one tag is followed at most.
_MAX_PIECES = 40


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag, its attributes, the text in it, and the element it stands in (or is)."""

    name: str
    attributes: Mapping[str, str]
    text: str
    holder: Element | None


def find_tags(page: Page, span: range, telling: re.Pattern[str]) -> Iterator[Tag]:
    """The tags within these segments whose own text (name and attributes) says what is looked for."""
    begins = [element.begin for element in page.elements]
    starts = [element.start for element in page.elements]
    first = bisect_left(starts, span.start)
    last = bisect_left(starts, span.stop, lo=first)
    if first >= len(begins):
        return
    stop = begins[last] if last < len(begins) else len(page.pieces)
    for index in range(begins[first], stop):
        head = page.pieces[index].partition(">")[0]
        if head[:1] != "/" and telling.search(head):
            name, _, raw = head.partition(" ")
            yield Tag(
                name, parse_attributes(f" {raw}"), _read_inside(page, index, name), _find_holder(page, begins, index)
            )


def _read_inside(page: Page, index: int, name: str) -> str:
    """The text from a tag to its end."""
    depth = 0
    for stop in range(index, min(len(page.pieces), index + _MAX_PIECES)):
        head = page.pieces[stop].partition(">")[0].partition(" ")[0]
        depth += (head == name) - (head == f"/{name}")
        if depth == 0:
            return read_text(page.pieces[index:stop])
    return ""


def _find_holder(page: Page, begins: list[int], index: int) -> Element | None:
    at = bisect_right(begins, index) - 1
    current: Element | None = page.elements[at] if at >= 0 else None
    while current is not None and current.end < index:
        current = current.parent
    return current
