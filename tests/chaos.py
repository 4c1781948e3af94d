"""Lives that end too early: a process that crawls and sends, killed at a named point or at any moment.

A nursery imports everything once and forks a life whenever it is told to, so that a death costs a few hundredths of a
second. A life runs the real crawl and the real outbox; its trap is laid around the functions it calls, in the forked
process alone.
"""

from __future__ import annotations

import asyncio
import functools
import multiprocessing.connection
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.commanding import server

#: Long enough for any attempt here, and short enough for what a dead process held to be sent by one of the next.
LEASE, DEADLINE = timedelta(seconds=0.6), timedelta(seconds=0.3)


@dataclass(frozen=True)
class Life:
    """One process: its configuration, the clock of its decisions, and where it dies.

    ``trap`` is one of ``TRAPS`` or empty; it snaps when its point is reached for the ``count``-th time.
    """

    config: str
    at: datetime
    trap: str = ""
    count: int = 1


# -- traps, laid inside a life -----------------------------------------------------------------------------------


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Trap:
    def __init__(self, count: int) -> None:
        self.left = count

    def step(self) -> None:
        self.left -= 1
        if self.left == 0:
            die()


def lay(owner: Any, name: str, trap: Trap, *, after: bool) -> None:
    """Lets the trap snap before or after a call of ``owner.name``."""
    plain = getattr(owner, name)
    if asyncio.iscoroutinefunction(plain):

        @functools.wraps(plain)
        async def step_async(*args: Any, **values: Any) -> Any:
            if not after:
                trap.step()
            result = await plain(*args, **values)
            if after:
                trap.step()
            return result

        setattr(owner, name, step_async)
        return

    @functools.wraps(plain)
    def step(*args: Any, **values: Any) -> Any:
        if not after:
            trap.step()
        result = plain(*args, **values)
        if after:
            trap.step()
        return result

    setattr(owner, name, step)


def places(*found: tuple[str, str]) -> Iterator[tuple[Any, str]]:
    """Functions by module (or ``module:class``) and name."""
    import importlib

    for where, name in found:
        module, _, owner = where.partition(":")
        loaded = importlib.import_module(module)
        yield getattr(loaded, owner) if owner else loaded, name


_SENDERS = (("crawler.notifier.channels.smtp", "send"), ("crawler.notifier.channels.webhook", "send"))
_STORE = "storage.store:SqlStore"
#: Where a life can be ended: the functions around which the trap is laid, and on which side of them.
TRAPS: Mapping[str, tuple[tuple[tuple[str, str], ...], bool]] = {
    "fetch": ((("crawler.fetcher.client:HttpFetcher", "fetch"),), False),
    "fetched": ((("crawler.fetcher.client:HttpFetcher", "fetch"),), True),
    "snapshot": ((("storage.snapshots:FolderSnapshots", "put"),), True),
    "statement": ((("storage.sqlite:SqliteDatabase", "run"), ("storage.sqlite:SqliteDatabase", "run_many")), True),
    "commit": (((_STORE, "commit"),), False),
    "committed": (((_STORE, "commit"),), True),
    "lease": (((_STORE, "lease_deliveries"),), True),
    "render": (((_STORE, "freeze_payload"),), False),
    "freeze": (((_STORE, "freeze_payload"),), True),
    "send": (_SENDERS, False),
    "sent": (_SENDERS, True),
    "acknowledge": (((_STORE, "acknowledge"),), False),
    "acknowledged": (((_STORE, "acknowledge"),), True),
}


def set_trap(life: Life) -> None:
    if life.trap:
        functions, after = TRAPS[life.trap]
        trap = Trap(life.count)
        for owner, name in places(*functions):
            lay(owner, name, trap, after=after)


# -- a life --------------------------------------------------------------------------------------------------------


def live(life: Life) -> None:
    """Crawls and sends twice, unless it is killed before."""
    from crawler.settings import load_settings

    settings = load_settings(Path(life.config), {})
    set_trap(life)
    asyncio.run(work(settings, life))


