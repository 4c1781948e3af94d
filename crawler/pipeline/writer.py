"""The store's own thread: the event loop never waits for a disk, and waiting checks are committed together.

Going to another thread and back costs more than most questions to the store do. So all that is asked in one turn of
the event loop goes there together, and the answers come back together.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Any, ParamSpec, TypeVar, cast

from crawler.errors import SnapshotLost, StoreLocked
from crawler.model import Bearer, Change, Incident, KnownArticle, Outcome, Revision, Sought, SourceState
from crawler.ports import Snapshots, Store

P = ParamSpec("P")
T = TypeVar("T")
K = TypeVar("K")
#: A question to the store for many keys; what has no answer is left out.
Ask = Callable[[list[Any]], Mapping[Any, Any]]

#: Checks in one transaction at most: enough to share the cost of a commit, few enough to keep it short.
BATCH = 50
#: Seconds after which answers are told though there is more to do: a slow call must not hold up all others' visits.
_SILENCE = 0.005


@dataclass(slots=True)
class _Call:
    """Something the store is asked, and who waits for the answer."""

    ask: Callable[[], Any]
    done: asyncio.Future[Any]
    answer: Any = None
    error: BaseException | None = None

    def run(self) -> None:
        """Asks. On the store's thread; a call that was cancelled meanwhile is made all the same."""
        try:
            self.answer = self.ask()
        except BaseException as error:  # noqa: BLE001 - whatever it is, who waits must hear of it
            self.error = error

    def tell(self) -> None:
        """Answers. On the event loop's thread."""
        _settle(self.done, self.answer, self.error)


@dataclass(slots=True)
class _Questions:
    """One question to the store for many keys, each with whoever waits for its answer."""

    ask: Ask
    keys: list[Any]
    done: list[asyncio.Future[Any]]
    answers: Mapping[str, Any] | None = None
    error: BaseException | None = None

    def run(self) -> None:
        """Asks. On the store's thread."""
        try:
            self.answers = self.ask(self.keys)
        except BaseException as error:  # noqa: BLE001 - whatever it is, who waits must hear of it
            self.error = error

    def tell(self) -> None:
        """Answers. On the event loop's thread."""
        for key, done in zip(self.keys, self.done, strict=True):
            _settle(done, self.answers.get(key) if self.answers else None, self.error)


