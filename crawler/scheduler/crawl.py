"""One round now: check the named sources, confirm what is doubtful, send what was promised, and sum up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches

from crawler.bootstrap import Application, FixedClock, open_application
from crawler.errors import UsageError
from crawler.model import Change, ChangeKind, Incident, Source, SourceState
from crawler.notifier.outbox import DispatchReport
from crawler.pipeline.looks import Depth
from crawler.pipeline.result import CheckResult, Recheck
from crawler.pipeline.round import Report, run_round
from crawler.settings import Settings

#: So many sources are named in a message, of more the likely ones.
FEW = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlRequest:
    """What a person asked of one crawl. ``source_ids`` empty: every enabled source."""

    source_ids: tuple[str, ...] = ()
    recheck: Recheck = Recheck.DUE
    alerts: bool = True
    dry: bool = False
    depth: Depth | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlReport:
    """What one crawl came to. ``known`` counts articles after it; ``took`` is in seconds of real time.

    ``failing_before`` names the sources that already failed before this crawl; ``welcomed`` the subscriptions that
    were promised their first message by it.
    """

    results: tuple[CheckResult, ...]
    known: int
    took: float
    created: bool = False
    dry: bool = False
    deliveries: DispatchReport = field(default_factory=DispatchReport)
    next_due_at: datetime | None = None
    failing_before: frozenset[str] = frozenset()
    welcomed: tuple[str, ...] = ()

    @property
    def changes(self) -> list[Change]:
        """All changes, in commit order."""
        return sorted((change for result in self.results for change in result.changes), key=lambda each: each.seq)

    @property
    def incidents(self) -> list[Incident]:
        """All tellings of incidents, source by source."""
        return [incident for result in self.results for incident in result.incidents]

    @property
    def failed(self) -> list[CheckResult]:
        """The sources that could not be checked."""
        return [result for result in self.results if not result.is_well]

    @property
    def rechecked(self) -> int:
        """Known articles that were looked at again."""
        return sum(result.reread for result in self.results)

    def count(self, kind: ChangeKind, *, baseline: bool | None = None) -> int:
        """How many changes of a kind there were; ``baseline`` counts only those told, or only those not."""
        return sum(each.kind is kind and baseline in (None, each.baseline) for each in self.changes)


def ignore(result: CheckResult) -> None:
    """Hears of a check's end and does nothing."""


async def crawl(settings: Settings, request: CrawlRequest, *, report: Report = ignore) -> CrawlReport:
    """Runs one round. Raises ``UsageError`` for an unknown source or a time before the last check; ``StoreError``."""
    began = time.monotonic()
    sources = choose_sources(settings, request.source_ids)
    clock = FixedClock(request.as_of) if request.as_of else None
    async with open_application(settings, clock=clock, dry=request.dry, alerts=request.alerts) as application:
        every = {source.id for source in (*settings.sources, *sources)}
        remembered = await application.thread.source_states(every)
        refuse_the_past(request.as_of, remembered.values())
        states = {source.id: remembered[source.id] for source in sources if source.id in remembered}
        tells = request.alerts and not request.dry
        if tells and settings.subscriptions:
            from crawler.scheduler.reports import tell_coverage

            await tell_coverage(application, application.clock.now())
        results = await run_round(
            application.checker,
            [source for source in sources if not is_muted(states.get(source.id))],
            states,
            recheck=request.recheck,
            concurrency=settings.concurrency,
            report=report,
            pause=skip_pause if request.as_of else asyncio.sleep,
            depth=request.depth,
        )
        welcomed = await welcome_all(application) if tells and settings.subscriptions else ()
        deliveries = await application.outbox.drain() if tells else DispatchReport()
        return CrawlReport(
            results=tuple(results),
            known=await application.thread.call(application.store.count_articles),
            took=time.monotonic() - began,
            created=application.store.created and not request.dry,
            dry=request.dry,
            deliveries=deliveries,
            next_due_at=next_due({**states, **{result.source.id: result.state for result in results}}.values()),
            failing_before=frozenset(state.source_id for state in states.values() if state.failures),
            welcomed=welcomed,
        )


async def welcome_all(application: Application) -> tuple[str, ...]:
    """Promises the first messages that are due; the names of their subscriptions."""
    from crawler.scheduler.welcome import welcome  # with all that writes messages

    return await welcome(application)


def next_due(states: Iterable[SourceState]) -> datetime | None:
    """When the first of these sources is due again."""
    return min((state.due_at for state in states if state.due_at), default=None)


def choose_sources(settings: Settings, source_ids: Sequence[str]) -> list[Source]:
    """The named sources, or every enabled one; a source named on purpose is checked even where disabled."""
    if not source_ids:
        return [source for source in settings.sources if source.enabled]
    by_id = {source.id: source for source in settings.sources}
    unknown = [each for each in source_ids if each not in by_id]
    if unknown:
        raise UsageError(f"no source is called {', '.join(unknown)}; {name_likely(unknown[0], sorted(by_id))}")
    return [by_id[each] for each in dict.fromkeys(source_ids)]


def name_likely(wrong: str, ids: Sequence[str]) -> str:
    """What to say of the sources there are: all of a few, the nearest of many."""
    if not ids:
        return "none is configured: gazette add URL"
    if len(ids) <= FEW:
        return f"there are: {', '.join(ids)}"
    near = get_close_matches(wrong, ids, n=3)
    return f"{'did you mean ' + ' or '.join(near) + '? ' if near else ''}`gazette sources` lists all {len(ids)}"


def refuse_the_past(as_of: datetime | None, states: Iterable[SourceState]) -> None:
    """Raises ``UsageError`` when a crawl is to be decided at a time before the last check of any configured source."""
    checked = [state.checked_at for state in states if state.checked_at]
    if as_of is not None and checked and as_of < max(checked):
        last = max(checked).astimezone(UTC).isoformat(timespec="seconds")
        raise UsageError(f"--as-of {as_of.isoformat()} lies before the last check at {last}")


def is_muted(state: SourceState | None) -> bool:
    """Whether an operator has silenced the source."""
    return state is not None and state.muted


async def skip_pause(seconds: float) -> None:
    """Waits not at all: a replay must not sleep through a simulated week."""
