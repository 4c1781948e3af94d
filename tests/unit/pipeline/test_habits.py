"""What is usual at a source: its rhythm, and which dates and pages show none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from crawler.model import Entry, Habits, IncidentReason, Listing, Moment, Precision, SourceState
from crawler.pipeline.context import Context
from crawler.pipeline.habits import SHORTEST_SILENCE, find_rhythm, is_quiet, unread_after
from crawler.pipeline.pages import Pages
from tests.lives import NOON, make_source

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


def test_trouble_of_the_pages_lasts_until_one_check_reads_most_of_them():
    wall = Pages(read=9, bad=9, trouble=IncidentReason.CHALLENGE)

    assert after(0, wall) == 1
    assert after(3, wall) == 4
    assert after(3, Pages()) == 3
    assert after(3, Pages(read=2, bad=2)) == 3
    assert after(0, Pages(read=2, bad=2)) == 0
    assert after(3, Pages(read=9, bad=1)) == 0
