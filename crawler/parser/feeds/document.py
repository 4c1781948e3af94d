"""From the bytes of a feed to an element tree, however broken the bytes are.

A well-formed document takes the short way: one strict parse. Anything else is repaired as text (encoding, control
characters, undeclared entities, bare ampersands) and parsed again with lxml's recovery. Entities are never resolved,
nothing is ever loaded, and a document that declares entities of its own is refused.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from html.entities import html5
from typing import Any

from lxml import etree

from crawler.errors import ParseError
from crawler.parser.article.decode import decode_html
from crawler.parser.feeds.straighten import SOUP, straighten

#: How far into a document its first element may stand.
_PROLOG = 65536
_FIRST_ELEMENT = re.compile(rb"<([A-Za-z_][\w.:-]{0,60})")
#: What a feed or sitemap begins with, and the entries of one whose beginning is damaged.
_ROOT = re.compile(
    rb"<((?:[A-Za-z_][\w.-]{0,30}:)?(?:rss|rdf|feed|channel|urlset|sitemapindex))(?=[\s>/])", re.IGNORECASE
)
_ENTRY = re.compile(rb"<((?:[A-Za-z_][\w.-]{0,30}:)?(?:item|entry))(?=[\s>/])", re.IGNORECASE)
_PAGE = re.compile(rb"<(?:html|head|body|!doctype\s{1,9}html)(?=[\s>])", re.IGNORECASE)
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_AMPERSAND = re.compile(r"&(?:(#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};)|([A-Za-z][A-Za-z0-9]{0,31});)?")
_WIDE_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_WIDE_STARTS = (
    (re.compile(rb"<\x00\x00\x00"), "utf-32-le"),
    (re.compile(rb"\x00\x00\x00<"), "utf-32-be"),
    (re.compile(rb"<\x00[^\x00]\x00"), "utf-16-le"),
    (re.compile(rb"\x00<\x00[^\x00]"), "utf-16-be"),
)
_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_FEED_ROOTS = frozenset({"rss", "rdf", "feed", "channel"})
_ENTRY_TAGS = ("{*}item", "{*}entry")


class FeedForm(Enum):
    """What a body seems to be, judged by its first characters."""

    EMPTY = "empty"
    HTML = "html"
    JSON = "json"
    XML = "xml"
    OTHER = "other"


def feed_form(body: bytes) -> FeedForm:
    """What ``body`` looks like from the outside. ``XML`` is any document whose first element is not ``html``."""
    head = _readable_head(body)
    if not head:
        return FeedForm.EMPTY
    if head[:1] in (b"{", b"["):
        return FeedForm.JSON
    if head[:14].lower() == b"<!doctype html":
        return FeedForm.HTML
    return _form_of_element(_first_element(head))


def root_name(body: bytes) -> str:
    """The local name of the first element, lower-case, or an empty string."""
    return _first_element(_readable_head(body))


def is_feed_root(name: str) -> bool:
    """Whether an element of this local name begins a feed (RSS, RDF, Atom)."""
    return name in _FEED_ROOTS


def excerpt(body: bytes, limit: int = 80) -> str:
    """The first characters of ``body``, printable and on one line, for error messages."""
    text = body[: limit * 4].decode("utf-8", "replace")
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:limit]


def load_root(
    body: bytes,
    *,
    url: str,
    declared: str = "",
    forced: str = "",
    roots: frozenset[str] = _FEED_ROOTS,
    kind: str = "feed",
) -> Any:  # noqa: ANN401 - lxml is untyped
    """The root element of a feed, or of another ``kind`` of document whose first element is one of ``roots``.

    ``declared`` is the charset of the HTTP header, ``forced`` the operator's. Raises ``ParseError`` naming ``url``
    when there is no element, when the document declares entities, or when it is some other vocabulary.
    """
    root = None if forced else _parse_strictly(body)
    if root is None:
        root = _parse_repaired(_repair(_decode(body, declared, forced), url))
    if root is None:
        raise ParseError(f"{url} cannot be read as XML", excerpt=excerpt(body))
    name = _local_name(root)
    if name == SOUP:
        if roots is _FEED_ROOTS and next(root.iter(*_ENTRY_TAGS), None) is not None:
            return root
        name = root_name(body)
    if name not in roots:
        raise ParseError(f"{url} is no {kind}: its first element is <{name[:40]}>", excerpt=excerpt(body))
    return root


def _readable_head(body: bytes) -> bytes:
    head = body[:_PROLOG]
    if _wide_codec(head):
        head = head.replace(b"\x00", b"").lstrip(b"\xff\xfe")
    return head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\x00\x0b\x0c")


def _first_element(head: bytes) -> str:
    found = _find_first_element(head)
    return found[1].decode("ascii").rpartition(":")[2].lower() if found else ""


def _find_first_element(head: bytes) -> re.Match[bytes] | None:
    """The element a document begins with. What a program printed before a feed (warnings, mostly) is passed over.

    Where the beginning of a feed is damaged, it is the first of its entries.
    """
    first = _FIRST_ELEMENT.search(head)
    if first is None or _ROOT.match(head, first.start()):
        return first
    page = _PAGE.search(head)
    found = [one for one in (_ROOT.search(head), _ENTRY.search(head)) if one]
    root = min(found, key=lambda one: one.start(), default=first)
    return root if page is None or root.start() < page.start() else first


def _form_of_element(name: str) -> FeedForm:
    if not name:
        return FeedForm.OTHER
    return FeedForm.HTML if name in ("html", "head", "body", "script", "meta", "title", "div") else FeedForm.XML


@lru_cache(maxsize=2)  # building one costs more than parsing a short feed; lxml serialises its use over threads
def _parser(*, recover: bool) -> Any:  # noqa: ANN401 - lxml is untyped
    return etree.XMLParser(
        encoding="utf-8",
        recover=recover,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _parse_strictly(body: bytes) -> Any:  # noqa: ANN401 - lxml is untyped
    """The root of a well-formed UTF-8 document without a DOCTYPE, or None where the long way must be taken."""
    if b"<!DOCTYPE" in body[:_PROLOG] or b"\x1b" in body:  # ISO-2022-JP is ASCII with escapes: decode it first
        return None
    try:
        body.decode()
        return etree.fromstring(body, _parser(recover=False))
    except (UnicodeDecodeError, etree.XMLSyntaxError, ValueError):
        return None


def _parse_repaired(text: str) -> Any:  # noqa: ANN401 - lxml is untyped
    """The root of a document whose characters were put right: as it is, else with its tags put right as well."""
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), _parser(recover=False))
    except (etree.XMLSyntaxError, ValueError):
        pass
    try:
        return etree.fromstring(straighten(text).encode("utf-8", "replace"), _parser(recover=True))
    except (etree.XMLSyntaxError, ValueError):
        return None


def _decode(body: bytes, declared: str, forced: str) -> str:
    if wide := _wide_codec(body):
        return body.decode(wide, "replace")
    inside = _DECLARED.search(body[:1024])
    charset = inside[1].decode("ascii") if inside else declared
    if b"\x1b" in body and charset.lower() == "iso-2022-jp":
        return body.decode("iso2022_jp_ext", "replace")
    return decode_html(body, declared=charset, forced=forced).text


def _wide_codec(body: bytes) -> str:
    """The encoding of two or four bytes a character, told by its mark, else by the zeros beside the first bracket."""
    marked = next((codec for mark, codec in _WIDE_MARKS if body.startswith(mark)), "")
    return marked or next((codec for pattern, codec in _WIDE_STARTS if pattern.match(body)), "")


def _repair(text: str, url: str) -> str:
    """The text with everything an XML parser stumbles over put right, from its first element on."""
    head = text[:_PROLOG].encode("ascii", "replace")  # one byte for each character: places stay the same
    first = _find_first_element(head)
    if first is None:
        return ""
    start = 0 if _ENTRY.fullmatch(first[0]) else first.start()
    if "<!ENTITY" in text[: first.start()].upper():
        raise ParseError(f"{url} declares entities of its own; such a document is not read")
    text = _CONTROL.sub("", text[start:])
    return "".join(_repaired_pieces(text))


def _repaired_pieces(text: str) -> list[str]:
    """The text with ampersands put right outside of CDATA sections, which are taken as they are; the end of one that
    is not closed is anybody's guess, so that it is none."""
    pieces: list[str] = []
    at = 0
    while (cdata := text.find("<![CDATA[", at)) >= 0 and (end := text.find("]]>", cdata)) >= 0:
        pieces.append(_AMPERSAND.sub(_spell_entity, text[at:cdata]))
        at = end + 3
        pieces.append(text[cdata:at])
    pieces.append(_AMPERSAND.sub(_spell_entity, text[at:].replace("<![CDATA[", "")))
    return pieces


def _spell_entity(found: re.Match[str]) -> str:
    if found[1]:
        return found[0] if _is_xml_character(found[1]) else ""
    if found[2] in _XML_ENTITIES:
        return found[0]
    meaning = html5.get(f"{found[2]};", "") if found[2] else ""
    return "&amp;" + found[0][1:] if not meaning or meaning in "<>&\"'" else meaning


def _is_xml_character(reference: str) -> bool:
    """Whether ``#10;`` or ``#xA;`` names a character that XML allows (XML 1.0 §2.2); recovery lets others through."""
    digits = reference[1:-1]
    code = int(digits[1:], 16) if digits[:1] in "xX" else int(digits)
    return code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000


def _local_name(element: Any) -> str:  # noqa: ANN401 - lxml is untyped
    return str(element.tag).rpartition("}")[2].rpartition(":")[2].lower()
