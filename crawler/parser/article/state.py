"""The article of a page that draws itself: HTML inside the JSON that a single-page application starts from.

Such a page shows nothing without its scripts, but its first state holds the text (``"contentHtml": "<p>…"``). Scripts
are searched by one bounded pattern and never evaluated.
"""

from __future__ import annotations

import json
import re

#: How a JSON string begins under a name that applications give an article's text.
_OPENING = re.compile(r'"[A-Za-z_]{0,20}(?:content|body|html|detail)[A-Za-z_]{0,12}"\s{0,3}:\s{0,3}"', re.IGNORECASE)
_PARAGRAPHS = re.compile(r"<(?:p|br|div)\b", re.IGNORECASE)
#: The rest of a JSON string, up to its closing quote.
_REST = re.compile(r'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_SHORTEST = 200
_MAX_STATE = 2_000_000
#: How many values are looked at; the page that names most of a thousand real ones has 1,400 such.
_MOST_VALUES = 4_000


def find_state_text(markup: str) -> str:
    """The longest piece of HTML among the values of the page's scripts; empty where there is none."""
    best, position = "", 0
    for _ in range(_MOST_VALUES):
        if (opening := _OPENING.search(markup, position, _MAX_STATE)) is None:
            break
        rest = _REST.match(markup, opening.end())
        position = rest.end() if rest and markup.startswith('"', rest.end()) else len(markup)
        if position - opening.end() < max(_SHORTEST, len(best)):
            continue
        text = _decode(markup[opening.end() : position])
        if len(text) > len(best) and _PARAGRAPHS.search(text):
            best = text
    return best


def _decode(value: str) -> str:
    try:
        text = json.loads(f'"{value}"', strict=False)
    except (ValueError, RecursionError):
        return ""
    return text.encode("utf-8", "replace").decode("utf-8") if isinstance(text, str) else ""
