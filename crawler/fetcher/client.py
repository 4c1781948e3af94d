"""The fetcher over real HTTP: polite, guarded, bounded in time and size, and never raising for what others do wrong.

One fetch is a loop over steps: ask robots.txt, wait for our turn at the host, send, and either conclude or follow a
redirect, which is a step like any other. Whatever goes wrong is a ``Trouble`` and becomes a ``FetchFailure``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from types import TracebackType
from typing import NamedTuple, Self

import httpx

from crawler.fetcher import robots
from crawler.fetcher.body import end_without_body, read_body, skip_body
from crawler.fetcher.connect import Resolve, resolve_name
from crawler.fetcher.cookies import CookieJars
from crawler.fetcher.doorways import drop_validators, is_doorway, leads_on, without_conditions
from crawler.fetcher.failures import NETWORK_ERRORS, Trouble, name_trouble, time_out
from crawler.fetcher.politeness import Politeness, Sleep, TooSoon, read_http_date, read_retry_after
from crawler.fetcher.steps import (
    MOST_REDIRECTS,
    Step,
    display_url,
    first_step,
    may_redirect,
    next_step,
    robots_step,
)
from crawler.fetcher.transport import Route, open_transport, route_of
from crawler.model import Fetched, FetchFailure, Hop, NotModified, Purpose, Request, Response, Source, Verdict, digest
from crawler.ports import Clock

_MOST_HEADERS = 256
_LONGEST_HEADER = 8192
#: The deadline covers the whole request, so the single operations need none of their own.
_NO_TIMEOUTS: dict[str, float | None] = {"connect": None, "read": None, "write": None, "pool": None}
#: What is sent with one of these has a length, be it nothing (RFC 9110 §8.6).
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
#: What a kept connection shows when the server closed it while we were about to use it.
_STALE = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)


@dataclass(slots=True)
class _Errand:
    """One fetch on its way: what was asked, how, and where it has got to."""

    request: Request
    source: Source
    step: Step
    seconds_left: float
    most_bytes: int
    cut_body: bool = False
    asks_robots: bool = True
    retry_at: datetime | None = None
    hops: list[Hop] = field(default_factory=list)
    made: set[tuple[str, str, str]] = field(default_factory=set)


class _Answer(NamedTuple):
    """One response on the wire, redirects included: those have a ``location``."""

    status: int
    headers: tuple[tuple[str, str], ...]
    location: bytes
    body: bytes


class HttpFetcher:
    """Implements ``ports.Fetcher`` with httpx. Use as ``async with``, or call ``aclose``."""

    def __init__(
        self,
        *,
        clock: Clock,
        concurrency: int = 64,
        resolve: Resolve = resolve_name,
        sleep: Sleep = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._concurrency = concurrency
        self._resolve = resolve
        self._monotonic = monotonic
        self._politeness = Politeness(concurrency=concurrency, sleep=sleep, monotonic=monotonic)
        self._robots = robots.RobotsBook(clock)
        self._cookies = CookieJars()
        self._transports: dict[Route, httpx.AsyncBaseTransport] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Closes all connections; the fetcher may be used again afterwards."""
        transports, self._transports = self._transports, {}
        for transport in transports.values():
            await transport.aclose()

    async def fetch(self, request: Request, source: Source) -> Response:
        """Performs ``request`` under the source's fetch policy; see ``ports.Fetcher``."""
        try:
            step = first_step(request, source)
        except Trouble as trouble:
            return self._fail(request, request.url, trouble)
        policy = source.fetch
        return await self._run(
            _Errand(
                request=request,
                source=source,
                step=step,
                seconds_left=policy.timeout.total_seconds(),
                most_bytes=policy.max_bytes,
                asks_robots=policy.respect_robots,
            )
        )

    async def _run(self, errand: _Errand) -> Response:
        try:
            while True:
                delay = await self._ask_robots(errand)
                answer = await self._visit(errand, delay)
                answer = _pass_doorway(errand, answer)
                if not answer.location:
                    return self._conclude(errand, answer)
                errand.hops.append(Hop(url=display_url(errand.step.url), status=answer.status))
                errand.step = self._follow(errand, answer)
        except Trouble as trouble:
            return self._fail(errand.request, display_url(errand.step.url), trouble)

    async def _ask_robots(self, errand: _Errand) -> float:
        """The pause between two requests to the step's host, in seconds. Raises ``Trouble`` where it is off limits."""
        own_delay = errand.source.fetch.host_delay.total_seconds()
        if not errand.asks_robots:
            return own_delay
        step, policy = errand.step, errand.source.fetch
        product = robots.product_token(policy.user_agent)
        load = partial(self._load_robots, errand)
        rules = await self._robots.consult((step.origin, route_of(policy)), product, load)
        if rules.problem:
            raise Trouble(Verdict.UNREACHABLE, rules.problem)
        if not rules.permits(str(step.url), product):
            reason = f"{step.origin}/robots.txt does not allow {step.url.path} to {product} (fetch.respect_robots)"
            raise Trouble(Verdict.BLOCKED, reason, robots=True)
        return max(own_delay, rules.crawl_delay(product))

    async def _load_robots(self, errand: _Errand) -> Response:
        policy = errand.source.fetch
        step = robots_step(errand.step, policy.user_agent)
        return await self._run(
            _Errand(
                request=Request(url=display_url(step.url), purpose=errand.request.purpose),
                source=errand.source,
                step=step,
                seconds_left=policy.timeout.total_seconds(),
                most_bytes=robots.MOST_BYTES,
                cut_body=True,
                asks_robots=False,
            )
        )

    async def _visit(self, errand: _Errand, delay: float) -> _Answer:
        """Sends the errand's step when it is its turn, and reads the answer."""
        step, policy = errand.step, errand.source.fetch
        patience = policy.timeout.total_seconds()
        host = step.host
        try:
            async with self._politeness.turn(host, limit=policy.host_concurrency, delay=delay, patience=patience):
                answer = await self._exchange_in_time(errand)
        except TooSoon as pause:
            retry_at = self._clock.now() + timedelta(seconds=pause.seconds)
            until = f"until {retry_at:%Y-%m-%d %H:%M:%S} UTC"
            reason = (
                f"{host} asked to be left alone {until} (Retry-After)"
                if pause.asked
                else f"{host} is left alone {until}, for it had too many requests (429) or was overloaded (503)"
            )
            raise Trouble(Verdict.RATE_LIMITED, reason, retry_at=retry_at) from pause
        except TimeoutError as error:
            raise time_out(host, policy.timeout) from error
        except NETWORK_ERRORS as error:
            raise name_trouble(error, host) from error
        self._mind_pause(errand, host, answer)
        return answer

    async def _exchange_in_time(self, errand: _Errand) -> _Answer:
        """One exchange, bounded by what is left of the errand's time; waiting for turns is not counted."""
        started = self._monotonic()
        try:
            async with asyncio.timeout(max(0.0, errand.seconds_left)):
                return await self._exchange(errand)
        finally:
            errand.seconds_left -= self._monotonic() - started

    async def _exchange(self, errand: _Errand) -> _Answer:
        response = await self._send(errand)
        status = response.status_code
        try:
            location = _find_location(response) if may_redirect(status) else b""
            body = b""
            if location:
                await skip_body(response)
            elif status == 304:
                await end_without_body(response)
            elif errand.step.method != "HEAD":
                body = await read_body(response, limit=errand.most_bytes, cut=errand.cut_body)
        finally:
            await response.aclose()
        answer = _Answer(status, _keep_headers(response), location, body)
        cookies = [value for name, value in answer.headers if name == "set-cookie"]
        if cookies:
            self._cookies.remember(errand.source.id, errand.step.url, cookies, now=self._clock.now())
        return answer

    async def _send(self, errand: _Errand) -> httpx.Response:
        """Sends the step. A kept connection that turns out to be closed is no answer: a GET is sent once more."""
        step = errand.step
        headers = self._dress(errand)
        transport = self._transport(errand)
        for is_last in (False, True):
            watch = _ConnectionWatch()
            # With a stream httpx takes the request as it is, and adds no headers of its own.
            request = httpx.Request(step.method, step.url, headers=headers, stream=httpx.ByteStream(step.body))
            request.extensions = {"timeout": _NO_TIMEOUTS, "trace": watch.note}
            if is_last:
                request.extensions["fresh"] = True
            try:
                response = await transport.handle_async_request(request)
            except _STALE:
                if is_last or watch.is_new or step.method != "GET":
                    raise
            else:
                response.request = request
                break
        return response

    def _dress(self, errand: _Errand) -> list[tuple[bytes, bytes]]:
        """The headers on the wire, cookies included. Raises ``Trouble`` for a redirect that goes round in a circle.

        Coming back to the same address with a new cookie is progress: many sites set one and redirect to themselves.
        """
        step = errand.step
        # Given by us because httpx would decode the name first, and refuses some that resolve well.
        headers = {"host": step.url.netloc.decode("ascii"), **dict(step.headers)}
        if step.body or step.method in _WITH_BODY:
            headers["content-length"] = str(len(step.body))
        cookies = self._cookies.header(errand.source.id, step.url, now=self._clock.now())
        if cookies:
            headers["cookie"] = "; ".join(filter(None, (headers.get("cookie"), cookies)))
        key = (step.method, str(step.url), headers.get("cookie", ""))
        if key in errand.made:
            raise Trouble(Verdict.UNEXPECTED, f"redirected in a circle, back to {display_url(step.url)}")
        errand.made.add(key)
        return [(_encode(name), _encode(value)) for name, value in headers.items()]

    def _transport(self, errand: _Errand) -> httpx.AsyncBaseTransport:
        policy = errand.source.fetch
        route = route_of(policy)
        if route not in self._transports:
            try:
                self._transports[route] = open_transport(policy, resolve=self._resolve, connections=self._concurrency)
            except (ValueError, ImportError, httpx.InvalidURL) as error:
                raise Trouble(Verdict.UNREACHABLE, f"the proxy (fetch.proxy) cannot be used: {error}") from error
        return self._transports[route]

    def _follow(self, errand: _Errand, answer: _Answer) -> Step:
        if len(errand.hops) > MOST_REDIRECTS:
            reason = f"more than {MOST_REDIRECTS} redirects, starting at {errand.hops[0].url}"
            raise Trouble(Verdict.UNEXPECTED, reason, status=answer.status)
        return next_step(errand.step, answer.status, answer.location)

    def _mind_pause(self, errand: _Errand, host: str, answer: _Answer) -> None:
        """What the answer asks for, ``Retry-After`` read against the server's own clock where it shows one."""
        pause = None
        if answer.status in (429, 503):
            headers = dict(answer.headers)
            now = read_http_date(headers.get("date", "")) or self._clock.now()
            pause = read_retry_after(headers.get("retry-after", ""), now=now)
        closed = self._politeness.note_answer(host, answer.status, pause)
        errand.retry_at = self._clock.now() + timedelta(seconds=closed) if closed else None

    def _conclude(self, errand: _Errand, answer: _Answer) -> Response:
        request = errand.request
        url = display_url(errand.step.url) if errand.hops or "@" in request.url else request.url
        now = self._clock.now()
        if answer.status == 304 and request.validators:
            return NotModified(
                request=request, url=url, fetched_at=now, headers=answer.headers, hops=tuple(errand.hops)
            )
        if answer.status == 304:
            raise Trouble(Verdict.UNEXPECTED, "answered 304 to a request without conditions", status=304)
        return Fetched(
            request=request,
            url=url,
            status=answer.status,
            headers=drop_validators(answer.headers) if any(map(is_doorway, errand.hops)) else answer.headers,
            body=answer.body,
            sha256=digest(answer.body),
            fetched_at=now,
            hops=tuple(errand.hops),
            retry_at=errand.retry_at,
        )

    def _fail(self, request: Request, url: str, trouble: Trouble) -> FetchFailure:
        return FetchFailure(
            request=request,
            url=url,
            fetched_at=self._clock.now(),
            verdict=trouble.verdict,
            reason=trouble.reason,
            status=trouble.status,
            robots=trouble.robots,
            retry_at=trouble.retry_at,
        )


