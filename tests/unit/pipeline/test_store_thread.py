"""The store's own thread: waiting checks share a transaction, and a refused one stands alone."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime

import pytest

from crawler.differ.guard import open_incident
from crawler.errors import StoreError, StoreLocked
from crawler.model import Incident, IncidentReason, Outcome, SourceState
from crawler.pipeline.writer import BATCH, StoreThread


def make_incident(source: str) -> Incident:
    return open_incident(source, IncidentReason.UNREACHABLE, datetime(2026, 3, 1, tzinfo=UTC))


class Notebook:
    """A store that notes what it is given, slowly enough that others wait, and refuses what it is told to."""

    def __init__(self, *, refused: frozenset[str] = frozenset(), error: type[Exception] = StoreError) -> None:
        self.batches: list[list[str]] = []
        self.threads: set[int] = set()
        self.refused = refused
        self.error = error

    def commit(self, outcomes):
        threading.Event().wait(0.01)
        self.threads.add(threading.get_ident())
        names = [outcome.source_id for outcome in outcomes]
        self.batches.append(names)
        if self.refused.intersection(names):
            raise self.error(f"refused {names}")
        return []

    def open_incidents_of(self, source_ids):
        self.batches.append(list(source_ids))
        if self.refused.intersection(source_ids):
            raise self.error(f"refused {source_ids}")
        return [make_incident(source=name) for name in source_ids if name.startswith("troubled")]

    def put(self, bodies):
        self.batches.append([body.decode() for body in bodies])
        return []


def outcome(name: str) -> Outcome:
    return Outcome(source_id=name, state=SourceState(source_id=name))


def commit_all(store: Notebook, names: list[str], *, dry: bool = False) -> list[object]:
    async def run() -> list[object]:
        async with StoreThread(store, store, dry=dry) as thread:
            commits = (thread.commit(outcome(name)) for name in names)
            return await asyncio.gather(*commits, return_exceptions=True)

    return asyncio.run(run())


def test_checks_that_wait_are_committed_together_in_their_order():
    store = Notebook()
    names = [str(number) for number in range(BATCH + 20)]

    commit_all(store, names)

    assert [name for batch in store.batches for name in batch] == names
    assert len(store.batches) <= 3
    assert max(map(len, store.batches)) == BATCH


def test_what_is_asked_for_many_sources_in_a_turn_of_the_loop_is_one_question():
    store = Notebook()

    async def run() -> list[list[Incident]]:
        async with StoreThread(store, store) as thread:
            names = ("calm", "troubled-a", "troubled-b")
            return await asyncio.gather(*(thread.open_incidents(name) for name in names))

    answers = asyncio.run(run())
    assert [[each.source for each in answer] for answer in answers] == [
        [],
        ["troubled-a"],
        ["troubled-b"],
    ]
    assert store.batches == [["calm", "troubled-a", "troubled-b"]]


def test_a_refused_question_is_told_to_everyone_who_asked():
    store = Notebook(refused=frozenset({"b"}))

    async def run() -> list[object]:
        async with StoreThread(store, store) as thread:
            return await asyncio.gather(*(thread.open_incidents(name) for name in "abc"), return_exceptions=True)

    assert [type(each) for each in asyncio.run(run())] == [StoreError] * 3


def test_who_is_cancelled_while_asking_leaves_nothing_behind():
    store, mistakes = Notebook(), []

    async def run() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: mistakes.append(context["message"]))
        async with StoreThread(store, store) as thread:
            asking = asyncio.create_task(thread.open_incidents("a"))
            await asyncio.sleep(0)
            asking.cancel()
        await asyncio.sleep(0.01)

    asyncio.run(run())
    assert mistakes == []


def test_all_happens_on_one_thread_that_is_not_ours():
    store = Notebook()

    commit_all(store, ["a", "b", "c"])

    assert len(store.threads) == 1
    assert threading.get_ident() not in store.threads


@pytest.mark.parametrize("error", [StoreError, ZeroDivisionError])
def test_what_the_store_refuses_does_not_take_the_others_with_it(error):
    store = Notebook(refused=frozenset({"b"}), error=error)

    results = commit_all(store, ["a", "b", "c"])

    assert [isinstance(result, error) for result in results] == [False, True, False]


def test_a_locked_store_is_not_asked_again_for_every_check():
    store = Notebook(refused=frozenset({"a"}), error=StoreLocked)

    results = commit_all(store, ["a", "b", "c"])

    assert all(isinstance(result, StoreLocked) for result in results)
    assert len(store.batches) == 1


def test_a_dry_run_writes_nothing():
    store = Notebook()

    async def run() -> None:
        async with StoreThread(store, store, dry=True) as thread:
            await thread.commit(outcome("a"))
            await thread.put_snapshots([b"body"])

    asyncio.run(run())
    assert store.batches == []


def test_who_asks_after_the_end_is_refused_and_does_not_wait_for_ever():
    store = Notebook()

    async def run() -> list[object]:
        async with StoreThread(store, store) as thread:
            pass
        asked = (thread.call(store.put, []), thread.open_incidents("a"), thread.commit(outcome("a")))
        return await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 30)

    assert [type(each) for each in asyncio.run(run())] == [RuntimeError] * 3
    assert store.batches == []


def test_leaving_waits_for_what_is_being_written():
    store = Notebook()

    async def run() -> None:
        async with StoreThread(store, store) as thread:
            waiting = asyncio.ensure_future(thread.commit(outcome("a")))
            await asyncio.sleep(0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting

    asyncio.run(run())
    assert store.batches == [["a"]]
