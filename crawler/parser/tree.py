"""HTML text to a tree, in bounded time.

The parser itself needs time that grows with the square of the nesting, of the attributes in one tag, and (with
mutation events on) of the options in a select. Real pages have none of that; broken and hostile ones do.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser

#: Elements left open inside each other; no real page comes near.
_MAX_OPEN = 3_000
#: Below so many tags, or characters, no nesting and no tag can cost more than a few tenths of a second.
_CALM_TAGS = 6_000
_SHORT = 200_000
_MANY_ATTRIBUTES = 2_000
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,15})")
#: Elements without content, or whose end tag HTML implies: they do not nest by being left open.
_LEFT_OPEN = (
    "area base br col embed hr img input link meta source track wbr p li td th tr tbody thead tfoot dt dd option "
    "html head body"
)
_SHALLOW = frozenset(_LEFT_OPEN.split())
_BOUNDARIES = frozenset({"table", "object", "template", "marquee", "applet", "svg"})
_LONG = 16_384
_LONG_TAG = re.compile(rf"<[a-zA-Z][^>]{{{_LONG},}}")


def parse_html(text: str, *, most_tags: int | None = None) -> LexborHTMLParser:
    """The tree of a page or fragment. What is nested absurdly deep, or follows that, is left out.

    So is what follows the first ``most_tags`` of what looks like a tag.
    """
    if len(text) > _SHORT and _has_long_stretch(text):
        text = _LONG_TAG.sub(_drop_crowded, text)
    tags = text.count("<")
    if most_tags is not None and tags > most_tags:
        text = "<".join(text.split("<", most_tags)[:-1])
    if tags >= _CALM_TAGS:
        text = cut_depth(text)
    return LexborHTMLParser(text, options=LexborDocumentOptions.WO_EVENTS)


def _has_long_stretch(text: str) -> bool:
    """Whether a tag may be as long as that: some stretch of the text ends none. Looks at a few characters of each."""
    position = 0
    while (stop := position + _LONG) <= len(text):
        position = text.rfind(">", position, stop) + 1
        if position <= 0:
            return True
    return False


def _drop_crowded(tag: re.Match[str]) -> str:
    """Nothing in place of a tag with thousands of attributes; one with a long value (an inline image) stays."""
    return "" if len(tag[0].split(None, _MANY_ATTRIBUTES)) > _MANY_ATTRIBUTES else tag[0]


def cut_depth(markup: str) -> str:
    """``markup`` up to where its elements would nest deeper than any real page's.

    Follows HTML's own rule for end tags: one that finds no open element of its name inside the current table cell
    or table changes nothing.
    """
    scopes: list[list[str]] = [[]]
    opened = 0
    for found in _TAG.finditer(markup):
        name = found[2].lower()
        if name in _SHALLOW:
            continue
        if not found[1]:
            opened += 1
            scopes[-1].append(name)
            if name in _BOUNDARIES:
                scopes.append([])
            if opened > _MAX_OPEN:
                return markup[: found.start()]
        else:
            opened -= _close(scopes, name)
    return markup


def _close(scopes: list[list[str]], name: str) -> int:
    """How many elements an end tag closes; it looks at most a few levels down, and never past a table."""
    if name in _BOUNDARIES:
        if len(scopes) == 1:
            return 0
        return len(scopes.pop()) + (1 if scopes[-1].pop() else 0)
    scope = scopes[-1]
    if name not in scope[-60:]:
        return 0
    closed = 1
    while scope.pop() != name:
        closed += 1
    return closed
