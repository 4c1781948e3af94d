"""A page that no list of failures knows, and that is nothing like its source's pages, changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crawler.model import Verdict
from tests.crawling import Watch, told
from tests.newsroom import source_block, write_config

STRANGE = (
    "<!doctype html><html><head><title>Harbour services</title></head><body><div id='portal'><h2>Welcome</h2>"
    "<p>Here you find tide tables, berths and the ferry, all in one place, for everybody who works in the port.</p>"
    "<p>Choose a service above; our staff answers calls on weekdays between nine and five.</p></div></body></html>"
)


@pytest.fixture
def watch(tmp_path, site, room):
    room.publish_many(6, name="quay")
    return Watch(write_config(tmp_path, site, source_block("harbour", room.feed), confirm="0s"))


def test_what_pages_have_in_common_is_learned_and_kept(watch):
    watch.crawl()

    with watch.store() as store:
        (known,) = store.source_states(["harbour"])["harbour"].expectation.hosts

    assert known.weight > 5
    assert "meta article:published_time" in dict(known.marks)


def test_a_strange_page_is_unexpected_and_neither_edit_nor_removal(watch, room, site):
    watch.crawl()
    site.route("/news/quay-1.html", STRANGE)

    for _ in range(5):
        assert told(watch.crawl(after=timedelta(days=1))) == []
    known, article = watch.articles()["quay-1"]
    room.restore("quay-1")
    room.edit("quay-1", "120 euros", "150 euros")

    assert (known.state, known.revision, "120 euros" in article.text) == ("present", 1, True)
    assert [kind for kind, _ in told(watch.crawl())] == ["edited"]


def test_a_new_article_whose_page_is_strange_is_told_from_its_listing(watch, room, site):
    watch.crawl()
    room.publish("mole", title="Dredging at the mole")
    site.route("/news/mole.html", STRANGE)

    assert told(watch.crawl()) == [("new", "Dredging at the mole")]
    assert watch.articles()["mole"][1].origin == "listing"
    with watch.store() as store:
        assert store.source_states(["harbour"])["harbour"].verdict is Verdict.OK
