"""Running one program and weighing it: CPU time, peak memory, wall time of the whole process."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
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
class Bar:
    """What is to be reached: at least a ``rate`` of items a CPU second or so many times ``other`` (``ahead``), or at
    most so many MiB (``peak``), seconds of CPU (``cpu``) or times what ``other`` needs for each item (``flat``).

    Any other measure is one of the row's own ``figures``: at most so much of it, or at least for a ``pause``.
    """

    measure: str
    value: float
    unit: str
    other: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement: what was done to how many items, by whom, at which cost, and the requests that it took.

    ``costs`` are those of everybody who did the same work, for comparing; ``bars`` are what ``who`` is to reach.
    """

    what: str
    who: str
    items: int
    cost: Cost
    costs: Mapping[str, Cost] = field(default_factory=dict)
    requests: str = ""
    bars: Sequence[Bar] = ()
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def microseconds(self) -> float:
        """CPU time for each item."""
        return self.cost.cpu / self.items * 1e6

    @property
    def rate(self) -> float:
        """Items for each second of CPU time."""
        return self.items / self.cost.cpu if self.cost.cpu else 0.0

    def value_of(self, bar: Bar) -> float:
        """What was reached, to be compared with the bar."""
        if bar.measure in self.figures:
            return self.figures[bar.measure]
        if bar.measure == "ahead":
            return self.costs[bar.other].cpu / self.cost.cpu
        if bar.measure == "flat":
            return self.cost.cpu / self.costs[bar.other].cpu
        return {"rate": self.rate, "peak": self.cost.peak, "cpu": self.cost.cpu}[bar.measure]

    def clears(self, bar: Bar) -> bool:
        """Whether the bar is reached."""
        value = self.value_of(bar)
        return value >= bar.value if bar.measure in ("rate", "ahead", "pause") else value <= bar.value

    def as_record(self) -> dict[str, object]:
        """The row for the JSON file."""
        return {
            "what": self.what,
            "who": self.who,
            "items": self.items,
            "requests": self.requests,
            "cost": asdict(self.cost),
            "microseconds": round(self.microseconds, 1),
            "rate": round(self.rate, 1),
            "figures": {name: round(value, 3) for name, value in self.figures.items()},
            "bars": [
                {"unit": bar.unit, "bar": bar.value, "reached": round(self.value_of(bar), 3), "ok": self.clears(bar)}
                for bar in self.bars
            ],
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
