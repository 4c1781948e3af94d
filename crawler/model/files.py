"""Text in blocks, and what came of reading it out of a file."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.model.words import BlockKind, FileOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block of an article's text. ``language`` is a BCP 47 primary subtag or empty when nothing tells."""

    kind: BlockKind
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileText:
    """What came of reading a file: its text in blocks, or words why there is none. Never an exception.

    ``title`` is what the file calls itself; ``note`` is a clause for people, set unless all of it was read.
    """

    outcome: FileOutcome
    blocks: tuple[Block, ...] = ()
    title: str = ""
    note: str = ""
