"""A database that says nothing: a server that is frozen, a network that swallows what is sent.

A call to it cannot be broken off, and no error ever comes. So the log says after a while what is waited for, and an
order to stop is obeyed without it: what was committed stays, and what was not is done again after the next start.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from crawler.errors import StoreError

log = logging.getLogger(__name__)

#: Seconds without an answer after which that is trouble.
SILENCE = 60.0


@contextmanager
def minding_silence(note: Callable[[StoreError], None], seconds: float = SILENCE) -> Iterator[None]:
    """Notes trouble where what is awaited inside takes so long; it is awaited all the same."""
    error = StoreError(f"it has not answered for {seconds:g} s")
    timer = asyncio.get_running_loop().call_later(seconds, note, error)
    try:
        yield
    finally:
        timer.cancel()


def end_by_force(seconds: float) -> None:
    """Ends the process in so many seconds with 0, unless it has ended by itself until then."""
    timer = threading.Timer(seconds, _end)
    timer.daemon = True
    timer.start()


def _end() -> None:
    log.error("what is under way does not end, as where a database is silent; stopped without it, nothing is lost")
    os._exit(0)  # threads that wait for it would be joined for ever
