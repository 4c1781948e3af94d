"""Clocks that jump: set by hand or by the network, or stopped while a laptop slept."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from crawler.model import Source
from crawler.text.spans import spell_span

log = logging.getLogger(__name__)

#: Corrections smaller than this are everyday life.
NOTABLE = timedelta(minutes=2)
#: No delivery is ever due further ahead: a digest of next week.
LONGEST_DIGEST = timedelta(days=8)


class Timekeeper:
    """Compares the clock that decides with one that only ever goes forward."""

    def __init__(self, steady: float, now: datetime) -> None:
        self._steady = steady
        self._now = now

    def jump(self, steady: float, now: datetime) -> timedelta:
        """By how much the clock has jumped since the last time, forward or back; zero for what is not notable."""
        passed = timedelta(seconds=steady - self._steady)
        jumped = now - self._now - passed
        self._steady, self._now = steady, now
        return jumped if abs(jumped) >= NOTABLE else timedelta(0)


def tell_jump(jump: timedelta) -> None:
    """One line in the log."""
    if jump > timedelta(0):
        log.info("the clock is %s ahead: this machine slept, or its clock was set", spell_span(jump))
    else:
        log.warning("the clock was set back by %s: what was planned by the wrong one is due now", spell_span(-jump))


def longest_pauses(sources: Iterable[Source]) -> tuple[timedelta, timedelta]:
    """How far ahead a listing, and an article, can be due at most, with room to spare for servers that ask to wait."""
    listings, articles = timedelta(days=2), timedelta(days=2)
    for source in sources:
        listings = max(listings, 2 * source.schedule.max_every, 2 * source.schedule.every)
        rungs = (*source.recheck.ladder, *source.removal.recheck, source.recheck.then_every)
        articles = max(articles, 2 * max(rungs))
    return listings, articles
