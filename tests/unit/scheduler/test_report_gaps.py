from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from crawler.model import IncidentReason, IncidentState, SourceState
from crawler.scheduler.reports import find_gap, is_checked
from tests.notices import make_incident

UNTIL = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
SINCE = UNTIL - timedelta(days=7)
HOUR = timedelta(hours=1)
WELL = SourceState(
    source_id="zq-news", baselined_at=SINCE, checked_at=UNTIL - HOUR, well_at=UNTIL - HOUR, due_at=UNTIL + HOUR
)


def gap(state, trouble=None):
    return find_gap("zq-news", state, trouble, SINCE, UNTIL)


def test_a_source_that_was_read_has_no_gap():
    assert gap(WELL) is None
    assert is_checked(WELL, SINCE)


def test_a_source_that_fails_says_why_and_since_when():
    found = gap(replace(WELL, failures=2, reason="412, challenge page", well_at=SINCE - HOUR))
    assert (found.sort, found.reason, found.since_at) == ("failing", "412, challenge page", SINCE - HOUR)
    assert not is_checked(replace(WELL, well_at=SINCE - HOUR), SINCE)


def test_a_source_never_read_is_a_gap_and_not_checked():
    assert gap(None).sort == "unread"
    assert gap(SourceState(source_id="zq-news", checked_at=UNTIL, reason="503")).reason == "503"
    assert not is_checked(None, SINCE)


def test_a_source_that_was_due_and_not_visited_is_a_gap():
    forgotten = replace(WELL, checked_at=SINCE - HOUR, well_at=SINCE - HOUR, due_at=SINCE)
    assert (gap(forgotten).sort, gap(forgotten).since_at) == ("unchecked", SINCE - HOUR)


def test_a_source_that_was_not_due_yet_has_no_gap():
    assert gap(replace(WELL, checked_at=SINCE - HOUR, due_at=UNTIL + HOUR)) is None


def test_trouble_that_ended_is_still_a_gap():
    trouble = make_incident(IncidentReason.GAP, opened_at=SINCE + HOUR, detected_at=SINCE + HOUR)
    assert (gap(WELL, trouble).sort, gap(WELL, trouble).until_at) == ("trouble", None)
    over = replace(trouble, state=IncidentState.CLOSED, detected_at=SINCE + 2 * HOUR)
    found = gap(WELL, over)
    assert (found.sort, found.reason, found.until_at) == ("mended", "gap", SINCE + 2 * HOUR)
