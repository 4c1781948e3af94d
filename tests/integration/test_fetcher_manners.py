"""Manners, measured where they count: at the server."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from datetime import timedelta

import pytest

from crawler.model import Fetched, FetchFailure, Verdict
from tests.fetching import NOON, fetch_once, make_request, make_source, with_fetcher
from tests.siteserver import SiteServer, make_route

DISALLOW = "User-agent: *\nDisallow: /private\nAllow: /private/news\n"


@pytest.fixture
def site():
    with SiteServer() as server:
        server.route("/a", "x")
        yield server


def polite(*sites, **settings):
    return make_source(*sites, respect_robots=True, **settings)


def fetch_together(source, *urls):
    async def run(fetcher):
        return await asyncio.gather(*(fetcher.fetch(make_request(url), source) for url in urls))

    return with_fetcher(run)


def gaps(site):
    times = sorted(asked.at for asked in site.requests)
    return [later - earlier for earlier, later in itertools.pairwise(times)]


def test_the_pause_between_requests_is_seen_at_the_server(site):
    source = make_source(site, host_delay=timedelta(seconds=0.3))
    fetch_together(source, *[site.url("/a")] * 4)
    assert len(gaps(site)) == 3
    assert min(gaps(site)) > 0.15  # a busy machine may let the server see the first one late


def test_a_redirect_waits_like_any_other_request(site):
    source = make_source(site, host_delay=timedelta(seconds=0.3))
    fetch_once(site.redirect("/old", "/a"), source)
    assert gaps(site)[0] > 0.15


def test_two_sources_at_one_host_share_its_queue(site):
    first, second = (make_source(site, id=name, host_delay=timedelta(seconds=0.3)) for name in ("one", "two"))

    async def run(fetcher):
        await asyncio.gather(*(fetcher.fetch(make_request(site.url("/a")), source) for source in (first, second)))

    with_fetcher(run)
    assert gaps(site)[0] > 0.15


@pytest.mark.parametrize("limit", [1, 4])
def test_a_host_sees_as_many_requests_at_once_as_configured_and_no_more(site, limit):
    lock, levels = threading.Lock(), [0]

    def stay(asked):
        with lock:
            levels.append(levels[-1] + 1)
        time.sleep(0.05)
        with lock:
            levels.append(levels[-1] - 1)
        return make_route("x")

    site.compute("/stay", stay)
    source = make_source(site, host_concurrency=limit)
    answers = fetch_together(source, *[site.url("/stay")] * 8)
    assert all(isinstance(answer, Fetched) for answer in answers)
    assert max(levels) == limit


def test_retry_after_closes_the_host_without_asking_it_again(site):
    site.route("/busy", "slow down", status=429, headers={"Retry-After": "120"})
    source = make_source(site)

    async def run(fetcher):
        first = await fetcher.fetch(make_request(site.url("/busy")), source)
        other = make_source(site, id="other")
        return first, await fetcher.fetch(make_request(site.url("/a")), other)

    first, second = with_fetcher(run)
    assert (first.status, first.header("retry-after")) == (429, "120")
    assert isinstance(second, FetchFailure)
    assert second.verdict is Verdict.RATE_LIMITED
    assert timedelta(seconds=115) < second.retry_at - NOON <= timedelta(seconds=120)
    assert "Retry-After" in second.reason
    assert site.count() == 1


def test_retry_after_as_a_date_is_read_against_the_servers_own_clock(site):
    head = "HTTP/1.1 503 Busy\r\nDate: Sun, 01 Mar 2020 00:00:00 GMT\r\nRetry-After: Sun, 01 Mar 2020 00:10:00 GMT\r\n"
    site.route("/busy", raw=f"{head}Content-Length: 0\r\n\r\n".encode())
    source = make_source(site)

    async def run(fetcher):
        await fetcher.fetch(make_request(site.url("/busy")), source)
        return await fetcher.fetch(make_request(site.url("/a")), source)

    answer = with_fetcher(run)
    assert timedelta(seconds=590) < answer.retry_at - NOON <= timedelta(seconds=600)


def test_a_short_retry_after_is_waited_for(site):
    site.route("/busy", status=503, headers={"Retry-After": "1"})
    source = make_source(site)

    async def run(fetcher):
        await fetcher.fetch(make_request(site.url("/busy")), source)
        return await fetcher.fetch(make_request(site.url("/a")), source)

    assert isinstance(with_fetcher(run), Fetched)
    assert gaps(site)[0] > 0.9


def test_retry_after_on_a_good_answer_means_nothing(site):
    site.route("/odd", "x", headers={"Retry-After": "120"})
    answers = fetch_together(make_source(site), site.url("/odd"), site.url("/a"))
    assert all(isinstance(answer, Fetched) for answer in answers)


# -- robots.txt --


def test_what_robots_forbids_is_not_requested(site):
    site.route("/robots.txt", DISALLOW, content_type="text/plain")
    site.route("/private/news/1", "x")
    secret, open_page = fetch_together(polite(site), site.url("/private/x"), site.url("/private/news/1"))
    assert isinstance(secret, FetchFailure)
    assert (secret.verdict, secret.robots) == (Verdict.BLOCKED, True)
    assert "robots.txt does not allow /private/x to gazette" in secret.reason
    assert isinstance(open_page, Fetched)
    assert site.count("/private/x") == 0


def test_robots_may_be_ignored_on_the_operators_word(site):
    site.route("/robots.txt", DISALLOW)
    site.route("/private/x", "x")
    assert isinstance(fetch_once(site.url("/private/x"), make_source(site)), Fetched)
    assert site.count("/robots.txt") == 0


def test_robots_are_read_once_however_many_ask(site):
    site.route("/robots.txt", DISALLOW, delay=0.1)
    fetch_together(polite(site, host_concurrency=8), *[site.url("/a")] * 10)
    assert site.count("/robots.txt") == 1
    assert site.count("/a") == 10


def test_a_missing_robots_file_allows_all(site):
    assert isinstance(fetch_once(site.url("/a"), polite(site)), Fetched)
    assert site.count("/robots.txt") == 1


def test_a_failing_robots_file_stops_us_and_says_so(site):
    site.route("/robots.txt", status=503)
    answer = fetch_once(site.url("/a"), polite(site))
    assert isinstance(answer, FetchFailure)
    assert (answer.verdict, answer.robots) == (Verdict.UNREACHABLE, False)
    assert answer.reason == f"robots.txt unreachable: {site.url('/robots.txt')} answered 503"
    assert site.count("/a") == 0


def test_an_unreachable_host_is_named_in_the_reason():
    answer = fetch_once("http://127.0.0.1:1/a", make_source(private_hosts=("127.0.0.1:1",), respect_robots=True))
    assert answer.reason == "robots.txt unreachable: 127.0.0.1:1 refused the connection"
    assert answer.url == "http://127.0.0.1:1/a"


def test_a_redirected_robots_file_counts(site):
    site.route("/rules", "User-agent: *\nDisallow: /a")
    site.redirect("/robots.txt", "/rules")
    assert fetch_once(site.url("/a"), polite(site)).robots


def test_robots_lost_in_redirects_allow_all(site):
    site.redirect("/robots.txt", "/robots.txt")
    assert isinstance(fetch_once(site.url("/a"), polite(site)), Fetched)


def test_the_target_of_a_redirect_is_asked_for_its_own_robots(site):
    with SiteServer() as other:
        other.route("/robots.txt", "User-agent: *\nDisallow: /")
        answer = fetch_once(site.redirect("/out", other.url("/b")), polite(site, other))
        assert answer.robots
        assert answer.url == other.url("/b")
        assert other.count("/b") == 0


def test_only_the_beginning_of_an_endless_robots_file_is_read(site):
    text = DISALLOW + "# filler\n" * 200_000
    site.route("/robots.txt", text)
    answers = fetch_together(polite(site), site.url("/private/x"), site.url("/a"))
    assert [getattr(answer, "robots", False) for answer in answers] == [True, False]


def test_the_crawl_delay_of_the_file_beats_a_shorter_pause_of_ours(site):
    site.route("/robots.txt", "User-agent: gazette\nCrawl-delay: 0.4\nDisallow: /x")
    fetch_together(polite(site), *[site.url("/a")] * 3)
    assert all(gap > 0.2 for gap in gaps(site)[1:])


def test_the_robots_file_is_asked_for_politely_and_without_secrets(site):
    source = polite(site, headers=(("Authorization", "Bearer t"),))
    fetch_once(site.url("/a"), source)
    headers = site.last("/robots.txt").headers
    assert headers["user-agent"] == source.fetch.user_agent
    assert "authorization" not in headers


# -- too many requests, without a word on how long to wait --


def test_429_without_a_date_closes_the_host_for_all_sources(site):
    site.route("/busy", "slow down", status=429)
    source = make_source(site)

    async def run(fetcher):
        await fetcher.fetch(make_request(site.url("/busy")), source)
        return await fetcher.fetch(make_request(site.url("/a")), make_source(site, id="other"))

    answer = with_fetcher(run)
    assert answer.verdict is Verdict.RATE_LIMITED
    assert timedelta(seconds=25) < answer.retry_at - NOON <= timedelta(seconds=30)
    assert "too many requests (429)" in answer.reason
    assert site.count() == 1


def test_one_503_speaks_for_its_page_and_two_in_a_row_for_the_host(site):
    site.route("/busy", "overloaded", status=503)
    source = make_source(site)

    async def run(fetcher):
        pages = ["/busy", "/a", "/busy", "/busy", "/a"]
        return [await fetcher.fetch(make_request(site.url(page)), source) for page in pages]

    *answers, last = with_fetcher(run)
    assert [answer.status for answer in answers] == [503, 200, 503, 503]
    assert last.verdict is Verdict.RATE_LIMITED
    assert site.count() == 4
