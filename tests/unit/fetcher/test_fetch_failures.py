"""What operators read when something goes wrong on the wire."""

from __future__ import annotations

import errno
import socket
import ssl
from datetime import timedelta

import httpx
import pytest

from crawler.fetcher.connect import AddressRefused, NameUnresolved
from crawler.fetcher.failures import describe_size, explain, name_trouble, time_out
from crawler.model import Verdict

PLACE = "www.example.gov.cn:443"


def caused_by(error, cause):
    error.__cause__ = cause
    return error


def verification_error():
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "certificate has expired"
    return error


def handshake_error():
    error = ssl.SSLError(1, "unsupported protocol")
    error.reason = "UNSUPPORTED_PROTOCOL"
    return error


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            caused_by(httpx.ConnectError("x"), OSError(errno.ECONNREFUSED, "Connection refused")),
            f"{PLACE} refused the connection",
        ),
        (
            caused_by(httpx.ReadError(""), OSError(errno.ECONNRESET, "Connection reset by peer")),
            f"{PLACE} cut the connection",
        ),
        (httpx.ReadError(""), f"{PLACE} cut the connection"),
        (
            caused_by(httpx.ConnectError("x"), OSError(errno.EHOSTUNREACH, "No route to host")),
            f"cannot reach {PLACE}: no route to host",
        ),
        (
            caused_by(httpx.ConnectError("x"), verification_error()),
            f"the certificate of {PLACE} is not valid: certificate has expired",
        ),
        (
            caused_by(httpx.ConnectError("x"), handshake_error()),
            f'no TLS connection with {PLACE}: unsupported protocol (very old servers need fetch.tls = "legacy")',
        ),
        (
            httpx.RemoteProtocolError("illegal status line"),
            f"{PLACE} did not answer in valid HTTP: illegal status line",
        ),
        (httpx.LocalProtocolError("bad header"), f"the request to {PLACE} cannot be sent: bad header"),
        (httpx.ProxyError("407 denied"), f"the proxy did not let us through to {PLACE}: 407 denied"),
        (httpx.ConnectError(""), f"cannot reach {PLACE}: ConnectError"),
        (
            caused_by(NameUnresolved("the host name x cannot be resolved (y)"), socket.gaierror(-2, "y")),
            "the host name x cannot be resolved (y)",
        ),
        (
            caused_by(
                httpx.ConnectError("all failed"), ExceptionGroup("all", [OSError(errno.ECONNREFUSED, "refused")])
            ),
            f"{PLACE} refused the connection",
        ),
    ],
)
def test_an_error_is_explained_in_words_that_name_the_place(error, sentence):
    assert explain(error, PLACE) == sentence


def test_what_the_network_does_is_unreachable_and_what_the_guard_does_is_blocked():
    assert name_trouble(httpx.ConnectError("x"), PLACE).verdict is Verdict.UNREACHABLE
    refused = name_trouble(AddressRefused("10.0.0.1 is a private address"), PLACE)
    assert (refused.verdict, refused.reason) == (Verdict.BLOCKED, "10.0.0.1 is a private address")


def test_text_from_a_server_is_shown_short_and_printable():
    reason = explain(httpx.RemoteProtocolError("\x1b[31m" + "x" * 1000), PLACE)
    assert reason.isprintable()
    assert len(reason) < 300


def test_running_out_of_time_names_the_setting():
    assert (
        time_out(PLACE, timedelta(seconds=20)).reason == f"no complete answer from {PLACE} within 20 s (fetch.timeout)"
    )


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (1536, "1.5 KiB"), (10 << 20, "10 MiB"), (1 << 30, "1 GiB")],
)
def test_sizes_are_short_figures(count, text):
    assert describe_size(count) == text
