"""What is usual at a source: its rhythm, and which dates and pages show none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.differ.guard import judge_listing
from crawler.model import Entry, Habits, IncidentReason, Listing, Moment, Precision, ShortList, SourceState
from crawler.pipeline.context import Context
from crawler.pipeline.habits import (
    ACCEPTED,
    HONEST_FOR,
    SHORTEST_SILENCE,
    count_entries,
    find_rhythm,
    habits_after,
    is_quiet,
    shorten,
    unread_after,
)
from crawler.pipeline.pages import Pages
from tests.lives import NOON, listing_look, make_source

DAY = timedelta(days=1)


def listing(*ages: timedelta, precision: Precision = Precision.MINUTE) -> Listing:
    dates = (Moment(instant=NOON - age, precision=precision) for age in ages)
    return Listing(entries=tuple(Entry(url="", title="", published=moment) for moment in dates))


def after(unread: int, pages: Pages) -> int:
    state = SourceState(source_id="a", habits=Habits(unread=unread))
    context = Context(source=make_source(), now=NOON, state=state, fresh=False, well=True, pages=pages)
    return unread_after(context.habits, context)


def test_a_rhythm_is_many_times_the_longest_pause():
    assert find_rhythm(listing(*(DAY * n for n in range(10)))) == 24 * DAY


def test_one_busy_day_makes_no_weekend_suspicious():
    assert find_rhythm(listing(*(timedelta(minutes=20) * n for n in range(20)))) == SHORTEST_SILENCE


def test_few_posts_and_relative_dates_have_no_rhythm():
    assert find_rhythm(listing(DAY, 2 * DAY, 3 * DAY)) is None
    assert find_rhythm(listing(*(DAY * n for n in range(10)), precision=Precision.APPROX)) is None


def test_the_operator_knows_better_what_is_quiet():
    state = SourceState(source_id="a", newest_at=NOON - 3 * DAY, habits=Habits(quiet_after=30 * DAY))

    assert not is_quiet(state, None, NOON)
    assert is_quiet(state, 2 * DAY, NOON)
    assert not is_quiet(replace(state, habits=Habits()), None, NOON)


def short_after(before: ShortList | None, entries: int | None, *, now=NOON, since=None):
    """What is remembered after a look at a listing that used to have 24 entries; None: it did not change."""
    state = SourceState(source_id="a", entry_count=24, habits=Habits(short=before))
    look = listing_look(entries or 0)
    if entries is None:
        look = replace(look, listing=None)
    elif since:
        look = replace(look, listing=replace(look.listing, since=since))
    trouble = judge_listing(state, entries) if entries is not None and since is None else None
    short = shorten(before, trouble, look, now)
    context = Context(source=make_source(), now=now, state=state, fresh=False, well=True, short=short)
    return short, count_entries(state, look, context)


def test_a_short_list_does_not_become_what_is_usual():
    once, usual = short_after(None, 3)
    assert (once, usual) == (ShortList(entries=3, checks=1, since=NOON), 24)

    twice, usual = short_after(once, 2, now=NOON + DAY)
    assert (twice, usual) == (ShortList(entries=2, checks=2, since=NOON), 24)
    assert short_after(twice, 20, now=NOON + 2 * DAY) == (None, 20)


def test_a_short_list_that_did_not_change_is_still_short():
    assert short_after(ShortList(entries=3, checks=1, since=NOON), None)[0].checks == 2
    assert short_after(None, None) == (None, 24)


@pytest.mark.parametrize("entries", [3, None])
def test_a_list_that_was_short_for_a_week_is_that_long(entries):
    before = ShortList(entries=3, checks=30, since=NOON)

    assert short_after(before, entries, now=NOON + ACCEPTED) == (None, 3)


def test_a_list_that_was_asked_for_its_news_alone_is_never_short():
    assert short_after(None, 1, since=NOON - DAY) == (None, 24)


def test_trouble_of_the_pages_lasts_until_one_check_reads_most_of_them():
    wall = Pages(read=9, bad=9, trouble=IncidentReason.CHALLENGE)

    assert after(0, wall) == 1
    assert after(3, wall) == 4
    assert after(3, Pages()) == 3
    assert after(3, Pages(read=2, bad=2)) == 3
    assert after(0, Pages(read=2, bad=2)) == 0
    assert after(3, Pages(read=9, bad=1)) == 0


def trusts_after(*steps: tuple[timedelta, bool], habits: Habits | None = None) -> list[bool]:
    """Whether tags are believed after checks so long after each other, in which the server erred or not."""
    now, trusts = NOON, []
    for pause, errs in steps:
        now += pause
        state = SourceState(source_id="a", habits=habits or Habits())
        context = Context(
            source=make_source(), now=now, state=state, fresh=False, well=True, errs=errs, reread=int(errs)
        )
        habits = habits_after(context, (), None)
        trusts.append(not habits.distrusts_tags)
    return trusts


def test_tags_are_believed_again_after_honest_days():
    almost = HONEST_FOR - DAY
    checks = [(DAY, False), (DAY, True), (almost, False), (DAY, True), (almost, False), (DAY, False), (DAY, False)]
    assert trusts_after(*checks) == [True, False, False, False, False, True, True]


@pytest.mark.parametrize("erred_at", [None, NOON + 4000 * DAY])
def test_a_server_whose_last_error_nobody_knows_is_believed_again_all_the_same(erred_at):
    habits = Habits(distrusts_tags=True, erred_at=erred_at)
    assert trusts_after((DAY, False), (HONEST_FOR - DAY, False), (DAY, False), habits=habits) == [False, False, True]