class StoreThread:
    """Runs every call of a synchronous store, and of the snapshots, on one thread. ``dry``: nothing is written."""

    def __init__(self, store: Store, snapshots: Snapshots, *, dry: bool = False) -> None:
        self._store = store
        self._snapshots = snapshots
        self._dry = dry
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._calls: deque[_Call | _Questions] = deque()  # filled by the event loop, emptied by the thread
        self._ended = False
        self._working = False  # whether the thread has calls, or will have them in the loop's next turn
        self._questions: dict[Ask, _Questions] = {}  # of this turn of the loop
        self._waiting: list[tuple[Outcome, asyncio.Future[list[Change]]]] = []
        self._flusher: asyncio.Task[None] | None = None

    async def __aenter__(self) -> StoreThread:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._flusher is not None:
            await asyncio.wait([self._flusher])
        for ask in tuple(self._questions):  # of who was cancelled in this very turn
            self._send(asyncio.get_running_loop(), ask)
        if self._working:
            await self.call(_nothing)  # comes last
        self._ended = True
        self._thread.shutdown(wait=True)

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs ``function`` on the store's thread. Raises ``RuntimeError`` once that has ended."""
        self._refuse_after_end()
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()
        self._put(loop, _Call(partial(function, *args, **kwargs), done))
        return cast(T, await done)

    def _refuse_after_end(self) -> None:
        """Nobody would ever answer."""
        if self._ended:
            raise RuntimeError("the store's thread has ended")

    def _put(self, loop: asyncio.AbstractEventLoop, call: _Call | _Questions) -> None:
        self._calls.append(call)
        if not self._working:
            self._working = True
            loop.call_soon(self._thread.submit, self._work, loop)

    async def _ask(self, ask: Callable[[list[K]], Mapping[K, T]], key: K) -> T | None:
        """The answer for one key. What is asked for many keys in one turn of the loop is one question to the store."""
        self._refuse_after_end()
        loop = asyncio.get_running_loop()
        questions = self._questions.get(ask)
        if questions is None:
            questions = self._questions[ask] = _Questions(ask, [], [])
            loop.call_soon(self._send, loop, ask)
        done: asyncio.Future[Any] = loop.create_future()
        questions.keys.append(key)
        questions.done.append(done)
        return cast("T | None", await done)

    def _send(self, loop: asyncio.AbstractEventLoop, ask: Ask) -> None:
        questions = self._questions.pop(ask, None)
        if questions is not None:
            self._put(loop, questions)

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        """Makes all calls there are, also those that come meanwhile. On the store's thread."""
        made: list[_Call | _Questions] = []
        told_at = time.monotonic()
        while self._calls:
            call = self._calls.popleft()
            call.run()
            made.append(call)
            if time.monotonic() - told_at > _SILENCE:
                _tell(loop, _answer, made)
                made, told_at = [], time.monotonic()
        _tell(loop, self._end, loop, made)

    def _end(self, loop: asyncio.AbstractEventLoop, made: list[_Call | _Questions]) -> None:
        self._working = bool(self._calls)
        if self._working:
            self._thread.submit(self._work, loop)
        _answer(made)

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

    async def listing_window(self, source_id: str) -> tuple[str, ...]:
        """See ``Store.listing_window``."""
        return await self.call(self._store.listing_window, source_id)

    async def owns_due_articles(self, source_id: str, *, now: datetime) -> bool:
        """Whether the source, which was checked before, may own an article that is due at ``now``."""
        return await self._ask(self._owners_of_due_articles, (source_id, now)) or False

    def _owners_of_due_articles(self, asked: list[tuple[str, datetime]]) -> Mapping[tuple[str, datetime], bool]:
        latest = max(now for _, now in asked)  # a moment too late at worst
        owners = set(self._store.owners_of_due_articles([source_id for source_id, _ in asked], now=latest))
        return {each: True for each in asked if each[0] in owners}

    async def find_twins(self, source_id: str, fingerprints: Iterable[str]) -> list[KnownArticle]:
        """See ``Store.find_twins``."""
        return await self.call(self._store.find_twins, source_id, list(fingerprints))

    async def find_alike(self, sought: Sequence[Sought], *, limit: int) -> list[list[Bearer]]:
        """See ``Store.find_alike``."""
        return await self.call(self._store.find_alike, sought, limit=limit)

    async def load_articles(self, ids: Iterable[str]) -> list[KnownArticle]:
        """See ``Store.load_articles``."""
        wanted = list(ids)
        return await self.call(self._store.load_articles, wanted) if wanted else []

    async def latest_revision(self, article_id: str) -> Revision | None:
        """See ``Store.latest_revision``."""
        return await self.call(self._store.latest_revision, article_id)

    async def revision_of(self, article_id: str, number: int) -> Revision | None:
        """See ``Store.revision_of``."""
        return await self.call(self._store.revision_of, article_id, number)

    async def open_incidents(self, source_id: str) -> list[Incident]:
        """The incidents of the source that have not closed, oldest first."""
        return await self._ask(self._open_incidents, source_id) or []

    def _open_incidents(self, source_ids: list[str]) -> Mapping[str, list[Incident]]:
        found: dict[str, list[Incident]] = {}
        for incident in self._store.open_incidents_of(source_ids):
            found.setdefault(incident.source, []).append(incident)
        return found

    async def put_snapshots(self, bodies: Sequence[bytes]) -> None:
        """Stores raw bodies durably; comes before the commit that names them."""
        if bodies and not self._dry:
            await self.call(self._snapshots.put, bodies)

    async def get_snapshot(self, sha256: str) -> bytes | None:
        """A raw body of an earlier look; None where it is not kept any more."""
        try:
            return await self.call(self._snapshots.get, sha256)
        except SnapshotLost:
            return None

    async def commit(self, outcome: Outcome) -> list[Change]:
        """Writes one check, in one transaction with others that wait; returns its changes with ``seq``."""
        if self._dry:
            return list(outcome.changes)
        done: asyncio.Future[list[Change]] = asyncio.get_running_loop().create_future()
        self._waiting.append((outcome, done))
        if self._flusher is None or self._flusher.done():
            self._flusher = asyncio.create_task(self._flush())
        return await done

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
            _settle(done, [by_id[change.id] for change in outcome.changes if change.id in by_id], None)

    async def _commit_singly(self, batch: list[tuple[Outcome, asyncio.Future[list[Change]]]], error: Exception) -> None:
        """One outcome the store refuses must not take the others with it; a locked store refuses them all alike."""
        if len(batch) == 1 or isinstance(error, StoreLocked):
            for _, done in batch:
                _settle(done, None, error)
            return
        for each in batch:
            await self._commit_batch([each])


def _settle(done: asyncio.Future[Any], answer: object, error: BaseException | None) -> None:
    """Answers, unless who waited was cancelled meanwhile."""
    if done.done():
        return
    if error is not None:
        done.set_exception(error)
    else:
        done.set_result(answer)


def _answer(calls: list[_Call | _Questions]) -> None:
    for call in calls:
        call.tell()


def _tell(loop: asyncio.AbstractEventLoop, function: Callable[..., None], *arguments: object) -> None:
    with suppress(RuntimeError):  # the loop was closed meanwhile: nobody waits any more
        loop.call_soon_threadsafe(function, *arguments)


def _nothing() -> None:
    """What is asked to learn that all before it was answered."""
