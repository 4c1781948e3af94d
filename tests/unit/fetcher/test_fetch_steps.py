"""Where a request goes, what it carries, and where redirects lead."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.fetcher.failures import Trouble
from crawler.fetcher.steps import Step, first_step, may_redirect, next_step, read_target, robots_step
from crawler.model import FetchPolicy, Purpose, Request, Source, Validators, Verdict


def step_for(url="https://www.example.gov.cn/a", *, source_headers=(), source_url="", language="", **settings):
    source = Source(
        id="s", kind="feed", url=source_url or url, language=language, fetch=FetchPolicy(headers=source_headers)
    )
    return first_step(Request(url=url, **{"purpose": Purpose.ARTICLE, **settings}), source)


def header(step, name):
    return dict(step.headers).get(name)


@pytest.mark.parametrize(
    "url",
    [
        *("example.org/x", "", "/relative", "http://", "http:///x", "mailto:a@b.c", "javascript:alert(1)"),
        *("ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "data:text/html,x"),
        *("http://a b/", "http://[::1", "http://[zz]/", "http://..../", "http://h\n/", "http://h/\x00"),
        *("http://example.org:99999/", "http://example.org:0/", "http://example.org:-1/", "http://example.org:x/"),
        "http://１２７.0.0.1/",
        "http://example.org/" + "a" * 9000,
    ],
)
def test_an_unusable_address_is_trouble_and_no_crash(url):
    with pytest.raises(Trouble, match="not an address that can be requested") as caught:
        read_target(url)
    assert caught.value.verdict is Verdict.UNREACHABLE


@given(st.text(max_size=80) | st.text(max_size=60).map("http://".__add__))
@settings(max_examples=400, deadline=None)
def test_any_text_is_an_address_or_trouble(text):
    try:
        url = read_target(text)
    except Trouble:
        return
    assert url.scheme in ("http", "https")
    assert Step("GET", url, ()).host


def test_trouble_with_an_address_does_not_show_its_password():
    with pytest.raises(Trouble) as caught:
        read_target("ftp://desk:hunter2@example.org/")
    assert "hunter2" not in caught.value.reason


def test_names_and_paths_of_any_script_are_encoded():
    step = step_for(" http://例え.jp/路 径?q=中 ")
    assert str(step.url) == "http://xn--r8jz45g.jp/%E8%B7%AF%20%E5%BE%84?q=%E4%B8%AD"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://WWW.Example.gov.cn./a", "www.example.gov.cn:443"),
        ("http://www.example.gov.cn/a", "www.example.gov.cn:80"),
        ("http://www.example.gov.cn:8080/a", "www.example.gov.cn:8080"),
        ("http://[::1]:81/", "::1:81"),
    ],
)
def test_a_host_is_name_and_port(url, host):
    assert step_for(url).host == host


def test_headers_of_the_request_beat_those_of_the_source_which_beat_ours():
    step = step_for(source_headers=(("Accept", "a/b"), ("X-Key", "source")), headers=(("x-key", "request"),))
    assert header(step, "accept") == "a/b"
    assert header(step, "x-key") == "request"
    assert header(step, "user-agent") == FetchPolicy().user_agent


def test_validators_are_echoed_byte_for_byte():
    step = step_for(validators=Validators(etag='W/"a"', last_modified="Mon, 2 Mar 2026 8:00:00 GMT"))
    assert header(step, "if-none-match") == 'W/"a"'
    assert header(step, "if-modified-since") == "Mon, 2 Mar 2026 8:00:00 GMT"


def test_without_validators_nothing_conditional_is_asked():
    assert header(step_for(), "if-none-match") is None
    assert header(step_for(), "if-modified-since") is None


def test_the_language_of_the_source_is_asked_for():
    assert header(step_for(language="zh"), "accept-language") == "zh, *;q=0.5"
    assert header(step_for(), "accept-language") is None


def test_user_information_becomes_credentials_and_leaves_the_address():
    step = step_for("https://desk:p%40ss@www.example.gov.cn/a#top")
    assert str(step.url) == "https://www.example.gov.cn/a"
    assert header(step, "authorization") == "Basic ZGVzazpwQHNz"


def test_robots_are_asked_without_credentials():
    step = robots_step(
        step_for("https://u:p@h.example:8443/deep/page?q=1", source_headers=(("Cookie", "a=b"),)), "gz/1"
    )
    assert str(step.url) == "https://h.example:8443/robots.txt"
    assert {name for name, _ in step.headers} == {"user-agent", "accept", "accept-encoding"}


@pytest.mark.parametrize(
    ("location", "target"),
    [
        (b"/b", "https://www.example.gov.cn/b"),
        (b"c?d=1", "https://www.example.gov.cn/x/c?d=1"),
        (b"//other.example/b", "https://other.example/b"),
        (b"http://other.example/b#part", "http://other.example/b"),
        (b" /b ", "https://www.example.gov.cn/b"),
        ("/新闻".encode(), "https://www.example.gov.cn/%E6%96%B0%E9%97%BB"),
        ("/新闻".encode("gbk"), "https://www.example.gov.cn/%D0%C2%CE%C5"),
        (b"https://u:p@other.example/", "https://other.example/"),
    ],
)
def test_a_redirect_leads_where_browsers_go(location, target):
    assert str(next_step(step_for("https://www.example.gov.cn/x/a"), 302, location).url) == target


@pytest.mark.parametrize(
    "location", [b"ftp://h.example/", b"file:///etc/passwd", b"javascript:1", b"http://[", b"http://"]
)
def test_a_redirect_out_of_the_web_is_not_followed(location):
    with pytest.raises(Trouble, match="no web address") as caught:
        next_step(step_for(), 302, location)
    assert caught.value.verdict is Verdict.UNEXPECTED


@given(st.binary(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_location_is_followed_or_trouble(location):
    try:
        following = next_step(step_for(), 301, location)
    except Trouble:
        return
    assert following.url.scheme in ("http", "https")


@pytest.mark.parametrize(
    ("method", "status", "expected"),
    [
        *(
            ("POST", 301, "GET"),
            ("POST", 302, "GET"),
            ("POST", 303, "GET"),
            ("POST", 307, "POST"),
            ("POST", 308, "POST"),
        ),
        *(("GET", 302, "GET"), ("HEAD", 303, "HEAD"), ("PUT", 302, "PUT"), ("PUT", 303, "GET")),
    ],
)
def test_the_method_after_a_redirect_is_that_of_the_standard(method, status, expected):
    step = step_for(method=method, body=b"q=1", headers=(("Content-Type", "text/plain"),))
    following = next_step(step, status, b"/b")
    assert following.method == expected
    assert following.body == (b"q=1" if expected == method else b"")
    assert (header(following, "content-type") is None) == (expected != method)


SECRETS = (("Authorization", "Bearer t"), ("Cookie", "sid=1"), ("X-Api-Key", "k"))


@pytest.mark.parametrize(
    ("before", "location", "kept"),
    [
        ("https://h.example/a", b"/b", True),
        ("http://h.example/a", b"https://h.example/b", True),
        ("https://h.example/a", b"http://h.example/b", False),
        ("https://h.example/a", b"https://h.example:8443/b", False),
        ("https://h.example/a", b"https://evil.example/b", False),
        ("https://h.example/a", b"https://www.h.example/b", False),
    ],
)
def test_credentials_stay_with_their_origin(before, location, kept):
    following = next_step(step_for(before, source_headers=SECRETS), 302, location)
    assert all((header(following, name.lower()) == value) == kept for name, value in SECRETS)
    assert header(following, "user-agent")


@pytest.mark.parametrize(
    ("source", "url", "kept"),
    [
        ("https://h.example/feed.xml", "https://h.example/a", True),
        ("http://h.example/feed.xml", "https://H.example./a", True),
        ("https://h.example/feed.xml", "http://h.example/a", False),
        ("https://h.example/feed.xml", "https://evil.example/a", False),
        ("https://h.example/feed.xml", "https://h.example:8443/a", False),
        ("no address", "https://h.example/a", False),
    ],
)
def test_the_credentials_of_a_source_go_to_its_own_host_only(source, url, kept):
    step = step_for(url, source_url=source, source_headers=(*SECRETS, ("Accept-Language", "zh")))
    assert all((header(step, name.lower()) == value) == kept for name, value in SECRETS)
    assert header(step, "accept-language") == "zh"


def test_what_a_request_itself_carries_goes_wherever_it_is_sent():
    step = step_for(source_url="https://x.example/", headers=(("X-Key", "k"),))
    assert header(step, "x-key") == "k"


def test_only_a_status_that_names_another_place_may_redirect():
    assert may_redirect(302)
    assert not may_redirect(300)
    assert not may_redirect(304)
    assert not may_redirect(201)


def test_the_url_of_a_step_is_one_httpx_sends_unchanged():
    url = step_for("https://www.example.gov.cn/a%20b?c=%E4%B8%AD").url
    assert httpx.URL(str(url)).raw_path == b"/a%20b?c=%E4%B8%AD"
