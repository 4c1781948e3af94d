"""What many articles of one source do together, and what a source does as a whole: one incident, never a flood."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.model import ArticleState, IncidentReason
from crawler.pipeline.result import Recheck
from tests.crawling import Watch, told
from tests.newsroom import Newsroom, source_block, write_config
from tests.siteserver import make_route

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def room(site):
    room = Newsroom(site, window=100)
    room.publish_many(12)
    return room


@pytest.fixture
def watch(tmp_path, site, room):
    return Watch(write_config(tmp_path, site, source_block("harbour", room.feed), confirm="20s"))


def tellings(reports) -> list[tuple[str, str]]:
    told_of = [each for report in reports for each in report.incidents if not each.reminder]
    return [(each.reason.value, each.state.value) for each in told_of]


def insert_everywhere(room: Newsroom, line: str) -> None:
    room.posts[:] = [replace(post, text=(*post.text, line)) for post in room.posts]


def raise_all_fees(room: Newsroom) -> None:
    for post in list(room.posts):
        room.edit(post.slug, "120 euros", "150 euros")


def grow_up(tmp_path, site) -> tuple[Watch, Newsroom]:
    """A source whose twelve posts were found one an hour, so that no two are due for a recheck at once."""
    room = Newsroom(site, name="slow", window=100)
    room.publish("first")
    watch = Watch(write_config(tmp_path, site, source_block("slow", room.feed), confirm="20s"))
    watch.crawl(recheck=Recheck.DUE)
    for number in range(12):
        room.publish(f"later-{number}")
        watch.crawl(recheck=Recheck.DUE)
    return watch, room


def test_a_correction_of_all_posts_is_one_incident_with_all_facts(watch, room):
    watch.crawl()
    raise_all_fees(room)

    reports = [watch.crawl() for _ in range(3)]

    assert [told(report) for report in reports] == [[], [], []]
    assert tellings(reports) == [("mass_edit", "open"), ("mass_edit", "closed")]
    (mass,) = reports[0].incidents
    assert len(mass.articles) == 12
    assert {(fact.before, fact.after) for each in mass.articles for fact in each.facts} == {("120 euros", "150 euros")}


def test_a_mass_edit_that_drips_over_the_ladder_is_found_out_after_a_few(tmp_path, site):
    watch, room = grow_up(tmp_path, site)
    raise_all_fees(room)

    reports = [watch.crawl(recheck=Recheck.DUE) for _ in range(40)]

    single = [each for report in reports for each in told(report)]
    masses = [each for report in reports for each in report.incidents if each.state.value == "open"]
    assert len(single) <= 2
    assert [each.reason for each in masses] == [IncidentReason.MASS_EDIT]
    assert len(masses[0].articles) + len(single) == 13


def test_a_purge_that_drips_over_the_ladder_is_one_incident(tmp_path, site):
    watch, room = grow_up(tmp_path, site)
    for post in list(room.posts[2:]):
        room.withdraw(post.slug)

    reports = [watch.crawl(recheck=Recheck.DUE, after=2 * HOUR) for _ in range(30)]

    masses = [each for report in reports for each in report.incidents if each.state.value == "open"]
    assert [each for report in reports for each in told(report)] == []
    assert [(each.reason, len(each.articles)) for each in masses] == [(IncidentReason.MASS_REMOVAL, 11)]


def test_whoever_wants_no_article_looked_at_again_gets_only_those_that_the_list_calls_changed(watch, room, site):
    watch.crawl()
    room.posts[:4] = [replace(post, title=f"{post.title}, corrected") for post in room.posts[:4]]
    site.forget()

    watch.crawl(recheck=Recheck.NONE)

    pages = {asked.path for asked in site.requests if asked.path.endswith(".html")}
    assert pages == {f"/news/{post.slug}.html" for post in room.posts[:4]}


@pytest.mark.parametrize("fail", ["the list", "the pages"])
def test_trouble_that_begins_before_a_redesign_is_over_is_told_beside_it(watch, room, fail):
    watch.crawl()
    insert_everywhere(room, "This page belongs to our new website; tell us what you think of it.")
    reports = [watch.crawl()]
    if fail == "the list":
        room.break_feed()
    for post in room.posts if fail == "the pages" else []:
        room.break_page(post.slug, 503)
    reports += [watch.crawl() for _ in range(3)]
    room.mend_feed()
    for post in room.posts:
        room.restore(post.slug)
    reports.append(watch.crawl())

    heard = tellings(reports)
    assert heard[0] == ("redesign", "open")
    assert [state for _, state in heard] == ["open", "open", "closed", "closed"]
    assert {reason for reason, _ in heard} == {"redesign", "unreachable"}


def test_lines_of_a_new_template_are_known_anew_in_silence(watch, room):
    watch.crawl()
    insert_everywhere(room, "This page belongs to our new website; tell us what you think of it.")

    reports = [watch.crawl() for _ in range(3)]

    assert [told(report) for report in reports] == [[], [], []]
    assert tellings(reports) == [("redesign", "open"), ("redesign", "closed")]
    assert "new website" in watch.articles()["bridge-1"][1].text


def test_a_true_edit_under_a_new_template_is_told(watch, room):
    watch.crawl()
    insert_everywhere(room, "This page belongs to our new website; tell us what you think of it.")
    room.edit("bridge-5", "120 euros", "150 euros")

    reports = [watch.crawl() for _ in range(2)]

    assert [told(report) for report in reports] == [[("edited", "Notice on the bridge-5 works")], []]
    assert tellings(reports) == [("redesign", "open"), ("redesign", "closed")]


def test_a_line_with_a_figure_in_it_is_no_template(watch, room):
    watch.crawl()
    insert_everywhere(room, "All permits end on 30 June 2026.")

    report = watch.crawl()

    assert [each.reason for each in report.incidents] == [IncidentReason.MASS_EDIT]


def test_a_wall_before_the_pages_alone_is_told_and_closes(watch, room, site):
    watch.crawl()
    for post in room.posts:
        room.break_page(post.slug, 412, "<html><script>$_ts=window['$_ts']</script></html>")
    walled = [watch.crawl() for _ in range(4)]
    for post in room.posts:
        room.restore(post.slug)

    reports = [*walled, watch.crawl()]

    assert [told(report) for report in reports] == [[]] * 5
    assert tellings(reports) == [("challenge", "open"), ("challenge", "closed")]


def test_pages_that_are_gone_though_the_list_names_them_are_not_removed(watch, room):
    watch.crawl()
    for post in room.posts:
        room.break_page(post.slug)
    gone = [watch.crawl(after=13 * HOUR) for _ in range(4)]
    for post in room.posts:
        room.restore(post.slug)

    reports = [*gone, watch.crawl(after=13 * HOUR)]

    assert [told(report) for report in reports] == [[]] * 5
    assert tellings(reports) == [("soft_failure", "open"), ("soft_failure", "closed")]
    assert {known.state for known, _ in watch.articles().values()} == {ArticleState.PRESENT}


def test_a_text_at_a_new_address_whose_old_one_is_gone_has_moved(watch, room, site):
    watch.crawl()
    post = room.find("bridge-4")
    room.break_page("bridge-4")
    room.posts[room.posts.index(post)] = replace(post, slug="crossing-4")
    room.restore("crossing-4")

    reports = [watch.crawl(after=DAY) for _ in range(4)]

    (change,) = reports[0].changes
    assert (change.kind, change.article.previous_url) == ("moved", room.url("bridge-4"))
    assert change.article.url == room.url("crossing-4")
    assert [told(report) for report in reports[1:]] == [[], [], []]


def test_the_same_text_at_two_addresses_at_once_is_two_articles(watch, room):
    watch.crawl()
    twin = replace(room.find("bridge-4"), slug="copy-4")
    room.posts.insert(0, twin)
    room.restore("copy-4")

    assert told(watch.crawl()) == [("new", "Notice on the bridge-4 works")]


def test_a_post_whose_page_leads_home_for_good_is_removed(watch, room, site):
    watch.crawl()
    post = room.find("bridge-4")
    room.posts.remove(post)
    site.redirect("/news/bridge-4.html", "/", status=302)
    site.route("/", "<html><head><title>Home</title></head><body><h1>Harbour Office</h1></body></html>")

    kinds = [told(watch.crawl(after=timedelta(hours=13))) for _ in range(3)]

    assert kinds == [[], [], [("removed", post.title)]]
    assert watch.changes()[-1].cause == "redirect"


def test_silence_against_the_habit_is_told_once_and_ends_with_the_next_post(watch, room):
    watch.crawl()
    quiet = [watch.crawl(after=DAY, recheck=Recheck.NONE) for _ in range(9)]
    room.publish("lock")
    posted = room.find("lock")
    room.posts[0] = replace(posted, published=watch.now)

    reports = [*quiet, watch.crawl()]

    assert tellings(reports) == [("quiet", "open"), ("quiet", "closed")]


def test_ids_drawn_anew_at_each_poll_are_told_once_and_make_nothing_new(watch, room, site):
    count = iter(range(10_000))

    def feed(_):
        items = "".join(
            f"<item><title>{post.title}</title><link>{room.url(post.slug)}</link><guid>{next(count)}</guid></item>"
            for post in room.posts
        )
        body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>news</title>{items}</channel></rss>'
        return make_route(body, content_type="application/rss+xml; charset=utf-8")

    site.compute("/news/feed.xml", feed)
    reports = [watch.crawl() for _ in range(6)]

    assert [told(report) for report in reports] == [[]] * 6
    assert tellings(reports) == [("identity_drift", "open"), ("identity_drift", "closed")]
    known = watch.articles()["bridge-1"][0]
    assert sum(key.startswith("id:") for key in known.keys) <= 3


def test_nodes_that_disagree_after_an_edit_tell_it_once(watch, room, site):
    watch.crawl()
    old = room._page(room.find("bridge-1"))
    room.edit("bridge-1", "120 euros", "150 euros")
    new = room._page(room.find("bridge-1"))
    turns = iter([new, new, old, new, old, old, new, old, new, old] + [new] * 50)
    site.compute("/news/bridge-1.html", lambda _: make_route(next(turns)))

    reports = [watch.crawl() for _ in range(12)]

    assert [each for report in reports for each in told(report)] == [("edited", "Notice on the bridge-1 works")]


def test_a_true_revert_is_told_in_the_crawl_that_sees_it(watch, room):
    watch.crawl()
    room.edit("bridge-1", "120 euros", "150 euros")
    first = watch.crawl()
    room.edit("bridge-1", "150 euros", "120 euros")
    second = watch.crawl()

    facts = [(fact.before, fact.after) for report in (first, second) for each in report.changes for fact in each.facts]
    assert facts == [("120 euros", "150 euros"), ("150 euros", "120 euros")]
