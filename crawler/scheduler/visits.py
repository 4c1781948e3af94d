"""Visits under way: each source by at most one task, the wait for a second look without a place."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from crawler.bootstrap import Application
from crawler.errors import StoreError
from crawler.model import SourceState
from crawler.pipeline.decide import SENT_AWAY
from crawler.pipeline.result import CheckResult
from crawler.scheduler.agenda import Visit, host_of, is_listing_due, may_recheck
from crawler.text.normalize import clean, shorten

log = logging.getLogger(__name__)

#: How long a source is left alone whose visit could not be written, or broke off; doubled each time in a row.
FIRST_REST = timedelta(minutes=1)
LONGEST_REST = timedelta(minutes=30)

Heard = Callable[[str, CheckResult | None], Awaitable[None]]


class Visits:
    """Begins visits and brings them to their end.

    ``heard`` hears what came of the visit to a source (None: there was nothing to do any more), ``freed`` that there
    is room again, ``failed`` of a database in trouble.
    """

    def __init__(
        self,
        *,
        heard: Heard,
        freed: Callable[[], None],
        failed: Callable[[StoreError], None],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._heard = heard
        self._freed = freed
        self._failed = failed
        self._pause = pause
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._hosts: dict[str, str] = {}  # of the visits that take up room, by source
        self._began: dict[str, datetime] = {}  # of the same, and of second looks
        self._waiting: set[str] = set()
        self._resting: dict[str, datetime] = {}
        self._articles_resting: dict[str, datetime] = {}
        self._misses: Counter[str] = Counter()
        self._closed = False

    # -- what is under way --

    @property
    def count(self) -> int:
        """How many visits take up room."""
        return len(self._hosts)

    @property
    def hosts(self) -> Counter[str]:
        """How many visits each host has."""
        return Counter(self._hosts.values())

    def busy(self, now: datetime) -> set[str]:
        """The sources not to be visited now: under way, or resting after a visit that broke off."""
        self._resting = after(now, self._resting)
        return {*self._tasks, *self._resting}

    def leaves_articles(self, now: datetime) -> set[str]:
        """The sources whose articles are left alone for now, though they are due."""
        self._articles_resting = after(now, self._articles_resting)
        return set(self._articles_resting)

    def settled_at(self, now: datetime) -> datetime:
        """Until when everything that was begun is committed: ``now``, or when the oldest visit under way began."""
        return min([now, *self._began.values()])

    # -- one visit --

    def begin(self, visit: Visit, application: Application) -> None:
        """Starts a visit as a task of its own."""
        source = visit.source
        self._hosts[source.id] = host_of(source)
        self._began[source.id] = application.clock.now()
        task = asyncio.create_task(self._see_through(visit, application), name=f"visit {source.id}")
        self._tasks[source.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(source.id, None))

    async def _see_through(self, visit: Visit, application: Application) -> None:
        source_id = visit.source.id
        try:
            result = await self._visit(visit, application)
            self._leave(source_id)
            await self._tell(source_id, result)
            if result is not None and result.doubtful:
                await self._confirm(result, application)
            self._misses.pop(source_id, None)
        except StoreError as error:
            self._rest(source_id, application.clock.now())
            self._failed(error)
        except Exception:
            self._rest(source_id, application.clock.now())
            log.exception("the visit of %s broke off", source_id)
        finally:
            self._leave(source_id)

    async def _tell(self, source_id: str, result: CheckResult | None) -> None:
        try:
            await self._heard(source_id, result)
        except StoreError:
            raise
        except Exception:  # what was found is committed, and edits still wait for their second look
            log.exception("what came of the visit of %s could not be passed on", source_id)

    def _leave(self, source_id: str) -> None:
        self._began.pop(source_id, None)
        if self._hosts.pop(source_id, None) is not None:
            self._freed()

    def _rest(self, source_id: str, now: datetime) -> None:
        rest = FIRST_REST * 2 ** min(self._misses[source_id], 10)
        self._misses[source_id] += 1
        self._resting[source_id] = now + min(rest, LONGEST_REST)

    async def _visit(self, visit: Visit, application: Application) -> CheckResult | None:
        """What came of it, or None where there turned out to be nothing to do."""
        source, now = visit.source, application.clock.now()
        state = (await application.thread.source_states([source.id])).get(source.id)
        if state is not None and state.muted:
            return None
        if visit.listing:
            if not is_listing_due(source, state, now):
                return None
            result = await application.checker.check(source, state)
            tell_turn(state, result)
        else:
            if state is None or not may_recheck(state):
                self._articles_resting[source.id] = now + FIRST_REST
                return None
            result = await application.checker.recheck(source, state)
            if not result.is_well:
                self._articles_resting[source.id] = now + LONGEST_REST
        tell_visit(visit, result)
        return result

    async def _confirm(self, result: CheckResult, application: Application) -> None:
        """The second look at doubtful edits. Where it does not come to it, they are due again in the database."""
        source = result.source
        if self._closed:
            return
        self._waiting.add(source.id)
        try:
            await self._pause(source.confirm_after.total_seconds())
        finally:
            self._waiting.discard(source.id)
        self._began[source.id] = application.clock.now()
        await application.checker.confirm(result)

    # -- the end --

    async def finish(self, deadline: Awaitable[None]) -> int:
        """Lets visits end until ``deadline``, then cancels them; those that only wait are not waited for.

        Returns how many were cancelled in the middle.
        """
        self._closed = True
        for source_id in self._waiting:
            self._tasks[source_id].cancel()
        running: asyncio.Future[Any] = asyncio.gather(*self._tasks.values(), return_exceptions=True)
        limit: asyncio.Future[Any] = asyncio.ensure_future(deadline)
        await asyncio.wait([running, limit], return_when=asyncio.FIRST_COMPLETED)
        limit.cancel()
        cut_off = len(self._hosts)
        for task in list(self._tasks.values()):
            task.cancel()
        await running
        return cut_off


def after(now: datetime, untils: dict[str, datetime]) -> dict[str, datetime]:
    """Those rests that are not over."""
    return {source_id: until for source_id, until in untils.items() if until > now}


def tell_turn(before: SourceState | None, result: CheckResult) -> None:
    """One line in the log when a source begins to fail, fails otherwise, is silenced, or is well again; else none."""
    source_id, failed_before = result.source.id, before is not None and before.failures > 0
    if result.is_well:
        if failed_before:
            log.info("source is well again", extra={"source": source_id})
        return
    if result.state.muted:  # it was not when the visit began: the server sent us away
        log.warning("source is asked no more", extra={"source": source_id, "reason": f"{result.reason}: {SENT_AWAY}"})
        return
    if failed_before and before is not None and before.verdict is result.verdict:
        return
    due_at = result.state.due_at
    log.warning(
        "source fails",
        extra={
            "source": source_id,
            "verdict": result.verdict.value,
            "reason": shorten(clean(result.reason), 300),
            "next_try_at": due_at.isoformat(timespec="seconds") if due_at else None,
        },
    )


def tell_visit(visit: Visit, result: CheckResult) -> None:
    """Every visit, for those who want to know exactly."""
    log.debug(
        "visited",
        extra={
            "source": visit.source.id,
            "what": "listing" if visit.listing else "articles",
            "verdict": result.verdict.value,
            "listed": result.listed,
            "reread": result.reread,
            "changes": len(result.changes),
            "doubtful": len(result.doubtful),
        },
    )
