"""What a page may cost: reading takes time in proportion to its length, and no more than so much, whatever it holds."""

from __future__ import annotations

import time

import pytest

from crawler.parser.article import extract
from crawler.parser.article.page import MAX_TAGS, parse_page
from crawler.parser.article.walker import segment_page

_HEAD = "<html><head><title>A page of words</title></head><body><h1>A page of words</h1><div class='content'>"
_TEXT = "<p>" + "Text of the article, which goes on. " * 30 + "</p>"
_SHAPES = {
    "tables": "<table><tr><td>cell one</td><td>cell two</td></tr></table>",
    "rows of one table": "<tr><td>cell one</td><td>cell two, and more</td></tr>",
    "cells over many rows": "<tr><td rowspan=9>cell one</td><td rowspan=400>b</td></tr>",
    "furniture in furniture": "<div class='sidebar'>text, and so.",
    "furniture": "<div class='sidebar'>text, and so on it goes.</div>",
    "deep furniture": "<div class='sidebar'>" * 50 + "text, and so." + "</div>" * 50,
    "linked items": "<li><a href='/a/b.html'>A linked title here</a></li>",
    "teasers": "<div class='card'><a href='/a/b.html'>A linked title here</a><p>Some text.</p></div>",
    "tiny blocks": "<p>a</p>",
    "tiny nodes": "<b>a</b>",
    "links": "<a href=x>a</a>",
    "links left open": "<a href=x>a",
    "attributes": "<p id=a class=b data-c=d title=e>text</p>",
    "headings": "<h2>A page of words</h2>",
    "facts": "<p>索引号：</p>",
    "pictures": "<img src=a.png>",
    "metas": "<meta name=author content='Jane Doe'>",
    "insets": "<aside>text, and so on it goes.</aside>",
    "forms": "<form><p>text, and so on it goes.</p></form>",
    "signs of tags": "<",
    "scripts": "<script>a</script>",
}


def _page(shape: str, length: int) -> bytes:
    start = "<table>" if shape.startswith("<tr") else ""
    return (_HEAD + _TEXT + start + shape * (length // len(shape))).encode()


def _cost(body: bytes) -> float:
    """The processor time of one reading, the best of three."""
    spent = []
    for _ in range(3):
        begun = time.process_time()
        extract(body, "https://example.org/a")
        spent.append(time.process_time() - begun)
    return min(spent)


@pytest.mark.parametrize("name", _SHAPES)
def test_a_page_twice_as_long_costs_less_than_three_times_as_much(name: str) -> None:
    whole, half = _page(_SHAPES[name], 240_000), _page(_SHAPES[name], 120_000)
    ratios = []
    for _ in range(4):  # other work on the machine may spoil a measurement, not all of them
        ratios.append(_cost(whole) / _cost(half))
        if ratios[-1] < 3:
            break
    assert min(ratios) < 3


@pytest.mark.parametrize("name", _SHAPES)
def test_what_is_read_of_a_page_has_a_bound_however_long_it_is(name: str) -> None:
    page = parse_page(_page(_SHAPES[name], 2_000_000).decode())
    segments = segment_page(page, skimming=True)
    assert len(page.pieces) <= MAX_TAGS
    assert len(page.elements) <= MAX_TAGS
    assert len(segments.items) <= 2 * MAX_TAGS
