"""RSS and Atom element trees become listings. One reader for all versions: :mod:`vocabulary` has made them alike."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import chain, islice

from lxml import etree

from crawler.model import Attachment, Entry, Listing, Moment
from crawler.parser.feeds.fields import (
    ENTRY_WORDS,
    SWALLOWED,
    Element,
    Fields,
    gather,
    links_in,
    read_head,
    rel_of,
    text_in,
)
from crawler.parser.feeds.hints import read_hints
from crawler.parser.feeds.markup import MARKUP_LIMIT, has_blocks, paragraphs, strip_markup
from crawler.parser.feeds.sheet import (
    ENTRY_LIMIT,
    SUMMARY_LIMIT,
    FeedSheet,
    file_attachment,
    listing_request,
    primary_subtag,
    title_or_opening,
)
from crawler.parser.feeds.vocabulary import RDF_ABOUT, XML_LANG, is_atom, word
from crawler.text.normalize import clean, shorten
from crawler.text.urls import host_of

#: A description at least this long is the text itself, not a teaser of it (characters of markup).
_FULL_TEXT = 1_000
_PUBLISHED = ("published", "pubdate", "issued", "dc:date", "dcterms:issued", "dcterms:created", "created", "date")
_DESCRIPTIONS = ("summary", "description", "dc:description", "media:description", "itunes:summary", "itunes:subtitle")
_UPDATED = ("updated", "modified", "dcterms:modified")
_ENCLOSING = frozenset({"enclosure", "link", "media:content"})
_PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{0,30}$")
_MAILBOX = re.compile(r"^\s*\S+@\S+\s*\(([^()]{1,200})\)\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How many entries the publisher has in all, None where it is not said, and the one-based place of the first
    one here (OpenSearch 1.1 ``totalResults`` and ``startIndex``)."""

    all: int | None = None
    first: int = 1


def read_syndication(root: Element, sheet: FeedSheet) -> Listing:
    """The listing in a feed's element tree, entries in the order of the document.

    ``complete`` is what RFC 5005 §2 ``fh:complete`` states; ``next`` is the page that its §3 ``rel=next`` names, or
    the older document that §4 ``rel=prev-archive`` does.
    """
    head = read_head(root)
    feed_url = sheet.url
    sheet = sheet.with_head(
        url=_document_base(root, head, sheet),
        language=text_in(head, "language", "dc:language") or root.get(XML_LANG) or "",
        publisher=", ".join(_authors(head)) or clean(text_in(head, "dc:publisher")),
    )
    named = {rel_of(link): link.get("href", "") for link in reversed(links_in(head))}
    following = named.get("next") or named.get("prev-archive") or ""
    return Listing(
        entries=tuple(_read_entries(root, sheet)),
        title=shorten(_title(head), 300),
        next=listing_request(sheet.address(following), unlike=feed_url),
        complete="fh:complete" in head,
        hints=read_hints(head, sheet),
    )


def read_totals(root: Element) -> Totals:
    """What the feed says of the number of its entries."""
    head = read_head(root)
    first = _count(text_in(head, "opensearch:startindex"))
    return Totals(all=_count(text_in(head, "opensearch:totalresults")), first=1 if first is None else first)


def _count(raw: str) -> int | None:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None


def _document_base(root: Element, head: Fields, sheet: FeedSheet) -> str:
    """What relative addresses of the document stand against (RFC 3986 §5.1, W3C XML Base).

    Without ``xml:base`` that is the feed's own address; where a feed is hosted elsewhere (a feed service) it is
    the site that its channel names.
    """
    if sheet.bases and root.base:
        return sheet.address(root.base) or sheet.url
    site = sheet.address(text_in(head, "link"))
    return site if site and host_of(site) != host_of(sheet.url) and not is_atom(root.tag) else sheet.url


