"""The walk that cuts a page into segments: it follows the tags and collects the text between block boundaries.

It runs for every tag of every page, so it is written for that: the one place of the reader where steps are counted.
"""

from __future__ import annotations

from crawler.model import BlockKind
from crawler.parser.article import heads
from crawler.parser.article.cells import Reaching, spread
from crawler.parser.article.heads import Head, find_head
from crawler.parser.article.page import MAX_DEPTH, Element, Page
from crawler.parser.article.segments import Anchor, Segment, Segments, weigh
from crawler.parser.article.skim import Skimmer
from crawler.text.normalize import clean

#: What a ``figure`` may frame beside pictures: text, not a caption.
_QUOTED = frozenset({"blockquote", "table", "pre", "ul", "ol"})
#: Blocks in which a heading stays a heading.
_HEADED = frozenset({"div", "p"})
_SPECIAL = _QUOTED | {"figure", "tr"}
_MAX_CELL = 600
#: No article comes near; of more, nothing is noted.
_MOST_PICTURES = 2_000
_MOST_DECLARATIONS = 2_000
#: Nor does any page come near so many tags spelled in ways never met, or so many parts that look like furniture: of
#: what follows those, attributes are not judged, and nothing is passed over.
_MOST_SPELLINGS = 3_000
_MOST_SKIMMED = 1_000
#: The longest of a thousand real pages has 1,900; what follows is passed over.
_MOST_SEGMENTS = 8_000
#: How often in all what a cell says is said again in rows below.
_MOST_REACHED = 10_000

#: What is restored where an element ends: the element, and parent, block, suspect, kind and figure around it.
_Frame = Anchor | tuple[Element, Element, Element, Element | None, BlockKind, bool]


def segment_page(page: Page, *, skimming: bool = False) -> Segments:
    """All text of the page in order; also lists the page's elements anew.

    ``skimming`` passes over long parts that look like furniture; ``Segments.skimmed`` tells which.
    """
    page.elements.clear()
    page.declarations.clear()
    walker = _Walker(page, skimming=skimming)
    walker.walk()
    return walker.found


