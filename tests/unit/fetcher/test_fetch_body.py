"""Bodies within bounds: what is inflated, how much of it, and what is said about the rest."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import tracemalloc
import zlib

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.fetcher.body import read_body, skip_body
from crawler.fetcher.failures import Trouble
from crawler.model import Verdict

TEXT = "鼎湖区前三季度经济运行情况。".encode() * 400
MIB = 1024 * 1024


class Pieces(httpx.AsyncByteStream):
    def __init__(self, pieces, error=None):
        self.pieces = pieces
        self.error = error

    async def __aiter__(self):
        for piece in self.pieces:
            yield piece
        if self.error:
            raise self.error


def in_pieces(data, size=65536):
    return [data[start : start + size] for start in range(0, len(data), size)]


def read(data, *, size=65536, limit=MIB, cut=False, error=None, url="https://h.example/a", **headers):
    response = httpx.Response(
        200,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        stream=Pieces(in_pieces(data, size), error),
        request=httpx.Request("GET", url),
    )
    return asyncio.run(read_body(response, limit=limit, cut=cut))


def trouble_of(*args, **settings):
    with pytest.raises(Trouble) as caught:
        read(*args, **settings)
    return caught.value


def raw_deflate(data):
    squeezer = zlib.compressobj(wbits=-15)
    return squeezer.compress(data) + squeezer.flush()


@pytest.mark.parametrize("size", [1, 2, 7, 65536])
@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("gzip", gzip.compress(TEXT)),
        ("X-GZIP", gzip.compress(TEXT)),
        ("identity, gzip", gzip.compress(TEXT)),
        ("gzip", gzip.compress(TEXT[:1000]) + gzip.compress(TEXT[1000:])),
        ("gzip", gzip.compress(TEXT) + b"\x00" * 512),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw_deflate(TEXT)),
        ("deflate", gzip.compress(TEXT)),
        ("", gzip.compress(TEXT)),
    ],
)
def test_every_dress_of_a_body_comes_off(encoding, data, size):
    assert read(data, size=size, content_encoding=encoding, content_type="text/html") == TEXT


@given(st.binary(max_size=5000), st.integers(1, 3000), st.sampled_from(["gzip", "deflate", "raw", ""]))
@settings(max_examples=150, deadline=None)
def test_what_was_compressed_comes_back_however_it_is_cut_into_pieces(data, size, encoding):
    dress = {"gzip": gzip.compress, "deflate": zlib.compress, "raw": raw_deflate, "": lambda same: same}[encoding]
    headers = {"content_encoding": encoding.replace("raw", "deflate"), "content_type": "application/octet-stream"}
    assert read(dress(data), size=size, **headers) == data


@given(st.binary(max_size=400), st.sampled_from(["gzip", "deflate", "", "br", "gzip, gzip"]))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_a_body_or_trouble(data, encoding):
    with contextlib.suppress(Trouble):
        assert isinstance(read(data, content_encoding=encoding), bytes)


@pytest.mark.parametrize("encoding", ["", "gzip", "deflate"])
def test_no_bytes_are_an_empty_body(encoding):
    assert read(b"", content_encoding=encoding) == b""


@pytest.mark.parametrize("data", [b"x", b"\x1f"])
def test_a_single_byte_is_a_body(data):
    assert read(data) == data


@pytest.mark.parametrize(
    ("content_type", "url"),
    [
        ("application/gzip", "https://h.example/a"),
        ("application/x-gzip", "https://h.example/a"),
        ("application/octet-stream", "https://h.example/a"),
        ("text/xml", "https://h.example/sitemap.xml.gz"),
    ],
)
def test_a_compressed_file_stays_as_it_is(content_type, url):
    assert read(gzip.compress(TEXT), content_type=content_type, url=url) == gzip.compress(TEXT)


def test_more_than_the_limit_is_refused_with_the_setting_to_change():
    trouble = trouble_of(b"x" * (MIB + 1))
    assert (trouble.verdict, trouble.reason) == (Verdict.UNEXPECTED, "larger than 1 MiB (fetch.max_bytes)")


def test_exactly_the_limit_is_fine():
    assert len(read(b"x" * MIB)) == MIB


def test_a_declared_length_above_the_limit_is_refused_before_reading():
    trouble = trouble_of(b"", content_length=str(MIB + 1), error=AssertionError("nothing is read"))
    assert "larger than 1 MiB" in trouble.reason


def test_a_gzip_bomb_is_refused_within_little_memory():
    bomb = gzip.compress(b"\x00" * (200 * MIB), 9)
    assert len(bomb) < 300_000
    pieces = in_pieces(bomb)
    response = httpx.Response(
        200,
        headers={"content-encoding": "gzip"},
        stream=Pieces(pieces),
        request=httpx.Request("GET", "https://h.example/"),
    )
    tracemalloc.start()
    try:
        with pytest.raises(Trouble, match=r"larger than 1 MiB \(fetch.max_bytes\)"):
            asyncio.run(read_body(response, limit=MIB))
        assert tracemalloc.get_traced_memory()[1] < 5 * MIB
    finally:
        tracemalloc.stop()


def test_many_empty_gzip_members_end_within_the_limit_of_the_wire():
    assert "larger than" in trouble_of(gzip.compress(b"") * 60_000, content_encoding="gzip", limit=100_000).reason


def test_a_body_may_be_cut_at_the_limit_on_request():
    assert read(b"ab" * MIB, limit=MIB, cut=True) == b"ab" * (MIB // 2)
    assert read(gzip.compress(b"ab" * MIB), limit=MIB, cut=True, content_encoding="gzip") == b"ab" * (MIB // 2)


def test_damaged_compression_is_named():
    data = bytearray(gzip.compress(TEXT))
    data[20:40] = b"\xff" * 20
    assert trouble_of(bytes(data), content_encoding="gzip").verdict is Verdict.DECODE_ERROR
    assert trouble_of(b"<html>not gzip", content_encoding="gzip").verdict is Verdict.DECODE_ERROR


@pytest.mark.parametrize("dress", [gzip.compress, zlib.compress])
def test_a_compressed_body_that_ends_early_is_truncated(dress):
    encoding = "gzip" if dress is gzip.compress else "deflate"
    assert trouble_of(dress(TEXT)[:-20], content_encoding=encoding).verdict is Verdict.TRUNCATED


@pytest.mark.parametrize("error", [httpx.ReadError("reset"), httpx.RemoteProtocolError("incomplete")])
def test_a_connection_that_breaks_within_the_body_truncates_it(error):
    trouble = trouble_of(b"x" * 2048, error=error)
    assert trouble.verdict is Verdict.TRUNCATED
    assert trouble.reason == "the connection ended within the body, after 2 KiB"


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, gzip", "x" * 500])
def test_an_encoding_we_did_not_offer_is_refused(encoding):
    trouble = trouble_of(b"abc", content_encoding=encoding)
    assert trouble.verdict is Verdict.UNEXPECTED
    assert "did not offer" in trouble.reason
    assert len(trouble.reason) < 200


def test_skipping_a_long_body_gives_up_early():
    async def run(pieces, error=None):
        response = httpx.Response(302, stream=Pieces(pieces, error), request=httpx.Request("GET", "https://h.example/"))
        await skip_body(response)
        return response.num_bytes_downloaded

    assert asyncio.run(run([b"x" * 1000] * 10_000)) < 100_000
    assert asyncio.run(run([b"x"], httpx.ReadError("reset"))) == 1
