"""What a source's articles share with each other: learnt from what a check reads, left out where it compares. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from crawler.model import Article, Mask
from crawler.pipeline.context import Context
from crawler.pipeline.looks import ArticleLook

if TYPE_CHECKING:
    from crawler.differ.compare import Comparison


class Difference(NamedTuple):
    """What differs between two readings, and the masks that hid something of it."""

    comparison: Comparison | None = None
    masked: tuple[str, ...] = ()


def learn_masks(looks: Sequence[ArticleLook], context: Context) -> tuple[Mask, ...]:
    """The masks of the source, after this check has read some of its articles."""
    read = [look.article for look in looks if look.article is not None]
    if not read:
        return context.habits.masks
    from crawler.differ.masks import learn  # most checks read nothing

    return learn(read, context.habits.masks, context.now)


def compare_masked(before: Article, article: Article, context: Context) -> Difference:
    """What differs but for what is the site's own."""
    from crawler.differ.compare import compare
    from crawler.differ.masks import MOVING, cover, find_heirs, hidden_by, ripe

    masks = (*ripe(context.habits.masks, context.now), *(mask for mask in context.masks if mask.moves >= MOVING))
    old, new = cover(before, masks), cover(article, masks, find_heirs(before, article, masks))
    return Difference(compare(old.article, new.article), hidden_by(old, new))


def note_hidden(masks: Sequence[Mask], hidden: Iterable[str], now: datetime) -> tuple[Mask, ...]:
    """The masks with what they have just hidden on their account."""
    counts = Counter(hidden)
    return tuple(
        replace(mask, hidden=mask.hidden + counts[mask.key], hidden_at=now) if mask.key in counts else mask
        for mask in masks
    )
