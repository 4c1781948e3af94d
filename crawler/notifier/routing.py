"""Who hears of what, and when: from changes and incidents to promises. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from fnmatch import fnmatchcase
from functools import lru_cache
from itertools import accumulate, groupby
from zoneinfo import ZoneInfo

from crawler.model import (
    Change,
    ChangeKind,
    HunkOp,
    Incident,
    IncidentReason,
    IncidentState,
    Keywords,
    Promise,
    Quiet,
    Rhythm,
    Subscription,
)
from crawler.text.normalize import fold

#: Mass events stand for single changes: whoever hears these kinds hears of them.
MASS_KINDS = {IncidentReason.MASS_EDIT: ChangeKind.EDITED, IncidentReason.MASS_REMOVAL: ChangeKind.REMOVED}

#: Fields whose text is a list, one item a line.
_LISTS = frozenset({"author", "attachments", "links"})
_END_OF_ITEM = re.compile(r"\n")
_END_OF_SENTENCE = re.compile("[。！？；｡!?;]+[”’」』）)\"']*\\s*" r"|(?<!\.)\.+[”’)\"']*(?:\s+|\Z)" r"|\n\n\s*")


def route(
    changes: Sequence[Change],
    texts: Mapping[str, str],
    incidents: Sequence[Incident],
    *,
    subscriptions: Iterable[Subscription],
    channels_batch: Mapping[str, bool],
    now: datetime,
    source_tags: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[Promise, ...]:
    """Every promise that ``changes`` and ``incidents`` give rise to. Articles of a baseline promise nothing.

    ``texts`` holds the articles' texts by change id, for keywords. ``channels_batch`` says of each channel whether
    one message may hold several changes. ``source_tags`` are the tags of sources; where they are not known, a
    subscription that asks for tags hears of an incident: trouble told in vain beats trouble untold.
    """
    haystacks = {change.id: Haystack(change, texts.get(change.id, "")) for change in changes}
    tags = source_tags or {}
    promises: list[Promise] = []
    for subscription in subscriptions:
        told = [
            change.id
            for change in changes
            if not change.baseline
            and concerns(subscription, change, tags)
            and wants_change(subscription, change, haystacks[change.id], now)
        ]
        told += [each.event_id for each in incidents if wants_incident(subscription, each, tags.get(each.source))]
        batches = channels_batch.get(subscription.channel, False)
        promises += [promise(subscription, event_id, batches, now) for event_id in told]
    return tuple(promises)


class Haystack:
    """What keywords are searched in, folded when first asked for: most subscriptions have no keywords."""

    def __init__(self, change: Change, text: str) -> None:
        self._change = change
        self._text = text
        self._folded: str | None = None

    @property
    def folded(self) -> str:
        """Title and text; of an edit the title and the sentences that changed."""
        if self._folded is None:
            changed = changed_text(self._change)
            text = changed if self._change.kind is ChangeKind.EDITED else f"{self._text} {changed}"
            self._folded = fold_word(f"{self._change.article.title} \n {text}")
        return self._folded


def changed_text(change: Change) -> str:
    """What a change took away or put in: the sentences around it, old and new, field by field, and the facts.

    A figure alone says nothing: of "up 11%" only the 11 may have changed, and "up" is what readers ask for.
    """
    pieces = [piece for fact in change.facts for piece in (fact.before, fact.after) if piece]
    for (field, file), group in groupby(change.diff, key=lambda hunk: hunk.place):
        hunks = list(group)
        ends = _END_OF_ITEM if field in _LISTS and not file else _END_OF_SENTENCE
        pieces += changed_sentences(((hunk.op, hunk.before) for hunk in hunks), ends)
        pieces += changed_sentences(((hunk.op, hunk.after) for hunk in hunks), ends)
    return " \n ".join(pieces)


def changed_sentences(pieces: Iterable[tuple[HunkOp, str]], ends: re.Pattern[str]) -> list[str]:
    """The sentences that hold something other than equal pieces, of the text that all pieces make together.

    Where a piece is empty, something is missing here: that concerns the sentence around it, if it is inside of one.
    """
    parts = list(pieces)
    text = "".join(part for _, part in parts)
    stops = accumulate(len(part) for _, part in parts)
    spans = [(end - len(part), end) for (op, part), end in zip(parts, stops, strict=True) if op is not HunkOp.EQUAL]
    bounds = sorted({0, len(text), *(found.end() for found in ends.finditer(text))})
    concerned = {n for begin, end in spans for n in range(bisect_right(bounds, begin) - 1, bisect_left(bounds, end))}
    return [text[bounds[n] : bounds[n + 1]] for n in sorted(concerned)]


def concerns(subscription: Subscription, change: Change, tags: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether the subscription follows a source of the change, and none at which the same was told before.

    A source whose tags are not known any more counts for no tag here: told twice beats hidden once.
    """
    follows = covers(subscription, change.source, change.tags)
    follows = follows or any(covers(subscription, each, tags.get(each, ())) for each in change.shared_with)
    return follows and not any(covers(subscription, each, tags.get(each, ())) for each in change.told_at)


