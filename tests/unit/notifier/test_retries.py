"""When a delivery that failed is tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crawler.notifier.retries import LONGEST_PAUSE, PAUSES, next_pause

MIDDLE = 0.5


@pytest.mark.parametrize(
    ("failures", "pause"),
    [
        (1, timedelta(seconds=5)),
        (2, timedelta(minutes=5)),
        (3, timedelta(minutes=30)),
        (4, timedelta(hours=2)),
        (8, timedelta(hours=20)),
        (9, timedelta(hours=24)),
    ],
)
def test_pauses_grow_as_the_standard_says(failures, pause):
    assert next_pause(failures, chance=MIDDLE) == pause


def test_after_the_tenth_attempt_there_is_no_other():
    assert next_pause(10, chance=MIDDLE) is None
    assert next_pause(11, chance=MIDDLE, retry_after=timedelta(hours=1)) is None


def test_all_attempts_together_take_about_three_days():
    assert timedelta(days=3) < sum(PAUSES, timedelta(0)) < timedelta(days=3.5)


def test_chance_spreads_a_pause_by_a_tenth():
    assert next_pause(2, chance=0.0) == timedelta(minutes=4, seconds=30)
    assert next_pause(2, chance=1.0) == timedelta(minutes=5, seconds=30)


def test_the_receivers_wish_is_honoured_where_it_is_longer():
    assert next_pause(1, chance=MIDDLE, retry_after=timedelta(minutes=7)) == timedelta(minutes=7)
    assert next_pause(3, chance=MIDDLE, retry_after=timedelta(seconds=1)) == timedelta(minutes=30)


def test_no_pause_is_longer_than_a_day():
    assert next_pause(1, chance=MIDDLE, retry_after=timedelta(days=400)) == LONGEST_PAUSE
    assert next_pause(9, chance=0.99) == LONGEST_PAUSE
