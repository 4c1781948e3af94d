"""Spans of time and sizes as people write them: ``"1h30m"``, ``"10MiB"``."""

from __future__ import annotations

import re
from datetime import timedelta

_DAY = 86_400
#: Seconds in each unit; a year is 365 days, as retention periods are meant.
_SECONDS = {"y": 365 * _DAY, "w": 7 * _DAY, "d": _DAY, "h": 3600, "m": 60, "s": 1, "ms": 0.001}
_SPAN = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?) ?(ms|[ywdhms])")
_BYTES = {
    "B": 1,
    "KB": 1000,
    "MB": 1000**2,
    "GB": 1000**3,
    "TB": 1000**4,
    "KiB": 1024,
    "MiB": 1024**2,
    "GiB": 1024**3,
    "TiB": 1024**4,
}
_SIZE = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?) ?([KMGT]i?B|B)")
#: Longer spans overflow dates and are slips of the finger.
LONGEST = timedelta(days=100 * 365)


def read_duration(text: object) -> timedelta:
    """The span that ``text`` spells: ``90s``, ``15m``, ``6h``, ``30d``, ``2y``, ``1h30m``. Raises ``ValueError``."""
    if isinstance(text, timedelta):
        return text
    if not isinstance(text, str) or len(text) > 64:
        raise ValueError("is not a duration")
    compact = text.strip()
    parts = _SPAN.findall(compact)
    if not parts or re.sub(r"\s", "", _SPAN.sub("", compact)):
        raise ValueError("is not a duration")
    span = timedelta(seconds=sum(float(amount) * _SECONDS[unit] for amount, unit in parts))
    if span > LONGEST:
        raise ValueError("is longer than 100 years")
    return span


def read_pause(text: object) -> timedelta:
    """A span that is longer than nothing: what is repeated after it must not spin. Raises ``ValueError``."""
    span = read_duration(text)
    if not span:
        raise ValueError("is no time at all")
    return span


def read_silence(text: object) -> timedelta:
    """How long a source may keep silent: a pause, or ``never`` to be told of it. Raises ``ValueError``."""
    return LONGEST if text == "never" else read_pause(text)


def read_size(text: object) -> int:
    """The number of bytes that ``text`` spells: ``10MiB``, ``20GiB``, or a bare number. Raises ``ValueError``."""
    if isinstance(text, int) and not isinstance(text, bool) and text >= 0:
        return text
    matched = _SIZE.fullmatch(text.strip()) if isinstance(text, str) and len(text) <= 64 else None
    if not matched:
        raise ValueError("is not a size")
    return int(float(matched[1]) * _BYTES[matched[2]])


def spell_duration(span: timedelta) -> str:
    """The shortest spelling of ``span`` that ``read_duration`` understands: ``1h30m``, ``30d``, ``0s``."""
    rest = span // timedelta(milliseconds=1)
    spelled = ""
    for unit in ("d", "h", "m", "s", "ms"):
        amount, rest = divmod(rest, round(_SECONDS[unit] * 1000))
        spelled += f"{amount}{unit}" if amount else ""
    return spelled or "0s"


def spell_size(size: int) -> str:
    """The spelling of ``size`` in the largest binary unit that divides it: ``10MiB``, ``1000B``."""
    for unit in ("TiB", "GiB", "MiB", "KiB"):
        if size and size % _BYTES[unit] == 0:
            return f"{size // _BYTES[unit]}{unit}"
    return f"{size}B"
