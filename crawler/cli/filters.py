"""The filters that listings share."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from crawler.cli.crawl import read_instant

SourceFilter = Annotated[list[str] | None, typer.Option("--source", help="Only of this source; may be repeated.")]
KindFilter = Annotated[list[str] | None, typer.Option("--kind", help="Only this kind; may be repeated.")]
SinceFilter = Annotated[str, typer.Option("--since", help="Not before this time (RFC 3339 or YYYY-MM-DD).")]
UntilFilter = Annotated[str, typer.Option("--until", help="Before this time (RFC 3339 or YYYY-MM-DD).")]
LimitFilter = Annotated[int, typer.Option("--limit", min=1, help="At most so many.")]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON Lines.")]


def instant_or_none(text: str, option: str) -> datetime | None:
    """The instant of an option, or None when it was not given."""
    return read_instant(text, option) if text else None
