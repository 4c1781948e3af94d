"""One connection to one origin, carrying one request after the other.

Whatever goes wrong ends it: a connection is used again only after a response that ended where it said it would, with
nothing behind it. Ending it never waits, so that being cancelled cannot leave one half used.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Awaitable
from typing import TypeVar

import httpx

from crawler.fetcher.wire import ProtocolFault, ResponseReader

T = TypeVar("T")

#: Bytes of a body that wait to be taken before the server is made to wait.
_MOST_WAITING = 256 * 1024

#: The exceptions that httpx raises where a step takes too long.
_OUT_OF_TIME = {"read": httpx.ReadTimeout, "write": httpx.WriteTimeout}


class Connection(asyncio.Protocol):
    """Raises httpx's errors. ``idle_since`` is for the pool."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._reader: ResponseReader | None = None
        self._error: Exception | None = None
        self._ended = False
        self._paused = False
        self._arrival: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self.idle_since = 0.0

    # -- what the event loop calls --

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See ``asyncio.Protocol``."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """See ``asyncio.Protocol``. What comes while nothing was asked ends the connection."""
        if self._reader is None or self._transport is None:
            self.abort()
            return
        try:
            self._reader.feed(data)
        except ProtocolFault as fault:
            self._error = httpx.RemoteProtocolError(str(fault))
            self.abort()
        if self._reader.waiting > _MOST_WAITING and not self._paused and not self._ended:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        """See ``asyncio.Protocol``."""
        self._end(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """See ``asyncio.Protocol``."""
        self._end(exc)

    def pause_writing(self) -> None:
        """See ``asyncio.Protocol``: the server takes no more for now."""
        self._room = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        """See ``asyncio.Protocol``."""
        room, self._room = self._room, None
        if room is not None and not room.done():
            room.set_result(None)

    # -- what the transport calls --

    @property
    def is_usable(self) -> bool:
        """Whether another request may be sent: open, and nothing of an earlier one is left."""
        return not self._ended and self._reader is None

    async def send(
        self, head: bytes, body: AsyncIterable[bytes] | None, method: str, *, read: float | None, write: float | None
    ) -> ResponseReader:
        """Sends a request and waits for the head of its response."""
        assert self._transport is not None
        reader = self._reader = ResponseReader(method)
        self._transport.write(head)
        if body is not None:
            async for chunk in body:
                if self._ended:
                    break  # what ended it is told below
                self._transport.write(chunk)
                if self._room is not None:
                    await _within(write, self._room, "write")
        while reader.status is None:
            await self._next_arrival(read)
        return reader

    async def receive(self, reader: ResponseReader, timeout: float | None) -> bytes | None:  # noqa: ASYNC109 - httpx's word
        """The next piece of the body; None at its end."""
        while not reader.waiting:
            if reader.complete:
                return None
            await self._next_arrival(timeout)
        piece = reader.take()
        if self._paused and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()
        return piece

    def finish(self) -> bool:
        """Ends the exchange. Whether the connection may carry another; else it is closed."""
        reader, self._reader = self._reader, None
        if reader is not None and reader.reusable and not self._ended:
            return True
        self.abort()
        return False

    def abort(self) -> None:
        """Closes the connection at once."""
        self._ended = True
        if self._transport is not None:
            self._transport.abort()

    # -- in between --

    async def _next_arrival(self, timeout: float | None) -> None:  # noqa: ASYNC109 - httpx's word
        """Waits until something came. Raises what ended the connection."""
        if self._error is not None:
            raise self._error
        self._arrival = asyncio.get_running_loop().create_future()
        try:
            await _within(timeout, self._arrival, "read")
        finally:
            self._arrival = None

    def _end(self, cause: Exception | None) -> None:
        """The connection is over, by the server's will or by an error of the network."""
        if self._ended:
            return
        self._ended = True
        if self._reader is not None and not self._reader.complete:
            self._close_reader(self._reader, cause)
        self.resume_writing()
        self._wake()

    def _close_reader(self, reader: ResponseReader, cause: Exception | None) -> None:
        if cause is not None:
            self._error = httpx.ReadError(str(cause))
            self._error.__cause__ = cause
            return
        try:
            reader.close()
        except ProtocolFault as fault:
            self._error = httpx.RemoteProtocolError(str(fault))

    def _wake(self) -> None:
        if self._arrival is not None and not self._arrival.done():
            self._arrival.set_result(None)


async def _within(seconds: float | None, awaited: Awaitable[T], step: str) -> T:
    """``awaited``, bounded by ``seconds`` where there are any."""
    if seconds is None:
        return await awaited
    try:
        async with asyncio.timeout(seconds):
            return await awaited
    except TimeoutError as error:
        raise _OUT_OF_TIME[step](f"nothing happened for {seconds:g} s") from error
