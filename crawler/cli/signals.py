"""Running a coroutine until it ends or the process is told to stop."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

import typer

T = TypeVar("T")

STOPPING = {signal.SIGINT: 130, signal.SIGTERM: 143}
#: New objects that the garbage collector leaves alone; Python's own number is made for small programs.
_MANY = 20_000


def stop_on_signals() -> None:
    """Makes SIGINT and SIGTERM end the process with 130 and 143 wherever it is, cleaning up on the way."""
    for number in STOPPING:
        signal.signal(number, lambda number, _: sys.exit(STOPPING[signal.Signals(number)]))


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs ``work``; on SIGINT or SIGTERM it is cancelled, and the command ends with 130 or 143.

    What was committed stays; a check in progress is dropped whole.
    """
    import asyncio

    gc.freeze()  # what was imported, and the configuration, is never garbage
    gc.set_threshold(_MANY, 50, 100)  # and of what a crawl makes, hardly anything is left for the collector
    try:
        return asyncio.run(watch(work))
    finally:
        stop_on_signals()
        gc.freeze()  # what is left goes with the process


def collect_rarely() -> None:
    """Lets the garbage collector look less often: starting up makes thousands of things that stay."""
    gc.set_threshold(_MANY)


async def watch(work: Coroutine[Any, Any, T]) -> T:
    """The work as a task that signals may cancel."""
    import asyncio

    loop, received = asyncio.get_running_loop(), list[int]()
    task = asyncio.ensure_future(work)

    def stop(number: int) -> None:
        received.append(number)
        task.cancel()

    for number in STOPPING:
        loop.add_signal_handler(number, stop, number)
    try:
        return await task
    except asyncio.CancelledError:
        if received:
            typer.echo("gazette: interrupted; what was committed stays known", err=True)
            raise typer.Exit(STOPPING[signal.Signals(received[0])]) from None
        raise
    finally:
        for number in STOPPING:
            loop.remove_signal_handler(number)
