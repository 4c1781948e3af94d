"""The ladder from bytes to text."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.parser.article.decode import decode_html, find_codec, find_declared_charset
from crawler.parser.decoding import find_wide_codec
from crawler.parser.plausibility import find_misreading, plausibility

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


TEXTS = {
    "gb18030": CHINESE,
    "big5hkscs": "臺北市政府今日公布新的補助辦法，自即日起受理申請，民眾可至各區公所洽詢相關事宜。" * 3,
    "cp932": JAPANESE,
    "euc_jp": "水道料金の減免について、市役所からのお知らせです。対象となる方は、ご確認ください。" * 3,
    "iso2022_jp_ext": "水道料金の減免について、市役所からのお知らせです。対象となる方は、ご確認ください。" * 3,
    "cp949": "한국 정부는 오늘 새로운 정책을 발표했다. 국민의 생활을 개선하기 위한 대책이다. " * 3,
    "cp1252": "Die Größe der Gemeinde beträgt 1,5 km². Für die Bürger gelten neue Regeln über Straßen. " * 3,
    "cp1251": "Министерство сообщило о росте экономики региона в первом полугодии этого года. " * 3,
    "koi8-r": "Министерство сообщило о росте экономики региона в первом полугодии этого года. " * 3,
    "cp1253": "Το υπουργείο ανακοίνωσε νέα μέτρα για την οικονομία και την κοινωνία της χώρας. " * 3,
    "utf-16-le": CHINESE,
    "utf-16-be": JAPANESE,
    "utf-8": CHINESE,
}
#: What servers and templates say, whatever the bytes are.
CLAIMS = ["", "utf-8", "gb2312", "iso-8859-1", "big5", "shift_jis", "euc-kr", "windows-1252", "utf-16"]


@pytest.mark.parametrize("encoding", TEXTS)
@pytest.mark.parametrize("claim", CLAIMS)
def test_no_false_declaration_in_page_or_header_spoils_a_page(encoding, claim):
    text = TEXTS[encoding]
    assert text in decode_html(page(claim, text, encoding)).text
    assert text in decode_html(page("", text, encoding), claim).text


@pytest.mark.parametrize("encoding", ["cp1250", "cp1254", "cp1255", "cp1256", "cp874", "iso8859-2", "iso8859-7"])
def test_a_declared_alphabet_is_believed(encoding):
    texts = {
        "cp1250": "gospodarka rośnie, a środki zostaną przeznaczone na różne cele",
        "iso8859-2": "gospodarka rośnie, a środki zostaną przeznaczone na różne cele",
        "cp1254": "ekonominin büyüdüğünü ve yeni önlemlerin alınacağını açıkladı",
        "cp1255": "משרד האוצר הודיע היום על צעדים חדשים",
        "cp1256": "أعلنت الوزارة اليوم عن نمو الاقتصاد",
        "cp874": "กระทรวงประกาศการเติบโตทางเศรษฐกิจ",
        "iso8859-7": "Το υπουργείο ανακοίνωσε νέα μέτρα",
    }
    assert texts[encoding] in decode_html(page(encoding.replace("cp12", "windows-12"), texts[encoding], encoding)).text


@pytest.mark.parametrize("end", range(1, 4))
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "cp932", "big5hkscs"])
def test_a_page_cut_within_a_character_loses_that_character_alone(encoding, end):
    whole = page(encoding, TEXTS[encoding], encoding).removesuffix(b"</body></html>")
    decoded = decode_html(whole[:-end])
    assert decoded.replaced <= 1
    assert TEXTS[encoding][:-4] in decoded.text


def test_a_piece_in_an_older_encoding_is_read_within_a_page_of_utf8():
    old = "版权所有：某市人民政府办公室，地址：某市某路一号"
    mixed = page("utf-8", f"<p>{CHINESE}</p>", "utf-8") + f'<div id="footer">{old}</div>'.encode("gbk")
    decoded = decode_html(mixed)
    assert (decoded.encoding, decoded.replaced) == ("utf-8", 0)
    assert CHINESE in decoded.text
    assert old in decoded.text


def test_a_byte_lost_on_the_way_is_counted_and_does_not_change_the_encoding():
    body = bytearray(page("gb2312", f"<p>{CHINESE}</p>" * 6, "gb18030"))
    del body[200]
    decoded = decode_html(bytes(body))
    assert decoded.encoding == "gb18030"
    assert decoded.text.count(CHINESE) == 5


def test_zeros_of_a_binary_file_are_not_taken_for_utf16():
    assert find_wide_codec(bytes(range(256)) * 8) == ""
    assert find_wide_codec(b"\x00" * 400) == ""
    assert find_wide_codec(b"") == ""


@pytest.mark.parametrize("codec", ["gb18030", "cp1252", "latin-1", "cp932"])
def test_utf8_that_somebody_read_as_something_else_is_known_for_what_it_is(codec):
    assert find_misreading(CHINESE.encode().decode(codec, "replace"))


def test_chinese_that_somebody_read_as_latin_is_known_for_what_it_is():
    assert find_misreading(CHINESE.encode("gbk").decode("latin-1"))


@pytest.mark.parametrize(
    "text",
    [
        *TEXTS.values(),
        "下届承办单位浙江大学接受会旗并合影",
        "多名大涧学校小学生说，现在，吃过午饭就要回教室，有老师值守",
        "There’s a “new” notice — read it… today’s the last day. ★★★★★★★★★★",
        "Élève, forêt, naïveté : « l’été à Nîmes » œuvre",
        "乱码“锟斤拷”是怎么来的？一位工程师解释了其中原因。",
    ],
)
def test_sound_text_is_never_taken_for_spoiled(text):
    assert find_misreading(text) == ""


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=200), st.sampled_from(["gb18030", "cp1252", "big5hkscs", "cp949", "cp932", "koi8-r", "x"]))
def test_plausibility_is_a_number_for_any_text(text, codec):
    assert -10 < plausibility(text, codec) < 3
    assert isinstance(find_misreading(text), str)


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
