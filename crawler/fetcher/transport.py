"""The transport below the fetcher: which connection carries a request, and what comes back.

``open_transport`` is the one seam to exchange it; whatever it returns must refuse what the guard refuses.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator
from typing import NamedTuple, cast

import httpx

from crawler.fetcher.connect import Resolve, connect, find_addresses, resolve_name
from crawler.fetcher.connection import Connection
from crawler.fetcher.pool import IdleConnections, Origin
from crawler.fetcher.tls import tls_context
from crawler.fetcher.wire import RequestFault, ResponseReader, render_request
from crawler.model import FetchPolicy

#: Idle connections that are kept, and for how many seconds: enough for the articles that follow a listing.
_KEPT_CONNECTIONS = 32
_KEPT_SECONDS = 30.0

_DEFAULT_PORTS = {"http": 80, "https": 443}


class Route(NamedTuple):
    """What decides whether two requests may share connections: the way out and what the guard lets through."""

    proxy: str
    tls: str
    allow_private_networks: bool
    private_hosts: tuple[str, ...]


def route_of(policy: FetchPolicy) -> Route:
    """The route that requests under ``policy`` take."""
    return Route(policy.proxy, policy.tls, policy.allow_private_networks, policy.private_hosts)


def open_transport(
    policy: FetchPolicy, *, resolve: Resolve = resolve_name, connections: int = 64
) -> httpx.AsyncBaseTransport:
    """A transport for the route of ``policy``, for at most so many requests at once; close it with ``aclose``.

    It raises httpx's transport errors, ``AddressRefused`` and ``NameUnresolved`` among them. Raises ``ValueError``
    for a proxy address that is none, ``ImportError`` where a SOCKS proxy is asked for without ``socksio``.
    """
    if policy.proxy:
        from crawler.fetcher.proxied import open_proxied

        return open_proxied(policy, connections=connections, kept=_KEPT_CONNECTIONS, seconds=_KEPT_SECONDS)
    return DirectTransport(policy, resolve=resolve, connections=connections)


class DirectTransport(httpx.AsyncBaseTransport):
    """HTTP/1.1 over connections of our own, without a proxy; see decision 22.

    Honours httpx's extensions ``timeout`` and, for one event, ``trace``. With one of our own, ``fresh``, no kept
    connection is used.
    """

    def __init__(self, policy: FetchPolicy, *, resolve: Resolve = resolve_name, connections: int = 64) -> None:
        self._policy = policy
        self._resolve = resolve
        self._turns = asyncio.Semaphore(connections)
        self._idle = IdleConnections(most=_KEPT_CONNECTIONS, seconds=_KEPT_SECONDS)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends ``request``; the body of the response is still to be read, and the response to be closed."""
        head, body = _render(request)
        timeouts = request.extensions.get("timeout", {})
        await self._take_turn(timeouts.get("pool"))
        loan = _Loan(self._turns, self._idle, _origin(request.url))
        try:
            loan.connection = await self._connection(request, loan.origin, timeouts.get("connect"))
            patience = timeouts.get("read")
            reader = await loan.connection.send(head, body, request.method, read=patience, write=timeouts.get("write"))
        except BaseException:
            loan.end()
            raise
        assert reader.status is not None
        return httpx.Response(reader.status, headers=reader.headers, stream=_Body(loan, reader, patience))

    async def aclose(self) -> None:
        """Closes the idle connections; the others end with their responses."""
        self._idle.close()
        await asyncio.sleep(0)  # the event loop closes sockets on its next turn

    async def _take_turn(self, patience: float | None) -> None:
        if patience is None:
            await self._turns.acquire()
            return
        try:
            async with asyncio.timeout(patience):
                await self._turns.acquire()
        except TimeoutError as error:
            raise httpx.PoolTimeout(f"no connection was free within {patience:g} s") from error

    async def _connection(self, request: httpx.Request, origin: Origin, seconds: float | None) -> Connection:
        scheme, host, port = origin
        kept = None if "fresh" in request.extensions else self._idle.take(origin)
        if kept is not None:
            return kept
        if "trace" in request.extensions:
            await request.extensions["trace"]("connection.connect_tcp.started", {})
        addresses = await find_addresses(host, port, self._policy, self._resolve)
        tls = tls_context(self._policy.tls) if scheme == "https" else None
        return await connect(host, port, addresses, tls=tls, seconds=seconds)


class _Loan:
    """A turn and a connection, given back once. Giving back never waits, so nothing can interrupt it."""

    def __init__(self, turns: asyncio.Semaphore, idle: IdleConnections, origin: Origin) -> None:
        self._turns = turns
        self._idle = idle
        self._over = False
        self.origin = origin
        self.connection: Connection | None = None

    def end(self) -> None:
        """Gives the connection back where it is good for another request; closes it where it is not."""
        if self._over:
            return
        self._over = True
        self._turns.release()
        if self.connection is not None and self.connection.finish():
            self._idle.put(self.connection, self.origin)


class _Body(httpx.AsyncByteStream):
    """A response's bytes as they arrive."""

    def __init__(self, loan: _Loan, reader: ResponseReader, patience: float | None) -> None:
        self._loan = loan
        self._reader = reader
        self._patience = patience

    async def __aiter__(self) -> AsyncIterator[bytes]:
        connection = self._loan.connection
        assert connection is not None
        while (piece := await connection.receive(self._reader, self._patience)) is not None:
            yield piece

    async def aclose(self) -> None:
        self._loan.end()


def _render(request: httpx.Request) -> tuple[bytes, AsyncIterable[bytes] | None]:
    """The head of a request and what follows it."""
    if request.url.scheme not in _DEFAULT_PORTS:
        raise httpx.UnsupportedProtocol(f"{request.url.scheme}:// is not spoken here")
    headers = request.headers.raw
    try:
        head = render_request(request.method.encode("latin-1"), request.url.raw_path, headers)
    except RequestFault as fault:
        raise httpx.LocalProtocolError(str(fault)) from fault
    body = cast("AsyncIterable[bytes]", request.stream)
    names = {name.lower() for name, _ in headers}
    if b"transfer-encoding" in names:
        return head, _as_chunks(body)
    return head, body if b"content-length" in names else None


async def _as_chunks(body: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    async for piece in body:
        if piece:
            yield b"%x\r\n%b\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


def _origin(url: httpx.URL) -> Origin:
    return url.scheme, url.raw_host.decode("ascii"), url.port or _DEFAULT_PORTS[url.scheme]
