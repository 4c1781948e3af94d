"""Where one response ends and the next begins: for clean HTTP, for sloppy HTTP, and for HTTP that means harm."""

from __future__ import annotations

import h11
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.fetcher.wire import LARGEST_HEAD, ProtocolFault, RequestFault, ResponseReader, render_request

CRLF = b"\r\n"


def head(*lines: str, status: str = "HTTP/1.1 200 OK") -> bytes:
    return "\r\n".join((status, *lines, "", "")).encode("latin-1")


def read(data: bytes, *, method: str = "GET", size: int | None = None, close: bool = False) -> ResponseReader:
    reader = ResponseReader(method)
    size = size or max(1, len(data))
    for start in range(0, len(data), size):
        reader.feed(data[start : start + size])
    if close:
        reader.close()
    return reader


def refuse(data: bytes, *, close: bool = False) -> str:
    with pytest.raises(ProtocolFault) as caught:
        read(data, close=close)
    return str(caught.value)


CHUNKED = head("Transfer-Encoding: chunked") + b"3\r\nabc\r\n0A;note=x\r\n0123456789\r\n0\r\nETag: late\r\n\r\n"


# -- clean HTTP -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_a_body_of_a_known_length_ends_there(size: int) -> None:
    reader = read(head("Content-Length: 5", 'ETag: "x"') + b"hello", size=size)
    assert (reader.status, reader.take(), reader.complete, reader.reusable) == (200, b"hello", True, True)
    assert reader.headers == [(b"Content-Length", b"5"), (b"ETag", b'"x"')]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_chunks_are_put_together_and_trailers_dropped(size: int) -> None:
    reader = read(CHUNKED, size=size)
    assert (reader.take(), reader.reusable) == (b"abc0123456789", True)
    assert reader.headers == [(b"Transfer-Encoding", b"chunked")]


def test_a_body_without_a_length_ends_with_the_connection() -> None:
    reader = read(head("Content-Type: text/html") + b"all of it")
    assert not reader.complete
    reader.close()
    assert (reader.take(), reader.complete, reader.reusable) == (b"all of it", True, False)


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_some_answers_never_have_a_body_whatever_they_say(status: str) -> None:
    reader = read(head("Content-Length: 500", status=f"HTTP/1.1 {status}"))
    assert (reader.complete, reader.reusable) == (True, True)


def test_an_answer_to_head_has_no_body() -> None:
    reader = read(head("Content-Length: 500"), method="HEAD")
    assert (reader.complete, reader.take()) == (True, b"")


def test_interim_responses_are_passed_over() -> None:
    interim = head("Link: </a.css>", status="HTTP/1.1 103 Early Hints") + head(status="HTTP/1.1 100 Continue")
    reader = read(interim + head("Content-Length: 1") + b"x", size=3)
    assert (reader.status, reader.take(), reader.reusable) == (200, b"x", True)


@pytest.mark.parametrize(
    ("status", "lines", "stays"),
    [
        ("HTTP/1.1 200 OK", (), True),
        ("HTTP/1.1 200 OK", ("Connection: Keep-Alive, Close",), False),
        ("HTTP/1.1 200 OK", ("Connection: upgrade", "CONNECTION: close"), False),
        ("HTTP/1.0 200 OK", (), False),
        ("HTTP/1.0 200 OK", ("Connection: keep-alive",), True),
    ],
)
def test_the_server_says_whether_it_takes_another_request(status: str, lines: tuple[str, ...], stays: bool) -> None:
    assert read(head("Content-Length: 0", *lines, status=status)).reusable is stays


# -- bodies that end early ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        head("Content-Length: 10") + b"short",
        head("Transfer-Encoding: chunked") + b"5\r\nabc",
        head("Transfer-Encoding: chunked") + b"5\r\nabcde\r\n",
        head("Transfer-Encoding: chunked") + b"5\r\nabcde\r\n0\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        head(status="HTTP/1.1 100 Continue"),
    ],
)
def test_a_connection_that_closes_too_early_is_told(data: bytes) -> None:
    assert refuse(data, close=True).startswith("it closed the connection within the ")


def test_a_connection_that_closes_at_once_gave_no_answer() -> None:
    assert refuse(b"", close=True) == "it closed the connection without an answer"


