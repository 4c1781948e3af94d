"""Manners, measured where they count: at the server."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from datetime import timedelta

import pytest

from crawler.model import Fetched, FetchFailure, Verdict
from tests.fetching import NOON, SetTime, fetch_once, make_request, make_source, with_fetcher
from tests.siteserver import SiteServer, make_route

DISALLOW = "User-agent: *\nDisallow: /private\nAllow: /private/news\n"


@pytest.fixture
def site():
    with SiteServer() as server:
        server.route("/a", "x")
        yield server


def polite(*sites, **settings):
    return make_source(*sites, respect_robots=True, **settings)


@pytest.fixture
def watch(site):
    """Time that only the fetcher's own pauses move, and when by it each request came to the server."""
    return Watch(site)


class Watch(SetTime):
    def __init__(self, site):
        super().__init__()
        self.seen = []
        for path in ("/a", "/robots.txt"):
            self.stamp(site, path)

    def stamp(self, site, path, **answer):
        def come(asked):
            self.seen.append(self.at)
            return make_route(**{"body": "x", **answer})

        site.compute(path, come)

    @property
    def gaps(self):
        return [round(later - earlier, 6) for earlier, later in itertools.pairwise(self.seen)]

    def fetch(self, *asked):
        """All requests at once, each a URL and its source; the answers."""

        async def run(fetcher):
            return await asyncio.gather(*(fetcher.fetch(make_request(url), source) for url, source in asked))

        return with_fetcher(run, sleep=self.sleep, monotonic=self.monotonic)

    def fetch_in_turn(self, *asked):
        """One request after the other."""

        async def run(fetcher):
            return [await fetcher.fetch(make_request(url), source) for url, source in asked]

        return with_fetcher(run, sleep=self.sleep, monotonic=self.monotonic)


def fetch_together(source, *urls):
    async def run(fetcher):
        return await asyncio.gather(*(fetcher.fetch(make_request(url), source) for url in urls))

    return with_fetcher(run)


def test_the_pause_between_requests_is_seen_at_the_server(site, watch):
    source = make_source(site, host_delay=timedelta(seconds=3))
    watch.fetch(*[(site.url("/a"), source)] * 4)
    assert watch.gaps == [3, 3, 3]


def test_time_that_passed_by_itself_is_not_waited_again(site, watch):
    source = make_source(site, host_delay=timedelta(seconds=3))

    async def run(fetcher):
        for passed in (0, 2, 10):
            watch.at += passed
            await fetcher.fetch(make_request(site.url("/a")), source)

    with_fetcher(run, sleep=watch.sleep, monotonic=watch.monotonic)
    assert watch.gaps == [3, 10]


def test_a_redirect_waits_like_any_other_request(site, watch):
    source = make_source(site, host_delay=timedelta(seconds=3))
    watch.stamp(site, "/old", body="", status=302, headers={"Location": "/a"})
    watch.fetch((site.url("/old"), source))
    assert watch.gaps == [3]


def test_two_sources_at_one_host_share_its_queue(site, watch):
    first, second = (make_source(site, id=name, host_delay=timedelta(seconds=3)) for name in ("one", "two"))
    watch.fetch((site.url("/a"), first), (site.url("/a"), second))
    assert watch.gaps == [3]


def test_two_hosts_do_not_wait_for_each_other(site, watch):
    with SiteServer() as other:
        watch.stamp(other, "/a")
        source = make_source(site, other, host_delay=timedelta(seconds=3))
        watch.fetch((site.url("/a"), source), (other.url("/a"), source))
    assert watch.gaps == [0]


@pytest.mark.parametrize("limit", [1, 4])
def test_a_host_sees_as_many_requests_at_once_as_configured_and_no_more(site, limit):
    lock, levels, all_here = threading.Lock(), [0], threading.Barrier(limit, timeout=60)

    def stay(asked):
        with lock:
            levels.append(levels[-1] + 1)
        all_here.wait()  # as many as may come do come, however slowly
        time.sleep(0.05)  # and one more would show
        with lock:
            levels.append(levels[-1] - 1)
        return make_route("x")

    site.compute("/stay", stay)
    source = make_source(site, host_concurrency=limit, timeout=timedelta(seconds=90))
    answers = fetch_together(source, *[site.url("/stay")] * 8)
    assert all(isinstance(answer, Fetched) for answer in answers)
    assert max(levels) == limit


def test_retry_after_closes_the_host_without_asking_it_again(site, watch):
    site.route("/busy", "slow down", status=429, headers={"Retry-After": "120"})
    first, second = watch.fetch_in_turn(
        (site.url("/busy"), make_source(site)), (site.url("/a"), make_source(site, id="other"))
    )
    assert (first.status, first.header("retry-after")) == (429, "120")
    assert first.retry_at == NOON + timedelta(seconds=120)
    assert isinstance(second, FetchFailure)
    assert second.verdict is Verdict.RATE_LIMITED
    assert second.retry_at == NOON + timedelta(seconds=120)
    assert "Retry-After" in second.reason
    assert site.count() == 1


def test_retry_after_as_a_date_is_read_against_the_servers_own_clock(site, watch):
    head = "HTTP/1.1 503 Busy\r\nDate: Sun, 01 Mar 2020 00:00:00 GMT\r\nRetry-After: Sun, 01 Mar 2020 00:10:00 GMT\r\n"
    site.route("/busy", raw=f"{head}Content-Length: 0\r\n\r\n".encode())
    source = make_source(site)
    _, answer = watch.fetch_in_turn((site.url("/busy"), source), (site.url("/a"), source))
    assert answer.retry_at == NOON + timedelta(minutes=10)


def test_a_short_retry_after_is_waited_for(site, watch):
    watch.stamp(site, "/busy", status=503, headers={"Retry-After": "7"})
    source = make_source(site)
    _, answer = watch.fetch_in_turn((site.url("/busy"), source), (site.url("/a"), source))
    assert isinstance(answer, Fetched)
    assert watch.gaps == [7]


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


def test_the_crawl_delay_of_the_file_beats_a_shorter_pause_of_ours(site, watch):
    watch.stamp(site, "/robots.txt", body="User-agent: gazette\nCrawl-delay: 4\nDisallow: /x")
    source = polite(site, host_delay=timedelta(seconds=1))
    watch.fetch(*[(site.url("/a"), source)] * 3)
    assert watch.gaps == [4, 4, 4]


def test_a_longer_pause_of_ours_beats_the_crawl_delay_of_the_file(site, watch):
    watch.stamp(site, "/robots.txt", body="User-agent: gazette\nCrawl-delay: 4\nDisallow: /x")
    source = polite(site, host_delay=timedelta(seconds=9))
    watch.fetch(*[(site.url("/a"), source)] * 2)
    assert watch.gaps == [9, 9]


def test_the_robots_file_is_asked_for_politely_and_without_secrets(site):
    source = polite(site, headers=(("Authorization", "Bearer t"),))
    fetch_once(site.url("/a"), source)
    headers = site.last("/robots.txt").headers
    assert headers["user-agent"] == source.fetch.user_agent
    assert "authorization" not in headers


# -- too many requests, without a word on how long to wait --


def test_429_without_a_date_closes_the_host_for_all_sources(site, watch):
    site.route("/busy", "slow down", status=429)
    _, answer = watch.fetch_in_turn(
        (site.url("/busy"), make_source(site)), (site.url("/a"), make_source(site, id="other"))
    )
    assert answer.verdict is Verdict.RATE_LIMITED
    assert answer.retry_at == NOON + timedelta(seconds=30)
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
