"""Visits under way: one task for a source, no place for those that wait, rests after trouble, and an orderly end."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from crawler.errors import StoreError
from crawler.model import KnownArticle, Source, SourceState, Verdict
from crawler.pipeline.result import CheckResult
from crawler.scheduler.agenda import Visit
from crawler.scheduler.visits import FIRST_REST, LONGEST_REST, Visits

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SOURCE = Source(id="harbour", kind="feed", url="https://www.example.org/feed.xml")
STATE = SourceState(
    source_id="harbour", address=SOURCE.address, checked_at=NOON, due_at=NOON, baselined_at=NOON, verdict=Verdict.OK
)
DOUBTFUL = KnownArticle(
    id="a1", source_id="harbour", url="https://www.example.org/a", keys=("k",), first_seen_at=NOON, changed_at=NOON
)


@dataclass
class Desk:
    """Stands for the running program: a clock, what is remembered, and a checker that does as it is told."""

    state: SourceState | None = STATE
    result: CheckResult = field(default_factory=lambda: CheckResult(source=SOURCE, state=STATE, verdict=Verdict.OK))
    error: Exception | None = None
    gate: asyncio.Event | None = None
    done: list[str] = field(default_factory=list)
    now_is: datetime = NOON

    @property
    def clock(self):
        return SimpleNamespace(now=lambda: self.now_is)

    @property
    def thread(self):
        return self

    @property
    def checker(self):
        return self

    async def source_states(self, ids):
        return {self.state.source_id: self.state} if self.state else {}

    async def _answer(self, what: str) -> CheckResult:
        self.done.append(what)
        if self.gate:
            await self.gate.wait()
        if self.error:
            raise self.error
        return self.result

    async def check(self, source, state):
        return await self._answer("check")

    async def recheck(self, source, state):
        return await self._answer("recheck")

    async def confirm(self, result):
        self.done.append("confirm")
        return result


@dataclass
class Heard:
    """What visits tell to whoever began them."""

    results: list = field(default_factory=list)
    failures: list = field(default_factory=list)
    freed: int = 0
    waits: asyncio.Event = field(default_factory=asyncio.Event)

    def make(self) -> Visits:
        async def hear(source_id, result):
            self.results.append((source_id, result))

        def free():
            self.freed += 1

        async def pause(seconds):
            self.seconds = seconds
            await self.waits.wait()

        return Visits(heard=hear, freed=free, failed=self.failures.append, pause=pause)


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_a_visit_checks_tells_and_makes_room():
    async def live():
        desk, heard = Desk(), Heard()
        visits = heard.make()
        visits.begin(Visit(SOURCE), desk)
        assert (visits.count, visits.busy(NOON), visits.hosts["www.example.org"]) == (1, {"harbour"}, 1)
        await settle()
        assert (visits.count, visits.busy(NOON), heard.freed) == (0, set(), 1)
        assert (desk.done, heard.results) == (["check"], [("harbour", desk.result)])

    asyncio.run(live())


def test_the_wait_for_a_second_look_takes_no_place_but_keeps_the_source():
    async def live():
        desk, heard = Desk(), Heard()
        desk.result = replace(desk.result, doubtful=(DOUBTFUL,))
        visits = heard.make()
        visits.begin(Visit(SOURCE), desk)
        await settle()
        assert (visits.count, visits.busy(NOON), heard.seconds) == (0, {"harbour"}, 20.0)
        heard.waits.set()
        await settle()
        assert (desk.done, visits.busy(NOON)) == (["check", "confirm"], set())

    asyncio.run(live())


def test_nothing_is_settled_after_the_oldest_visit_or_second_look_under_way():
    async def live():
        desk, heard = Desk(gate=asyncio.Event()), Heard()
        desk.result = replace(desk.result, doubtful=(DOUBTFUL,))
        visits = heard.make()
        later = NOON + timedelta(minutes=3)
        assert visits.settled_at(later) == later
        visits.begin(Visit(SOURCE), desk)
        await settle()
        assert visits.settled_at(later) == NOON
        desk.gate.set()
        await settle()
        assert visits.settled_at(later) == later  # what it found is committed; the second look has not begun

        desk.now_is, looking = later, asyncio.Event()
        desk.confirm = lambda result: looking.wait()
        heard.waits.set()
        await settle()
        assert visits.settled_at(later + timedelta(minutes=1)) == later
        looking.set()
        await settle()
        assert visits.settled_at(later + timedelta(minutes=1)) == later + timedelta(minutes=1)

    asyncio.run(live())


@pytest.mark.parametrize(
    "state",
    [replace(STATE, muted=True), replace(STATE, due_at=NOON + timedelta(minutes=5))],
    ids=["muted", "read by another program meanwhile"],
)
def test_what_is_not_due_any_more_is_not_checked(state):
    async def live():
        desk, heard = Desk(state=state), Heard()
        heard.make().begin(Visit(SOURCE), desk)
        await settle()
        assert (desk.done, heard.results) == ([], [("harbour", None)])

    asyncio.run(live())


def test_articles_of_a_host_in_trouble_rest_for_a_while():
    async def live():
        desk, heard = Desk(state=replace(STATE, failures=2, verdict=Verdict.BLOCKED)), Heard()
        visits = heard.make()
        visits.begin(Visit(SOURCE, listing=False), desk)
        await settle()
        assert desk.done == []
        assert visits.leaves_articles(NOON) == {"harbour"}
        assert visits.busy(NOON) == set()
        assert visits.leaves_articles(NOON + FIRST_REST) == set()

    asyncio.run(live())


def test_a_visit_that_cannot_be_written_makes_its_source_rest_ever_longer():
    async def live():
        desk, heard = Desk(error=StoreError("disk full")), Heard()
        visits = heard.make()
        for rest in (FIRST_REST, 2 * FIRST_REST, 4 * FIRST_REST):
            visits.begin(Visit(SOURCE), desk)
            await settle()
            assert visits.busy(desk.now_is + rest - timedelta(seconds=1)) == {"harbour"}
            assert visits.busy(desk.now_is + rest) == set()
        assert [str(error) for error in heard.failures] == ["disk full"] * 3
        assert heard.results == []

    asyncio.run(live())


def test_no_rest_is_longer_than_half_an_hour():
    async def live():
        desk, heard = Desk(error=StoreError("disk full")), Heard()
        visits = heard.make()
        for _ in range(12):
            visits.begin(Visit(SOURCE), desk)
            await settle()
            visits.busy(NOON + LONGEST_REST)
        visits.begin(Visit(SOURCE), desk)
        await settle()
        assert visits.busy(NOON + LONGEST_REST) == set()

    asyncio.run(live())


def test_a_mistake_of_our_own_ends_one_visit_and_is_logged(caplog):
    async def live():
        desk, heard = Desk(error=ZeroDivisionError()), Heard()
        visits = heard.make()
        visits.begin(Visit(SOURCE), desk)
        await settle()
        assert (visits.count, visits.busy(NOON)) == (0, {"harbour"})

    asyncio.run(live())
    assert "the visit of harbour broke off" in caplog.text


# -- the end ---------------------------------------------------------------------------------------------------------


def test_the_end_waits_for_what_is_under_way():
    async def live():
        desk, heard = Desk(gate=asyncio.Event()), Heard()
        visits = heard.make()
        visits.begin(Visit(SOURCE), desk)
        await settle()
        ending = asyncio.create_task(visits.finish(asyncio.sleep(60)))
        await settle()
        assert not ending.done()
        desk.gate.set()
        assert await ending == 0
        assert heard.results == [("harbour", desk.result)]

    asyncio.run(live())


def test_the_end_cuts_off_what_is_still_under_way_at_the_deadline():
    async def live():
        desk, heard = Desk(gate=asyncio.Event()), Heard()
        visits = heard.make()
        visits.begin(Visit(SOURCE), desk)
        await settle()
        assert await visits.finish(asyncio.sleep(0.01)) == 1
        assert heard.results == []

    asyncio.run(live())


def test_the_end_does_not_wait_for_second_looks():
    async def live():
        desk, heard = Desk(), Heard()
        desk.result = replace(desk.result, doubtful=(DOUBTFUL,))
        visits = heard.make()
        visits.begin(Visit(SOURCE), desk)
        await settle()
        assert await visits.finish(asyncio.sleep(60)) == 0
        assert desk.done == ["check"]

    asyncio.run(live())


def test_no_second_look_is_begun_once_the_end_has_come():
    async def live():
        desk, heard = Desk(gate=asyncio.Event()), Heard()
        desk.result = replace(desk.result, doubtful=(DOUBTFUL,))
        visits = heard.make()
        visits.begin(Visit(SOURCE), desk)
        await settle()
        ending = asyncio.create_task(visits.finish(asyncio.sleep(60)))
        await settle()
        desk.gate.set()
        assert await ending == 0
        assert desk.done == ["check"]

    asyncio.run(live())


def test_an_end_with_nothing_under_way_comes_at_once():
    async def live():
        assert await Heard().make().finish(asyncio.sleep(60)) == 0

    asyncio.run(live())


# -- the log ---------------------------------------------------------------------------------------------------------


def failing(verdict: Verdict, failures: int) -> CheckResult:
    state = replace(STATE, failures=failures, verdict=verdict)
    return CheckResult(source=SOURCE, state=state, verdict=verdict, reason="HTTP\x1b[31m 503")


def test_the_log_tells_a_change_of_state_and_nothing_else(caplog):
    caplog.set_level(logging.INFO)
    well = CheckResult(source=SOURCE, state=STATE, verdict=Verdict.OK)
    gone = failing(Verdict.GONE, 2)
    turns = [
        (None, well),
        (STATE, failing(Verdict.UNREACHABLE, 1)),
        (failing(Verdict.UNREACHABLE, 1).state, failing(Verdict.UNREACHABLE, 2)),
        (failing(Verdict.UNREACHABLE, 2).state, failing(Verdict.BLOCKED, 3)),
        (failing(Verdict.BLOCKED, 3).state, well),
        (STATE, well),
        (failing(Verdict.GONE, 1).state, replace(gone, state=replace(gone.state, muted=True))),
    ]

    async def live():
        for before, result in turns:
            heard = Heard()
            heard.make().begin(Visit(SOURCE), Desk(state=before, result=result))
            await settle()

    asyncio.run(live())
    told = [(record.getMessage(), getattr(record, "verdict", None)) for record in caplog.records]
    fails = [("source fails", "unreachable"), ("source fails", "blocked")]
    assert told == [*fails, ("source is well again", None), ("source is asked no more", None)]
    assert "gazette sources resume" in caplog.records[-1].reason
    assert "\x1b" not in caplog.records[0].reason
