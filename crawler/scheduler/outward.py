"""What a daemon shows to the world beside its work: a call to the heartbeat address, and a file of measures."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from crawler.bootstrap import Application, reconfigure
from crawler.pipeline.check import CheckResult
from crawler.scheduler.beacon import Beacon

if TYPE_CHECKING:
    from crawler.scheduler.meter import Meter

log = logging.getLogger(__name__)


class Outward:
    """Neither of the two can hold the daemon up or bring it down."""

    def __init__(self, beacon: Beacon) -> None:
        self._beacon = beacon
        self._meter: Meter | None = None
        self._rounds_told = 0
        self._failing = False

    def measured(self, application: Application) -> Application:
        """The application, its requests counted where its configuration asks for measures."""
        if application.settings.metrics is None:
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
        file, meter = application.settings.metrics, self._meter
        if file is None or meter is None:
            return
        now = application.clock.now()
        ids = [source.id for source in application.settings.sources if source.enabled]
        states = await application.thread.source_states(ids)
        standing = await application.thread.call(application.store.standing, now=now)
        try:
            await asyncio.to_thread(meter.write, file, states, standing, ticked_at=ticked_at, now=now)
        except OSError as error:
            if not self._failing:
                log.warning("the file of measures cannot be written: %s", error)
            self._failing = True
        else:
            self._failing = False

    async def close(self) -> None:
        """Waits for nothing."""
        await self._beacon.close()
