"""Whom to look for because of what a listing leaves out, or names again: what is remembered meets what was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crawler.model import Listing
from crawler.pipeline.choosing import unlisted
from crawler.pipeline.context import Context
from crawler.pipeline.looks import ListingLook, Wanted
from crawler.pipeline.window import (
    MOST_REMEMBERED,
    Lapse,
    choose_lapsed,
    find_lapsed,
    find_returned,
    list_window,
)
from crawler.pipeline.writer import StoreThread

#: More articles than any exhaustive listing is compared with.
MAX_KNOWN = 5_000


async def find_lapses(store: StoreThread, look: ListingLook, named: Sequence[Wanted], context: Context) -> Lapse:
    """Whom the listing dropped from its midst, leaves out of all there is, or names again.

    A listing that is not believed today, or holds only what was updated lately, says nothing and is not remembered.
    """
    listing = look.listing
    if listing is None or listing.since is not None or not (context.well and context.source.follow):
        return Lapse()
    window = list_window(look, named)
    if context.fresh:
        return Lapse(window=tuple(window[:MOST_REMEMBERED]))
    lapse = await _find_dropped(store, listing, window, named, context) if window else Lapse()
    if not listing.exhaustive:
        return lapse
    known = await store.due_articles(context.source.id, now=None, limit=MAX_KNOWN)
    chosen = {article.id for article in lapse.articles}
    left_out = unlisted([each for each in known if each.id not in chosen], named, context.now)
    return replace(lapse, articles=(*lapse.articles, *left_out))


async def _find_dropped(
    store: StoreThread, listing: Listing, window: Sequence[str], named: Sequence[Wanted], context: Context
) -> Lapse:
    source_id = context.source.id
    before = await store.listing_window(source_id)
    lapsed = find_lapsed(before, window, exhaustive=listing.exhaustive)
    known = await store.find_articles(lapsed)
    ids = {each.known.id for each in named if each.known}
    lapse = choose_lapsed(lapsed, known, window, source_id=source_id, named=ids, now=context.now)
    return replace(lapse, articles=(*find_returned(before, named, source_id=source_id), *lapse.articles))
