"""What a page may cost: reading takes time in proportion to its length, and no more than so much, whatever it holds."""

from __future__ import annotations

import sys
from types import FrameType

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
    "looks left open": "<font size=1><font size=2><font size=3><p>a",
    "frames in each other": "<div class='article-content'>Text, and so on.<p>And on.",
    "microdata in each other": "<div itemprop=datePublished>a",
    "marks of comments": "<p title='<!--'>a</p>",
    "values of a state": '"content":"a","body":"b",',
    "structured data": '<script type="application/ld+json">{"@type":"Article"}</script>',
}


def _page(shape: str, length: int) -> bytes:
    start = "<table>" if shape.startswith("<tr") else ""
    return (_HEAD + _TEXT + start + shape * (length // len(shape))).encode()


def _cost(body: bytes) -> int:
    """How many calls one reading takes, those into C included: the same on every machine, however busy."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        extract(body, "https://example.org/a")
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.parametrize("name", _SHAPES)
def test_a_page_twice_as_long_costs_little_more_than_twice_as_much(name: str) -> None:
    assert _cost(_page(_SHAPES[name], 180_000)) < 2.5 * _cost(_page(_SHAPES[name], 90_000))


@pytest.mark.parametrize("name", _SHAPES)
def test_what_is_read_of_a_page_has_a_bound_however_long_it_is(name: str) -> None:
    page = parse_page(_page(_SHAPES[name], 2_000_000).decode())
    segments = segment_page(page, skimming=True)
    assert len(page.pieces) <= MAX_TAGS
    assert len(page.elements) <= MAX_TAGS
    assert len(segments.items) <= 2 * MAX_TAGS