# -- what means harm ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: 5, 6",),
        ("Content-Length: -5",),
        ("Content-Length: +5",),
        ("Content-Length: 0x5",),
        ("Content-Length: 5 5",),
        ("Content-Length: " + "9" * 19,),
        ("Transfer-Encoding: gzip, chunked",),
        ("Transfer-Encoding: chunked, chunked",),
        ("Transfer-Encoding: xchunked",),
        ("X: a\x00b",),
        ("X: a\rContent-Length: 5",),
    ],
)
def test_what_contradicts_itself_is_refused(lines: tuple[str, ...]) -> None:
    assert refuse(head(*lines) + b"hello")


@pytest.mark.parametrize("length", [b"", b"-1", b"+3", b"0x3", b"3 3", b"g", b"1" * 16, b"\x00"])
def test_the_length_of_a_chunk_is_a_number(length: bytes) -> None:
    assert refuse(head("Transfer-Encoding: chunked") + length + CRLF) == "the length of a chunk is no number"


def test_a_chunk_ends_where_it_said() -> None:
    assert refuse(head("Transfer-Encoding: chunked") + b"3\r\nabcd\r\n") == "a chunk is longer than it said"


@pytest.mark.parametrize("size", [1, 1000])
def test_what_follows_a_response_is_not_the_next_one(size: int) -> None:
    smuggled = head("Content-Length: 4") + b"evil"
    reader = read(head("Content-Length: 4") + b"good" + smuggled, size=size)
    assert (reader.take(), reader.complete, reader.reusable) == (b"good", True, False)


def test_a_body_that_must_not_be_is_not_the_next_response() -> None:
    reader = read(head("Content-Length: 4", status="HTTP/1.1 304 Not Modified") + b"evil")
    assert (reader.take(), reader.reusable) == (b"", False)


def test_of_two_lengths_the_chunks_count_and_the_connection_ends() -> None:
    reader = read(head("Content-Length: 3", "Transfer-Encoding: chunked") + b"5\r\nhello\r\n0\r\n\r\n")
    assert (reader.take(), reader.complete, reader.reusable) == (b"hello", True, False)


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * LARGEST_HEAD,
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * LARGEST_HEAD,
        head(status="HTTP/1.1 100 Continue") * LARGEST_HEAD,
        head("Transfer-Encoding: chunked") + b"5;" + b"x" * 5000,
        head("Transfer-Encoding: chunked") + b"0\r\n" + b"X: y\r\n" * LARGEST_HEAD,
    ],
    ids=["a long line", "many lines", "many interim responses", "a long extension", "many trailers"],
)
def test_nothing_that_is_no_body_goes_on_for_ever(data: bytes) -> None:
    assert refuse(data[: 10 * LARGEST_HEAD])


@pytest.mark.parametrize(
    "data", [b"SSH-2.0-OpenSSH\r\n", b"\x16\x03\x01", b"HTTQ", b"\r\nHTTP/1.1 200 OK\r\n\r\n", b"<html>", b"ICY 200 OK"]
)
def test_another_protocol_is_known_by_its_first_bytes(data: bytes) -> None:
    assert refuse(data) == "what came does not begin with HTTP/1"


@pytest.mark.parametrize("line", ["HTTP/2 200", "HTTP/1.1 20 OK", "HTTP/1.1 abc", "HTTP/1.1  200 OK", "HTTP/1.1 099 x"])
def test_a_status_line_is_one(line: str) -> None:
    assert refuse(head(status=line))


def test_a_protocol_that_nobody_asked_for_is_refused() -> None:
    assert "unasked" in refuse(head("Upgrade: h2c", status="HTTP/1.1 101 Switching Protocols"))