def _read_entries(root: Element, sheet: FeedSheet) -> Iterator[Entry]:
    """Entries wherever they stand: RSS 1.0 has them beside the channel, and broken nesting puts one into another."""
    found = root.iter("{*}item", "{*}entry")
    first = next(found, None)
    if first is None:  # perhaps under a prefix that is bound to nothing
        found = root.iter()
    beginning = () if first is None else (first,)
    entries = (element for element in chain(beginning, found) if word(element.tag) in ENTRY_WORDS)
    read = (_read_entry(element, sheet) for element in islice(entries, ENTRY_LIMIT))
    return (entry for entry in read if entry is not None)


def _read_entry(element: Element, sheet: FeedSheet) -> Entry | None:
    fields = gather(element, {})
    base = (element.base or "") if sheet.bases else ""
    markup, body = _description(fields), _body(fields)
    summary = shorten(strip_markup(markup or body), SUMMARY_LIMIT)
    title = title_or_opening(_title(fields), summary)
    url = _entry_url(element, fields, sheet, base)
    if not (title or url):
        return None
    return Entry(
        url=url,
        title=title,
        id=text_in(fields, "guid", "id") or element.get(RDF_ABOUT, "").strip(),
        published=_moment(fields, _PUBLISHED, sheet),
        updated=_moment(fields, _UPDATED, sheet),
        summary=summary,
        body=body or _full_text(markup),
        authors=_authors(fields),
        publisher=_publisher(fields) or sheet.publisher,
        language=primary_subtag(text_in(fields, "dc:language") or element.get(XML_LANG) or "") or sheet.language,
        attachments=() if _ENCLOSING.isdisjoint(fields) else tuple(_attachments(fields, sheet, base)),
    )


# -- texts --


def _title(fields: Fields) -> str:
    for name in ("title", "dc:title", "media:title"):
        for element in fields.get(name, ()):
            if title := _plain(element):
                return title
    return ""


def _plain(element: Element) -> str:
    """The visible text of a text construct (RFC 4287 §3.1; in RSS markup is the rule, whatever the type says)."""
    if len(element):
        return clean(_inner_text(element))
    text = (element.text or "")[:MARKUP_LIMIT]
    return clean(text) if _is_literal(element) else strip_markup(text)


def _inner_text(element: Element) -> str:
    """All text inside, up to the first element that only broken nesting can have put there."""
    parts = [element.text or ""]
    for child in element:
        if word(child.tag) in SWALLOWED:
            break
        parts.extend(islice(child.itertext(), 1_000))
        parts.append(child.tail or "")
    return "".join(parts)[:MARKUP_LIMIT]


def _is_literal(element: Element) -> bool:
    """Whether the text is meant character by character: Atom's ``text``, which is also what no type means there."""
    return is_atom(element.tag) and "html" not in element.get("type", "") and element.get("mode") != "escaped"


def _description(fields: Fields) -> str:
    """The markup of the entry's description; plain text comes escaped and without paragraphs."""
    for name in _DESCRIPTIONS:
        for element in fields.get(name, ()):
            literal = not len(element) and _is_literal(element)
            if markup := html.escape((element.text or "").strip(), quote=False) if literal else _markup(element):
                return markup
    return ""


def _body(fields: Fields) -> str:
    """The full text as HTML where an element is meant for it, else an empty string."""
    for name in ("content:encoded", "content", "xhtml:body", "xhtml:div"):
        for element in fields.get(name, ()):
            if markup := _markup(element):
                return markup
    return ""


def _markup(element: Element) -> str:
    """A text construct as HTML. Content of other media types than text is not read."""
    kind = element.get("type", "").strip().lower()
    if len(element):
        return _inner_markup(element) if "xml" not in kind or "xhtml" in kind else ""
    text = (element.text or "").strip()
    if not text or ("/" in kind and not kind.startswith(("text/", "application/xhtml"))):
        return ""
    return paragraphs(text) if _is_literal(element) else text


def _inner_markup(element: Element) -> str:
    """The children as HTML, without namespaces, for a reader that knows only HTML."""
    for node in element.iter():
        name = _PLAIN_NAME.search(node.tag)
        node.tag = name[0] if name else "span"
    parts = (etree.tostring(deepcopy(child), encoding="unicode", method="html") for child in element)
    return (strip_markup(element.text or "") + "".join(parts)).strip()


