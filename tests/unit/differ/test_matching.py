import random
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.differ import matching
from crawler.differ.matching import find_anchors, match_runs

SEQUENCES = st.lists(st.integers(0, 5), max_size=30)


def rebuild(runs, before, after):
    old, new = [], []
    for run in runs:
        if run.same:
            assert before[run.b0 : run.b1] == after[run.a0 : run.a1]
        old += before[run.b0 : run.b1]
        new += after[run.a0 : run.a1]
    return old, new


@given(SEQUENCES, SEQUENCES)
@settings(max_examples=200, deadline=None)
def test_runs_cover_both_sides_in_order_and_alternate(before, after):
    runs = match_runs(before, after)
    assert rebuild(runs, before, after) == (before, after)
    assert all(left.same != right.same for left, right in pairwise(runs))


@given(st.lists(st.integers(0, 40), max_size=30), st.lists(st.integers(0, 40), max_size=30))
@settings(max_examples=200, deadline=None)
def test_large_sequences_are_cut_at_what_occurs_once(before, after):
    limit, matching.MAX_CELLS = matching.MAX_CELLS, 4
    try:
        assert rebuild(match_runs(before, after), before, after) == (before, after)
    finally:
        matching.MAX_CELLS = limit


def test_anchors_never_cross():
    assert find_anchors([1, 2, 3, 4, 4], [3, 1, 2, 4, 4]) == [(0, 1), (1, 2)]


def test_a_single_edit_in_a_very_long_sequence_is_found():
    rng = random.Random(7)
    before = [rng.randrange(10**9) for _ in range(60_000)]
    after = [*before]
    after[30_000] = -1
    after.insert(10, -2)
    changed = [run for run in match_runs(before, after) if not run.same]
    assert [(run.b1 - run.b0, run.a1 - run.a0) for run in changed] == [(0, 1), (1, 1)]
