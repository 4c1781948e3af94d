"""OPML 2.0 (http://opml.org/spec2.opml): subscriptions of feed readers, read and written. Pure.

Read as it comes, the tree is never held. No entity is ever expanded, declared or not: an ampersand that begins none of
XML's own is one, as in the many addresses that were written without a thought of XML.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from email.utils import format_datetime
from html.entities import html5 as HTML_NAMES
from urllib.parse import unquote

from lxml import etree

from crawler.errors import UsageError
from crawler.model import Source
from crawler.onboarding.candidates import Candidate, Intake, as_tag, make_candidate, refuse_flood

_DECLARATION = re.compile(r"\s*<\?xml\b[^>]{0,200}\?>")
_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});)([A-Za-z][A-Za-z0-9]{1,31};)?")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FEED_TYPES = frozenset({"rss", "atom", "rdf", "feed"})


def read_opml(text: str) -> Intake:
    """The addresses of all outlines; outlines around one become its tags. Raises ``UsageError``."""
    if "<!ENTITY" in text:
        raise UsageError("it declares entities, as no list of addresses does; nothing was read")
    plain = _AMPERSAND.sub(_spell_ampersand, _ILLEGAL.sub("", _DECLARATION.sub("", text, count=1)))
    outlines = _Outlines()
    # "internal": of what is not declared, XML's own five are left; with False lxml hands even these on unread.
    parser = etree.XMLParser(
        target=outlines, encoding="utf-8", resolve_entities="internal", load_dtd=False, no_network=True, huge_tree=False
    )
    try:
        etree.fromstring(plain.encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UsageError(f"it is no well-formed XML ({str(error)[:200]})") from error
    return Intake(form="OPML", candidates=tuple(outlines.found))


def _spell_ampersand(found: re.Match[str]) -> str:
    """A character by its name in HTML, which XML does not know, or an ampersand."""
    name = found[1] or ""
    return html.escape(HTML_NAMES[name]) if name in HTML_NAMES else f"&amp;{name}"


class _Outlines:
    """Hears of each element as it begins and ends, and keeps the addresses."""

    def __init__(self) -> None:
        self.found: list[Candidate] = []
        self._folders: list[str] = []
        self._number = 0
        self._is_opml = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        name = tag.rpartition("}")[2].lower()
        if not self._is_opml and name != "opml":
            raise UsageError(f"it is XML of another sort: its first element is <{name[:40]}>")
        self._is_opml = True
        if name != "outline":
            return
        self._number += 1
        given = {key.lower(): value for key, value in attributes.items()}
        title = given.get("title") or given.get("text") or ""
        candidate = self._read(given, title)
        if candidate is not None:
            self.found.append(candidate)
            refuse_flood(len(self.found))
        self._folders.append(as_tag(title))

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag.rpartition("}")[2].lower() == "outline":
            self._folders.pop()

    def close(self) -> None:
        """The document has ended."""

    def _read(self, given: Mapping[str, str], title: str) -> Candidate | None:
        """What one outline names; None for a folder."""
        url = given.get("xmlurl") or given.get("url") or given.get("htmlurl") or ""
        if not url.strip():
            return None
        type_ = given.get("type", "").strip().lower()
        is_feed = bool(given.get("xmlurl")) or (bool(given.get("url")) and type_ in _FEED_TYPES)
        return make_candidate(
            url,
            place=f"outline {self._number}",
            title=title,
            tags=(*self._folders, *_read_category(given.get("category", ""))),
            kind="feed" if is_feed else "",
            problem="is a list of another place, and nothing is fetched" if type_ == "include" else "",
        )


def _read_category(text: str) -> list[str]:
    """Categories are parted by commas, and begin with a slash where they are paths."""
    return [unquote(each.strip().removeprefix("/")) for each in text.split(",")]


# -- writing ---------------------------------------------------------------------------------------------------------


def write_opml(sources: Iterable[tuple[Source, str]], created: datetime) -> bytes:
    """The sources, each with the kind that it is read as, as a document that ``read_opml`` and feed readers read."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = "Sources of Gazette"
    etree.SubElement(head, "dateCreated").text = format_datetime(created, usegmt=True)
    body = etree.SubElement(root, "body")
    for source, kind in sources:
        etree.SubElement(body, "outline", _attributes(source, kind))
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def _attributes(source: Source, kind: str) -> dict[str, str]:
    title = source.title or source.url
    attributes = {"text": title, "title": title}
    attributes |= {"type": "rss", "xmlUrl": source.url} if kind == "feed" else {"type": "link", "url": source.url}
    if source.tags:
        attributes["category"] = ",".join(map(_write_category, source.tags))
    if source.language:
        attributes["language"] = source.language
    return {name: _ILLEGAL.sub("", value) for name, value in attributes.items()}


def _write_category(tag: str) -> str:
    """The tag without what has a meaning of its own in a list of categories."""
    tag = tag.replace("%", "%25").replace(",", "%2C")
    return f"%2F{tag[1:]}" if tag.startswith("/") else tag
