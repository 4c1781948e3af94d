"""The table of facts that official texts carry (索引号, 文号, 成文日期, 发布机构 …), in whatever shape it is built.

Tables of two or four columns, definition lists, lists, frames, plain lines; label and value in one element or in two,
with a colon or without. It is known as such by several official labels in a row, so a text that mentions one is safe.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from crawler.model import BlockKind
from crawler.parser.article.byline import Byline, Reckoning, read_cells
from crawler.parser.article.furniture import is_control_line
from crawler.parser.article.labels import LABELLED, Label, find_label, may_begin_label
from crawler.parser.article.segments import Segment
from crawler.text.normalize import clean

#: Labels that only official tables have; one of them must be there.
_OFFICIAL = frozenset({Label.INDEX, Label.NUMBER, Label.ORGAN, Label.WRITTEN, Label.STATUS})
_FEWEST = 3
_MAX_LABEL = 16
_MAX_VALUE = 200
_MAX_WEIGHT = 800
_COLON = re.compile("[:：∶﹕]")


@dataclass(slots=True)
class _Run:
    """Facts in a row: their cells, and the positions that hold them."""

    cells: list[str] = field(default_factory=list)
    positions: set[int] = field(default_factory=set)
    stop: int = 0

    @property
    def official(self) -> bool:
        labels = [find_label(name) for name in self.cells[::2]]
        return len(labels) >= _FEWEST and not _OFFICIAL.isdisjoint(labels)


def read_facts(items: list[Segment], span: range, reckoning: Reckoning, into: Byline) -> set[int]:
    """Reads the official tables that begin within ``span`` into the byline; the positions they occupy."""
    taken: set[int] = set()
    for run in _find_runs(items, span):
        if run.official:
            read_cells(run.cells, reckoning, into)
            taken |= run.positions
    return taken


def _find_runs(items: list[Segment], span: range) -> list[_Run]:
    runs = [_Run(stop=span.start)]
    position = span.start
    while position < span.stop:
        cells, length = _read_fact(items, position)
        if cells:
            if position > runs[-1].stop:
                runs.append(_Run())
            runs[-1].cells.extend(cells)
            runs[-1].positions.update(range(position, position + length))
            runs[-1].stop = position + length
        position += length
    return runs


def _read_fact(items: list[Segment], position: int) -> tuple[list[str], int]:
    """The labels and values that stand at a position, in turn, and how many segments they take."""
    segment = items[position]
    if segment.weight > _MAX_WEIGHT or not may_begin_label(segment.text):
        return [], 1
    if segment.kind is BlockKind.TABLE_ROW:
        return _read_row([cell.strip() for cell in segment.text.split(" | ")]), 1
    if len(segment.text) <= _MAX_LABEL and find_label(segment.text) is not None and not is_control_line(segment.text):
        following = items[position + 1] if position + 1 < len(items) else None
        if following is None or len(following.text) > _MAX_VALUE or _begins_fact(following):
            return [segment.text, ""], 1
        return [segment.text, following.text], 2
    return _read_labelled(segment.text) or read_glued(segment), 1


def _begins_fact(segment: Segment) -> bool:
    return find_label(segment.text[:_MAX_VALUE]) is not None or bool(_read_labelled(segment.text))


def _read_row(cells: list[str]) -> list[str]:
    if all(find_label(name) is not None for name in cells[::2] if name) and any(cells[::2]):
        return cells + [""] * (len(cells) % 2)
    pairs = [_read_labelled(cell) for cell in cells if cell]
    return [part for pair in pairs for part in pair] if all(pairs) else []


def _read_labelled(text: str) -> list[str]:
    """ "label：value" as often as it stands in a line that begins so."""
    if _COLON.search(text, 0, _MAX_LABEL * 2) is None or LABELLED.match(text) is None:
        return []
    spans = list(LABELLED.finditer(text))
    cells: list[str] = []
    for index, span in enumerate(spans):
        stop = spans[index + 1].start() if index + 1 < len(spans) else len(text)
        cells += [span[1], text[span.end() : stop].strip()]
    return cells


def read_glued(segment: Segment) -> list[str]:
    """Label and value in one line without a colon, where markup parts them (``<b>文号</b>…``)."""
    name = clean(segment.owner.lead[: _MAX_LABEL * 2])
    if not 0 < len(name) <= _MAX_LABEL or find_label(name) is None or not segment.text.startswith(name):
        return []
    return [name, segment.text[len(name) :].strip()]
