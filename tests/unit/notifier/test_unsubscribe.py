"""One-click unsubscribing: who holds the address may switch the subscription off, by POST alone."""

from __future__ import annotations

import pytest

from crawler.model import Subscription
from crawler.notifier.unsubscribe import address_of, answer, token_of

KEY = b"k" * 32
ENGLISH = Subscription(name="desk <b>", channel="desk")
JAPANESE = Subscription(name="朝刊", channel="desk", language="ja")


class Board:
    def __init__(self):
        self.off = []

    def unsubscribe_key(self):
        return KEY

    def disable_subscription(self, name, reason=""):
        self.off.append(name)


@pytest.fixture
def board():
    return Board()


def ask(board, method, token):
    return answer(method, token, [ENGLISH, JAPANESE], board)


def test_a_look_changes_nothing_and_offers_a_button(board):
    page = ask(board, "GET", token_of(KEY, ENGLISH))
    assert (page.status, board.off) == (200, [])
    assert '<form method="post">' in page.body
    assert "desk &lt;b&gt;" in page.body


def test_a_post_without_login_or_cookie_switches_it_off(board):
    page = ask(board, "POST", token_of(KEY, JAPANESE))
    assert (page.status, board.off) == (200, ["朝刊"])
    assert "「朝刊」の配信を停止しました" in page.body


@pytest.mark.parametrize("token", ["", "0" * 40, "é", "../x", "x" * 10_000])
def test_who_does_not_hold_the_address_switches_nothing_off(board, token):
    assert ask(board, "POST", token).status == 404
    assert board.off == []


def test_the_page_loads_nothing_and_cannot_be_framed(board):
    headers = ask(board, "GET", token_of(KEY, ENGLISH)).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_each_subscription_and_each_key_has_an_address_of_its_own():
    tokens = {token_of(key, each) for key in (KEY, b"j" * 32) for each in (ENGLISH, JAPANESE)}
    assert len(tokens) == 4
    assert address_of("https://gazette.example.org/", KEY, ENGLISH).startswith(
        "https://gazette.example.org/unsubscribe/"
    )
    assert address_of("", KEY, ENGLISH) == ""
