"""Articles that moved back: listed again at an address they once had, and gone from the one we know.

One article may be listed under several addresses in turn, so that the listing alone proves no move: both are looked at.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence

from crawler.model import Source
from crawler.pipeline.looks import ArticleLook, Wanted, want_again
from crawler.pipeline.pages import is_absent
from crawler.pipeline.twins import has_left_for, join_looks
from crawler.text.urls import canonical_url

LookAt = Callable[[Source, Iterable[Wanted]], Awaitable[list[ArticleLook]]]


async def look_where_listed(
    source: Source, looks: Sequence[ArticleLook], named: Iterable[Wanted], lapsed: Collection[str], look_at: LookAt
) -> list[ArticleLook]:
    """The looks, those at articles that moved back as looks at where they are now.

    ``lapsed`` are the ids of articles whose own addresses the listing has dropped.
    """
    if not source.follow:
        return list(looks)
    gone = {look.known.id for look in looks if look.known and not look.entry and is_absent(look)}
    elsewhere = [each for each in named if each.known and each.known.id in gone and is_elsewhere(each)]
    there = by_id(await look_at(source, elsewhere)) if elsewhere else {}
    come = [look.known for look in looks if look.known and look.known.id in lapsed and is_there(look) and is_back(look)]
    left = by_id(await look_at(source, map(want_again, come))) if come else {}
    return [_join(look, there, left) for look in looks]


def is_elsewhere(each: Wanted | ArticleLook) -> bool:
    """Whether a listing names a known article at another address than ours."""
    named = each.entry.url if each.entry else ""
    return bool(named and each.known) and canonical_url(named) != canonical_url(each.known.url if each.known else "")


def is_back(look: ArticleLook) -> bool:
    """Whether the other address is one that the article once had."""
    former = f"url:{canonical_url(look.entry.url)}" if look.entry else ""
    return look.known is not None and is_elsewhere(look) and former in look.known.keys


def is_there(look: ArticleLook) -> bool:
    """Whether the page was read, or is what it was."""
    return look.article is not None or look.unchanged


def by_id(looks: Iterable[ArticleLook]) -> dict[str, ArticleLook]:
    """The looks by the article they are at."""
    return {look.known.id: look for look in looks if look.known}


def _join(look: ArticleLook, there: dict[str, ArticleLook], left: dict[str, ArticleLook]) -> ArticleLook:
    if look.known is None:
        return look
    other, own = there.get(look.known.id), left.get(look.known.id)
    if other is not None and is_there(other) and not look.entry:
        return join_looks(other, look, look.known)
    return join_looks(look, own, look.known) if own is not None and look.entry and has_left_for(own, look) else look
