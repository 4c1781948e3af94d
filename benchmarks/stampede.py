"""What happens at a first start with very many sources, all of which are due at once: how many ask at a time, and whom.

Many hosts are many addresses of loopback, which Linux answers for without being told.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from benchmarks.idling import cpu_of, running_daemon, size_of
from benchmarks.measure import Bar, Cost, Row, RunFailed
from benchmarks.phases import Bench
from benchmarks.site import find_port

SOURCES, HOSTS = 10_000, 100
#: Seconds for which the daemon is watched after its first request, and the longest it may take until that.
WATCHED, LONGEST_START = 30.0, 120.0
#: How long a host takes to answer: long enough that requests which should not meet would.
ANSWERING = 0.05
#: Requests at a time over all hosts, and seconds between two to one host, as configured.
CONCURRENCY, PAUSE = 64, 1.0
#: Such a part of the pause is seen by a host: what left in time may arrive late on a busy machine, and the next not.
SEEN = 0.5
_FEED = b"<rss version='2.0'><channel><title>A</title><item><title>One</title><guid>1</guid></item></channel></rss>"
_CONFIGURATION = f"""
[storage]
url = "sqlite:///stampede.db"
snapshots = "snapshots"
[fetch]
concurrency = {CONCURRENCY}
host_delay = "{PAUSE:g}s"
private_hosts = ["127.0.0.0/8"]
[log]
level = "error"
"""


@dataclass(slots=True)
class Crowd:
    """Who asks: how many at a time, over all hosts and at one, and the shortest pause between two to one host."""

    at_once: int = 0
    at_host: int = 0
    pause: float = float("inf")
    requests: int = 0
    first_at: float | None = None
    under_way: Counter[str] = field(default_factory=Counter)
    last_at: dict[str, float] = field(default_factory=dict)

    def begin(self, host: str, now: float) -> None:
        """A request has come in."""
        self.first_at = self.first_at or now
        self.requests += 1
        self.under_way[host] += 1
        self.at_once = max(self.at_once, self.under_way.total())
        self.at_host = max(self.at_host, self.under_way[host])
        self.pause = min(self.pause, now - self.last_at.get(host, float("-inf")))
        self.last_at[host] = now

    def end(self, host: str) -> None:
        """It was answered."""
        self.under_way[host] -= 1


def measure_stampede(bench: Bench) -> Iterator[Row]:
    """The first half a minute of a daemon with 10,000 sources that it has never seen."""
    crowd, port = Crowd(), find_port()
    hosts = [f"127.0.1.{number}" for number in range(1, HOSTS + 1)]
    with answering(Crowd(), hosts[:1], port):
        write_sources(bench, hosts[:1], port, 1)
        bench.crawl(configuration="stampede.toml")  # so that all bytecode is compiled
    for file in bench.folder.glob("stampede.db*"):
        file.unlink()
    write_sources(bench, hosts, port, SOURCES)
    with answering(crowd, hosts, port), running_daemon(bench, "stampede.toml") as process:
        give_up_at = time.monotonic() + LONGEST_START
        while crowd.first_at is None:
            if time.monotonic() > give_up_at:
                raise RunFailed("the daemon asked for nothing")
            time.sleep(0.05)
        before = cpu_of(process)
        time.sleep(WATCHED)
        cost = Cost(cpu_of(process) - before, WATCHED, size_of(process))
        figures = {"at once": crowd.at_once, "at a host": crowd.at_host, "pause": crowd.pause}
        requests = crowd.requests
    bars = [
        Bar("at once", CONCURRENCY, "at once"),
        Bar("at a host", 1, "at one host"),
        Bar("pause", SEEN * PAUSE, "s between two to one"),
        Bar("peak", 150, "MB"),
    ]
    yield Row(f"first start, {SOURCES} due", "gazette", requests, cost, {}, "", bars, figures)


def write_sources(bench: Bench, hosts: list[str], port: int, count: int) -> None:
    """So many sources, as many of each host."""
    blocks = [
        f'[[source]]\nid = "source-{number}"\nkind = "feed"\nfollow = false\n'
        f'url = "http://{hosts[number % len(hosts)]}:{port}/{number}.xml"\n'
        for number in range(count)
    ]
    (bench.folder / "stampede.toml").write_text(_CONFIGURATION + "".join(blocks), "utf-8")


@contextmanager
def answering(crowd: Crowd, hosts: list[str], port: int) -> Iterator[None]:
    """Answers at all hosts, on a thread of its own. Raises ``RunFailed`` where an address cannot be had."""
    loop, stopping, ready = asyncio.new_event_loop(), asyncio.Event(), threading.Event()
    failures: list[OSError] = []

    async def serve() -> None:
        servers = list[asyncio.Server]()
        try:
            servers += [await asyncio.start_server(lambda r, w: answer_all(crowd, r, w), host, port) for host in hosts]
        except OSError as error:
            failures.append(error)
        ready.set()
        await stopping.wait()
        for server in servers:
            server.close()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        ready.wait()
        if failures:
            raise RunFailed(f"loopback has too few addresses here: {failures[0]}")
        yield
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join()
        loop.close()


async def answer_all(crowd: Crowd, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers one connection until it ends: a feed, and that there is no robots.txt."""
    host = writer.get_extra_info("sockname")[0]
    with suppress(OSError, asyncio.IncompleteReadError):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            crowd.begin(host, time.monotonic())
            await asyncio.sleep(ANSWERING)
            crowd.end(host)
            found = b" /robots.txt " not in head
            body = _FEED if found else b""
            status = b"200 OK" if found else b"404 Not Found"
            writer.write(b"HTTP/1.1 %b\r\nContent-Type: application/rss+xml\r\n" % status)
            writer.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    writer.close()