def _full_text(markup: str) -> str:
    """A description that holds the text itself: it is laid out in blocks, or longer than any teaser."""
    if not has_blocks(markup) and len(markup) < _FULL_TEXT:
        return ""
    return markup if "<" in markup else paragraphs(html.unescape(markup))


def _moment(fields: Fields, names: Iterable[str], sheet: FeedSheet) -> Moment | None:
    """The first readable date among these elements. What is updated is never taken for what is published."""
    for name in names:
        for element in fields.get(name, ()):
            if element.text and (moment := sheet.moment(element.text)):
                return moment
    return None


# -- people --


def _authors(fields: Fields) -> tuple[str, ...]:
    names = [_person(element) for name in ("author", "dc:creator") for element in fields.get(name, ())[:20]]
    names = names if any(names) else [_person(element) for element in fields.get("itunes:author", ())[:20]]
    return tuple(dict.fromkeys(name for name in names if name))


def _person(element: Element) -> str:
    """A name: of an Atom person construct, or of RSS's ``mail (name)``; a mail address alone is nobody's name."""
    if len(element):
        return clean(text_in(gather(element, {}), "name"))[:200]
    text = (element.text or "")[:300]
    if "@" not in text:
        return strip_markup(text)
    mailbox = _MAILBOX.match(text)
    name = strip_markup(mailbox[1] if mailbox else text)
    return "" if "@" in name and " " not in name else name


def _publisher(fields: Fields) -> str:
    """Who published the entry, where the feed quotes others: ``dc:publisher`` or ``source``."""
    if found := clean(text_in(fields, "dc:publisher")):
        return found
    for element in fields.get("source", ()):
        if found := _title(gather(element, {})) if len(element) else clean(element.text or ""):
            return found[:300]
    return ""


# -- addresses --


def _entry_url(element: Element, fields: Fields, sheet: FeedSheet, base: str) -> str:
    """The page of the entry: the original link of a feed service, the link, an Atom alternate, or a permanent guid."""
    for candidate in _candidates(element, fields, sheet):
        if candidate and (url := sheet.address(candidate, base)):
            return url
    return ""


def _candidates(element: Element, fields: Fields, sheet: FeedSheet) -> Iterator[str]:
    yield text_in(fields, "feedburner:origlink", "link")
    alternates = [link for link in links_in(fields) if rel_of(link) == "alternate"]
    yield from (link.get("href") for link in sorted(alternates, key=lambda link: _link_rank(link, sheet)))
    for guid in fields.get("guid", ()):
        if guid.get("isPermaLink", "true").strip().lower() != "false":
            yield _absolute(guid.text)
    yield _absolute(element.get(RDF_ABOUT))
    yield _absolute(text_in(fields, "id"))
    yield from (content.get("src", "") for content in fields.get("content", ()))


def _absolute(text: str | None) -> str:
    text = (text or "").strip()
    return text if text.lower().startswith(("http://", "https://")) else ""


def _link_rank(link: Element, sheet: FeedSheet) -> tuple[bool, bool]:
    """Pages before data, the source's language before others (RFC 4287 §4.2.7)."""
    kind = link.get("type", "text/html").lower()
    language = primary_subtag(link.get("hreflang", ""))
    return "html" not in kind, bool(language and sheet.language and language != sheet.language)


def _attachments(fields: Fields, sheet: FeedSheet, base: str) -> Iterator[Attachment]:
    enclosed = [(element, element.get("url", "")) for element in fields.get("enclosure", ())]
    enclosed += [(link, link.get("href", "")) for link in links_in(fields) if rel_of(link) == "enclosure"]
    enclosed += [(one, one.get("url", "")) for one in fields.get("media:content", ()) if _is_document(one)]
    if not enclosed:
        return
    seen: set[str] = set()
    for element, href in enclosed[:100]:
        found = file_attachment(sheet.address(href, base), element.get("type", ""), element.get("title", ""))
        if found and found.url not in seen:
            seen.add(found.url)
            yield found


def _is_document(media: Element) -> bool:
    kind: str = media.get("type", "")
    return media.get("medium") == "document" or kind.startswith(("application/", "text/"))
