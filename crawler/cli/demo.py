"""`gazette demo`: the whole product, offline, within a minute, on one screen."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crawler.cli.output import emit

EXAMPLE = "Example: gazette demo --dir /tmp/gazette-demo"


def demo(
    directory: Annotated[Path, typer.Option("--dir", help="Where the demo leaves its database and its mail.")] = Path(
        "gazette-demo"
    ),
) -> None:
    """Serves sample sites on this machine, lets a week pass, and shows what Gazette makes of it."""
    from crawler.demo.story import play
    from crawler.logs import configure_logs

    configure_logs("error", "auto")
    play(directory, emit)
