"""No bytes whatever make the reader raise."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.model import ArticleRules, Fetched, Purpose, Request, Source, Verdict, digest
from crawler.parser.article import extract, read_article

PAGES = [path.read_bytes() for path in sorted((Path(__file__).parents[2] / "golden" / "article").glob("*/page.html"))]
MARKUP = st.sampled_from(
    [
        b"<",
        b">",
        b"<div>",
        b"</td>",
        b"<table>",
        b'"',
        b"</script>",
        b"<!--",
        b"\x00",
        b"\xff\xfe",
        b"2023-13-45",
        "发布时间：".encode(),
    ]
)


@st.composite
def mutated_pages(draw: st.DrawFn) -> bytes:
    page = bytearray(draw(st.sampled_from(PAGES)))
    for _ in range(draw(st.integers(1, 12))):
        at = draw(st.integers(0, len(page)))
        cut = draw(st.integers(0, 400))
        page[at : at + cut] = draw(st.one_of(MARKUP, st.binary(max_size=12)))
    return bytes(page)


@settings(max_examples=120, deadline=None)
@given(mutated_pages())
def test_damaged_pages_are_read_or_judged(body: bytes) -> None:
    url = "http://www.example.org/a.html"
    fetched = Fetched(
        request=Request(url=url, purpose=Purpose.ARTICLE),
        url=url,
        status=200,
        headers=(),
        body=body,
        sha256=digest(body),
        fetched_at=datetime(2023, 10, 28, tzinfo=UTC),
    )
    rules = ArticleRules(body=".TRS_Editor", ignore=(".x", "]["))
    reading = read_article(fetched, Source(id="f", kind="page", url=url, article=rules))
    assert (reading.article is not None) == (reading.assessment.verdict is Verdict.OK)


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=300), st.text(max_size=60))
def test_arbitrary_bytes_and_addresses_are_survived(body: bytes, url: str) -> None:
    assert set(extract(body, url)) == {"title", "published", "author", "source", "body", "language"}
