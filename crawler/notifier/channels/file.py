"""JSON Lines in a file: one change record, or incident, a line; for programs that follow a file."""

from __future__ import annotations

import asyncio
import fcntl
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from crawler.errors import TemporaryDeliveryError
from crawler.model import Delivery, Notice
from crawler.record import change_record, encode_record, incident_record, show_utc

BATCHES = False


@dataclass(frozen=True, kw_only=True)
class Options:
    """``[[channel]]`` of kind ``file``."""

    path: Path
    """The file; it is made, with its folder, when the first record comes."""
    format: Literal["jsonl"] = "jsonl"
    """JSON Lines: UTF-8, one object a line."""


def render(notice: Notice, options: object) -> bytes:
    """One line for each event, by seq; a test message is a line of kind ``test``."""
    records = [change_record(change, public_url=notice.public_url) for change in notice.changes]
    records += [incident_record(incident) for incident in notice.incidents]
    if notice.kind == "test":
        records = [{"kind": "test", "detected_at": show_utc(notice.created_at)}]
    return b"".join(encode_record(record) + b"\n" for record in records)


async def send(payload: bytes, delivery: Delivery, options: object) -> None:
    """Appends durably, all of it or nothing. Raises ``TemporaryDeliveryError`` (disk full, no permission)."""
    path = cast(Options, options).path
    try:
        await asyncio.to_thread(append, path, payload)
    except OSError as error:
        raise TemporaryDeliveryError(f"cannot write to {path}: {error.strerror or error}") from error


def append(path: Path, payload: bytes) -> None:
    """Appends ``payload`` in one write and waits for the disk. Raises ``OSError``; the file is as before then.

    Other processes may append too, so the file is locked. A line that a crash left unfinished gets its end here,
    so that it does not swallow the next one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        write_whole(file, payload if ends_in_line_break(file) else b"\n" + payload)
        os.fsync(file)
    finally:
        os.close(file)


def ends_in_line_break(file: int) -> bool:
    """Whether the last line is complete; true for an empty file."""
    size = os.fstat(file).st_size
    return size == 0 or os.pread(file, 1, size - 1) == b"\n"


def write_whole(file: int, payload: bytes) -> None:
    """Writes all of ``payload``, or takes back what was written of it."""
    size = os.fstat(file).st_size
    try:
        written = os.write(file, payload)
        if written != len(payload):
            raise OSError(f"only {written} of {len(payload)} bytes could be written")
    except OSError:
        os.ftruncate(file, size)
        raise