def wants_change(subscription: Subscription, change: Change, haystack: Haystack, now: datetime) -> bool:
    """Whether the subscription, which covers its source, shall hear of the change."""
    return (
        change.kind.value in subscription.changes
        and is_significant(subscription, change)
        and is_recent(subscription, change, now)
        and matches_keywords(subscription.keywords, haystack)
    )


def wants_incident(subscription: Subscription, incident: Incident, tags: tuple[str, ...] | None) -> bool:
    """Whether the subscription shall hear of trouble, or of the mass event that stands for its changes.

    The end of a mass event is no news to readers, nor is a reminder: only those who asked for incidents hear of it.
    """
    kind = MASS_KINDS.get(incident.reason)
    reader = (
        kind is not None
        and kind.value in subscription.changes
        and incident.state is IncidentState.OPEN
        and not incident.reminder
    )
    return (subscription.incidents or reader) and covers(subscription, incident.source, tags)


def covers(subscription: Subscription, source: str, tags: Iterable[str] | None) -> bool:
    """Whether the source is one of those subscribed to, by id or glob and, if tags are named, by one of them."""
    if not any(fnmatchcase(source, pattern) for pattern in subscription.sources):
        return False
    return not subscription.tags or tags is None or not set(subscription.tags).isdisjoint(tags)


def is_significant(subscription: Subscription, change: Change) -> bool:
    """``min_significance`` holds back edits only."""
    return change.kind is not ChangeKind.EDITED or change.significance >= subscription.min_significance


def is_recent(subscription: Subscription, change: Change, now: datetime) -> bool:
    """``published_within`` holds back old notices that are listed as new; what happens to known ones is news."""
    published_at = change.article.published_at
    if change.kind is not ChangeKind.NEW or subscription.published_within is None or published_at is None:
        return True
    return published_at >= now - subscription.published_within


def matches_keywords(keywords: Keywords, haystack: Haystack) -> bool:
    """At least one of ``any``, every one of ``all``, not one of ``none``; folded, without case, in any script."""
    if not (keywords.any or keywords.all or keywords.none):
        return True
    text = haystack.folded
    return (
        (not keywords.any or any(word in text for word in fold_words(keywords.any)))
        and all(word in text for word in fold_words(keywords.all))
        and not any(word in text for word in fold_words(keywords.none))
    )


@lru_cache(maxsize=1024)
def fold_words(words: tuple[str, ...]) -> tuple[str, ...]:
    """The keywords as they are searched; what folds to nothing is no keyword."""
    return tuple(folded for folded in map(fold_word, words) if folded)


def fold_word(text: str) -> str:
    """The spelling in which keywords and texts meet."""
    return fold(text).casefold()


