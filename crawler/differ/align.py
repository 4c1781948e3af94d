"""Which piece of the old text stands where in the new one: sentences first, then tokens inside a changed sentence."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Indel

from crawler.differ.folding import compare_key
from crawler.differ.matching import Run, match_runs
from crawler.differ.tokens import split_tokens
from crawler.model import HunkOp

#: Two pieces less alike than this are not one piece that was edited.
SIMILAR = 0.45
#: A shorter piece that turns up elsewhere is chance, not a move.
MIN_MOVE = 6
#: At most so many pairs of pieces are compared in one gap; beyond that only neighbours of the diagonal.
MAX_PAIRS = 6_000
#: At most so many character steps (64 at a time) are spent on comparing pieces of one gap.
MAX_STEPS = 10_000_000
#: Of a piece only this much is looked at to tell whether another is like it.
MAX_LOOK = 2_000
#: A changed piece with less of it kept than this is shown as replaced altogether.
MIN_KEPT = 0.25


class Step(NamedTuple):
    """One step through both texts: the piece ``before`` against the piece ``after`` (indices, or None).

    A moved piece gives two steps ``MOVE``: one with only ``before`` where it was, one with only ``after`` where it is.
    """

    op: HunkOp
    before: int | None
    after: int | None


class Piece(NamedTuple):
    """A piece of text with what happened to it. Equal pieces may be spelt differently."""

    op: HunkOp
    before: str
    after: str


def align_blocks(before: Sequence[str], after: Sequence[str]) -> list[Step]:
    """The steps from ``before`` to ``after``, in order: every index of either side occurs exactly once.

    Equal means equal under ``compare_key``; similar pieces between two equal ones are paired as ``REPLACE``.
    """
    old, new = [compare_key(text) for text in before], [compare_key(text) for text in after]
    runs = match_runs(old, new)
    moved = _find_moves(old, new, [run for run in runs if not run.same])
    steps: list[Step] = []
    for run in runs:
        if run.same:
            steps.extend(
                Step(HunkOp.EQUAL, i, j) for i, j in zip(range(run.b0, run.b1), range(run.a0, run.a1), strict=True)
            )
        else:
            steps.extend(_align_gap(old, new, run, moved))
    return steps


class _Moves(NamedTuple):
    before: frozenset[int]
    after: frozenset[int]


def _find_moves(old: Sequence[str], new: Sequence[str], gaps: Sequence[Run]) -> _Moves:
    free_old = {i for gap in gaps for i in range(gap.b0, gap.b1)}
    free_new = {j for gap in gaps for j in range(gap.a0, gap.a1)}
    waiting: defaultdict[str, deque[int]] = defaultdict(deque)
    for i in sorted(free_old):
        waiting[old[i]].append(i)
    moves: dict[int, int] = {}
    for j in sorted(free_new):
        if len(new[j]) >= MIN_MOVE and waiting.get(new[j]):
            moves[waiting[new[j]].popleft()] = j
    taken = set(moves.values())
    for i, j in list(moves.items()):  # short pieces go along with the moved one before them
        while (i := i + 1) in free_old and (j := j + 1) in free_new:
            if old[i] != new[j] or i in moves or j in taken:
                break
            moves[i] = j
            taken.add(j)
    return _Moves(frozenset(moves), frozenset(taken))


def _align_gap(old: Sequence[str], new: Sequence[str], gap: Run, moved: _Moves) -> Iterator[Step]:
    deleted = [i for i in range(gap.b0, gap.b1) if i not in moved.before]
    inserted = [j for j in range(gap.a0, gap.a1) if j not in moved.after]
    i, j = gap.b0, gap.a0
    for pair_old, pair_new in [*_pair_similar(old, new, deleted, inserted), (gap.b1, gap.a1)]:
        for at in range(i, pair_old):
            yield Step(HunkOp.MOVE if at in moved.before else HunkOp.DELETE, at, None)
        for at in range(j, pair_new):
            yield Step(HunkOp.MOVE if at in moved.after else HunkOp.INSERT, None, at)
        if pair_old < gap.b1:
            yield Step(HunkOp.REPLACE, pair_old, pair_new)
        i, j = pair_old + 1, pair_new + 1


def _pair_similar(
    old: Sequence[str], new: Sequence[str], deleted: Sequence[int], inserted: Sequence[int]
) -> list[tuple[int, int]]:
    """The pairs of similar pieces with the greatest likeness in all that do not cross."""
    left = [old[i][:MAX_LOOK] for i in deleted]
    right = [new[j][:MAX_LOOK] for j in inserted]
    chain = _heaviest_chain(_score_pairs(left, right), len(right))
    return [(deleted[x], inserted[y]) for x, y in chain]


def _score_pairs(left: Sequence[str], right: Sequence[str]) -> Iterator[tuple[int, int, float]]:
    if not left or not right:
        return
    steps = sum(map(len, left)) * sum(map(len, right)) / 64
    cells = min(MAX_PAIRS, len(left) * len(right) * min(1.0, MAX_STEPS / max(steps, 1)))
    reach = max(1, int(cells / len(left)) // 2) if cells < len(left) * len(right) else len(right)
    for x, text in enumerate(left):
        middle = x * len(right) // len(left)
        for y in range(max(0, middle - reach), min(len(right), middle + reach + 1)):
            score = Indel.normalized_similarity(text, right[y], score_cutoff=SIMILAR)
            if score > 0:
                yield x, y, score


def _heaviest_chain(scored: Iterable[tuple[int, int, float]], width: int) -> list[tuple[int, int]]:
    """The heaviest chain with both indices increasing: prefix maxima in a Fenwick tree, O(k log n)."""
    best: list[tuple[float, int]] = [(0.0, -1)] * (width + 1)
    nodes: list[tuple[int, int, int]] = []
    for x, y, score in sorted(scored, key=lambda item: (item[0], -item[1])):
        weight, previous = _prefix_maximum(best, y)
        nodes.append((x, y, previous))
        _raise_maximum(best, y + 1, (weight + score, len(nodes) - 1))
    chain: list[tuple[int, int]] = []
    _, node = _prefix_maximum(best, width)
    while node >= 0:
        x, y, node = nodes[node]
        chain.append((x, y))
    return chain[::-1]


def _prefix_maximum(tree: Sequence[tuple[float, int]], end: int) -> tuple[float, int]:
    found = (0.0, -1)
    while end > 0:
        found = max(found, tree[end])
        end -= end & -end
    return found


def _raise_maximum(tree: list[tuple[float, int]], place: int, value: tuple[float, int]) -> None:
    while place < len(tree):
        tree[place] = max(tree[place], value)
        place += place & -place


def diff_tokens(before: str, after: str) -> list[Piece]:
    """What changed inside one sentence, in whole tokens, tidied for reading.

    The ``before`` of all pieces joined is ``before``, the ``after`` likewise. Nothing to compare gives no pieces.
    """
    old, new = split_tokens(before), split_tokens(after)
    keys = {token: _token_key(token) for token in {*old, *new}}
    runs = match_runs([keys[token] for token in old], [keys[token] for token in new])
    pieces = [make_piece("".join(old[r.b0 : r.b1]), "".join(new[r.a0 : r.a1]), same=r.same) for r in runs]
    tidy = _tidy(pieces)
    return tidy if _keeps_enough(tidy, before, after) else [make_piece(before, after, same=False)]


def _token_key(token: str) -> str:
    return " " if token.isspace() else compare_key(token) or token


def make_piece(before: str, after: str, *, same: bool) -> Piece:
    """The piece for two stretches of text; stretches that only differ in spelling are equal."""
    if same or compare_key(before) == compare_key(after) != "":
        return Piece(HunkOp.EQUAL, before, after)
    if before and after:
        return Piece(HunkOp.REPLACE, before, after)
    return Piece(HunkOp.DELETE if before else HunkOp.INSERT, before, after)


def _tidy(pieces: Sequence[Piece]) -> list[Piece]:
    """Joins changes that only a scrap of equal text keeps apart."""
    tidy: list[Piece] = []
    for place, piece in enumerate(pieces):
        if 0 < place < len(pieces) - 1 and _is_scrap(piece, tidy[-1], pieces[place + 1]):
            piece = Piece(HunkOp.REPLACE, piece.before, piece.after)
        if tidy and HunkOp.EQUAL not in (piece.op, tidy[-1].op):
            piece = make_piece(tidy[-1].before + piece.before, tidy[-1].after + piece.after, same=False)
            tidy.pop()
        tidy.append(piece)
    return tidy


def _is_scrap(piece: Piece, left: Piece, right: Piece) -> bool:
    if piece.op is not HunkOp.EQUAL or HunkOp.EQUAL in (left.op, right.op):
        return False
    text = piece.before.strip()
    if any(character.isdigit() for character in text):
        return False
    if len(text) <= 1:
        return True
    return len(text) <= 8 and 2 * len(text) <= min(_size(left), _size(right))


def _size(piece: Piece) -> int:
    return max(len(piece.before), len(piece.after))


def _keeps_enough(pieces: Sequence[Piece], before: str, after: str) -> bool:
    kept = sum(len(piece.before) for piece in pieces if piece.op is HunkOp.EQUAL)
    return len(pieces) <= 3 or kept >= MIN_KEPT * min(len(before), len(after))
