"""Answers from memory."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from crawler.fetcher.replay import ReplayFetcher, record_response
from crawler.model import Fetched, FetchFailure, NotModified, Verdict, digest
from tests.fetching import NOON, SetClock, make_request, make_source

URL = "https://www.example.gov.cn/a"


def page(body=b"one", **headers):
    return record_response(URL, body, fetched_at=NOON - timedelta(days=9), headers=tuple(headers.items()))


def ask(fetcher, url=URL, **settings):
    return asyncio.run(fetcher.fetch(make_request(url, **settings), make_source()))


def test_a_recorded_response_answers_the_request_that_was_made_now():
    answer = ask(ReplayFetcher({URL: page()}, clock=SetClock()))
    assert isinstance(answer, Fetched)
    assert answer.body == b"one"
    assert answer.sha256 == digest(b"one")
    assert answer.fetched_at == NOON
    assert answer.request == make_request(URL)


def test_a_list_is_answered_in_order_and_its_last_for_ever():
    fetcher = ReplayFetcher({URL: [page(b"one"), page(b"two")]}, clock=SetClock())
    assert [ask(fetcher).body for _ in range(3)] == [b"one", b"two", b"two"]


def test_an_unknown_address_is_a_failure():
    answer = ask(ReplayFetcher({}, clock=SetClock()))
    assert isinstance(answer, FetchFailure)
    assert answer.verdict is Verdict.UNREACHABLE
    assert URL in answer.reason


def test_conditions_are_honoured():
    fetcher = ReplayFetcher({URL: page(etag='"1"', last_modified="x")}, clock=SetClock())
    assert isinstance(ask(fetcher, etag='"1"'), NotModified)
    assert isinstance(ask(fetcher, etag='"2"'), Fetched)
    assert isinstance(ask(fetcher), Fetched)


def test_the_caller_keeps_its_list():
    recorded = [page(b"one"), page(b"two")]
    ask(ReplayFetcher({URL: recorded}, clock=SetClock()))
    assert len(recorded) == 2


def test_what_was_asked_is_noted():
    fetcher = ReplayFetcher({}, clock=SetClock())
    ask(fetcher)
    assert [request.url for request in fetcher.requests] == [URL]
