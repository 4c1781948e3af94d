"""Articles that get another address, are edited on the way, or come back to the address they once had."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.crawling import Watch, told
from tests.newsroom import source_block, write_config

DAY = timedelta(days=1)
PAGE = """<!doctype html><html lang="en"><head><title>Notice on the {slug} works - Harbour Office</title></head><body>
<main><article><h1>Notice on the {slug} works</h1><p>5 March 2026</p><p>The Harbour Office announces that the {slug}
works begin on 14 April 2026. The fee for a permit is {fee} euros.</p><p>During the {slug} works 3 of the 7 berths
remain open. Vessels shall report to the master on arrival.</p></article></main></body></html>"""
NAMES = ("quay", "lock", "crane", "bridge", "ferry")


class Desk:
    """A list whose posts may stand at any address."""

    def __init__(self, site) -> None:
        self.site = site
        self.addresses = {name: f"/news/{name}.html" for name in NAMES}
        for name, path in self.addresses.items():
            site.route(path, body=PAGE.format(slug=name, fee=120), etag=True)

    def show(self) -> None:
        links = "".join(
            f'<li><a href="{path}">Notice on the {name} works</a> <i>2026-03-0{9 - number}</i></li>'
            for number, (name, path) in enumerate(self.addresses.items())
        )
        self.site.route("/news/", body=f"<html><body><ul class='list'>{links}</ul></body></html>")

    def move(self, name: str, path: str, *, status: int, fee: int = 120) -> None:
        old, self.addresses[name] = self.addresses[name], path
        self.site.route(path, body=PAGE.format(slug=name, fee=fee), etag=True)
        if status == 404:
            self.site.route(old, body="<h1>Not found</h1>", status=404)
        else:
            self.site.redirect(old, path, status=status)
        self.show()


@pytest.fixture
def desk(site):
    desk = Desk(site)
    desk.show()
    return desk


@pytest.fixture
def watch(tmp_path, site, desk):
    watch = Watch(write_config(tmp_path, site, source_block("desk", site.url("/news/"), "html_list")))
    watch.crawl()
    return watch


@pytest.mark.parametrize("status", [404, 301])
def test_an_article_that_moves_back_has_moved_and_is_not_gone(watch, desk, status):
    title = "Notice on the crane works"
    desk.move("crane", "/2026/crane.html", status=status)
    assert told(watch.crawl(after=DAY)) == [("moved", title)]

    desk.move("crane", "/news/crane.html", status=status)

    assert told(watch.crawl(after=DAY)) == [("moved", title)]
    assert [told(watch.crawl(after=DAY)) for _ in range(4)] == [[], [], [], []]
    known, _ = watch.articles()["crane"]
    assert known.url.endswith("/news/crane.html")


def test_an_article_listed_under_two_addresses_in_turn_has_not_moved(watch, desk, site):
    desk.move("crane", "/2026/crane.html", status=404)
    watch.crawl(after=DAY)
    site.route("/news/crane.html", body=PAGE.format(slug="crane", fee=120), etag=True)
    heard = []
    for number in range(4):
        desk.addresses["crane"] = "/news/crane.html" if number % 2 else "/2026/crane.html"
        desk.show()
        heard += told(watch.crawl(after=DAY))

    assert heard == []


def test_an_article_that_is_edited_as_it_moves_is_one_edit_where_the_old_address_leads_to_the_new_one(watch, desk):
    desk.move("crane", "/2026/crane.html", status=301, fee=150)

    heard = [each for _ in range(3) for each in told(watch.crawl(after=DAY))]

    assert heard == [("edited", "Notice on the crane works")]
    assert set(watch.changes()[-1].fields) == {"body", "url"}
    assert len(watch.articles()) == len(NAMES)
