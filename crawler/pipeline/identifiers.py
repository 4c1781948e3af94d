"""Ids that are the same however often the same thing is decided: committing twice equals committing once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from crawler.differ.identity import new_article_id
from crawler.model import ChangeKind


def article_id(keys: Sequence[str]) -> str:
    """The id of a new article: from an identity that every source would see the same, where there is one."""
    shared = (key for key in keys if not key.startswith(("id:", "doc:")))
    return new_article_id(next(shared, keys[0]))


def change_id(article: str, first_seen_at: datetime, step: int, kind: ChangeKind) -> str:
    """The id of the ``step``-th change in an article's life.

    An article that was forgotten and is found again begins another life: its changes get ids of their own.
    """
    born = first_seen_at.astimezone(UTC).isoformat()
    return "chg_" + hashlib.sha256(f"{article} {born} {step} {kind}".encode()).hexdigest()[:20]


def echo_id(article: str, first_seen_at: datetime, source: str) -> str:
    """The id under which an article of another source is told to those who follow only ``source``."""
    born = first_seen_at.astimezone(UTC).isoformat()
    return "ech_" + hashlib.sha256(f"{article} {born} {source}".encode()).hexdigest()[:20]


def sign_id(change: str, since: datetime) -> str:
    """The id of the first sign of an absence that began at ``since``: an article may be missing more than once."""
    return "sgn_" + hashlib.sha256(f"{change} {since.astimezone(UTC).isoformat()}".encode()).hexdigest()[:20]


def mass_id(changes: Iterable[str]) -> str:
    """The id of the incident that stands for these changes."""
    return "inc_" + hashlib.sha256(" ".join(sorted(changes)).encode()).hexdigest()[:16]
