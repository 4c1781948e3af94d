"""Running a coroutine until it ends or the process is told to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

import typer

T = TypeVar("T")

STOPPING = {signal.SIGINT: 130, signal.SIGTERM: 143}


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs ``work``; on SIGINT or SIGTERM it is cancelled, and the command ends with 130 or 143.

    What was committed stays; a check in progress is dropped whole.
    """
    return asyncio.run(watch(work))


async def watch(work: Coroutine[Any, Any, T]) -> T:
    """The work as a task that signals may cancel."""
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
