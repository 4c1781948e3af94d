"""Plays a world: real HTTP, the real fetcher, checker and store, and a clock that only the play moves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from crawler.bootstrap import build_checker, open_database, open_snapshots
from crawler.fetcher.client import HttpFetcher
from crawler.fetcher.connect import NameUnresolved
from crawler.model import Change, Incident
from crawler.pipeline.check import Checker
from crawler.pipeline.result import CheckResult, Recheck
from crawler.pipeline.round import run_round
from crawler.pipeline.writer import StoreThread
from crawler.sandbox.pool import Sandbox
from crawler.settings import Settings, load_settings
from storage.store import SqlStore
from tests.world.shapes import ZONES
from tests.world.site import Site

DAWN = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)

CONFIG = """
[storage]
url = "sqlite:///world.db"
snapshots = "snapshots"

[fetch]
host_delay = "0s"
host_concurrency = 4
timeout = "5s"
respect_robots = false
private_hosts = ["127.0.0.1"]

[confirm]
after = "20s"

[recheck]
ladder = {ladder}
then_every = "{then_every}"

[log]
level = "error"
"""


class Clock:
    """A clock that stands until the play moves it."""

    def __init__(self, start: datetime = DAWN) -> None:
        self.time = start

    def now(self) -> datetime:
        return self.time

    def seconds(self) -> float:
        """The same clock for pauses that servers ask for."""
        return self.time.timestamp()


@dataclass(frozen=True, slots=True)
class Heard:
    """What one round told. ``rechecked`` counts article checks."""

    step: int
    changes: list[Change]
    incidents: list[Incident]
    rechecked: int


@dataclass
class Names:
    """The names of hosts, all of which lead to this machine, or, while it is ``dark``, nowhere."""

    dark: bool = False

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """As the resolver of the fetcher: the addresses of a host. Raises ``NameUnresolved``."""
        if self.dark:
            raise NameUnresolved(f"the host name {host} cannot be resolved (temporary failure in name resolution)")
        return [host]


@dataclass
class Theatre:
    """A stage with its sites, opened by ``open_theatre``."""

    sites: list[Site]
    clock: Clock
    checker: Checker
    settings: Settings
    thread: StoreThread
    store: SqlStore
    names: Names
    heard: list[Heard] = field(default_factory=list)

    async def check(self, *site_ids: str, recheck: Recheck = Recheck.DUE) -> Heard:
        """One round over all sites, or the named ones, at the clock's time."""
        sources = [source for source in self.settings.sources if not site_ids or source.id in site_ids]
        states = await self.thread.source_states([source.id for source in sources])
        results = await run_round(
            self.checker,
            sources,
            states,
            recheck=recheck,
            concurrency=8,
            report=lambda result: None,
            pause=no_pause,
        )
        for site in self.sites:
            if site.host.mistakes:
                raise site.host.mistakes[0]
        heard = Heard(len(self.heard), *gather(results), sum(result.reread for result in results))
        self.heard.append(heard)
        return heard

    def darken(self) -> None:
        """From now on no host can be found, and no connection to any is left."""
        self.names.dark = True
        for site in self.sites:
            site.host.hang_up()

    async def pass_time(self, pause: timedelta, *site_ids: str, recheck: Recheck = Recheck.DUE) -> Heard:
        """Moves the clock, then checks."""
        self.clock.time += pause
        return await self.check(*site_ids, recheck=recheck)


def gather(results: Sequence[CheckResult]) -> tuple[list[Change], list[Incident]]:
    """What a round told, baseline left out."""
    changes = [change for result in results for change in result.changes if not change.baseline]
    return changes, [incident for result in results for incident in result.incidents]


@asynccontextmanager
async def open_theatre(
    folder: Path,
    sites: Sequence[Site],
    clock: Clock,
    *,
    then_every: str = "6h",
    ladder: str = '["6h"]',
    more: dict[str, str] | None = None,
) -> AsyncIterator[Theatre]:
    """Serves the sites, and opens a fresh database and the network. ``more``: lines of TOML for a site's source."""
    async with AsyncExitStack() as stack:
        for site in sites:
            await site.host.start()
            stack.push_async_callback(site.host.stop)
        blocks = [source_block(site, (more or {}).get(site.id, "")) for site in sites]
        blocks += [source_block(site, "", name=f"{site.id}-too", url=site.second_url) for site in sites if site.second]
        path = folder / "gazette.toml"
        path.write_text(CONFIG.format(ladder=ladder, then_every=then_every) + "\n".join(blocks), encoding="utf-8")
        settings = load_settings(path, {})
        store = stack.enter_context(open_database(settings))
        thread = await stack.enter_async_context(StoreThread(store, open_snapshots(settings, store)))
        names = Names()
        fetcher = await stack.enter_async_context(
            HttpFetcher(clock=clock, concurrency=64, resolve=names.resolve, sleep=no_pause, monotonic=clock.seconds)
        )
        reader = await stack.enter_async_context(Sandbox())
        checker = build_checker(settings, fetcher, thread, clock, reader, alerts=False, chance=Random(1).random)
        yield Theatre(list(sites), clock, checker, settings, thread, store, names)


def source_block(site: Site, more: str, *, name: str = "", url: str = "") -> str:
    """The source as an operator would write it: nothing but kind, address, zone and language."""
    shape = site.shape
    return (
        f'[[source]]\nid = "{name or site.id}"\nkind = "{shape.kind}"\nurl = "{url or site.listing_url}"\n'
        f'timezone = "{ZONES[shape.language]}"\nlanguage = "{shape.language}"\n{more}\n'
    )


async def no_pause(seconds: float) -> None:
    """Waits not at all."""
