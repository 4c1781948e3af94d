"""Dates and figures of a text, and the signs by which a search for them is spared."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.differ import spans
from crawler.differ.spans import find_figures, find_figures_by_line
from crawler.model import FactType

NUMERALS = ["1", "23", "2023", "５", "٣"]
MARKS = [
    "月",
    "日",
    "号",
    ":",
    "：",
    "时",
    "時30分",
    "点半",
    "點",
    "May",
    "SEPT.",
    "ſept",
    "st",
    "ND",
    "p",
    "a",
    ".m.",
    "m",
    "noon",
]
OTHERS = [" ", "\u3000", "\n", ".", ",", "-", "的", "x"]
PIECES = st.sampled_from(NUMERALS + MARKS + OTHERS)


@settings(max_examples=500)
@given(st.lists(PIECES, max_size=9).map("".join))
def test_whatever_is_a_date_without_a_year_bears_the_sign_of_one(text):
    if spans._PARTIAL_DATE.search(text):
        assert spans._SIGN_OF_PARTIAL.search(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("5月3日", FactType.DATE),
        ("8 : 30", FactType.DATE),
        ("at 5 p.m.", FactType.DATE),
        ("on 5TH SEPT", FactType.DATE),
        ("Sept. 5", FactType.DATE),
        ("12 | 34", FactType.NUMBER),
        ("〔2023〕5号", FactType.NUMBER),
    ],
)
def test_a_date_is_told_from_a_number(text, found):
    assert find_figures(text)[0].type is found


def test_a_dash_at_the_end_of_a_line_makes_no_figure_of_the_next_negative():
    assert [(span.raw, span.key) for span in find_figures("合计－\n12人")] == [("12人", "12 人")]


def test_figures_of_a_text_stand_where_its_lines_have_them():
    text = "第一 12人\n\n5月3日, 3至5名\n7"
    assert [text[span.start : span.end] for span in find_figures_by_line(text)] == ["12人", "5月3日", "3至5名", "7"]
