from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from crawler.model import Source
from crawler.settings.paces import PACES

MINUTE = timedelta(minutes=1)


@pytest.fixture
def source(load):
    def loading(shared: str = "", own: str = "") -> Source:
        return load(f'{shared}\n[[source]]\nid = "a"\nurl = "https://example.org/"\n{own}').sources[0]

    return loading


def test_a_key_on_a_source_beats_its_pace_that_the_global_key_that_the_global_pace_that_the_default(source) -> None:
    ranks = {
        "key": ('every = "7m"\nmin_every = "1m"', 7),
        "pace": ('pace = "breaking"', 2),
        "shared key": ('every = "50m"', 50),
        "shared pace": ('pace = "slow"', 360),
    }
    for chosen in product([True, False], repeat=4):
        present = [rank for rank, wanted in zip(ranks, chosen, strict=True) if wanted]
        own = "\n".join(ranks[rank][0] for rank in present if not rank.startswith("shared"))
        shared = "\n".join(ranks[rank][0] for rank in present if rank.startswith("shared"))
        floor = 'min_every = "1m"\n'
        expected = ranks[present[0]][1] if present else 30
        assert source(f"[schedule]\n{floor}{shared}", own).schedule.every == expected * MINUTE, present


def test_every_is_pinned_only_where_it_is_written_on_the_source(source) -> None:
    assert source(own='every = "15m"').schedule.pinned
    assert not source(shared='[schedule]\nevery = "15m"').schedule.pinned
    assert not source(own='pace = "breaking"').schedule.pinned


def test_a_pace_of_normal_takes_a_global_pace_back(source) -> None:
    taken_back = source(shared='[schedule]\npace = "breaking"', own='pace = "normal"')
    assert taken_back.schedule == source().schedule
    assert taken_back.recheck == source().recheck


def test_breaking_looks_every_two_minutes_and_rereads_fresh_articles_every_ten(source) -> None:
    breaking = source(own='pace = "breaking"')
    assert breaking.schedule.every == breaking.schedule.min_every == 2 * MINUTE
    assert breaking.recheck.ladder[:18] == tuple(10 * MINUTE * rung for rung in range(1, 19))


def test_the_ladder_of_a_pace_yields_to_one_written_on_the_source(source) -> None:
    own = source(own='pace = "breaking"\n[source.recheck]\nladder = ["1h"]')
    assert own.recheck.ladder == (timedelta(hours=1),)


def test_every_pace_fits_together() -> None:
    assert set(PACES) == {"breaking", "normal", "slow"}
    for sections in PACES.values():
        schedule, ladder = sections["schedule"], sections["recheck"]["ladder"]
        assert schedule["min_every"] <= schedule["every"] <= schedule["max_every"]
        assert list(ladder) == sorted(set(ladder))


def test_a_longer_every_lifts_a_max_every_that_nobody_wrote_beside_it(source) -> None:
    lifted = source(own='every = "6h"').schedule
    assert (lifted.every, lifted.max_every) == (timedelta(hours=6), timedelta(hours=6))


def test_every_above_a_max_every_of_the_same_rank_is_an_error(problem) -> None:
    told = problem('[schedule]\nevery = "6h"\nmax_every = "1h"')
    assert told == (
        "all.toml:3: [schedule] max_every: max_every 1h is below every 6h (all.toml:2); expected every <= max_every"
    )


def test_every_below_min_every_is_told_with_both_values_and_their_places(problem) -> None:
    told = problem(
        '[schedule]\nmin_every = "5m"\n[[source]]\nid = "a"\nurl = "https://example.org/"\nkind = "feed"\nevery = "2m"'
    )
    assert told == (
        "all.toml:7: [[source]] every (a): every 2m is below min_every 5m (all.toml:2); expected min_every <= every;"
        ' lower min_every beside it, or choose pace = "breaking"'
    )


def test_a_global_contradiction_is_told_once_and_not_for_each_source(problem) -> None:
    sources = "".join(f'[[source]]\nid = "s{n}"\nurl = "https://example.org/{n}"\n' for n in range(3))
    assert "every 1m is below min_every 5m (default)" in problem(f'[schedule]\nevery = "1m"\n{sources}')


def test_ages_must_rise(problem) -> None:
    assert "[recheck] ladder: the ages do not rise" in problem('[recheck]\nladder = ["1h", "10m"]')
    own = '[[source]]\nid = "a"\nurl = "https://example.org/"\n[source.removal]\nrecheck = ["1h", "1h"]'
    assert "[source.removal] recheck (a): the ages do not rise" in problem(own)
