"""HTML text to a tree, in bounded time.

The parser itself needs time that grows with the square of the nesting, of the attributes in one tag, and (with
mutation events on) of the options in a select; what is left open inside a paragraph for looks alone it opens again in
each later one, as HTML demands. Real pages have none of that; broken and hostile ones do.
"""

from __future__ import annotations

import re
from itertools import islice

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser

#: Elements left open inside each other, and the sum of those over all tags, for each tag looks through what is open
#: around it; no real page comes near.
_MAX_OPEN = 3_000
_MAX_LOOKED_THROUGH = 9_000_000
#: Below so many tags, or characters, no nesting and no tag can cost more than some hundredths of a second.
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
#: What HTML opens again in every block that follows (§13.2.4.3), three alike at most. The other two end each other.
_FORMATTING = ["b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u"]
_FORMATTED = re.compile(rf"<(?=[bceifstuBCEIFSTU])((?:{'|'.join(_FORMATTING)})[\s/>][^<>]*)", re.IGNORECASE)
_FORMATTING_TAG = re.compile(rf"<(/?)({'|'.join(_FORMATTING)})(?=[\s/>])[^<>]*>?", re.IGNORECASE)
_MOST_ALIKE = 3
#: How many elements may be made of what is opened again: ten times what any of a thousand real pages might come to.
_MOST_REOPENED = 200_000
_FEW_TAGS = 900
_LONG = 16_384
_LONG_TAG = re.compile(rf"<[a-zA-Z][^>]{{{_LONG},}}")


def parse_html(text: str, *, most_tags: int | None = None) -> LexborHTMLParser:
    """The tree of a page or fragment. What is nested absurdly deep, or follows that, is left out.

    So is what follows the first ``most_tags`` of what looks like a tag. Where looks are left open again and again, all
    tags for looks are.
    """
    if len(text) > _SHORT and _has_long_stretch(text):
        text = _LONG_TAG.sub(_drop_crowded, text)
    tags = text.count("<")
    if most_tags is not None and tags > most_tags:
        text = "<".join(text.split("<", most_tags)[:-1])
    if tags >= _FEW_TAGS and _multiplies(text, min(tags, most_tags or tags)):
        text = _FORMATTING_TAG.sub("", text)
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


def _multiplies(text: str, tags: int) -> bool:
    """Whether so many elements for looks may be open at once that to open them again costs more than the page."""
    kinds = set(_FORMATTED.findall(text))
    if _MOST_ALIKE * len(kinds) * tags <= _MOST_REOPENED:
        return False
    opened = dict.fromkeys(_FORMATTING, 0)
    now = most = 0
    for closing, name in _FORMATTING_TAG.findall(text):
        change = 1 if not closing else -1 if opened[name.lower()] else 0
        opened[name.lower()] += change
        now += change
        most = max(most, now)
    return most * tags > _MOST_REOPENED


def cut_depth(markup: str) -> str:
    """``markup`` up to where its elements would nest deeper than any real page's.

    Follows HTML's own rule for end tags: one that finds no open element of its name inside the current table cell
    or table changes nothing.
    """
    scope: list[str] = []
    scopes = [scope]
    opened = looked_through = 0
    for number, (closing, name) in enumerate(_TAG.findall(markup)):
        looked_through += opened
        if looked_through > _MAX_LOOKED_THROUGH:
            return _cut_before(markup, number)
        name = name.lower()
        if name in _SHALLOW:
            continue
        if closing:
            if scope and scope[-1] == name:
                scope.pop()
                opened -= 1
            else:
                opened -= _close(scopes, name)
                scope = scopes[-1]
            continue
        opened += 1
        scope.append(name)
        if name in _BOUNDARIES:
            scope = []
            scopes.append(scope)
        if opened > _MAX_OPEN:
            return _cut_before(markup, number)
    return markup


def _cut_before(markup: str, number: int) -> str:
    return markup[: next(islice(_TAG.finditer(markup), number, None)).start()]


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
