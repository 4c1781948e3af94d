"""`gazette daemon`: checks and tells on schedule until it is told to stop."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.context import settings_of

if TYPE_CHECKING:
    from crawler.ports import Measures
    from crawler.scheduler.orders import Orders
    from crawler.settings import Settings

EXAMPLE = "Example: gazette --config /srv/gazette/config daemon --no-web"

#: Seconds that an end in good order may take beyond the grace, the last messages included.
LAST_RESORT = 15.0


def daemon(
    context: typer.Context,
    no_web: Annotated[bool, typer.Option("--no-web", help="Serve no dashboard.")] = False,
    grace: Annotated[
        str, typer.Option("--grace", help="How long checks under way may take to end after SIGTERM.")
    ] = "25s",
) -> None:
    """Keeps checking on schedule. SIGTERM or SIGINT ends it, a second one at once; SIGHUP reads the configuration."""
    import asyncio

    from crawler.scheduler.silence import end_by_force

    # Whoever sends it means an order to read the configuration, not to die, however early it comes.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    settings, span = settings_of(context), read_span(grace, "--grace")
    try:
        asyncio.run(obey(settings, lambda: settings_of(context), span, web=not no_web, force=end_by_force))
    finally:
        # It is about to end in good order: one more order to do so must not make that look like an accident.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)


async def obey(
    settings: Settings,
    load: Callable[[], Settings],
    grace: timedelta,
    *,
    web: bool,
    force: Callable[[float], None] = lambda _: None,
) -> None:
    """Runs the daemon under the orders that signals give. ``force`` ends the process in so many seconds anyhow."""
    from crawler.scheduler.daemon import run_daemon

    if not web:
        return await run_daemon(settings, take_orders(grace, force), load=load, grace=grace)
    from crawler.cli.serve import check_health
    from crawler.dashboard.listener import serving_if_possible

    def serve(
        current: Callable[[], Settings], measures: Callable[[], Measures | None]
    ) -> AbstractAsyncContextManager[None]:
        return serving_if_possible(current, lambda: check_health(current()), measures)

    return await run_daemon(settings, take_orders(grace, force), load=load, grace=grace, beside=serve)


def take_orders(grace: timedelta, force: Callable[[float], None]) -> Orders:
    """Orders that signals give, for as long as the running event loop lives. A process that cannot obey is ended."""
    import asyncio

    from crawler.scheduler.orders import Orders

    orders, loop = Orders(), asyncio.get_running_loop()

    def stop() -> None:
        force(LAST_RESORT if orders.stopping.is_set() else grace.total_seconds() + LAST_RESORT)
        orders.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    loop.add_signal_handler(signal.SIGHUP, orders.reload)
    return orders


def read_span(text: str, option: str) -> timedelta:
    """A span of time as the configuration spells them. Raises ``UsageError``."""
    from crawler.errors import UsageError
    from crawler.settings.units import read_duration

    try:
        return read_duration(text)
    except ValueError as error:
        raise UsageError(f"{option} {text!r} {error}; expected for example 90s, 2m or 1h30m") from None
