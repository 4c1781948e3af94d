"""Lines become paragraphs: where a publisher's typesetting broke them is no part of the text. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import median

from crawler.model import BlockKind
from crawler.parser.files.layout import Line
from crawler.text.normalize import is_cjk

_END = tuple(".!?。！？；;：:…”」』）)》")
#: What begins a paragraph wherever it stands: numbering of every kind, bullets, articles of a law.
_OPENER = re.compile(
    r"(?:[（(]?[一二三四五六七八九十百]{1,4}[)）]?[、.．]|[（(][一二三四五六七八九十\d]{1,3}[)）]|第[一二三四五六七八九十百千零〇\d]{1,6}[章节節条條款编編]"
    r"|\d{1,3}(?:\.\d{1,3}){0,3}[.、．)）]\s?\D|[•●■◆▪○◦–—*※·]\s|附件?\s?\d{0,2}[:：]|附表)"
)
_BULLET = re.compile(r"[•●■◆▪○◦*]\s")
_CAPTION = re.compile(r"(?:图|圖|図|表|写真|Figure|Fig\.|Table)\s?\d{1,3}(?:[-.—]\d{1,3})?[\s:：.]")
_MAX_HEADING = 120
_MAX_CAPTION = 80
_HEADING_SIZE = 1.12
#: A column narrower than this share of the page is a list of short lines.
_NARROW = 0.3

Column = tuple[int, int]
Margins = tuple[float, float, float]


def join_lines(pages: Sequence[Sequence[Line]]) -> list[tuple[BlockKind, str]]:
    """The paragraphs of all pages; one that goes on over the page stays one."""
    lines = [line for page in pages for line in page]
    body = median([line.size for line in lines if line.size] or [0.0])
    margins = {column: _margins(of_column) for column, of_column in _columns(lines).items()}
    found: list[tuple[BlockKind, str]] = []
    for group in _group(lines, margins, body):
        text = _join_texts([line.text for line in group]).strip("\u00ad ")
        if text:
            found.append((_kind(group, text, body), text))
    return found


def _columns(lines: Sequence[Line]) -> dict[Column, list[Line]]:
    """The lines of each column of each page."""
    columns: dict[Column, list[Line]] = {}
    for line in lines:
        columns.setdefault((line.page, line.column), []).append(line)
    return columns


def _margins(column: Sequence[Line]) -> Margins:
    """The edges of a column's text, and the usual step from one line to the next.

    Where few lines end together nothing shows how far a full one would reach; then margins are taken to be alike.
    """
    placed = [line for line in column if line.size and not line.is_row]
    if not placed:
        return 0.0, 0.0, 0.0
    steps = [a.bottom - b.bottom for a, b in pairwise(placed) if 0 < a.bottom - b.bottom < 80]
    left, right = min(line.left for line in placed), max(line.right for line in placed)
    together = sum(right - line.right < 2 * line.size for line in placed)
    if together < 2 or right - left < _NARROW * placed[0].width:
        right = max(right, placed[0].width - left)
    return left, right, median(steps or [0.0])


def _group(lines: Sequence[Line], margins: dict[Column, Margins], body: float) -> Iterator[list[Line]]:
    group: list[Line] = []
    for line in lines:
        if group and not _goes_on(group[-1], line, margins, body):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _goes_on(upper: Line, lower: Line, margins: dict[Column, Margins], body: float) -> bool:
    """Whether ``lower`` continues the sentence, or the word, that ``upper`` has begun."""
    if upper.text.endswith("\u00ad"):
        return True
    if upper.is_row or lower.is_row or not (upper.size and lower.size):
        return False
    if abs(upper.size - lower.size) > 0.12 * max(upper.size, lower.size) or _OPENER.match(lower.text):
        return False
    left, right, step = margins[upper.page, upper.column]
    if (upper.page, upper.column) == (lower.page, lower.column):
        gap = upper.bottom - lower.bottom
        if not 0.3 * body < gap <= max(1.45 * step, 1.1 * upper.size):
            return False
    elif upper.text.endswith(_END):
        return False
    lower_left = margins[lower.page, lower.column][0]
    if lower.left - lower_left > 1.2 * body and lower.left - lower_left > upper.left - left + 0.6 * body:
        return False
    return _is_full(upper, right, left, lower)


def _is_full(upper: Line, right: float, left: float, lower: Line) -> bool:
    """Whether a line ends because there is no room for more, not because the paragraph does.

    Set in blocks (Chinese, Japanese) it reaches the edge; set ragged, the next word would not have fitted.
    """
    room = right - upper.right
    if is_cjk(upper.text[-1]) or is_cjk(lower.text[0]):
        return room < 2.2 * upper.size
    if lower.text[0].islower() and not upper.text.endswith(_END):
        return room < 0.5 * (right - left)
    word = lower.text.split(" ", 1)[0]
    return room < max(0.62 * upper.size * (len(word) + 1), 1.5 * upper.size)


def _join_texts(texts: Iterable[str]) -> str:
    joined = ""
    for text in texts:
        if not joined:
            joined = text
        elif joined.endswith("\u00ad"):
            joined = _join_divided(joined[:-1], text)
        elif joined.endswith("-") and joined[-2:-1].isalpha() and text[:1].islower():
            joined = joined[:-1] + text
        elif is_cjk(joined[-1]) or is_cjk(text[0]) or _is_wide_mark(joined[-1]) or _is_wide_mark(text[0]):
            joined += text
        else:
            joined += " " + text
    return joined


def _join_divided(upper: str, lower: str) -> str:
    """Two halves of a word; a hyphen between figures or capitals belongs to the word itself."""
    if upper[-1:].isalpha() and lower[:1].islower():
        return upper + lower
    return f"{upper}-{lower}"


def _is_wide_mark(char: str) -> bool:
    return "\u3000" <= char <= "\u303f" or "\uff00" <= char <= "\uffef"


def _kind(group: Sequence[Line], text: str, body: float) -> BlockKind:
    if any(line.is_row for line in group):
        return BlockKind.TABLE_ROW
    if _BULLET.match(text):
        return BlockKind.LIST_ITEM
    if len(text) <= _MAX_CAPTION and _CAPTION.match(text) and not text.endswith(("。", ".", "；")):
        return BlockKind.CAPTION
    is_large = body and group[0].size > _HEADING_SIZE * body
    if is_large and len(text) <= _MAX_HEADING and not text.endswith(("。", "；")):
        return BlockKind.HEADING
    return BlockKind.PARAGRAPH
