"""A story at two sources, as the command shows it."""

from __future__ import annotations

import pytest

from tests.newsroom import Newsroom, source_block
from tests.records import CHANGE, KNOWN, faults_of

TITLE = "River ferry to be renewed"
TEXT = (
    "The county council approved the renewal of the river ferry on 3 March 2026 with 17 votes to 4.",
    "The works cost 2.4 million euros, of which the state pays 60 per cent, and begin on 14 April 2026.",
)


@pytest.fixture
def rooms(site):
    rooms = {name: Newsroom(site, name) for name in ("county", "city")}
    for name, room in rooms.items():
        room.publish(f"{name}-fees")
    return rooms


@pytest.fixture
def carried(configure, rooms):
    """The command after both sources have brought the story, the county first."""
    gazette = configure(*(source_block(name, room.feed) for name, room in rooms.items()))
    gazette.run("crawl")
    for name, room in rooms.items():
        room.publish("ferry", title=TITLE, text=TEXT)
        gazette.run("crawl", name)
    return gazette


def test_a_story_is_listed_once_and_each_source_lists_its_own(carried):
    everything = [each for each in carried.json("articles") if each["title"] == TITLE]
    (own,) = [each for each in carried.json("articles", "--source", "city") if each["title"] == TITLE]

    assert [(each["source"], each["also_at"]) for each in everything] == [("county", ["city"])]
    assert (own["also_at"], own["copy_of"]) == (["county"], everything[0]["id"])
    assert faults_of(KNOWN, own) == []


def test_an_edit_at_one_source_says_where_on_its_line_and_in_its_record(carried, rooms):
    rooms["city"].edit("ferry", "2.4 million", "4.2 million")
    ran = carried.run("crawl", "--recheck", "all")
    (change,) = carried.json("changes", "--kind", "edited")

    assert [line for line in ran.lines if "(only at city; as before at county)" in line]
    assert [(each["source"], each["carries"]) for each in change["elsewhere"]] == [("county", "before")]
    assert (change["source"], change["article"]["url"]) == ("city", rooms["city"].url("ferry"))
    assert faults_of(CHANGE, change) == []


def test_show_names_the_copies_of_a_story_and_what_a_copy_repeats(carried, rooms):
    story = carried.run("show", rooms["county"].url("ferry")).out
    copy = carried.run("show", rooms["city"].url("ferry")).out

    assert rooms["city"].url("ferry") in next(line for line in story.splitlines() if line.startswith("  copy "))
    assert rooms["county"].url("ferry") in next(line for line in copy.splitlines() if line.startswith("  copy of"))
