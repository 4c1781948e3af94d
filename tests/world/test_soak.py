"""Months of a daemon's life in minutes: what should stay flat stays flat.

The real daemon with its real workers, over real HTTP against sites that post, edit, remove and restore; only the clock
is the test's. Memory, open files and tasks must not grow with time, snapshots stay within their limit or are those that
articles need, and the database grows by what happened and by nothing else.
"""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.bootstrap import open_database, open_snapshots
from crawler.scheduler.daemon import Intervals, run_daemon
from crawler.scheduler.orders import Orders
from crawler.settings import Settings, load_settings
from storage.proof import Flaw, Tally, verify
from tests.newsroom import TO_FILE
from tests.world.play import CONFIG, Clock, no_pause, source_block
from tests.world.story import SMALL, Director, build_director
from tests.world.truth import Truth

MONTHS = int(os.environ.get("GAZETTE_SOAK_MONTHS", "3"))
STEP = timedelta(hours=6)
STEPS_A_MONTH = timedelta(days=30) // STEP
SHAPES = sorted(SMALL.shapes)[:4]
LIMIT = 700_000
MORE = f"""
[retention]
snapshots = "20d"
changes = "20d"
max_size = "{LIMIT}B"
{TO_FILE}"""
QUICK = Intervals(due=0.01, outbox=0.02, heartbeat=0.05, upkeep=0.05)


@dataclass(frozen=True)
class Sample:
    """What the process and its files take up at the end of a month."""

    memory: int
    files: int
    tasks: int
    database: int
    snapshots: int
    observations: int
    articles: int


@dataclass
class Soak:
    """A daemon at work, and the sites it watches."""

    settings: Settings
    clock: Clock
    directors: list[Director]
    daemon: asyncio.Task[None]
    step: int = 0

    async def live(self, steps: int) -> None:
        """Lets ``steps`` go by: things happen once a day, and the daemon works off what is due."""
        with open_database(self.settings) as store:
            for _ in range(steps):
                self.step += 1
                if self.step % 4 == 0:
                    for director in self.directors:
                        director.act(self.step)
                self.clock.time += STEP
                await self.settle(store)

    async def settle(self, store) -> None:
        """Until nothing is due; a source that rests after trouble is not waited for."""
        for _ in range(150):
            await asyncio.sleep(0.02)
            now = self.clock.now()
            if not store.due_sources(now=now) and not store.sources_with_due_articles(now=now):
                return
        assert not self.daemon.done()

    def sample(self) -> Sample:
        gc.collect()
        folder = self.settings.folder
        with open_database(self.settings) as store:
            ((observations,),) = store.database.fetch("SELECT count(*) FROM observation")
            ((pages,),) = store.database.fetch("SELECT page_count FROM pragma_page_count")
            articles = store.count_articles()
        return Sample(
            memory=int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE"),
            files=len(list(Path("/proc/self/fd").iterdir())),
            tasks=len(asyncio.all_tasks()),
            database=pages * 4096,
            snapshots=sum(file.stat().st_size for file in (folder / "snapshots").rglob("*.zst")),
            observations=observations,
            articles=articles,
        )


@asynccontextmanager
async def soaking(folder: Path) -> AsyncIterator[Soak]:
    clock, orders, truth = Clock(), Orders(), Truth()
    directors = [build_director(5, shape, 0, SMALL, clock, truth) for shape in SHAPES]
    async with AsyncExitStack() as stack:
        for director in directors:
            director.site.window = 30
            await director.site.host.start()
            stack.push_async_callback(director.site.host.stop)
        blocks = [source_block(director.site, "") for director in directors]
        path = folder / "gazette.toml"
        config = CONFIG.format(ladder='["6h", "1d", "7d"]', then_every="15d").replace(
            "concurrency = 4", "concurrency = 8"
        )
        path.write_text(config.replace('after = "20s"', 'after = "1s"') + "\n".join(blocks) + MORE, encoding="utf-8")
        settings = load_settings(path, {})
        work = run_daemon(settings, orders, load=lambda: settings, clock=clock, intervals=QUICK, pause=no_pause)
        daemon = asyncio.create_task(work)
        try:
            yield Soak(settings, clock, directors, daemon)
        finally:
            orders.stop()
            await asyncio.wait_for(daemon, 60)


async def soak(folder: Path) -> tuple[list[Sample], list[Flaw]]:
    async with soaking(folder) as life:
        samples = []
        for _ in range(MONTHS):
            await life.live(STEPS_A_MONTH)
            samples.append(life.sample())
    with open_database(life.settings) as store:
        snapshots = open_snapshots(life.settings, store)
        return samples, list(verify(store, snapshots, Tally(), released_before=life.clock.now()))


@pytest.mark.slow
def test_months_go_by_and_what_should_stay_flat_stays_flat(tmp_path):
    samples, broken = asyncio.run(soak(tmp_path))
    first, second, *_, last = samples
    told = "\n".join(str(sample) for sample in samples)

    assert broken == []
    assert last.observations > 3 * first.observations / 2, told
    assert last.articles > first.articles, told
    assert last.files <= second.files + 8, told
    assert last.tasks <= second.tasks + 8, told
    assert last.memory < 1.15 * second.memory + 8_000_000, told
    assert last.snapshots < max(1.2 * LIMIT, 1.2 * last.articles * first.snapshots / first.articles), told
    growth = (last.database - second.database) / (last.observations - second.observations)
    assert growth < 1.3 * second.database / second.observations, told
