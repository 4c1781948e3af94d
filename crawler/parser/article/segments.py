"""The page's text as a flat list of segments: paragraphs, headings, rows, each with its place in the tree.

One walk over the small tree. Everything later (byline, container, blocks) works on this list, so nothing is ever
searched twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from crawler.model import BlockKind
from crawler.parser.article.furniture import JUNK_ROLES, JUNK_TAGS, is_foldable, is_junk_hint
from crawler.parser.article.page import Element, Page, word_set
from crawler.text.normalize import clean

_INLINE = word_set(
    "a abbr b bdi bdo big cite code data dfn em font i ins kbd mark q rp rt ruby s samp small span strike strong sub "
    "sup time tt u var wbr acronym o:p st1:chsdate nobr amp-img picture source img del meta link"
)
#: What a ``figure`` may frame beside pictures: text, not a caption.
_QUOTED = frozenset({"blockquote", "table", "pre", "ul", "ol"})
_KINDS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), BlockKind.HEADING),
    **dict.fromkeys(("figcaption", "caption"), BlockKind.CAPTION),
    **dict.fromkeys(("li", "dt", "dd"), BlockKind.LIST_ITEM),
}
_FRAMES = frozenset({"html", "body", "main", "article"})
_UNSEEN = frozenset({"head", "title"})
_HIDDEN = re.compile(r"display\s{0,3}:\s{0,3}none", re.IGNORECASE)
_SENTENCE = re.compile(r"[,.;:!?。，、；：！？…؟،।]")
_MAX_CELL = 600
#: What a line must weigh to count at all, and what one without sentences counts at most.
_BASE = 24.0
_PLAIN_LIMIT = 12.0
_MOSTLY_LINKS = 0.6


@dataclass(slots=True, eq=False)
class Segment:
    """One run of text between block boundaries. ``weight`` counts a CJK character as two Latin ones.

    ``suspect`` is the outermost element around it that looks like furniture by its tag, role or class.
    """

    text: str
    kind: BlockKind
    owner: Element
    suspect: Element | None
    weight: int
    linked: int
    figure: bool = False
    _score: float | None = None

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
        return _SENTENCE.search(self.text) is not None


def _score(segment: Segment) -> float:
    free = segment.weight - segment.linked
    score = float(free - segment.linked) - _BASE
    if score > _PLAIN_LIMIT and (segment.link_share > _MOSTLY_LINKS or not segment.is_prose):
        return _PLAIN_LIMIT
    return score


@dataclass(slots=True, eq=False)
class Anchor:
    """A link with the position in the list of segments at which it stands."""

    element: Element
    text: str
    position: int
    junk: bool


@dataclass(slots=True, eq=False)
class Segments:
    """The flat page. ``images`` are (element, position)."""

    items: list[Segment] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    images: list[tuple[Element, int]] = field(default_factory=list)


def weigh(text: str) -> int:
    """The length of a text with a CJK character counted as two: what UTF-8 spends beyond one byte tells."""
    return (len(text.encode("utf-8", "replace")) + len(text)) // 2


def segment_page(page: Page, ignored: frozenset[int] = frozenset(), pardoned: frozenset[int] = frozenset()) -> Segments:
    """All text of the page in order.

    ``ignored`` holds the orders of elements to treat as furniture, ``pardoned`` of those that are none whatever their
    class says.
    """
    walker = _Walker(ignored, pardoned)
    walker.visit_children(page.root, None)
    walker.flush()
    return walker.found


class _Walker:
    """Collects text between block boundaries; recursion is bounded by the page's depth."""

    def __init__(self, ignored: frozenset[int], pardoned: frozenset[int]) -> None:
        self.found = Segments()
        self.ignored, self.pardoned = ignored, pardoned
        self.buffer: list[str] = []
        self.linked = 0
        self.link_depth = 0
        self.owner = self.block = Element("-none", {}, None, 0)
        self.kind = BlockKind.PARAGRAPH
        self.suspect: Element | None = None
        self.figure = False

    def visit_children(self, element: Element, suspect: Element | None) -> None:
        """All below an element, in order. One loop, and one call a level: it runs for every node of every page."""
        items = self.found.items
        for child in element.children:
            if isinstance(child, str):
                if self.buffer:
                    self.buffer.append(child)
                elif child.isspace():
                    continue
                else:
                    self.owner, self.suspect = self.block, suspect
                    self.buffer.append(child)
                if self.link_depth:
                    self.linked += weigh(child.strip())
                continue
            tag = child.tag
            child.start = len(items)
            if tag in _INLINE:
                self.visit_inline(child, suspect)
            elif tag == "br":
                self.break_line()
            elif tag not in _UNSEEN:
                self.visit_block(child, tag, suspect or self.find_suspect(child))
            child.stop = len(items) + (1 if self.buffer else 0)

    def visit_inline(self, element: Element, suspect: Element | None) -> None:
        if element.tag == "a":
            self.visit_anchor(element, suspect)
        elif element.tag == "img":
            self.found.images.append((element, len(self.found.items)))
        elif element.children:
            inner = suspect
            if inner is None and element.attributes and self.kind is not BlockKind.HEADING and self.block.tag != "pre":
                inner = self.find_suspect(element)
            if inner is not suspect:
                self.flush()
            self.visit_children(element, inner)
            if inner is not suspect:
                self.flush()

    def visit_anchor(self, element: Element, suspect: Element | None) -> None:
        self.link_depth += 1
        before = len(self.buffer)
        count = len(self.found.items)
        self.visit_children(element, suspect)
        self.link_depth -= 1
        text = clean("".join(self.buffer[before:])) if count == len(self.found.items) else clean(element.text())
        self.found.anchors.append(Anchor(element, text, len(self.found.items), suspect is not None))

    def visit_block(self, element: Element, tag: str, suspect: Element | None) -> None:
        if self.buffer:
            self.flush()
            element.start = len(self.found.items)
        if not element.children:
            return
        if tag == "tr" and (cells := _row_cells(element)):
            self.add_row(element, cells, suspect)
            return
        outer = self.kind, self.figure, self.block
        self.block = element
        self.kind = _KINDS.get(tag) or _inherit_kind(tag, outer[0])
        self.figure = (outer[1] or tag == "figure") and tag not in _QUOTED
        self.visit_children(element, suspect)
        if self.buffer:
            self.flush()
        self.kind, self.figure, self.block = outer

    def add_row(self, element: Element, cells: list[Element], suspect: Element | None) -> None:
        """A row of a data table: its cells joined by bars. Its links and pictures are found all the same."""
        first = len(self.found.items)
        texts, linked = [], 0
        for cell in cells:
            self.visit_children(cell, suspect)
            self.flush()
            parts = self.found.items[first:]
            texts.append(" ".join(part.text for part in parts))
            linked += sum(part.linked for part in parts)
            del self.found.items[first:]
        text = " | ".join(texts).strip()
        if text.strip(" |"):
            self.found.items.append(Segment(text, BlockKind.TABLE_ROW, element, suspect, weigh(text), linked))

    def break_line(self) -> None:
        if self.kind is BlockKind.HEADING:
            if self.buffer:
                self.buffer.append(" ")
        else:
            self.flush()

    def flush(self) -> None:
        if not self.buffer:
            return
        text = clean("".join(self.buffer))
        self.buffer.clear()
        linked, self.linked = self.linked, 0
        if text:
            self.found.items.append(
                Segment(text, self.kind, self.owner, self.suspect, weigh(text), linked, self.figure)
            )

    def find_suspect(self, element: Element) -> Element | None:
        if element.order in self.ignored:
            return element
        return element if element.order not in self.pardoned and is_suspect(element) else None


