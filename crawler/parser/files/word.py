"""The text of a DOCX, opened by python-docx: paragraphs, headings, lists, captions, tables row by row. Sandbox only."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import docx
from docx.document import Document
from docx.opc.exceptions import PackageNotFoundError
from lxml import etree

from crawler.model import BlockKind, FileOutcome, FileText
from crawler.parser.article.reader import make_blocks
from crawler.parser.files.limits import Limits
from crawler.text.normalize import clean, squash

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
#: Repeats what another branch shows already, is not shown, or is no text.
_SKIPPED = frozenset(
    {
        "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
        *(f"{_W}{name}" for name in ("del", "moveFrom", "instrText", "delText", "pPr", "rPr", "tblPr", "tcPr", "trPr")),
    }
)
_SIGNS = {f"{_W}tab": " ", f"{_W}br": " ", f"{_W}cr": " ", f"{_W}noBreakHyphen": "-"}
_XML_PART = re.compile(r"(?:\[Content_Types\]\.xml|.*\.(?:xml|rels))", re.IGNORECASE)
_NO_TITLE = re.compile(r"(?:.*\.(?:docx?|wps)|document\s?\d*|文档\s?\d*|无标题|untitled|[\W\d_]*)", re.IGNORECASE)
_STYLES = (
    (BlockKind.HEADING, ("heading", "title", "subtitle", "标题", "見出し")),
    (BlockKind.CAPTION, ("caption", "题注", "図表番号")),
    (BlockKind.LIST_ITEM, ("list ", "list\u00a0", "列表")),
)
_DAMAGED = FileText(outcome=FileOutcome.DAMAGED, note="damaged: it cannot be opened as a DOCX")
_MAX_CELL = 5_000

Found = Iterator[tuple[BlockKind, str]]


def read_docx(body: bytes, limits: Limits) -> FileText:
    """The text of a DOCX in the order of the document. What is marked as deleted is left out."""
    try:
        if (trouble := _inspect_package(body, limits)) is not None:
            return trouble
        document = docx.Document(io.BytesIO(body))
        found = list(_Walker(_style_kinds(document)).blocks(document.element.body))
        title = _read_title(document) or next((text for kind, text in found if kind is BlockKind.HEADING), "")[:300]
    except (zipfile.BadZipFile, zlib.error, etree.LxmlError, PackageNotFoundError, KeyError, ValueError, EOFError):
        return _DAMAGED
    except (AttributeError, IndexError, TypeError, OSError, NotImplementedError):  # parts that refer to none
        return _DAMAGED
    blocks = make_blocks(found[: limits.blocks + 1], "")
    if not blocks:
        return FileText(outcome=FileOutcome.NO_TEXT, title=title, note="it holds pictures at most, and no text")
    return FileText(outcome=FileOutcome.READ, blocks=blocks, title=title)


def _inspect_package(body: bytes, limits: Limits) -> FileText | None:
    """What forbids opening it: too much in it, a password, or markup that no office program writes."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        parts = archive.infolist()
        if len(parts) > limits.parts or sum(part.file_size for part in parts) > limits.unpacked:
            note = "too large: it unpacks to more than is read"
            return FileText(outcome=FileOutcome.TOO_LARGE, note=note)
        if any(part.flag_bits & 1 for part in parts):
            return FileText(outcome=FileOutcome.ENCRYPTED, note="encrypted: it opens with a password only")
        for part in parts:
            if _XML_PART.fullmatch(part.filename) and b"<!DOCTYPE" in archive.open(part).read(2_048):
                return FileText(outcome=FileOutcome.DAMAGED, note="refused: it declares entities of its own")
    return None


def _style_kinds(document: Document) -> dict[str, BlockKind]:
    """What the paragraphs of a style are, by the style's id."""
    kinds: dict[str, BlockKind] = {}
    for style in document.styles.element.iterchildren(f"{_W}style"):
        name = style.find(f"{_W}name")
        words = (name.get(f"{_W}val") or "").lower() if name is not None else ""
        kind = next((kind for kind, starts in _STYLES if words.startswith(starts)), None)
        if kind is not None:
            kinds[style.get(f"{_W}styleId") or ""] = kind
    return kinds


