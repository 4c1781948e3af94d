"""What every fetcher promises (``ports.Fetcher``), whether it asks the network or its memory."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from crawler.fetcher.client import HttpFetcher
from crawler.fetcher.replay import ReplayFetcher
from crawler.model import Fetched, FetchFailure, NotModified, Source, Verdict, digest
from tests.fetching import NOON, SetClock, make_request, make_source
from tests.siteserver import SiteServer

BODY = "<h1>通知公告</h1>".encode()


@dataclass
class Subject:
    make: Any
    base: str
    source: Source

    def fetch(self, path, **settings):
        async def run():
            async with self.make() as fetcher:
                return await fetcher.fetch(make_request(self.base + path, **settings), self.source)

        return asyncio.run(run())


@pytest.fixture(scope="module")
def site():
    with SiteServer() as server:
        server.route(
            "/page", BODY, etag='"v1"', last_modified="Mon, 02 Mar 2026 08:00:00 GMT", headers={"X-Served": "A"}
        )
        server.route("/empty", b"")
        server.route("/gone", b"gone", status=410)
        server.route("/broken", b"oops", status=500)
        server.redirect("/old", "/page")
        yield server


@pytest.fixture(params=["http", "replay"])
def subject(request, site):
    source = make_source(site)

    def live():
        return HttpFetcher(clock=SetClock())

    if request.param == "http":
        return Subject(live, site.base, source)
    paths = ["/page", "/empty", "/gone", "/broken", "/old"]
    recorded = {site.base + path: Subject(live, site.base, source).fetch(path) for path in paths}
    return Subject(lambda: ReplayFetcher(recorded, clock=SetClock()), site.base, source)


def test_a_page_comes_as_it_was_sent(subject):
    answer = subject.fetch("/page")
    assert isinstance(answer, Fetched)
    assert (answer.status, answer.body, answer.sha256) == (200, BODY, digest(BODY))
    assert answer.fetched_at == NOON
    assert answer.url == answer.request.url == subject.base + "/page"
    assert not answer.hops
    assert not answer.truncated


def test_headers_are_lower_case_and_complete(subject):
    answer = subject.fetch("/page")
    assert answer.header("x-served") == "A"
    assert answer.media_type == "text/html"
    assert all(name == name.lower() for name, _ in answer.headers)


def test_what_a_page_says_of_its_version_is_answered_with_not_modified(subject):
    first = subject.fetch("/page")
    again = subject.fetch("/page", etag=first.validators.etag, last_modified=first.validators.last_modified)
    assert isinstance(again, NotModified)
    assert again.fetched_at == NOON
    assert isinstance(subject.fetch("/page", last_modified=first.validators.last_modified), NotModified)


def test_another_version_is_sent_in_full(subject):
    assert isinstance(subject.fetch("/page", etag='"v0"'), Fetched)


@pytest.mark.parametrize(("path", "status", "body"), [("/gone", 410, b"gone"), ("/broken", 500, b"oops")])
def test_any_status_is_an_answer(subject, path, status, body):
    answer = subject.fetch(path)
    assert isinstance(answer, Fetched)
    assert (answer.status, answer.body) == (status, body)


def test_an_empty_body_is_an_answer(subject):
    assert subject.fetch("/empty").body == b""


def test_a_redirect_is_followed_and_told(subject):
    answer = subject.fetch("/old")
    assert answer.url == subject.base + "/page"
    assert answer.request.url == subject.base + "/old"
    assert [(hop.url, hop.status) for hop in answer.hops] == [(subject.base + "/old", 302)]
    assert answer.body == BODY


def test_an_address_that_leads_nowhere_is_a_failure_and_no_exception(subject):
    unreachable = Subject(subject.make, "http://127.0.0.1:1", make_source(private_hosts=("127.0.0.1:1",)))
    answer = unreachable.fetch("/nothing")
    assert isinstance(answer, FetchFailure)
    assert answer.verdict is Verdict.UNREACHABLE
    assert "127.0.0.1:1" in answer.reason
    assert answer.fetched_at == NOON
