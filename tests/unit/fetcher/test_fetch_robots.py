"""robots.txt: what it allows, what its absence means, and what it may cost."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.fetcher.failures import Trouble
from crawler.fetcher.replay import record_response
from crawler.fetcher.robots import RobotsBook, keep_own_groups, product_token, read_rules
from crawler.model import FetchFailure, FetchPolicy, Purpose, Request, Verdict
from tests.fetching import NOON, SetClock

URL = "https://www.example.gov.cn/robots.txt"


def answer(text="", status=200, at=NOON):
    return record_response(URL, text.encode(), status=status, fetched_at=at)


def failure(verdict, at=NOON, **settings):
    request = Request(url=URL, purpose=Purpose.ARTICLE)
    return FetchFailure(request=request, url=URL, fetched_at=at, verdict=verdict, reason="the reason", **settings)


def permits(text, path, product="gazette"):
    return read_rules(answer(text), product).permits(f"https://www.example.gov.cn{path}", product)


@pytest.mark.parametrize(
    ("user_agent", "token"),
    [
        (FetchPolicy().user_agent, "gazette"),
        ("Mozilla/5.0 (compatible; Desk-Watch/2.1; +https://example.org)", "desk-watch"),
        ("Newsroom/1.0 (+https://example.org)", "newsroom"),
        ("newsroom", "newsroom"),
        ("", "gazette"),
        ("123", "gazette"),
    ],
)
def test_the_product_token_is_the_one_we_name_ourselves_by(user_agent, token):
    assert product_token(user_agent) == token


def test_the_longest_rule_wins():
    text = "User-agent: *\nDisallow: /private\nAllow: /private/news\n"
    assert not permits(text, "/private/x")
    assert permits(text, "/private/news/1")
    assert permits(text, "/")


def test_wildcards_and_anchors_hold():
    text = "User-agent: *\nDisallow: /*.pdf$\n"
    assert not permits(text, "/a/b.pdf")
    assert permits(text, "/a/b.pdf?x")


def test_our_own_group_beats_the_one_for_all():
    text = "User-agent: *\nDisallow: /\n\nUser-agent: Gazette/1.0\nDisallow: /only-this\n"
    assert permits(text, "/news")
    assert not permits(text, "/only-this")


def test_groups_for_others_are_not_ours():
    text = "User-agent: otherbot\nUser-agent: gaz\nDisallow: /\n"
    assert permits(text, "/news")


def test_a_group_shared_with_others_is_ours():
    text = "User-agent: otherbot\nuser-agent : GAZETTE\nUser-agent: third\nDisallow: /x\n"
    assert not permits(text, "/x")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429, 301])
def test_a_missing_or_refused_file_allows_all(status):
    assert read_rules(answer("User-agent: *\nDisallow: /", status), "gazette").permits("https://h.example/x", "gazette")


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_failing_server_allows_nothing(status):
    problem = read_rules(answer("", status), "gazette").problem
    assert problem == f"robots.txt unreachable: {URL} answered {status}"


def test_an_unreachable_file_allows_nothing():
    assert read_rules(failure(Verdict.UNREACHABLE), "gazette").problem == "robots.txt unreachable: the reason"
    assert read_rules(failure(Verdict.TRUNCATED), "gazette").problem


def test_a_file_lost_in_redirects_allows_all():
    assert not read_rules(failure(Verdict.UNEXPECTED), "gazette").problem


def test_what_kept_us_from_asking_is_passed_on():
    retry_at = NOON + timedelta(minutes=5)
    with pytest.raises(Trouble) as caught:
        read_rules(failure(Verdict.RATE_LIMITED, retry_at=retry_at), "gazette")
    assert caught.value.retry_at == retry_at
    with pytest.raises(Trouble, match="the reason"):
        read_rules(failure(Verdict.BLOCKED), "gazette")


@pytest.mark.parametrize(
    ("line", "delay"),
    [("Crawl-delay: 2.5", 2.5), ("Crawl-delay: 600", 60), ("Crawl-delay: x", 0), ("Crawl-delay: -1", 0), ("", 0)],
)
def test_the_crawl_delay_is_honoured_up_to_a_minute(line, delay):
    rules = read_rules(answer(f"User-agent: *\n{line}\nDisallow: /x\n"), "gazette")
    assert rules.crawl_delay("gazette") == delay


@pytest.mark.parametrize("text", ["<!DOCTYPE html><html><body>Not found</body></html>", "\ufeff", "\x00\x01", ""])
def test_what_is_no_robots_file_allows_all(text):
    assert permits(text, "/news")


def test_a_byte_order_mark_hides_nothing():
    assert not permits("\ufeffUser-agent: *\nDisallow: /x", "/x")


def test_a_file_made_to_multiply_costs_no_more_than_its_size():
    agents = "".join(f"User-agent: a{number}\n" for number in range(15_000))
    hostile = agents + "User-agent: *\n" + "Disallow: /x\n" * 18_000
    started = time.process_time()
    assert not permits(hostile, "/x")
    assert time.process_time() - started < 5


def test_a_rule_of_many_wildcards_is_matched_in_no_time():
    started = time.process_time()
    assert permits("User-agent: *\nDisallow: /" + "*a" * 3000 + "b\n", "/" + "a" * 4000)
    assert time.process_time() - started < 2


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_text_is_read(text):
    permits(text, "/news")
    permits(f"User-agent: *\nDisallow: {text}\nAllow: {text}", "/news?a=1")


@given(st.text(alphabet="user-agent: *gazette\n#/ab", max_size=200))
@settings(max_examples=200, deadline=None)
def test_renaming_other_agents_keeps_every_line(text):
    assert len(keep_own_groups(text, "gazette").splitlines()) <= max(1, len(text.splitlines()))


class Origin:
    """Something that answers for a robots.txt, and counts how often it is asked."""

    def __init__(self, clock):
        self.clock = clock
        self.text = "User-agent: *\nDisallow: /x"
        self.status = 200
        self.asked = 0

    async def load(self):
        self.asked += 1
        await asyncio.sleep(0)
        return answer(self.text, self.status, self.clock.at)


def consult(book, origin, *, times=1):
    async def run():
        return await asyncio.gather(*(book.consult("origin", "gazette", origin.load) for _ in range(times)))

    return asyncio.run(run())[0]


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def origin(clock):
    return Origin(clock)


def test_many_requests_at_once_read_the_file_once(clock, origin):
    consult(RobotsBook(clock), origin, times=20)
    assert origin.asked == 1


def test_the_file_holds_for_a_day(clock, origin):
    book = RobotsBook(clock)
    consult(book, origin)
    clock.at += timedelta(hours=23)
    consult(book, origin)
    assert origin.asked == 1
    clock.at += timedelta(hours=1)
    consult(book, origin)
    assert origin.asked == 2


def test_a_clock_that_is_set_back_does_not_make_the_file_hold_for_longer(clock, origin):
    book = RobotsBook(clock)
    consult(book, origin)
    clock.at -= timedelta(days=400)
    consult(book, origin, times=2)
    consult(book, origin)
    assert origin.asked == 2


def test_trouble_is_shared_for_a_minute_and_then_tried_again(clock, origin):
    book, origin.status = RobotsBook(clock), 503
    assert consult(book, origin).problem
    origin.status = 200
    clock.at += timedelta(seconds=30)
    assert consult(book, origin).problem
    clock.at += timedelta(seconds=31)
    assert not consult(book, origin).problem
    assert origin.asked == 2


def test_the_old_file_stands_while_the_new_one_cannot_be_read_for_a_month_at_most(clock, origin):
    book = RobotsBook(clock)
    consult(book, origin)
    origin.status = 503
    clock.at += timedelta(days=2)
    assert not consult(book, origin).permits("https://h.example/x", "gazette")
    assert not consult(book, origin).problem
    assert origin.asked == 2
    clock.at += timedelta(days=40)
    assert consult(book, origin).problem


def test_a_cancelled_reader_leaves_the_others_their_answer(clock, origin):
    async def run():
        book = RobotsBook(clock)
        first = asyncio.create_task(book.consult("origin", "gazette", origin.load))
        second = asyncio.create_task(book.consult("origin", "gazette", origin.load))
        await asyncio.sleep(0)
        first.cancel()
        return await asyncio.wait_for(second, 5)

    assert not asyncio.run(run()).problem