def is_suspect(element: Element) -> bool:
    """Whether an element looks like furniture by its tag, role, class, id or invisibility."""
    given = element.attributes
    if element.tag in JUNK_TAGS:
        return True
    if not given or element.tag in _FRAMES:
        return False
    name = given.get("id") or ""
    if name == "js_content":  # WeChat serves the article itself hidden
        return False
    if given.get("role") in JUNK_ROLES:
        return True
    hint = f"{given.get('class') or ''} {name}"[:400]
    style = given.get("style")
    if ("hidden" in given or (style and _HIDDEN.search(style))) and not is_foldable(hint):
        return True
    return len(hint) > 1 and is_junk_hint(hint)


def _inherit_kind(tag: str, outer: BlockKind) -> BlockKind:
    return outer if outer is not BlockKind.HEADING or tag in {"div", "p"} else BlockKind.PARAGRAPH


def _row_cells(row: Element) -> list[Element]:
    """The cells of a row of data; empty for the rows of a table that only lays out the page."""
    cells = [child for child in row.children if isinstance(child, Element) and child.tag in {"td", "th"}]
    if len(cells) < 2:
        return []
    full = 0
    for cell in cells:
        length = _measure(cell, _MAX_CELL)
        if length > _MAX_CELL:
            return []
        full += length > 0
    return cells if full > 1 else []


def _measure(element: Element, limit: int) -> int:
    """The length of the text below, or more than ``limit`` where it is longer or a table is nested."""
    total = 0
    for child in element.children:
        if isinstance(child, str):
            total += len(child.strip())
        elif child.tag == "table":
            return limit + 1
        else:
            total += _measure(child, limit)
        if total > limit:
            return limit + 1
    return total
