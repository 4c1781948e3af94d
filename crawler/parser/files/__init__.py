"""The text of a file that belongs to an article: PDF, DOCX, plain text, tables, saved pages. Pure, and never raises.

What opens PDF and DOCX is large and old code fed by strangers: it is imported only when such a file is read, and
``crawler.sandbox`` reads them in a process of their own. A file gives blocks like those of an article.
"""

from __future__ import annotations

from dataclasses import replace

from crawler.model import Block, FileOutcome, FileText
from crawler.parser.files.forms import FileForm, name_form, unreadable_words
from crawler.parser.files.limits import Limits

__all__ = ["FILES_VERSION", "FileForm", "Limits", "name_form", "needs_sandbox", "read_file"]

#: Raised whenever another text may be read out of the same bytes: files are then read again, and nothing is told.
FILES_VERSION = 1

_SANDBOXED = frozenset({FileForm.PDF, FileForm.DOCX})


def needs_sandbox(form: FileForm) -> bool:
    """Whether a file of this form is opened by code that must not run in our own process."""
    return form in _SANDBOXED


def read_file(body: bytes, form: FileForm, limits: Limits | None = None) -> FileText:
    """The text of a file of that form. Damage, encryption and size are outcomes; nothing is raised for them."""
    limits = limits or Limits()
    if form is FileForm.PDF:
        from crawler.parser.files.pdf import read_pdf

        return _within(read_pdf(body, limits), limits)
    if form is FileForm.DOCX:
        from crawler.parser.files.word import read_docx

        return _within(read_docx(body, limits), limits)
    if form in (FileForm.TEXT, FileForm.SHEET, FileForm.MARKUP):
        from crawler.parser.files.plain import read_plain  # with all that reads pages

        return _within(read_plain(body, form, limits), limits)
    outcome = FileOutcome.ENCRYPTED if form is FileForm.LOCKED else FileOutcome.UNREADABLE
    return FileText(outcome=outcome, note=unreadable_words(form))


def _within(text: FileText, limits: Limits) -> FileText:
    """The text cut where it is longer than what is kept, and that said."""
    kept: list[Block] = []
    left = limits.characters
    for block in text.blocks[: limits.blocks]:
        if len(block.text) > left:
            break
        left -= len(block.text)
        kept.append(block)
    if len(kept) == len(text.blocks):
        return text
    note = f"only the first {limits.characters - left} characters were read"
    return replace(text, outcome=FileOutcome.PARTIAL, blocks=tuple(kept), note=note)
