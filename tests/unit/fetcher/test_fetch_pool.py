"""Connections kept for reuse: which is taken, how many are kept, and that none is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpcore
import pytest

from crawler.fetcher.pool import OriginPool

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
LAST_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


class Wire(httpcore.AsyncMockStream):
    """A connection that plays an answer for each request until ``hung_up`` tells that the server left."""

    def __init__(self, answers: list[bytes]) -> None:
        super().__init__(answers)
        self.hung_up = self.closed = False

    def get_extra_info(self, info: str) -> object:
        return self.hung_up if info == "is_readable" else super().get_extra_info(info)

    async def aclose(self) -> None:
        self.closed = True
        await super().aclose()


class Exchange(httpcore.AsyncNetworkBackend):
    """Connects to nowhere; ``wires`` are the connections made, ``answers`` what each of them plays."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = answers
        self.wires: list[Wire] = []

    async def connect_tcp(self, *arguments: object, **more: object) -> Wire:
        if not self.answers:
            raise httpcore.ConnectError("nobody is there")
        self.wires.append(Wire(list(self.answers)))
        return self.wires[-1]

    def pool(self, *, busy: int = 8, kept: int = 8, expiry: float = 30.0) -> OriginPool:
        def open_connection(origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
            return httpcore.AsyncHTTPConnection(origin, network_backend=self, keepalive_expiry=expiry)

        return OriginPool(open_connection, busy=busy, kept=kept)


def request(host: str = "www.example.org") -> httpcore.Request:
    return httpcore.Request("GET", f"http://{host}/", headers={"Host": host})


async def ask(pool: OriginPool, host: str = "www.example.org") -> bytes:
    response = await pool.handle_async_request(request(host))
    body = await response.aread()
    await response.aclose()
    return body


def run(scene: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(scene(), 5))


def test_the_next_request_to_an_origin_takes_the_same_connection() -> None:
    exchange = Exchange(ANSWER, ANSWER)

    async def scene() -> None:
        pool = exchange.pool()
        assert [await ask(pool), await ask(pool)] == [b"ok", b"ok"]

    run(scene)
    assert len(exchange.wires) == 1


def test_another_origin_never_takes_it() -> None:
    exchange = Exchange(ANSWER, ANSWER)

    async def scene() -> None:
        pool = exchange.pool()
        await ask(pool, "one.example.org")
        await ask(pool, "two.example.org")
        await ask(pool, "one.example.org")

    run(scene)
    assert len(exchange.wires) == 2


def test_a_connection_the_server_has_left_is_closed_and_not_taken() -> None:
    exchange = Exchange(ANSWER, ANSWER)

    async def scene() -> None:
        pool = exchange.pool()
        await ask(pool)
        exchange.wires[0].hung_up = True
        await ask(pool)

    run(scene)
    assert [wire.closed for wire in exchange.wires] == [True, False]


def test_a_connection_kept_too_long_is_closed_and_not_taken() -> None:
    exchange = Exchange(ANSWER, ANSWER)

    async def scene() -> None:
        pool = exchange.pool(expiry=0.0)
        await ask(pool)
        await asyncio.sleep(0.01)
        await ask(pool)

    run(scene)
    assert len(exchange.wires) == 2
    assert exchange.wires[0].closed


def test_a_connection_that_the_server_will_close_is_not_kept() -> None:
    exchange = Exchange(LAST_ANSWER)

    async def scene() -> None:
        pool = exchange.pool()
        await ask(pool)
        await ask(pool)

    run(scene)
    assert [wire.closed for wire in exchange.wires] == [True, True]


def test_the_ones_used_last_are_kept() -> None:
    exchange = Exchange(ANSWER, ANSWER)

    async def scene() -> None:
        pool = exchange.pool(kept=2)
        for number in range(4):
            await ask(pool, f"host{number}.example.org")

    run(scene)
    assert [wire.closed for wire in exchange.wires] == [True, True, False, False]


def test_a_body_left_unread_ends_its_connection() -> None:
    exchange = Exchange(ANSWER)

    async def scene() -> None:
        pool = exchange.pool(busy=1)
        response = await pool.handle_async_request(request())
        await response.aclose()
        await ask(pool)

    run(scene)
    assert [wire.closed for wire in exchange.wires] == [True, False]


def test_a_request_waits_while_as_many_as_allowed_are_under_way() -> None:
    exchange = Exchange(ANSWER, ANSWER)

    async def scene() -> None:
        pool = exchange.pool(busy=1)
        first = await pool.handle_async_request(request())
        second = asyncio.create_task(ask(pool))
        await asyncio.sleep(0.01)
        assert not second.done()
        await first.aread()
        await first.aclose()
        assert await second == b"ok"

    run(scene)


def test_a_failed_request_gives_its_turn_back() -> None:
    exchange = Exchange()

    async def scene() -> None:
        pool = exchange.pool(busy=1)
        for _ in range(3):
            with pytest.raises(httpcore.ConnectError):
                await ask(pool)

    run(scene)


def test_closing_a_response_twice_gives_one_turn_back() -> None:
    exchange = Exchange(ANSWER, ANSWER)

    async def scene() -> None:
        pool = exchange.pool(busy=1)
        response = await pool.handle_async_request(request())
        await response.aread()
        await response.aclose()
        await response.aclose()
        await pool.handle_async_request(request())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(pool.handle_async_request(request()), 0.01)

    run(scene)


def test_a_closed_pool_keeps_nothing() -> None:
    exchange = Exchange(ANSWER, ANSWER)

    async def scene() -> None:
        pool = exchange.pool()
        await ask(pool, "idle.example.org")
        late = await pool.handle_async_request(request())
        await pool.aclose()
        await late.aread()
        await late.aclose()

    run(scene)
    assert [wire.closed for wire in exchange.wires] == [True, True]
