"""Texts are cut into terms so that any piece of them is found, in scripts with spaces and without."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.text.terms import Phrase, cut, find_passages, list_terms, read_query

LETTERS = "abÉ1２国务院年カガｶﾞー한글กที่é\u0301½㈱ﷺйЁ"
TEXTS = st.text(st.sampled_from(LETTERS + " .,-，。\n") | st.characters(), max_size=60)


def passages(text: str, query: str) -> list[str]:
    return [text[start:stop] for start, stop in find_passages(text, read_query(query))]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("国务院", ["国务", "务院", "院"]),
        ("院", ["院"]),
        ("2023年第3条", ["2023", "年第", "第", "3", "条"]),
        ("New Rules, 1,234.5", ["new", "rules", "1", "234", "5"]),
        ("México MÉXICO me\u0301xico", ["mexico"] * 3),
        ("Ｇ２０ ｶﾞｽ", ["g20", "ガス", "ス"]),
        ("한글", ["한글", "글"]),
        ("Straße", ["strasse"]),
        ("ٱلسلام", ["ٱلسلام"]),
        ("", []),
        ("—…。", []),
    ],
)
def test_a_text_is_cut_into_words_and_pairs(text, terms):
    assert list_terms(text) == terms


@given(TEXTS)
def test_terms_with_places_are_the_same_terms_in_order_within_the_text(text):
    found = list(cut(text))
    assert [term.text for term in found] == list_terms(text)
    assert all(0 <= term.start < term.stop <= len(text) for term in found)
    assert [term.start for term in found] == sorted(term.start for term in found)


@given(TEXTS)
def test_no_term_holds_what_an_engine_would_take_for_a_sign(text):
    assert not {char for term in list_terms(text) for char in term} & set(" \"'\\*:&|!()<>-")


@given(st.text(st.sampled_from("国务院办公厅通知"), min_size=2, max_size=12), st.data())
def test_every_piece_of_a_run_is_found_where_it_stands(run, data):
    start = data.draw(st.integers(0, len(run) - 1))
    stop = data.draw(st.integers(start + 1, len(run)))
    piece = run[start:stop]
    text = f"关于，{run}。abc"
    assert any(piece in passage for passage in passages(text, piece))
    assert all(set(passage) <= set(piece) for passage in passages(text, piece))


def test_a_query_is_words_phrases_and_what_is_not_wanted():
    query = read_query('医疗 "new rules" -tax proc* -"old law" “2024年”')
    assert query.wanted == (
        Phrase(("医疗",)),
        Phrase(("new", "rules")),
        Phrase(("proc",), open=True),
        Phrase(("2024", "年"), open=True),
    )
    assert query.unwanted == (Phrase(("tax",)), Phrase(("old", "law")))


@pytest.mark.parametrize("nothing", ["", "  ", "-", '""', "。", '"', "-x"])
def test_a_query_may_want_nothing(nothing):
    assert read_query(nothing).wanted == ()


def test_a_minus_within_a_word_takes_nothing_back():
    assert read_query("half-life").wanted == (Phrase(("half", "life")),)


@pytest.mark.parametrize(
    ("query", "there"),
    [
        ("国务院", ["国务院", "国务院"]),
        ("院", ["院", "院"]),
        ("第3条", ["第3条"]),
        ("3条 2023年", ["2023年", "3条"]),
        ("务院办公", ["务院办公"]),
        ("公厅", ["公厅"]),
        ("厅国", []),
    ],
)
def test_passages_are_what_was_asked_for(query, there):
    assert passages("关于国务院办公厅的通知：国务院2023年第3条例。", query) == there


def test_a_passage_of_a_word_ends_with_it_and_one_of_its_beginning_before():
    assert passages("Procurement rules; procuring", "procurement") == ["Procurement"]
    assert passages("Procurement rules; procuring", "procur*") == ["Procur", "procur"]
    assert passages("the new rules", '"new rules"') == ["new rules"]


@given(TEXTS, TEXTS)
def test_passages_lie_in_the_text_and_apart(text, query):
    found = find_passages(text, read_query(query))
    assert all(start < stop <= len(text) for start, stop in found)
    assert all(before[1] <= after[0] for before, after in pairwise(found))
