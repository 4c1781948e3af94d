"""How much of a file is read at most."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one reading. ``unpacked`` is in bytes: all parts of an office document together."""

    pages: int = 2_000
    characters: int = 600_000
    blocks: int = 20_000
    unpacked: int = 100 * 1024 * 1024
    parts: int = 5_000
