"""Trouble that lasts is called to mind on a long schedule, through the outbox, and only to whoever hears of trouble."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.crawling import Watch
from tests.newsroom import Newsroom, source_block, write_config

HEARD = """
[[channel]]
name = "operator"
kind = "file"
path = "operator.jsonl"

[[channel]]
name = "reader"
kind = "file"
path = "reader.jsonl"

[[subscription]]
name = "trouble"
channel = "operator"
sources = ["*"]
changes = []
incidents = true

[[subscription]]
name = "news"
channel = "reader"
sources = ["*"]
"""
DAY = timedelta(days=1)


@pytest.fixture
def watch(tmp_path, site, room):
    watch = Watch(write_config(tmp_path, site, source_block("harbour", room.feed), more=HEARD))
    watch.crawl()
    return watch


@pytest.fixture
def room(site):
    room = Newsroom(site)
    room.publish_many(3)
    return room


def read(watch: Watch, name: str) -> list[dict]:
    path = watch.folder / f"{name}.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [record for record in map(json.loads, lines) if record.get("kind") == "incident"]


def test_trouble_is_told_when_it_opens_after_a_day_a_week_and_a_month_and_when_it_is_over(watch, room):
    room.break_feed()
    for _ in range(2 * 35):
        watch.crawl(after=DAY / 2)
    room.mend_feed()
    watch.crawl(after=DAY / 2)

    told = [(each["state"], each["reminder"]) for each in read(watch, "operator")]

    assert told == [("open", 0), ("open", 1), ("open", 2), ("open", 3), ("closed", 0)]
    assert len({each["id"] for each in read(watch, "operator")}) == 1
    assert read(watch, "reader") == []


def test_what_came_due_while_nobody_checked_is_one_reminder(watch, room):
    room.break_feed()
    for pause in (DAY / 24, DAY / 24, 40 * DAY, DAY / 24):
        watch.crawl(after=pause)

    assert [(each["state"], each["reminder"]) for each in read(watch, "operator")] == [("open", 0), ("open", 3)]


def test_a_reminder_says_since_when(watch, room):
    room.break_feed()
    for pause in (DAY / 24, DAY / 24, DAY):
        report = watch.crawl(after=pause)

    (reminder,) = report.incidents
    assert (reminder.reminder, reminder.detected_at - reminder.opened_at) == (1, DAY)
