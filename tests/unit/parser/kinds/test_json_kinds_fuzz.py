"""Well-formed JSON of any shape, in the words of the known interfaces: a listing, or ``ParseError``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.errors import ParseError
from crawler.model import Fetched, Listing, Purpose, Request, Source
from crawler.parser.kinds import find_kind
from crawler.parser.probe import probe

WORDS = [
    "articles", "title", "url", "post_url", "id", "created_at", "create_time", "is_expired", "attachment",
    "name", "classify", "abstract", "data", "results", "publishedTime", "contentHtml", "resList", "filePath",
    "html", "success", "searchVO", "listVO", "pubtime", "TITLE", "URL", "DOCRELPUBTIME", "count",
    "next_page_url", "html_url", "document_number", "agencies", "parent_id", "corrections", "correction_of",
    "publication_date", "base_path", "content_id", "locale", "details", "body", "parts", "change_history",
    "public_timestamp", "note", "withdrawn_notice", "withdrawn_at", "links", "organisations", "link", "total",
    "start", "attachments", "content_type", "document_type", "items",
]  # fmt: skip
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.floats(), st.text(max_size=12),
    st.sampled_from(["2026-06-18 16:25:04", "1781771108000", "/a.html", "http://[x", "<a href='/b'>b</a>", "%uD83D",
                     "\ud800", "<p>x", "../" * 40, "gone", "https://e.org/d/C1-1.json?x", "0", "{id}"]),
)  # fmt: skip
TREES = st.recursive(
    VALUES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(WORDS), inner, min_size=1, max_size=7)
    ),
    max_leaves=40,
)
URLS = {
    "gkmlpt": "http://e.gov.cn/gkmlpt/api/all/0?page=1&sid=9",
    "json_list": "https://e.org/api?paramJson=%7B%22pageNo%22%3A1%7D&page=1",
    "federal_register": "https://e.org/api/v1/documents.json?page=1",
    "govuk": "https://e.gov.uk/api/search.json?start=0",
}


def receive(tree: object, url: str) -> Fetched:
    request = Request(url=url, purpose=Purpose.LISTING)
    now = datetime(2026, 6, 20, 1, tzinfo=UTC)
    body = json.dumps(tree).encode()
    return Fetched(request=request, url=url, status=200, headers=(), body=body, sha256="", fetched_at=now)


@contextmanager
def complaint_about(url: str) -> Iterator[None]:
    """Lets a ``ParseError`` pass that names the address."""
    try:
        yield
    except ParseError as error:
        if url not in str(error):
            raise


def assert_storable(listing: Listing) -> None:
    assert len(listing.entries) <= 2_000
    for entry in listing.entries:
        assert entry.url or entry.title
        texts = (entry.url, entry.title, entry.id, entry.summary, entry.body, entry.publisher)
        "".join(texts).encode()


@pytest.mark.parametrize("name", URLS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tree=TREES)
def test_json_of_any_shape_yields_a_listing_or_a_parse_error(name: str, tree: object):
    kind, url = find_kind(name), URLS[name]
    source = Source(id="s", kind=name, url=url, timezone="Asia/Shanghai", options=kind.Options())
    with complaint_about(url):
        assert_storable(kind.parse_listing(source, receive(tree, url)))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tree=TREES, url=st.sampled_from(list(URLS.values())))
def test_probing_json_of_any_shape_yields_a_proposal_or_a_parse_error(tree: object, url: str):
    with complaint_about(url):
        assert probe(receive(tree, url)).url == url
