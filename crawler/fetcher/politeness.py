"""How hard a host is hit: one queue for each host (name and port), and one limit over all of them.

Waiting is done on the real clock, through ``sleep`` and ``monotonic``; it costs O(1) for each request.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

Sleep = Callable[[float], Awaitable[None]]

#: However long a server asks us to stay away or to wait between requests, this is what we grant.
LONGEST_BACK_OFF = timedelta(hours=1)
LONGEST_CRAWL_DELAY = timedelta(seconds=60)
#: The pause after "too many requests" where the server names none; doubled each time in a row.
FIRST_BACK_OFF = timedelta(seconds=30)
#: Hosts that are remembered before idle ones are forgotten.
_MANY_HOSTS = 10_000


class TooSoon(Exception):
    """The host is to be left alone for longer than the caller would wait. ``seconds`` are left.

    ``asked``: the host itself said for how long.
    """

    def __init__(self, seconds: float, *, asked: bool) -> None:
        super().__init__(f"the host is to be left alone for {seconds:.0f} s more")
        self.seconds = seconds
        self.asked = asked


@dataclass(slots=True)
class _Waiter:
    limit: int
    admitted: asyncio.Future[None]


@dataclass(slots=True)
class _Host:
    """The queue before one host. First come, first served; each request keeps its own source's limit."""

    active: int = 0
    last_start: float = float("-inf")
    closed_until: float = float("-inf")
    asked: bool = False  # for that pause, by the host
    refusals: int = 0  # answers in a row that say it is too much
    waiters: deque[_Waiter] = field(default_factory=deque)

    @property
    def is_idle(self) -> bool:
        return not self.active and not self.waiters

    async def enter(self, limit: int) -> None:
        if self.active < limit and not self.waiters:
            self.active += 1
            return
        waiter = _Waiter(limit, asyncio.get_running_loop().create_future())
        self.waiters.append(waiter)
        try:
            await waiter.admitted
        except asyncio.CancelledError:
            if waiter.admitted.done() and not waiter.admitted.cancelled():
                self.leave()  # admitted and cancelled in the same moment: the place must not be lost
            raise

    def leave(self) -> None:
        self.active -= 1
        while self.waiters:
            first = self.waiters[0]
            if first.admitted.done():  # cancelled while it waited
                self.waiters.popleft()
                continue
            if self.active >= first.limit:
                return
            self.waiters.popleft()
            self.active += 1
            first.admitted.set_result(None)


class Turn:
    """A turn to talk to one host. A class, because every request takes one and a generator costs twice as much."""

    __slots__ = ("_delay", "_host", "_limit", "_patience", "_politeness")

    def __init__(self, politeness: Politeness, host: _Host, limit: int, delay: float, patience: float) -> None:
        self._politeness = politeness
        self._host = host
        self._limit = limit
        self._delay = delay
        self._patience = patience

    async def __aenter__(self) -> None:
        await self._politeness.begin(self._host, self._limit, self._delay, self._patience)

    async def __aexit__(self, *error: object) -> None:
        self._politeness.end(self._host)


