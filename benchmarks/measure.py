"""Running one program and weighing it: CPU time, peak memory, wall time of the whole process."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


class RunFailed(Exception):
    """A measured program did not do what was asked; the message is the end of what it said."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process used: seconds of CPU (user and system), seconds by the clock, its largest size in MiB.

    The size is never less than that of the benchmark itself, which the process begins as a copy of.
    """

    cpu: float
    wall: float
    peak: float


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement: what was done to how many items, by whom, at which cost, and the requests that it took.

    ``yardstick`` is the CPU time of the yardstick for the same work; 0 where there is none.
    """

    what: str
    who: str
    items: int
    cost: Cost
    yardstick: float = 0.0
    requests: str = ""

    @property
    def microseconds(self) -> float:
        """CPU time for each item."""
        return self.cost.cpu / self.items * 1e6

    @property
    def ratio(self) -> float:
        """CPU time as a multiple of the yardstick's; 0 where there is none."""
        return self.cost.cpu / self.yardstick if self.yardstick else 0.0

    def as_record(self) -> dict[str, object]:
        """The row for the JSON file."""
        return {
            **asdict(self),
            "cost": asdict(self.cost),
            "microseconds": round(self.microseconds, 1),
            "ratio": round(self.ratio, 3),
        }


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Cost:
    """Runs ``command`` in ``folder`` to its end. Raises ``RunFailed`` unless it ends with 0."""
    log = folder / "output.txt"
    with log.open("wb") as output:
        began = time.monotonic()
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        said = log.read_text("utf-8", "replace")[-2000:]
        raise RunFailed(f"{' '.join(command)} ended with {process.returncode}:\n{said}")
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


def middle(costs: Sequence[Cost]) -> Cost:
    """The median of several runs, figure by figure."""
    return Cost(
        statistics.median(cost.cpu for cost in costs),
        statistics.median(cost.wall for cost in costs),
        statistics.median(cost.peak for cost in costs),
    )
