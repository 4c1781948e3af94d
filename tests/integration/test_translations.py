"""An article and its translation, found and told: real crawls over two offices that write in different languages."""

from __future__ import annotations

import json
from random import Random

import pytest

from crawler.model import ChangeKind
from tests.commanding import Gazette
from tests.crawling import Watch
from tests.newsroom import Newsroom, source_block, write_config
from tests.world.parallel import draw_story, redraw, write_story

TOLD = (
    '[[channel]]\nname = "out"\nkind = "file"\npath = "told.jsonl"\n\n[[subscription]]\nname = "all"\nchannel = "out"\n'
)
STORY = draw_story(Random(7), 8)


class Offices:
    """A Chinese office and an English one that publishes an hour later, and a watch over both."""

    def __init__(self, folder, site):
        self.rooms = {name: Newsroom(site, name) for name in ("zh", "en")}
        self.rooms["zh"].publish("fees")
        self.rooms["en"].publish_many(2, name="fees")
        blocks = [source_block(name, room.feed) for name, room in self.rooms.items()]
        self.watch = Watch(write_config(folder, site, *blocks, more=TOLD))
        self.folder = folder

    def publish(self, office, *languages, story=STORY, slug="story"):
        """The story at an office, in its own language or in these."""
        articles = [write_story(Random(3), story, language) for language in languages or (office,)]
        text = tuple(block.text for article in articles for block in article.blocks)
        self.rooms[office].publish(slug, title=articles[0].title, text=text)

    def changes(self, *names):
        return {each.source: each for each in self.watch.crawl(*names).changes if not each.baseline}

    def known(self, office, slug="story"):
        with self.watch.store() as store:
            return store.find_article(self.rooms[office].url(slug))


@pytest.fixture
def offices(tmp_path, site):
    offices = Offices(tmp_path, site)
    offices.watch.crawl()
    return offices


def test_a_translation_is_told_with_what_it_translates(offices):
    offices.publish("zh")
    offices.changes()
    offices.publish("en")

    change = offices.changes()["en"]

    assert change.kind is ChangeKind.NEW
    assert change.article.translation_of == offices.known("zh").id
    assert change.article.translation_url == offices.rooms["zh"].url("story")
    assert change.article.translation_title == offices.known("zh").title
    record = json.loads((offices.folder / "told.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert record["article"]["translation_of"] == offices.known("zh").id


def test_both_in_one_crawl_are_linked_and_the_later_one_translates(offices):
    offices.publish("zh")
    offices.publish("en")
    offices.changes()

    assert offices.known("en").translation_of == offices.known("zh").id
    assert offices.known("zh").translation_of == ""


def test_an_original_that_is_met_later_is_told_with_its_translations(offices):
    offices.publish("en")
    offices.changes()
    offices.publish("zh")

    change = offices.changes()["zh"]
    offices.rooms["en"].edit("story", "The", "This")
    later = offices.changes()["en"]

    assert (change.article.translation_of, change.article.translations) == (None, (offices.known("en").id,))
    english = offices.known("en")
    assert [(each.title, each.url) for each in change.article.translated_as] == [(english.title, english.url)]
    assert offices.known("en").translation_of == offices.known("zh").id
    assert (later.kind, later.article.translation_of) == (ChangeKind.EDITED, offices.known("zh").id)


def test_two_posts_of_one_source_in_one_check_are_linked_when_they_are_told(offices):
    offices.publish("zh")
    offices.publish("zh", "en", slug="story-en")

    told = {each.article.language: each.article for each in offices.watch.crawl("zh").changes}

    assert told["en"].translation_of == told["zh"].id
    assert told["en"].translation_url == offices.rooms["zh"].url("story")


def test_posts_of_a_baseline_are_linked(tmp_path, site):
    offices = Offices(tmp_path, site)
    offices.publish("zh")
    offices.publish("en")
    offices.watch.crawl()

    assert offices.known("en").translation_of == offices.known("zh").id


def test_a_page_that_could_not_be_read_at_first_is_linked_when_it_can(offices):
    offices.publish("zh")
    offices.publish("en")
    offices.rooms["en"].break_page("story", 500)
    offices.changes()
    before = offices.known("en").translation_of
    offices.rooms["en"].restore("story")

    assert offices.changes() == {}
    assert (before, offices.known("en").translation_of) == ("", offices.known("zh").id)


def test_a_post_in_two_languages_translates_the_one_in_a_third(offices):
    offices.publish("zh")
    offices.changes()
    offices.publish("en", "en", "ja")

    assert offices.changes()["en"].article.translation_of == offices.known("zh").id


def test_a_third_language_is_linked_to_the_first(offices):
    offices.publish("zh")
    offices.publish("en")
    offices.changes()
    offices.publish("en", "ja", slug="story-ja")
    change = offices.changes()["en"]

    assert change.article.translation_of == offices.known("zh").id
    assert {each.id for each in offices.known("zh").translations} == {offices.known("en").id, change.article.id}


def test_another_report_of_the_same_form_is_not_linked(offices):
    offices.publish("zh")
    offices.changes()
    offices.publish("en", story=redraw(Random(1), STORY, 0.7))

    assert offices.changes()["en"].article.translation_of is None


def test_show_names_the_original_and_the_translation(offices):
    offices.publish("zh")
    offices.publish("en")
    offices.changes()
    gazette = Gazette(offices.watch.config, offices.folder)
    original, translation = (gazette.run("show", offices.rooms[name].url("story")).out for name in ("zh", "en"))
    (record,) = gazette.json("show", offices.rooms["en"].url("story"))

    assert any(line.startswith("  translated as") and "/en/story.html" in line for line in original.splitlines())
    assert any(line.startswith("  translation of") and "/zh/story.html" in line for line in translation.splitlines())
    assert record["translation_of"] == offices.known("zh").id


def test_a_source_that_is_forgotten_leaves_its_translations_to_themselves(offices):
    offices.publish("zh")
    offices.publish("en")
    offices.changes()
    with offices.watch.store() as store:
        store.forget_source("zh")

    assert offices.known("en").translation_of == ""
