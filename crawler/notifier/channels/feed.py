"""Changes as a feed in a file, Atom or JSON Feed, for readers of feeds: one entry for each change."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from crawler.errors import TemporaryDeliveryError
from crawler.model import Delivery, Notice
from crawler.notifier.message.feed import FeedHead, Item, encode_items, items_of, write_feed

BATCHES = False

#: A file that grew beyond this is not ours, or somebody's mistake: it is begun anew.
LARGEST = 64 * 1024 * 1024
#: Where Atom, which has no place for it, keeps what the entries were made from.
_STORE = ".items.json"


@dataclass(frozen=True, kw_only=True)
class Options:
    """``[[channel]]`` of kind ``feed``."""

    path: Path
    """The file; it is replaced as a whole, so that readers never see half of it."""
    format: Literal["atom", "json"] = "atom"
    """Atom (RFC 4287) or JSON Feed 1.1."""
    limit: int = 100
    """How many entries it holds; the oldest go first."""
    title: str = "Gazette"
    """What readers call it."""
    url: str = ""
    """Where the file can be had, if a web server offers it."""

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= 10_000:
            raise ValueError("limit must be from 1 to 10000")


def render(notice: Notice, options: object) -> bytes:
    """The entries of the notice, as items of a JSON Feed. Pure."""
    return encode_items(items_of(notice))


async def send(payload: bytes, delivery: Delivery, options: object) -> None:
    """Puts the entries at the top, once each. Raises ``TemporaryDeliveryError`` (disk full, no permission)."""
    settings = cast(Options, options)
    try:
        await asyncio.to_thread(publish, json.loads(payload), settings)
    except OSError as error:
        raise TemporaryDeliveryError(f"cannot write to {settings.path}: {error.strerror or error}") from error


def publish(items: Sequence[Item], settings: Options) -> None:
    """Writes the feed with ``items`` in it, all of it or nothing. Raises ``OSError``; the file is as before then."""
    settings.path.parent.mkdir(parents=True, exist_ok=True)
    with locked(settings.path):
        kept = merge(items, read_items(settings), settings.limit)
        head = FeedHead(name=settings.path.stem, title=settings.title, self_url=settings.url)
        if settings.format == "atom":
            replace_file(beside(settings.path, _STORE), encode_items(kept))
        replace_file(settings.path, write_feed(settings.format, kept, head))


def merge(items: Sequence[Item], kept: Sequence[Item], limit: int) -> list[Item]:
    """New entries, then those that were there, newest first; what was there already stays where it was."""
    known = {str(item["id"]) for item in kept}
    fresh = [item for item in items if item["id"] not in known]
    return sorted([*fresh, *kept], key=lambda item: str(item["date_modified"]), reverse=True)[:limit]


def read_items(settings: Options) -> list[Item]:
    """The entries that are there; none where the file is missing, or is no feed of ours."""
    path = beside(settings.path, _STORE) if settings.format == "atom" else settings.path
    try:
        if path.stat().st_size > LARGEST:
            return []
        document: Any = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError, RecursionError):
        return []
    items = document.get("items") if isinstance(document, dict) else document
    return [item for item in items if is_item(item)] if isinstance(items, list) else []


def is_item(item: object) -> bool:
    """Whether it is an entry as we write them."""
    needed = ("id", "title", "content_html", "date_published", "date_modified")
    return isinstance(item, dict) and all(isinstance(item.get(key), str) for key in needed)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One writer at a time, of any process; the lock is a file of its own because the feed itself is replaced."""
    file = os.open(beside(path, ".lock"), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def replace_file(path: Path, content: bytes) -> None:
    """Writes beside ``path``, waits for the disk, and takes its place."""
    draft = beside(path, f".{os.getpid()}.partial")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def beside(path: Path, ending: str) -> Path:
    """A hidden file of the same name in the same folder."""
    return path.with_name(f".{path.name.lstrip('.')}{ending}")
