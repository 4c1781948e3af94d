"""The fetcher against a real server: requests, redirects, cookies, and servers that misbehave."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace

import pytest

from crawler.model import Fetched, FetchFailure, NotModified, Verdict
from tests.fetching import NOON, fetch_once, make_request, make_source, with_fetcher
from tests.siteserver import SiteServer, make_route


@pytest.fixture
def site():
    with SiteServer() as server:
        yield server


@pytest.fixture
def source(site):
    return make_source(site)


def fetch_all(source, *requests):
    """Several fetches, one after the other, by one fetcher."""

    async def run(fetcher):
        return [await fetcher.fetch(request, source) for request in requests]

    return with_fetcher(run)


def raw(head, body=b""):
    return (head.replace("\n", "\r\n") + "\r\n\r\n").encode("latin-1") + body


def test_we_say_who_we_are_and_what_we_can_read(site, source):
    fetch_once(site.route("/a", "x"), source)
    headers = site.last().headers
    assert headers["user-agent"] == source.fetch.user_agent
    assert headers["accept-encoding"] == "gzip, deflate"
    assert headers["host"] == f"127.0.0.1:{site.port}"


def test_headers_of_the_configuration_are_sent(site):
    source = make_source(site, headers=(("X-Desk", "要闻"), ("Accept", "text/plain")), language="zh")
    fetch_once(site.route("/a", "x"), source)
    headers = site.last().headers
    assert headers["x-desk"].encode("latin-1").decode() == "要闻"
    assert headers["accept"] == "text/plain"
    assert headers["accept-language"].startswith("zh")


def test_a_form_is_posted(site, source):
    fetch_once(
        site.route("/search", "x"),
        source,
        method="POST",
        body=b"page=2",
        headers=(("Content-Type", "application/x-www-form-urlencoded"),),
    )
    asked = site.last()
    assert (asked.method, asked.body, asked.headers["content-length"]) == ("POST", b"page=2", "6")


def test_validators_are_echoed_byte_for_byte_and_answered(site, source):
    url = site.route("/a", "x", etag='W/"caf\xe9; odd"')
    first = fetch_once(url, source)
    again = fetch_once(url, source, etag=first.validators.etag)
    assert isinstance(again, NotModified)
    assert again.fetched_at == NOON
    assert site.last().headers["if-none-match"] == 'W/"caf\xe9; odd"'


def test_not_modified_without_a_question_proves_nothing(site, source):
    answer = fetch_once(site.route("/a", status=304), source)
    assert isinstance(answer, FetchFailure)
    assert answer.verdict is Verdict.UNEXPECTED


def test_user_information_becomes_credentials_and_is_told_nobody(site, source):
    url = site.route("/a", "x").replace("//", "//desk:hunter2@")
    answer = fetch_once(url, source)
    assert site.last().headers["authorization"].startswith("Basic ")
    assert "hunter2" not in answer.url


def test_connections_are_kept_and_used_again(site, source):
    url = site.route("/a", "x")
    fetch_all(source, *[make_request(url)] * 5)
    assert len({asked.client for asked in site.requests}) == 1


def test_a_kept_connection_that_the_server_closed_is_no_failure(site, source):
    url = site.route("/a", "x")

    async def run(fetcher):
        await fetcher.fetch(make_request(url), source)
        site.hang_up()
        return await fetcher.fetch(make_request(url), source)

    assert isinstance(with_fetcher(run), Fetched)


def test_a_fetcher_can_be_used_after_it_was_closed(site, source):
    url = site.route("/a", "x")

    async def run(fetcher):
        await fetcher.fetch(make_request(url), source)
        await fetcher.aclose()
        return await fetcher.fetch(make_request(url), source)

    assert isinstance(with_fetcher(run), Fetched)


# -- redirects --


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_every_kind_of_redirect_is_followed(site, source, status):
    site.route("/new", "here")
    answer = fetch_once(site.redirect("/old", "/new", status=status), source)
    assert (answer.url, answer.body) == (site.url("/new"), b"here")
    assert [hop.status for hop in answer.hops] == [status]


def test_five_redirects_are_followed_and_six_are_not(site, source):
    site.route("/0", "here")
    for number in range(1, 7):
        site.redirect(f"/{number}", f"/{number - 1}")
    assert len(fetch_once(site.url("/5"), source).hops) == 5
    answer = fetch_once(site.url("/6"), source)
    assert answer.verdict is Verdict.UNEXPECTED
    assert "more than 5 redirects" in answer.reason


def test_a_circle_of_redirects_is_named(site, source):
    site.redirect("/a", "/b")
    answer = fetch_once(site.redirect("/b", "/a"), source)
    assert answer.verdict is Verdict.UNEXPECTED
    assert "circle" in answer.reason
    assert site.count() == 2


def test_coming_back_with_a_cookie_is_no_circle(site, source):
    def gate(asked):
        if "pass=1" in asked.headers.get("cookie", ""):
            return make_route("inside")
        return make_route(status=302, headers={"Location": "/gate", "Set-Cookie": "pass=1; Path=/"})

    assert fetch_once(site.compute("/gate", gate), source).body == b"inside"


def test_a_page_that_only_leads_elsewhere_is_a_redirect(site, source):
    site.route("/new", "here")
    answer = fetch_once(site.route("/old", '<script>location.href="/new"</script>'), source)
    assert (answer.url, answer.body) == (site.url("/new"), b"here")
    assert [(hop.url, hop.status) for hop in answer.hops] == [(site.url("/old"), 200)]


def test_what_a_page_says_to_repeat_is_not_asked_of_the_page_that_led_to_it(site, source):
    site.route("/new", "here", etag='"new"')
    answer = fetch_once(site.route("/old", '<meta http-equiv="refresh" content="0;url=/new">'), source, etag='"old"')
    assert answer.body == b"here"
    assert "if-none-match" not in site.last().headers
    assert not answer.validators


def test_a_page_that_leads_to_itself_or_out_of_the_web_is_an_answer_like_any_other(site, source):
    for target in ("/a", "mailto:desk@example.org"):
        answer = fetch_once(site.route("/a", f'<meta http-equiv="refresh" content="1;url={target}">'), source)
        assert (answer.url, answer.hops) == (site.url("/a"), ())


def test_pages_that_lead_on_without_end_are_followed_five_times(site, source):
    for number in range(9):
        site.route(f"/{number}", f'<script>location.href="/{number + 1}"</script>')
    answer = fetch_once(site.url("/0"), source)
    assert (answer.url, len(answer.hops)) == (site.url("/5"), 5)


@pytest.mark.parametrize("target", ["ftp://h.example/x", "file:///etc/passwd", "javascript:alert(1)", "http://[broken"])
def test_a_redirect_out_of_the_web_ends_there(site, source, target):
    answer = fetch_once(site.redirect("/a", target), source)
    assert isinstance(answer, FetchFailure)
    assert "no web address" in answer.reason


def test_a_redirect_without_a_target_is_an_answer_like_any_other(site, source):
    answer = fetch_once(site.route("/a", "moved, somewhere", status=302), source)
    assert (answer.status, answer.body) == (302, b"moved, somewhere")


def test_secrets_do_not_follow_a_redirect_to_another_host(site):
    with SiteServer() as other:
        source = make_source(site, other, headers=(("Authorization", "Bearer t"), ("Cookie", "a=1"), ("X-Key", "k")))
        other.route("/b", "x")
        answer = fetch_once(site.redirect("/a", other.url("/b")), source)
        assert answer.body == b"x"
        assert "x-key" in site.last().headers
        assert not {"authorization", "cookie", "x-key"} & set(other.last().headers)


def test_a_long_body_of_a_redirect_is_not_read(site, source):
    site.route("/b", "x")
    site.route("/a", b"x" * 5_000_000, status=302, headers={"Location": "/b"})
    assert fetch_once(site.url("/a"), source).body == b"x"


# -- cookies --


def test_a_cookie_set_by_a_server_returns_to_it_and_to_no_other(site):
    with SiteServer() as other:
        source = make_source(site, other)
        site.route(
            "/a", "x", headers=[("Set-Cookie", "sid=7; Path=/"), ("Set-Cookie", "who=9; Path=/; Domain=127.0.0.1")]
        )
        site.route("/b", "x")
        other.route("/c", "x")
        fetch_all(source, *(make_request(url) for url in (site.url("/a"), site.url("/b"), other.url("/c"))))
        assert site.last("/b").headers["cookie"] == "sid=7; who=9"
        assert "cookie" not in other.last("/c").headers


def test_a_cookie_of_one_source_is_not_sent_for_another(site, source):
    url = site.route("/a", "x", headers={"Set-Cookie": "sid=7; Path=/"})

    async def run(fetcher):
        await fetcher.fetch(make_request(url), source)
        await fetcher.fetch(make_request(url), replace(source, id="other"))

    with_fetcher(run)
    assert "cookie" not in site.last().headers


# -- servers that misbehave --


@pytest.mark.parametrize("settings", [{"cut": 700}, {"cut": 700, "chunked": True}, {"cut": 0}])
def test_a_body_that_is_cut_off_is_truncated_and_not_taken_for_the_page(site, source, settings):
    answer = fetch_once(site.route("/a", "x" * 5000, **settings), source)
    assert isinstance(answer, FetchFailure)
    assert answer.verdict is Verdict.TRUNCATED
    assert answer.status == 200


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"\x00\x01\x02\x03\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        raw("HTTP/1.1 abc OK\nContent-Length: 0"),
        raw("HTTP/1.1 200 OK\nContent-Length: -5"),
        raw("HTTP/1.1 200 OK\nContent-Length: 1\nContent-Length: 2"),
        raw("HTTP/1.1 200 OK\nX: " + "y" * 200_000),
        raw("HTTP/1.1 200 OK\nTransfer-Encoding: chunked", b"zz\r\n"),
    ],
)
def test_what_is_no_http_is_a_failure_that_names_the_place(site, source, reply):
    answer = fetch_once(site.route("/a", raw=reply), source)
    assert isinstance(answer, FetchFailure)
    assert answer.verdict in (Verdict.UNREACHABLE, Verdict.TRUNCATED)
    assert answer.reason.isprintable()


def test_odd_headers_are_kept_as_they_came(site, source):
    head = "HTTP/1.1 200 OK\nX-Title: caf\xe9\nX-Twice: 1\nX-Twice: 2\nContent-Length: 1"
    answer = fetch_once(site.route("/a", raw=raw(head, b"x")), source)
    assert ("x-title", "caf\xe9") in answer.headers
    assert [value for name, value in answer.headers if name == "x-twice"] == ["1", "2"]


def test_a_flood_of_headers_is_bounded(site, source):
    flood = "".join(f"\nX-{number}: 1" for number in range(2000)) + "\nX-Long: " + "y" * 20_000
    answer = fetch_once(site.route("/a", raw=raw(f"HTTP/1.1 200 OK\nContent-Length: 1{flood}", b"x")), source)
    assert isinstance(answer, Fetched)
    assert len(answer.headers) <= 256
    assert max(len(value) for _, value in answer.headers) <= 8192


def test_a_header_that_cannot_be_sent_is_a_failure(site):
    source = make_source(site, headers=(("X-Bad", "a\r\nX-Injected: 1"),))
    answer = fetch_once(site.route("/a", "x"), source)
    assert isinstance(answer, FetchFailure)
    assert "cannot be sent" in answer.reason
    assert site.count() == 0


@pytest.mark.parametrize(
    "url",
    [
        *("www.example.gov.cn/a", "http://a b/", "http://", "http://127.0.0.1:99999/", "mailto:a@b.c", ""),
        "http://１２７.0.0.1/",
    ],
)
def test_an_address_that_is_none_is_a_failure(source, url):
    answer = fetch_once(url, source)
    assert isinstance(answer, FetchFailure)
    assert answer.verdict is Verdict.UNREACHABLE
    assert "not an address that can be requested" in answer.reason
    assert answer.url == url


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 70 + ".example", "xn--a", "..", "[fe80::1%nowhere]"])
def test_a_name_that_leads_nowhere_is_a_failure_that_names_it(source, host):
    answer = fetch_once(f"http://{host}/", source)
    assert isinstance(answer, FetchFailure)
    assert host.strip("[]").partition("%")[0] in answer.reason


def test_a_closed_port_is_a_failure_in_plain_words():
    answer = fetch_once("http://127.0.0.1:1/", make_source(private_hosts=("127.0.0.1:1",)))
    assert answer.reason == "127.0.0.1:1 refused the connection"


def test_the_second_address_of_a_host_is_tried_when_the_first_is_dead(site):
    async def resolve(host, port):
        return ["127.0.0.9", "127.0.0.1"]

    url = site.route("/a", "x").replace("127.0.0.1", "www.example.gov.cn")
    source = make_source(private_hosts=("www.example.gov.cn",))
    answer = with_fetcher(lambda fetcher: fetcher.fetch(make_request(url), source), resolve=resolve)
    assert isinstance(answer, Fetched)
    assert site.last().headers["host"] == f"www.example.gov.cn:{site.port}"


def test_a_cancelled_fetch_leaves_the_host_to_the_next(site, source):
    arrived = threading.Event()

    def stall(asked):
        arrived.set()
        return make_route("x", delay=30)

    slow, quick = site.compute("/slow", stall), site.route("/quick", "x")

    async def run(fetcher):
        task = asyncio.create_task(fetcher.fetch(make_request(slow), source))
        await asyncio.to_thread(arrived.wait, 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return await fetcher.fetch(make_request(quick), source)

    assert isinstance(with_fetcher(run), Fetched)