def _pass_doorway(errand: _Errand, answer: _Answer) -> _Answer:
    """The answer, as the redirect that it is where its page only sends readers on to another one."""
    step = errand.step
    is_page = answer.status == 200 and errand.request.purpose is not Purpose.ATTACHMENT and not errand.cut_body
    if not is_page or step.method != "GET" or len(errand.hops) >= MOST_REDIRECTS:
        return answer
    target = leads_on(step, answer.headers, answer.body)
    if not target:
        return answer
    errand.step = without_conditions(step)
    return answer._replace(location=target)


class _ConnectionWatch:
    """Notes whether a request opened a connection or was given a kept one."""

    def __init__(self) -> None:
        self.is_new = False

    async def note(self, event: str, info: object) -> None:
        """Called by the transport for steps of a request (httpcore's ``trace`` extension)."""
        if event == "connection.connect_tcp.started":
            self.is_new = True


def _find_location(response: httpx.Response) -> bytes:
    return next((value for name, value in response.headers.raw if name.lower() == b"location"), b"").strip()


def _keep_headers(response: httpx.Response) -> tuple[tuple[str, str], ...]:
    """The headers as recorded: lower-case, byte for byte (Latin-1), oversized ones left out rather than cut."""
    kept = [
        (name.decode("latin-1").lower(), value.decode("latin-1"))
        for name, value in response.headers.raw
        if len(value) <= _LONGEST_HEADER
    ]
    return tuple(kept[:_MOST_HEADERS])


def _encode(value: str) -> bytes:
    """The bytes of a header: those we received where we echo one (Latin-1), else UTF-8."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogatepass")
