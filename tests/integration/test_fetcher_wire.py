"""Servers that break the rules of HTTP, on a real socket: nothing leaks from one answer to the next."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest

from crawler.fetcher.client import HttpFetcher
from crawler.fetcher.transport import DirectTransport
from crawler.model import Fetched, FetchFailure, FetchPolicy, NotModified, Response, Source, Verdict
from tests.fetching import SetClock, make_request

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#: What a script says instead of bytes.
CLOSE, RESET, WAIT = "close", "reset", "wait"

Script = list[Any]


@dataclass
class RawServer:
    """Answers each request of each connection with the next part of that connection's script, byte for byte.

    A connection beyond the last script plays the last one. ``heads`` are the requests as they came, by connection.
    """

    scripts: list[Script]
    port: int = 0
    heads: list[list[bytes]] = field(default_factory=list)
    ended: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = len(self.heads)
        self.heads.append([])
        try:
            for part in self.scripts[min(number, len(self.scripts) - 1)]:
                head = await reader.readuntil(b"\r\n\r\n")
                self.heads[number].append(head)
                await self.play(part if isinstance(part, list) else [part], writer)
            await reader.read()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.ended += 1
            writer.close()

    async def play(self, part: list[Any], writer: asyncio.StreamWriter) -> None:
        for each in part:
            if each == CLOSE:
                writer.close()
                await writer.wait_closed()
                raise ConnectionError
            if each == RESET:
                writer.transport.abort()
                raise ConnectionError
            if each == WAIT:
                await asyncio.sleep(0.05)
            else:
                writer.write(each)
                await writer.drain()


Act = Callable[[RawServer, Callable[[str], Awaitable[Response]]], Awaitable[Any]]


def play(act: Act, *scripts: Script, timeout: float = 30.0) -> RawServer:
    """Runs ``act`` with a server that plays ``scripts`` and a function that fetches a path of it."""

    async def run() -> RawServer:
        server = RawServer(list(scripts))
        listener = await asyncio.start_server(server.serve, "127.0.0.1", 0, limit=1 << 20)
        server.port = listener.sockets[0].getsockname()[1]
        base = f"http://127.0.0.1:{server.port}"
        policy = FetchPolicy(
            allow_private_networks=True,
            host_delay=timedelta(0),
            respect_robots=False,
            timeout=timedelta(seconds=timeout),
            host_concurrency=8,
        )
        source = Source(id="desk", kind="html_list", url=base, fetch=policy)
        async with HttpFetcher(clock=SetClock()) as fetcher:

            async def fetch(path: str, **more: Any) -> Response:
                return await fetcher.fetch(make_request(base + path, **more), source)

            await asyncio.wait_for(act(server, fetch), 60)
        listener.close()
        return server

    return asyncio.run(run())


def expect(*bodies: bytes | Verdict) -> Act:
    """Fetches one path after the other and compares: a body, or the verdict of a failure."""

    async def act(server: RawServer, fetch: Callable[[str], Awaitable[Response]]) -> None:
        for number, body in enumerate(bodies):
            answer = await fetch(f"/{number}")
            found = answer.body if isinstance(answer, Fetched) else getattr(answer, "verdict", answer)
            assert found == body, f"answer {number}: {answer}"

    return act


def test_one_connection_carries_one_request_after_the_other() -> None:
    server = play(expect(b"ok", b"ok", b"ok"), [OK, OK, OK])
    assert len(server.heads) == 1


def test_an_answer_that_nobody_asked_for_is_given_to_nobody() -> None:
    evil = OK.replace(b"ok", b"ha")
    server = play(expect(b"ok", b"ok"), [OK + evil, evil], [OK])
    assert len(server.heads) == 2


def test_an_answer_that_comes_while_nothing_was_asked_is_given_to_nobody() -> None:
    async def act(server: RawServer, fetch: Callable[[str], Awaitable[Response]]) -> None:
        assert (await fetch("/0")).body == b"ok"
        while not server.ended:  # noqa: ASYNC110 - until what nobody asked for has ended the connection
            await asyncio.sleep(0.01)
        assert (await fetch("/1")).body == b"ok"

    server = play(act, [[OK, WAIT, OK.replace(b"ok", b"ha")], OK.replace(b"ok", b"ha")], [OK])
    assert len(server.heads) == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
    ],
)
def test_a_connection_that_is_not_to_be_trusted_again_is_not_used_again(answer: bytes) -> None:
    assert len(play(expect(b"ok", b"ok"), [answer, OK.replace(b"ok", b"ha")], [OK]).heads) == 2


def test_a_304_with_a_body_does_not_poison_the_next_answer() -> None:
    async def act(server: RawServer, fetch: Any) -> None:
        assert isinstance(await fetch("/0", etag='"x"'), NotModified)
        assert (await fetch("/1")).body == b"ok"

    unchanged = b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 44\r\n\r\n'
    assert len(play(act, [unchanged + OK.replace(b"ok", b"ha")], [OK]).heads) == 2
    assert len(play(act, [unchanged, OK]).heads) == 1


@pytest.mark.parametrize(
    "answer",
    [
        [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", CLOSE],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", WAIT, RESET],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", CLOSE],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nrubbish\r\n", CLOSE],
    ],
)
def test_a_body_that_is_not_what_was_announced_is_truncated(answer: Script) -> None:
    play(expect(Verdict.TRUNCATED, b"ok"), [answer], [OK])


def test_a_body_without_a_length_is_all_that_comes_until_the_end() -> None:
    play(expect(b"all of it"), [[b"HTTP/1.1 200 OK\r\n\r\nall ", WAIT, b"of it", CLOSE]])


def test_interim_answers_are_passed_over() -> None:
    assert len(play(expect(b"ok", b"ok"), [[b"HTTP/1.1 100 Continue\r\n\r\n", WAIT, OK], OK]).heads) == 1


def test_a_kept_connection_that_the_server_closed_meanwhile_costs_one_more_try() -> None:
    server = play(expect(b"ok", b"ok"), [OK, CLOSE], [OK])
    assert [len(heads) for heads in server.heads] == [2, 1]


def test_a_kept_connection_that_the_server_reset_meanwhile_costs_one_more_try() -> None:
    play(expect(b"ok", b"ok"), [OK, RESET], [OK])


def test_a_new_connection_that_gives_no_answer_is_not_tried_again() -> None:
    server = play(expect(Verdict.UNREACHABLE), [CLOSE])
    assert len(server.heads) == 1


def test_a_post_is_never_sent_twice() -> None:
    async def act(server: RawServer, fetch: Any) -> None:
        assert (await fetch("/0")).body == b"ok"
        answer = await fetch("/1", method="POST", body=b"x")
        assert isinstance(answer, FetchFailure)

    assert [len(heads) for heads in play(act, [OK, CLOSE], [OK]).heads] == [2]


@pytest.mark.parametrize("drip", [b"H", b"X: y\r\n", b""], ids=["a head", "headers", "silence"])
def test_a_server_that_dribbles_does_not_outlive_the_deadline(drip: bytes) -> None:
    begin = [] if drip == b"H" else [b"HTTP/1.1 200 OK\r\n"]
    answer = [*begin, *([b"HTTP/1.1 2"] if drip == b"H" else []), *([drip if drip != b"H" else b"0", WAIT] * 40)]
    play(expect(Verdict.UNREACHABLE), [answer], timeout=0.4)


def test_headers_without_end_are_refused_early() -> None:
    play(expect(Verdict.UNREACHABLE), [[b"HTTP/1.1 200 OK\r\n", *[b"X: " + b"y" * 60_000 + b"\r\n"] * 4]])


def test_who_is_cancelled_leaves_no_half_read_connection_behind() -> None:
    async def act(server: RawServer, fetch: Any) -> None:
        cut = asyncio.create_task(fetch("/0"))
        while not server.heads or not server.heads[0]:  # noqa: ASYNC110 - the server is a plain list
            await asyncio.sleep(0.01)
        cut.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cut
        await asyncio.sleep(0.1)
        assert (await fetch("/1")).body == b"ok"

    late = [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", WAIT, b"ha"]
    assert len(play(act, [late, OK.replace(b"ok", b"ha")], [OK]).heads) == 2


def test_a_server_is_made_to_wait_while_nobody_takes_its_body() -> None:
    """A body of 64 MiB that nobody reads is not in our memory."""
    sent = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\n")
        try:
            while sent < 64 << 20:
                writer.write(b"x" * (1 << 16))
                await writer.drain()
                sent += 1 << 16
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def run() -> None:
        listener = await asyncio.start_server(serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/"
        transport = DirectTransport(FetchPolicy(allow_private_networks=True))
        response = await transport.handle_async_request(httpx.Request("GET", url))
        await asyncio.sleep(0.2)
        assert sent < 32 << 20  # the kernel's buffers hold a part, we the little we asked for
        received = [len(piece) async for piece in response.stream]
        await response.aclose()
        assert (sum(received), max(received) < 2 << 20) == (64 << 20, True)
        await transport.aclose()
        listener.close()

    asyncio.run(asyncio.wait_for(run(), 60))


def test_turns_are_given_back_whatever_happens() -> None:
    """With one turn only, every kind of end must leave it free."""

    async def run() -> None:
        server = RawServer([[OK], [CLOSE], [[OK[:-1], CLOSE]], [[WAIT, WAIT, OK]], [OK]])
        listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/"
        transport = DirectTransport(FetchPolicy(allow_private_networks=True), connections=1)

        async def ask(take: bool = True, **timeouts: float) -> bytes:
            request = httpx.Request("GET", url, extensions={"fresh": True, "timeout": timeouts})
            response = await transport.handle_async_request(request)
            try:
                return b"".join([piece async for piece in response.stream]) if take else b""
            finally:
                await response.aclose()
                await response.aclose()

        assert await ask(take=False) == b""
        with pytest.raises(httpx.RemoteProtocolError):
            await ask()
        with pytest.raises(httpx.RemoteProtocolError):
            await ask()
        with pytest.raises(httpx.ReadTimeout):
            await ask(read=0.01)
        assert await ask(pool=1.0) == b"ok"
        await transport.aclose()
        listener.close()

    asyncio.run(asyncio.wait_for(run(), 60))


def test_a_turn_that_does_not_come_in_time_is_told() -> None:
    async def run() -> None:
        server = RawServer([[OK]])
        listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/"
        transport = DirectTransport(FetchPolicy(allow_private_networks=True), connections=1)
        first = await transport.handle_async_request(httpx.Request("GET", url))
        with pytest.raises(httpx.PoolTimeout):
            await transport.handle_async_request(httpx.Request("GET", url, extensions={"timeout": {"pool": 0.01}}))
        await first.aclose()
        await transport.aclose()
        listener.close()

    asyncio.run(asyncio.wait_for(run(), 60))


def test_a_body_of_unknown_length_is_sent_in_chunks() -> None:
    received = b""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal received
        received = await reader.readuntil(b"0\r\n\r\n")
        writer.write(OK)
        writer.close()

    async def pieces() -> Any:
        yield b"one"
        yield b""
        yield b"twotwotwotwo"

    async def run() -> None:
        listener = await asyncio.start_server(serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/"
        transport = DirectTransport(FetchPolicy(allow_private_networks=True))
        async with httpx.AsyncClient(transport=transport, trust_env=False) as client:
            assert (await client.post(url, content=pieces())).text == "ok"
        listener.close()

    asyncio.run(asyncio.wait_for(run(), 60))
    assert received.endswith(b"3\r\none\r\nc\r\ntwotwotwotwo\r\n0\r\n\r\n")
