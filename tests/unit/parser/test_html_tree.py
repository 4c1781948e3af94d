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
