"""Cells that reach over several rows of a table: what they say is said again in every row they reach."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

_SPAN = re.compile(r"\b(row|col)span\s{0,3}=\s{0,3}[\"']?\s{0,3}(\d{1,4})", re.IGNORECASE)
_MAX_ROWS, _MAX_COLUMNS = 500, 50
#: Beyond so many columns no cell reaches down: what reaches is said again in every row.
_WIDEST = 60

#: By column: for how many more rows a cell from above reaches down, and what it says.
Reaching = dict[int, tuple[int, str]]


def spread(texts: Sequence[str], attributes: Sequence[str], reaching: Reaching) -> tuple[list[str], Reaching]:
    """The texts of a row with those that reach into it from above, and what reaches into the next row.

    ``attributes`` are those of the cells, as they stand in the markup. A cell over several columns is said once.
    """
    row: list[str] = []
    below: Reaching = {}
    column = 0

    def take() -> None:
        nonlocal column
        while column in reaching:
            rows, text = reaching[column]
            if text:
                row.append(text)
            if rows > 1:
                below[column] = (rows - 1, text)
            column += 1

    for text, raw in zip(texts, attributes, strict=True):
        take()
        rows, columns = _spans(raw)
        if rows > 1 and column < _WIDEST:
            below.update({column + each: (rows - 1, "" if each else text) for each in range(columns)})
        row.append(text)
        column += columns
    take()
    return row, below


@lru_cache(maxsize=512)
def _spans(raw: str) -> tuple[int, int]:
    """Over how many rows and columns a cell reaches."""
    found = {name.lower(): int(number) for name, number in _SPAN.findall(raw)} if "span" in raw else {}
    return min(max(found.get("row", 1), 1), _MAX_ROWS), min(max(found.get("col", 1), 1), _MAX_COLUMNS)
