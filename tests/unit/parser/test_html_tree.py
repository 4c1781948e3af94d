from __future__ import annotations

import time

import pytest

from crawler.parser.tree import parse_html


def test_a_page_is_parsed_whole():
    assert parse_html("<p>a<select><option>b</select><p>c").body.text() == "abc"


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 100_000,
        "<select>" + "<option>x</option>" * 100_000,
        "<p " + " ".join(f"a{number}=1" for number in range(100_000)) + ">",
        "<DIV\n>" * 100_000,
    ],
)
def test_pages_that_would_take_minutes_take_a_moment(body: str):
    started = time.monotonic()
    parse_html(body)
    assert time.monotonic() - started < 30


def test_a_long_attribute_value_is_kept():
    image = "A" * 300_000
    assert (
        parse_html(f'<img src="data:image/png;base64,{image}"><p>t</p>')
        .css_first("img")
        .attributes["src"]
        .endswith(image)
    )


def test_many_closed_blocks_are_no_deep_nesting():
    assert parse_html("<div>x</div>" * 20_000).body.text() == "x" * 20_000


def test_the_page_ends_where_nesting_becomes_absurd():
    text = parse_html("<div>a" * 20_000 + "end").body.text()
    assert 2_000 < len(text) < 4_000
    assert "end" not in text


def test_looks_left_open_are_not_opened_again_without_end() -> None:
    fonts = "".join(f"<font size={number}>" for number in range(1_000))
    tree = parse_html(f"<p>{fonts}" + "<P>a" * 6_000)
    assert len(tree.css("*")) < 10_000
    assert tree.text().count("a") == 6_000


def test_looks_that_are_closed_stay_however_many_they_are() -> None:
    tree = parse_html("".join(f"<p><font size={number}>a</font></p>" for number in range(5_000)))
    assert len(tree.css("font")) == 5_000


def test_what_follows_deep_nesting_is_cut_before_it_costs_much() -> None:
    tree = parse_html("<div>" * 2_000 + "<p>a</p>" * 20_000)
    assert 1_000 < len(tree.css("p")) < 10_000
