"""Rows of a spreadsheet: flat, complete, and nothing that calculates."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.cli.sheets import COLUMNS, find_value, header_line, row_line, show_cell


def read_back(line: str) -> list[str]:
    [row] = csv.reader(io.StringIO(line, newline=""))
    return row


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_would_be_a_formula_stands_behind_an_apostrophe(start):
    assert show_cell(f"{start}HYPERLINK(1)") == f"'{start}HYPERLINK(1)"
    assert show_cell([f"{start}1", "b"]).startswith("'")


def test_numbers_stay_numbers():
    assert [show_cell(value) for value in (-3, 0.25, True, False, None)] == ["-3", "0.25", "true", "false", ""]


def test_lists_are_joined_facts_told_and_files_named_by_address():
    fact = {"type": "percent", "field": "body", "before": "11%", "after": "1.1%"}
    assert show_cell(["zh", "en"]) == "zh; en"
    assert show_cell([fact, {**fact, "before": None}]) == "percent: 11% → 1.1%; percent:  → 1.1%"
    assert show_cell([{"url": "https://example.org/a.pdf", "name": "a"}]) == "https://example.org/a.pdf"


def test_a_path_that_breaks_off_is_an_empty_cell():
    record = {"evidence": {"before": None, "after": {"sha256": "ab"}}}
    assert find_value(record, "evidence.after.sha256") == "ab"
    assert find_value(record, "evidence.before.sha256") is None
    assert find_value(record, "state.verdict") is None


@pytest.mark.parametrize("what", COLUMNS)
def test_every_row_is_as_wide_as_the_header(what):
    header = read_back(header_line(what))
    assert len(set(header)) == len(header)
    assert len(read_back(row_line(what, {}))) == len(header)


def test_new_columns_stand_behind_those_of_before():
    assert COLUMNS["articles"][-4:] == ("also_at", "text", "copy_of", "translation_of")
    assert COLUMNS["changes"][-4:] == ("cause", "article.also_at", "article.copy_of", "article.translation_of")


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_any_text_is_read_back_as_it_was_but_for_the_apostrophe_and_nul(text):
    row = read_back(row_line("articles", {"title": text}))
    found = row[COLUMNS["articles"].index("title")]
    plain = text.replace("\x00", "")
    assert found in (plain, f"'{plain}")
    assert not found.startswith(("=", "+", "-", "@", "\t", "\r"))
