"""The store's own thread: the event loop never waits for a disk, and waiting checks are committed together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from types import TracebackType
from typing import ParamSpec, TypeVar

from crawler.errors import StoreLocked
from crawler.model import Change, Incident, KnownArticle, Outcome, Revision, SourceState
from crawler.ports import Snapshots, Store

P = ParamSpec("P")
T = TypeVar("T")

#: Checks in one transaction at most: enough to share the cost of a commit, few enough to keep it short.
BATCH = 50


class StoreThread:
    """Runs every call of a synchronous store, and of the snapshots, on one thread. ``dry``: nothing is written."""

    def __init__(self, store: Store, snapshots: Snapshots, *, dry: bool = False) -> None:
        self._store = store
        self._snapshots = snapshots
        self._dry = dry
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._waiting: list[tuple[Outcome, asyncio.Future[list[Change]]]] = []
        self._flusher: asyncio.Task[None] | None = None

    async def __aenter__(self) -> StoreThread:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._flusher is not None:
            await asyncio.wait([self._flusher])
        self._thread.shutdown(wait=True)

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs ``function`` on the store's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: function(*args, **kwargs))

    async def source_states(self, source_ids: Iterable[str]) -> dict[str, SourceState]:
        """See ``Store.source_states``."""
        return await self.call(self._store.source_states, list(source_ids))

    async def find_articles(self, keys: Iterable[str]) -> dict[str, KnownArticle]:
        """See ``Store.find_articles``."""
        wanted = list(keys)
        return await self.call(self._store.find_articles, wanted) if wanted else {}

    async def due_articles(self, source_id: str, *, now: datetime | None, limit: int) -> list[KnownArticle]:
        """See ``Store.due_articles``."""
        return await self.call(self._store.due_articles, source_id, now=now, limit=limit)

    async def latest_revision(self, article_id: str) -> Revision | None:
        """See ``Store.latest_revision``."""
        return await self.call(self._store.latest_revision, article_id)

    async def open_incidents(self, source_id: str) -> list[Incident]:
        """See ``Store.open_incidents``."""
        return await self.call(self._store.open_incidents, source_id)

    async def put_snapshots(self, bodies: Sequence[bytes]) -> None:
        """Stores raw bodies durably; comes before the commit that names them."""
        if bodies and not self._dry:
            await self.call(self._snapshots.put, bodies)

    async def commit(self, outcome: Outcome) -> list[Change]:
        """Writes one check, in one transaction with others that wait; returns its changes with ``seq``."""
        if self._dry:
            return list(outcome.changes)
        done: asyncio.Future[list[Change]] = asyncio.get_running_loop().create_future()
        self._waiting.append((outcome, done))
        if self._flusher is None or self._flusher.done():
            self._flusher = asyncio.create_task(self._flush())
        return await asyncio.shield(done)

    async def _flush(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            await self._commit_batch(batch)

    async def _commit_batch(self, batch: list[tuple[Outcome, asyncio.Future[list[Change]]]]) -> None:
        try:
            changes = await self.call(self._store.commit, [outcome for outcome, _ in batch])
        except Exception as error:  # noqa: BLE001 - whatever it is, the checks that wait must hear of it
            await self._commit_singly(batch, error)
            return
        by_id = {change.id: change for change in changes}
        for outcome, done in batch:
            settle(done, [by_id[change.id] for change in outcome.changes if change.id in by_id])

    async def _commit_singly(self, batch: list[tuple[Outcome, asyncio.Future[list[Change]]]], error: Exception) -> None:
        """One outcome the store refuses must not take the others with it; a locked store refuses them all alike."""
        if len(batch) == 1 or isinstance(error, StoreLocked):
            for _, done in batch:
                fail(done, error)
            return
        for each in batch:
            await self._commit_batch([each])


def settle(done: asyncio.Future[list[Change]], changes: list[Change]) -> None:
    """Answers a waiting check, unless it was cancelled meanwhile."""
    if not done.done():
        done.set_result(changes)


def fail(done: asyncio.Future[list[Change]], error: Exception) -> None:
    """Tells a waiting check why its outcome was not written."""
    if not done.done():
        done.set_exception(error)
