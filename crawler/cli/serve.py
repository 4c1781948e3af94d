"""`gazette serve`: the dashboard alone, beside a daemon that runs elsewhere or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import typer

from crawler.cli.context import settings_of
from crawler.cli.output import emit

if TYPE_CHECKING:
    from crawler.settings import Settings

EXAMPLE = "Example: gazette --config /srv/gazette/config serve"

#: How old the daemon's last tick may be, as `gazette health` takes it.
MAX_AGE = timedelta(minutes=2)


def serve(context: typer.Context) -> None:
    """Serves the dashboard where [web] says, until SIGTERM or SIGINT. `gazette daemon` does so by itself."""
    import asyncio

    asyncio.run(attend(settings_of(context)))


async def attend(settings: Settings) -> None:
    """Serves until a signal says stop."""
    import asyncio
    import signal

    from crawler.dashboard.listener import serving

    loop, stopping = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    async with serving(lambda: settings, lambda: check_health(settings)) as address:
        emit(f"serving {address}; Ctrl+C ends it")
        await stopping.wait()


def check_health(settings: Settings) -> tuple[bool, Mapping[str, object]]:
    """What `gazette health` would say now."""
    from crawler.cli.health import examine, health_record

    found = examine(settings, datetime.now(UTC), MAX_AGE)
    return found.is_well, health_record(found)
