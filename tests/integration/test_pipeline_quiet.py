"""A source that keeps silent for longer than it ever did: told once, and over by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.crawling import NOON, Watch
from tests.newsroom import Newsroom, source_block, write_config

DAY = timedelta(days=1)


def watch_room(tmp_path, site, quiet_after: str) -> tuple[Newsroom, Watch]:
    room = Newsroom(site)
    room.publish_many(12)  # one an hour
    guard = f'[source.guard]\nquiet_after = "{quiet_after}"\n'
    watch = Watch(write_config(tmp_path, site, source_block("harbour", room.feed), guard))
    watch.crawl()
    return room, watch


def reasons(report) -> list[tuple[str, str]]:
    return [(each.reason.value, each.state.value) for result in report.results for each in result.incidents]


@pytest.mark.parametrize(("quiet_after", "days"), [("auto", 6), ("2d", 3)])
def test_silence_is_told_once_and_ends_with_the_next_post(tmp_path, site, quiet_after, days):
    room, watch = watch_room(tmp_path, site, quiet_after)

    assert reasons(watch.crawl(after=timedelta(hours=6))) == []
    assert reasons(watch.crawl(after=days * DAY)) == [("quiet", "open")]
    assert reasons(watch.crawl(after=DAY)) == []
    room.posts[0] = replace(room.publish("lock"), published=watch.now)
    assert reasons(watch.crawl(after=timedelta(hours=1))) == [("quiet", "closed")]


def test_silence_is_never_told_of_a_source_of_which_nobody_wants_to_know(tmp_path, site):
    _, watch = watch_room(tmp_path, site, "never")

    assert reasons(watch.crawl(after=400 * DAY)) == []
    assert watch.now > NOON + 399 * DAY
