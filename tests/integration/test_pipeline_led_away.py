"""A page that leads to one which only says where to look: gone, unless all pages do, or the list still names it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crawler.model import ArticleState
from crawler.pipeline.check import Recheck
from tests.crawling import Watch, told
from tests.newsroom import Newsroom, source_block, write_config

HALF_A_DAY = timedelta(hours=12)
SIGNPOST = "/about/changes.html"
WORDS = "We have rearranged this website. Please use the menu or the search to find what you are looking for."


@pytest.fixture
def room(site):
    room = Newsroom(site)
    room.publish_many(6)
    site.route(SIGNPOST, f"<html><head><title>Our website has changed</title></head><body><p>{WORDS}</p></body></html>")
    return room


@pytest.fixture
def watch(tmp_path, site, room):
    watch = Watch(write_config(tmp_path, site, source_block("harbour", room.feed)))
    watch.crawl()
    return watch


def lead_away(site, slug: str) -> None:
    site.route(f"/news/{slug}.html", "", status=302, headers={"Location": SIGNPOST})


def half_days(watch, number: int, **request) -> list:
    return [each for _ in range(number) for each in told(watch.crawl(after=HALF_A_DAY, **request))]


def test_a_post_that_leads_to_a_signpost_and_is_listed_no_longer_is_removed(watch, room, site):
    room.withdraw("bridge-2")
    lead_away(site, "bridge-2")

    assert half_days(watch, 4) == [("removed", "Notice on the bridge-2 works")]
    change = next(each for each in watch.changes() if each.kind == "removed")
    assert change.cause == "redirect"
    assert {each.url for each in change.evidence.observations} == {site.url(SIGNPOST)}


def test_a_post_that_the_list_still_names_is_not_removed(watch, site):
    lead_away(site, "bridge-2")

    assert half_days(watch, 5) == []
    assert watch.articles()["bridge-2"][0].state is ArticleState.PRESENT


def test_a_wall_before_all_pages_removes_none_not_even_those_that_left_the_list(watch, room, site):
    room.window = 3
    for post in room.posts:
        lead_away(site, post.slug)

    assert half_days(watch, 5) == []
    assert {known.state for known, _ in watch.articles().values()} == {ArticleState.PRESENT}


def test_where_it_alone_is_due_another_page_is_read_to_tell_a_wall_from_a_removal(watch, room, site):
    half_days(watch, 62, recheck=Recheck.ALL)
    room.withdraw("bridge-2")
    watch.crawl(recheck=Recheck.NONE)
    lead_away(site, "bridge-2")
    watch.crawl("harbour", recheck=Recheck.ALL)
    site.forget()

    kinds = [kind for kind, _ in half_days(watch, 4, recheck=Recheck.DUE)]

    assert kinds == ["removed"]
    pages = [asked.path for asked in site.requests if asked.path.startswith("/news/bridge") or asked.path == SIGNPOST]
    assert len([path for path in pages if path not in ("/news/bridge-2.html", SIGNPOST)]) >= 3