class _Walker:
    """Follows the tags and collects the text between block boundaries."""

    def __init__(self, page: Page, *, skimming: bool) -> None:
        self.page, self.found = page, Segments()
        self.skimmer = Skimmer(page.html, page.pieces) if skimming else None
        self.frames: list[_Frame | None] = []
        self.reaching: dict[int, Reaching] = {}
        self.spellings, self.skims, self.reached = _MOST_SPELLINGS, _MOST_SKIMMED, _MOST_REACHED
        self.rows: list[list[int]] = []
        self.buffer: list[str] = []
        self.linked = self.link_depth = 0
        self.parent = self.block = self.owner = self.holder = page.root
        self.kind = BlockKind.PARAGRAPH
        self.suspect: Element | None = None
        self.held: Element | None = None
        self.figure = False

    def walk(self) -> None:
        """One loop over the pieces: it runs for every tag of every page, so what is frequent is done in place."""
        pieces, buffer, frames, known = self.page.pieces, self.buffer, self.frames, heads.known
        self.page.root.end = len(pieces)
        position = -1
        while (position := position + 1) < len(pieces):
            text, mark, shown = pieces[position].partition(">")
            head = known.get(text) if mark else None
            if head is None:
                if not mark or text[:1] in "!?":
                    shown, action = self.pass_oddity(position), heads.NOTHING
                elif text[:2] == "a ":
                    self.open_link(text[1:], position)
                    action = heads.NOTHING
                elif (text[:5] == "meta " and len(self.page.declarations) >= _MOST_DECLARATIONS) or (
                    text[:4] == "img " and len(self.found.images) >= _MOST_PICTURES
                ):
                    action = heads.NOTHING
                else:
                    self.spellings -= 1
                    head = find_head(text, judged=self.spellings > 0)
            if head is not None:
                action = head[0]
                if head[3] and self.skimmer is not None and (end := self.skim(head, position)):
                    position = end - 1
                    continue
                if action == heads.CLOSE:
                    frame = frames.pop() if frames else None
                    if frame is not None:
                        self.close(frame, position)
                elif action == heads.BARE or action == heads.LINK:
                    frames.append(None)
                elif action == heads.BLOCK:
                    self.open_block(head, position)
                else:
                    self.meet(head, position)
                    if action == heads.MUTE:
                        continue
            if not shown:
                continue
            if "&" in shown:
                shown = heads.unescape(shown)
            if buffer:
                buffer.append(shown)
            elif shown.isspace():
                continue
            else:
                self.owner, self.holder, self.held = self.block, self.parent, self.suspect
                buffer.append(shown)
            if self.link_depth:
                self.linked += weigh(shown.strip())
        self.flush()

    def meet(self, head: Head, position: int) -> None:
        """What is not met at every step."""
        action = head[0]
        if action in (heads.INLINE, heads.MUTE):
            self.open_inline(head, position)
        elif action == heads.CLOSE_ROW:
            self.close_row(position)
        elif action == heads.IMAGE:
            self.found.images.append((self.add(head, position), len(self.found.items)))
        elif action == heads.BREAK:
            self.break_line()
        elif action == heads.RULE:  # a block without content, as a line across the page
            self.flush()
            self.add(head, position)

    def pass_oddity(self, position: int) -> str:
        """The text after the document type.

        A tag that is cut because a name in it holds a ``<`` is joined, and comes next.
        """
        pieces = self.page.pieces
        piece = pieces[position]
        if piece[:1] in ("!", "?"):
            return piece.partition(">")[2]
        last = position
        while piece and last + 1 < len(pieces) and ">" not in pieces[last]:
            last += 1
        if last > position:
            self.skimmer = None  # the pieces no longer are those of the page
            joined = "<".join(pieces[position : last + 1])
            pieces[position : last + 1] = [""] * (last - position) + [joined]
        return ""

    def add(self, head: Head, position: int) -> Element:
        """A new element at this place."""
        page = self.page
        elements = page.elements
        start = len(self.found.items)
        element = Element(head[1], head[2], self.parent, len(elements) + 1, page.pieces, position, start)
        element.above = self.suspect
        elements.append(element)
        if head.declares:
            page.declarations.append(element)
        return element

    def close(self, frame: _Frame, position: int) -> None:
        """The end of an element: what was around it holds again."""
        stop = len(self.found.items)
        if isinstance(frame, Anchor):
            frame.end, frame.position = position, stop
            self.link_depth -= 1
            if frame.element is not None:
                frame.element.end = position
                frame.element.stop = stop + (1 if self.buffer else 0)
            return
        element, self.parent, block, self.suspect, kind, figure = frame
        if self.buffer:
            if block is not self.block or element.flagged:
                self.flush()
                stop = len(self.found.items)
            else:
                stop += 1
        self.block, self.kind, self.figure = block, kind, figure
        element.end = position
        element.last = len(self.page.elements)
        element.stop = stop

    def open_block(self, head: Head, position: int) -> None:
        """A block ends the text before it."""
        if self.buffer:
            self.flush()
        _, tag, _, flagged, kind, _ = head
        self.block = self.enter(head, position, flagged=flagged)
        if kind is not None:
            self.kind = kind
        elif self.kind is BlockKind.HEADING and tag not in _HEADED:
            self.kind = BlockKind.PARAGRAPH
        if tag in _SPECIAL:
            self.open_special(tag)

    def enter(self, head: Head, position: int, *, flagged: bool) -> Element:
        """A new element at this place; what follows is inside it."""
        page, parent, suspect = self.page, self.parent, self.suspect
        elements = page.elements
        start = len(self.found.items)
        element = Element(head[1], head[2], parent, len(elements) + 1, page.pieces, position, start)
        elements.append(element)
        if head[5]:
            page.declarations.append(element)
        self.frames.append((element, parent, self.block, suspect, self.kind, self.figure))
        if element.depth < MAX_DEPTH:
            self.parent = element
        if suspect is not None:
            element.above = suspect
        if flagged:
            element.flagged = True
            self.suspect = suspect or element
        return element

    def open_special(self, tag: str) -> None:
        """What else begins with a figure, with text that a figure frames, with a table and with its rows."""
        self.figure = tag == "figure" or (self.figure and tag not in _QUOTED)
        if tag == "tr":
            self.rows.append([len(self.found.anchors), len(self.found.images), 0])
        elif tag == "table" and self.rows:
            self.rows[-1][2] = 1

    def open_inline(self, head: Head, position: int) -> None:
        """An inline element; one that looks like furniture stands alone, unless it is a part of a heading."""
        flagged = head.suspect and self.kind is not BlockKind.HEADING and self.block.tag != "pre"
        if flagged:
            self.flush()
        if heads.is_void(head.tag):
            if not head.declares or len(self.page.declarations) < _MOST_DECLARATIONS:
                self.add(head, position)
        else:
            self.enter(head, position, flagged=flagged)

    def open_link(self, raw: str, position: int) -> None:
        """A link: what stands in it weighs against its segment."""
        anchor = Anchor(raw, self.parent, self.page.pieces, position)
        if (declares := " itemprop=" in raw) or heads.is_named(raw):
            anchor.element = self.add(Head(heads.LINK, "a", raw, declares=declares), position)
        self.link_depth += 1
        self.found.anchors.append(anchor)
        self.frames.append(anchor)

    def skim(self, head: Head, position: int) -> int:
        """Passes over a part that looks like furniture. The piece with its end tag, or 0 where it must be read."""
        if head.action != heads.BLOCK or self.suspect is not None or self.skimmer is None:
            return 0
        self.skims -= 1
        skimmed = self.skimmer.skim(position, head.tag) if self.skims > 0 else None
        if skimmed is None:
            return 0
        self.flush()
        element = self.add(head, position)
        element.flagged, element.end = True, skimmed.end
        self.found.skimmed.append((element, skimmed.prose))
        self.frames.append(None)
        return skimmed.end

    def break_line(self) -> None:
        if self.kind is not BlockKind.HEADING:
            self.flush()
        elif self.buffer:
            self.buffer.append(" ")

    def close_row(self, position: int) -> None:
        """A row of a data table becomes one segment: its cells joined by bars. Its links and pictures stay found."""
        self.flush()
        frame = self.frames.pop() if self.frames else None
        anchors, images, nested = self.rows.pop() if self.rows else (0, 0, 1)
        if frame is not None:
            self.close(frame, position)
        if not isinstance(frame, tuple) or nested:
            return
        row = frame[0]
        inside = self.page.elements[row.order : row.last]
        cells = [element for element in inside if element.parent is row and element.tag in {"td", "th"}]
        texts = self.cell_texts(row, cells)
        if not _is_data(texts):
            return
        self.join_row(row, " | ".join(texts).strip())
        for element in inside:
            element.start, element.stop = row.start, row.stop
        for anchor in self.found.anchors[anchors:]:
            anchor.position = row.start
        self.found.images[images:] = [(element, row.start) for element, _ in self.found.images[images:]]

    def cell_texts(self, row: Element, cells: list[Element]) -> list[str]:
        """What the cells of a row say, those included that reach into it from a row above."""
        items = self.found.items
        texts = [" ".join([item.text for item in items[cell.start : cell.stop]]) for cell in cells]
        body = row.parent.order if row.parent is not None else 0
        reaching = self.reaching.pop(body, None)
        if self.reached <= 0 or (reaching is None and not any("rowspan" in cell.raw for cell in cells)):
            return texts
        texts, below = spread(texts, [cell.raw for cell in cells], reaching or {})
        if below:
            self.reaching[body] = below
            self.reached -= len(below)
        return texts

    def join_row(self, row: Element, text: str) -> None:
        items = self.found.items
        linked = sum(item.linked for item in items[row.start :])
        items[row.start :] = [Segment(text, BlockKind.TABLE_ROW, row, row, row.suspect, weigh(text), linked)]
        row.stop = len(items)

    def flush(self) -> None:
        buffer = self.buffer
        if not buffer:
            return
        if len(self.found.items) >= _MOST_SEGMENTS:
            buffer.clear()
            self.linked = 0
            return
        text = clean("".join(buffer) if len(buffer) > 1 else buffer[0])
        buffer.clear()
        linked, self.linked = self.linked, 0
        if text:
            self.found.items.append(
                Segment(text, self.kind, self.owner, self.holder, self.held, weigh(text), linked, self.figure)
            )


def _is_data(texts: list[str]) -> bool:
    """Whether a row holds data; the rows of a table that only lays out the page hold long texts, or one cell."""
    if len(texts) < 2:
        return False
    lengths = [len(text) for text in texts]
    return max(lengths) <= _MAX_CELL and sum(length > 0 for length in lengths) > 1