# -- sloppy HTTP: read, and the connection not used again ------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "headers"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok", [(b"Content-Length", b"2")]),
        (b"HTTP/1.1 200 OK\r\nno header\r\nContent-Length: 2\r\n\r\nok", [(b"Content-Length", b"2")]),
        (b"HTTP/1.1 200 OK\r\nBad Name: x\r\nContent-Length: 2\r\n\r\nok", [(b"Content-Length", b"2")]),
        (b"HTTP/1.1 200 OK\r\nX: a\r\n  b\r\nContent-Length: 2\r\n\r\nok", [(b"X", b"a b"), (b"Content-Length", b"2")]),
    ],
)
def test_sloppy_headers_are_read_once(data: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    reader = read(data)
    assert (reader.headers, reader.take(), reader.complete, reader.reusable) == (headers, b"ok", True, False)


def test_lines_may_end_in_a_line_feed_alone() -> None:
    reader = read(b"HTTP/1.1 200\nContent-Length: 2\n\nok", size=1)
    assert (reader.status, reader.take()) == (200, b"ok")


# -- properties -----------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(["ETag", "x-a", "Server", "Set-Cookie", "Date"])
VALUES = st.text('abc 123=;,"/\xe9', max_size=12)


@st.composite
def responses(draw: st.DrawFn) -> bytes:
    """Clean responses in every framing, and what h11 makes of them is what they mean."""
    status = draw(st.sampled_from([200, 204, 301, 304, 404, 503]))
    lines = [f"{name}: {value}" for name, value in draw(st.lists(st.tuples(NAMES, VALUES), max_size=4))]
    body = draw(st.binary(max_size=60))
    if status in (204, 304):
        return head(*lines, status=f"HTTP/1.1 {status} Some Words")
    if draw(st.booleans()):
        return head(*lines, f"Content-Length: {len(body)}", status=f"HTTP/1.1 {status} x") + body
    pieces = [body[start : start + 7] for start in range(0, len(body), 7)]
    chunks = b"".join(b"%X\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return head(*lines, "Transfer-Encoding: chunked", status=f"HTTP/1.1 {status} x") + chunks + b"0\r\n\r\n"


@settings(max_examples=200, deadline=None)
@given(responses(), st.integers(1, 40))
def test_however_it_is_cut_up_it_means_what_an_independent_reader_says(data: bytes, size: int) -> None:
    judge = h11.Connection(h11.CLIENT)
    judge.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
    judge.send(h11.EndOfMessage())
    judge.receive_data(data)
    response, body = judge.next_event(), b""
    while isinstance(event := judge.next_event(), h11.Data):
        body += event.data
    assert isinstance(event, h11.EndOfMessage)

    reader = read(data, size=size)
    assert (reader.status, reader.take(), reader.reusable) == (response.status_code, body, True)
    assert [(name.lower(), value) for name, value in reader.headers] == [
        (bytes(name), bytes(value)) for name, value in response.headers
    ]


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=200), responses()), st.binary(max_size=20), st.integers(0, 200), st.integers(1, 50))
def test_damage_is_understood_or_refused_and_nothing_else(data: bytes, damage: bytes, place: int, size: int) -> None:
    damaged = data[:place] + damage + data[place + len(damage) :]
    try:
        whole = read(damaged, close=True)
    except ProtocolFault:
        with pytest.raises(ProtocolFault):
            read(damaged, size=size, close=True)
    else:
        parts = read(damaged, size=size, close=True)
        assert (parts.status, parts.headers, parts.take()) == (whole.status, whole.headers, whole.take())


# -- requests -------------------------------------------------------------------------------------------------------


def test_a_request_is_rendered_as_it_goes_over_the_wire() -> None:
    sent = render_request(b"GET", b"/a?b=%20", [(b"Host", b"www.example.org"), (b"X", b"\xe9")])
    assert sent == b"GET /a?b=%20 HTTP/1.1\r\nHost: www.example.org\r\nX: \xe9\r\n\r\n"


@pytest.mark.parametrize(
    ("method", "target", "name", "value"),
    [
        (b"GET", b"/", b"X", b"a\r\nEvil: b"),
        (b"GET", b"/", b"X", b"a\nb"),
        (b"GET", b"/", b"X", b"a\x00b"),
        (b"GET", b"/", b"X\r\nEvil", b"a"),
        (b"GET", b"/", b"", b"a"),
        (b"GET", b"/ HTTP/1.1\r\nEvil: x", b"X", b"a"),
        (b"GET", b"/a b", b"X", b"a"),
        (b"GET /evil", b"/", b"X", b"a"),
        (b"", b"/", b"X", b"a"),
    ],
)
def test_one_request_is_never_two(method: bytes, target: bytes, name: bytes, value: bytes) -> None:
    with pytest.raises(RequestFault):
        render_request(method, target, [(name, value)])


class Weighed(bytes):
    """Bytes that count how many of them were copied out of them."""

    copied = 0

    def __getitem__(self, part):
        piece = super().__getitem__(part)
        Weighed.copied += len(piece)
        return Weighed(piece)


def test_a_thousand_tiny_chunks_in_a_packet_are_copied_once_each() -> None:
    data = Weighed(head("Transfer-Encoding: chunked") + b"1\r\nx\r\n" * 10_000 + b"0\r\n\r\n")
    Weighed.copied = 0
    reader = ResponseReader("GET")
    reader.feed(data)
    assert (len(reader.take()), reader.reusable) == (10_000, True)
    assert 40_000 < Weighed.copied <= len(data)  # all but the line feeds
