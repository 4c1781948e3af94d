"""Looks beside the ordinary check: the second look at what is in doubt, and looks at articles without their list."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from crawler.bootstrap import Application, FixedClock, open_application
from crawler.model import SourceState
from crawler.pipeline.result import CheckResult, Recheck
from crawler.settings import load_settings
from tests.crawling import Watch
from tests.newsroom import Newsroom, source_block, write_config

ITEMS = (
    "<item><title>Berth {n}</title><guid>berth-{n}</guid><link>{link}</link><description>The fee for berth {n} is {fee}"
    " euros from 2 May 2026, and it is due on the first day of each month at the harbour office.</description></item>"
)
RSS = {"Content-Type": "application/rss+xml"}
FEED = '<?xml version="1.0"?><rss version="2.0"><channel><title>Berths</title>{}</channel></rss>'


def show_berths(site, **fees: int) -> None:
    items = (ITEMS.format(n=name, link=site.url(f"/berths/{name}"), fee=fee) for name, fee in fees.items())
    body = FEED.format("".join(items))
    site.route("/berths.xml", body, headers=RSS, etag=True)


def visit(
    watch: Watch, look: Callable[[Application, SourceState], Awaitable[CheckResult]], *, after: timedelta
) -> CheckResult:
    """One look at the first source through a checker of its own, ``after`` the last crawl."""
    watch.now += after
    settings = load_settings(watch.config, {})

    async def run() -> CheckResult:
        async with open_application(settings, clock=FixedClock(watch.now)) as application:
            source = settings.sources[0]
            states = await application.thread.source_states([source.id])
            return await look(application, states[source.id])

    return asyncio.run(run())


def watch_an_edit(folder, site) -> Watch:
    """A list that is read alone, after its baseline, and with an edit that nobody has seen yet."""
    block = source_block("berths", site.url("/berths.xml"), follow="false")
    watch = Watch(write_config(folder, site, block, confirm="20s"))
    show_berths(site, north=120, south=80)
    watch.crawl()
    show_berths(site, north=150, south=80)
    return watch


@pytest.mark.parametrize(("status", "body"), [(503, "<h1>Service unavailable</h1>"), (200, FEED.format(""))])
def test_an_edit_in_a_list_that_cannot_be_read_again_stays_in_doubt(tmp_path, site, status, body):
    watch = watch_an_edit(tmp_path, site)

    async def check_and_confirm(application, state):
        result = await application.checker.check(application.settings.sources[0], state)
        site.route("/berths.xml", body, status=status, headers=RSS)
        return await application.checker.confirm(result)

    assert visit(watch, check_and_confirm, after=timedelta(hours=1)).changes == ()
    show_berths(site, north=150, south=80)

    kinds = [each.kind for each in watch.crawl(recheck="due").changes]
    assert kinds == ["edited"]


def test_an_edit_that_the_second_look_misses_in_an_old_copy_of_the_list_is_told_later(tmp_path, site):
    watch = watch_an_edit(tmp_path, site)

    async def check_and_confirm(application, state):
        result = await application.checker.check(application.settings.sources[0], state)
        show_berths(site, north=120, south=80)
        return await application.checker.confirm(result)

    assert visit(watch, check_and_confirm, after=timedelta(hours=1)).changes == ()
    show_berths(site, north=150, south=80)

    kinds = [each.kind for _ in range(4) for each in watch.crawl(recheck="due").changes]
    assert kinds == ["edited"]


def test_a_page_that_is_gone_at_the_second_look_is_no_sign_while_the_list_is_a_part_of_itself(tmp_path, site):
    room = Newsroom(site)
    room.publish_many(12)
    watch = Watch(write_config(tmp_path, site, source_block("harbour", room.feed), confirm="20s"))
    watch.crawl()
    room.window = 1
    room.edit("bridge-1", "120 euros", "150 euros")

    async def check_and_confirm(application, state):
        result = await application.checker.check(application.settings.sources[0], state, Recheck.ALL)
        room.break_page("bridge-1")
        return await application.checker.confirm(result)

    visit(watch, check_and_confirm, after=timedelta(hours=1))

    (known, _) = watch.articles()["bridge-1"]
    assert known.suspicion is not None
    assert known.absence is None


# -- articles alone ------------------------------------------------------------------------------------------------


def look_at_articles(watch: Watch, *, after: timedelta) -> CheckResult:
    """As the daemon does between two visits of the list."""
    return visit(watch, lambda app, state: app.checker.recheck(app.settings.sources[0], state), after=after)


@pytest.fixture
def slow(tmp_path, site):
    """A source whose posts were found one an hour, so that few are due for a recheck at once."""
    room = Newsroom(site, window=100)
    watch = Watch(write_config(tmp_path, site, source_block("harbour", room.feed), confirm="20s"))
    for number in range(13):
        room.publish(f"bridge-{number}")
        watch.crawl(recheck="due")
    return watch, room


def test_that_all_articles_were_looked_at_is_remembered_so_that_it_is_not_done_again_today(slow, site):
    watch, room = slow
    for post in list(room.posts):
        room.edit(post.slug, "120 euros", "150 euros")

    first = look_at_articles(watch, after=timedelta(hours=1))
    site.forget()
    second = look_at_articles(watch, after=timedelta(minutes=30))

    assert first.state.habits.widened_at == second.state.habits.widened_at is not None


def test_pages_that_are_gone_together_prove_nothing_before_the_list_was_asked(slow):
    watch, room = slow
    for post in list(room.posts):
        room.break_page(post.slug)

    result = look_at_articles(watch, after=timedelta(hours=1))

    assert 0 < result.reread < 5  # fewer than a mass are due, and all of them are looked at
    assert {known.absence for known, _ in watch.articles().values()} == {None}


def test_an_edit_that_came_with_a_new_address_is_looked_for_there(tmp_path, site):
    room = Newsroom(site)
    room.publish_many(3)
    watch = Watch(write_config(tmp_path, site, source_block("harbour", room.feed), confirm="20s"))
    watch.crawl()
    old = room._page(room.find("bridge-2"))
    room.edit("bridge-2", "120 euros", "150 euros")
    site.route("/moved/bridge-2.html", room._page(room.find("bridge-2")))
    site.route("/news/bridge-2.html", old)
    feed = room._feed().body.replace(b"/news/bridge-2.html", b"/moved/bridge-2.html")
    site.route("/news/feed.xml", feed, headers=RSS)
    check_alone = visit(
        watch, lambda app, state: app.checker.check(app.settings.sources[0], state), after=timedelta(minutes=1)
    )

    result = look_at_articles(watch, after=timedelta(minutes=1))

    assert [each.id for each in check_alone.doubtful] == [each.article.id for each in result.changes]
    assert [each.kind for each in result.changes] == ["edited"]


# -- once a day without conditions ---------------------------------------------------------------------------------


def test_the_look_without_conditions_is_made_up_for_where_the_first_check_of_the_day_failed(tmp_path, site):
    room = Newsroom(site)
    room.publish_many(3)
    watch = Watch(write_config(tmp_path, site, source_block("harbour", room.feed)))
    watch.crawl()
    room.break_feed()
    watch.crawl(after=timedelta(days=1))
    room.mend_feed()
    site.forget()

    watch.crawl()
    watch.crawl()

    asked = [each.headers for each in site.requests if each.path == "/news/feed.xml"]
    assert ["if-none-match" in headers for headers in asked] == [False, True]
