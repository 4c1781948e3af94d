"""Which form a file has: its bytes decide, name and media type only where they say nothing. Pure and cheap."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from urllib.parse import unquote, urlsplit


class FileForm(StrEnum):
    """A form of file: the first five are read, the others are only named."""

    PDF = "pdf"
    DOCX = "docx"
    TEXT = "txt"
    SHEET = "csv"
    MARKUP = "html"
    OLD_OFFICE = "doc"
    SPREADSHEET = "xlsx"
    SLIDES = "pptx"
    OPEN_DOCUMENT = "odf"
    OFD = "ofd"
    HANGUL = "hwp"
    RICH_TEXT = "rtf"
    PICTURE = "picture"
    ARCHIVE = "archive"
    LOCKED = "locked"
    UNKNOWN = "unknown"


_WORDS = {
    FileForm.OLD_OFFICE: "the text of an old office file (.doc .xls .ppt .wps .et) is not read",
    FileForm.SPREADSHEET: "the cells of a workbook (.xlsx) are not read",
    FileForm.SLIDES: "the text of slides (.pptx) is not read",
    FileForm.OPEN_DOCUMENT: "the text of an OpenDocument file (.odt .ods .odp) is not read",
    FileForm.OFD: "the text of an OFD file is not read",
    FileForm.HANGUL: "the text of a Hangul file (.hwp .hwpx) is not read",
    FileForm.RICH_TEXT: "the text of an RTF file is not read",
    FileForm.PICTURE: "a picture: words in it are not read",
    FileForm.ARCHIVE: "an archive: the files in it are not read",
    FileForm.LOCKED: "encrypted: it opens with a password only",
    FileForm.UNKNOWN: "a file of a form that is not read",
}
_PDF_REACH = 1_024
_OLE = b"\xd0\xcf\x11\xe0"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
_ARCHIVES = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_PACKED = (
    (b"word/document", FileForm.DOCX),
    (b"xl/workbook.xml", FileForm.SPREADSHEET),
    (b"xl/workbook.bin", FileForm.SPREADSHEET),
    (b"ppt/presentation.xml", FileForm.SLIDES),
    (b"OFD.xml", FileForm.OFD),
    (b"Contents/section0.xml", FileForm.HANGUL),
)
_SUFFIXES = {
    **dict.fromkeys(("txt", "text", "md"), FileForm.TEXT),
    **dict.fromkeys(("csv", "tsv"), FileForm.SHEET),
    **dict.fromkeys(("htm", "html", "shtml", "xhtml"), FileForm.MARKUP),
    **dict.fromkeys(("hwp", "hwpx"), FileForm.HANGUL),
}
_MEDIA = {"text/plain": FileForm.TEXT, "text/csv": FileForm.SHEET, "text/html": FileForm.MARKUP}
_SUFFIX = re.compile(r"\.([A-Za-z0-9]{1,5})$")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def unreadable_words(form: FileForm) -> str:
    """Why a file of this form has no text for us."""
    return _WORDS.get(form, _WORDS[FileForm.UNKNOWN])


def name_form(body: bytes, *, names: Iterable[str] = (), media_type: str = "") -> FileForm:
    """The form of a file. ``names`` are what it is called: its address, the text of its link, a name a server gave."""
    start = body[:_PDF_REACH]
    if b"%PDF-" in start:  # readers take a mark anywhere in the first kilobyte
        return FileForm.PDF
    if start.startswith(_ZIP):
        return _name_packed(body)
    suffixes = [suffix for name in names if (suffix := _suffix(name))]
    if start.startswith(_OLE) and _LOCKED in body:
        return FileForm.LOCKED
    if start.startswith(_OLE):
        return FileForm.HANGUL if "hwp" in suffixes else FileForm.OLD_OFFICE
    if start.startswith(b"{\\rtf"):
        return FileForm.RICH_TEXT
    if start.startswith(_PICTURES) or (start.startswith(b"RIFF") and start[8:12] == b"WEBP"):
        return FileForm.PICTURE
    if start.startswith(_ARCHIVES):
        return FileForm.ARCHIVE
    if b"\x00" in start and not start.startswith(_UTF_16):
        return FileForm.UNKNOWN
    named = next((_SUFFIXES[suffix] for suffix in suffixes if suffix in _SUFFIXES), None)
    return named or _MEDIA.get(media_type, FileForm.UNKNOWN)


def is_document(body: bytes) -> bool:
    """Whether the body is a document and no markup: a file that can be an article of its own. Cheap for a page."""
    start = body[:_PDF_REACH].lstrip()
    if start.startswith((b"%PDF-", _OLE, b"{\\rtf")):
        return True
    return start.startswith(_ZIP) and _name_packed(body) is not FileForm.ARCHIVE


def _name_packed(body: bytes) -> FileForm:
    """What a zip holds, by the names in its table of contents: nothing is unpacked, and it costs one search each."""
    contents = _table_of_contents(body)
    if not contents:  # a DOCX that ends early has lost its table; its parts still carry their names
        return FileForm.DOCX if b"word/" in body[:65_536] else FileForm.ARCHIVE
    for part, form in _PACKED:
        if part in contents:
            return form
    return FileForm.OPEN_DOCUMENT if body[30:38] == b"mimetype" else FileForm.ARCHIVE


def _table_of_contents(body: bytes) -> bytes:
    """The central directory of a zip as it stands (APPNOTE 4.3.12); empty where the file ends before it."""
    end = body.rfind(b"PK\x05\x06", max(0, len(body) - 65_557))
    if end < 0:
        return b""
    return body[int.from_bytes(body[end + 16 : end + 20], "little") : end]


def _suffix(name: str) -> str:
    """The ending of a name or of the last part of an address, lower-case."""
    try:
        path = urlsplit(name).path if "://" in name else name
    except ValueError:
        path = name
    found = _SUFFIX.search(unquote(path).strip())
    return found[1].lower() if found else ""
