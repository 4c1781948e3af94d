"""Folding for comparison, cleaning for display, shortening."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.text.normalize import clean, fold, is_cjk, shorten, squash

STYLED = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.sampled_from(
            "“”„«»「」『』‘’－—–‒‐−~〜～　\u00a0\u200b\u200d\ufeff\u00ad\u0301²½①１，。％㋿ｶﾞ\u1161\u11a8ᄀ가é-"
        ),
    ),
    max_size=40,
)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("增长11%", "增长１１％"),
        ("地区生产总值　增长", " 地区生产总值\u00a0\n 增长 "),
        ("「稳中有进」", "“稳中有进”"),
        ("«稳»", "„稳”"),
        ("It’s", "It's"),
        ("24—26日", "24－26日"),
        ("24~26", "24〜26"),
        ("广东——肇庆", "广东—肇庆"),
        ("肇\u200b庆\ufeff", "肇庆"),
        ("infor\u00admation", "information"),
        ("\u202d123\u202c", "123"),
        ("①", "1"),
        ("令和5年", "㋿5年"),
        ("▲\ufe0f图", "▲图"),
        ("ﾃﾞｰﾀ", "データ"),
        ("a\x00b", "ab"),
    ],
)
def test_two_stylings_of_one_text_fold_to_the_same(left, right):
    assert fold(left) == fold(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("24-26", "2426"),
        ("-5%", "5%"),
        ("1.5", "15"),
        ("1 5", "15"),
        ("10²", "102"),
        ("1½", "11⁄2"),
        ("3①", "31"),
        ("US", "us"),
        ("不得", "得"),
        ("“好”", "好"),
        ("データ", "デ-タ"),
        ("《通知》", "通知"),
    ],
)
def test_what_a_reader_can_tell_apart_stays_apart(left, right):
    assert fold(left) != fold(right)


@settings(max_examples=500, deadline=None)
@given(STYLED)
def test_folding_twice_is_folding_once(text):
    folded = fold(text)
    assert fold(folded) == folded
    assert folded == folded.strip()
    assert "  " not in folded
    assert unicodedata.is_normalized("NFKC", folded)


@settings(max_examples=300, deadline=None)
@given(STYLED)
def test_squashing_twice_is_squashing_once_and_leaves_letters_and_digits(text):
    squashed = squash(text)
    assert squash(squashed) == squashed
    assert squashed == "" or squashed.isalnum()


def test_squash_sees_through_case_punctuation_and_width():
    assert squash("【重要】 ＧＤＰ  Growth: 11%！") == squash("重要 gdp growth 11") == "重要gdpgrowth11"


def test_clean_keeps_width_and_style_and_drops_what_has_no_shape():
    assert clean(" １１％\u3000“稳”\u200b\n\u202e増\u202c\x07 ") == "１１％ “稳” 増"


def test_clean_keeps_the_joiners_that_shape_letters_and_pictures():
    assert clean("می\u200cشود") == "می\u200cشود"
    assert clean("👨\u200d👩 a\u200db") == "👨\u200d👩 ab"


@settings(max_examples=300, deadline=None)
@given(STYLED)
def test_cleaning_twice_is_cleaning_once_and_never_changes_what_is_compared(text):
    assert clean(clean(text)) == clean(text)
    assert fold(clean(text)) == fold(text)


def test_short_text_is_not_shortened():
    assert shorten("鼎湖区", 3) == "鼎湖区"


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("鼎湖区前三季度", 4, "鼎湖区…"),
        ("one two", 5, "one…"),
        ("cafe\u0301 au lait", 5, "caf…"),
        ("a👨\u200d👩\u200d👧 family", 4, "a…"),
        ("ab🇨🇳🇯🇵 flags", 4, "ab…"),
        ("👍🏽👍🏽 ok", 2, "…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
        ("\ud83d\ude00\ud83d\ude00 x", 4, "\ud83d\ude00…"),
    ],
)
def test_shortening_never_cuts_within_a_character(text, limit, expected):
    assert shorten(text, limit) == expected


@settings(max_examples=200, deadline=None)
@given(text=STYLED, limit=st.integers(min_value=1, max_value=45))
def test_shortened_text_fits_and_begins_as_the_original(text, limit):
    short = shorten(text, limit)
    assert len(short) <= limit
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


def test_cjk_characters_are_known_from_letters_and_punctuation():
    assert all(map(is_cjk, "鼎湖々〇ひカーｶ가ㄅ𠮷"))
    assert not any(map(is_cjk, "aé1１，。、「·▲ я"))
