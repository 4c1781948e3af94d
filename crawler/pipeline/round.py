"""Many checks side by side, then one second look at everything doubtful.

The round waits once, for all doubtful edits together, however many sources it visits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence

from crawler.model import Source, SourceState
from crawler.pipeline.check import Checker
from crawler.pipeline.looks import Depth
from crawler.pipeline.result import CheckResult, Recheck

Report = Callable[[CheckResult], None]
Pause = Callable[[float], Awaitable[None]]


async def run_round(
    checker: Checker,
    sources: Sequence[Source],
    states: Mapping[str, SourceState],
    *,
    recheck: Recheck,
    concurrency: int,
    report: Report,
    pause: Pause = asyncio.sleep,
    depth: Depth | None = None,
) -> list[CheckResult]:
    """Checks every source, at most ``concurrency`` at a time, and confirms what was doubtful.

    ``report`` hears of each check as it ends. Results come in the order of ``sources``.
    """
    waiting = iter(sources)
    results: dict[str, CheckResult] = {}

    async def work() -> None:
        for source in waiting:  # shared by all workers: each takes the next source that nobody has
            results[source.id] = await checker.check(source, states.get(source.id), recheck, depth)
            report(results[source.id])

    await run_together(work() for _ in range(min(concurrency, len(sources))))
    await confirm_doubtful(checker, results, pause=pause)
    return [results[source.id] for source in sources]


async def confirm_doubtful(checker: Checker, results: dict[str, CheckResult], *, pause: Pause) -> None:
    """Waits until every doubtful edit is old enough, then looks at each a second time."""
    doubtful = [result for result in results.values() if result.doubtful]
    if not doubtful:
        return
    await pause(longest_wait(doubtful))

    async def confirm(result: CheckResult) -> None:
        results[result.source.id] = await checker.confirm(result)

    await run_together(confirm(result) for result in doubtful)


async def run_together(jobs: Iterable[Coroutine[object, object, None]]) -> None:
    """Runs all jobs at once. What one raises stops the others and is raised as it is, not wrapped in a group."""
    try:
        async with asyncio.TaskGroup() as group:
            for job in jobs:
                group.create_task(job)
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from errors


def longest_wait(results: Iterable[CheckResult]) -> float:
    """Seconds to wait so that the slowest source's confirmation is due."""
    return max(result.source.confirm_after.total_seconds() for result in results)
