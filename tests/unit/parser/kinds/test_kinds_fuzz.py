"""Whatever arrives, a kind answers with a listing that can be stored, or with ``ParseError``."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.model import Source
from crawler.parser.kinds import find_kind, kind_names
from crawler.parser.probe import probe
from tests.kindfuzz import assert_storable, complaint_about, receive

GOLDEN = Path(__file__).parents[3] / "golden"
RECORDED = {kind: sorted((GOLDEN / kind).glob("*/response.*")) for kind in kind_names()}
BODIES = {kind: [path.read_bytes() for path in paths] for kind, paths in RECORDED.items()}
EVERYTHING = [body for bodies in BODIES.values() for body in bodies]
SHARDS = [
    b"<", b">", b"&", b"]]>", b"<![CDATA[", b"<!--", b'"', b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"&#xD800;",
    b"&nbsp;",
    b"<item>", b"</item>", b"<entry>", b"<title>", b"<link href='//['/>", b"<a href='http://[x'>", b"<base href='x:'>",
    b"<!DOCTYPE", b'xml:base="http://[/"', b"\\ud800", b"1e999", b"{", b"[" * 200, b"<time datetime='9999-99-99'>",
    b"9" * 5000, "２０２３年１３月".encode(), b"https://mp.weixin.qq.com/s?__biz=&mid=", b"\x1b$B", b"<div>" * 50,
    b"<recordset><record>", b"<nextgroup>", b"urls[i]='a';headers[i]='b';", b"queryData=\"{'pageId':'x'}\"",
    b'"is_expired":1', b"totalData: 99, showData: 5", b"currentPage = 0; countPage = 9;",
    b'<li data-link="/s?__biz=a&mid=1" data-title="x">',
]  # fmt: skip
URL = "https://www.example.org/s/index_2.html"


@st.composite
def mangled(draw: st.DrawFn, bodies: list[bytes]) -> bytes:
    """A recorded body with pieces removed, repeated, replaced or taken from elsewhere."""
    body = draw(st.sampled_from(bodies))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.sampled_from([0, 1, 7, 60, 900])))
        piece = draw(st.one_of(st.sampled_from(SHARDS), st.binary(max_size=12), st.just(body[start:end] * 2)))
        body = body[:start] + piece + body[end:]
    return body[: draw(st.sampled_from([10**6, 300, 40]))] if draw(st.integers(0, 9)) == 0 else body


@pytest.mark.parametrize("name", kind_names())
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.data())
def test_a_mangled_response_yields_a_listing_or_a_parse_error(name: str, data: st.DataObject):
    bodies = BODIES[name] if data.draw(st.integers(0, 4)) else EVERYTHING
    source = Source(id="s", kind=name, url="https://www.example.org/list", timezone="Asia/Shanghai", language="zh")
    source = replace(source, options=find_kind(name).Options())
    body = data.draw(mangled(bodies))
    with complaint_about(URL):
        assert_storable(find_kind(name).parse_listing(source, receive(body, URL)))


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(mangled(EVERYTHING))
def test_probing_a_mangled_response_yields_a_proposal_or_a_parse_error(body: bytes):
    with complaint_about(URL):
        assert probe(receive(body, URL)).kind in kind_names()


PIECES = [
    "<a href='/t20260101_1.html'>abcdefghij</a>", "<item>", "<record><![CDATA[", "urls[i]='x';headers[i]='y';",
    '{"a":[', '<li data-link="x" ', "ajaxParam: {", "createPageHTML(", "%u4e00", "<url><loc>http://e/x</loc></url>",
    "<p>words and words",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", kind_names())
@pytest.mark.parametrize("piece", PIECES)
def test_a_line_of_half_a_megabyte_is_read_in_bounded_time(name: str, piece: str):
    source = Source(id="s", kind=name, url=URL, timezone="Asia/Shanghai", options=find_kind(name).Options())
    body = (piece * (500_000 // len(piece))).encode()
    begun = time.process_time()
    with complaint_about(URL):
        assert_storable(find_kind(name).parse_listing(source, receive(body, URL)))
    assert time.process_time() - begun < 6
