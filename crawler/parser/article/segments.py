"""The page's text as a flat list of segments: paragraphs, headings, rows, each with its place in the tree.

One walk over the pieces of the page (see ``walker``) makes its elements and its segments. Everything later (byline,
container, blocks) works on these lists, so nothing is ever searched twice.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from crawler.model import BlockKind
from crawler.parser.article import heads
from crawler.parser.article.page import Element, Page, read_text
from crawler.text.normalize import clean

_SENTENCE = re.compile(r"[,.;:!?。，、；：！？…؟،।]")
#: What a line must weigh to count at all, and what one without sentences counts at most.
_BASE = 24.0
_PLAIN_LIMIT = 12.0
_MOSTLY_LINKS = 0.6


@dataclass(slots=True, eq=False)
class Segment:
    """One run of text between block boundaries. ``weight`` counts a CJK character as two Latin ones.

    ``owner`` is the block it stands in, ``holder`` the innermost element around its beginning. ``suspect`` is the
    outermost element around it that looks like furniture by its tag, role or class.
    """

    text: str
    kind: BlockKind
    owner: Element
    holder: Element
    suspect: Element | None
    weight: int
    linked: int
    figure: bool = False
    _score: float | None = None
    _is_prose: bool | None = None

    @property
    def junk(self) -> bool:
        """Whether it lies inside an element that serves the site, not the article."""
        return self.suspect is not None

    @property
    def link_share(self) -> float:
        """How much of the text is inside links, 0 to 1."""
        return min(1.0, self.linked / self.weight) if self.weight else 0.0

    @property
    def score(self) -> float:
        """How much its text, wherever it stands, speaks for being an article's; negative for links and labels."""
        if self._score is None:
            self._score = _score(self)
        return self._score

    @property
    def is_prose(self) -> bool:
        """Whether it holds anything that sentences have."""
        if self._is_prose is None:
            self._is_prose = _SENTENCE.search(self.text) is not None
        return self._is_prose


def _score(segment: Segment) -> float:
    score = float(segment.weight - 2 * segment.linked) - _BASE
    if score > _PLAIN_LIMIT and (segment.link_share > _MOSTLY_LINKS or not segment.is_prose):
        return _PLAIN_LIMIT
    return score


class Anchor:
    """A link with the position in the list of segments at which it stands, and the element around it."""

    __slots__ = ("_begin", "_pieces", "_raw", "_text", "element", "end", "file", "parent", "position", "target")

    def __init__(self, raw: str, parent: Element, pieces: list[str], begin: int) -> None:
        self._raw = raw
        self.parent = parent
        self._pieces = pieces
        self._begin = self.end = begin
        self.position = 0
        self.element: Element | None = None
        self._text: str | None = None
        #: Where it leads, and whether to a file: worked out once, by who asks first.
        self.target: str | None = None
        self.file = False

    @property
    def text(self) -> str:
        """What the link shows."""
        if self._text is None:
            self._text = clean(read_text(self._pieces[self._begin : self.end]))
        return self._text

    @property
    def junk(self) -> bool:
        """Whether it lies inside an element that serves the site, not the article."""
        return self.parent.suspect is not None

    def attribute(self, name: str) -> str:
        """The attribute's value, or an empty string."""
        return heads.find_value(self._raw, f' {name}="')

    def has(self, name: str) -> bool:
        """Whether the attribute stands there, with a value or without."""
        return f' {name}="' in self._raw


@dataclass(slots=True, eq=False)
class Segments:
    """The flat page. ``images`` are (element, position); ``skimmed`` (element passed over, weight of its text)."""

    items: list[Segment] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    images: list[tuple[Element, int]] = field(default_factory=list)
    skimmed: list[tuple[Element, int]] = field(default_factory=list)


def weigh(text: str) -> int:
    """The length of a text with a CJK character counted as two: what UTF-8 spends beyond one byte tells."""
    if text.isascii():
        return len(text)
    return (len(text.encode("utf-8", "replace")) + len(text)) // 2


def pardon(page: Page, segments: Segments, pardoned: AbstractSet[int]) -> None:
    """Takes the elements of these orders for no furniture, whatever their class says."""
    for element in page.elements:
        parent = element.parent
        element.above = parent.suspect if parent is not None else None
        if element.order in pardoned:
            element.flagged = False
    for segment in segments.items:
        segment.suspect = segment.holder.suspect
