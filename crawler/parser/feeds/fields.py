"""The elements of a feed by their words: what stands in its head, in an entry, and the links among them."""

from __future__ import annotations

from typing import Any

from crawler.parser.feeds.vocabulary import word

Element = Any  # lxml's elements are untyped
Fields = dict[str, list[Element]]

ENTRY_WORDS = frozenset({"item", "entry"})
#: What cannot be part of a text: found inside one, its end tag is missing.
SWALLOWED = frozenset(
    {*ENTRY_WORDS, "link", "guid", "pubdate", "description", "content:encoded", "dc:date", "dc:creator"}
)


def read_head(root: Element) -> Fields:
    """What the feed says of itself: children of the root and of its ``channel``, entries left out."""
    fields: Fields = {}
    for child in root:
        name = word(child.tag)
        if name == "channel":
            gather(child, fields)
        elif name not in ENTRY_WORDS:
            fields.setdefault(name, []).append(child)
    return fields


def gather(element: Element, fields: Fields) -> Fields:
    """The children of ``element`` by their words, those of a media group, and those an unclosed title has swallowed."""
    for child in element:
        name = word(child.tag)
        if name == "media:group":
            gather(child, fields)
        elif name not in ENTRY_WORDS:
            fields.setdefault(name, []).append(child)
            if name == "title" and len(child):
                for lost in child:
                    if word(lost.tag) in SWALLOWED:
                        fields.setdefault(word(lost.tag), []).append(lost)
    return fields


def text_in(fields: Fields, *names: str) -> str:
    """The text of the first element of these names that has any."""
    for name in names:
        for element in fields.get(name, ()):
            if text := (element.text or "").strip():
                return text
    return ""


def links_in(fields: Fields) -> list[Element]:
    """The links with an address as attribute: Atom's, in whatever feed they stand."""
    return [element for element in fields.get("link", ()) if element.get("href")]


def rel_of(link: Element) -> str:
    """What the link is to its feed or entry, lower-case; ``alternate`` where it does not say (RFC 4287 §4.2.7.2)."""
    return (link.get("rel") or "alternate").strip().lower().removeprefix("http://www.iana.org/assignments/relation/")
