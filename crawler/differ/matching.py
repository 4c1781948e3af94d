"""What two sequences have in common, in bounded time.

Small problems are solved exactly (longest common subsequence, bit-parallel). Large ones are first cut at the
elements that occur once on either side, as in patience diff; a piece that is still too large is not compared further.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Indel

#: Above this many cells two sequences are not compared exactly: 4 000 × 4 000 takes about 4 ms and 2 MB.
MAX_CELLS = 16_000_000


class Run(NamedTuple):
    """``before[b0:b1]`` stands against ``after[a0:a1]``; ``same`` says whether they are equal."""

    same: bool
    b0: int
    b1: int
    a0: int
    a1: int


def match_runs(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[Run]:
    """Runs that cover both sequences in order; equal and unequal ones alternate."""
    ids: dict[Hashable, int] = {}
    old = [ids.setdefault(item, len(ids)) for item in before]
    new = [ids.setdefault(item, len(ids)) for item in after]
    return _join_runs(_match_piece(old, new, 0, 0, anchored=False))


def _match_piece(old: list[int], new: list[int], b: int, a: int, *, anchored: bool) -> Iterator[Run]:
    head = _common_prefix(old, new)
    tail = _common_suffix(old, new, head)
    old_end, new_end = len(old) - tail, len(new) - tail
    yield Run(True, b, b + head, a, a + head)
    yield from _match_middle(old[head:old_end], new[head:new_end], b + head, a + head, anchored=anchored)
    yield Run(True, b + old_end, b + len(old), a + new_end, a + len(new))


def _match_middle(old: list[int], new: list[int], b: int, a: int, *, anchored: bool) -> Iterator[Run]:
    if old and new and len(old) * len(new) <= MAX_CELLS:
        for step in Indel.opcodes(old, new):
            old_at, new_at = (b + step.src_start, b + step.src_end), (a + step.dest_start, a + step.dest_end)
            yield Run(step.tag == "equal", *old_at, *new_at)
    elif old and new and not anchored:
        yield from _match_between_anchors(old, new, b, a)
    else:
        yield Run(False, b, b + len(old), a, a + len(new))


def _match_between_anchors(old: list[int], new: list[int], b: int, a: int) -> Iterator[Run]:
    at_old = at_new = 0
    for i, j in [*find_anchors(old, new), (len(old), len(new))]:
        yield from _match_piece(old[at_old:i], new[at_new:j], b + at_old, a + at_new, anchored=True)
        at_old, at_new = i, j


def find_anchors(old: Sequence[int], new: Sequence[int]) -> list[tuple[int, int]]:
    """Positions of elements that occur exactly once on both sides, as the longest increasing chain. O(n log n)."""
    once_old = {item for item, count in Counter(old).items() if count == 1}
    where = {item: j for j, item in enumerate(new) if item in once_old}
    once_new = {item for item, count in Counter(new).items() if count == 1}
    pairs = [(i, where[item]) for i, item in enumerate(old) if item in once_old and item in once_new]
    return _longest_increasing(pairs)


def _longest_increasing(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    ends: list[int] = []
    at: list[int] = []
    previous: list[int] = []
    for k, (_, j) in enumerate(pairs):
        place = bisect_left(ends, j)
        previous.append(at[place - 1] if place else -1)
        ends[place : place + 1] = [j]
        at[place : place + 1] = [k]
    chain: list[tuple[int, int]] = []
    k = at[-1] if at else -1
    while k >= 0:
        chain.append(pairs[k])
        k = previous[k]
    return chain[::-1]


def _common_prefix(old: Sequence[int], new: Sequence[int]) -> int:
    count = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        count += 1
    return count


def _common_suffix(old: Sequence[int], new: Sequence[int], taken: int) -> int:
    limit = min(len(old), len(new)) - taken
    count = 0
    while count < limit and old[-1 - count] == new[-1 - count]:
        count += 1
    return count


def _join_runs(runs: Iterator[Run]) -> list[Run]:
    joined: list[Run] = []
    for run in runs:
        if run.b0 == run.b1 and run.a0 == run.a1:
            continue
        if joined and joined[-1].same == run.same:
            joined[-1] = joined[-1]._replace(b1=run.b1, a1=run.a1)
        else:
            joined.append(run)
    return joined
