"""What is measured, phase by phase: Gazette and others do the same work, one after the other."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.measure import Bar, Cost, Row, RunFailed, middle, run
from benchmarks.peers import has_peers, spider_command, urlwatch_command, write_urlwatch
from benchmarks.site import Site

ROOT = Path(__file__).resolve().parent.parent
#: Runs of a short phase; the median counts.
ROUNDS = 3
_CONFIGURATION = """
[storage]
url = "sqlite:///DATABASE"
snapshots = "snapshots"
[fetch]
host_delay = "0s"
host_concurrency = 32
private_hosts = ["127.0.0.1"]
[recheck]
ladder = ["1d"]
[confirm]
after = "0s"
[log]
level = "error"
"""


@dataclass(slots=True)
class Bench:
    """A folder to work in, with bytecode of its own: everything is compiled beforehand, as an installer leaves it."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("GAZETTE_")}
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self.environment["PYTHONPYCACHEPREFIX"] = str(self.folder / "bytecode")
        self.environment["PYTHONPATH"] = str(ROOT)

    def gazette(self, *arguments: str) -> Cost:
        """One run of Gazette."""
        return run([sys.executable, "-m", "crawler", *arguments], self.folder, self.environment)

    def crawl(self, *arguments: str, configuration: str = "gazette.toml") -> Cost:
        """One crawl by Gazette."""
        return self.gazette("--config", configuration, "crawl", *arguments)

    def module(self, name: str, *arguments: str) -> Cost:
        """One run of a program of the benchmarks."""
        return run([sys.executable, "-m", f"benchmarks.{name}", *arguments], self.folder, self.environment)

    def peer(self, command: Sequence[str]) -> Cost:
        """One run of a program from the yardsticks' own environment."""
        environment = {name: value for name, value in self.environment.items() if name != "PYTHONPATH"}
        return run(command, self.folder, environment)


@dataclass(frozen=True, slots=True)
class Contender:
    """Who does the work, how it is told to, and how many times its CPU time ours must go into."""

    who: str
    act: Callable[[], Cost]
    expected: Mapping[str, int]
    ahead: float = 0.0


@dataclass(frozen=True, slots=True)
class Phase:
    """One piece of work on ``items`` things, done by everybody in turns, and the bars that Gazette must clear."""

    what: str
    items: int
    contenders: Sequence[Contender]
    bars: Sequence[Bar] = ()
    rounds: int = 1


def measure_help(bench: Bench) -> Row:
    """``gazette --help``: what a person waits for before anything happens."""
    bench.gazette("--help")
    costs = [bench.gazette("--help") for _ in range(2 * ROUNDS + 1)]
    return Row("gazette --help", "gazette", 1, middle(costs))


def measure(phase: Phase, site: Site) -> Iterator[Row]:
    """Everybody's row; Gazette, who comes last, with its bars. Raises ``RunFailed`` for other work than was asked."""
    costs: dict[str, list[Cost]] = {each.who: [] for each in phase.contenders}
    for _ in range(phase.rounds):
        for each in phase.contenders:
            site.forget_requests()
            costs[each.who].append(each.act())
            refuse_other_work(phase.what, each, site)
    middles = {who: middle(each) for who, each in costs.items()}
    for each in phase.contenders:
        bars = [Bar("ahead", other.ahead, f"× {other.who}", other.who) for other in phase.contenders if other.ahead]
        ours = each is phase.contenders[-1]
        asked = ", ".join(f"{number} {name}" for name, number in each.expected.items())
        yield Row(
            phase.what, each.who, phase.items, middles[each.who], middles, asked, (*phase.bars, *bars) if ours else ()
        )


def refuse_other_work(what: str, contender: Contender, site: Site) -> None:
    """A figure counts only if the work was done: the server's counters tell. Raises ``RunFailed``."""
    counted = site.count_requests()
    if counted != dict(contender.expected):
        raise RunFailed(
            f"{what}, {contender.who}: expected {dict(contender.expected)}, the server was asked for {counted}"
        )


def measure_unchanged(bench: Bench, site: Site, *, rounds: int = ROUNDS) -> Iterator[Row]:
    """Feeds of which none has anything new. Beforehand everybody has read them once."""
    feeds = len(site.feeds)
    prepare(bench.folder, site.feeds)
    bench.crawl(configuration="listings.toml")
    bench.module("naive", "feeds.txt", "naive.db")
    same = {"feeds:304": feeds}
    contenders = [Contender("naive", lambda: bench.module("naive", "feeds.txt", "naive.db"), same, 1.3)]
    if has_peers():
        write_urlwatch(bench.folder, list(site.feeds))
        bench.peer(urlwatch_command())
        contenders.insert(0, Contender("urlwatch", lambda: bench.peer(urlwatch_command()), same, 6.0))
    contenders.append(Contender("gazette", bench.crawl, same))
    bars = [Bar("rate", 1200, "feeds/CPU-s"), Bar("peak", 110, "MB")]
    yield from measure(Phase("unchanged check", feeds, contenders, bars, rounds), site)


def measure_articles(bench: Bench, site: Site, *, items: int) -> Iterator[Row]:
    """Everything read for the first time, then every known article asked for again."""
    feeds, articles = len(site.feeds), len(site.feeds) * items
    prepare(bench.folder, site.feeds)
    all_of_it = {"feeds:200": feeds, "articles:200": articles}
    first = [Contender("naive", lambda: bench.module("naive", "feeds.txt", "naive.db", "--articles"), all_of_it)]
    if has_peers():
        spider = spider_command("feeds.txt", "spider.db")
        first.insert(0, Contender("scrapy", lambda: bench.peer(spider), all_of_it, 2.5))
    first.append(Contender("gazette", bench.crawl, all_of_it))
    yield from measure(Phase("first crawl", articles, first, [Bar("rate", 500, "articles/CPU-s")]), site)
    same = {"feeds:304": feeds, "articles:304": articles}
    again = [
        Contender("naive", lambda: bench.module("naive", "feeds.txt", "naive.db", "--recheck"), same),
        Contender("gazette", lambda: bench.crawl("--recheck", "all"), same),
    ]
    bars = [Bar("cpu", 3.0 * articles / 4000, "CPU s")]
    yield from measure(Phase("unchanged recheck", articles, again, bars, ROUNDS), site)


def warm_up(bench: Bench, site: Site) -> None:
    """One crawl of one feed by each, so that all bytecode is compiled."""
    prepare(bench.folder, site.feeds[:1], database="warm.db")
    for articles in (("--articles",), ()):
        bench.module("naive", "feeds.txt", "warm-naive.db", *articles)
        bench.crawl()
    bench.crawl("--recheck", "all")
    if has_peers():
        bench.peer(spider_command("feeds.txt", "warm-spider.db"))


def prepare(folder: Path, feeds: Sequence[str], *, database: str = "gazette.db") -> None:
    """Writes what everybody is told to watch; ``listings.toml`` is our configuration without the articles' pages."""
    for name, more in (("gazette.toml", ""), ("listings.toml", "follow = false\n")):
        sources = [
            f'[[source]]\nid = "source-{number}"\nkind = "feed"\nurl = "{url}"\n{more}'
            for number, url in enumerate(feeds)
        ]
        text = _CONFIGURATION.replace("DATABASE", database) + "".join(sources)
        (folder / name).write_text(text, "utf-8")
    (folder / "feeds.txt").write_text("\n".join(feeds), "utf-8")
