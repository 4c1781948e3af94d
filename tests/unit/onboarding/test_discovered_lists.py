"""What an address turns out to list, where the list is only found by way of another page."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.bootstrap import FixedClock
from crawler.fetcher.replay import ReplayFetcher, record_response
from crawler.model import FetchPolicy
from crawler.onboarding.discover import Discovery, Unreadable, discover

GOLDEN = Path(__file__).parents[2] / "golden"
NOW = datetime(2026, 6, 20, 1, tzinfo=UTC)
INDEX = "http://www.qinghu.example.gov.cn/gkmlpt/index"
LIST = "http://www.qinghu.example.gov.cn/gkmlpt/api/all/0?page=1&sid=990017"


def found_at(url: str, recorded: dict[str, str]) -> Discovery:
    bodies = {each: next((GOLDEN / case).glob("response.*")).read_bytes() for each, case in recorded.items()}
    answers = {each: record_response(each, body, fetched_at=NOW) for each, body in bodies.items()}
    return asyncio.run(discover(url, ReplayFetcher(answers, clock=FixedClock(NOW)), FetchPolicy()))


def test_a_tree_is_proposed_with_the_documents_behind_its_index():
    found = found_at(INDEX, {INDEX: "gkmlpt/index-of-a-tree", LIST: "gkmlpt/list-of-documents"})
    assert (found.probed.kind, found.probed.url, found.listed) == ("gkmlpt", INDEX, 4)
    assert [entry.title for entry in found.probed.entries][:1] == ["青湖区节水灌溉补助办法"]


def test_a_tree_whose_list_cannot_be_had_is_not_proposed():
    with pytest.raises(Unreadable, match="api/all/0"):
        found_at(INDEX, {INDEX: "gkmlpt/index-of-a-tree"})
