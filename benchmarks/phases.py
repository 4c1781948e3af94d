"""What is measured, phase by phase: Gazette and the yardstick do the same work, one after the other."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.measure import Cost, Row, RunFailed, middle, run
from benchmarks.site import Site

NAIVE = Path(__file__).with_name("naive.py")
#: Runs of a short phase; the median counts.
ROUNDS = 3
_CONFIGURATION = """
[storage]
url = "sqlite:///gazette.db"
snapshots = "snapshots"
[fetch]
host_delay = "0s"
host_concurrency = 32
private_hosts = ["127.0.0.1"]
[confirm]
after = "0s"
[log]
level = "error"
"""


@dataclass(frozen=True, slots=True)
class Phase:
    """One piece of work: how both are called, how many items it has, what the server must have been asked for."""

    what: str
    ours: tuple[str, ...]
    theirs: tuple[str, ...]
    items: int
    expected: Mapping[str, int]
    rounds: int = 1


@dataclass(slots=True)
class Bench:
    """A folder to work in, with bytecode of its own: everything is compiled beforehand, as an installer leaves it."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("GAZETTE_")}
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self.environment["PYTHONPYCACHEPREFIX"] = str(self.folder / "bytecode")
        self.environment["PYTHONPATH"] = str(NAIVE.parent.parent)

    def gazette(self, *arguments: str) -> Cost:
        """One run of Gazette."""
        return run([sys.executable, "-m", "crawler", *arguments], self.folder, self.environment)

    def naive(self, *arguments: str) -> Cost:
        """One run of the yardstick."""
        return run([sys.executable, "-m", "benchmarks.naive", *arguments], self.folder, self.environment)


def measure_help(bench: Bench) -> Row:
    """``gazette --help``: what a person waits for before anything happens."""
    bench.gazette("--help")
    costs = [bench.gazette("--help") for _ in range(2 * ROUNDS + 1)]
    return Row("gazette --help", "gazette", 1, middle(costs))


def measure_crawls(bench: Bench, site: Site, *, items: int) -> Iterator[Row]:
    """Every phase of ``plan``. Raises ``RunFailed`` where the server was not asked for what the phase is about."""
    warm_up(bench, site)
    prepare(bench.folder, site.feeds, "gazette.toml", "feeds.txt")
    for phase in plan(len(site.feeds), items):
        yield from measure(bench, site, phase)


def plan(sources: int, items: int) -> list[Phase]:
    """The phases in their order: each needs what the one before it left."""
    feeds, articles = sources, sources * items
    every = ("--recheck", "all")
    return [
        Phase("first crawl", (), ("--articles",), articles, {"feeds:200": feeds, "articles:200": articles}),
        Phase("unchanged check", (), (), feeds, {"feeds:304": feeds}, ROUNDS),
        Phase("unchanged recheck", every, ("--recheck",), articles, {"feeds:304": feeds, "articles:304": articles}),
    ]


def measure(bench: Bench, site: Site, phase: Phase) -> Iterator[Row]:
    """One phase: the yardstick, then Gazette."""
    theirs, ours = [], []
    for _ in range(phase.rounds):
        site.forget_requests()
        theirs.append(bench.naive("feeds.txt", "naive.db", *phase.theirs))
        refuse_other_work(phase, "yardstick", site)
        site.forget_requests()
        ours.append(bench.gazette("--config", "gazette.toml", "crawl", *phase.ours))
        refuse_other_work(phase, "gazette", site)
    asked = ", ".join(f"{number} {name}" for name, number in phase.expected.items())
    yardstick = middle(theirs)
    yield Row(phase.what, "yardstick", phase.items, yardstick, requests=asked)
    yield Row(phase.what, "gazette", phase.items, middle(ours), yardstick.cpu, requests=asked)


def refuse_other_work(phase: Phase, who: str, site: Site) -> None:
    """A figure counts only if the work was done: the server's counters tell. Raises ``RunFailed``."""
    counted = site.count_requests()
    if counted != dict(phase.expected):
        raise RunFailed(f"{phase.what}, {who}: the server expected {dict(phase.expected)} and was asked for {counted}")


def warm_up(bench: Bench, site: Site) -> None:
    """One crawl of one feed by each, so that all bytecode is compiled."""
    prepare(bench.folder, site.feeds[:1], "warm.toml", "warm.txt", database="warm.db")
    for articles in (("--articles",), ()):
        bench.naive("warm.txt", "warm-naive.db", *articles)
        bench.gazette("--config", "warm.toml", "crawl")
    bench.gazette("--config", "warm.toml", "crawl", "--recheck", "all")


def prepare(
    folder: Path, feeds: Sequence[str], configuration: str, listing: str, *, database: str = "gazette.db"
) -> None:
    """Writes what each of the two is told to watch."""
    sources = [
        f'[[source]]\nid = "source-{number}"\nkind = "feed"\nurl = "{url}"\n' for number, url in enumerate(feeds)
    ]
    text = _CONFIGURATION.replace("gazette.db", database)
    (folder / configuration).write_text(text + "".join(sources), "utf-8")
    (folder / listing).write_text("\n".join(feeds), "utf-8")
