"""A small world, whole: every kind of event, trouble and noise at once, against the bars that hold for any world."""

from __future__ import annotations

import asyncio

import pytest

from tests.world.floor import find_falls, raise_floor, read_floor
from tests.world.story import SMALL, play_world

#: The default suite plays one world; `make accuracy` plays a large one, and one that nobody has seen.
SEED = 11


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    return asyncio.run(play_world(SEED, SMALL, tmp_path_factory.mktemp("world")))


@pytest.mark.slow
def test_the_small_world_is_told_as_well_as_the_floor_asks(result):
    floor = {name: least for name, least in read_floor().items() if name in result.figures}

    assert find_falls(result.figures, floor) == [], "\n".join(result.complaints)


@pytest.mark.slow
def test_the_small_world_is_large_enough_to_mean_something(result):
    assert result.article_checks > 1_800
    assert sum(result.facts.values()) > 150
    assert result.incidents["expected"] >= 8


def test_a_floor_only_rises():
    floor = {"recall edited": 0.9, "flooded": 2.0}

    raised = raise_floor({"recall edited": 0.95, "flooded": 3.0, "recall new": 1.0}, floor)

    assert raised == {"flooded": 2.0, "recall edited": 0.95, "recall new": 1.0}


def test_a_figure_below_its_floor_or_gone_is_a_fall():
    floor = {"recall edited": 0.9, "flooded": 2.0, "recall new": 1.0}

    falls = find_falls({"recall edited": 0.89, "flooded": 2.5}, floor)

    assert [fall.partition(":")[0] for fall in falls] == ["recall edited", "flooded", "recall new"]
