"""Whom to look for because of what a listing leaves out, or names again: what is remembered meets what was read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from crawler.model import ArticleState, Listing
from crawler.pipeline.context import Context
from crawler.pipeline.looks import ArticleLook, ListingLook, Wanted
from crawler.pipeline.pages import is_absent
from crawler.pipeline.window import (
    MOST_LOOKS,
    MOST_REMEMBERED,
    SAMPLE,
    Lapse,
    choose_lapsed,
    find_come_up,
    find_lapsed,
    find_left_out,
    find_returned,
    list_window,
)
from crawler.pipeline.writer import StoreThread

#: More articles than any exhaustive listing is compared with.
MAX_KNOWN = 5_000


async def find_lapses(store: StoreThread, look: ListingLook, named: Sequence[Wanted], context: Context) -> Lapse:
    """Whom the listing dropped from its midst, leaves out of all there is, or names again.

    A listing that holds only what was updated lately says nothing. Of one that is not believed today, a few that it
    dropped are looked for: they say whether it is right (see ``bears_out``).
    """
    listing = look.listing
    if listing is None or listing.since is not None:
        return Lapse()
    window = list_window(look, named)
    if context.fresh:
        return Lapse(window=tuple(window[:MOST_REMEMBERED]))
    lapse = await _find_dropped(store, listing, window, named, context) if window else Lapse()
    if not context.source.follow:
        return replace(lapse, articles=(), waits=False)  # there is no page that could say whether one is gone
    if not (listing.exhaustive and context.well):
        return lapse
    known = await store.due_articles(context.source.id, now=None, limit=MAX_KNOWN)
    chosen = {article.id for article in lapse.articles}
    left_out = find_left_out([each for each in known if each.id not in chosen], named, context.now)
    return replace(lapse, articles=(*lapse.articles, *left_out))


async def _find_dropped(
    store: StoreThread, listing: Listing, window: Sequence[str], named: Sequence[Wanted], context: Context
) -> Lapse:
    source_id = context.source.id
    before = await store.listing_window(source_id)
    lapsed = find_lapsed(before, window, exhaustive=listing.exhaustive)
    known = await store.find_articles(lapsed)
    ids = {each.known.id for each in named if each.known}
    most = MOST_LOOKS if context.well else SAMPLE
    lapse = choose_lapsed(lapsed, known, window, source_id=source_id, named=ids, now=context.now, most=most)
    came_up = frozenset[str]() if listing.exhaustive else find_come_up(before, named)
    returned = find_returned(before, named, source_id=source_id)
    return replace(lapse, articles=(*returned, *lapse.articles), came_up=came_up)


def set_apart(named: Iterable[Wanted], lapse: Lapse) -> tuple[Wanted, ...]:
    """What the listing names; what only came up is recorded like what is found by going back, and told to nobody."""
    return tuple(replace(each, backfilled=each.backfilled or each.keys[0] in lapse.came_up) for each in named)


def bears_out(looks: Iterable[ArticleLook], lapse: Lapse) -> bool:
    """Whether most of what a listing dropped is gone indeed: then it shows all that is left, not a part of it."""
    dropped = {article.id for article in lapse.articles if article.state is ArticleState.PRESENT}
    gone = [is_absent(look) for look in looks if look.known is not None and look.known.id in dropped]
    return 2 * sum(gone) > len(gone)
