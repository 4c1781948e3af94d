"""What a check adds to the habits of a source, and which trouble they show. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from crawler.differ.guard import PATIENCE, Trouble, describe_short
from crawler.model import (
    ChangeKind,
    Habits,
    IncidentReason,
    Listing,
    Precision,
    ShortList,
    SourceState,
    Trace,
)
from crawler.pipeline.context import Context, Step
from crawler.pipeline.looks import ListingLook
from crawler.pipeline.masking import note_hidden
from crawler.pipeline.pages import WINDOW

#: A source whose posts show no rhythm yet is never quiet.
ENOUGH_POSTS = 8
#: Its longest pause so many times over, and so many usual ones, are no rhythm any more.
LONGEST, USUAL = 4, 20
#: No office is missed over a long weekend: a list may show no more than one busy day.
SHORTEST_SILENCE = timedelta(days=4)
#: A listing that has been short for so long is no part any more.
ACCEPTED = timedelta(days=7)
#: More of them tell nothing more.
MOST_TRACES = 300
#: A server that called two bodies alike is believed again when it was not seen to do so for this long. Many weak tags
#: only pass over a counter, and a wrong cache is mended; every body is seen once a day in any case.
HONEST_FOR = timedelta(days=14)
#: Checks in a row in which known posts come under new ids, until the ids are distrusted.
FRESH_CHECKS = 2


def habits_after(context: Context, steps: Sequence[Step], listing: Listing | None) -> Habits:
    """The habits of the source after a check that went well."""
    before, now = context.habits, context.now
    grows_old = before.traces or before.looks or before.short or context.short or before.distrusts_tags
    if listing is None and not steps and not context.reread and not grows_old:
        return before
    rhythm = find_rhythm(listing) if listing else None
    fresh = before.fresh_ids + 1 if context.ids.fresh else 0 if listing else before.fresh_ids
    hidden = [key for step in steps for key in step.masked]
    return replace(
        note_looks(before, context, steps),
        masks=note_hidden(context.masks or before.masks, hidden, now),
        unread=unread_after(before, context),
        short=context.short,
        fresh_ids=fresh,
        distrusts_ids=before.distrusts_ids or context.ids.degenerate or fresh >= FRESH_CHECKS,
        quiet_after=max(filter(None, (rhythm, before.quiet_after)), default=None),
    )


def note_looks(before: Habits, context: Context, steps: Sequence[Step]) -> Habits:
    """The habits with what was read, changed and missed; what is older than a day is forgotten."""
    now = context.now
    traces = [trace for trace in before.traces if now - trace.at < WINDOW]
    for step in steps:
        if step.change is not None and step.change.kind is ChangeKind.EDITED:
            traces.append(Trace(at=now, article_id=step.article.id, kind="edited"))
        elif step.article.absence is not None and len(step.article.absence.observations) == 1:
            traces.append(Trace(at=now, article_id=step.article.id, kind="missing"))
    looks = [each for each in before.looks if now - each[0] < WINDOW]
    if context.reread and not context.confirming:
        looks.append((now, context.reread))
    traces.sort(key=lambda trace: (trace.at, trace.article_id))
    erred_at = last_error(before, now, errs=context.errs)
    return replace(
        before,
        traces=tuple(traces[-MOST_TRACES:]),
        looks=tuple(looks[-MOST_TRACES:]),
        widened_at=now if context.widened else before.widened_at,
        distrusts_tags=erred_at is not None,
        erred_at=erred_at,
        masks=note_hidden(before.masks, [key for step in steps for key in step.masked], now),
    )


def last_error(before: Habits, now: datetime, *, errs: bool) -> datetime | None:
    """When its server was last seen to call two bodies alike; None where it never was, or not for long.

    Where that was not kept, or lies ahead of a clock that was set back, the days are counted from now.
    """
    if errs:
        return now
    if not before.distrusts_tags:
        return None
    erred_at = min(before.erred_at or now, now)
    return None if now - erred_at >= HONEST_FOR else erred_at


def unread_after(before: Habits, context: Context) -> int:
    """Checks in a row in which the pages could not be read; a check that reads none says nothing."""
    pages = context.pages
    if pages.trouble is not None:
        return before.unread + 1
    if not pages.read or (before.unread and 2 * pages.bad > pages.read):
        return before.unread
    return 0


def shorten(before: ShortList | None, trouble: Trouble | None, look: ListingLook, now: datetime) -> ShortList | None:
    """That the listing is a part of what it was, after one more look at it; one that did not change still is.

    What has been short for a week is as long as this listing is now.
    """
    if look.listing is not None and (trouble is None or trouble.reason is not IncidentReason.PARSER_DRIFT):
        return None
    if before is None:
        return None if look.listing is None else ShortList(entries=look.usual, checks=1, since=now)
    if now - before.since >= ACCEPTED:
        return None
    entries = before.entries if look.listing is None else look.usual
    return replace(before, entries=entries, checks=before.checks + 1)


def count_entries(before: SourceState, look: ListingLook, context: Context) -> int:
    """How many entries the listing usually has. A part of it, or its news alone, do not say."""
    if context.short is not None:
        return before.entry_count
    if look.listing is None:
        return context.habits.short.entries if context.habits.short else before.entry_count
    return look.usual if look.listing.since is None else max(look.usual, before.entry_count)


def find_rhythm(listing: Listing) -> timedelta | None:
    """How long a source with such posts never keeps silent, or None where they show no rhythm."""
    from statistics import median  # most listings are as they were

    dated = (entry.published for entry in listing.entries if entry.published)
    moments = sorted({each.instant for each in dated if each.precision is not Precision.APPROX})
    if len(moments) < ENOUGH_POSTS:
        return None
    pauses = [later - earlier for earlier, later in pairwise(moments)]
    usual = timedelta(seconds=median(pause.total_seconds() for pause in pauses))
    return max(LONGEST * max(pauses) + USUAL * usual, SHORTEST_SILENCE)


def is_quiet(state: SourceState, pinned: timedelta | None, now: datetime) -> bool:
    """Whether no post has come for much longer than usual. ``pinned`` is the operator's own word."""
    limit = pinned or state.habits.quiet_after
    return limit is not None and state.newest_at is not None and now - state.newest_at > limit


def standing_trouble(context: Context, habits: Habits) -> tuple[IncidentReason | None, str]:
    """The trouble that lasts long enough to be told, in a check whose list could be read: of its pages, its length."""
    if habits.unread >= PATIENCE:
        return context.pages.trouble or IncidentReason.SOFT_FAILURE, context.pages.detail
    if habits.short is not None and habits.short.checks >= PATIENCE:
        usual = context.state.entry_count if context.state else 0
        return IncidentReason.PARSER_DRIFT, describe_short(habits.short.entries, usual)
    return None, ""
