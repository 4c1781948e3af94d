"""Attachments, links and pictures that belong to an article: those inside its text, and files listed right after it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote, urlsplit

from crawler.model import Attachment, Link
from crawler.parser.article.segments import Anchor, Segments
from crawler.text.normalize import clean
from crawler.text.urls import join_url

#: Office formats of official sites in China, Japan, Korea and elsewhere; archives and tables included.
_ENDINGS = "pdf|docx?|xlsx?|pptx?|wps|et|dps|ofd|odt|ods|odp|rtf|csv|zip|rar|7z|tar\\.gz|hwpx?|ceb|ceb2|jtd|xbrl|epub"
_FILE = re.compile(rf"\.(?:{_ENDINGS})$", re.IGNORECASE)
_NAMED = re.compile(rf"\.(?:{_ENDINGS})\W{{0,3}}$", re.IGNORECASE)
#: A file's address inside a call: ``javascript:openFile('/a/b.pdf')``, ``onclick="down('b.doc')"``.
_CALLED = re.compile(rf"""['"]([^'"]{{1,500}}?\.(?:{_ENDINGS})(?:\?[^'"]{{0,300}})?)['"]""", re.IGNORECASE)
_FILE_CLASSES = ("nfw-cms-attachment", "attachment", "fujian", "file-download", "ke-insertfile", "appendix")
_FILE_QUERY = re.compile(
    rf"(?:file|filename|name|path|attach|url)=[^&]{{1,300}}?\.(?:{_ENDINGS})(?:&|$)", re.IGNORECASE
)
#: Programs that hand out files by number: ``download.jsp?id=3``, ``/attach/downfile.do?attachId=ab12``.
_SERVED = re.compile(
    r"(?:down(?:load)?(?:file|attach)?|filedown(?:load)?|getfile|showfile|readattach|attach(?:ment)?down(?:load)?)"
    r"\w{0,12}(?:\.(?:jsp|do|action|aspx?|ashx|php|cgi))?$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?:id|uuid|guid|code|key|no|seq)=\w", re.IGNORECASE)
#: What shows a file within the page. Only the start of each tag is looked at.
_FRAME = re.compile(
    r"""<(?:iframe|embed|object)\b[^>]{0,600}?\b(?:src|data)\s{0,3}=\s{0,3}["']?([^"'\s>]{1,500})""",
    re.IGNORECASE,
)
#: Viewers that are given the file's address in their own.
_VIEWED = re.compile(rf"[?&#](?:file|src|url|doc)=([^&]{{1,500}}?\.(?:{_ENDINGS}))(?:&|$)", re.IGNORECASE)
_CALLS = ("javascript:", "#", "")
_ATTRIBUTES = ("data-href", "data-url", "data-src", "data-file", "onclick")
#: Names that say what to do and not what it is.
_GENERIC = re.compile(
    r"(?:点击|點擊)?(?:下载|下載|查看|打开|附件下载|附件|預覽|预览)(?:附件|文件|全文)?|ダウンロード|다운로드"
    r"|download|view|open|pdf|here|click here",
    re.IGNORECASE,
)
_PICTURES = ("data-src", "data-original", "data-lazy-src", "src", "oldsrc")
_MAX = 500
#: How many links are looked at for them: twice what the longest of a thousand real pages has.
_MOST_LOOKED_AT = 2_500
#: How many segments after the text files may follow under a heading of their own (相关附件, 添付ファイル).
_REACH = 12


def collect_attachments(
    segments: Segments, span: tuple[int, int], base: str, markup: str = ""
) -> tuple[Attachment, ...]:
    """Files linked in the text or right after it, each address once, by the name the page gives them.

    ``markup``, of a page that has frames, is searched for files that it shows in them.
    """
    found: dict[str, str] = {}
    for anchor in _anchors_in(segments, span[0], span[1] + _REACH):
        if len(found) >= _MAX:
            break
        target = _look_at(anchor)
        if not anchor.file or not (url := join_url(base, target)):
            continue
        name = _name(anchor, url)
        if url not in found or len(name) > len(found[url]):
            found[url] = name
    for url in _framed(markup, base):
        found.setdefault(url, file_name(url))
    return tuple(Attachment(url=url, name=name) for url, name in list(found.items())[:_MAX])


def _anchors_in(segments: Segments, start: int, stop: int) -> list[Anchor]:
    return [anchor for anchor in segments.anchors if start <= anchor.position <= stop][:_MOST_LOOKED_AT]


def _look_at(anchor: Anchor) -> str:
    """Where a link leads; it is found out once, together with whether that is a file."""
    if anchor.target is None:
        anchor.target = _target(anchor)
        anchor.file = _is_file(anchor, anchor.target)
    return anchor.target


def _target(anchor: Anchor) -> str:
    """Where a link leads: its address, the one its script is given, or what an editor has kept of the original."""
    href = anchor.attribute("href").strip()
    if not href.lower().startswith(_CALLS[:2]) and href:
        return href
    for text in (href, *(anchor.attribute(name) for name in _ATTRIBUTES)):
        if _FILE.search(text.partition("?")[0][-12:]) and "(" not in text:
            return text
        if called := _CALLED.search(text[:2_000]):
            return called[1]
    return anchor.attribute("oldsrc") or href


def _is_file(anchor: Anchor, target: str) -> bool:
    path, _, query = target.partition("#")[0].strip().partition("?")
    if _FILE.search(path[-12:]) or (query and _FILE_QUERY.search(unquote(query))):
        return True
    hint = anchor.attribute("class").lower()
    if any(name in hint for name in _FILE_CLASSES) or anchor.has("download"):
        return True
    if not query:
        return False
    if _SERVED.search(path.rpartition("/")[2][-60:]) and _NUMBERED.search(query):
        return True
    return _NAMED.search(anchor.text) is not None or _NAMED.search(anchor.attribute("title")) is not None


def _name(anchor: Anchor, url: str) -> str:
    """What the page calls a file: the words of its link, unless those only say that it can be had."""
    names = [anchor.text, anchor.attribute("title"), anchor.attribute("download"), file_name(url)]
    told = [name for each in names if (name := clean(each)[:300])]
    return next((name for name in told if not _GENERIC.fullmatch(name)), told[0] if told else "")


def _framed(markup: str, base: str) -> Iterator[str]:
    """Files that frames, embeds and objects of the page show, viewers looked through."""
    for number, found in enumerate(_FRAME.finditer(markup)):
        target = unescape(found[1])
        if number >= _MAX:
            return
        viewed = _VIEWED.search(unquote(target))
        target = viewed[1] if viewed else target
        if _FILE.search(target.partition("#")[0].partition("?")[0][-12:]) and (url := join_url(base, target)):
            yield url


def file_name(url: str) -> str:
    """The last part of an address, as people read it."""
    return unquote(urlsplit(url).path.rpartition("/")[2])


def collect_links(segments: Segments, span: tuple[int, int], base: str) -> tuple[Link, ...]:
    """Links inside the text, without furniture and without the files."""
    found: dict[tuple[str, str], None] = {}
    for anchor in _anchors_in(segments, span[0], span[1] - 1):
        if len(found) >= _MAX:
            break
        if anchor.junk or not anchor.text:
            continue
        target = _look_at(anchor)
        if anchor.file:
            continue
        if url := join_url(base, target):
            found[(url, anchor.text[:300])] = None
    return tuple(Link(url=url, text=text) for url, text in found)


def collect_images(segments: Segments, span: tuple[int, int], base: str) -> tuple[str, ...]:
    """Addresses of the pictures inside the text; lazy loading keeps the real one in a data attribute."""
    found: dict[str, None] = {}
    for element, position in segments.images:
        if span[0] <= position <= span[1] and len(found) < _MAX:
            given = element.attributes
            values = [value for name in _PICTURES if (value := given.get(name))]
            url = next((url for value in values if (url := join_url(base, value))), "")
            if url:
                found[url] = None
    return tuple(found)
