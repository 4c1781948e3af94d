"""Which of two articles that tell the same in two languages is the original."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.model import Article, Link, Moment, Precision
from crawler.pipeline.kinship import precedes

EVENING = datetime(2023, 10, 27, 13, 56, tzinfo=UTC)


def article(name: str, *languages: str, at: datetime | None = EVENING, precision=Precision.MINUTE) -> Article:
    published = Moment(instant=at, precision=precision) if at else None
    return Article(url=f"https://{name}.example.org/a", title=name, published=published, languages=languages)


def test_the_one_that_came_out_first_is_the_original_whatever_else_they_say():
    first, later = article("first", "en", "ja"), article("later", "zh", at=EVENING + timedelta(minutes=1))
    assert precedes(first, later)
    assert not precedes(later, first)


@pytest.mark.parametrize("at", [EVENING, None])
def test_of_two_with_one_time_the_one_that_the_other_leads_to_is_the_original(at):
    original, repost = article("original", "zh", at=at), article("repost", "en", at=at)
    repost = replace(repost, links=(Link(url=original.url, text="source"),))
    assert precedes(original, repost)
    assert not precedes(repost, original)


def test_who_reposts_in_two_languages_under_the_byline_of_the_first_is_no_original():
    original, repost = article("original", "zh"), article("repost", "en", "ja")
    assert precedes(original, repost)
    assert not precedes(repost, original)


def test_on_one_day_a_time_tells_nothing_and_where_nothing_tells_neither_precedes():
    day = article("one", "zh", at=EVENING.replace(hour=0, minute=0), precision=Precision.DAY)
    timed = article("other", "en")
    assert not precedes(day, timed)
    assert not precedes(timed, day)
