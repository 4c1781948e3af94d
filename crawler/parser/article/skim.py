"""Parts of a page that need no reading: long menus, footers, lists of other articles, what readers wrote.

Half of a page stands in them. They are passed over at the price of a look, unless the look shows what may matter:
a main heading, a date, a file. What text they hold is weighed, so that a page whose article itself stands in such a
part is read once more, and whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

#: A part of fewer tags is cheaper to read than to judge; it may be a byline.
_FEWEST = 40
#: An ``aside`` with so much text of its own may be a box of the article.
_INSET = 30
#: What must not be passed over: headings of articles, chosen elements, dates in microdata, files. Each pattern begins
#: with a letter of its own, so that searching stays cheap.
_HEADINGS = ("<h1>", "<h1 ", "chosen/")
_FACT = re.compile(r'itemprop="[^"]{0,40}(?:[dD]ate|headline|[bB]log|post|articleBody)')
_FILE = re.compile(
    r"\.(?:pdf|PDF|docx?|DOCX?|xlsx?|XLSX?|pptx?|zip|ZIP|rar|RAR|7z|wps|et|ofd|hwpx?|ceb|csv|odt|rtf)[\"?&]"
)


_LINKED = re.compile("<a [^<]*(?:<(?!/a)[^<]*)*</a")
_TEXT = re.compile(r">(\s*[^<\s][^<]*)")


@dataclass(frozen=True, slots=True)
class Skimmed:
    """A part that was passed over: the piece that ends it, and the weight of its text outside links."""

    end: int
    prose: int


class Skimmer:
    """Finds its way in the page both as a whole and in pieces."""

    def __init__(self, markup: str, pieces: list[str]) -> None:
        self._markup, self._pieces = markup, pieces
        self._position = self._offset = 0

    def skim(self, position: int, tag: str) -> Skimmed | None:
        """Judges the element whose start tag is the piece at ``position``; None where it must be read."""
        markup, pieces = self._markup, self._pieces
        start = self._offset + sum(map(len, pieces[self._position : position])) + position - self._position
        self._position, self._offset = position, start
        stop = _find_end(markup, start, tag)
        end = position + markup.count("<", start, stop)
        if end - position < _FEWEST or _tells(markup, start, stop):
            return None
        prose = _weigh_prose(markup[start:stop])
        return None if tag == "aside" and prose > _INSET else Skimmed(end, prose)


def _tells(markup: str, start: int, stop: int) -> bool:
    """Whether a part holds what may matter."""
    if any(markup.find(mark, start, stop) >= 0 for mark in _HEADINGS):
        return True
    return _FILE.search(markup, start, stop) is not None or _FACT.search(markup, start, stop) is not None


@lru_cache(maxsize=256)
def _boundary(tag: str) -> re.Pattern[str]:
    return re.compile(f"<(/?){re.escape(tag)}[ >]")


def _find_end(markup: str, start: int, tag: str) -> int:
    """Where the end tag of an element begins, or where the element begins if it has none."""
    opened = 0
    for found in _boundary(tag).finditer(markup, start - 1):
        opened += -1 if found[1] else 1
        if opened == 0:
            return found.start() + 1
    return start


def _weigh_prose(part: str) -> int:
    """The weight of the text outside links."""
    if "<a " in part:
        part = _LINKED.sub("<", part)
    return sum(len(text) if text.isascii() else 2 * len(text) for text in _TEXT.findall(part))
