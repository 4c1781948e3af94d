"""What a daemon costs while nothing is due: many sources, all of them checked lately."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.measure import Bar, Cost, Row, RunFailed
from benchmarks.phases import Bench, prepare

SOURCES = 10_000
#: Seconds for which the daemon is watched once it is up, and the longest it may take until then.
WATCHED, LONGEST_START = 30.0, 120.0


def measure_idling(bench: Bench) -> Iterator[Row]:
    """CPU time in half a minute, and the size at its end."""
    feeds = [f"http://host-{number}.example/feed.xml" for number in range(SOURCES)]
    prepare(bench.folder, feeds, database="idle.db")
    bench.module("idling", "gazette.toml")
    command = [sys.executable, "-m", "crawler", "--config", "gazette.toml", "daemon", "--no-web"]
    with (bench.folder / "daemon.txt").open("wb") as log:
        process = subprocess.Popen(command, cwd=bench.folder, env=bench.environment, stdout=log, stderr=log)
    try:
        wait_until_up(process)
        before = cpu_of(process)
        time.sleep(WATCHED)
        cost = Cost(cpu_of(process) - before, WATCHED, size_of(process))
    finally:
        process.terminate()
        process.wait(30)
    share = 0.005 * WATCHED
    yield Row("idle daemon 10000", "gazette", SOURCES, cost, bars=[Bar("peak", 150, "MB"), Bar("cpu", share, "CPU s")])


def wait_until_up(process: subprocess.Popen[bytes]) -> None:
    """Returns when the daemon has read its configuration and planned: from then on it uses less than it did."""
    give_up_at = time.monotonic() + LONGEST_START
    time.sleep(5)
    while time.monotonic() < give_up_at:
        before = cpu_of(process)
        time.sleep(3)
        if cpu_of(process) - before < 0.3:
            return


def cpu_of(process: subprocess.Popen[bytes]) -> float:
    """Seconds of CPU that a running process has used. Raises ``RunFailed`` where it has ended."""
    if process.poll() is not None:
        raise RunFailed(f"the daemon ended with {process.returncode}")
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def size_of(process: subprocess.Popen[bytes]) -> float:
    """Its largest size in MiB."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def make_states(configuration: Path) -> None:
    """Remembers of every source that it was checked a moment ago and is due within a quarter of an hour."""
    from crawler.bootstrap import open_database
    from crawler.model import Outcome, SourceState, Verdict
    from crawler.settings import load_settings

    settings, now = load_settings(configuration, {}), datetime.now(UTC)
    chance = random.Random(7)
    with open_database(settings) as store:
        states = [
            SourceState(
                source_id=source.id,
                address=source.address,
                checked_at=now,
                well_at=now,
                changed_at=now,
                baselined_at=now - timedelta(days=9),
                due_at=now + timedelta(seconds=chance.uniform(300, 900)),
                verdict=Verdict.OK,
                entry_count=20,
                checks=100,
            )
            for source in settings.sources
        ]
        store.commit([Outcome(source_id=state.source_id, state=state) for state in states])


if __name__ == "__main__":
    make_states(Path(sys.argv[1]))
