"""Whole crawls over real HTTP, a real database and real snapshots: what happens to articles, as it is told."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from crawler.model import ArticleState, ChangeKind, IncidentReason, IncidentState
from crawler.pipeline.looks import Depth
from crawler.pipeline.result import Recheck
from crawler.pipeline.window import MOST_LOOKS
from tests.crawling import NOON, Watch, result_of, told
from tests.newsroom import Newsroom, source_block, write_config
from tests.siteserver import make_route

HALF_DAY = timedelta(hours=12)


@pytest.fixture
def watch(tmp_path, site, room):
    return Watch(write_config(tmp_path, site, source_block("harbour", room.feed)))


def test_the_first_crawl_records_a_baseline_with_its_evidence(watch, room):
    report = watch.crawl()

    assert (report.created, report.known, len(report.changes)) == (True, 3, 3)
    assert {change.kind for change in report.changes} == {ChangeKind.NEW}
    assert all(change.baseline for change in report.changes)
    for change in report.changes:
        body = watch.snapshot(change.evidence.after.sha256).decode()
        assert f"<h1>{change.article.title}</h1>" in body


def test_a_second_crawl_of_an_unchanged_site_asks_conditionally_and_tells_nothing(watch, room, site):
    watch.crawl()
    site.forget()

    report = watch.crawl()

    assert (told(report), report.rechecked) == ([], 3)
    assert all("if-none-match" in asked.headers for asked in site.requests)
    assert len(site.requests) == 4


def test_a_new_post_is_told_once(watch, room):
    watch.crawl()
    room.publish("lock")

    assert told(watch.crawl()) == [("new", "Notice on the lock works")]
    assert told(watch.crawl()) == []


def test_a_silent_edit_is_told_with_figures_and_both_bodies(watch, room):
    watch.crawl()
    room.edit("bridge-2", "120 euros", "150 euros")

    (change,) = watch.crawl().changes

    assert (change.kind, change.silent, change.fields) == (ChangeKind.EDITED, True, ("body",))
    assert [(fact.before, fact.after) for fact in change.facts] == [("120 euros", "150 euros")]
    assert b"120 euros" in watch.snapshot(change.evidence.before.sha256)
    assert b"150 euros" in watch.snapshot(change.evidence.after.sha256)


def test_an_announced_edit_is_not_silent(watch, room):
    watch.crawl()
    room.edit("bridge-2", "120 euros", "150 euros", updated=NOON)

    (change,) = watch.crawl().changes

    assert change.silent is False


def test_a_stale_node_that_answers_once_is_no_edit(tmp_path, site, room):
    watch = Watch(write_config(tmp_path, site, source_block("harbour", room.feed), confirm="20s"))
    watch.crawl()
    right = room._page(room.find("bridge-1"))
    bodies = iter([right.replace("120 euros", "90 euros")])
    site.compute("/news/bridge-1.html", lambda _: make_route(next(bodies, right)))

    assert told(watch.crawl()) == []
    assert told(watch.crawl()) == []
    assert watch.articles()["bridge-1"][0].suspicion is None


def test_the_second_look_comes_within_the_same_crawl(tmp_path, site, room):
    watch = Watch(write_config(tmp_path, site, source_block("harbour", room.feed), confirm="20s"))
    watch.crawl()
    room.edit("bridge-1", "120 euros", "150 euros")
    site.forget()

    assert told(watch.crawl()) == [("edited", "Notice on the bridge-1 works")]
    assert site.count("/news/bridge-1.html") == 2
    assert "if-none-match" not in site.last("/news/bridge-1.html").headers


def test_a_file_swapped_under_its_name_is_an_edit(watch, room, site):
    site.route("/news/files/fees.pdf", b"%PDF-1.4 fee 120", content_type="application/pdf", etag=True)
    room.publish("fees", file="fees.pdf")
    watch.crawl()
    site.route("/news/files/fees.pdf", b"%PDF-1.4 fee 150", content_type="application/pdf", etag=True)

    (change,) = watch.crawl().changes

    assert (change.kind, change.fields, change.article.title) == (
        ChangeKind.EDITED,
        ("attachments",),
        "Notice on the fees works",
    )
    assert watch.snapshot(change.evidence.after.sha256) == b"%PDF-1.4 fee 150"
    assert told(watch.crawl()) == []


def test_a_file_that_cannot_be_fetched_for_a_while_is_no_edit(watch, room, site):
    site.route("/news/files/fees.pdf", b"%PDF-1.4 fee 120", content_type="application/pdf")
    room.publish("fees", file="fees.pdf")
    watch.crawl()
    site.route("/news/files/fees.pdf", "<h1>Error</h1>", status=500)

    assert told(watch.crawl()) == []
    site.route("/news/files/fees.pdf", b"%PDF-1.4 fee 120", content_type="application/pdf")
    assert told(watch.crawl()) == []


def test_a_withdrawn_post_is_removed_after_repeated_proof_and_restored_when_it_is_back(watch, room, site):
    watch.crawl()
    post = room.find("bridge-3")
    room.withdraw("bridge-3")

    signs = [told(watch.crawl(after=HALF_DAY)) for _ in range(3)]
    state = watch.articles()["bridge-3"][0].state
    room.posts.append(post)
    room.restore("bridge-3")
    back = told(watch.crawl(after=HALF_DAY))

    assert signs == [[], [], [("removed", post.title)]]
    assert state is ArticleState.REMOVED
    assert back == [("restored", post.title)]
    removed = next(change for change in watch.changes() if change.kind is ChangeKind.REMOVED)
    assert [each.status for each in removed.evidence.observations] == [404, 404, 404]


def test_a_post_that_is_missing_from_the_midst_of_a_list_is_looked_for_at_once(watch, room, site):
    room.publish_many(9)
    watch.crawl()
    for _ in range(4):  # all steps of the ladder up to twelve hours are behind it
        watch.crawl(after=timedelta(hours=5))
    room.withdraw("bridge-4")
    site.forget()

    watch.crawl(after=timedelta(minutes=30), recheck=Recheck.DUE)

    assert [asked.path for asked in site.requests] == ["/news/feed.xml", "/news/bridge-4.html"]
    assert watch.articles()["bridge-4"][0].state is ArticleState.MISSING


def test_a_post_that_left_the_list_but_has_its_page_is_looked_for_once_and_nothing_is_told(watch, room, site):
    room.publish_many(9)
    watch.crawl()
    for _ in range(4):
        watch.crawl(after=timedelta(hours=5))
    room.posts.remove(room.find("bridge-4"))
    site.route("/news/bridge-4.html", "<h1>Notice on the bridge-4 works</h1>", status=304)
    site.forget()

    reports = [watch.crawl(after=timedelta(minutes=30), recheck=Recheck.DUE) for _ in range(3)]

    assert [told(report) for report in reports] == [[], [], []]
    assert [asked.path for asked in site.requests].count("/news/bridge-4.html") == 1


def test_a_removed_post_that_is_listed_again_is_restored_in_that_very_check(watch, room):
    watch.crawl()
    post = room.find("bridge-3")
    room.withdraw("bridge-3")
    for _ in range(3):
        watch.crawl(after=HALF_DAY)
    watch.crawl(after=timedelta(days=4))
    room.posts.append(post)
    room.restore("bridge-3")

    assert told(watch.crawl(after=timedelta(minutes=30), recheck=Recheck.DUE)) == [("restored", post.title)]


def test_the_first_sign_that_a_post_is_gone_is_told_once_to_whoever_asks_for_it(tmp_path, site, room):
    readers = (
        '[[channel]]\nname = "log"\nkind = "file"\npath = "told.jsonl"\n'
        '[[subscription]]\nname = "early"\nchannel = "log"\nchanges = ["missing"]\n'
        '[[subscription]]\nname = "proven"\nchannel = "log"\n'
    )
    watch = Watch(write_config(tmp_path, site, source_block("harbour", room.feed), readers))
    watch.crawl()
    post = room.find("bridge-3")
    room.withdraw("bridge-3")
    for _ in range(2):
        watch.crawl(after=HALF_DAY)
    room.posts.append(post)
    room.restore("bridge-3")
    watch.crawl(after=HALF_DAY)
    room.withdraw("bridge-3")
    for _ in range(3):
        watch.crawl(after=HALF_DAY)

    records = [json.loads(line) for line in (tmp_path / "told.jsonl").read_text().splitlines()]
    assert [record["kind"] for record in records] == ["missing", "missing", "removed"]
    assert len({record["id"] for record in records}) == 3
    assert records[0]["evidence"]["after"]["status"] == 404
    assert [change.kind.value for change in watch.changes() if not change.baseline] == ["removed"]


def test_posts_that_vanish_together_are_no_signs_of_single_ones(tmp_path, site, room):
    room.publish_many(6, name="lock")
    readers = (
        '[[channel]]\nname = "log"\nkind = "file"\npath = "told.jsonl"\n'
        '[[subscription]]\nname = "early"\nchannel = "log"\nchanges = ["missing"]\n'
    )
    watch = Watch(write_config(tmp_path, site, source_block("harbour", room.feed), readers))
    watch.crawl()
    for number in range(1, 7):
        room.break_page(f"lock-{number}")
    watch.crawl(after=HALF_DAY)

    assert not (tmp_path / "told.jsonl").exists()


def test_leaving_the_window_of_a_feed_is_nothing(watch, room):
    watch.crawl()
    room.window = 1
    room.publish("lock")

    kinds = [told(watch.crawl(after=HALF_DAY)) for _ in range(4)]

    assert kinds == [[("new", "Notice on the lock works")], [], [], []]


def test_pages_that_vanish_while_the_source_is_down_are_not_removed(watch, room):
    watch.crawl()
    room.break_page("bridge-1")
    room.break_feed()

    reports = [watch.crawl(after=HALF_DAY) for _ in range(5)]

    assert [told(report) for report in reports] == [[]] * 5
    assert watch.articles()["bridge-1"][0].state is ArticleState.PRESENT


def test_an_outage_is_one_incident_that_closes_by_itself(watch, room):
    watch.crawl()
    room.break_feed()
    reports = [watch.crawl() for _ in range(4)]
    room.mend_feed()
    room.publish("lock")
    well = watch.crawl()

    tellings = [(each.reason, each.state) for report in (*reports, well) for each in report.incidents]
    assert tellings == [
        (IncidentReason.UNREACHABLE, IncidentState.OPEN),
        (IncidentReason.UNREACHABLE, IncidentState.CLOSED),
    ]
    assert [len(report.failed) for report in reports] == [1] * 4
    assert told(well) == [("new", "Notice on the lock works")]


def test_a_challenge_page_concludes_nothing(watch, room, site):
    watch.crawl()
    challenge = "<html><head><script src='/a.js'></script></head><body><noscript>enable JavaScript</noscript></body>"
    room.break_feed(412, challenge)
    for slug in ("bridge-1", "bridge-2"):
        room.break_page(slug, 412, challenge)

    assert told(watch.crawl()) == []
    room.mend_feed()
    for _ in range(4):
        assert told(watch.crawl(after=HALF_DAY)) == []
    assert {known.state for known, _ in watch.articles().values()} == {ArticleState.PRESENT}


def test_a_full_listing_that_comes_back_empty_is_a_fault(watch, room):
    watch.crawl()
    room.posts.clear()

    first, second = watch.crawl(), watch.crawl()

    assert [len(report.failed) for report in (first, second)] == [1, 1]
    assert [incident.reason for incident in second.incidents] == [IncidentReason.EMPTY_LISTING]
    assert watch.reports[-1].known == 3


def test_a_mass_edit_is_one_incident(watch, room):
    room.publish_many(5, name="quay")
    watch.crawl()
    for post in list(room.posts):
        room.edit(post.slug, "120 euros", "150 euros")

    report, calm = watch.crawl(), watch.crawl()

    assert told(report) == told(calm) == []
    assert [(each.reason, each.count) for each in report.incidents] == [(IncidentReason.MASS_EDIT, 8)]
    assert [each.state for each in calm.incidents] == [IncidentState.CLOSED]
    assert {known.revision for known, _ in watch.articles().values()} == {2}


def test_the_same_post_at_two_sources_is_one_article(tmp_path, site, room):
    blocks = (source_block("harbour", room.feed), source_block("city", room.list, kind="html_list"))
    watch = Watch(write_config(tmp_path, site, *blocks))
    watch.crawl()
    room.publish("lock")
    report = watch.crawl()

    assert watch.reports[-1].known == 4
    assert len(told(report)) == 1
    owners = {known.source_id for known, _ in watch.articles().values()}
    others = {other for known, _ in watch.articles().values() for other in known.also_at}
    assert owners | others == {"harbour", "city"}


def test_the_same_guid_at_a_new_address_is_moved_and_followed_there(watch, room, site):
    watch.crawl()
    page = room._page(room.find("bridge-2"))
    site.route("/archive/bridge-2.html", page, etag=True)
    room.break_page("bridge-2")
    feed = room._feed().body.decode().replace("/news/bridge-2.html", "/archive/bridge-2.html")
    site.route("/news/feed.xml", feed, content_type="application/rss+xml")

    report = watch.crawl()
    later = [told(watch.crawl(after=HALF_DAY)) for _ in range(4)]

    assert told(report) == [("moved", "Notice on the bridge-2 works")]
    assert report.changes[0].article.url == site.url("/archive/bridge-2.html")
    assert later == [[]] * 4


def test_a_post_edited_and_moved_at_once_is_told_as_edited_and_never_as_removed(watch, room, site):
    watch.crawl()
    room.edit("bridge-2", "120 euros", "150 euros")
    site.route("/archive/bridge-2.html", room._page(room.find("bridge-2")), etag=True)
    room.break_page("bridge-2")
    feed = room._feed().body.decode().replace("/news/bridge-2.html", "/archive/bridge-2.html")
    site.route("/news/feed.xml", feed, content_type="application/rss+xml")

    kinds = [told(watch.crawl(after=HALF_DAY)) for _ in range(5)]

    assert kinds == [[("edited", "Notice on the bridge-2 works")], [], [], [], []]
    assert watch.articles()["bridge-2"][0].url == site.url("/archive/bridge-2.html")


def test_a_permanent_redirect_is_moved(watch, room, site):
    watch.crawl()
    site.route("/archive/bridge-2.html", room._page(room.find("bridge-2")))
    site.redirect("/news/bridge-2.html", "/archive/bridge-2.html", status=301)

    assert told(watch.crawl()) == [("moved", "Notice on the bridge-2 works")]
    assert told(watch.crawl()) == []


def test_a_redirect_to_the_home_page_is_neither_an_edit_nor_a_move(watch, room, site):
    site.route("/", "<html><title>Harbour Office</title><body><h1>Welcome</h1><p>Harbour Office.</p></body></html>")
    watch.crawl()
    site.redirect("/news/bridge-2.html", "/", status=301)

    assert told(watch.crawl()) == []
    assert watch.articles()["bridge-2"][1].title == "Notice on the bridge-2 works"


def test_a_listing_whose_text_is_the_article_needs_no_pages(tmp_path, site):
    feed = (
        '<rss version="2.0"><channel><title>Short news</title><item><title>Ferry</title><guid>f1</guid>'
        "<link>{0}</link><description>The ferry leaves at {1}.</description></item></channel></rss>"
    )
    page = site.url("/ferry.html")
    site.route("/short.xml", feed.format(page, "9:30"), content_type="application/rss+xml")
    watch = Watch(write_config(tmp_path, site, source_block("short", site.url("/short.xml"), follow="false")))
    watch.crawl()
    site.route("/short.xml", feed.format(page, "8:30"), content_type="application/rss+xml")

    report = watch.crawl()

    assert told(report) == [("edited", "Ferry")]
    assert site.count("/ferry.html") == 0


def test_what_is_due_follows_the_ladder_and_nothing_else_is_asked(watch, room, site):
    watch.crawl()
    site.forget()

    soon = watch.crawl(after=timedelta(minutes=5), recheck=Recheck.DUE)
    later = watch.crawl(after=timedelta(minutes=6), recheck=Recheck.DUE)
    never = watch.crawl(after=timedelta(days=2), recheck=Recheck.NONE)

    assert [report.rechecked for report in (soon, later, never)] == [0, 3, 0]


def test_going_back_through_the_pages_of_a_list_is_baseline_and_then_ordinary(tmp_path, site):
    room = Newsroom(site, per_page=4)
    room.publish_many(12)
    watch = Watch(write_config(tmp_path, site, source_block("harbour", room.list, kind="html_list")))
    watch.crawl()

    deeper = watch.crawl(depth=Depth(pages=2))
    deepest = watch.crawl(depth=Depth())
    calm = watch.crawl()

    assert [report.known for report in watch.reports] == [4, 8, 12, 12]
    assert all(change.baseline for report in (deeper, deepest) for change in report.changes)
    assert told(calm) == []
    assert calm.incidents == []


def test_going_back_stops_at_the_day_that_was_named(tmp_path, site):
    room = Newsroom(site, per_page=4)
    room.publish_many(60)
    watch = Watch(write_config(tmp_path, site, source_block("harbour", room.list, kind="html_list")))

    watch.crawl(depth=Depth(since=room.find("bridge-30").published.replace(hour=0)))

    assert 30 < watch.reports[-1].known < 60


def test_a_source_that_changes_its_address_begins_again_without_telling(watch, room, site, tmp_path):
    watch.crawl()
    other = Newsroom(site, name="bulletins")
    other.publish_many(3, name="pier")
    write_config(tmp_path, site, source_block("harbour", other.feed))

    report = watch.crawl()

    assert told(report) == []
    assert [change.baseline for change in report.changes] == [True] * 3


def test_a_failing_source_does_not_hold_up_the_others(tmp_path, site, room):
    blocks = (
        source_block("gone", site.url("/nothing.xml")),
        source_block("down", "http://127.0.0.1:9/feed.xml", fetch='{ private_hosts = ["127.0.0.1"] }'),
        source_block("harbour", room.feed),
    )
    watch = Watch(write_config(tmp_path, site, *blocks))

    report = watch.crawl()

    assert [result.source.id for result in report.failed] == ["gone", "down"]
    assert result_of(report, "harbour").is_well
    assert report.known == 3


def test_more_posts_taken_out_than_are_looked_for_at_once_are_looked_for_at_the_next_checks(tmp_path, site):
    room = Newsroom(site, window=400)
    room.publish("oldest")
    taken = room.publish_many(MOST_LOOKS + 20, name="taken")
    room.publish_many(2 * len(taken), name="kept")
    watch = Watch(write_config(tmp_path, site, source_block("harbour", room.feed)))
    for _ in range(2):
        watch.crawl(after=timedelta(days=13))
    for slug in taken:  # the list names them no more, and their pages are still there
        post = room.find(slug)
        site.route(f"/news/{slug}.html", room._page(post), etag=True)
        room.posts.remove(post)
    site.forget()

    asked = []
    for _ in range(3):
        watch.crawl(after=timedelta(minutes=15), recheck=Recheck.DUE)
        asked.append(sum(site.count(f"/news/{slug}.html") > 0 for slug in taken))

    assert asked == [MOST_LOOKS, len(taken), len(taken)]
    lists = [each for each in site.requests if each.path == "/news/feed.xml"]
    assert ["if-none-match" in each.headers for each in lists] == [True, False, True]
