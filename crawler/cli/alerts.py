"""`gazette alerts`: the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.context import settings_of
from crawler.cli.filters import JsonFlag, LimitFilter
from crawler.cli.output import as_time, as_title, counted, emit, emit_json, emit_table, note

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from crawler.model import Change, Delivery, Subscription
    from crawler.notifier.preview import Promised
    from crawler.settings import Settings
    from storage.store import SqlStore

app = typer.Typer(
    help="The outbox: what was promised, sent, retried, or died.",
    epilog="Example: gazette alerts list",
    no_args_is_help=True,
)

#: Incidents that a preview looks at, the newest first.
MOST_INCIDENTS = 10_000

DeliveryArgument = Annotated[str, typer.Argument(help="Id of a delivery, or a unique prefix of it.")]


def open_outbox(context: typer.Context) -> tuple[Settings, SqlStore]:
    """The settings and the store."""
    from crawler.bootstrap import open_database

    settings = settings_of(context)
    return settings, open_database(settings, create=False)


@app.command("list", epilog="Example: gazette alerts list --state dead")
def list_alerts(
    context: typer.Context,
    state: Annotated[str, typer.Option(help="Only pending, leased, sent or dead.")] = "",
    limit: LimitFilter = 50,
    as_json: JsonFlag = False,
) -> None:
    """Lists deliveries, newest first."""
    from crawler.errors import UsageError
    from crawler.model import DeliveryState

    words = [each.value for each in DeliveryState]
    if state and state not in words:
        raise UsageError(f"--state {state}: expected one of {', '.join(words)}")
    _, store = open_outbox(context)
    try:
        found = store.list_deliveries(state=DeliveryState(state) if state else None, limit=limit)
        off = {f"subscription {name}": why for name, why in store.disabled_subscriptions().items()}
        off |= {f"channel {name}": why for name, why in store.disabled_channels().items()}
    finally:
        store.close()
    for what, why in off.items():
        note(f"{what} is switched off: {as_title(why, 200)}; `gazette alerts resume {what.split()[1]}` switches it on")
    if as_json:
        for each in found:
            emit_json(delivery_record(each))
        return
    rows = [
        (
            each.id[:12],
            each.state.value,
            each.subscription,
            each.channel,
            str(len(each.event_ids)),
            str(each.attempts),
            as_time(each.sent_at or each.due_at),
            as_title(each.last_error),
        )
        for each in found
    ]
    emit_table(("delivery", "state", "subscription", "channel", "events", "attempts", "when", "last error"), rows)


@app.command("show", epilog="Example: gazette alerts show dlv_3f2a")
def show_alert(context: typer.Context, delivery: DeliveryArgument, as_json: JsonFlag = False) -> None:
    """Shows one delivery and the message as it was, or will be, sent."""
    _, store = open_outbox(context)
    try:
        found = store.find_delivery(delivery)
    finally:
        store.close()
    payload = found.payload.decode("utf-8", "replace") if found.payload else ""
    if as_json:
        emit_json({**delivery_record(found), "payload": payload or None})
        return
    for key, value in delivery_record(found).items():
        emit(f"{key:<14} {value}")
    emit()
    emit(payload or "(not rendered yet: it is fixed at the first attempt)")


@app.command("retry", epilog="Example: gazette alerts retry dlv_3f2a")
def retry_alert(context: typer.Context, delivery: DeliveryArgument) -> None:
    """Makes a dead or waiting delivery due now, and sends it under the same id."""
    import asyncio
    from datetime import UTC, datetime

    settings, store = open_outbox(context)
    try:
        found = store.find_delivery(delivery)
        store.revive(found.id, datetime.now(UTC))
    finally:
        store.close()
    code = asyncio.run(send_due(settings))
    with open_outbox(context)[1] as store:
        tell_rest(store.find_delivery(found.id), settings)
    raise typer.Exit(code)


def tell_rest(delivery: Delivery, settings: Settings) -> None:
    """Why a delivery still waits though it is due, where that is by its subscription's own wish."""
    from datetime import UTC, datetime

    from crawler.model import DeliveryState
    from crawler.notifier.routing import end_of_quiet

    wanted = next((each for each in settings.subscriptions if each.name == delivery.subscription), None)
    if delivery.state is not DeliveryState.PENDING or delivery.last_error or wanted is None:
        return
    now = datetime.now(UTC)
    until = end_of_quiet(wanted, now)
    if until > now:
        note(f"{delivery.id} waits for the end of the quiet hours of {wanted.name}, {as_time(until)}")
    elif wanted.max_per_hour:
        note(f"{delivery.id} waits for a place: {wanted.name} takes {wanted.max_per_hour} messages an hour")


@app.command("resume", epilog="Example: gazette alerts resume hook")
def resume(
    context: typer.Context, name: Annotated[str, typer.Argument(help="Name of a channel or a subscription.")]
) -> None:
    """Switches on again what its receiver had switched off: a channel (410), or a subscription (unsubscribed)."""
    from crawler.errors import UsageError

    settings, store = open_outbox(context)
    with store:
        is_channel = name in {each.name for each in settings.channels}
        is_subscription = name in {each.name for each in settings.subscriptions}
        if is_channel:
            store.enable_channel(name)
            note(f"channel {name} is on")
        if is_subscription:
            store.enable_subscription(name)
            note(f"subscription {name} is on")
    if not is_channel and not is_subscription:
        raise UsageError(f"no channel or subscription is called {name}")


