"""A database that says nothing is trouble after a while, and keeps nobody from ending."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from crawler.scheduler.silence import minding_silence


@pytest.mark.parametrize(("takes", "noted"), [(0.0, []), (0.2, ["it has not answered for 0.05 s"])])
def test_only_what_takes_long_is_noted_and_is_awaited_all_the_same(takes, noted):
    troubles = []

    async def live():
        with minding_silence(lambda error: troubles.append(str(error)), 0.05):
            await asyncio.sleep(takes)
        ended = len(troubles)
        await asyncio.sleep(0.1)
        return ended

    assert asyncio.run(live()) == len(noted)
    assert troubles == noted


def test_a_process_with_a_thread_that_never_ends_is_ended_with_0():
    stuck = "from concurrent.futures import ThreadPoolExecutor as Pool; Pool(1).submit(__import__('time').sleep, 600)"
    ended = subprocess.run(
        [sys.executable, "-c", f"from crawler.scheduler.silence import end_by_force; {stuck}; end_by_force(0.2)"],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 0
    assert b"stopped without it" in ended.stderr
