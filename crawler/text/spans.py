"""Spans of time as people say them."""

from __future__ import annotations

from datetime import timedelta


def spell_span(span: timedelta) -> str:
    """40 s, 25 min, 2 h, 1 h 30 min, 3 d."""
    minutes = round(span.total_seconds() / 60)
    if minutes < 1:
        return f"{round(span.total_seconds())} s"
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{round(hours / 24)} d"
