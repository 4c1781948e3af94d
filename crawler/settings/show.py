"""Values as a person would write them in TOML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import PurePath

from crawler.settings.units import LONGEST, spell_duration, spell_size

#: Numbers of bytes, written as sizes.
_SIZES = ("max_bytes", "max_size")
#: Longer values are cut in messages.
LONGEST_SHOWN = 80


def write_value(value: object) -> str:
    """``value`` in TOML notation; spans of time are spelled."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, timedelta):
        return f'"{spell_duration(value)}"'
    if isinstance(value, str | PurePath):
        return json.dumps(str(value), ensure_ascii=False)
    if isinstance(value, Mapping):
        inner = ", ".join(f"{key} = {write_value(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, tuple | list | frozenset):
        items = sorted(value) if isinstance(value, frozenset) else value
        return f"[{', '.join(write_value(item) for item in items)}]"
    return str(value)


def write_setting(key: str, value: object, plain: str = "") -> str:
    """The value of ``key`` as it would be written: sizes with their unit, None as its ``plain`` word."""
    if value is None:
        return write_value(plain)
    if key == "quiet_after" and value == LONGEST:
        return write_value("never")
    if key in _SIZES and isinstance(value, int):
        return write_value(spell_size(value))
    return write_value(value)


def spell(value: object) -> str:
    """``value`` for a message: in TOML notation, cut where it is long, control characters escaped."""
    text = write_value(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
