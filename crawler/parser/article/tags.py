"""Single tags of a page by where they stand: inline ones too, which segmentation does not keep as elements.

Asked only where a page declares too little, so the pieces are searched again only then, and only near the article.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from crawler.parser.article.heads import parse_attributes
from crawler.parser.article.page import Element, Page, read_text

#: How many pieces the text of one tag is followed at most, and how many pieces are searched for one question.
_MAX_PIECES = 40
_MOST_SEARCHED = 6_000
#: How many tags are looked at for one question, and the longest text that is searched along with them.
_MOST_FOUND = 600
_LONGEST_PIECE = 4_000
_start, _begin = attrgetter("start"), attrgetter("begin")


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag by the piece that opens it. What is asked of it is read then."""

    page: Page
    index: int
    name: str
    attributes: Mapping[str, str]

    @property
    def text(self) -> str:
        """The text from the tag to its end."""
        depth, pieces, name = 0, self.page.pieces, self.name
        for stop in range(self.index, min(len(pieces), self.index + _MAX_PIECES)):
            head = pieces[stop].partition(">")[0].partition(" ")[0]
            depth += (head == name) - (head == f"/{name}")
            if depth == 0:
                return read_text(pieces[self.index : stop])
        return ""

    @property
    def holder(self) -> Element | None:
        """The element it stands in, or is."""
        elements = self.page.elements
        at = bisect_right(elements, self.index, key=_begin) - 1
        current: Element | None = elements[at] if at >= 0 else None
        while current is not None and current.end < self.index:
            current = current.parent
        return current


def find_tags(page: Page, span: range, words: Sequence[str]) -> Iterator[Tag]:
    """The tags within these segments whose own text (name and attributes) holds one of ``words``, in lower case."""
    elements, pieces = page.elements, page.pieces
    first = bisect_left(elements, span.start, key=_start)
    if first >= len(elements):
        return
    last = bisect_left(elements, span.stop, lo=first, key=_start)
    start = elements[first].begin
    stop = min(elements[last].begin if last < len(elements) else len(pieces), start + _MOST_SEARCHED)
    whole = "<".join([_cut(piece) for piece in pieces[start:stop]]).lower()
    found = sorted({start + offset for word in words for offset in _find_heads(whole, word)})
    for index in found[:_MOST_FOUND]:
        name, _, raw = pieces[index].partition(">")[0].partition(" ")
        yield Tag(page, index, name, parse_attributes(f" {raw}"))


def _cut(piece: str) -> str:
    """A piece without a text that is very long."""
    return piece if len(piece) < _LONGEST_PIECE else piece.partition(">")[0]


def _find_heads(whole: str, word: str) -> Iterator[int]:
    """Which of the pieces that are joined by ``<`` hold the word in their start tag."""
    index = last = 0
    while (position := whole.find(word, last)) >= 0:
        index += whole.count("<", last, position)
        opening = whole.rfind("<", 0, position) + 1
        if whole[opening] != "/" and whole.find(">", opening, position) < 0:
            yield index
        last = whole.find("<", position)
        if last < 0:
            return
