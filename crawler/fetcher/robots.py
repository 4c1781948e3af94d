"""robots.txt by RFC 9309: who may fetch what, and how often.

Protego knows the rules of matching; the duties around it are ours: what a missing or failing file means, how much
is read, how long it holds, and that a hostile file costs no more than its size.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from protego import Protego

from crawler.fetcher.failures import Trouble
from crawler.fetcher.politeness import LONGEST_CRAWL_DELAY
from crawler.model import Fetched, FetchFailure, NotModified, Response, Verdict
from crawler.ports import Clock

#: RFC 9309 §2.5: at least this much must be parsed.
MOST_BYTES = 500 * 1024
#: RFC 9309 §2.4: not longer, unless the file cannot be reached any more.
_HOLDS_FOR = timedelta(hours=24)
_HOLDS_AT_MOST = timedelta(days=30)
#: A file that could not be read is tried again after this; meanwhile all articles of the host share the answer.
_TROUBLE_HOLDS_FOR = timedelta(minutes=1)
_MOST_ORIGINS = 10_000

_AGENT_LINE = re.compile(r"\s*user[- ]?agent\s*[:\s]\s*(.*)", re.IGNORECASE)
_PRODUCT = re.compile(r"[a-z_-]+", re.IGNORECASE)
_COMPATIBLE = re.compile(r"\(compatible;\s*([a-z_-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rules:
    """What an origin's robots.txt says to one product. ``problem`` is set where it could not be learned."""

    read_at: datetime
    parsed: Protego | None = None
    problem: str = ""

    def permits(self, url: str, product: str) -> bool:
        """Whether ``product`` may fetch ``url``."""
        return self.parsed is None or bool(self.parsed.can_fetch(url, product))

    def crawl_delay(self, product: str) -> float:
        """Seconds between two requests that the file asks ``product`` for, at most a minute; 0 where it does not."""
        delay = self.parsed.crawl_delay(product) if self.parsed else None
        return min(float(delay or 0.0), LONGEST_CRAWL_DELAY.total_seconds())


class RobotsBook:
    """The robots.txt files of all origins, each read once a day however many requests ask at the same time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rules: dict[Hashable, Rules] = {}
        self._holds_for: dict[Hashable, tuple[datetime, datetime]] = {}
        self._reading: dict[Hashable, asyncio.Lock] = {}

    async def consult(self, key: Hashable, product: str, load: Callable[[], Awaitable[Response]]) -> Rules:
        """The rules of the origin ``key`` for ``product``; ``load`` fetches the file where it is due.

        Raises ``Trouble`` where the guard or the host's own wish for a pause keeps us from asking: that says
        nothing about the origin's rules, so it is not remembered.
        """
        place = (key, product)
        if self._holds(place):
            return self._rules[place]
        lock = self._reading.setdefault(place, asyncio.Lock())
        try:
            async with lock:
                if not self._holds(place):
                    self._remember(place, read_rules(await load(), product))
                return self._rules[place]
        finally:
            if not lock.locked():
                self._reading.pop(place, None)

    def _holds(self, place: Hashable) -> bool:
        span = self._holds_for.get(place)
        return span is not None and span[0] <= self._clock.now() < span[1]  # a clock may be set back, too

    def _remember(self, place: Hashable, rules: Rules) -> None:
        """Keeps ``rules``, or the old ones while the file cannot be reached (RFC 9309 §2.3.1.4, §2.4)."""
        old = self._rules.pop(place, None)
        if len(self._rules) >= _MOST_ORIGINS:
            oldest = next(iter(self._rules))
            del self._rules[oldest], self._holds_for[oldest]
        until = rules.read_at + (_TROUBLE_HOLDS_FOR if rules.problem else _HOLDS_FOR)
        self._holds_for[place] = rules.read_at, until
        stands = rules.problem and old and not old.problem and rules.read_at - old.read_at < _HOLDS_AT_MOST
        self._rules[place] = old if old and stands else rules


def read_rules(response: Response, product: str) -> Rules:
    """What the answer to a request for robots.txt means (RFC 9309 §2.3.1).

    Read: it holds. Refused with 4xx or lost in redirects: all is allowed. 5xx or unreachable: nothing is.
    Raises ``Trouble`` where the file was never asked for.
    """
    at = response.fetched_at
    if isinstance(response, FetchFailure):
        return _read_failure(response)
    if isinstance(response, NotModified) or response.status >= 500:
        return Rules(at, problem=f"robots.txt unreachable: {response.url} answered {response.status}")
    if not 200 <= response.status < 300:
        return Rules(at)
    return Rules(at, parsed=parse_robots(response, product))


def parse_robots(response: Fetched, product: str) -> Protego | None:
    """The parsed file; None, which allows all, where it holds nothing that can be understood."""
    text = response.body[:MOST_BYTES].decode("utf-8", "replace").removeprefix("\ufeff")
    try:
        return Protego.parse(keep_own_groups(text, product))
    except ValueError:
        return None


def keep_own_groups(text: str, product: str) -> str:
    """``text`` with every user agent but ours and ``*`` renamed to one placeholder.

    Protego keeps each rule once for each agent of its group: a file of 250 KB agents and 250 KB rules would cost
    gigabytes. It also takes ``User-agent: gaz`` for a prefix of ours, where RFC 9309 §2.2.1 compares whole tokens.
    """
    return "\n".join(_keep_own_agent(line, product) for line in text.splitlines())


@lru_cache(maxsize=256)
def product_token(user_agent: str) -> str:
    """The token by which a robots.txt may address us, from ``fetch.user_agent``.

    ``Mozilla/5.0 (compatible; gazette/1.0; +https://…)`` is ``gazette``; otherwise the first product's name.
    """
    found = _COMPATIBLE.search(user_agent) or _PRODUCT.match(user_agent.strip())
    return found[found.lastindex or 0].lower() if found else "gazette"


def _keep_own_agent(line: str, product: str) -> str:
    found = _AGENT_LINE.match(line)
    if not found:
        return line
    value = found[1].partition("#")[0].strip()
    token = _PRODUCT.match(value)
    if value == "*" or (token and token[0].lower() == product):
        return f"User-agent: {'*' if value == '*' else product}"
    return "User-agent: 0"


def _read_failure(failure: FetchFailure) -> Rules:
    if failure.verdict in (Verdict.BLOCKED, Verdict.RATE_LIMITED):
        raise Trouble(failure.verdict, failure.reason, status=failure.status, retry_at=failure.retry_at)
    if failure.verdict is Verdict.UNEXPECTED:
        return Rules(failure.fetched_at)
    return Rules(failure.fetched_at, problem=f"robots.txt unreachable: {failure.reason}")
