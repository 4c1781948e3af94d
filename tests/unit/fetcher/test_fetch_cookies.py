"""Cookies go back to whoever set them, and to nobody else."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.fetcher.cookies import CookieJars, read_cookie
from tests.fetching import NOON

HOME = httpx.URL("https://www.example.gov.cn/news/list.html")


def jar_with(*set_cookies, url=HOME, source="s"):
    jars = CookieJars()
    jars.remember(source, url, set_cookies, now=NOON)
    return jars


def sent(jars, url, *, source="s", after=timedelta()):
    return jars.header(source, httpx.URL(url), now=NOON + after)


def test_a_cookie_returns_to_its_host():
    assert sent(jar_with("sid=1; Path=/; HttpOnly"), "https://www.example.gov.cn/other") == "sid=1"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.gov.cn/",
        "https://sub.www.example.gov.cn/",
        "https://evil.example/",
        "https://www.example.gov.cn:8443/",
    ],
)
def test_a_cookie_goes_to_no_other_host_whatever_domain_it_names(url):
    assert sent(jar_with("sid=1; Path=/; Domain=.gov.cn"), url) == ""


def test_a_cookie_of_one_source_is_unknown_to_another():
    assert sent(jar_with("sid=1; Path=/"), str(HOME), source="other") == ""


def test_http_and_https_share_cookies_unless_they_are_secure():
    jars = jar_with("open=1; Path=/", "closed=2; Path=/; Secure")
    assert sent(jars, "http://www.example.gov.cn/") == "open=1"
    assert sent(jars, "https://www.example.gov.cn/") == "open=1; closed=2"


def test_a_path_limits_a_cookie_and_the_longest_comes_first():
    jars = jar_with("all=1; Path=/", "news=2", "deep=3; Path=/news/deep")
    assert sent(jars, "https://www.example.gov.cn/newsroom") == "all=1"
    assert sent(jars, "https://www.example.gov.cn/news/x") == "news=2; all=1"
    assert sent(jars, "https://www.example.gov.cn/news/deep/x") == "deep=3; news=2; all=1"


def test_a_cookie_expires_by_its_age_or_date():
    jars = jar_with("age=1; Path=/; Max-Age=60", "date=2; Path=/; Expires=Mon, 02-Mar-2026 12:02:00 GMT")
    assert sent(jars, str(HOME)) == "age=1; date=2"
    assert sent(jars, str(HOME), after=timedelta(seconds=61)) == "date=2"
    assert sent(jars, str(HOME), after=timedelta(seconds=121)) == ""


def test_a_server_takes_a_cookie_back():
    jars = jar_with("sid=1; Path=/", "sid=; Path=/; Max-Age=0")
    assert sent(jars, str(HOME)) == ""


def test_a_new_value_replaces_the_old_one():
    assert sent(jar_with("sid=1; Path=/", "sid=2; Path=/"), str(HOME)) == "sid=2"


def test_a_jar_holds_fifty_cookies():
    jars = jar_with(*(f"c{number}=1; Path=/" for number in range(200)))
    assert sent(jars, str(HOME)).count("=") == 50


@pytest.mark.parametrize("text", ["", "novalue", "=x", "a\x01b=1", "a=" + "x" * 5000])
def test_what_is_no_cookie_is_ignored(text):
    assert read_cookie(text, HOME, now=NOON) is None


@given(st.text(max_size=100))
@settings(max_examples=300, deadline=None)
def test_no_header_breaks_the_jar(text):
    header = sent(jar_with(text, f"a=1; {text}", f"a=1; max-age={text}; expires={text}"), str(HOME))
    assert header.isprintable()
