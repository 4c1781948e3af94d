"""Connections kept for the next request to the same origin.

httpcore's own pool asks every connection for its state at the beginning and at the end of every request, the idle ones
by a system call: with thirty connections that costs more than all the rest of a request. Here a request costs the same
however many connections there are.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol, cast

import anyio
import httpcore


class Pool(Protocol):
    """What the transport needs of a pool; httpcore's pools for proxies have it, too."""

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """Sends ``request``; the body of the response is still to be read."""
        ...

    async def aclose(self) -> None:
        """Closes all connections."""
        ...


class OriginPool:
    """Connections without a proxy. ``open_connection`` makes one to an origin, not connected yet.

    At most ``busy`` requests are under way; of the connections that are idle, the ``kept`` last used are kept.
    """

    def __init__(
        self, open_connection: Callable[[httpcore.Origin], httpcore.AsyncHTTPConnection], *, busy: int, kept: int
    ) -> None:
        self._open = open_connection
        self._turns = asyncio.Semaphore(busy)
        self._kept = kept
        self._idle: list[httpcore.AsyncHTTPConnection] = []  # the one used last comes last

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """Sends ``request`` on a kept connection or a new one. Raises httpcore's errors.

        A connection on which this fails closes itself. The others come back when the response is closed.
        """
        await self._turns.acquire()
        try:
            connection = await self._take(request.url.origin)
            response = await connection.handle_async_request(request)
        except BaseException:
            self._turns.release()
            raise
        stream = cast(_ClosableStream, response.stream)
        return httpcore.Response(
            status=response.status,
            headers=response.headers,
            content=_LentStream(stream, lambda: self._give_back(connection)),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        """Closes the idle connections; the others close with their responses, for they find nobody to go back to."""
        idle, self._idle, self._kept = self._idle, [], 0
        for connection in idle:
            await connection.aclose()

    async def _take(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        """The last used connection to ``origin`` that the server has not closed meanwhile, or a new one."""
        while (connection := self._pop_idle(origin)) is not None:
            if not connection.has_expired():
                return connection
            await connection.aclose()
        return self._open(origin)

    def _pop_idle(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection | None:
        for place in range(len(self._idle) - 1, -1, -1):
            if self._idle[place].can_handle_request(origin):
                return self._idle.pop(place)
        return None

    async def _give_back(self, connection: httpcore.AsyncHTTPConnection) -> None:
        self._turns.release()
        if connection.is_idle():
            self._idle.append(connection)
        while len(self._idle) > self._kept or (self._idle and self._idle[0].has_expired()):
            await self._idle.pop(0).aclose()


class _ClosableStream(Protocol):
    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def aclose(self) -> None: ...


class _LentStream:
    """The body of a response, which gives its connection back when it is closed, once."""

    def __init__(self, stream: _ClosableStream, give_back: Callable[[], Awaitable[None]]) -> None:
        self._stream = stream
        self._give_back: Callable[[], Awaitable[None]] | None = give_back

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            yield chunk

    async def aclose(self) -> None:
        """Ends the use of the connection, whoever cancels us meanwhile."""
        give_back, self._give_back = self._give_back, None
        if give_back is None:
            return
        with anyio.CancelScope(shield=True):
            try:
                await self._stream.aclose()
            finally:
                await give_back()
