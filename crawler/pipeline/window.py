"""What a listing drops from its midst, or names again that was gone: a reason to look, never a proof. Pure.

The window of a listing slides, so most posts leave it in peace: at its end, pushed out by newer ones. A post that is
missing from the midst of it was taken out by somebody, and so was one that a complete list has no more. The age ladder
alone would look for it days later. The page itself then says whether it is gone (DESIGN §4, Removal). In the same way
an article that was gone may be back as soon as it is listed again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.model import ArticleState, KnownArticle
from crawler.pipeline.looks import ListingLook, Wanted
from crawler.text.urls import canonical_url

#: Entries of a listing that are remembered, and articles looked for in one check; the others wait for the next one.
MOST_REMEMBERED = 500
MOST_LOOKS = 50
#: Articles by which a listing that is a part of what it was is told from one that tells the truth.
SAMPLE = 8
#: Who was looked at so lately is looked for at the next check: two nodes of a site may name different posts in turn.
_LATELY = timedelta(minutes=10)
#: Articles that an exhaustive listing leaves out and are looked at for it in one check.
MOST_LEFT_OUT = 20
#: A page that is still there though no list names it is not asked for again sooner for that alone.
LEFT_OUT_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Lapse:
    """The articles to look for, the keys of the entries to remember for the next check, and those that only came up.

    ``waits``: there are more to look for, at the next check, though the listing may not change until then.
    """

    articles: tuple[KnownArticle, ...] = ()
    window: tuple[str, ...] = ()
    came_up: frozenset[str] = frozenset()
    waits: bool = False


def list_window(look: ListingLook, named: Iterable[Wanted]) -> list[str]:
    """One key for each entry that an everyday check sees, in the listing's order."""
    return [each.keys[0] for each in named if not each.backfilled] if look.listing is not None else []


def find_lapsed(before: Sequence[str], window: Sequence[str], *, exhaustive: bool) -> list[str]:
    """The keys of ``before`` that ``window`` lacks, and that did not simply leave it at its end."""
    now = set(window)
    kept = [place for place, key in enumerate(before) if key in now]
    if not kept:
        return list(before) if exhaustive and window else []
    if exhaustive:
        return [key for key in before if key not in now]
    met = set(before)
    newer = next(place for place, key in enumerate(window) if key in met)
    first_pushed = max(kept[-1] + 1, len(before) - newer)
    return [key for key in before[:first_pushed] if key not in now]


def find_come_up(before: Sequence[str], named: Sequence[Wanted]) -> frozenset[str]:
    """The keys of unknown entries that a listing shows at its end only because others were taken out.

    Such a post is older than all that was listed, and no news. Where the listing grew, or the dates do not fall
    towards its end, nobody knows: a list may be ordered oldest first.
    """
    listed = [each for each in named if not each.backfilled]
    met = set(before)
    last = max((place for place, each in enumerate(listed) if met.intersection(each.keys)), default=None)
    if last is None or len(listed) > len(before):
        return frozenset()
    days = [each.entry.published.instant if each.entry and each.entry.published else None for each in listed]
    edge, newest = days[last], max((day for day in days if day), default=None)
    if edge is None or newest is None:
        return frozenset()
    behind = zip(listed[last + 1 :], days[last + 1 :], strict=True)
    return frozenset(each.keys[0] for each, day in behind if not each.known and day and day <= edge and day < newest)


def find_returned(before: Sequence[str], named: Iterable[Wanted], *, source_id: str) -> list[KnownArticle]:
    """The source's articles that are thought gone, or going, and that the listing names again.

    One that it named all along, page or no page, is left to its own rhythm.
    """
    listed = set(before)
    return [
        each.known
        for each in named
        if each.known is not None
        and each.known.state is not ArticleState.PRESENT
        and each.known.source_id == source_id
        and not listed.intersection(each.keys)
    ][:MOST_LOOKS]


def choose_lapsed(
    lapsed: Sequence[str],
    known: Mapping[str, KnownArticle],
    window: Sequence[str],
    *,
    source_id: str,
    named: Collection[str],
    now: datetime,
    most: int = MOST_LOOKS,
) -> Lapse:
    """Whom to look for of the ``lapsed`` keys, and what to remember.

    ``named`` are the ids of articles that the listing names under any key; they are looked for only where it is their
    own address that it names no more: they may have moved back to another. Who is beyond the ``most``, or cannot be
    looked for yet, stays remembered, in front, where nothing newer pushes it out.
    """
    wanted: dict[str, KnownArticle] = {}
    waiting: list[str] = []
    for key in lapsed:
        article = known.get(key)
        if article is None or article.source_id != source_id or article.state is not ArticleState.PRESENT:
            continue
        has_stayed = article.id in named and key != f"url:{canonical_url(article.url)}"
        if has_stayed or article.id in wanted:
            continue
        lately = article.fetched_at is not None and now - article.fetched_at < _LATELY
        if lately or len(wanted) >= most:
            waiting.append(key)
        else:
            wanted[article.id] = article
    remembered = tuple([*waiting, *window][:MOST_REMEMBERED])
    return Lapse(tuple(wanted.values()), remembered, waits=bool(waiting))


def find_left_out(known: Iterable[KnownArticle], named: Iterable[Wanted], now: datetime) -> list[KnownArticle]:
    """Articles that an exhaustive listing leaves out: no proof that they are gone, but a reason to look, oldest first.

    Those that other checks follow already are left to them.
    """
    listed = {each.known.id for each in named if each.known}
    quiet = [each for each in known if each.state is ArticleState.PRESENT and each.id not in listed]
    stale = [each for each in quiet if each.fetched_at is not None and each.fetched_at <= now - LEFT_OUT_EVERY]
    return sorted(stale, key=lambda each: each.fetched_at or now)[:MOST_LEFT_OUT]
