"""Which lines of a page are title and byline: those around the title, the text's first lines, and its foot.

The text itself is left alone: a bare date inside it is a statement, not a byline, once the page has told its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from crawler.model import BlockKind
from crawler.parser.article.byline import Byline, Reckoning, read_cells, read_line
from crawler.parser.article.container import Container, score_segment
from crawler.parser.article.facts import read_facts, read_glued
from crawler.parser.article.furniture import is_caption_line, is_control_line
from crawler.parser.article.labels import PUBLISHING, Label, find_label
from crawler.parser.article.segments import Segment, Segments
from crawler.text.normalize import squash

_YEAR = re.compile(r"(?:19|20)\d\d年?")
_MONTH_DAY = re.compile(r"(\d{1,2})[-/.月](\d{1,2})日?")
_CLOCK = re.compile(r"\d{1,2}:\d\d(?::\d\d)?")
#: A clock of the site, which shows today.
_TODAY = re.compile(r"今天是|今日是|现在是|当前时间|今日は|^\s{0,3}today is|last login", re.IGNORECASE)
#: A foot that dates the page without a colon.
_DATED = re.compile(r"(?:datum|date|veröffentlicht|published|posted) (?:on |am )?\d[\d./ -]{5,9}", re.IGNORECASE)
_BY_LINE = re.compile(r"(?:Autorin/Autor|Autor(?:in)?|Author) [A-ZÄÖÜ]\S")
_LABEL_SIGNS = (":", "：", "HKT", "香港時間")
_REACH = 14
_FACTS_REACH = 60
_BEFORE_TITLE = 12
_NEAR_TITLE = 3
_OPENING_LINES = 2
_OPENING_SEGMENTS = 8
_PROSE = 60
_MAX_WEIGHT = 400
#: A title has three hundred characters at most; what is left out of comparison may stand between them.
_LONGEST_TITLE = 1_000
_FOOT = 5
_BELOW = 8


@dataclass(slots=True)
class Header:
    """What the lines told, and the positions that are title or byline rather than text."""

    byline: Byline = field(default_factory=Byline)
    positions: set[int] = field(default_factory=set)


def read_header(
    segments: Segments,
    container: Container | None,
    title: str,
    title_position: int,
    reckoning: Reckoning,
    *,
    dated: bool = False,
) -> Header:
    """Reads the byline of a page. ``title_position`` is where the title stands among the segments, or -1.

    ``dated``: the page declares its date elsewhere, so a bare date among the first lines is a statement of the text.
    """
    header = Header()
    items = segments.items
    wanted = squash(title)
    start = container.start if container is not None else len(items)
    first, inside = replace(reckoning, inside=True), replace(reckoning, strict=True, inside=True)
    near = max(title_position, start - _REACH) - _NEAR_TITLE
    if container is not None:
        header.positions |= read_facts(items, _facts_span(items, container), reckoning, header.byline)
    for position in _order_positions(items, container, title_position, header.positions):
        if position in header.positions:
            continue
        segment = items[position]
        if wanted and len(segment.text) <= _LONGEST_TITLE and squash(segment.text) == wanted:
            header.positions.add(position)
        elif segment.weight <= _MAX_WEIGHT and not _TODAY.search(segment.text):
            if position >= start and _is_statement(segment.text, header.byline, dated=dated):
                continue
            if position >= near or _is_labelled(segment.text) or segment.kind is BlockKind.TABLE_ROW:
                manner = reckoning if position < start else first if position <= start + 1 else inside
                _read_position(items, position, manner, header)
    if container is not None:
        _read_later_bylines(items, container, reckoning, header)
        if not dated and not header.byline.published:
            _read_labelled(items, container, inside, header)
        _read_foot(items, container, inside, header)
    return header


def _facts_span(items: list[Segment], container: Container) -> range:
    """Where an official table may stand: well before the text, at its head, or right behind it."""
    return range(
        max(0, container.start - _FACTS_REACH), min(len(items), container.start + _FACTS_REACH, container.stop)
    )


def _order_positions(
    items: list[Segment], container: Container | None, title_position: int, facts: set[int]
) -> Iterable[int]:
    """From the title to the text's first lines, then what stands shortly before the title."""
    if container is None:
        return range(min(len(items), 40))
    stop = _find_opening(items, container, title_position, facts)
    first = container.start
    if 0 <= title_position < stop:
        start = max(title_position, first - 60)
    else:
        start = max(0, first - _REACH)
    return [*range(start, stop), *range(start - 1, max(-1, start - 1 - _BEFORE_TITLE), -1)]


def _find_opening(items: list[Segment], container: Container, title_position: int, facts: set[int]) -> int:
    """The position after the text's first lines: a byline, and the title before it, may stand inside the container."""
    inside = (
        container.start < title_position < min(container.stop, container.start + _OPENING_SEGMENTS)
        and items[title_position].kind is BlockKind.HEADING
    )
    prose, stop = 0, title_position + 1 if inside else container.start
    while stop in facts:
        stop += 1
    last = stop + _OPENING_SEGMENTS
    while stop < container.stop and prose < _OPENING_LINES and stop < last:
        prose += score_segment(items[stop]) > _PROSE
        stop += 1
    return stop


def _is_statement(text: str, byline: Byline, *, dated: bool) -> bool:
    """Whether a line inside the text is no byline: one was read already, or it is a bare day on a dated page."""
    if _is_labelled(text):
        return False
    return bool(byline.published) or (dated and not _CLOCK.search(text))


