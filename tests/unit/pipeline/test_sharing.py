"""One answer for all who want the same at the same moment."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from crawler.model import FetchPolicy, Purpose, Request
from crawler.pipeline.sharing import SharingFetcher
from tests.lives import make_source

PAGE = Request(url="https://www.example.gov.cn/news/dock.html", purpose=Purpose.ARTICLE)
FAILURE = RuntimeError("the line is cut")


class Slow:
    """Answers when it is told to, each time with another object."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[Request] = []
        self.go = asyncio.Event()
        self.error = error

    async def fetch(self, request, source):
        self.asked.append(request)
        await self.go.wait()
        if self.error:
            raise self.error
        return object()


async def ask_twice(slow, first, second, requests=(PAGE, PAGE)):
    shared = SharingFetcher(slow)
    tasks = [asyncio.create_task(shared.fetch(*each)) for each in zip(requests, (first, second), strict=True)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    slow.go.set()
    return await asyncio.gather(*tasks, return_exceptions=True)


def test_two_sources_that_want_one_page_at_once_get_one_answer():
    async def play():
        slow = Slow()
        answers = await ask_twice(slow, make_source(), make_source(id="city"))
        return slow.asked, answers

    asked, (first, second) = asyncio.run(play())
    assert (asked, first is second) == ([PAGE], True)


@pytest.mark.parametrize(
    ("source", "request_"),
    [
        (make_source(id="city", fetch=FetchPolicy(user_agent="another")), PAGE),
        (make_source(id="city"), replace(PAGE, url=PAGE.url + "?page=2")),
        (make_source(id="city", language="ja"), PAGE),
    ],
)
def test_what_is_asked_otherwise_is_asked_by_itself(source, request_):
    async def play():
        slow = Slow()
        return slow, await ask_twice(slow, make_source(), source, (PAGE, request_))

    slow, (first, second) = asyncio.run(play())
    assert len(slow.asked) == 2
    assert first is not second


def test_headers_that_go_to_the_own_host_only_are_not_lent_to_another_source():
    policy = FetchPolicy(headers=(("authorization", "Basic c2VjcmV0"),))
    sources = (make_source(fetch=policy), make_source(id="city", url="https://city.example/", fetch=policy))

    async def play():
        slow = Slow()
        await ask_twice(slow, *sources)
        return slow.asked

    assert asyncio.run(play()) == [PAGE, PAGE]


def test_an_answer_is_not_kept_for_later():
    async def play():
        slow = Slow()
        slow.go.set()
        shared = SharingFetcher(slow)
        return slow, [await shared.fetch(PAGE, make_source()) for _ in range(2)]

    slow, (first, second) = asyncio.run(play())
    assert len(slow.asked) == 2
    assert first is not second


def test_who_stops_waiting_does_not_take_the_answer_from_the_other():
    async def play():
        slow = Slow()
        shared = SharingFetcher(slow)
        first, second = (asyncio.create_task(shared.fetch(PAGE, make_source())) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        slow.go.set()
        return first, await second

    first, answer = asyncio.run(play())
    assert first.cancelled()
    assert answer is not None


def test_a_request_that_nobody_waits_for_any_more_ends_and_is_made_anew_for_who_comes_next():
    async def play():
        slow = Slow()
        shared = SharingFetcher(slow)
        alone = asyncio.create_task(shared.fetch(PAGE, make_source()))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        begun = asyncio.all_tasks() - {alone, asyncio.current_task()}
        alone.cancel()
        await asyncio.sleep(0)
        next_one = asyncio.create_task(shared.fetch(PAGE, make_source()))
        await asyncio.wait(begun)
        slow.go.set()
        return [each.cancelled() for each in begun], await next_one, len(slow.asked)

    ended, answer, asked = asyncio.run(play())
    assert ended == [True]
    assert answer is not None
    assert asked == 2


def test_a_mistake_reaches_everybody_who_waits():
    async def play():
        return await ask_twice(Slow(FAILURE), make_source(), make_source(id="city"))

    assert asyncio.run(play()) == [FAILURE, FAILURE]
