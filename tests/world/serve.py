"""Serves many small sites at once, each on a port of its own on loopback, without a thread for any of them.

A host is name and port: what one site does to us (429, an outage) must not touch the others.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

REASONS = {200: "OK", 301: "Moved Permanently", 302: "Found", 304: "Not Modified", 404: "Not Found"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. ``path`` has its query; header names are lower-case."""

    path: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One response. ``etag``: conditional requests are answered; ``cut``: the line breaks after so many bytes."""

    body: bytes = b""
    status: int = 200
    media_type: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    etag: str = ""
    cut: int | None = None
    hang_up: bool = False

    @property
    def text(self) -> str:
        """The body as text, where it is UTF-8."""
        return self.body.decode()


Respond = Callable[[Asked], Answer]


def page(text: str, *, encoding: str = "utf-8", tagged: bool = False, **settings: object) -> Answer:
    """An answer with ``text`` as its body; ``tagged`` gives it an ETag of its own bytes."""
    body = text.encode(encoding, "xmlcharrefreplace")
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"' if tagged else ""
    return Answer(body=body, etag=tag, **settings)  # type: ignore[arg-type]


@dataclass
class Host:
    """One port that answers by ``respond`` and counts what it is asked."""

    respond: Respond
    requests: int = 0
    conditional: int = 0
    mistakes: list[Exception] = field(default_factory=list)
    _server: asyncio.Server | None = field(default=None, repr=False)
    _open: set[asyncio.StreamWriter] = field(default_factory=set, repr=False)

    async def start(self) -> None:
        """Begins to listen on a free port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def stop(self) -> None:
        """Closes the port and every connection to it."""
        if self._server is not None:
            self._server.close()
            self.hang_up()
            await self._server.wait_closed()

    def hang_up(self) -> None:
        """Closes every connection: whoever asks again must find the way anew."""
        for writer in list(self._open):
            writer.close()

    @property
    def base(self) -> str:
        """``http://127.0.0.1:PORT``."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while (asked := await read_request(reader)) is not None:
                self.requests += 1
                self.conditional += "if-none-match" in asked.headers
                if not await self._answer(asked, writer):
                    break
        self._open.discard(writer)
        writer.close()

    async def _answer(self, asked: Asked, writer: asyncio.StreamWriter) -> bool:
        """Writes one answer; False where the connection ends with it."""
        try:
            answer = self.respond(asked)
        except Exception as mistake:  # noqa: BLE001 - the play must not go on as if the site had failed on purpose
            self.mistakes.append(mistake)
            return False
        if answer.hang_up:
            return False
        if answer.etag and answer.status == 200 and asked.headers.get("if-none-match") == answer.etag:
            answer = Answer(status=304, etag=answer.etag, media_type="")
        body = answer.body if answer.cut is None else answer.body[: answer.cut]
        writer.write(head_of(answer) + body)
        await writer.drain()
        return answer.cut is None


async def read_request(reader: asyncio.StreamReader) -> Asked | None:
    """The next request of a connection, or None when the client has gone."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines if ": " in line)
    return Asked(path=first.split(" ")[1], headers={name.lower(): value for name, value in headers.items()})


def head_of(answer: Answer) -> bytes:
    """Status line and headers."""
    lines = [f"HTTP/1.1 {answer.status} {REASONS.get(answer.status, 'Status')}"]
    lines += [f"Content-Type: {answer.media_type}"] if answer.media_type else []
    lines += [f"ETag: {answer.etag}"] if answer.etag else []
    lines += [f"{name}: {value}" for name, value in answer.headers]
    if answer.status != 304:
        lines.append(f"Content-Length: {len(answer.body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
