"""One story at several sources: told once, and told when one of them corrects it and another does not."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from crawler.model import STEPS, ArticleState, ChangeKind
from tests.crawling import Watch, result_of, told
from tests.newsroom import Newsroom, source_block, write_config

STORY = "River ferry to be renewed"
TEXT = (
    "The county council approved the renewal of the river ferry on 3 March 2026 with 17 votes to 4.",
    "The works cost 2.4 million euros, of which the state pays 60 per cent, and begin on 14 April 2026.",
    "Passengers may use the bridge at Alder meanwhile; the fare for a crossing stays at 3 euros.",
)
DAY = timedelta(days=1)

TOLD = "\n".join(
    f'[[channel]]\nname = "{name}"\nkind = "file"\npath = "{name}.jsonl"\n\n'
    f'[[subscription]]\nname = "{name}"\nchannel = "{name}"\nsources = [{sources}]\n'
    for name, sources in (("all", '"*"'), ("city-only", '"city"'), ("paper-only", '"paper"'))
)


class Press:
    """Three offices that publish what they like, and one watch over all of them."""

    def __init__(self, folder, site, confirm="0s"):
        self.rooms = {name: Newsroom(site, name) for name in ("county", "city", "paper")}
        for name, room in self.rooms.items():
            room.publish(f"{name}-fees")
        blocks = [source_block(name, room.feed) for name, room in self.rooms.items()]
        self.watch = Watch(write_config(folder, site, *blocks, more=TOLD, confirm=confirm))
        self.watch.crawl()
        self.folder = folder

    def publish(self, *names, text=TEXT, title=STORY):
        for name in names:
            self.rooms[name].publish("ferry", title=title, text=text)

    def edit(self, *names, before="2.4 million", after="4.2 million"):
        for name in names:
            self.rooms[name].edit("ferry", before, after)

    def spread(self, *names):
        """The story, first at one office, then at the others."""
        for name in names:
            self.publish(name)
            self.watch.crawl(name)

    def changes(self, *names, after=timedelta(hours=1)):
        """What a crawl of these sources told, baseline left out."""
        return [change for change in self.watch.crawl(*names, after=after).changes if not change.baseline]

    def heard(self, name):
        return heard(self.folder, name)

    def article(self, name):
        """What is known of the story at an office, with its text."""
        with self.watch.store() as store:
            known = store.find_article(self.rooms[name].url("ferry"))
            return known, store.latest_revision(known.id).article


def heard(folder, name):
    """What was delivered to a subscriber: kind and source, in order."""
    path = folder / f"{name}.jsonl"
    records = map(json.loads, path.read_text(encoding="utf-8").splitlines() if path.exists() else ())
    return [(record["kind"], record["source"]) for record in records if record.get("kind") in STEPS]


@pytest.fixture
def press(tmp_path, site):
    return Press(tmp_path, site)


# -- told once -----------------------------------------------------------------------------------------------------


def test_a_story_that_another_source_repeats_is_told_once(press):
    press.publish("county")
    first = press.changes("county")
    press.publish("city")
    second = press.changes("city")

    assert [(each.kind, each.source) for each in first] == [(ChangeKind.NEW, "county")]
    assert second == []
    assert press.heard("all") == [("new", "county")]
    assert press.article("county")[0].carried_at == ("city",)
    assert press.article("city")[0].carried_at == ("county",)


def test_a_story_that_two_sources_bring_in_the_same_crawl_is_told_once(press):
    press.publish("county", "city", "paper")

    (change,) = press.changes()

    assert {change.source, *press.article(change.source)[0].carried_at} == {"county", "city", "paper"}
    assert press.changes() == []


def test_the_copy_is_kept_with_its_own_text_and_bytes(press, site):
    press.publish("county")
    press.changes("county")
    press.publish("city", text=(*TEXT, "Source: County council"))
    press.changes("city")

    known, text = press.article("city")
    with press.watch.store() as store:
        (revision,) = store.revisions(known.id)
    assert known.copy_of == press.article("county")[0].id
    assert text.publisher == "County council"
    assert b"Source: County council" in press.watch.snapshot(revision.evidence.sha256)


def test_a_source_that_only_repeats_others_is_as_alive_as_one_that_is_told(press):
    press.spread("county", "city")

    told, repeating = (result_of(press.watch.reports[at], name).state for at, name in ((1, "county"), (2, "city")))
    assert repeating.newest_at == press.rooms["city"].find("ferry").published == told.newest_at
    assert repeating.pulse.hits == told.pulse.hits > 0


def test_the_copy_is_looked_at_again_on_the_ladder(press, site):
    press.spread("county", "city")
    site.forget()

    press.watch.crawl(after=timedelta(minutes=15), recheck="due")

    assert (site.count("/county/ferry.html"), site.count("/city/ferry.html")) == (1, 1)


def test_who_follows_only_the_second_source_hears_of_it_there(press):
    press.spread("county", "city")

    assert press.heard("city-only") == [("new", "city")]
    assert press.heard("paper-only") == []
    press.watch.crawl()
    assert press.heard("city-only") == [("new", "city")]


def test_another_text_under_the_same_title_is_another_story(press):
    press.publish("county")
    press.changes("county")
    press.publish("city", text=tuple(part.replace("17 votes", "16 votes") for part in TEXT))

    (change,) = press.changes("city")

    assert (change.kind, change.source, change.article.copy_of) == (ChangeKind.NEW, "city", None)


def test_what_only_baselines_have_is_told_when_a_source_brings_it_as_news(tmp_path, site):
    old = Newsroom(site, "county")
    old.publish("ferry", title=STORY, text=TEXT)
    city = Newsroom(site, "city")
    city.publish("fees")
    blocks = [source_block(room.name, room.feed) for room in (old, city)]
    watch = Watch(write_config(tmp_path, site, *blocks))
    watch.crawl()
    city.publish("ferry", title=STORY, text=TEXT)

    (change,) = watch.crawl().changes

    assert (change.kind, change.source, change.article.also_at) == (ChangeKind.NEW, "city", ("county",))
    assert [each.source for each in change.elsewhere] == ["county"]


def test_copies_in_a_baseline_are_recorded_and_told_to_nobody(tmp_path, site):
    rooms = [Newsroom(site, name) for name in ("county", "city")]
    for room in rooms:
        room.publish("ferry", title=STORY, text=TEXT)
    watch = Watch(write_config(tmp_path, site, *(source_block(room.name, room.feed) for room in rooms)))

    report = watch.crawl()

    assert [change.baseline for change in report.changes] == [True, True]
    assert sorted(bool(change.article.copy_of) for change in report.changes) == [False, True]
    assert watch.crawl().changes == []


def test_a_copy_whose_page_could_not_be_read_at_first_joins_the_story_when_it_can(press):
    press.spread("county")
    press.publish("city")
    press.rooms["city"].break_page("ferry", 500)
    assert [change.source for change in press.changes("city")] == ["city"]
    press.rooms["city"].restore("ferry")
    assert press.changes("city") == []

    assert press.article("city")[0].copy_of == press.article("county")[0].id
    press.edit("county")
    assert [(each.source, each.carries) for each in press.changes()[0].elsewhere] == [("city", "before")]


# -- one corrects it, another does not ------------------------------------------------------------------------------


@pytest.mark.parametrize("editor", ["county", "city"])
def test_an_edit_at_one_source_names_it_and_who_still_says_what_was_said(press, editor):
    press.spread("county", "city", "paper")
    press.edit(editor)

    (change,) = press.changes()

    others = {"county", "city", "paper"} - {editor}
    assert (change.kind, change.source, change.article.url) == (
        ChangeKind.EDITED,
        editor,
        press.rooms[editor].url("ferry"),
    )
    assert [(fact.before, fact.after) for fact in change.facts] == [("2.4 million euros", "4.2 million euros")]
    assert {each.source: each.carries for each in change.elsewhere} == dict.fromkeys(others, "before")
    assert set(change.article.also_at) == others


def test_the_edit_is_compared_with_that_copys_own_text(press):
    press.publish("county")
    press.changes("county")
    press.publish("city", text=(*TEXT, "Source: County council"))
    press.changes("city")
    press.edit("city")

    (change,) = press.changes()

    assert "Source: County council" not in "".join(
        hunk.before + hunk.after for hunk in change.diff if hunk.op != "equal"
    )
    assert b"2.4 million" in press.watch.snapshot(change.evidence.before.sha256)
    assert b"4.2 million" in press.watch.snapshot(change.evidence.after.sha256)
    assert change.evidence.after.url == press.rooms["city"].url("ferry")


def test_a_correction_that_the_others_follow_is_told_once(press):
    press.spread("county", "city", "paper")
    press.edit("county")
    assert [change.source for change in press.changes()] == ["county"]
    press.edit("city")
    assert press.changes() == []
    press.edit("paper")
    assert press.changes() == []

    assert [kind for kind, _ in press.heard("all")] == ["new", "edited"]
    assert press.heard("city-only") == [("new", "city"), ("edited", "city")]
    assert press.heard("paper-only") == [("new", "paper"), ("edited", "paper")]
    assert {press.article(name)[0].revision for name in press.rooms} == {2}


def test_a_correction_that_all_make_between_two_checks_is_told_once(press):
    press.spread("county", "city", "paper")
    press.edit("county", "city", "paper")

    (change,) = press.changes()

    assert {each.carries for each in change.elsewhere} == {"before"}
    assert press.changes() == []


def test_an_edit_that_needs_a_second_look_is_told_once_as_well(tmp_path, site):
    press = Press(tmp_path, site, confirm="20s")
    press.spread("county", "city")
    press.edit("county", "city")

    assert len(press.changes()) == 1
    assert press.changes() == []
    assert {press.article(name)[0].revision for name in ("county", "city")} == {2}


def test_a_correction_taken_back_is_told_though_the_others_never_left_the_old_text(press):
    press.spread("county", "city")
    press.edit("county")
    press.changes()
    press.edit("county", before="4.2 million", after="2.4 million")

    (change,) = press.changes()

    assert [(fact.before, fact.after) for fact in change.facts] == [("4.2 million euros", "2.4 million euros")]
    assert [(each.source, each.carries) for each in change.elsewhere] == [("city", "after")]


def test_after_all_have_followed_a_further_correction_is_told_anew(press):
    press.spread("county", "city")
    for editor, follower, before, after in (("county", "city", "2.4", "4.2"), ("city", "county", "4.2", "5.2")):
        press.edit(editor, before=f"{before} million", after=f"{after} million")
        assert [change.source for change in press.changes()] == [editor]
        press.edit(follower, before=f"{before} million", after=f"{after} million")
        assert press.changes() == []


def test_who_follows_and_changes_more_is_told(press):
    press.spread("county", "city")
    press.edit("county")
    press.changes()
    press.edit("city")
    press.edit("city", before="17 votes to 4", after="14 votes to 7")

    (change,) = press.changes()

    assert (change.source, change.elsewhere[0].carries) == ("city", "")
    assert len([fact for fact in change.facts if fact.before]) >= 2


def test_a_removal_is_told_where_it_happens_with_where_the_story_still_stands(press):
    press.spread("county", "city")
    press.rooms["county"].withdraw("ferry")

    changes = [change for _ in range(4) for change in press.changes(after=DAY / 2)]

    assert [(change.kind, change.source) for change in changes] == [(ChangeKind.REMOVED, "county")]
    assert [(each.source, each.state) for each in changes[0].elsewhere] == [("city", ArticleState.PRESENT)]
    assert press.article("city")[0].carried_at == ()


def test_a_copy_of_what_was_removed_is_news(press):
    press.spread("county")
    press.rooms["county"].withdraw("ferry")
    for _ in range(4):
        press.watch.crawl(after=DAY / 2)
    press.publish("paper")

    assert told(press.watch.crawl()) == [("new", STORY)]


# -- the very same page --------------------------------------------------------------------------------------------


def test_who_follows_only_the_second_lister_of_a_page_hears_of_it_and_of_its_edits(tmp_path, site):
    room = Newsroom(site)
    room.publish("fees")
    blocks = (source_block("county", room.feed), source_block("city", room.list, kind="html_list"))
    watch = Watch(write_config(tmp_path, site, *blocks, more=TOLD))
    watch.crawl()
    room.publish("ferry", title=STORY, text=TEXT)
    watch.crawl("county")
    watch.crawl("city")
    room.edit("ferry", "2.4 million", "4.2 million")
    watch.crawl()

    assert heard(tmp_path, "city-only") == [("new", "city"), ("edited", "county")]
    assert heard(tmp_path, "all") == [("new", "county"), ("edited", "county")]
