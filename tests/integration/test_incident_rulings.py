"""What an operator decides of an incident: published once, or left untold; said before it is done."""

from __future__ import annotations

import pytest

from crawler.model import ArticleState
from tests.commanding import Gazette
from tests.crawling import Watch, told
from tests.newsroom import TO_FILE, Newsroom, source_block, write_config


@pytest.fixture
def room(site):
    room = Newsroom(site, window=100)
    room.publish_many(8)
    return room


@pytest.fixture
def watch(tmp_path, site, room):
    removal = '[source.removal]\nconfirmations = 1\nmin_span = "0s"\n'
    watch = Watch(write_config(tmp_path, site, source_block("harbour", room.feed) + removal, more=TO_FILE))
    watch.crawl()
    return watch


@pytest.fixture
def gazette(watch):
    return Gazette(watch.config, watch.folder)


@pytest.fixture
def mass_edit(watch, room):
    for post in list(room.posts):
        room.edit(post.slug, "120 euros", "150 euros")
    (incident,) = watch.crawl().incidents
    return incident


@pytest.fixture
def mass_removal(watch, room):
    for post in list(room.posts[2:]):
        room.withdraw(post.slug)
    (incident,) = watch.crawl().incidents
    return incident


def edits(watch: Watch) -> list[str]:
    return [each.article.title for each in watch.changes() if each.kind == "edited"]


def promised(watch: Watch) -> int:
    with watch.store() as store:
        ((count,),) = store.database.fetch(
            "SELECT count(*) FROM delivery_event JOIN change ON change.id = event_id WHERE NOT baseline"
        )
    return count


def test_real_publishes_every_change_that_was_held(watch, gazette, mass_edit):
    assert edits(watch) == []

    ran = gazette.run("incidents", "real", mass_edit.id, "--yes")

    assert "holds 8 edited" in ran.out
    assert "writes 8 changes and promises 8 to all" in ran.out
    assert len(edits(watch)) == 8
    assert promised(watch) == 8
    (change, *_) = (each for each in watch.changes() if each.kind == "edited")
    assert [(fact.before, fact.after) for fact in change.facts] == [("120 euros", "150 euros")]
    assert gazette.json("incidents")[0]["ruling"] == "real"


def test_real_twice_publishes_once(watch, gazette, mass_edit):
    gazette.run("incidents", "real", mass_edit.id, "--yes")
    before = watch.changes()

    again = gazette.run("incidents", "real", mass_edit.id, "--yes")

    assert "nothing to do" in again.out
    assert watch.changes() == before
    assert promised(watch) == 8


def test_what_was_published_is_sent(watch, gazette, mass_edit):
    gazette.run("incidents", "real", mass_edit.id, "--yes")
    gazette.run("crawl", "--recheck", "none")

    sent = (watch.folder / "told.jsonl").read_text(encoding="utf-8").splitlines()

    assert sum('"kind":"edited"' in line.replace(" ", "") for line in sent) == 8


def test_nothing_is_done_without_a_word_where_nobody_can_be_asked(watch, gazette, mass_edit):
    ran = gazette.run("incidents", "real", mass_edit.id, code=2)

    assert "holds 8 edited" in ran.out
    assert "--yes" in ran.err
    assert edits(watch) == []
    assert gazette.json("incidents")[0]["ruling"] is None


def test_noise_leaves_a_mass_edit_untold_for_good(watch, gazette, mass_edit):
    ran = gazette.run("incidents", "noise", mass_edit.id, "--yes")
    again = gazette.run("incidents", "noise", mass_edit.id, "--yes")

    assert "leaves 8 articles as they are known today" in ran.out
    assert "nothing to do" in again.out
    assert edits(watch) == []
    assert told(watch.crawl()) == []
    assert "150 euros" in watch.articles()["bridge-1"][1].text


def test_noise_brings_back_what_seemed_to_have_vanished(watch, gazette, mass_removal, room):
    gone = mass_removal.articles[0]
    ran = gazette.run("incidents", "noise", mass_removal.id, "--yes")

    assert "takes 6 articles for present again" in ran.out
    assert {known.state for known, _ in watch.articles().values()} == {ArticleState.PRESENT}
    assert gone.id in {known.id for known, _ in watch.articles().values()}
    assert [each for each in watch.changes() if each.kind == "removed"] == []


def test_articles_that_are_gone_after_all_are_told_again(watch, gazette, mass_removal):
    gazette.run("incidents", "noise", mass_removal.id, "--yes")

    (again,) = (each for each in watch.crawl().incidents if each.state == "open")

    assert again.id != mass_removal.id
    assert len(again.articles) == 6


def test_real_publishes_a_mass_removal(watch, gazette, mass_removal):
    gazette.run("incidents", "real", mass_removal.id, "--yes")

    assert len([each for each in watch.changes() if each.kind == "removed"]) == 6


@pytest.mark.parametrize(("first", "then"), [("real", "noise"), ("noise", "real")])
def test_a_decision_is_not_taken_back(watch, gazette, mass_edit, first, then):
    gazette.run("incidents", first, mass_edit.id, "--yes")

    ran = gazette.run("incidents", then, mass_edit.id, "--yes", code=2)

    assert f"was called {first}" in ran.err


def test_an_incident_that_holds_nothing_cannot_be_decided(watch, gazette, room):
    room.break_feed()
    for _ in range(2):
        watch.crawl()
    (incident,) = (each for each in gazette.json("incidents"))

    ran = gazette.run("incidents", "real", incident["id"], "--yes", code=2)

    assert "holds no change back" in ran.err


def test_an_unknown_incident_is_said_to_be_unknown(watch, gazette):
    assert "there is no incident inc_none" in gazette.run("incidents", "real", "inc_none", "--yes", code=2).err
