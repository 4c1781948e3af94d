"""A daemon in this process, over real HTTP and a real database, with a clock that the test moves."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.bootstrap import open_database
from crawler.model import Change, SourceState
from crawler.ports import Measures
from crawler.scheduler.daemon import Intervals, run_daemon
from crawler.scheduler.orders import Orders
from crawler.settings import Settings, load_settings
from storage.store import SqlStore
from tests.newsroom import write_config

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
QUICK = Intervals(due=0.02, outbox=0.02, heartbeat=0.05, upkeep=0.1)
TOLD = (
    '[[channel]]\nname = "out"\nkind = "file"\npath = "told.jsonl"\n[[subscription]]\nname = "all"\nchannel = "out"\n'
)


@dataclass
class Running:
    """A daemon at work. ``waits`` holds second looks back until it is set."""

    config: Path
    settings: Settings
    orders: Orders = field(default_factory=Orders)
    at: datetime = NOON
    waits: asyncio.Event = field(default_factory=asyncio.Event)
    paused: list[float] = field(default_factory=list)
    measures: Callable[[], Measures | None] = lambda: None

    def now(self) -> datetime:
        return self.at

    def load(self) -> Settings:
        return load_settings(self.config, {})

    async def pause(self, seconds: float) -> None:
        self.paused.append(seconds)
        await self.waits.wait()

    @asynccontextmanager
    async def stand_beside(self, _, measures):
        """Where the dashboard would be."""
        self.measures = measures
        yield

    @asynccontextmanager
    async def work(self, grace: float = 5.0):
        self.orders = Orders()
        daemon = asyncio.create_task(
            run_daemon(
                self.load(),
                self.orders,
                load=self.load,
                clock=self,
                grace=timedelta(seconds=grace),
                intervals=QUICK,
                pause=self.pause,
                beside=self.stand_beside,
            )
        )
        try:
            yield daemon
        finally:
            self.orders.stop()
            await asyncio.wait_for(daemon, 60)

    def pass_time(self, span: timedelta) -> None:
        self.at += span

    async def until(self, is_true, seconds: float = 60.0) -> None:
        async with asyncio.timeout(seconds):
            while not is_true():  # noqa: ASYNC110 - what it waits for may stand in a file
                await asyncio.sleep(0.01)

    async def rest(self, seconds: float = 0.15) -> None:
        """Long enough for several ticks of every worker: only for what must not happen meanwhile."""
        await asyncio.sleep(seconds)

    def store(self) -> SqlStore:
        return open_database(self.settings)

    def changes(self) -> list[Change]:
        with self.store() as store:
            return store.list_changes(after=0, limit=1000)

    def told(self) -> list[tuple[str, str]]:
        return [(change.kind.value, change.article.title) for change in self.changes() if not change.baseline]

    def state(self, source: str = "harbour") -> SourceState | None:
        with self.store() as store:
            return store.source_states([source]).get(source)

    def delivered(self) -> list[dict]:
        path = self.config.parent / "told.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def set_up(config: Path) -> Running:
    return Running(config, load_settings(config, {}))


def rewrite(running: Running, site, *blocks: str) -> None:
    write_config(running.config.parent, site, *blocks, confirm="20s", more=TOLD)
