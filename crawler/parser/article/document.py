"""A file that is itself the article: a PDF that a list links to, a rulebook that is watched alone."""

from __future__ import annotations

from crawler.model import (
    Article,
    Assessment,
    Attachment,
    BlockKind,
    Entry,
    Fetched,
    FileOutcome,
    FileText,
    Reading,
    Source,
    Verdict,
)
from crawler.parser.article.attach import file_name
from crawler.parser.article.reader import order_languages
from crawler.text.normalize import fold, shorten

#: The longest first line that can be a title.
_MAX_TITLE = 120
#: What may be the transfer's fault, or ours: nothing is concluded from it.
_DOUBTFUL = {FileOutcome.DAMAGED: Verdict.DECODE_ERROR, FileOutcome.NOT_TRIED: Verdict.UNEXPECTED}


def read_document(fetched: Fetched, text: FileText, source: Source, entry: Entry | None) -> Reading:
    """The record of a file. One without text we can read is known by its bytes, as an attachment of its own."""
    if text.outcome in _DOUBTFUL:
        return Reading(assessment=Assessment(verdict=_DOUBTFUL[text.outcome], reason=text.note))
    title, origin = _name(fetched, text, entry)
    blocks = text.blocks[1:] if text.blocks and fold(text.blocks[0].text) == fold(title) else text.blocks
    languages = order_languages(text.blocks)
    article = Article(
        url=fetched.url,
        title=title,
        blocks=blocks,
        publisher=source.publisher,
        language=languages[0] if languages else source.language[:2],
        languages=languages,
        attachments=() if text.outcome is FileOutcome.READ else (_itself(fetched, text),),
        provenance=(("title", origin), ("body", "file")),
    )
    return Reading(assessment=Assessment(verdict=Verdict.OK, reason=text.note), article=article)


def _name(fetched: Fetched, text: FileText, entry: Entry | None) -> tuple[str, str]:
    """What the article is called, and who says so: the list, the file, its first line, its address."""
    if entry is not None and entry.title:
        return entry.title, "listing"
    if text.title:
        return text.title, "file"
    first = next((block for block in text.blocks if block.kind in (BlockKind.HEADING, BlockKind.PARAGRAPH)), None)
    if first is not None and len(first.text) <= _MAX_TITLE:
        return first.text, "file"
    return file_name(fetched.url) or shorten(fetched.url, _MAX_TITLE), "address"


def _itself(fetched: Fetched, text: FileText) -> Attachment:
    return Attachment(
        url=fetched.url, name=file_name(fetched.url) or fetched.url, sha256=fetched.sha256, note=text.note
    )
