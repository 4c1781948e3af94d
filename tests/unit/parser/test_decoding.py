"""The ladder from bytes to text."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.parser.article.decode import decode_html, find_codec, find_declared_charset

CHINESE = "鼎湖区前三季度经济运行情况：新区的地区生产总值增长，投资不断扩大，在全市名列前茅。" * 4
JAPANESE = "水道料金の減免について、市役所からのお知らせです。①㈱髙島の件はこちらをご覧ください。" * 4


def page(charset: str, text: str, encoding: str) -> bytes:
    return f'<html><head><meta charset="{charset}"></head><body>{text}</body></html>'.encode(encoding)


@pytest.mark.parametrize("bom", [codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
def test_a_byte_order_mark_beats_every_declaration(bom: bytes) -> None:
    encoding = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}[bom]
    decoded = decode_html(bom + CHINESE.encode(encoding), "gbk")
    assert (decoded.text, decoded.encoding, decoded.replaced) == (CHINESE, encoding, 0)


def test_bytes_that_are_utf8_are_utf8_whatever_the_page_declares() -> None:
    assert CHINESE in decode_html(page("gb2312", CHINESE, "utf-8"), "gbk").text


def test_gb2312_is_read_as_gb18030() -> None:
    decoded = decode_html(page("gb2312", "朱镕基 喆 堃 € 𠮷" + CHINESE, "gb18030"))
    assert decoded.encoding == "gb18030"
    assert "朱镕基 喆 堃 € 𠮷" in decoded.text


def test_shift_jis_is_read_as_windows_japanese() -> None:
    decoded = decode_html(page("Shift_JIS", JAPANESE, "cp932"))
    assert decoded.encoding == "cp932"
    assert "①㈱髙島" in decoded.text


def test_a_page_that_says_utf8_and_is_gbk_is_read() -> None:
    decoded = decode_html(page("utf-8", CHINESE, "gbk"), "utf-8")
    assert CHINESE in decoded.text
    assert decoded.replaced == 0


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(CHINESE, "gb18030"), (JAPANESE, "cp932"), ("한국 정부는 오늘 새로운 정책을 발표했다. " * 8, "cp949")],
)
def test_undeclared_east_asian_text_is_recognised(text: str, encoding: str) -> None:
    assert decode_html(text.encode(encoding)).text == text


def test_the_http_charset_is_used_when_the_page_is_silent() -> None:
    assert decode_html("Größe: 1,5 €".encode("cp1252"), "iso-8859-1").text == "Größe: 1,5 €"


def test_the_operators_encoding_beats_the_page() -> None:
    assert decode_html(page("utf-8", "価格", "cp932"), forced="shift_jis").encoding == "cp932"


def test_utf8_cut_in_the_middle_of_a_character_stays_utf8() -> None:
    decoded = decode_html(CHINESE.encode()[:-1])
    assert decoded.encoding == "utf-8"
    assert decoded.replaced == 1


def test_an_unknown_label_is_no_codec() -> None:
    assert find_codec("x-unknown-9") == ""
    assert find_codec("base64") in {"", "base64"}


@pytest.mark.parametrize("label", ["base64", "hex", "idna", "punycode", "zlib", "undefined", "unicode_escape"])
def test_a_label_that_is_no_text_encoding_is_survived(label: str) -> None:
    assert "ok" in decode_html(b"<p>ok \xff</p>", label, forced=label).text


def test_the_charset_of_a_content_type_is_found() -> None:
    assert find_declared_charset('text/html; Charset="GB2312"') == "GB2312"
    assert find_declared_charset("text/html") == ""


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.text(max_size=12))
def test_no_bytes_and_no_label_make_it_fail(body: bytes, label: str) -> None:
    decoded = decode_html(body, label)
    assert decoded.replaced == decoded.text.count("\ufffd") or decoded.replaced == 0
