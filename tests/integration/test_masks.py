"""What the pages of a source share is left out when one of them is compared, with an account of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.pipeline.result import Recheck
from storage.rows import to_column
from tests.commanding import Gazette
from tests.crawling import NOON, Watch, told
from tests.newsroom import Newsroom, source_block, write_config

LINE = "Tell us what you think of this page."
DAY = timedelta(days=1)


@pytest.fixture
def room(site):
    room = Newsroom(site, window=100)
    room.publish_many(8)
    room.posts[:] = [replace(post, text=(*post.text, LINE)) for post in room.posts]
    return room


@pytest.fixture
def watch(tmp_path, site, room):
    watch = Watch(write_config(tmp_path, site, source_block("harbour", room.feed)))
    watch.crawl()
    return watch


@pytest.fixture
def gazette(watch):
    return Gazette(watch.config, watch.folder)


def drop_line(room: Newsroom, slug: str) -> None:
    post = room.find(slug)
    room.posts[room.posts.index(post)] = replace(post, text=tuple(part for part in post.text if part != LINE))


def test_a_shared_line_that_goes_is_no_edit(watch, room, gazette):
    drop_line(room, "bridge-1")

    report = watch.crawl(after=2 * DAY)

    assert told(report) == []
    assert LINE not in watch.articles()["bridge-1"][1].text
    (shown,) = gazette.run("show", watch.articles()["bridge-2"][0].id, "--masks", "--json").records
    assert [(mask["text"], mask["hidden"]) for mask in shown["masks"]] == [(LINE, 1)]


def test_a_true_edit_beside_a_shared_line_that_goes_is_told_alone(watch, room):
    drop_line(room, "bridge-1")
    room.edit("bridge-1", "120 euros", "150 euros")

    (change,) = watch.crawl(after=2 * DAY).changes

    assert [(fact.before, fact.after) for fact in change.facts] == [("120 euros", "150 euros")]
    assert not any(LINE in hunk.before for hunk in change.diff if hunk.op != "equal")


def test_a_line_that_is_shared_since_today_is_still_compared(watch, room):
    drop_line(room, "bridge-1")

    assert told(watch.crawl(after=timedelta(hours=1))) == [("edited", "Notice on the bridge-1 works")]


def test_a_new_template_is_told_once_and_then_left_out(watch, room):
    added = "Our office thanks all readers of these pages."
    room.posts[:] = [replace(post, text=(*post.text, added)) for post in room.posts[:6]] + room.posts[6:]
    first = watch.crawl(after=2 * DAY)
    last = room.posts[-1]
    room.posts[-1] = replace(last, text=(*last.text, added))

    second = watch.crawl(after=2 * DAY)

    assert [each.reason.value for each in first.incidents if each.state == "open"] == ["redesign"]
    assert (told(first), told(second)) == ([], [])


def test_a_person_sees_which_line_is_left_out_and_why(watch, gazette):
    ran = gazette.run("show", watch.articles()["bridge-1"][0].id, "--masks")

    assert LINE in ran.out.splitlines()[-1]
    assert "shared by 8 articles" in ran.out


def test_a_check_that_reads_nothing_keeps_the_masks(watch, gazette):
    watch.crawl(after=DAY, recheck=Recheck.NONE)

    (shown,) = gazette.run("show", watch.articles()["bridge-1"][0].id, "--masks", "--json").records
    assert [mask["articles"] for mask in shown["masks"]] == [8]


SAYINGS = ("Patience brings roses.", "Still waters run deep.", "Well begun is half done.", "Early birds catch worms.")


def say(room: Newsroom, saying: str) -> None:
    """Every page ends with today's saying."""
    kept = [tuple(part for part in post.text if part not in SAYINGS) for post in room.posts]
    room.posts[:] = [replace(post, text=(*text, saying)) for post, text in zip(room.posts, kept, strict=True)]


def test_a_line_that_is_another_every_day_is_a_new_template_twice_and_then_left_out(watch, room):
    reports = []
    for saying in SAYINGS:
        say(room, saying)
        reports.append(watch.crawl(after=DAY))

    opened = [each for report in reports for each in report.incidents if each.state == "open"]
    assert [told(report) for report in reports] == [[]] * 4
    assert (
        sum(each.reason == "redesign" for each in opened[:2]) == sum(each.reason == "redesign" for each in opened) == 2
    )


def test_a_true_edit_on_the_day_of_another_saying_is_told_alone_though_its_page_alone_is_read(watch, room):
    for saying in SAYINGS[:3]:
        say(room, saying)
        watch.crawl(after=DAY)
    say(room, SAYINGS[3])
    room.edit("bridge-1", "120 euros", "150 euros")
    with watch.store() as store:
        for due_at, which in ((NOON, "LIKE"), (NOON + 999 * DAY, "NOT LIKE")):
            store.database.run(
                f"UPDATE article SET due_at = ? WHERE url {which} '%bridge-1.html'", (to_column(due_at),)
            )

    report = watch.crawl(recheck=Recheck.DUE, after=DAY)

    (change,) = report.changes
    assert [(hunk.before, hunk.after) for hunk in change.diff if hunk.op != "equal"] == [("120", "150")]
