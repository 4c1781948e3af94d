"""What a tag in serialised markup says: its part in the flow of text, its attributes, whether it looks like furniture.

The parser writes every page in one spelling (``name="value"``, ``<`` and ``>`` escaped), and templates repeat their
tags: what a tag means is worked out once and remembered by its very text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from crawler.model import BlockKind
from crawler.parser.article.furniture import JUNK_ROLES, JUNK_TAGS, is_foldable, is_junk_hint
from crawler.parser.article.words import word_set

#: What a tag does to the text. Plain numbers: they are compared for every tag of every page.
NOTHING, CLOSE, CLOSE_ROW, BARE, BLOCK, INLINE, LINK, IMAGE, BREAK, RULE, MUTE, REMARK = range(12)

_INLINE = word_set(
    "a abbr b bdi bdo big cite code data dfn em font i ins kbd mark q rp rt ruby s samp small span strike strong sub "
    "sup time tt u var wbr acronym o:p st1:chsdate nobr amp-img picture source img del meta link"
)
#: Elements whose attributes never tell anything; asking for them would cost more than the elements themselves.
_PLAIN = word_set("br b strong em i u sup sub wbr tbody")
#: Elements without an end tag, as HTML serialises them (HTML Living Standard §13.3).
_VOID = word_set("area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr")
_DECLARING = frozenset({"html", "title", "meta", "link", "base"})
_FRAMES = frozenset({"html", "body", "main", "article"})
_KINDS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), BlockKind.HEADING),
    **dict.fromkeys(("figcaption", "caption"), BlockKind.CAPTION),
    **dict.fromkeys(("li", "dt", "dd"), BlockKind.LIST_ITEM),
}
_ACTIONS = {"a": LINK, "img": IMAGE, "br": BREAK, "title": MUTE}
_HIDDEN = re.compile(r"display\s{0,3}:\s{0,3}none", re.IGNORECASE)
_ATTRIBUTE = re.compile(r' ([^ =]+)="([^"]*)"')
#: A name that no markup can give an attribute: what the configuration's selectors chose is marked with it.
CHOSEN = "chosen/"
#: A button that shows and hides what is beside it, as the questions of a list of answers do.
_UNFOLDS = ' aria-expanded="'
#: An ``id`` with so many hyphens is a title, and tells what the text says instead of what the element is for.
_SLUG, _HEADING_SLUG = 5, 2
_IGNORED = f'{CHOSEN}ignore="'
#: How the attributes begin that are asked for most.
CLASS, ID = ' class="', ' id="'
_LONGEST_KNOWN = 240
_MOST_KNOWN = 8_192


class Head(NamedTuple):
    """A tag. ``raw`` is the text of its attributes; ``kind`` is None where the tag leaves the kind of text as it is."""

    action: int
    tag: str
    raw: str = ""
    suspect: bool = False
    kind: BlockKind | None = None
    declares: bool = False


#: Tags seen lately, by their text.
known: dict[str, Head] = {}


def find_head(text: str, *, judged: bool = True) -> Head:
    """What the text between ``<`` and ``>`` says. Those that may come again are in ``known`` from then on.

    What is not ``judged`` is furniture by its tag alone, whatever its attributes say.
    """
    head = _read_head(text, judged=judged)
    if judged and len(text) <= _LONGEST_KNOWN and (head.action != IMAGE and (head.action != LINK or not head.raw)):
        if len(known) >= _MOST_KNOWN:
            known.clear()
        known[text] = head
    return head


def _read_head(text: str, *, judged: bool) -> Head:
    if text[:1] == "/":
        return Head(CLOSE_ROW if text == "/tr" else CLOSE, text[1:])
    if text[:1] in ("!", "?", ""):
        return Head(REMARK, "")
    tag, _, raw = text.partition(" ")
    action, declares, is_plain, kind = _of_tag(tag)
    if raw:
        raw = "" if is_plain and CHOSEN not in raw else f" {raw}"
        declares = declares or " itemprop=" in raw
    if tag in _VOID:
        return _make(Head, (action, tag, raw, False, None, declares))
    suspect = is_suspect(tag, raw) if judged else tag in JUNK_TAGS or _IGNORED in raw
    if action == INLINE and not (suspect or declares or is_named(raw)):
        action = BARE
    return _make(Head, (action, tag, raw, suspect, kind, declares))


#: Without the detour over a signature: it is done for every tag that was not met before.
_make = tuple.__new__


@lru_cache(maxsize=512)
def _of_tag(tag: str) -> tuple[int, bool, bool, BlockKind | None]:
    """What a tag's name says: what it does, whether it declares facts, whether attributes matter, the kind of text."""
    return _find_action(tag), tag in _DECLARING, tag in _PLAIN, _KINDS.get(tag)


def is_named(raw: str) -> bool:
    """Whether an element can be asked for: by its id, or because a selector chose it."""
    return ' id="' in raw or CHOSEN in raw


def _find_action(tag: str) -> int:
    if action := _ACTIONS.get(tag):
        return action
    if tag in _VOID:
        return NOTHING if tag == "wbr" else INLINE if tag in _INLINE else RULE
    return INLINE if tag in _INLINE else BLOCK


def is_void(tag: str) -> bool:
    """Whether an element of that name has no content and no end tag."""
    return tag in _VOID


def parse_attributes(raw: str) -> Mapping[str, str]:
    """The attributes of a tag by name. Never to be changed: tags that are spelled alike share them."""
    return _remember(raw) if len(raw) <= _LONGEST_KNOWN else _parse(raw)


def _parse(raw: str) -> dict[str, str]:
    found = dict(_ATTRIBUTE.findall(raw))
    return {name: unescape(value) for name, value in found.items()} if "&" in raw else found


_remember = lru_cache(maxsize=4_096)(_parse)


def unescape(text: str) -> str:
    """Text without the few references that serialised markup holds."""
    if "&" not in text:
        return text
    for reference, char in (("&nbsp;", "\xa0"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(reference, char)
    return text


def is_suspect(tag: str, raw: str) -> bool:
    """Whether an element looks like furniture by its tag, role, class, id or invisibility, or was named as such."""
    if tag in JUNK_TAGS and not (tag == "button" and _UNFOLDS in raw):
        return True
    if not raw:
        return False
    if _IGNORED in raw:
        return True
    if tag in _FRAMES:
        return False
    name = find_value(raw, ID) if ID in raw else ""
    if name == "js_content":  # WeChat serves the article itself hidden
        return False
    if ' role="' in raw and find_value(raw, ' role="') in JUNK_ROLES:
        return True
    if name.count("-") >= (_HEADING_SLUG if _KINDS.get(tag) is BlockKind.HEADING else _SLUG):
        name = ""
    hint = f"{find_value(raw, CLASS)} {name}"[:400]
    hidden = ' hidden="' in raw or (' style="' in raw and _HIDDEN.search(find_value(raw, ' style="')))
    if hidden and not is_foldable(hint):
        return True
    return len(hint) > 1 and is_junk_hint(hint)


def find_value(raw: str, opening: str) -> str:
    """The value of the attribute that begins so (`` id="``): cheaper than all of them."""
    start = raw.find(opening)
    if start < 0:
        return ""
    start += len(opening)
    value = raw[start : raw.find('"', start)]
    return unescape(value) if "&" in value else value
