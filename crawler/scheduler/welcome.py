"""The first message of a subscription: once all its sources were visited, what is known, before anything changes.

It is rendered when it is promised, because it tells no event that could be looked up later; from then on the outbox
treats it like any other delivery: leased, retried with the same bytes, dead-lettered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from crawler.bootstrap import Application
from crawler.model import ChannelConfig, Delivery, DeliveryState, Notice, Source, SourceState, Subscription, Verdict
from crawler.notifier.channels import find_channel
from crawler.notifier.message.welcome import Beginning, welcome_lines
from crawler.notifier.routing import covers
from crawler.settings import Settings
from storage.store import SqlStore

WINDOW = "welcome"


async def welcome(application: Application) -> tuple[str, ...]:
    """Promises a welcome to every subscription that is due one; their names. Cheap when there is none.

    For after a round of checks, or after each check; only where alerts are wanted. Raises ``StoreError``.
    """
    post = application.thread.call
    return await post(post_welcomes, application.store, application.settings, application.clock.now())


def post_welcomes(store: SqlStore, settings: Settings, now: datetime) -> tuple[str, ...]:
    """Puts the welcomes into the outbox, each once for ever; the names of the subscriptions."""
    waiting = list(never_welcomed(store, settings))
    if not waiting:
        return ()
    states = store.source_states(source.id for source in settings.sources if source.enabled)
    ready = [each for each in waiting if is_ready(sources_of(each[0], settings, states), states)]
    if not ready:
        return ()
    counts = {source_id: each.articles for source_id, each in store.sources_overview().items()}
    welcomed = []
    for subscription, channel in ready:
        beginning = begin(sources_of(subscription, settings, states), states, counts)
        if store.post(compose(subscription, channel, beginning, now, settings.web.public_url)):
            welcomed.append(subscription.name)
    return tuple(welcomed)


def never_welcomed(store: SqlStore, settings: Settings) -> Iterator[tuple[Subscription, ChannelConfig]]:
    """The subscriptions whose channel is read by people, and who were never told that watching has begun."""
    channels = {channel.name: channel for channel in settings.channels}
    found = [(each, channels[each.channel]) for each in settings.subscriptions if greets(channels[each.channel].kind)]
    posted = store.posted(delivery_id(subscription) for subscription, _ in found)
    return (each for each in found if delivery_id(each[0]) not in posted)


def greets(kind: str) -> bool:
    """Whether people read what goes out through this kind of channel."""
    channel = find_channel(kind)
    return bool(getattr(channel, "GREETS", channel.BATCHES))


def delivery_id(subscription: Subscription) -> str:
    """The id of a subscription's welcome through its channel."""
    identity = "\n".join((WINDOW, subscription.name, subscription.channel))
    return f"dlv_{hashlib.sha256(identity.encode()).hexdigest()[:24]}"


def sources_of(subscription: Subscription, settings: Settings, states: dict[str, SourceState]) -> list[Source]:
    """The sources it hears of that are looked at: neither switched off nor muted."""
    return [
        source
        for source in settings.sources
        if source.enabled
        and covers(subscription, source.id, source.tags)
        and not (source.id in states and states[source.id].muted)
    ]


def is_ready(sources: list[Source], states: dict[str, SourceState]) -> bool:
    """Whether every source was visited, and at least one could be read."""
    visited = [states[source.id] for source in sources if source.id in states and states[source.id].checked_at]
    return len(visited) == len(sources) and any(state.baselined_at for state in visited)


def begin(sources: list[Source], states: dict[str, SourceState], counts: dict[str, int]) -> Beginning:
    """What is known of the sources, all of which were visited."""
    read = [source for source in sources if states[source.id].baselined_at]
    newest = [
        at.astimezone(ZoneInfo(source.timezone)) for source in read if (at := states[source.id].newest_at) is not None
    ]
    return Beginning(
        sources=len(read),
        articles=sum(counts.get(source.id, 0) for source in read),
        newest_at=max(newest, default=None),
        unread=tuple((source.id, reason_of(states[source.id])) for source in sources if source not in read),
    )


def reason_of(state: SourceState) -> str:
    """Why the source could not be read, or has no baseline though it was."""
    if state.verdict is Verdict.OK and not state.reason:
        return "lists nothing so far"
    return state.reason or (state.verdict.value if state.verdict else "")


def compose(
    subscription: Subscription, channel: ChannelConfig, beginning: Beginning, now: datetime, public_url: str
) -> Delivery:
    """The delivery with its message, due at once whatever the subscription's rhythm."""
    identity = delivery_id(subscription)
    notice = Notice(
        delivery_id=identity,
        subscription=subscription,
        kind=WINDOW,
        created_at=now,
        public_url=public_url,
        lines=welcome_lines(beginning, subscription),
    )
    return Delivery(
        id=identity,
        subscription=subscription.name,
        channel=channel.name,
        window=WINDOW,
        state=DeliveryState.PENDING,
        due_at=now,
        created_at=now,
        payload=find_channel(channel.kind).render(notice, channel.options),
    )
