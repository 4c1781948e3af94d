"""A reader of files for tests that are about something else: every file is text, and it remembers what it was given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from crawler.model import Block, BlockKind, FileOutcome, FileText


@dataclass
class PlainReader:
    """See ``crawler.ports.FileReader``. With another ``outcome`` it has no text for any file."""

    outcome: FileOutcome = FileOutcome.READ
    bodies: list[bytes] = field(default_factory=list)

    async def read(self, body: bytes, *, names: Sequence[str] = (), media_type: str = "") -> FileText:
        self.bodies.append(body)
        text = body.decode("utf-8", "replace").strip()
        if self.outcome is not FileOutcome.READ:
            return FileText(outcome=self.outcome, note="as the test has it")
        if not text:
            return FileText(outcome=FileOutcome.NO_TEXT, note="there is no text in it")
        return FileText(outcome=FileOutcome.READ, blocks=(Block(kind=BlockKind.PARAGRAPH, text=text),))