def _read_title(document: Document) -> str:
    title = clean(document.core_properties.title or "")
    return "" if len(title) > 300 or _NO_TITLE.fullmatch(title) or len(squash(title)) < 2 else title


@dataclass(slots=True)
class _Walker:
    """Walks the body of a document. ``above`` holds, column by column, what a merged cell goes on with."""

    kinds: dict[str, BlockKind]
    above: dict[int, str] = field(default_factory=dict)

    def blocks(self, parent: Any) -> Found:  # noqa: ANN401 - an lxml element
        """The blocks below an element, in order; wrappers (content controls, insertions) are looked through."""
        for child in parent.iterchildren():
            if child.tag == f"{_W}p":
                yield from self.paragraph(child)
            elif child.tag == f"{_W}tbl":
                self.above = {}
                yield from self.table(child)
            elif isinstance(child.tag, str) and child.tag not in _SKIPPED:
                yield from self.blocks(child)

    def paragraph(self, element: Any) -> Found:  # noqa: ANN401 - an lxml element
        """A paragraph, then the text boxes that are anchored in it."""
        if text := clean("".join(_texts(element))):
            yield self.kind(element), text
        for box in element.iter(f"{_W}txbxContent"):
            if not any(up.tag in _SKIPPED for up in box.iterancestors()):
                yield from self.blocks(box)

    def kind(self, element: Any) -> BlockKind:  # noqa: ANN401 - an lxml element
        """What a paragraph is by its style, its level or its numbering."""
        properties = element.find(f"{_W}pPr")
        if properties is None:
            return BlockKind.PARAGRAPH
        style = properties.find(f"{_W}pStyle")
        named = self.kinds.get(style.get(f"{_W}val") or "") if style is not None else None
        if named is not None:
            return named
        if properties.find(f"{_W}outlineLvl") is not None:
            return BlockKind.HEADING
        return BlockKind.LIST_ITEM if properties.find(f"{_W}numPr") is not None else BlockKind.PARAGRAPH

    def table(self, element: Any) -> Found:  # noqa: ANN401 - an lxml element
        """One row a block. A row of one cell only frames text: its paragraphs are those of the document."""
        for row in element.iter(f"{_W}tr"):
            if next(row.iterancestors(f"{_W}tbl")) is not element:
                continue  # a row of a table within a cell
            cells = [cell for cell in row.iter(f"{_W}tc") if next(cell.iterancestors(f"{_W}tr")) is row]
            if len(cells) == 1 and cells[0].find(f"{_W}tcPr/{_W}vMerge") is None:
                yield from self.blocks(cells[0])
                continue
            text = " | ".join(self.row(cells)).strip()
            if text.strip(" |"):
                yield BlockKind.TABLE_ROW, text

    def row(self, cells: Iterable[Any]) -> Iterator[str]:
        """The texts of a row's cells; a cell merged downwards is repeated in every row that it spans."""
        column = 0
        for cell in cells:
            merged = cell.find(f"{_W}tcPr/{_W}vMerge")
            if merged is not None and merged.get(f"{_W}val") != "restart":
                yield self.above.get(column, "")
            else:
                text = clean(" ".join("".join(_texts(part)) for part in cell.iter(f"{_W}p")))[:_MAX_CELL]
                self.above[column] = text
                yield text
            column += _span(cell)


def _span(cell: Any) -> int:  # noqa: ANN401 - an lxml element
    """How many columns a cell covers."""
    span = cell.find(f"{_W}tcPr/{_W}gridSpan")
    value = span.get(f"{_W}val") if span is not None else None
    return int(value) if value and value.isdecimal() and len(value) < 4 else 1


def _texts(element: Any) -> Iterator[str]:  # noqa: ANN401 - an lxml element
    """The pieces of text of a paragraph that a reader sees; text boxes in it are paragraphs of their own."""
    for child in element.iterchildren():
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _SIGNS:
            yield _SIGNS[child.tag]
        elif child.tag not in _SKIPPED and child.tag != f"{_W}txbxContent" and isinstance(child.tag, str):
            yield from _texts(child)
