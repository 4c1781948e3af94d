"""Lists of addresses as people and page watchers keep them."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.errors import UsageError
from crawler.onboarding.candidates import MOST
from crawler.onboarding.watchlists import read_changedetection, read_lines, read_urlwatch

ECONOMY, PORTS = "0a9d2c7e-1111-4222-8333-444455556666", "0a9d2c7e-1111-4222-8333-444455557777"
BACKUP = {
    "watching": {
        "4c1f": {"url": "https://a.org/", "title": "A", "tags": [ECONOMY, PORTS], "paused": True, "headers": {}},
        "4c2f": {"url": "source:https://b.org/x", "title": None, "page_title": "B", "tag": "old, older"},
        "4c3f": {"url": "https://c.org/", "include_filters": ["#main"], "tags": []},
    },
    "settings": {"application": {"tags": {ECONOMY: {"title": "Economy", "uuid": ECONOMY}}}},
}
JOBS = """\
# my jobs
name: "Fees of the \\"port\\" \\u00e9"   # a comment
url: https://a.org/fees#table  # the table
filter:
- css: .fees
- html2text:
    method: pyhtml2text
---
kind: url
name: 'It''s the council'
url: 'https://b.org/'
tags: [port, "north quay"]
---
name: >-
  Drawn by
  scripts
navigate: https://c.org/
enabled: false
tags:
  - one
  - 'two'   # too
---
name: disk
command: df -h
---

# nothing here
"""


def test_a_line_is_an_address_with_a_title_or_without():
    found = read_lines("# mine\n\nhttps://a.org/  Port 広報\r\n  https://b.org/ # later\nnews\n").candidates
    assert [(each.url, each.title, each.place) for each in found] == [
        ("https://a.org/", "Port 広報", "line 3 (Port 広報)"),
        ("https://b.org/", "", "line 4"),
        ("news", "", "line 5"),
    ]
    assert {(each.kind, each.enabled, each.tags) for each in found} == {("", True, ())}


def test_a_backup_of_changedetection_names_tags_by_uuid_and_pauses_watches():
    intake = read_changedetection(json.dumps(BACKUP))
    assert [(each.url, each.title, each.tags, each.enabled) for each in intake.candidates] == [
        ("https://a.org/", "A", ("Economy",), False),
        ("https://b.org/x", "B", ("old", "older"), True),
        ("https://c.org/", "", (), True),
    ]
    (note,) = intake.notes
    assert "of one watch were not taken over" in note


@pytest.mark.parametrize("shape", [list, lambda watches: dict(enumerate(watches))])
def test_what_its_api_lists_is_read_as_well(shape):
    watches = [{"url": "https://a.org/", "title": "A", "paused": False}, {"url": "https://b.org/"}]
    found = read_changedetection(json.dumps(shape(watches))).candidates
    assert [(each.url, each.title, each.place) for each in found] == [
        ("https://a.org/", "A", "watch 1 (A)"),
        ("https://b.org/", "", "watch 2"),
    ]


def test_the_jobs_of_urlwatch_are_read_without_their_filters():
    intake = read_urlwatch(JOBS)
    assert [(each.url, each.title, each.tags, each.enabled) for each in intake.candidates] == [
        ("https://a.org/fees#table", 'Fees of the "port" é', (), True),
        ("https://b.org/", "It's the council", ("port", "north quay"), True),
        ("https://c.org/", "Drawn by scripts", ("one", "two"), False),
        ("", "disk", (), True),
    ]
    assert intake.candidates[-1].problem == "runs a command, and has no address"
    assert intake.candidates[1].place == "job at line 9 (It's the council)"
    (note,) = intake.notes
    assert "2 jobs" in note


@pytest.mark.parametrize(
    ("reader", "text", "said"),
    [
        (read_changedetection, '{"version": "https://jsonfeed.org/version/1.1", "items": []}', "another sort"),
        (read_changedetection, '["https://a.org/"]', "another sort"),
        (read_changedetection, "[" * 100_000, "no JSON"),
        (read_changedetection, '{"url":', "no JSON"),
        (read_changedetection, json.dumps([{"url": "https://a.org/"}] * (MOST + 1)), "more than 20,000"),
        (read_lines, "https://a.org/\n" * (MOST + 1), "more than 20,000"),
        (read_urlwatch, "url: https://a.org/\n---\n" * (MOST + 1), "more than 20,000"),
    ],
)
def test_what_is_another_thing_or_too_much_is_refused(reader, text, said):
    with pytest.raises(UsageError, match=said):
        reader(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.sampled_from(["https://a.org/", ECONOMY]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["url", "tags", "tag", "title", "watching", "settings", "x"]), inner, max_size=4
        )
    ),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(JSON)
def test_no_json_makes_another_error_than_that_it_is_none(data):
    with suppress(UsageError):
        read_changedetection(json.dumps(data))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(["url:", "name: ", "- ", "'", '"', "\\u12", " #", "|", "\n", "  ", "---\n", "tags: [", "é"])
    )
    .map("".join)
    .filter(bool)
)
def test_no_text_breaks_the_readers_of_lines(text):
    jobs = read_urlwatch(text).candidates
    assert len(jobs) <= text.count("\n") + 1
    assert len(read_lines(text).candidates) <= text.count("\n") + 1
