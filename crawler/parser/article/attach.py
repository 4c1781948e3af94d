"""Attachments, links and pictures that belong to an article: those inside its text, and files listed right after it."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from crawler.model import Attachment, Link
from crawler.parser.article.segments import Anchor, Segments
from crawler.text.normalize import clean
from crawler.text.urls import join_url

#: Office formats of official sites in China, Japan, Korea and elsewhere; archives and tables included.
_FILE = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|wps|et|dps|ofd|odt|ods|odp|rtf|csv|zip|rar|7z|tar\.gz|hwpx?|ceb|ceb2|jtd|xbrl|epub)$",
    re.IGNORECASE,
)
_FILE_CLASSES = ("nfw-cms-attachment", "attachment", "fujian", "file-download", "ke-insertfile")
_FILE_QUERY = re.compile(
    r"(?:file|filename|name|path|attach)=[^&]{1,300}?\.(?:pdf|docx?|xlsx?|wps|et|ofd|zip|rar|hwpx?)(?:&|$)",
    re.IGNORECASE,
)
_PICTURES = ("data-src", "data-original", "data-lazy-src", "src", "oldsrc")
_MAX = 500
#: How many segments after the text files may follow under a heading of their own (相关附件, 添付ファイル).
_REACH = 12


def collect_attachments(segments: Segments, span: tuple[int, int], base: str) -> tuple[Attachment, ...]:
    """Files linked in the text or right after it, each address once, by the name the page gives them."""
    found: dict[str, str] = {}
    for anchor in segments.anchors:
        if not span[0] <= anchor.position <= span[1] + _REACH or len(found) >= _MAX:
            continue
        target = _target(anchor)
        if not _is_file(anchor, target) or not (url := join_url(base, target)):
            continue
        name = anchor.text or anchor.attribute("title") or file_name(url)
        if url not in found or len(name) > len(found[url]):
            found[url] = clean(name)[:300]
    return tuple(Attachment(url=url, name=name) for url, name in found.items())


def _target(anchor: Anchor) -> str:
    return anchor.attribute("href") or anchor.attribute("oldsrc")


def _is_file(anchor: Anchor, target: str) -> bool:
    path, _, query = target.partition("#")[0].strip().partition("?")
    if _FILE.search(path[-12:]) or (query and _FILE_QUERY.search(unquote(query))):
        return True
    hint = anchor.attribute("class").lower()
    return any(name in hint for name in _FILE_CLASSES)


def file_name(url: str) -> str:
    """The last part of an address, as people read it."""
    return unquote(urlsplit(url).path.rpartition("/")[2])


def collect_links(segments: Segments, span: tuple[int, int], base: str) -> tuple[Link, ...]:
    """Links inside the text, without furniture and without the files."""
    found: dict[tuple[str, str], None] = {}
    for anchor in segments.anchors:
        if anchor.junk or not span[0] <= anchor.position < span[1] or not anchor.text:
            continue
        target = _target(anchor)
        if _is_file(anchor, target) or len(found) >= _MAX:
            continue
        if url := join_url(base, target):
            found[(url, anchor.text[:300])] = None
    return tuple(Link(url=url, text=text) for url, text in found)


def collect_images(segments: Segments, span: tuple[int, int], base: str) -> tuple[str, ...]:
    """Addresses of the pictures inside the text; lazy loading keeps the real one in a data attribute."""
    found: dict[str, None] = {}
    for element, position in segments.images:
        if span[0] <= position <= span[1] and len(found) < _MAX:
            url = next((url for name in _PICTURES if (url := join_url(base, element.attribute(name)))), "")
            if url:
                found[url] = None
    return tuple(found)
