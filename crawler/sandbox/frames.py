"""What the pool and its processes say to each other: a length in four bytes, then JSON; after a job, the file."""

from __future__ import annotations

import json
from dataclasses import asdict

from crawler.model import Block, BlockKind, FileOutcome, FileText
from crawler.parser.files import FileForm, Limits

#: A text as JSON, six bytes a character at worst, and room for the blocks around it.
MAX_ANSWER = 16 * 1024 * 1024
HEADER = 4


def frame(payload: bytes) -> bytes:
    """The payload behind its length."""
    return len(payload).to_bytes(HEADER, "big") + payload


def write_job(form: FileForm, size: int, limits: Limits, cpu_seconds: int) -> bytes:
    """What to read: the form and size of the file that follows, and how much of what may be used for it."""
    job = {"form": form.value, "size": size, "limits": asdict(limits), "cpu": cpu_seconds}
    return frame(json.dumps(job).encode())


def read_job(payload: bytes) -> tuple[FileForm, int, Limits, int]:
    """The job as it was written."""
    job = json.loads(payload)
    return FileForm(job["form"]), int(job["size"]), Limits(**job["limits"]), int(job["cpu"])


def write_answer(text: FileText) -> bytes:
    """The text as the child sends it."""
    answer = {
        "outcome": text.outcome.value,
        "title": text.title,
        "note": text.note,
        "blocks": [[block.kind.value, block.text, block.language] for block in text.blocks],
    }
    return frame(json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace"))


def read_answer(payload: bytes) -> FileText:
    """The text that an answer holds. Whoever wrote it has read hostile input: raises ``ValueError`` for any other."""
    try:
        answer = json.loads(payload)
        return FileText(
            outcome=FileOutcome(answer["outcome"]),
            title=_text(answer["title"]),
            note=_text(answer["note"]),
            blocks=tuple(
                Block(kind=BlockKind(kind), text=_text(text), language=_text(language))
                for kind, text, language in answer["blocks"]
            ),
        )
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError("an answer of another shape than agreed") from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("text was expected")
    return value
