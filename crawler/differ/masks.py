"""Template text that stands among the paragraphs of a source's articles: learnt from siblings, and left out when an
article is compared. Pure.

What several articles of one source say word for word, in most of the pages that were read together, is the site's and
not the article's: an invitation to a newsletter, how to read the documents, whom to thank. When it comes, goes or
moves, no article was edited. A line may be masked only if it holds nothing that a reader could be misled about: no
figure, no date, no name, no quote, no word of permission or denial. The title, files and links are never masked.
Where such a line is another every day, its place is learnt: what stands there is left out from the start.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from crawler.differ.folding import compare_key
from crawler.differ.spans import find_quotes, find_spans
from crawler.model import Article, Block, BlockKind, Mask

#: Articles read together that must share a line, and the share of all that were read together.
FEWEST, MOST_OF = 5, 0.6
#: A shorter line may be alike by chance; a longer one is no line of a template.
SHORTEST, LONGEST = 6, 400
#: Masks kept of a source, the latest seen; enough for what a template says, also while it is replaced by another.
MOST = 60
#: A line must have been shared for so long before it is left out.
RIPE = timedelta(days=1)
#: From the second time on that one shared line takes the place of another, it does so at once.
MOVING = 2
#: What a template is made of. Captions, tables and headings belong to the text around them.
MASKABLE = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM})
_SAMPLE = 80


class Covered(NamedTuple):
    """An article without what is masked, and which mask took which line."""

    article: Article
    taken: tuple[tuple[str, str], ...]


def ripe(masks: Iterable[Mask], now: datetime) -> tuple[Mask, ...]:
    """The masks that are in force. Where a template is new everywhere at once, that is one event, and told as one."""
    return tuple(mask for mask in masks if now - mask.since >= RIPE)


def hidden_by(before: Covered, after: Covered) -> tuple[str, ...]:
    """The masks that kept a difference between two readings out of sight."""
    old, new = (Counter(key for key, _ in each.taken) for each in (before, after))
    return tuple(sorted({*(old - new), *(new - old)}))


def mask_key(block: Block) -> str:
    """The name of a line, the same however it is spaced and spelt."""
    return hashlib.sha256(compare_key(block.text).encode("utf-8", "replace")).hexdigest()[:16]


def is_maskable(block: Block) -> bool:
    """Whether a line may be masked at all: nobody could be misled by its absence."""
    text = compare_key(block.text)
    if block.kind not in MASKABLE or not SHORTEST <= len(text) <= LONGEST:
        return False
    if any(character.isnumeric() for character in block.text):
        return False
    return not any(find_spans(each) or find_quotes(each) for each in (block.text, text))


def learn(articles: Sequence[Article], known: Sequence[Mask], now: datetime) -> tuple[Mask, ...]:
    """The masks of a source after ``articles`` of it were read together, the latest seen first."""
    shared = find_shared(articles) if len(articles) >= FEWEST else {}
    masks = {mask.key: mask for mask in known}
    before = find_predecessor(shared, known)
    for key, (block, count) in shared.items():
        seen = masks.get(key) or Mask(key=key, sample=block.text[:_SAMPLE], since=now, seen_at=now, articles=count)
        if before is not None and key not in masks:
            moves = before.moves + 1
            seen = replace(seen, moves=moves, since=before.since if moves >= MOVING else now)
        masks[key] = replace(seen, seen_at=now, articles=count)
    latest = sorted(masks.values(), key=lambda mask: (mask.seen_at, mask.articles, mask.key), reverse=True)
    return tuple(latest[:MOST])


def find_predecessor(shared: Collection[str], known: Sequence[Mask]) -> Mask | None:
    """The line in whose place a new one stands: the only one that is shared no longer, where only one has come."""
    latest = max((mask.seen_at for mask in known), default=None)
    gone = [mask for mask in known if mask.seen_at == latest and mask.key not in shared]
    come = set(shared) - {mask.key for mask in known}
    return gone[0] if len(gone) == len(come) == 1 else None


def find_heirs(before: Article, after: Article, masks: Iterable[Mask]) -> frozenset[str]:
    """The lines of ``after`` that stand where ``before`` has one of a place in which the site's lines come and go."""
    moving = {mask.key for mask in masks if mask.moves >= MOVING}
    if not moving:
        return frozenset()
    old, new = ([mask_key(block) for block in article.blocks] for article in (before, after))
    places = {neighbours for key, neighbours in _places(old) if key in moving and key not in new}
    heirs = zip(after.blocks, _places(new), strict=True)
    return frozenset(
        key for block, (key, neighbours) in heirs if neighbours in places and key not in old and is_maskable(block)
    )


def _places(keys: Sequence[str]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Each line with those before and after it."""
    framed = ["", *keys, ""]
    return ((key, (framed[place], framed[place + 2])) for place, key in enumerate(keys))


def find_shared(articles: Sequence[Article]) -> dict[str, tuple[Block, int]]:
    """The lines that most of the articles share, and how many of them do."""
    lines = [{mask_key(block): block for block in article.blocks if block.kind in MASKABLE} for article in articles]
    counts = Counter(key for each in lines for key in each)
    often = {key for key, count in counts.items() if count >= max(FEWEST, MOST_OF * len(articles))}
    blocks = {key: block for each in lines for key, block in each.items() if key in often}
    return {key: (block, counts[key]) for key, block in blocks.items() if is_maskable(block)}


def cover(article: Article, masks: Iterable[Mask], heirs: Collection[str] = ()) -> Covered:
    """The article as it is compared. Whatever a mask says, a line that may not be masked stays."""
    keys = {mask.key for mask in masks} | set(heirs)
    if not keys:
        return Covered(article, ())
    taken = list(_taken(article.blocks, keys))
    if not taken:
        return Covered(article, ())
    places = {place for place, _, _ in taken}
    kept = tuple(block for place, block in enumerate(article.blocks) if place not in places)
    return Covered(replace(article, blocks=kept), tuple((key, text) for _, key, text in taken))


def _taken(blocks: Sequence[Block], keys: set[str]) -> Iterator[tuple[int, str, str]]:
    for place, block in enumerate(blocks):
        if block.kind in MASKABLE and (key := mask_key(block)) in keys and is_maskable(block):
            yield place, key, block.text
