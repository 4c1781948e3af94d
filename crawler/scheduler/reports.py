"""Signs of life: coverage reports, and digests that say that nothing changed. Each is promised once for its instant.

Like welcomes they are rendered when they are promised. They tell of a stretch of time that is over: whoever posts them
does so before the checks that come after it, so that what is known then is what was known at its end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from crawler.bootstrap import Application
from crawler.model import (
    ChannelConfig,
    Delivery,
    DeliveryState,
    Incident,
    IncidentState,
    Notice,
    Source,
    SourceState,
    Subscription,
)
from crawler.notifier.channels import find_channel
from crawler.notifier.message.report import Gap, Stretch, coverage_lines, empty_lines
from crawler.notifier.routing import MASS_KINDS
from crawler.scheduler.welcome import delivery_id as welcome_id
from crawler.scheduler.welcome import greets, reason_of, sources_of
from crawler.scheduler.windows import (
    LONGEST,
    MOST_INSTANTS,
    Next,
    instants_between,
    latest_instant,
    next_digest_of,
    next_report_of,
)
from crawler.settings import Settings
from storage.coverage import count_changes, find_creation, is_promised
from storage.store import SqlStore

#: Closed incidents that one report looks through.
MOST_INCIDENTS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """A report that may be due at ``at``. ``kind`` is ``coverage`` or ``empty``.

    ``next_after`` is the rhythm of such reports, and ``period`` at least the time from one to the next.
    """

    subscription: Subscription
    channel: ChannelConfig
    kind: str
    at: datetime
    next_after: Next
    period: timedelta

    @property
    def delivery_id(self) -> str:
        """The id of the report: one for each instant."""
        return self.delivery_id_at(self.at)

    def delivery_id_at(self, at: datetime) -> str:
        """The id of the report for another instant of the same rhythm."""
        identity = "\n".join((self.window_at(at), self.subscription.name, self.subscription.channel))
        return f"dlv_{hashlib.sha256(identity.encode()).hexdigest()[:24]}"

    def window_at(self, at: datetime) -> str:
        """``coverage:2026-03-09T01:00:00Z``"""
        return f"{self.kind}:{show_instant(at)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the database knows of one subscription's sources. ``began_at``: since when it hears of them."""

    sources: tuple[Source, ...]
    states: Mapping[str, SourceState]
    began_at: datetime


async def tell_coverage(application: Application, now: datetime) -> int:
    """Promises the reports that are due; how many. Cheap when none is.

    For before a round of checks, and from time to time; only where alerts are wanted. No check that began before
    ``now`` may be under way: what it finds would belong into the stretch. Raises ``StoreError``.
    """
    return await application.thread.call(post_reports, application.store, application.settings, now)


def post_reports(store: SqlStore, settings: Settings, now: datetime) -> int:
    """Puts the reports that are due into the outbox, each once for ever; how many."""
    occasions = list(list_occasions(settings, now))
    posted = store.posted(each.delivery_id for each in occasions) if occasions else set()
    return sum(post_report(store, settings, each, now) for each in occasions if each.delivery_id not in posted)


def list_occasions(settings: Settings, now: datetime) -> Iterator[Occasion]:
    """The last instant of every rhythm of reports that is not after ``now``, where people read the channel."""
    channels = {channel.name: channel for channel in settings.channels}
    for each in settings.subscriptions:
        channel = channels[each.channel]
        if not greets(channel.kind):
            continue
        if each.coverage:
            yield find_occasion(each, channel, "coverage", next_report_of(each), each.coverage.partition(" ")[0], now)
        if each.when_empty == "send" and each.rhythm.every != "at_once":
            every = "daily" if each.quiet else each.rhythm.every  # a quiet night has no digest
            yield find_occasion(each, channel, "empty", next_digest_of(each), every, now)


def find_occasion(
    subscription: Subscription, channel: ChannelConfig, kind: str, next_after: Next, every: str, now: datetime
) -> Occasion:
    """The last report of a rhythm that was due by ``now``."""
    period = LONGEST[every]
    at = latest_instant(next_after, period, now)
    return Occasion(subscription=subscription, channel=channel, kind=kind, at=at, next_after=next_after, period=period)


def post_report(store: SqlStore, settings: Settings, occasion: Occasion, now: datetime) -> bool:
    """Posts one report, unless there is nothing yet to report on, or the digest is not empty."""
    if not is_wanted(store, occasion):
        return False
    known = find_known(store, settings, occasion.subscription)
    if known is None or occasion.at <= known.began_at:
        return False
    stretch = survey(store, occasion, known)
    if occasion.kind == "empty":
        lines = empty_lines(stretch, occasion.subscription)
    else:
        lines = coverage_lines(add_counts(store, stretch, known), occasion.subscription)
    return store.post(compose(occasion, lines, now, settings.web.public_url))


def is_wanted(store: SqlStore, occasion: Occasion) -> bool:
    """Whether the subscription was welcomed before the occasion, and hears of nothing else then.

    Asked again and again where the answer is no, so it must be cheap however many sources there are.
    """
    welcome = welcome_id(occasion.subscription)
    welcomed_at = find_creation(store, welcome)
    was_welcomed = occasion.at > welcomed_at if welcomed_at else bool(store.posted([welcome]))  # the letter goes by age
    if not was_welcomed:
        return False
    window = f"digest:{show_instant(occasion.at)}"
    return occasion.kind != "empty" or not is_promised(store, occasion.subscription.name, occasion.channel.name, window)


