"""Who is let in, decided without a network."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.dashboard.doors import hostname_of, is_allowed, is_open, is_ours, refuse, strip_prefix
from crawler.dashboard.words import WORDS, choose_language, words_for
from crawler.settings.values import WebSettings

LOOPBACK = WebSettings(listen="127.0.0.1", port=8500, password="", public_url="")
PUBLIC = replace(LOOPBACK, public_url="https://gazette.example.org/g")


def basic(text):
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("host", "web", "ours"),
    [
        ("127.0.0.1:8500", LOOPBACK, True),
        ("127.0.0.2", LOOPBACK, True),
        ("localhost.", LOOPBACK, True),
        ("::1", LOOPBACK, True),
        ("gazette.example.org", LOOPBACK, False),
        ("gazette.example.org", PUBLIC, True),
        ("evil.gazette.example.org", PUBLIC, False),
        ("192.0.2.7:8500", replace(LOOPBACK, listen="0.0.0.0"), True),
        ("rebound.example", replace(LOOPBACK, listen="0.0.0.0"), False),
        ("192.0.2.7", replace(LOOPBACK, listen="192.0.2.7"), True),
        ("192.0.2.8", replace(LOOPBACK, listen="192.0.2.7"), False),
        ("[2001:db8::1]:8500", replace(LOOPBACK, listen="[2001:db8::1]"), True),
        ("", replace(LOOPBACK, listen=""), False),
        ("a@localhost", LOOPBACK, False),
        ("[::1", LOOPBACK, False),
    ],
)
def test_a_host_is_ours_when_we_listen_there_or_say_so(host, web, ours):
    assert is_ours(host, web) is ours


@given(st.text(max_size=60))
def test_no_host_breaks_the_check(host):
    assert hostname_of(host) == hostname_of(host).rstrip(".")
    is_ours(host, PUBLIC)


@given(st.text(max_size=30), st.text(min_size=1, max_size=30))
def test_the_password_is_let_in_and_no_other(given_password, password):
    assert is_allowed(basic(f"me:{password}") if password.isascii() else basic(f":{password}"), password)
    assert is_allowed(basic(f"me:{given_password}"), password) is (given_password == password)


@given(st.text(max_size=60))
def test_no_header_opens_without_the_password(header):
    assert not is_allowed(header, "geheim")


def test_what_is_open_is_open_by_its_whole_name():
    assert [path for path in ("/unsubscribe/x", "/health") if not is_open(path)] == []
    closed = ("/", "/unsubscribe", "/unsubscribex/", "/health/", "/healthy", "//health", "/changes/unsubscribe/")
    assert [path for path in closed if is_open(path)] == []


@pytest.mark.parametrize("length", ["4097", "99999999999999999999", "-1", "x", "²"])
def test_a_body_that_is_too_large_or_of_no_size_is_refused(length):
    refusal = refuse("POST", "/unsubscribe/x", {"host": "localhost", "content-length": length}, LOOPBACK)
    assert refusal.status == 413


def test_a_prefix_is_taken_off_only_as_a_whole():
    assert strip_prefix("/g/feed.atom", "/g") == "/feed.atom"
    assert strip_prefix("/gone", "/g") == "/gone"
    assert strip_prefix("/g", "") == "/g"


@pytest.mark.parametrize(
    ("wanted", "accepted", "language"),
    [
        ("", "", "en"),
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("", "fr, ja;q=0.5, en;q=0.4", "ja"),
        ("", "en;q=0.1, zh-TW;q=0.7", "zh"),
        ("", "zh;q=0, de", "en"),
        ("", "zh;q=x", "en"),
        ("ja", "zh", "ja"),
        ("xx", "zh", "zh"),
    ],
)
def test_the_language_is_the_first_one_wanted_that_we_have(wanted, accepted, language):
    assert choose_language(wanted, accepted) == language


def test_every_language_has_the_same_words():
    assert {language: set(table) ^ set(WORDS["en"]) for language, table in WORDS.items()} == {
        language: set() for language in ("en", "zh", "ja")
    }
    assert words_for("zh")["diff"] == "对比"