def promise(subscription: Subscription, event_id: str, batches: bool, now: datetime) -> Promise:
    """The promise to tell one event: alone, in a burst, or in the digest of its window."""
    window, due_at = place_in_time(subscription, event_id, batches, now)
    is_digest = subscription.rhythm.every != "at_once"
    return Promise(
        subscription=subscription.name,
        channel=subscription.channel,
        event_id=event_id,
        window=window,
        due_at=due_at,
        later=place_in_time(subscription, event_id, batches, due_at) if is_digest else None,
    )


def place_in_time(subscription: Subscription, event_id: str, batches: bool, now: datetime) -> tuple[str, datetime]:
    """The window in which an event is told, and when that is due.

    A burst that begins shortly before quiet hours is told at their beginning; what comes in them, when they end.
    """
    if subscription.rhythm.every != "at_once":
        due_at = next_digest_of(subscription, now)
        return f"digest:{due_at:%Y-%m-%dT%H:%M:%SZ}", due_at
    begins_at = end_of_quiet(subscription, now)
    gathers = batches and (begins_at > now or subscription.gather > timedelta(0))
    if not gathers:
        return f"event:{event_id}", begins_at
    return "burst", max(begins_at, last_before_quiet(subscription, now, now + subscription.gather))


def next_digest_of(subscription: Subscription, now: datetime) -> datetime:
    """The first digest of the subscription strictly after ``now``; one that falls into quiet hours ends them."""
    return end_of_quiet(subscription, next_digest(subscription.rhythm, subscription.timezone, now))


def end_of_quiet(subscription: Subscription, at: datetime) -> datetime:
    """``at``, or the end of the quiet hours that it lies in."""
    if subscription.quiet is None or not is_quiet_for(subscription, at):
        return at
    return next_time_of_day(ZoneInfo(subscription.timezone), subscription.quiet.to_minute, at)


def last_before_quiet(subscription: Subscription, now: datetime, at: datetime) -> datetime:
    """``at``, or the beginning of the quiet hours that it lies in and ``now`` does not."""
    if subscription.quiet is None or not is_quiet_for(subscription, at):
        return at
    return min(at, next_time_of_day(ZoneInfo(subscription.timezone), subscription.quiet.from_minute, now))


def is_quiet_for(subscription: Subscription, at: datetime) -> bool:
    """Whether the subscriber's clock shows a time of the quiet hours; their end is none of them."""
    quiet = subscription.quiet
    if quiet is None:
        return False
    local = at.astimezone(ZoneInfo(subscription.timezone))
    return lies_in(quiet, local.hour * 60 + local.minute)


def lies_in(quiet: Quiet, minute: int) -> bool:
    """Whether a minute of the day is one of the quiet ones."""
    if quiet.from_minute < quiet.to_minute:
        return quiet.from_minute <= minute < quiet.to_minute
    return minute >= quiet.from_minute or minute < quiet.to_minute


def next_digest(rhythm: Rhythm, timezone: str, now: datetime) -> datetime:
    """The first digest strictly after ``now``, in UTC."""
    zone = ZoneInfo(timezone)
    if rhythm.every == "hourly":
        return next_full_hour(zone, now)
    return next_time_of_day(zone, rhythm.at_minute, now)


def next_full_hour(zone: ZoneInfo, now: datetime) -> datetime:
    """The next full hour on the clocks of ``zone``, which need not be one in UTC."""
    local = now.astimezone(zone)
    past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return (now - past + timedelta(hours=1)).astimezone(UTC)


def next_time_of_day(zone: ZoneInfo, at_minute: int, now: datetime) -> datetime:
    """The next time the clocks of ``zone`` show ``at_minute`` (minutes after midnight).

    A time that a change of clocks skips is told as much later as the clocks were put forward; one that comes twice
    is told the first time (``fold=0`` of PEP 495 means both).
    """
    today = now.astimezone(zone).date()
    at = time(at_minute // 60, at_minute % 60)
    days = (datetime.combine(today + timedelta(days=ahead), at, zone).astimezone(UTC) for ahead in range(3))
    return next(instant for instant in days if instant > now)
