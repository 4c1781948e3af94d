"""What tests of the fetcher share: a clock that is set, sources that may talk to a test server, one fetch at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from crawler.fetcher.client import HttpFetcher
from crawler.model import FetchPolicy, Purpose, Request, Response, Source, Validators
from tests.siteserver import SiteServer

T = TypeVar("T")

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class SetClock:
    """A clock that stands where it was set."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


class SetTime:
    """Time in which only the fetcher's own pauses pass: what it waits for is seen exactly, however slow the machine."""

    def __init__(self) -> None:
        self.at = 1000.0

    def monotonic(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        until = self.at + seconds
        await asyncio.sleep(0)
        self.at = max(self.at, until)


def make_source(*sites: SiteServer, id: str = "desk", language: str = "", **policy: Any) -> Source:
    """A source without pauses, at home on the first of these test servers, that may talk to exactly them."""
    settings: dict[str, Any] = {
        "host_delay": timedelta(0),
        "respect_robots": False,
        "private_hosts": tuple(f"127.0.0.1:{site.port}" for site in sites),
        "timeout": timedelta(seconds=10),
    }
    return Source(
        id=id,
        kind="html_list",
        url=sites[0].url("/") if sites else "http://127.0.0.1/",
        language=language,
        fetch=FetchPolicy(**{**settings, **policy}),
    )


def make_request(url: str, *, etag: str = "", last_modified: str = "", **settings: Any) -> Request:
    """A request for an article."""
    validators = Validators(etag=etag, last_modified=last_modified)
    return Request(url=url, purpose=Purpose.ARTICLE, validators=validators, **settings)


def fetch_once(url: str, source: Source, *, clock: SetClock | None = None, **settings: Any) -> Response:
    """One fetch by a fetcher of its own."""
    return with_fetcher(lambda fetcher: fetcher.fetch(make_request(url, **settings), source), clock=clock)


def with_fetcher(act: Callable[[HttpFetcher], Awaitable[T]], *, clock: SetClock | None = None, **settings: Any) -> T:
    """Runs ``act`` with a fetcher that is closed afterwards."""

    async def run() -> T:
        async with HttpFetcher(clock=clock or SetClock(), **settings) as fetcher:
            return await act(fetcher)

    return asyncio.run(run())
