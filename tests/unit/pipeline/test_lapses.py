"""Whether what a listing dropped is gone indeed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.model import ArticleState, Verdict
from crawler.pipeline.lapses import bears_out
from crawler.pipeline.window import Lapse
from tests.lives import Life


def look(name: str, verdict: Verdict, state: ArticleState = ArticleState.PRESENT):
    life = Life(name=name)
    life.begin()
    life.known = replace(life.known, state=state)
    return life.failed(verdict)


def is_borne_out(*looks) -> bool:
    return bears_out(looks, Lapse(tuple(each.known for each in looks)))


@pytest.mark.parametrize(("gone", "there", "believed"), [(0, 0, False), (2, 1, True), (1, 1, False), (0, 2, False)])
def test_a_part_is_believed_where_most_of_what_it_lacks_is_gone(gone, there, believed):
    looks = [look(f"gone-{each}", Verdict.NOT_FOUND) for each in range(gone)]
    looks += [look(f"there-{each}", Verdict.NOT_MODIFIED) for each in range(there)]

    assert is_borne_out(*looks) is believed


def test_what_it_names_again_says_nothing_of_what_it_lacks():
    there = look("there", Verdict.NOT_MODIFIED)
    back = [look(f"back-{each}", Verdict.NOT_FOUND, ArticleState.MISSING) for each in range(3)]

    assert not is_borne_out(there, *back)