def _read_position(items: list[Segment], position: int, reckoning: Reckoning, header: Header) -> None:
    segment = items[position]
    if joined := _join_split_date(items, position):
        read_line(joined, reckoning, header.byline)
        header.positions.update(range(position, position + 3))
    elif (label := find_label(segment.text)) is not None and position + 1 < len(items):
        _read_pair(label, items[position : position + 2], position, reckoning, header)
    elif not reckoning.strict and (cells := _read_glued(segment)):
        read_cells(cells, reckoning, header.byline)
        header.positions.add(position)
    elif read_segment(segment, reckoning, header.byline):
        header.positions.add(position)


def _read_glued(segment: Segment) -> list[str]:
    """A label and its value in one line without a colon; a row of data may begin with such a word, too."""
    if segment.kind is BlockKind.TABLE_ROW or _is_labelled(segment.text):
        return []
    cells = read_glued(segment)
    return cells if cells and find_label(cells[0]) not in (Label.TITLE, Label.OTHER) else []


def _read_pair(label: Label, pair: list[Segment], position: int, reckoning: Reckoning, header: Header) -> None:
    """A label and its value in two elements (``<dt>Last updated</dt><dd>27 October 2023</dd>``)."""
    name, value = (segment.text for segment in pair)
    if len(value) > 80 or (reckoning.strict and label is not Label.UPDATED):
        return
    if is_control_line(name) or score_segment(pair[1]) > _PROSE or value.endswith(("。", ". ", "！")):
        return
    if read_cells([name, value], reckoning, header.byline):
        header.positions.update((position, position + 1))


def _is_labelled(text: str) -> bool:
    return any(sign in text for sign in _LABEL_SIGNS)


def read_segment(segment: Segment, reckoning: Reckoning, into: Byline) -> bool:
    """Reads one segment into the byline; whether it is nothing but byline."""
    if segment.junk and segment.link_share > 0.5:
        return False
    if segment.kind is BlockKind.HEADING and segment.owner.tag in {"h1", "h2", "h3"}:
        return False
    if segment.kind is BlockKind.TABLE_ROW:
        cells = [cell.strip() for cell in segment.text.split(" | ")]
        if read_cells(cells, reckoning, into):
            return True
    return read_line(segment.text, reckoning, into)


def _join_split_date(items: list[Segment], position: int) -> str:
    """A date given as year, month/day and time in three elements (news.cn, qq.com), as one text; else empty."""
    year, *rest = (item.text for item in items[position : position + 3])
    if len(rest) < 2 or not _YEAR.fullmatch(year):
        return ""
    parts = _MONTH_DAY.fullmatch(rest[0])
    time = rest[1] if _CLOCK.fullmatch(rest[1]) else ""
    return f"{year[:4]}-{parts[1]}-{parts[2]} {time}".strip() if parts else ""


def _read_later_bylines(items: list[Segment], container: Container, reckoning: Reckoning, header: Header) -> None:
    """A post in two languages has a platform's byline at the head of each part; none of them is text."""
    if header.byline.origin_published is None:
        return
    for position in range(container.start, container.stop):
        segment = items[position]
        if position in header.positions or segment.weight > 160 or not _CLOCK.search(segment.text):
            continue
        other = Byline()
        if read_segment(segment, reckoning, other) and other.place:
            header.positions.add(position)


def _read_foot(items: list[Segment], container: Container, reckoning: Reckoning, header: Header) -> None:
    for position in _foot_positions(items, container):
        segment = items[position]
        if segment.weight > 160 or is_caption_line(segment.text):
            continue
        if not _is_labelled(segment.text) and not _is_signed(segment.text) and not _is_fact(segment):
            continue
        foot = Byline()
        if _read_issue(items, position, reckoning, foot) or read_segment(segment, reckoning, foot):
            _adopt(header.byline, foot)
            header.positions.add(position)


def _is_signed(text: str) -> bool:
    """Whether a line at the foot dates or signs the page, although without a colon."""
    return _DATED.match(text) is not None or _BY_LINE.match(text) is not None


def _is_fact(segment: Segment) -> bool:
    """Whether a row begins with a label, as tables of a page's own facts do."""
    return segment.kind is BlockKind.TABLE_ROW and find_label(segment.text.partition(" | ")[0]) is not None


def _read_labelled(items: list[Segment], container: Container, reckoning: Reckoning, header: Header) -> None:
    """The first line anywhere in the text that calls its time one of publication, as forums sign a post."""
    for position in range(container.start, container.stop):
        segment = items[position]
        if segment.weight > 160 or not PUBLISHING.search(segment.text) or not _CLOCK.search(segment.text):
            continue
        line = Byline()
        read_segment(segment, reckoning, line)
        if labelled := [moment for moment in line.published if moment.origin.startswith("label:")]:
            header.byline.published = labelled[:1]
            return


def _read_issue(items: list[Segment], position: int, reckoning: Reckoning, foot: Byline) -> bool:
    """Hong Kong releases end with the day in one line and the time of issue in the next."""
    if "HKT" not in items[position].text and "香港時間" not in items[position].text:
        return False
    lines = items[max(0, position - 1) : position + 1]
    return read_line(" ".join(line.text for line in lines), reckoning, foot)


def _foot_positions(items: list[Segment], container: Container) -> Iterator[int]:
    stop = container.stop
    yield from range(max(container.start, stop - _FOOT), min(len(items), stop + _BELOW))
    for position in range(stop + _BELOW, min(len(items), stop + 2 * _BELOW)):
        if not items[position].junk and _is_signed(items[position].text):
            yield position


def _adopt(byline: Byline, foot: Byline) -> None:
    """From the foot of a page: what its head did not tell."""
    byline.published = byline.published or [item for item in foot.published if item.origin.startswith("label:")]
    byline.updated = byline.updated or foot.updated
    byline.marks = byline.marks or foot.marks
    if foot.publisher_origin.startswith("label:") and not byline.publisher:
        byline.publisher, byline.publisher_origin = foot.publisher, foot.publisher_origin
    byline.authors = byline.authors or foot.authors
