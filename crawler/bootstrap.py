"""Builds the running program from settings: the only file that names concrete adapters.

Network and pipeline are imported when they are built: a command that only reads the database starts twice as fast.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from crawler.errors import StoreError
from crawler.ports import Clock, Fetcher, FileReader, Snapshots
from crawler.settings import Settings
from storage.snapshots import DatabaseSnapshots, FolderSnapshots
from storage.store import SqlStore, open_store

if TYPE_CHECKING:
    from crawler.notifier.outbox import Outbox
    from crawler.pipeline.check import Checker
    from crawler.pipeline.context import Audience
    from crawler.pipeline.writer import StoreThread


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        """The current instant, in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands: every decision of a run is made at one instant (``--as-of``)."""

    def __init__(self, instant: datetime) -> None:
        self._instant = instant.astimezone(UTC)

    def now(self) -> datetime:
        """The instant it was set to."""
        return self._instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """The running program: what a crawl or a daemon works with."""

    settings: Settings
    clock: Clock
    store: SqlStore
    snapshots: Snapshots
    thread: StoreThread
    fetcher: Fetcher
    reader: FileReader
    checker: Checker
    outbox: Outbox


@asynccontextmanager
async def open_application(
    settings: Settings,
    *,
    clock: Clock | None = None,
    dry: bool = False,
    alerts: bool = True,
    chance: Callable[[], float] = random.random,
) -> AsyncIterator[Application]:
    """Opens the database and the network, and closes both. ``dry`` writes nothing; without ``alerts`` none are made.

    Raises ``StoreError``.
    """
    from crawler.fetcher.client import HttpFetcher
    from crawler.pipeline.writer import StoreThread
    from crawler.sandbox.pool import Sandbox

    clock = clock or SystemClock()
    with open_untouched(settings) if dry else open_database(settings) as store:
        snapshots = open_snapshots(settings, store, make=not dry)
        if not dry:
            store.adopt_orphans([source.id for source in settings.sources if source.enabled])
        async with (
            StoreThread(store, snapshots, dry=dry) as thread,
            HttpFetcher(clock=clock, concurrency=settings.concurrency) as fetcher,
            Sandbox() as reader,
        ):
            yield Application(
                settings=settings,
                clock=clock,
                store=store,
                snapshots=snapshots,
                thread=thread,
                fetcher=fetcher,
                reader=reader,
                checker=build_checker(settings, fetcher, thread, clock, reader, alerts=alerts, chance=chance),
                outbox=build_outbox(settings, store, thread, clock),
            )


def reconfigure(
    application: Application, settings: Settings, *, chance: Callable[[], float] = random.random
) -> Application:
    """The same running program under other settings: its database, network and manners go on as they were opened."""
    running = application
    checker = build_checker(
        settings, running.fetcher, running.thread, running.clock, running.reader, alerts=True, chance=chance
    )
    outbox = build_outbox(settings, running.store, running.thread, running.clock)
    return replace(running, settings=settings, checker=checker, outbox=outbox)


def build_checker(
    settings: Settings,
    fetcher: Fetcher,
    thread: StoreThread,
    clock: Clock,
    reader: FileReader,
    *,
    alerts: bool,
    chance: Callable[[], float],
) -> Checker:
    """The checker, with whoever is configured to hear of it."""
    from crawler.pipeline.check import Checker

    audience = build_audience(settings, alerts=alerts)
    return Checker(fetcher=fetcher, store=thread, clock=clock, audience=audience, chance=chance, reader=reader)


def build_audience(settings: Settings, *, alerts: bool = True) -> Audience:
    """Who is configured to hear of changes; without ``alerts`` nobody."""
    from crawler.notifier.channels import find_channel
    from crawler.pipeline.context import Audience

    return Audience(
        subscriptions=settings.subscriptions if alerts else (),
        batching={channel.name: find_channel(channel.kind).BATCHES for channel in settings.channels},
        tags={source.id: source.tags for source in settings.sources},
    )


def build_outbox(settings: Settings, store: SqlStore, thread: StoreThread, clock: Clock) -> Outbox:
    """The outbox, with every configured way out."""
    from crawler.notifier.outbox import Outbox

    return Outbox(
        store,
        channels={channel.name: channel for channel in settings.channels},
        subscriptions={subscription.name: subscription for subscription in settings.subscriptions},
        clock=clock,
        call=thread.call,
        public_url=settings.web.public_url,
    )


def open_database(settings: Settings, *, create: bool = True) -> SqlStore:
    """The store, its schema up to date. Raises ``StoreError``; without ``create`` a missing database is one."""
    path = settings.storage.sqlite_path
    if not create and path is not None and not path.exists():
        raise StoreError(f"there is no database yet at {path}; `gazette crawl` makes it")
    if create and path is not None:
        make_folder(path.parent, "storage.url")
    return open_store(settings.storage.url, create=create)


@contextmanager
def open_untouched(settings: Settings) -> Iterator[SqlStore]:
    """The store for a run that writes nothing: where there is no database yet, an empty one that is thrown away."""
    path = settings.storage.sqlite_path
    if path is None or path.exists():
        with open_database(settings) as store:
            yield store
        return
    with TemporaryDirectory(prefix="gazette-") as folder, open_store(f"sqlite:///{folder}/empty.db") as store:
        yield store


def open_snapshots(settings: Settings, store: SqlStore, *, make: bool = True) -> Snapshots:
    """Where raw bodies are kept: a folder, or the database itself. ``make``: a folder that is not there yet."""
    if settings.storage.snapshots == "db":
        return DatabaseSnapshots(store)
    folder = Path(settings.storage.snapshots)
    if make:
        make_folder(folder, "storage.snapshots")
    return FolderSnapshots(folder)


def make_folder(folder: Path, key: str) -> None:
    """Makes a folder the configuration names. Raises ``StoreError`` where that is not possible."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"cannot make the folder {folder} ({key}): {error.strerror}") from error
