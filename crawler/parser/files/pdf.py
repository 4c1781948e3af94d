"""The text of a PDF, by PDFium: lines with their place on the page, then paragraphs. Runs in the sandbox only."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as raw

from crawler.model import BlockKind, FileOutcome, FileText
from crawler.parser.article.reader import make_blocks
from crawler.parser.files.layout import Line, drop_running_lines, in_reading_order
from crawler.parser.files.limits import Limits
from crawler.parser.files.paragraphs import join_lines
from crawler.text.normalize import clean, squash

#: What PDFium puts where a word was divided at the end of a line.
_HYPHENS = str.maketrans({"\ufffe": "\u00ad", "\x02": "\u00ad"})
#: PDFium ends a line where a word is divided without a break; the halves have places of their own.
_LINE = re.compile("[^\r\n\u00ad]*(?:\u00ad|\r\n|\r|\n)|[^\r\n\u00ad]+")
#: Characters of fonts that do not say what they show.
_UNTOLD = re.compile("[\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]|\x00")
_UNTOLD_SHARE = 0.3
#: A gap of so many letter heights inside a line parts the cells of a table.
_CELL_GAP = 1.3
_NO_TITLE = re.compile(
    r"(?:microsoft\s?(?:word|excel|powerpoint)\b.*|untitled.*|无标题.*|無題.*|标题|title|文档\s?\d{0,3}|document\s?\d{0,3}"
    r"|.*\.(?:docx?|xlsx?|pptx?|pdf|wps|indd|html?|tmp|rtf|ai|cdr|qxd)|[\W\d_]*)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Sheets:
    """The pages as they were read."""

    pages: list[list[Line]]
    count: int = 0
    silent: int = 0
    broken: int = 0
    untold: int = 0
    is_cut: bool = False


def read_pdf(body: bytes, limits: Limits) -> FileText:
    """The text of a PDF in reading order, without what repeats at the edges of its pages."""
    start = body.find(b"%PDF-", 0, 1_024)
    try:
        document = pypdfium2.PdfDocument(body[max(start, 0) :])
    except pypdfium2.PdfiumError as error:
        if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            return FileText(outcome=FileOutcome.ENCRYPTED, note="encrypted: it opens with a password only")
        return FileText(outcome=FileOutcome.DAMAGED, note="damaged: it cannot be opened as a PDF")
    try:
        return _compose(_read_pages(document, limits), _read_title(document))
    except pypdfium2.PdfiumError:
        return FileText(outcome=FileOutcome.DAMAGED, note="damaged: its pages cannot be read")
    finally:
        document.close()


def _compose(sheets: _Sheets, title: str) -> FileText:
    found = join_lines(drop_running_lines(sheets.pages))
    blocks = make_blocks(found, "")
    title = title or next((text for kind, text in found if kind is BlockKind.HEADING), "")[:300]
    if not blocks:
        if sheets.untold:
            return FileText(outcome=FileOutcome.NO_TEXT, title=title, note="its fonts do not say what they show")
        if sheets.broken == len(sheets.pages):
            return FileText(outcome=FileOutcome.DAMAGED, title=title, note="damaged: none of its pages can be read")
        words = "a scan, or pictures: its pages hold no text" if sheets.silent else "its pages hold no text"
        return FileText(outcome=FileOutcome.NO_TEXT, title=title, note=words)
    notes = []
    if sheets.is_cut:
        notes.append(f"only its first {len(sheets.pages)} of {sheets.count} pages were read")
    if sheets.silent:
        notes.append(f"{sheets.silent} of its pages hold pictures and no text")
    if sheets.broken:
        notes.append(f"{sheets.broken} of its pages are damaged")
    if sheets.untold:
        notes.append(f"{sheets.untold} of its pages are in fonts that do not say what they show")
    outcome = FileOutcome.PARTIAL if notes else FileOutcome.READ
    return FileText(outcome=outcome, blocks=blocks, title=title, note="; ".join(notes))


def _read_pages(document: pypdfium2.PdfDocument, limits: Limits) -> _Sheets:
    sheets = _Sheets([], count=len(document))
    characters = 0
    for number in range(sheets.count):
        if number >= limits.pages or characters > limits.characters:
            sheets.is_cut = True
            break
        try:
            lines, has_picture = _read_page(document, number)
        except pypdfium2.PdfiumError:
            lines, has_picture = [], False
            sheets.broken += 1
        text = "".join(line.text for line in lines)
        if len(_UNTOLD.findall(text)) > _UNTOLD_SHARE * len(text):
            sheets.untold += 1
            lines = []
        elif not lines and has_picture:
            sheets.silent += 1
        characters += len(text)
        sheets.pages.append(in_reading_order(lines))
    return sheets


def _read_page(document: pypdfium2.PdfDocument, number: int) -> tuple[list[Line], bool]:
    """The lines of a page and whether it holds anything at all. Raises ``PdfiumError`` where it cannot be loaded."""
    page = document[number]
    try:
        textpage = page.get_textpage()
        try:
            lines = list(_lines(textpage, number, page.get_size()))
        finally:
            textpage.close()
        return lines, bool(lines) or raw.FPDFPage_CountObjects(page) > 0
    finally:
        page.close()


def _lines(textpage: pypdfium2.PdfTextPage, page: int, paper: tuple[float, float]) -> Iterator[Line]:
    text = textpage.get_text_range().translate(_HYPHENS)
    at = 0  # in UTF-16 units, as PDFium counts
    for line in _LINE.findall(text):
        units = len(line) + sum(char > "\uffff" for char in line)
        shown = line.strip()
        if shown.strip("\u00ad"):
            lead = len(line) - len(line.lstrip())
            span = at + lead, at + lead + units - (len(line) - len(shown))
            yield _measure(textpage, shown, span, page, paper)
        at += units


def _measure(
    textpage: pypdfium2.PdfTextPage, text: str, span: tuple[int, int], page: int, paper: tuple[float, float]
) -> Line:
    line = Line(text=_shown(text), page=page, width=paper[0], height=paper[1])
    first = _box(textpage, span[0])
    last = _box(textpage, span[1] - 1) or _box(textpage, span[1] - 2)  # the mark of a divided word has no place
    if first is None or last is None:
        return line
    line.left, line.right = min(first[0], last[0]), max(first[2], last[2])
    line.bottom, line.top = min(first[1], last[1]), max(first[3], last[3])
    line.size = max(first[3] - first[1], 1.0)
    if line.is_spread and (cells := _cells(textpage, text, span, line.size)):
        line.text, line.is_row = " | ".join(cells), True
    return line


def _cells(textpage: pypdfium2.PdfTextPage, text: str, span: tuple[int, int], size: float) -> list[str]:
    """The cells of a line that is wider than its letters; none where its gaps are those of words."""
    if len(text) != span[1] - span[0]:
        return []
    cells, begin, edge = [], 0, None
    for offset, char in enumerate(text):
        if char.isspace() or (box := _box(textpage, span[0] + offset)) is None:
            continue
        if edge is not None and box[0] - edge > _CELL_GAP * size:
            cells.append(_shown(text[begin:offset]))
            begin = offset
        edge = box[2]
    cells.append(_shown(text[begin:]))
    return [cell for cell in cells if cell] if len(cells) > 1 else []


def _shown(text: str) -> str:
    """For display; the mark of a divided word at the end of a line stays, for the paragraph to join it."""
    divided = text.endswith("\u00ad")
    return clean(text.replace("\u00ad", "")) + ("\u00ad" if divided else "")


def _box(textpage: pypdfium2.PdfTextPage, index: int) -> tuple[float, float, float, float] | None:
    """Left, bottom, right and top of the character that the text holds at ``index``."""
    at = raw.FPDFText_GetCharIndexFromTextIndex(textpage, index)
    box = raw.FS_RECTF()
    if at < 0 or not raw.FPDFText_GetLooseCharBox(textpage, at, ctypes.byref(box)):
        return None
    return box.left, box.bottom, box.right, box.top


def _read_title(document: pypdfium2.PdfDocument) -> str:
    """What the file calls itself, where a person wrote it and not a program."""
    try:
        title = clean(document.get_metadata_value("Title"))
    except (pypdfium2.PdfiumError, UnicodeDecodeError):
        return ""
    if len(title) > 300 or _NO_TITLE.fullmatch(title) or _UNTOLD.search(title):
        return ""
    return title if len(squash(title)) > 1 else ""
