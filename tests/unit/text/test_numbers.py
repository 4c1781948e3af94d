"""Figures in running text and Chinese numerals."""

from decimal import Decimal
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.text.numbers import find_numbers, read_chinese_numeral


def read(text: str) -> list[tuple[str, str, Decimal, str]]:
    return [(span.raw, span.kind, span.value, span.unit) for span in find_numbers(text)]


@pytest.mark.parametrize(
    ("text", "raw", "kind", "value", "unit"),
    [
        ("同比增长11%。", "11%", "percent", "11", "%"),
        ("下降１．１％", "１．１％", "percent", "1.1", "%"),
        ("费率5‰", "5‰", "percent", "0.5", "%"),
        ("提高0.3个百分点", "0.3个百分点", "percent", "0.3", "pp"),
        ("百分之三十五点五以上", "百分之三十五点五", "percent", "35.5", "%"),
        ("占百分之15", "百分之15", "percent", "15", "%"),
        ("千分之五", "千分之五", "percent", "0.5", "%"),
        ("by 5 percentage points", "5 percentage points", "percent", "5", "pp"),
        ("rose 3.5 per cent", "3.5 per cent", "percent", "3.5", "%"),
        ("-3.5%", "-3.5%", "percent", "-3.5", "%"),
        ("气温-3℃", "-3℃", "number", "-3", "℃"),
        ("投资1.2亿元", "1.2亿元", "money", "120000000", "CNY"),
        ("3亿5000万美元", "3亿5000万美元", "money", "350000000", "USD"),
        ("三百二十万元", "三百二十万元", "money", "3200000", "CNY"),
        ("三点五亿元", "三点五亿元", "money", "350000000", "CNY"),
        ("約1億2,000万円", "1億2,000万円", "money", "120000000", "JPY"),
        ("5000억원", "5000억원", "money", "500000000000", "KRW"),
        ("US$1.5bn fund", "US$1.5bn", "money", "1500000000", "USD"),
        ("£5m more", "£5m", "money", "5000000", "GBP"),
        ("120 million yuan", "120 million yuan", "money", "120000000", "CNY"),
        ("RMB100", "RMB100", "money", "100", "CNY"),
        ("1.234,56 €", "1.234,56 €", "money", "1234.56", "EUR"),
        ("1\u202f234\u202f567 euros", "1\u202f234\u202f567 euros", "money", "1234567", "EUR"),
        ("共1,234.5公里", "1,234.5公里", "number", "1234.5", "公里"),
        ("死亡3人", "3人", "number", "3", "人"),
        ("失踪十三人", "十三人", "number", "13", "人"),
        ("死亡三人", "三人", "number", "3", "人"),
        ("一万五千户", "一万五千户", "number", "15000", "户"),
        ("13 deaths", "13 deaths", "number", "13", "deaths"),
        ("GDP11%", "11%", "percent", "11", "%"),
    ],
)
def test_a_figure_is_read_with_its_scale_and_unit(text, raw, kind, value, unit):
    assert read(text) == [(raw, kind, Decimal(value), unit)]


@pytest.mark.parametrize(
    "text",
    [
        "H5N1 and COVID-19",
        "at 21:56 on 2023-10-27",
        "192.168.1.1",
        "v1.2.3",
        "国办发〔2023〕12号",
        "十分重要，万一，一起，三农，四川",
        "千万不要",
        "9" * 60,
        "",
    ],
)
def test_dates_names_and_designations_are_no_quantities(text):
    assert read(text) == []


def test_the_ends_of_a_range_are_two_unsigned_figures():
    assert [(raw, value) for raw, _, value, _ in read("24-26岁，10%-15%")] == [
        ("24", 24),
        ("26岁", 26),
        ("10%", 10),
        ("15%", 15),
    ]


def test_a_currency_sign_belongs_to_one_figure_only():
    assert [raw for raw, *_ in read("5$ 3$7")] == ["5$", "3$", "7"]


def test_one_digit_more_is_another_value():
    (before,), (after,) = read("增长1.5%"), read("增长15%")
    assert before[2] != after[2]


def test_two_spellings_of_one_sum_are_equal():
    assert read("1.2亿元")[0][2:] == read("120 million yuan")[0][2:] == read("一亿两千万元")[0][2:]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("二〇二三", 2023),
        ("二О二三", 2023),
        ("十", 10),
        ("十五", 15),
        ("二十七", 27),
        ("廿七", 27),
        ("一百一十五", 115),
        ("一百十二", 112),
        ("一百零四", 104),
        ("三百五", 350),
        ("两千零五", 2005),
        ("三万五", 35_000),
        ("三千零五万", 30_050_000),
        ("十万零五百", 100_500),
        ("三亿五千万", 350_000_000),
        ("一万二千亿", 1_200_000_000_000),
        ("二万亿", 2_000_000_000_000),
        ("壹佰贰拾", 120),
        ("", None),
        ("百十", None),
        ("十百", None),
        ("万", None),
        ("三三十", None),
        ("甲", None),
        ("一" * 30, None),
    ],
)
def test_chinese_numerals_are_read_in_every_style(text, value):
    assert read_chinese_numeral(text) == value


def spell(number: int) -> str:
    """``number`` below 10**8 in Chinese numerals, the long way."""
    if number >= 10_000:
        rest = number % 10_000
        tail = ("零" if 0 < rest < 1_000 else "") + spell(rest) if rest else ""
        return f"{spell(number // 10_000)}万{tail}"
    text, gap = "", False
    for unit, sign in ((1_000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            text += ("零" if gap and text else "") + "零一二三四五六七八九"[digit] + sign
        gap = digit == 0
    return text


@settings(max_examples=300, deadline=None)
@given(st.integers(min_value=1, max_value=99_999_999))
def test_a_spelled_number_is_read_back(number):
    assert read_chinese_numeral(spell(number)) == number


@settings(max_examples=200, deadline=None)
@given(value=st.decimals(min_value=0, max_value=10**9, places=2), unit=st.sampled_from(["%", "元", "万元", "人", "km"]))
def test_a_written_figure_is_read_back(value, unit):
    ((raw, _, read_value, _),) = read(f"共{value:,}{unit}。")
    assert raw == f"{value:,}{unit}"
    assert read_value == value * (10_000 if unit == "万元" else 1)


def words(text: str) -> list[str]:
    return text.split()


PIECES = [
    " ",
    "\u00a0",
    *words("0 1 12 345 １ , . - + % ％ ‰ 负 万 亿 百 分之 点 三 十 元 人 $ US A km million 〔 〕 号 : /"),
]
MIXED = st.lists(st.sampled_from(PIECES), max_size=20).map("".join)


@settings(max_examples=500, deadline=None)
@given(st.one_of(MIXED, st.text(max_size=50)))
def test_figures_lie_in_the_text_in_order_without_overlap(text):
    end = 0
    for span in find_numbers(text):
        assert end <= span.start < span.end <= len(text)
        assert span.raw == text[span.start : span.end]
        assert span.value.is_finite()
        end = span.end


def test_hostile_text_takes_no_time():
    began = perf_counter()
    for piece in ("1", "1,", "1,111", "1 111 ", "一", "一点", "a-1", "百分之", "1.", "-", "$ ", "3亿", "[2023]"):
        find_numbers(piece * (100_000 // len(piece)))
    assert perf_counter() - began < 20  # quadratic work would take minutes
