"""Lines on pages: their order for a reader, and which of them only dress the page. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from crawler.text.normalize import is_cjk

#: How many lines at either edge of a page may be its dress.
_EDGE = 3
#: The share of the pages on which a running line stands.
_RUNNING = 0.5
#: How much of a page's height is margin, at the top and at the bottom.
_MARGIN = 0.1
_PAGE_NUMBER = re.compile(
    r"[\s\-–—―·.~]{0,4}(?:第|page|p\.?|p\.|s\.)?\s?(?P<number>\d{1,4})\s?(?:页|頁|ページ|쪽)?"
    r"(?:\s?(?:(?:[/／|,，]|of|von|sur)\s?(?:共|total)?|共|total)\s?\d{1,4}\s?(?:页|頁)?)?[\s\-–—―·.~]{0,4}",
    re.IGNORECASE,
)


@dataclass(slots=True, kw_only=True)
class Line:
    """One line of a page. Places are in points from the lower left; ``size`` is the height of its letters, 0 unknown.

    ``width`` and ``height`` are those of the page, ``column`` is 1 for the right half of a page set in columns.
    ``is_row``: it is a row of a table, its cells joined by bars.
    """

    text: str
    left: float = 0.0
    right: float = 0.0
    bottom: float = 0.0
    top: float = 0.0
    size: float = 0.0
    page: int = 0
    width: float = 0.0
    height: float = 0.0
    column: int = 0
    is_row: bool = False

    @property
    def is_spread(self) -> bool:
        """Whether it is wider than its letters: then there are gaps in it."""
        letters = sum(1.0 if is_cjk(char) else 0.5 for char in self.text)
        return self.right - self.left > (1.25 * letters + 1.0) * self.size


def in_reading_order(lines: list[Line]) -> list[Line]:
    """The lines of one page from top to bottom, where the file draws them in another order.

    Columns are read as the file draws them: nothing but their order tells where one ends.
    """
    placed = [line for line in lines if line.size]
    if _has_columns(placed):
        middle = (min(line.left for line in placed) + max(line.right for line in placed)) / 2
        for line in placed:
            line.column = int(line.left > middle)
        return lines
    if len(placed) != len(lines) or not _jumps_up(placed):
        return lines
    return sorted(lines, key=lambda line: (-round(line.bottom / 3), line.left))


def _jumps_up(lines: Sequence[Line]) -> bool:
    return any(after.bottom > before.top for before, after in pairwise(lines))


def _has_columns(lines: Sequence[Line]) -> bool:
    """Whether many lines stand beside another one."""
    by_place = sorted(lines, key=lambda line: -line.top)
    beside = sum(
        upper.bottom < (lower.top + lower.bottom) / 2 < upper.top
        and (upper.right < lower.left or lower.right < upper.left)
        for upper, lower in pairwise(by_place)
    )
    return beside > 0.15 * len(lines)


def drop_running_lines(pages: Sequence[list[Line]]) -> list[list[Line]]:
    """The pages without page numbers and without the lines that repeat at their edges.

    Only the very same line at the same edge of half of the pages is dress, and only a number that counts with the
    pages is theirs: a figure that differs from page to page stays. Outside of the margins a line may be the head of a
    table that goes on: then it stays where it stands first.
    """
    repeated = _repeated(pages)
    offsets = _number_offsets(pages)
    seen: set[str] = set()
    kept = []
    for page in pages:
        edges = _edge_lines(page)
        dress = {id(line) for line in page if (edges.get(id(line), ""), line.text) in repeated}
        kept.append(
            [
                line
                for line in page
                if not (id(line) in dress and (_is_in_margin(line) or line.text in seen))
                and not (id(line) in edges and _is_page_number(line, offsets, len(pages)))
            ]
        )
        seen |= {line.text for line in page if id(line) in dress}
    return kept


def _edge_lines(page: Sequence[Line]) -> dict[int, str]:
    """The lines at the edges of a page by identity, with the edge they are at."""
    placed = sorted((line for line in page if line.size), key=lambda line: -line.top)
    top = {id(line): "top" for line in placed[:_EDGE]}
    return {**{id(line): "bottom" for line in placed[-_EDGE:]}, **top}


def _repeated(pages: Sequence[list[Line]]) -> frozenset[tuple[str, str]]:
    counts: Counter[tuple[str, str]] = Counter()
    for page in pages:
        edges = _edge_lines(page)
        counts.update({(edges[id(line)], line.text) for line in page if id(line) in edges})
    full = sum(bool(page) for page in pages)
    return frozenset(key for key, count in counts.items() if count >= max(2, _RUNNING * full))


def _number_offsets(pages: Sequence[list[Line]]) -> frozenset[int]:
    """How far the numbers at the edges are from the pages' own: one offset that many pages share is their count."""
    counts: Counter[int] = Counter()
    for page in pages:
        edges = _edge_lines(page)
        counts.update({number - line.page for line in page if id(line) in edges for number in _numbers(line.text)})
    full = sum(bool(page) for page in pages)
    return frozenset(offset for offset, count in counts.items() if count >= max(2, _RUNNING * full))


def _numbers(text: str) -> Iterable[int]:
    found = _PAGE_NUMBER.fullmatch(text)
    return (int(found["number"]),) if found else ()


def _is_in_margin(line: Line) -> bool:
    return line.top < _MARGIN * line.height or line.bottom > (1 - _MARGIN) * line.height


def _is_page_number(line: Line, offsets: frozenset[int], pages: int) -> bool:
    numbers = tuple(_numbers(line.text))
    if pages == 1:
        return numbers[:1] == (1,) and _is_in_margin(line)
    return any(number - line.page in offsets for number in numbers)
