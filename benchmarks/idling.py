"""What a daemon costs while nothing is due, and beside the polls where something is."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.measure import Bar, Cost, Row, RunFailed, middle
from benchmarks.phases import ROUNDS, Bench, prepare
from benchmarks.site import Site

SOURCES = 10_000
#: What a machine may spend on the daemon beside the polls, in percent of one core.
BESIDE = 0.5
#: As many polls a second as 10,000 sources every quarter of an hour need, for so many seconds.
PACE, POLLED = 11, 60.0
#: Seconds that the daemon is given to start before the first of them is due.
LEAD = 25.0
#: Seconds for which the daemon is watched once it is up, and the longest it may take until then.
WATCHED, LONGEST_START = 30.0, 120.0


def measure_idling(bench: Bench) -> Iterator[Row]:
    """CPU time in half a minute, and the size at its end."""
    feeds = [f"http://host-{number}.example/feed.xml" for number in range(SOURCES)]
    prepare(bench.folder, feeds, database="idle.db")
    bench.module("idling", "gazette.toml")
    with running_daemon(bench, "gazette.toml") as process:
        wait_until_up(process)
        before = cpu_of(process)
        time.sleep(WATCHED)
        cost = Cost(cpu_of(process) - before, WATCHED, size_of(process))
    bars = [Bar("peak", 150, "MB"), Bar("cpu", BESIDE / 100 * WATCHED, "CPU s")]
    yield Row("idle daemon 10000", "gazette", SOURCES, cost, bars=bars)


def measure_polling(bench: Bench, site: Site) -> Iterator[Row]:
    """A daemon that polls at an even pace. Beside the polls is what it costs more than a crawl of as many feeds."""
    feeds = site.feeds[: int(PACE * POLLED)]
    prepare(bench.folder, feeds, database="polling.db")
    bench.crawl(configuration="listings.toml")
    start = middle([bench.crawl("source-0", configuration="listings.toml") for _ in range(ROUNDS)])
    whole = middle([bench.crawl(configuration="listings.toml") for _ in range(ROUNDS)])
    begins = time.time() + LEAD
    spread_due_times(bench.folder / "polling.db", begins, POLLED)
    with running_daemon(bench, "listings.toml") as process:
        wait_until_up(process)
        time.sleep(max(0.0, begins - time.time()))
        site.forget_requests()
        before = cpu_of(process)
        time.sleep(POLLED)
        cost = Cost(cpu_of(process) - before, POLLED, size_of(process))
    polls = sum(site.count_requests().values())
    if polls < 0.9 * len(feeds):
        raise RunFailed(f"the daemon made {polls} polls in {POLLED:g} s, {len(feeds)} were due")
    crawled = replace(whole, cpu=max(0.001, whole.cpu - start.cpu) * polls / len(feeds))
    beside = max(0.0, cost.cpu - crawled.cpu) / POLLED * 100
    bars = [Bar("beside", BESIDE, "% of a core beside the polls")]
    yield Row("daemon, 11 polls a second", "gazette", polls, cost, {"crawl": crawled}, "", bars, {"beside": beside})


def spread_due_times(database: Path, begins: float, seconds: float) -> None:
    """Makes every source due once, one after the other."""
    with sqlite3.connect(database) as connection:
        names = [name for (name,) in connection.execute("SELECT source_id FROM source_state ORDER BY source_id")]
        moments = (datetime.fromtimestamp(begins + seconds * n / len(names), UTC) for n in range(len(names)))
        texts = [moment.replace(tzinfo=None).isoformat(" ", "microseconds") for moment in moments]
        connection.executemany("UPDATE source_state SET due_at = ? WHERE source_id = ?", zip(texts, names, strict=True))
    connection.close()


@contextmanager
def running_daemon(bench: Bench, configuration: str) -> Iterator[subprocess.Popen[bytes]]:
    """A daemon, until it is told to stop."""
    command = [sys.executable, "-m", "crawler", "--config", configuration, "daemon", "--no-web"]
    with (bench.folder / "daemon.txt").open("wb") as log:
        process = subprocess.Popen(command, cwd=bench.folder, env=bench.environment, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


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
