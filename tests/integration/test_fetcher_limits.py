"""Bounds in time and size, against servers that respect neither."""

from __future__ import annotations

import asyncio
import gzip
import time
import tracemalloc
from datetime import timedelta

import pytest

from crawler.model import Fetched, FetchFailure, Verdict
from tests.fetching import SetTime, fetch_once, make_request, make_source, with_fetcher
from tests.siteserver import SiteServer

MIB = 1024 * 1024


@pytest.fixture
def site():
    with SiteServer() as server:
        yield server


def hasty(site, **settings):
    return make_source(site, timeout=timedelta(seconds=0.6), **settings)


def timed(act):
    started = time.monotonic()
    return act(), time.monotonic() - started


def test_a_gzip_bomb_is_refused_within_little_memory(site):
    bomb = gzip.compress(b"\x00" * (200 * MIB), 9)
    url = site.route("/bomb", bomb, headers={"Content-Encoding": "gzip"})
    tracemalloc.start()
    try:
        answer = fetch_once(url, make_source(site))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(answer, FetchFailure)
    assert (answer.verdict, answer.reason) == (Verdict.UNEXPECTED, "larger than 10 MiB (fetch.max_bytes)")
    assert peak < 30 * MIB


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_of_fifty_megabytes_is_refused_early(site, chunked):
    url = site.route("/huge", b"x" * (50 * MIB), chunked=chunked)
    answer = fetch_once(url, make_source(site))
    assert isinstance(answer, FetchFailure)
    assert answer.reason == "larger than 10 MiB (fetch.max_bytes)"


def test_the_limit_can_be_raised(site):
    url = site.route("/large", b"x" * (12 * MIB))
    assert len(fetch_once(url, make_source(site, max_bytes=20 * MIB)).body) == 12 * MIB


def test_a_body_of_no_bytes_is_an_answer(site):
    answer = fetch_once(site.route("/empty"), make_source(site))
    assert isinstance(answer, Fetched)
    assert answer.body == b""


@pytest.mark.parametrize(
    "settings", [{"delay": 30}, {"drip": 0.2}, {"drip": (2, 0.2), "chunked": True}], ids=["silence", "drip", "chunks"]
)
def test_no_server_outlives_the_deadline(site, settings):
    url = site.route("/slow", "x" * 200, **settings)
    answer, took = timed(lambda: fetch_once(url, hasty(site)))
    assert isinstance(answer, FetchFailure)
    assert answer.verdict is Verdict.UNREACHABLE
    assert answer.reason == f"no complete answer from 127.0.0.1:{site.port} within 0.6 s (fetch.timeout)"
    assert 0.5 < took < 20  # with all its bytes it takes forty seconds, or thirty


def test_the_deadline_covers_all_redirects_together(site):
    for number in range(5):
        site.route(f"/{number}", status=302, headers={"Location": f"/{number + 1}"}, delay=0.25)
    site.route("/5", "here")
    answer = fetch_once(site.url("/0"), hasty(site))
    assert isinstance(answer, FetchFailure)
    assert "within 0.6 s" in answer.reason


def test_waiting_for_our_turn_is_not_counted(site):
    url = site.route("/a", "x")
    time = SetTime()
    source = make_source(site, timeout=timedelta(seconds=30), host_delay=timedelta(minutes=10))

    async def run(fetcher):
        return [await fetcher.fetch(make_request(url), source) for _ in range(2)]

    answers = with_fetcher(run, sleep=time.sleep, monotonic=time.monotonic)
    assert [type(answer) for answer in answers] == [Fetched, Fetched]


def test_a_dead_resolver_is_left_at_the_deadline(site):
    async def resolve(host, port):
        await asyncio.sleep(30)
        return ["127.0.0.1"]

    async def run(fetcher):
        return await fetcher.fetch(make_request(site.url("/a")), hasty(site))

    answer, took = timed(lambda: with_fetcher(run, resolve=resolve))
    assert isinstance(answer, FetchFailure)
    assert took < 20  # it would answer after thirty


def test_a_connection_is_usable_after_somebody_elses_deadline(site):
    slow, quick = site.route("/slow", "x" * 100, drip=0.1), site.route("/quick", "x")

    async def run(fetcher):
        await fetcher.fetch(make_request(slow), hasty(site))
        return await fetcher.fetch(make_request(quick), make_source(site))

    assert with_fetcher(run).body == b"x"
