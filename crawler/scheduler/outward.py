"""What a daemon shows to the world beside its work: a call to the heartbeat address, and measures."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.bootstrap import Application, reconfigure
from crawler.pipeline.result import CheckResult
from crawler.ports import Measures
from crawler.scheduler.beacon import Beacon
from crawler.settings import Settings
from crawler.settings.values import MetricsSettings

if TYPE_CHECKING:
    from crawler.scheduler.meter import Meter

log = logging.getLogger(__name__)

#: What is open while a daemon works, from the settings and measures of the moment.
Beside = Callable[[Callable[[], Settings], Callable[[], Measures | None]], AbstractAsyncContextManager[None]]


class Outward:
    """Neither of the two can hold the daemon up or bring it down."""

    def __init__(self, beacon: Beacon) -> None:
        self._beacon = beacon
        self._meter: Meter | None = None
        self._rounds_told = 0
        self._failing = False
        self._has_measured = False

    def measured(self, application: Application) -> Application:
        """The application, its requests counted where its configuration asks for measures."""
        if application.settings.metrics == MetricsSettings():
            return application
        from crawler.scheduler.meter import MeasuredFetcher, Meter

        self._meter = self._meter or Meter()
        if isinstance(application.fetcher, MeasuredFetcher):
            return application
        fetcher = MeasuredFetcher(application.fetcher, self._meter)
        return reconfigure(replace(application, fetcher=fetcher), application.settings)

    def visited(self, result: CheckResult) -> None:
        """A visit came to its end."""
        if self._meter is not None:
            self._meter.count_check(result)

    async def beat(self, application: Application, *, rounds: int, ticked_at: datetime) -> None:
        """Shows that all goes well, where there was a good round since the last time. Raises ``StoreError``."""
        if rounds > self._rounds_told:
            self._rounds_told = rounds
            self._beacon.round_was_good(application.settings)
        wanted, meter = application.settings.metrics, self._meter
        if meter is None or wanted == MetricsSettings():
            return
        now = application.clock.now()
        ids = [source.id for source in application.settings.sources if source.enabled]
        states = await application.thread.source_states(ids)
        standing = await application.thread.call(application.store.standing, now=now)
        meter.note_standing(states, standing, ticked_at=ticked_at, now=now)
        self._has_measured = True
        if wanted.file is not None:
            await self._write(meter, wanted.file)

    async def _write(self, meter: Meter, file: Path) -> None:
        try:
            await asyncio.to_thread(meter.write, file)
        except OSError as error:
            if not self._failing:
                log.warning("the file of measures cannot be written: %s", error)
            self._failing = True
        else:
            self._failing = False

    def measures(self, settings: Settings) -> Measures | None:
        """The measures for the dashboard, those of the database as of the last sign of life.

        None where they are not asked for, or there are none yet.
        """
        if self._meter is None or not settings.metrics.web or not self._has_measured:
            return None
        return self._meter.render()

    async def close(self) -> None:
        """Waits for nothing."""
        await self._beacon.close()