@app.command("preview", epilog="Example: gazette alerts preview all-to-desk --since 2026-03-01")
def preview(
    context: typer.Context,
    subscription: Annotated[str, typer.Argument(help="Name of a subscription, as configured now.")],
    since: Annotated[str, typer.Option(help="From this time on; default: 30 days ago.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Says what a subscription would have sent, by its present rules, of what is known. Sends nothing."""
    from datetime import UTC, datetime, timedelta

    from crawler.cli.filters import instant_or_none
    from crawler.notifier.preview import list_messages
    from crawler.record import show_utc

    settings, store = open_outbox(context)
    with store:
        found = find_subscription(settings, subscription)
        since_at = instant_or_none(since, "--since") or datetime.now(UTC) - timedelta(days=30)
        promises, names = preview_promises(settings, store, found, since_at)
    messages = list_messages(promises, found)
    if as_json:
        for each in messages:
            emit_json({"at": show_utc(each.at), "events": list(each.event_ids)})
        return
    rows = [
        (as_time(each.at), str(len(each.event_ids)), as_title("; ".join(names[event] for event in each.event_ids[:3])))
        for each in messages
    ]
    emit_table(("would leave at", "events", "about"), rows)
    emit(
        f"{found.name} would have sent {counted(len(messages), 'message')} about {counted(len(promises), 'event')}"
        f" since {as_time(since_at)}"
    )


def find_subscription(settings: Settings, name: str) -> Subscription:
    """The subscription of that name. Raises ``UsageError``."""
    from crawler.errors import UsageError

    for each in settings.subscriptions:
        if each.name == name:
            return each
    known = ", ".join(each.name for each in settings.subscriptions) or "none is configured"
    raise UsageError(f"no subscription is called {name}; there are: {known}")


def preview_promises(
    settings: Settings, store: SqlStore, subscription: Subscription, since: datetime
) -> tuple[list[Promised], dict[str, str]]:
    """What would have been promised since then, and each event in a few words."""
    from itertools import chain

    from crawler.notifier.channels import find_channel
    from crawler.notifier.message.reader import reader_of
    from crawler.notifier.message.view import headline_of, subject_of_incident, title_of
    from crawler.notifier.preview import promises_of, tellings_of

    kinds = {channel.name: channel.kind for channel in settings.channels}
    reader, words = reader_of(subscription), subscription.keywords
    names: dict[str, str] = {}

    def read_changes() -> Iterator[tuple[Change, str]]:
        for change in chain(store.each_change(since=since), store.list_signs(since=since)):
            names[change.id] = f"{headline_of(change, reader)}: {title_of(change, 80)}"
            needs_text = bool(words.any or words.all or words.none) and not change.baseline
            yield change, store.text_of(change) if needs_text else ""

    incidents = store.list_incidents(since=since, limit=MOST_INCIDENTS)
    tellings = [each for each in tellings_of(incidents) if each.detected_at >= since]
    names |= {each.event_id: subject_of_incident(each, reader) for each in tellings}
    promises = promises_of(
        read_changes(),
        tellings,
        subscription,
        batches=find_channel(kinds[subscription.channel]).BATCHES,
        tags={source.id: source.tags for source in settings.sources},
    )
    return promises, names


@app.command("test", epilog="Example: gazette alerts test desk")
def try_channel(context: typer.Context, channel: Annotated[str, typer.Argument(help="Name of a channel.")]) -> None:
    """Sends one test message through a channel, now, past the outbox."""
    import asyncio

    settings = settings_of(context)
    asyncio.run(send_test(settings, channel))
    note(f"channel {channel} took the test message")


async def send_due(settings: Settings) -> int:
    """Sends what is due; 1 when something died or still waits."""
    from crawler.bootstrap import open_application

    async with open_application(settings) as application:
        report = await application.outbox.drain()
    for trouble in report.errors:
        note(f"warning: {trouble}")
    note(f"sent {sum(report.sent.values())}, waiting {report.retried}, dead {report.dead}")
    return 1 if report.dead else 0


async def send_test(settings: Settings, name: str) -> None:
    """Renders and sends a test notice. Raises ``UsageError``, ``DeliveryError``."""
    import secrets
    from datetime import UTC, datetime

    from crawler.errors import UsageError
    from crawler.model import Delivery, DeliveryState, Notice, Subscription
    from crawler.notifier.channels import find_channel

    found = next((each for each in settings.channels if each.name == name), None)
    if found is None:
        known = ", ".join(each.name for each in settings.channels) or "none is configured"
        raise UsageError(f"no channel is called {name}; there are: {known}")
    now = datetime.now(UTC)
    delivery = Delivery(
        id=f"test_{secrets.token_hex(12)}",
        subscription="test",
        channel=name,
        window="test",
        state=DeliveryState.LEASED,
        due_at=now,
        created_at=now,
    )
    subscription = Subscription(name="test", channel=name)
    notice = Notice(
        delivery_id=delivery.id,
        subscription=subscription,
        kind="test",
        created_at=now,
        public_url=settings.web.public_url,
    )
    channel = find_channel(found.kind)
    await channel.send(channel.render(notice, found.options), delivery, found.options)


def delivery_record(delivery: Delivery) -> dict[str, object]:
    """One delivery as JSON."""
    from crawler.record import show_utc

    return {
        "id": delivery.id,
        "state": delivery.state.value,
        "subscription": delivery.subscription,
        "channel": delivery.channel,
        "window": delivery.window,
        "events": list(delivery.event_ids),
        "attempts": delivery.attempts,
        "due_at": show_utc(delivery.due_at),
        "created_at": show_utc(delivery.created_at),
        "sent_at": show_utc(delivery.sent_at),
        "last_error": delivery.last_error or None,
    }
