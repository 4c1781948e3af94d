"""The daemon: visits what is due, sends what was promised, and goes on, until it is told to stop.

Five workers, woken by the clockwork (``ticks.py``):

    due         asks the database what is due and begins visits (``agenda.py`` chooses, ``visits.py`` sees them through)
    outbox      sends deliveries
    heartbeat   leaves a sign of life, finds out when a lost database is back, and promises the reports that are due
    terms       makes known to search what was committed
    upkeep      retention, once a day

Due times and promises stand in the database alone: whatever ends the process, the next one continues.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from crawler import __version__
from crawler.bootstrap import Application, open_application, reconfigure
from crawler.errors import ConfigError, StoreError
from crawler.model import Source
from crawler.pipeline.result import CheckResult
from crawler.ports import Clock, Measures
from crawler.scheduler.agenda import Room, choose_visits, plan_early
from crawler.scheduler.announce import describe, tell_start
from crawler.scheduler.beacon import Beacon
from crawler.scheduler.heartbeat import FACT, Heartbeat, write_heartbeat
from crawler.scheduler.orders import Orders
from crawler.scheduler.outward import Beside, Outward
from crawler.scheduler.reports import tell_coverage
from crawler.scheduler.silence import minding_silence
from crawler.scheduler.ticks import Ticks, cancel
from crawler.scheduler.timekeeping import LONGEST_DIGEST, Timekeeper, longest_pauses, tell_jump
from crawler.scheduler.upkeep import keep_up, write_terms
from crawler.scheduler.visits import Visits
from crawler.scheduler.welcome import welcome
from crawler.settings import Settings
from storage.exclusive import AnotherDaemon, DaemonLock, lock_daemon

log = logging.getLogger(__name__)

#: How long visits under way may take to end after SIGTERM.
GRACE = timedelta(seconds=25)
#: However little of it is left: what the last messages get.
LAST_MESSAGES = timedelta(seconds=5)
#: Part of the time in which it may be asked what is due, however often visits end.
LOOKING = 0.2
#: One host may take this part of all places for visits.
HOST_SHARE = 4
#: Due articles are looked for at every so many ticks while there are none.
ARTICLE_LOOKS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """Seconds between the ticks of each worker."""

    due: float = 1.0
    outbox: float = 2.0
    heartbeat: float = 10.0
    terms: float = 15.0
    upkeep: float = 3600.0


async def run_daemon(
    settings: Settings,
    orders: Orders,
    *,
    load: Callable[[], Settings],
    clock: Clock | None = None,
    grace: timedelta = GRACE,
    intervals: Intervals | None = None,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    beside: Beside = lambda *_: nullcontext(),
) -> None:
    """Works until ``orders`` say stop. ``load`` reads the configuration again and raises ``ConfigError``.

    ``beside`` is open for as long, and is given the settings and measures of the moment: the dashboard.

    Raises ``StoreError`` when the database cannot be opened, ``AnotherDaemon`` when one works on it already.
    """
    async with open_application(settings, clock=clock) as application:
        with lock_daemon(settings.storage.url) as lock:
            daemon = Daemon(
                application, lock, orders, load=load, grace=grace, intervals=intervals or Intervals(), pause=pause
            )
            async with beside(lambda: daemon.settings, daemon.measures):
                await daemon.run()


class Daemon:
    """One daemon on an open application whose lock it holds."""

    def __init__(
        self,
        application: Application,
        lock: DaemonLock,
        orders: Orders,
        *,
        load: Callable[[], Settings],
        grace: timedelta,
        intervals: Intervals,
        pause: Callable[[float], Awaitable[None]],
    ) -> None:
        loop = asyncio.get_running_loop()
        self._outward = Outward(Beacon(now=loop.time))
        self._application = self._outward.measured(application)
        self._timekeeper = Timekeeper(loop.time(), application.clock.now())
        self._lock = lock
        self._orders = orders
        self._load = load
        self._grace = grace
        self._ticks = Ticks(asdict(intervals))
        self._visits = Visits(
            heard=self._hear, freed=lambda: self._ticks.wake("due"), failed=self._note_trouble, pause=pause
        )
        self._early: dict[str, datetime] | None = None  # None: to be planned
        self._sources = enabled_sources(application)
        self._quiet_looks = -1  # since articles were last looked for in vain; -1: to be looked for
        self._ticked_at: datetime | None = None
        self._rounds = 0
        self._posting = asyncio.Lock()
        self._troubled = False
        self._ousted: AnotherDaemon | None = None

    @property
    def settings(self) -> Settings:
        """The settings of the moment."""
        return self._application.settings

    def measures(self) -> Measures | None:
        """For Prometheus, where they are asked for."""
        return self._outward.measures(self.settings)

    # -- from start to stop --

    async def run(self) -> None:
        """Works until told to stop. Raises ``AnotherDaemon`` when one took the database over."""
        tell_start(self._application)
        with self._minding_database():
            await self._mend_due_times()
        self._ticks.start()
        workers = [
            asyncio.create_task(self._ticks.follow("due", self._look, share=LOOKING)),
            asyncio.create_task(self._ticks.follow("heartbeat", self._beat)),
            asyncio.create_task(self._ticks.follow("terms", self._write_terms)),
            asyncio.create_task(self._ticks.follow("upkeep", self._keep_up)),
            asyncio.create_task(self._reload_on_order()),
        ]
        postman = asyncio.create_task(self._ticks.follow("outbox", self._send))
        try:
            await self._orders.stopping.wait()
        finally:
            self._ticks.stop()
            await cancel(*workers)
            await self._outward.close()
            await self._finish(postman)
        if self._ousted is not None:
            raise self._ousted

    async def _finish(self, postman: asyncio.Task[None]) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        log.info("stopping", extra={"under_way": self._visits.count})
        cut_off = await self._visits.finish(self._deadline(self._grace.total_seconds()))
        left = self._grace.total_seconds() - (loop.time() - began)
        await self._flush(max(LAST_MESSAGES.total_seconds(), left))
        await cancel(postman)
        await self._sign_off()
        log.info("stopped", extra={"cut_off": cut_off, "took": round(loop.time() - began, 1)})

    async def _deadline(self, seconds: float) -> None:
        """Ends when the time is over, or when a second order to stop comes."""
        try:
            async with asyncio.timeout(seconds):
                await self._orders.hurrying.wait()
        except TimeoutError:
            return

    async def _flush(self, seconds: float) -> None:
        """Sends once more what is due, gathered mail included; what does not go out in time stays promised."""
        if self._troubled or self._ousted:
            return
        sending = asyncio.ensure_future(self._send_last())
        limit = asyncio.ensure_future(self._deadline(seconds))
        await asyncio.wait([sending, limit], return_when=asyncio.FIRST_COMPLETED)
        await cancel(limit, sending)

    async def _send_last(self) -> None:
        async with self._posting:  # a message on its way is not cut off
            with self._minding_database():
                await self._application.outbox.dispatch(close_bursts=True)

    async def _sign_off(self) -> None:
        if self._ousted is None:
            with self._minding_database():
                await self._write_heartbeat(stopped=True)

    # -- the workers --

    async def _look(self) -> None:
        """Begins the visits that are due, as many as there is room for."""
        if self._troubled:
            return
        with self._minding_database():
            await self._mind_clock()
            await self._begin_due()
            if self._ticked_at is None:
                self._ticks.wake("heartbeat")
            self._ticked_at = self._application.clock.now()
            self._rounds += 1

    async def _mind_clock(self) -> None:
        """What a clock that was wrong has planned is planned again; nothing else depends on how time passes."""
        jump = self._timekeeper.jump(asyncio.get_running_loop().time(), self._application.clock.now())
        if jump:
            tell_jump(jump)
        if jump < timedelta(0):
            self._early = None
            self._ticks.start_over()
            await self._mend_due_times()

    async def _mend_due_times(self) -> None:
        application, now = self._application, self._application.clock.now()
        listings, articles = longest_pauses(self._sources.values())
        await application.thread.call(
            application.store.mend_due_times,
            now=now,
            listings=now + listings,
            articles=now + articles,
            deliveries=now + LONGEST_DIGEST,
        )

    async def _begin_due(self) -> None:
        application = self._application
        sources = self._sources
        if self._early is None:
            states = await application.thread.source_states(sources)
            self._early = plan_early(list(sources.values()), states, application.clock.now())
        concurrency = application.settings.concurrency
        if self._visits.count >= concurrency:
            return
        now = application.clock.now()
        listings = await application.thread.call(application.store.due_sources, now=now)
        listings += [source_id for source_id, due_at in self._early.items() if due_at <= now]
        articles = await self._find_articles(now)
        resting = self._visits.leaves_articles(now)
        room = Room(
            free=concurrency - self._visits.count,
            busy=self._visits.busy(now),
            hosts=self._visits.hosts,
            share=max(1, concurrency // HOST_SHARE),
        )
        for visit in choose_visits(sources, listings, [each for each in articles if each not in resting], room):
            self._visits.begin(visit, application)

    async def _find_articles(self, now: datetime) -> list[str]:
        """The sources with due articles. Every source has to be asked for them, and they can wait: so not every time,
        unless there were some the last time."""
        self._quiet_looks += 1
        if 0 < self._quiet_looks < ARTICLE_LOOKS:
            return []
        found = await self._application.thread.call(self._application.store.sources_with_due_articles, now=now)
        self._quiet_looks = -1 if found else 0
        return found

    async def _send(self) -> None:
        """Sends what is due, until nothing is."""
        while not self._troubled and not self._orders.stopping.is_set():
            async with self._posting:
                if not await self._dispatch():
                    return

    async def _dispatch(self) -> bool:
        """Whether there was anything to send."""
        with self._minding_database():
            return (await self._application.outbox.dispatch()).touched > 0
        return False

    async def _beat(self) -> None:
        """Leaves a sign of life. That it could be written shows that a lost database is back."""
        try:
            with minding_silence(self._note_trouble):
                await self._application.thread.call(self._lock.renew)
                if self._ticked_at is not None or self._troubled:
                    await self._write_heartbeat()
        except AnotherDaemon as error:
            log.error("this daemon stops: %s", error)
            self._ousted = error
            self._orders.stop()
        except StoreError as error:
            self._note_trouble(error)
        else:
            self._note_recovery()
            await self._tell_coverage()
            await self._show()

    async def _show(self) -> None:
        if self._ticked_at is not None:
            with self._minding_database():
                await self._outward.beat(self._application, rounds=self._rounds, ticked_at=self._ticked_at)

    async def _tell_coverage(self) -> None:
        """Promises the reports that are due, of a time in which no visit is under way any more."""
        with self._minding_database():
            settled_at = self._visits.settled_at(self._application.clock.now())
            if await tell_coverage(self._application, settled_at):
                self._ticks.wake("outbox")

    async def _write_heartbeat(self, *, stopped: bool = False) -> None:
        application = self._application
        at = application.clock.now() if stopped or self._ticked_at is None else self._ticked_at
        heartbeat = Heartbeat(ticked_at=at, pid=os.getpid(), version=__version__, stopped=stopped)
        await application.thread.call(application.store.write_fact, FACT, write_heartbeat(heartbeat))

    async def _write_terms(self) -> None:
        if not self._troubled:
            with self._minding_database():
                await write_terms(self._application)

    async def _keep_up(self) -> None:
        if not self._troubled:
            with self._minding_database():
                await keep_up(self._application, is_quiet=not self._visits.count)

    async def _hear(self, source_id: str, result: CheckResult | None) -> None:
        """A visit ended: the source is due again when the database says so."""
        if self._early is not None:
            self._early.pop(source_id, None)
        if result is not None:
            self._outward.visited(result)
            await welcome(self._application)

    # -- the configuration --

    async def _reload_on_order(self) -> None:
        while True:
            await self._orders.reloading.wait()
            self._orders.reloading.clear()
            try:
                await self._reload()
            except Exception:
                log.exception("the configuration could not be read again; the old one goes on")

    async def _reload(self) -> None:
        """Uses the configuration as it is now from the next tick on; one that cannot be used changes nothing."""
        try:
            settings = await asyncio.to_thread(self._load)
        except ConfigError as error:
            log.error("the configuration cannot be used; the old one goes on", extra={"problems": error.problems})
            return
        before = self._application.settings
        if settings.storage != before.storage:
            log.warning("[storage] was changed: that needs a restart; the database stays what it was")
        if settings.concurrency != before.concurrency:
            log.warning("fetch.concurrency was changed: the number of requests in flight follows at the next start")
        running = reconfigure(self._application, replace(settings, storage=before.storage))
        self._application = self._outward.measured(running)
        self._sources = enabled_sources(self._application)
        with self._minding_database():
            await running.thread.call(running.store.adopt_orphans, list(self._sources))
        self._early = None
        self._ticks.wake("due")
        log.info("configuration read again", extra=describe(self._application.settings))

    # -- the database --

    @contextmanager
    def _minding_database(self) -> Iterator[None]:
        """Trouble of the database ends what is being done, and not the daemon."""
        try:
            yield
        except StoreError as error:
            self._note_trouble(error)

    def _note_trouble(self, error: StoreError) -> None:
        if not self._troubled:
            self._troubled = True
            log.error("the database cannot be used; checks and messages wait until it can: %s", error)

    def _note_recovery(self) -> None:
        if self._troubled:
            self._troubled = False
            log.info("the database can be used again; going on")
            self._ticks.wake("due")
            self._ticks.wake("outbox")


def enabled_sources(application: Application) -> dict[str, Source]:
    """The sources to be visited, by id."""
    return {source.id: source for source in application.settings.sources if source.enabled}