class Politeness:
    """Grants turns to talk to hosts."""

    def __init__(
        self, *, concurrency: int, sleep: Sleep = asyncio.sleep, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._everywhere = asyncio.Semaphore(concurrency)
        self._sleep = sleep
        self._monotonic = monotonic
        self._hosts: dict[str, _Host] = {}
        self._most_hosts = _MANY_HOSTS

    def turn(self, name: str, *, limit: int, delay: float, patience: float) -> Turn:
        """One request to the host ``name`` (``host:port``), as soon as manners allow it; use as ``async with``.

        At most ``limit`` requests to the host are under way, at least ``delay`` seconds lie between the starts of two.
        Entering raises ``TooSoon`` if the host asked (``back_off``) for a pause longer than ``patience`` seconds.
        """
        return Turn(self, self._host(name), max(1, limit), delay, patience)

    async def begin(self, host: _Host, limit: int, delay: float, patience: float) -> None:
        """Waits until a request to the host may start; ``end`` must follow, unless this raises. See ``turn``."""
        self._check(host, patience)
        await host.enter(limit)
        try:
            self._check(host, patience)
            await self._wait(host, delay, patience)
            await self._everywhere.acquire()
        except BaseException:
            host.leave()
            raise
        host.last_start = max(host.last_start, self._monotonic())

    def end(self, host: _Host) -> None:
        """Lets the next one begin."""
        self._everywhere.release()
        host.leave()

    def back_off(self, name: str, pause: timedelta, *, asked: bool = True) -> None:
        """Leaves the host ``name`` alone for ``pause`` from now; a longer pause from before stands."""
        host = self._host(name)
        until = self._monotonic() + pause.total_seconds()
        if until > host.closed_until:
            host.closed_until, host.asked = until, asked

    def note_answer(self, name: str, status: int, pause: timedelta | None) -> float:
        """Minds what an answer of the host ``name`` says of how hard it is hit (RFC 6585 §4, RFC 9110 §15.6.4).

        429 and 503 speak for the host, not for one source. Where they name no ``pause`` it is ours to grow; a single
        503 may be about one page, so only the second in a row counts. Returns for how many seconds from now the host is
        left alone because of such answers.
        """
        host = self._host(name)
        if status not in (429, 503):
            host.refusals = 0
            return 0.0
        host.refusals += 1
        doublings = host.refusals - (1 if status == 429 else 2)
        if pause is not None:
            self.back_off(name, pause)
        elif doublings >= 0:
            self.back_off(name, min(FIRST_BACK_OFF * 2.0 ** min(doublings, 20), LONGEST_BACK_OFF), asked=False)
        return max(0.0, host.closed_until - self._monotonic())

    def _check(self, host: _Host, patience: float) -> None:
        left = host.closed_until - self._monotonic()
        if left > patience:
            raise TooSoon(left, asked=host.asked)

    async def _wait(self, host: _Host, delay: float, patience: float) -> None:
        """Waits for the moment planned; what the host asks for meanwhile, answering another request, counts as well."""
        planned = host.closed_until
        await self._pace(host, delay)
        while host.closed_until > max(planned, self._monotonic()):
            planned = host.closed_until
            self._check(host, patience)
            await self._pace(host, delay)

    async def _pace(self, host: _Host, delay: float) -> None:
        now = self._monotonic()
        start = max(now, host.last_start + delay, host.closed_until)
        host.last_start = start  # taken at once, so that the next in the queue plans behind it
        if start > now:
            await self._sleep(start - now)

    def _host(self, name: str) -> _Host:
        host = self._hosts.get(name)
        if host is None:
            if len(self._hosts) >= self._most_hosts:
                self._forget_idle_hosts()
            host = self._hosts[name] = _Host()
        return host

    def _forget_idle_hosts(self) -> None:
        """Drops hosts that nobody waits for and that ask for no pause, so that redirects cannot fill the memory."""
        long_ago = self._monotonic() - LONGEST_CRAWL_DELAY.total_seconds()
        self._hosts = {
            name: host
            for name, host in self._hosts.items()
            if not host.is_idle or max(host.last_start, host.closed_until) > long_ago
        }
        self._most_hosts = max(_MANY_HOSTS, 2 * len(self._hosts))


def read_retry_after(value: str, *, now: datetime) -> timedelta | None:
    """The pause a ``Retry-After`` header asks for, between nothing and one hour; None where it cannot be read.

    Both forms of RFC 9110 §10.2.3: seconds, or a date that is compared with ``now`` (the server's own ``Date``
    where there is one, so that a wrong clock on either side does no harm).
    """
    text = value.strip()
    if text.isascii() and text.isdecimal():
        return min(timedelta(seconds=int(text[:9])), LONGEST_BACK_OFF)
    moment = read_http_date(text)
    if moment is None:
        return None
    return min(max(moment - now, timedelta()), LONGEST_BACK_OFF)


def read_http_date(value: str) -> datetime | None:
    """The instant of an HTTP date, aware; None where it cannot be read. Dates without a zone are GMT (RFC 9110)."""
    if not value or len(value) > 100:
        return None
    try:
        moment = parsedate_to_datetime(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