def find_known(store: SqlStore, settings: Settings, subscription: Subscription) -> Known | None:
    """What is known of its sources, or None while none of them was ever read."""
    states = store.source_states(source.id for source in settings.sources if source.enabled)
    sources = sources_of(subscription, settings, states)
    read = [at for source in sources if source.id in states and (at := states[source.id].baselined_at)]
    if not read:
        return None
    welcomed_at = find_creation(store, welcome_id(subscription))  # None: it was pruned, long ago
    return Known(sources=tuple(sources), states=states, began_at=welcomed_at or min(read))


# -- the stretch of time ---------------------------------------------------------------------------------------------


def survey(store: SqlStore, occasion: Occasion, known: Known) -> Stretch:
    """Which sources were read in the stretch that ends with the occasion, and which have gaps."""
    since_at, skipped = find_start(store, occasion, known.began_at)
    ids = [source.id for source in known.sources]
    troubles = find_troubles(store, ids, since_at)
    gaps = (find_gap(each, known.states.get(each), troubles.get(each), since_at, occasion.at) for each in ids)
    return Stretch(
        since_at=since_at,
        until_at=occasion.at,
        next_at=occasion.next_after(occasion.at),
        sources=len(ids),
        checked=sum(is_checked(known.states.get(each), since_at) for each in ids),
        gaps=tuple(gap for gap in gaps if gap is not None),
        skipped=skipped,
    )


def find_start(store: SqlStore, occasion: Occasion, began_at: datetime) -> tuple[datetime, int]:
    """When the stretch began, and how many reports should have been made within it.

    A digest covers the time since the one before it was due. A coverage report covers the time since the last that was
    made, so that nothing falls between them; where none was, the time since the one before it was due.
    """
    is_digest = occasion.kind == "empty"
    reach = occasion.period * (1 if is_digest else MOST_INSTANTS)
    *earlier, _ = instants_between(occasion.next_after, max(began_at, occasion.at - reach), occasion.at)
    if not earlier:
        return began_at, 0
    return (earlier[-1], 0) if is_digest else choose_start(occasion, earlier, store)


def choose_start(occasion: Occasion, earlier: Sequence[datetime], store: SqlStore) -> tuple[datetime, int]:
    """The last of the instants ``earlier`` for which a report was made, and how many lie after it."""
    posted = store.posted(map(occasion.delivery_id_at, earlier))
    for skipped, at in enumerate(reversed(earlier)):
        if occasion.delivery_id_at(at) in posted:
            return at, skipped
    return earlier[-1], 0


def find_troubles(store: SqlStore, source_ids: Sequence[str], since_at: datetime) -> dict[str, Incident]:
    """The newest trouble of each source that goes on, or ended since; mass events are no trouble."""
    closed = store.list_incidents(sources=source_ids, states=[IncidentState.CLOSED], limit=MOST_INCIDENTS)
    found = [*(each for each in closed if each.detected_at >= since_at), *store.open_incidents_of(source_ids)]
    found.sort(key=lambda each: (each.state is IncidentState.OPEN, each.opened_at))
    return {each.source: each for each in found if each.reason not in MASS_KINDS}


def add_counts(store: SqlStore, stretch: Stretch, known: Known) -> Stretch:
    """The same stretch with what changed in it."""
    ids = [source.id for source in known.sources]
    mass = store.list_incidents(sources=ids, since=stretch.since_at, until=stretch.until_at, limit=MOST_INCIDENTS)
    return replace(
        stretch,
        changes=count_changes(store, ids, since=stretch.since_at, until=stretch.until_at),
        mass_events=sum(each.reason in MASS_KINDS for each in mass),
    )


def is_checked(state: SourceState | None, since_at: datetime) -> bool:
    """Whether the source was read since then."""
    return state is not None and state.well_at is not None and state.well_at >= since_at


def find_gap(
    source_id: str, state: SourceState | None, trouble: Incident | None, since_at: datetime, until_at: datetime
) -> Gap | None:
    """Why not everything may have been seen of the source, if so: the worst reason."""
    if state is None or state.baselined_at is None:
        return Gap(source=source_id, sort="unread", reason=reason_of(state) if state else "")
    if state.failures:
        return Gap(source=source_id, sort="failing", since_at=state.well_at, reason=reason_of(state))
    if is_overdue(state, since_at, until_at):
        return Gap(source=source_id, sort="unchecked", since_at=state.checked_at)
    return gap_of(trouble) if trouble else None


def is_overdue(state: SourceState, since_at: datetime, until_at: datetime) -> bool:
    """Whether the source was not checked in that time, though it should have been."""
    was_due = state.due_at is None or state.due_at < until_at
    return was_due and (state.checked_at is None or state.checked_at < since_at)


def gap_of(trouble: Incident) -> Gap:
    """What trouble of a source may have hidden."""
    is_over = trouble.state is IncidentState.CLOSED
    return Gap(
        source=trouble.source,
        sort="mended" if is_over else "trouble",
        since_at=trouble.opened_at,
        until_at=trouble.detected_at if is_over else None,
        reason=trouble.reason.value,
    )


# -- the message -----------------------------------------------------------------------------------------------------


def compose(occasion: Occasion, lines: tuple[str, ...], now: datetime, public_url: str) -> Delivery:
    """The delivery with its message, due at once."""
    notice = Notice(
        delivery_id=occasion.delivery_id,
        subscription=occasion.subscription,
        kind=occasion.kind,
        created_at=now,
        public_url=public_url,
        lines=lines,
    )
    return Delivery(
        id=occasion.delivery_id,
        subscription=occasion.subscription.name,
        channel=occasion.channel.name,
        window=occasion.window_at(occasion.at),
        state=DeliveryState.PENDING,
        due_at=now,
        created_at=now,
        payload=find_channel(occasion.channel.kind).render(notice, occasion.channel.options),
    )


def show_instant(at: datetime) -> str:
    """The instant as windows name it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
