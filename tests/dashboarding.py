"""The dashboard with a real server on loopback, for as long as a test asks it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx

from crawler.dashboard.listener import serving
from crawler.ports import Measures
from crawler.settings import Settings


class Served:
    """A dashboard in a thread of its own. ``settings`` may be changed while it runs, as a daemon's are."""

    def __init__(self, settings: Settings, health: tuple[bool, Mapping[str, object]]) -> None:
        self.settings = settings
        self.health = health
        self.asked_for_health = 0
        self.measures: Measures | None = None
        self.address = ""
        self._ready = threading.Event()
        self._error: BaseException | None = None

    def check_health(self) -> tuple[bool, Mapping[str, object]]:
        self.asked_for_health += 1
        return self.health

    async def _serve(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        async with serving(lambda: self.settings, self.check_health, lambda: self.measures) as self.address:
            self._ready.set()
            await self._stopping.wait()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - the test's thread shall see it
            self._error = error
        finally:
            self._ready.set()

    @contextmanager
    def running(self) -> Iterator[httpx.Client]:
        """A client of it."""
        thread = threading.Thread(target=self._run)
        thread.start()
        try:
            assert self._ready.wait(60)
            if self._error:
                raise self._error
            with httpx.Client(base_url=self.address, timeout=60, trust_env=False) as client:
                yield client
        finally:
            if self.address:
                self._loop.call_soon_threadsafe(self._stopping.set)
            thread.join(60)
        assert not thread.is_alive()
        assert self._error is None
