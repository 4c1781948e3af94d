"""What a subscription would have sent: its rules and rhythm, over events that are known. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from crawler.model import Change, Incident, Promise, Subscription
from crawler.notifier.routing import end_of_quiet, route

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message that would have left ``at`` that time, and what it would have told."""

    at: datetime
    event_ids: tuple[str, ...]


class Promised(NamedTuple):
    """A promise, and when it would have been made."""

    at: datetime
    promise: Promise


def tellings_of(incidents: Iterable[Incident]) -> Iterator[Incident]:
    """The tellings of the incidents: the opening, the last reminder, and of those that are over the closing."""
    for incident in incidents:
        if incident.event_id != incident.opening.event_id:
            yield incident.opening
        yield incident


def promises_of(
    changes: Iterable[tuple[Change, str]],
    tellings: Iterable[Incident],
    subscription: Subscription,
    *,
    batches: bool,
    tags: dict[str, tuple[str, ...]],
) -> list[Promised]:
    """What would have been promised, each event at its own time. ``changes`` come with the text for keywords."""
    channels = {subscription.channel: batches}
    found: list[tuple[datetime, tuple[Promise, ...]]] = []
    for change, text in changes:
        now = change.detected_at
        promised = route(
            [change],
            {change.id: text},
            [],
            subscriptions=[subscription],
            channels_batch=channels,
            now=now,
            source_tags=tags,
        )
        found.append((now, promised))
    for telling in tellings:
        now = telling.detected_at
        promised = route(
            [], {}, [telling], subscriptions=[subscription], channels_batch=channels, now=now, source_tags=tags
        )
        found.append((now, promised))
    found.sort(key=lambda each: each[0])
    return [Promised(at, promise) for at, promised in found for promise in promised]


def list_messages(promises: Sequence[Promised], subscription: Subscription) -> list[Message]:
    """The messages, as bursts, digests, limits and quiet hours make them, in the order in which they leave."""
    drafts: list[Message] = []
    open_at: dict[str, int] = {}
    for at, promise in promises:
        place = open_at.get(promise.window)
        if place is not None and (promise.window != "burst" or at < drafts[place].at):
            joined = (*drafts[place].event_ids, promise.event_id)
            drafts[place] = replace(drafts[place], event_ids=joined)
            continue
        open_at[promise.window] = len(drafts)
        drafts.append(Message(at=promise.due_at, event_ids=(promise.event_id,)))
    drafts.sort(key=lambda each: each.at)
    return list(limit_messages(drafts, subscription)) if subscription.max_per_hour else drafts


def limit_messages(drafts: Sequence[Message], subscription: Subscription) -> Iterator[Message]:
    """No more than ``max_per_hour`` in any hour; what is beyond is folded into the last message that has a place."""
    sent: list[datetime] = []
    waiting = list(drafts)
    while waiting:
        at = waiting[0].at
        due = [each for each in waiting if each.at <= at]
        recent = [each for each in sent if each > at - HOUR]
        free = subscription.max_per_hour - len(recent)
        if free <= 0:
            next_at = end_of_quiet(subscription, recent[-subscription.max_per_hour] + HOUR)
            waiting = [replace(each, at=max(each.at, next_at)) for each in waiting]
            waiting.sort(key=lambda each: each.at)
            continue
        seated = due if len(due) <= free else [*due[: free - 1], fold(due[free - 1 :])]
        sent += [at] * len(seated)
        yield from seated
        waiting = waiting[len(due) :]


def fold(messages: Sequence[Message]) -> Message:
    """One message with the events of all."""
    return replace(messages[0], event_ids=tuple(event for each in messages for event in each.event_ids))
