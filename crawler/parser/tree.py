"""HTML text to a tree, in bounded time.

The parser itself needs time that grows with the square of the nesting, of the attributes in one tag, and (with
mutation events on) of the options in a select. Real pages have none of that; broken and hostile ones do.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser

#: Browsers flatten what is nested deeper than 512 elements; here the page ends at ten times that.
_DEEPEST = 5_000
#: Below so many tags, or characters, no nesting and no tag can cost more than a few tenths of a second.
_FEW_TAGS = 10_000
_SHORT = 200_000
_MANY_ATTRIBUTES = 2_000
_BLOCK_TAG = re.compile(
    r"<(/?)(?:address|article|aside|blockquote|center|details|dialog|dir|div|dl|fieldset|figcaption|figure|footer|form|"
    r"header|hgroup|listing|main|menu|nav|ol|pre|search|section|summary|ul)(?=[\s/>])",
    re.IGNORECASE,
)
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{16384,}")


def parse_html(text: str) -> LexborHTMLParser:
    """The tree of a page or fragment. What is nested absurdly deep, or follows that, is left out."""
    if len(text) > _SHORT:
        text = _LONG_TAG.sub(_drop_crowded, text)
    if text.count("<") > _FEW_TAGS:
        text = text[: _end_of_sane_nesting(text)]
    return LexborHTMLParser(text, options=LexborDocumentOptions.WO_EVENTS)


def _drop_crowded(tag: re.Match[str]) -> str:
    """Nothing in place of a tag with thousands of attributes; one with a long value (an inline image) stays."""
    return "" if len(tag[0].split(None, _MANY_ATTRIBUTES)) > _MANY_ATTRIBUTES else tag[0]


def _end_of_sane_nesting(text: str) -> int:
    depth = 0
    for tag in _BLOCK_TAG.finditer(text):
        depth = max(depth - 1, 0) if tag[1] else depth + 1
        if depth > _DEEPEST:
            return tag.start()
    return len(text)
