"""Files that are text already: plain text, comma-separated tables, saved pages. Read in our own process."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace

from crawler.model import BlockKind, FileOutcome, FileText
from crawler.parser.article.reader import Manner, make_blocks, read_markup
from crawler.parser.decoding import decode_html
from crawler.parser.files.forms import FileForm
from crawler.parser.files.limits import Limits
from crawler.text.normalize import clean

_BOM_FREE = "\ufeff"
_MOST_LINES = 200_000


def read_plain(body: bytes, form: FileForm, limits: Limits) -> FileText:
    """The text of a file without machinery around it, decoded like a page."""
    most = 6 * limits.characters
    text = _read_text(body[:most], form, limits)
    if len(body) <= most or not text.blocks:
        return text
    return replace(text, outcome=FileOutcome.PARTIAL, note=f"only the first {most} bytes were read")


def _read_text(body: bytes, form: FileForm, limits: Limits) -> FileText:
    decoded = decode_html(body)
    if decoded.replaced > 20 and decoded.replaced * 20 > len(decoded.text):
        return FileText(outcome=FileOutcome.DAMAGED, note="most of its characters cannot be read")
    text = decoded.text.lstrip(_BOM_FREE).replace("\r\n", "\n").replace("\r", "\n")
    if form is FileForm.MARKUP:
        return _read_saved_page(text)
    found = list(_rows(text) if form is FileForm.SHEET else _paragraphs(text))
    blocks = make_blocks(found[: limits.blocks + 1], "")
    if not blocks:
        return FileText(outcome=FileOutcome.NO_TEXT, note="the file is empty")
    return FileText(outcome=FileOutcome.READ, blocks=blocks)


def _read_saved_page(text: str) -> FileText:
    article = read_markup(text, Manner(url="", timezone="UTC"))
    if not article.blocks:
        return FileText(outcome=FileOutcome.NO_TEXT, title=article.title, note="the page holds no text")
    return FileText(outcome=FileOutcome.READ, blocks=article.blocks, title=article.title)


def _paragraphs(text: str) -> Iterator[tuple[BlockKind, str]]:
    """One block a line: how a publisher broke the lines of a plain text is part of it, and folded when compared."""
    for line in text.split("\n")[:_MOST_LINES]:
        if shown := clean(line):
            yield BlockKind.PARAGRAPH, shown


def _rows(text: str) -> Iterator[tuple[BlockKind, str]]:
    """One row a line, cells joined by bars."""
    delimiter = "\t" if text[:2_000].count("\t") > text[:2_000].count(",") else ","
    try:
        for cells in csv.reader(text.split("\n")[:_MOST_LINES], delimiter=delimiter):
            shown = " | ".join(clean(cell) for cell in cells).strip()
            if shown.strip(" |"):
                yield BlockKind.TABLE_ROW, shown
    except csv.Error:  # a field longer than 128 KiB: no table
        yield from _paragraphs(text)
