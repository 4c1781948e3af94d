"""Well-formed JSON of any shape, in the words of the known interfaces: a listing, or ``ParseError``."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.model import Source
from crawler.parser.kinds import find_kind
from crawler.parser.probe import probe
from tests.kindfuzz import assert_storable, complaint_about, receive

WORDS = [
    "articles", "title", "url", "post_url", "id", "created_at", "create_time", "is_expired", "attachment", "post_count",
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


@pytest.mark.parametrize("name", URLS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tree=TREES)
def test_json_of_any_shape_yields_a_listing_or_a_parse_error(name: str, tree: object):
    kind, url = find_kind(name), URLS[name]
    source = Source(id="s", kind=name, url=url, timezone="Asia/Shanghai", options=kind.Options())
    with complaint_about(url):
        assert_storable(kind.parse_listing(source, receive(json.dumps(tree).encode(), url)))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tree=TREES, url=st.sampled_from(list(URLS.values())))
def test_probing_json_of_any_shape_yields_a_proposal_or_a_parse_error(tree: object, url: str):
    with complaint_about(url):
        assert probe(receive(json.dumps(tree).encode(), url)).url == url
