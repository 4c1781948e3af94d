"""Where hunks change a text: regions of whole sentences, each with the places inside it that changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import Indel

from crawler.differ.align import SIMILAR, diff_tokens
from crawler.differ.folding import compare_key
from crawler.differ.tokens import split_sentences
from crawler.model import Hunk, HunkOp

#: How far from a change its sentence may begin or end.
_REACH = 400
#: What a sentence that ends has near its end: most texts are cut in the middle of one.
_MAY_END = re.compile(r"[。！？；｡．!?;.\n]\W*$")
#: At most so many deleted and inserted sentences are searched for counterparts.
_MOST_STRAYS = 60


@dataclass(frozen=True, slots=True)
class Place:
    """``before[b0:b1]`` of a region became ``after[a0:a1]``."""

    b0: int
    b1: int
    a0: int
    a1: int


@dataclass(slots=True)
class Region:
    """The sentences around some changes, in both spellings. Empty on a side where nothing corresponds."""

    before: str = ""
    after: str = ""
    places: list[Place] = field(default_factory=list)

    @property
    def is_stray(self) -> bool:
        """Whether whole sentences were deleted, or inserted, without a counterpart."""
        return not (self.before and self.after)

    @property
    def is_complete(self) -> bool:
        """Whether a sentence ends where the region does, on both sides that have any text."""
        return all(_ends(text) for text in (self.before, self.after) if text)


def find_regions(hunks: Sequence[Hunk]) -> list[Region]:
    """The changed regions of one field, in order.

    A deleted sentence and a similar inserted one elsewhere (moved and edited at once) make one region.
    """
    return _join_strays([region for region in _walk(hunks) if region.places])


def _walk(hunks: Iterable[Hunk]) -> Iterator[Region]:
    region = Region()
    for hunk in hunks:
        if hunk.op is HunkOp.MOVE:
            yield region
            region = Region()
        elif hunk.op is HunkOp.EQUAL:
            if not _bridge(region, hunk):
                _complete(region, hunk)
                yield region
                region = Region(before=_sentence_tail(hunk.before), after=_sentence_tail(hunk.after))
        else:
            _add_change(region, hunk)
    yield region


def _bridge(region: Region, hunk: Hunk) -> bool:
    """Takes an equal run into the region where it lies within one sentence."""
    if not region.places or region.is_complete or len(hunk.before) > _REACH:
        return False
    if len(split_sentences(hunk.before)) > 1 or _ends(hunk.before):
        return False
    region.before += hunk.before
    region.after += hunk.after
    return True


def _complete(region: Region, hunk: Hunk) -> None:
    """Adds the rest of the sentence in which the last change lies."""
    if region.places and not region.is_complete:
        region.before += _sentence_head(hunk.before)
        region.after += _sentence_head(hunk.after)


def _add_change(region: Region, hunk: Hunk) -> None:
    b0, a0 = len(region.before), len(region.after)
    region.before += hunk.before
    region.after += hunk.after
    region.places.append(Place(b0, len(region.before), a0, len(region.after)))


def _sentence_head(text: str) -> str:
    return split_sentences(text[:_REACH])[0] if text else ""


def _sentence_tail(text: str) -> str:
    if not text or _ends(text):
        return ""
    return split_sentences(text[-_REACH:])[-1]


def _ends(text: str) -> bool:
    """Whether a sentence ends where ``text`` ends."""
    tail = text[-_REACH:]
    return len(split_sentences(tail + "\ue000")) > len(split_sentences(tail)) if _MAY_END.search(tail) else False


def _join_strays(regions: list[Region]) -> list[Region]:
    deleted = [region for region in regions if not region.after]
    inserted = [region for region in regions if not region.before]
    if not deleted or not inserted or len(deleted) + len(inserted) > _MOST_STRAYS:
        return regions
    joined = {id(old): (old, new) for old, new in _counterparts(deleted, inserted)}
    taken = {id(new) for _, new in joined.values()}
    return [
        region_of(*(side for side in (joined[id(r)][0].before, joined[id(r)][1].after))) if id(r) in joined else r
        for r in regions
        if id(r) not in taken
    ]


def _counterparts(deleted: Iterable[Region], inserted: Iterable[Region]) -> Iterator[tuple[Region, Region]]:
    rest = list(inserted)
    for old in deleted:
        key = compare_key(old.before)
        scored = [(Indel.normalized_similarity(key, compare_key(new.after), score_cutoff=SIMILAR), new) for new in rest]
        score, best = max(scored, key=lambda item: item[0], default=(0.0, None))
        if best is not None and score > 0:
            rest.remove(best)
            yield old, best


def region_of(before: str, after: str) -> Region:
    """The region of two sentences that are known to correspond."""
    region = Region()
    for op, old, new in diff_tokens(before, after):
        if op is HunkOp.EQUAL:
            region.before += old
            region.after += new
        else:
            _add_change(region, Hunk(field="", op=op, before=old, after=new))
    return region