async def work(settings: Any, life: Life) -> None:
    from crawler.bootstrap import FixedClock, open_application
    from crawler.pipeline.result import Recheck
    from crawler.pipeline.round import run_round
    from crawler.scheduler.reports import tell_coverage
    from crawler.scheduler.welcome import welcome

    async with open_application(settings, clock=FixedClock(life.at)) as application:
        outbox = hasty_outbox(settings, application.store, application.clock, call=application.thread.call)
        for _ in range(2):
            await tell_coverage(application, application.clock.now())
            await outbox.drain()  # what the last life left
            await run_round(
                application.checker,
                settings.sources,
                await application.thread.source_states(source.id for source in settings.sources),
                recheck=Recheck.DUE,
                concurrency=4,
                report=lambda result: None,
            )
            await welcome(application)
            await outbox.drain()


def hasty_outbox(settings: Any, store: Any, clock: Any, **values: Any) -> Any:
    """The outbox as it is built for a crawl, but with short leases."""
    from crawler.notifier.outbox import Outbox

    return Outbox(
        store,
        {channel.name: channel for channel in settings.channels},
        {subscription.name: subscription for subscription in settings.subscriptions},
        clock=clock,
        **{"lease": LEASE, "deadline": DEADLINE, **values},
    )


# -- the nursery ---------------------------------------------------------------------------------------------------


def nurse(line: multiprocessing.connection.Connection) -> None:
    """Forks the lives it is sent, tells their process ids, and when all have ended, how."""
    import aiosmtplib  # noqa: F401 - imported once, for all lives
    import jinja2.sandbox  # noqa: F401
    import selectolax.lexbor  # noqa: F401

    import crawler.scheduler.crawl
    from crawler.notifier import message
    from crawler.notifier.channels import find_channel

    assert crawler.scheduler.crawl
    find_channel("smtp"), find_channel("webhook"), message.environment()
    while lives := line.recv():
        pids = [fork(life) for life in lives]
        line.send(pids)
        line.send([os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids])


def fork(life: Life) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        live(life)
        code = 0
    except BaseException:  # noqa: BLE001 - shown, and told by the code
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


class Nursery:
    """Starts lives and sees them end."""

    def __init__(self, line: multiprocessing.connection.Connection) -> None:
        self._line = line

    def run(self, lives: Sequence[Life], meanwhile: Callable[[list[int]], None] = lambda pids: None) -> list[int]:
        """Lets ``lives`` run at the same time; their exit codes. ``meanwhile`` is called once they have begun."""
        self._line.send(list(lives))
        pids = self._receive()
        meanwhile(pids)
        return self._receive()

    def _receive(self) -> list[int]:
        assert self._line.poll(60), "a life did not end"
        found: list[int] = self._line.recv()
        return found


@contextmanager
def open_nursery() -> Iterator[Nursery]:
    ours, theirs = server.Pipe()
    process = server.Process(target=nurse, args=(theirs,))
    # The server's children would import our main module, which is pytest's.
    main, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
    try:
        process.start()
    finally:
        sys.modules["__main__"] = main
    theirs.close()
    try:
        yield Nursery(ours)
        ours.send([])
    finally:
        process.join(10)
        if process.is_alive():
            process.kill()
            process.join()


def settle(settings: Any, *, at: datetime, rounds: int = 200) -> None:
    """Sends everything that is left, as time goes by: every window closes, every lease ends, every pause is over."""
    from crawler.bootstrap import FixedClock, open_database

    with open_database(settings) as store:
        for number in range(rounds):
            if not store.waiting_count():
                return
            real = datetime.now(UTC) + timedelta(days=number)
            outbox = hasty_outbox(
                settings,
                store,
                FixedClock(at + number * timedelta(hours=1)),
                real_now=lambda real=real: real,
                lease=timedelta(minutes=2),
                deadline=timedelta(minutes=1),
            )
            asyncio.run(outbox.drain())
