"""The clockwork: a few ticks of APScheduler, each of which only wakes a worker.

No job for each source and no job store: what is due stands in the database. A tick does no work itself, so that a slow
database makes ticks fall together instead of piling up. And because APScheduler goes by the wall clock, which may be
set back, a worker that hears nothing for long starts by itself.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = logging.getLogger(__name__)

Work = Callable[[], Awaitable[None]]

#: A worker that was not woken for so many of its intervals, in real time, starts by itself.
PATIENCE = 10


class Ticks:
    """Wakes workers by name, each every so many seconds. Needs a running event loop from ``start`` on."""

    def __init__(
        self,
        seconds: Mapping[str, float],
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pause = pause
        self._monotonic = monotonic
        self._seconds = dict(seconds)
        self._bells = {name: asyncio.Event() for name in seconds}
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def start(self) -> None:
        """Begins to tick; every worker is woken at once."""
        self._scheduler.add_listener(report_trouble, EVENT_JOB_ERROR | EVENT_JOB_MISSED)
        for name, seconds in self._seconds.items():
            self._scheduler.add_job(
                self._ring,
                "interval",
                args=(name,),
                seconds=seconds,
                id=name,
                replace_existing=True,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )
            self.wake(name)
        self._scheduler.start()

    def stop(self) -> None:
        """Ticks no more. Workers are left alone: APScheduler would cancel what it runs itself."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def start_over(self) -> None:
        """Ticks from now on, and once at once: after the clock was set back, the ticks planned before lie far ahead."""
        for name, seconds in self._seconds.items():
            self._scheduler.reschedule_job(name, trigger="interval", seconds=seconds)
            self.wake(name)

    def wake(self, name: str) -> None:
        """Lets the worker run now, or once more when it is running."""
        self._bells[name].set()

    async def _ring(self, name: str) -> None:
        self.wake(name)

    async def follow(self, name: str, work: Work, *, share: float = 1.0) -> None:
        """Runs ``work`` whenever it is woken, one run at a time, until cancelled; no mistake in it ends this.

        It runs for at most that ``share`` of the time, as far as a rest of one of its intervals brings that about:
        what wakes it may be what it began itself, a thousand times a minute.
        """
        bell, patience = self._bells[name], self._seconds[name] * PATIENCE
        while True:
            try:
                async with asyncio.timeout(patience):  # wait_for of Python 3.11 may swallow a cancellation
                    await bell.wait()
            except TimeoutError:
                log.debug("no tick for long", extra={"worker": name, "seconds": patience})
            bell.clear()
            began = self._monotonic()
            try:
                await work()
            except Exception:
                log.exception("the %s worker made a mistake; it goes on with its next tick", name)
            if share < 1:
                await self._pause(min((self._monotonic() - began) * (1 / share - 1), self._seconds[name]))


def report_trouble(event: JobExecutionEvent) -> None:
    """Says what APScheduler could not do; a tick that is missed comes again."""
    log.warning("a tick went wrong", extra={"tick": event.job_id, "error": str(event.exception or "missed")})


async def cancel(*tasks: asyncio.Future[None]) -> None:
    """Cancels tasks and waits for their end."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
