"""Traps that real sites set: what must not be merged, lost, told wrongly, or told without proof."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crawler.model import ChangeKind
from tests.crawling import Watch, told
from tests.newsroom import Newsroom, source_block, write_config
from tests.siteserver import make_route

RSS = "application/rss+xml; charset=utf-8"


@pytest.fixture
def watch(tmp_path, site, room):
    return Watch(write_config(tmp_path, site, source_block("harbour", room.feed), confirm="20s"))


def serve_feed(site, items: str) -> None:
    body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>news</title>{items}</channel></rss>'
    site.route("/own/feed.xml", body, headers={"content-type": RSS})


def test_an_edit_that_the_feed_announces_is_announced_though_a_second_look_confirms_it(tmp_path, site, room):
    def feed(updated: str) -> None:
        site.route(
            "/own/atom.xml",
            '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>n</title><id>urn:n</id>'
            f"<updated>{updated}</updated><entry><title>Notice on the bridge-1 works</title><id>urn:n:1</id>"
            f'<link href="{room.url("bridge-1")}"/><published>2026-03-01T09:00:00Z</published>'
            f"<updated>{updated}</updated></entry></feed>",
            headers={"content-type": "application/atom+xml"},
        )

    feed("2026-03-01T09:00:00Z")
    watch = Watch(write_config(tmp_path, site, source_block("own", site.url("/own/atom.xml")), confirm="20s"))
    watch.crawl()
    room.edit("bridge-1", "120 euros", "150 euros")
    feed("2026-03-02T12:30:00Z")

    (change,) = watch.crawl().changes

    assert (change.kind, change.silent) == (ChangeKind.EDITED, False)


def test_articles_that_pass_through_one_consent_page_stay_apart(watch, room, site):
    watch.crawl()
    for slug in ("quay", "mole"):
        room.publish(slug)
        site.redirect(f"/news/{slug}.html", "/app.html", status=302)
    site.route("/app.html", "<html><body><h1>Our app</h1><p>Read this notice in our new app, today.</p></body></html>")
    first = told(watch.crawl())
    for slug in ("quay", "mole"):
        room.restore(slug)

    later = told(watch.crawl())

    assert sorted(kind for kind, _ in first) == ["new", "new"]
    assert not [kind for kind, _ in later if kind in ("moved", "removed")]
    assert {"quay", "mole"} <= watch.articles().keys()


def test_a_page_that_redirects_to_the_list_is_no_edit(watch, room, site):
    watch.crawl()
    site.redirect("/news/bridge-2.html", "/news/", status=302)
    site.route(
        "/news/", "<html><head><title>Notices</title></head><body><h1>Notices</h1><p>All of them.</p></body></html>"
    )

    assert told(watch.crawl()) == []


@pytest.mark.parametrize(
    ("listed", "landed"), [("/posts/lock/index.html", "/posts/lock/"), ("/posts/42/lock-works", "/posts/42/")]
)
def test_a_redirect_to_another_spelling_of_the_page_is_the_page(tmp_path, site, room, listed, landed):
    site.redirect(listed, landed, status=302)
    site.route(landed, room._page(room.find("bridge-1")))
    serve_feed(site, f"<item><title>Notice</title><link>{site.url(listed)}</link><guid>g1</guid></item>")
    watch = Watch(write_config(tmp_path, site, source_block("own", site.url("/own/feed.xml"))))

    watch.crawl()

    ((_, article),) = watch.articles().values()
    assert (article.origin, "120 euros" in article.text) == ("page", True)


def test_an_error_page_in_words_nobody_knows_is_no_edit(watch, room, site):
    watch.crawl()
    site.route(
        "/news/bridge-2.html",
        "<html><head><title>Oops</title></head><body><main><h1>Oops</h1><p>Something on our side is being looked at "
        "by people who know about it, and this may take them until the evening or longer.</p></main></body></html>",
    )

    assert [told(watch.crawl()) for _ in range(2)] == [[], []]


def test_what_is_told_from_the_listing_alone_is_proven_by_the_listing(tmp_path, site):
    item = "<item><title>Fees</title><guid>f1</guid><description>The fee is {} euros from April.</description></item>"
    serve_feed(site, item.format(120))
    watch = Watch(write_config(tmp_path, site, source_block("own", site.url("/own/feed.xml"), follow="false")))
    watch.crawl()
    serve_feed(site, item.format(150))

    (change,) = watch.crawl().changes

    assert b"120 euros" in watch.snapshot(change.evidence.before.sha256)
    assert b"150 euros" in watch.snapshot(change.evidence.after.sha256)


def test_a_new_post_whose_page_is_broken_is_proven_by_the_listing(watch, room):
    watch.crawl()
    room.publish("quay")
    room.break_page("quay")

    (change,) = watch.crawl().changes

    assert change.kind is ChangeKind.NEW
    assert b"<item><title>Notice on the quay works" in watch.snapshot(change.evidence.after.sha256)


def test_a_file_that_could_not_be_read_at_first_is_watched_all_the_same(watch, room, site):
    room.publish("quay", file="fees.pdf")
    site.route("/news/files/fees.pdf", "busy", status=503)
    watch.crawl()
    pdf = {"content-type": "application/pdf"}
    site.route("/news/files/fees.pdf", "%PDF-1.4 old", headers=pdf)
    first = told(watch.crawl())
    site.route("/news/files/fees.pdf", "%PDF-1.4 new", headers=pdf)

    assert first == []
    assert told(watch.crawl()) == [("edited", "Notice on the quay works")]


def test_ids_that_number_places_do_not_make_every_post_an_edit(tmp_path, site, room):
    def feed() -> None:
        links = "".join(
            f"<item><title>{post.title}</title><link>{room.url(post.slug)}</link>"
            f'<guid isPermaLink="false">item-{number}</guid></item>'
            for number, post in enumerate(room.posts)
        )
        serve_feed(site, links)

    feed()
    watch = Watch(write_config(tmp_path, site, source_block("own", site.url("/own/feed.xml")), confirm="20s"))
    watch.crawl()
    room.publish("quay")
    feed()

    assert told(watch.crawl()) == [("new", "Notice on the quay works")]


def test_a_feed_that_begins_empty_has_its_baseline_when_it_fills(tmp_path, site, room):
    serve_feed(site, "")
    watch = Watch(write_config(tmp_path, site, source_block("own", site.url("/own/feed.xml"))))
    watch.crawl()
    links = "".join(
        f"<item><title>{post.title}</title><link>{room.url(post.slug)}</link></item>" for post in room.posts
    )
    serve_feed(site, links)

    report = watch.crawl()

    assert [change.baseline for change in report.changes] == [True, True, True]


def test_posts_of_a_source_that_is_switched_off_are_watched_by_the_one_that_lists_them(tmp_path, site, room):
    def config(enabled: str) -> Watch:
        blocks = source_block("old", room.feed, enabled=enabled) + source_block("new", room.list, "html_list")
        return Watch(write_config(tmp_path, site, blocks))

    watch = config("true")
    watch.crawl()
    room.edit("bridge-1", "120 euros", "150 euros")
    later = config("false")
    later.now = watch.now + timedelta(hours=1)

    reports = [told(later.crawl()) for _ in range(2)]

    assert [("edited", "Notice on the bridge-1 works")] in reports


def test_a_page_that_is_never_the_same_twice_is_asked_ever_more_rarely(watch, room, site):
    count = iter(range(1000))
    page = room._page(room.find("bridge-1"))
    site.compute(
        "/news/bridge-1.html",
        lambda _: make_route(page.replace("120 euros", f"120 euros, as {next(count)} people have read so far,")),
    )
    watch.crawl()

    for _ in range(6):
        watch.crawl()

    known = watch.articles()["bridge-1"][0]
    assert known.suspicion.tries >= 6
    assert known.due_at - watch.now > timedelta(minutes=5)


def test_a_dead_list_that_another_source_once_linked_to_is_not_well(tmp_path, site, room):
    column = Newsroom(site, name="policy")
    column.publish("rules")
    site.route(
        "/own/feed.xml",
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>n</title><item><title>Our policy page</title>'
        f"<link>{column.list}</link></item></channel></rss>",
        headers={"content-type": RSS},
    )
    blocks = source_block("home", site.url("/own/feed.xml")) + source_block("policy", column.list, "html_list")
    watch = Watch(write_config(tmp_path, site, blocks))
    watch.crawl()
    site.route("/policy/list/", "<h1>Not found</h1>", status=404)

    report = watch.crawl()

    assert [result.source.id for result in report.failed] == ["policy"]
