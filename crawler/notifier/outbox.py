"""Keeping promises: every delivery is sent at least once, with the same bytes under the same id, or dead-lettered.

The store leases a delivery; its message is rendered and frozen before the first attempt; the channel takes it or
does not; the store is told. Whatever dies in between, the lease runs out and the same bytes are sent again.

Channels work side by side and cannot hold each other up. Store calls are synchronous and go through ``call``.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ParamSpec, Protocol, TypeVar

from crawler.errors import ChannelGone, PermanentDeliveryError, TemporaryDeliveryError
from crawler.model import Change, ChannelConfig, Delivery, Incident, Notice, Subscription
from crawler.notifier.channels import find_channel
from crawler.notifier.retries import next_pause
from crawler.notifier.routing import is_quiet_for
from crawler.notifier.unsubscribe import address_of
from crawler.ports import Channel, Clock, Store

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)

#: After so many failures in a row a channel is left alone for the rest of a dispatch: it is down, or nearly.
MOST_FAILURES = 3
#: Deliveries leased at once: few enough that the last is sent before the lease runs out.
BATCH = 16
#: Channels that send at once.
MOST_CHANNELS = 16


class Call(Protocol):
    """Runs a synchronous function of the store, wherever the store wants to be called."""

    def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]:
        """The function's result."""
        ...


async def call_directly(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Calls in the running thread: for tests and for whoever has nothing else to do meanwhile."""
    return function(*args, **kwargs)


def real_time() -> datetime:
    """The time of this machine."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchReport:
    """What came of sending: messages by subscription, events by channel, and what did not go well.

    ``retries`` are the instants at which those that failed are due again.
    """

    sent: Mapping[str, int] = field(default_factory=dict)
    told: Mapping[str, int] = field(default_factory=dict)
    retries: tuple[datetime, ...] = ()
    dead: int = 0
    errors: tuple[str, ...] = ()

    @property
    def retried(self) -> int:
        """How many deliveries wait for another attempt."""
        return len(self.retries)

    @property
    def touched(self) -> int:
        """How many deliveries were worked on."""
        return sum(self.sent.values()) + self.retried + self.dead


@dataclass(slots=True)
class Tally:
    """The report while it is being made. ``waiting`` are the deliveries due again, by id."""

    sent: dict[str, int] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, datetime] = field(default_factory=dict)
    dead: int = 0
    errors: list[str] = field(default_factory=list)
    touched: int = 0

    def count_sent(self, delivery: Delivery) -> None:
        """One more message that was taken."""
        self.touched += 1
        self.waiting.pop(delivery.id, None)
        self.sent[delivery.subscription] = self.sent.get(delivery.subscription, 0) + 1
        self.told[delivery.channel] = self.told.get(delivery.channel, 0) + len(delivery.event_ids)

    def count_waiting(self, delivery: Delivery, due_at: datetime, error: str) -> None:
        """One more attempt that failed."""
        self.touched += 1
        self.waiting[delivery.id] = due_at
        self._add_error(f"{delivery.channel}: {error}; tried again at {due_at:%Y-%m-%d %H:%M:%SZ}")

    def count_dead(self, delivery: Delivery, error: str) -> None:
        """One more dead letter."""
        self.touched += 1
        self.dead += 1
        self.waiting.pop(delivery.id, None)
        self._add_error(f"{delivery.channel}: {error}; delivery {delivery.id} is dead, see `gazette alerts list`")

    def _add_error(self, error: str) -> None:
        if error not in self.errors:
            self.errors.append(error)

    def report(self) -> DispatchReport:
        """What stands now."""
        return DispatchReport(
            sent=dict(self.sent),
            told=dict(self.told),
            retries=tuple(sorted(self.waiting.values())),
            dead=self.dead,
            errors=tuple(self.errors),
        )


@dataclass(slots=True)
class Lane:
    """What one channel has to send in one dispatch, in order. ``failures`` are those in a row."""

    channel: Channel
    config: ChannelConfig
    deliveries: Iterator[Delivery]
    failures: int = 0
    last_error: str = ""
    is_closed: bool = False


class Outbox:
    """Sends what the store holds. ``channels`` and ``subscriptions`` are those of the configuration, by name.

    ``clock`` is the clock of decisions (``--as-of``): it says which bursts and digests are due, nothing else. Retries
    and leases keep the real time, ``real_now``. ``lease`` must be longer than an attempt.
    """

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, ChannelConfig],
        subscriptions: Mapping[str, Subscription],
        *,
        clock: Clock,
        real_now: Callable[[], datetime] = real_time,
        call: Call = call_directly,
        chance: Callable[[], float] = random.random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        find: Callable[[str], Channel] = find_channel,
        public_url: str = "",
        lease: timedelta = timedelta(minutes=2),
        deadline: timedelta = timedelta(minutes=1),
    ) -> None:
        self._store = store
        self._channels = channels
        self._subscriptions = subscriptions
        self._clock = clock
        self._real_now = real_now
        self._call = call
        self._chance = chance
        self._sleep = sleep
        self._find = find
        self._public_url = public_url
        self._lease = lease
        self._deadline = deadline

    # -- public ----------------------------------------------------------------------------------------------------

    async def dispatch(self, *, close_bursts: bool = False, limit: int = BATCH) -> DispatchReport:
        """Tries up to ``limit`` due deliveries once. ``close_bursts`` sends gathered mail before its time.

        Raises ``StoreError``; trouble with channels is in the report.
        """
        tally = Tally()
        await self._dispatch(tally, close_bursts=close_bursts, limit=limit)
        return tally.report()

    async def drain(self, *, close_bursts: bool = True, patience: timedelta = timedelta(0)) -> DispatchReport:
        """Sends until nothing is due, and waits up to ``patience`` for the retries of what failed here.

        Raises ``StoreError``.
        """
        tally = Tally()
        give_up_at = self._real_now() + patience
        while True:
            before = tally.touched
            await self._dispatch(tally, close_bursts=close_bursts, limit=BATCH)
            if tally.touched > before:
                continue
            pause = self._pause_before_retry(tally, give_up_at)
            if pause is None:
                return tally.report()
            await self._sleep(pause)

    def _pause_before_retry(self, tally: Tally, give_up_at: datetime) -> float | None:
        now = self._real_now()
        coming = [due_at for due_at in tally.waiting.values() if now < due_at <= give_up_at]
        return (min(coming) - now).total_seconds() if coming else None

    # -- one dispatch ----------------------------------------------------------------------------------------------

    async def _dispatch(self, tally: Tally, *, close_bursts: bool, limit: int) -> None:
        leased_until = self._real_now() + self._lease
        deliveries = await self._call(
            self._store.lease_deliveries,
            now=self._clock.now(),
            real_now=self._real_now(),
            lease_until=leased_until,
            limit=limit,
            close_bursts=close_bursts,
            limits=self._limits_at(self._clock.now()),
        )
        known = [each for each in deliveries if not await self._bury_homeless(each, tally)]
        room = asyncio.Semaphore(MOST_CHANNELS)
        lanes = [self._drive(lane, leased_until, tally, room) for lane in self._lanes(known)]
        raise_first(await asyncio.gather(*lanes, return_exceptions=True))

    def _limits_at(self, now: datetime) -> dict[str, int]:
        """How many messages an hour each subscription takes that has a limit; none in its quiet hours."""
        limits = {name: each.max_per_hour for name, each in self._subscriptions.items() if each.max_per_hour}
        return limits | {name: 0 for name, each in self._subscriptions.items() if is_quiet_for(each, now)}

    async def _bury_homeless(self, delivery: Delivery, tally: Tally) -> bool:
        """Whether the delivery's channel or subscription is no longer configured; it is a dead letter then."""
        if delivery.channel not in self._channels:
            error = f"no channel is called {delivery.channel} any more"
        elif delivery.subscription not in self._subscriptions:
            error = f"no subscription is called {delivery.subscription} any more"
        else:
            return False
        await self._bury(delivery, error, tally)
        return True

    def _lanes(self, deliveries: Iterable[Delivery]) -> Iterator[Lane]:
        by_channel: dict[str, list[Delivery]] = {}
        for delivery in deliveries:
            by_channel.setdefault(delivery.channel, []).append(delivery)
        for name, waiting in by_channel.items():
            config = self._channels[name]
            yield Lane(channel=self._find(config.kind), config=config, deliveries=iter(waiting))

    async def _drive(self, lane: Lane, leased_until: datetime, tally: Tally, room: asyncio.Semaphore) -> None:
        async def work() -> None:
            for delivery in lane.deliveries:  # shared by all workers of the lane: each takes the next
                await self._tell(delivery, lane, leased_until, tally)

        async with room:
            workers = [work() for _ in range(getattr(lane.channel, "PARALLEL", 1))]
            raise_first(await asyncio.gather(*workers, return_exceptions=True))

    async def _tell(self, delivery: Delivery, lane: Lane, leased_until: datetime, tally: Tally) -> None:
        if lane.is_closed or self._real_now() + self._deadline > leased_until:
            return  # the lease runs out, and whoever claims it next sends it
        if lane.failures >= MOST_FAILURES:
            error = TemporaryDeliveryError(f"not tried after {lane.failures} failures in a row: {lane.last_error}")
            await self._postpone(delivery, error, tally)
            return
        try:
            frozen = await self._freeze(delivery, lane)
            if frozen.payload is None:  # the lease was lost: somebody else tells it
                return
            await self._send(frozen.payload, frozen, lane)
        except ChannelGone as error:
            lane.is_closed = True
            await self._bury(delivery, str(error), tally)
            await self._switch_off(lane.config.name, str(error))
        except PermanentDeliveryError as error:
            await self._bury(delivery, str(error), tally, rest=error.rest)
        except TemporaryDeliveryError as error:
            lane.failures, lane.last_error = lane.failures + 1, str(error)
            await self._postpone(delivery, error, tally)
        else:
            lane.failures = 0
            await self._call(self._store.acknowledge, frozen, sent_at=self._real_now())
            tally.count_sent(delivery)

    # -- one delivery ----------------------------------------------------------------------------------------------

    async def _freeze(self, delivery: Delivery, lane: Lane) -> Delivery:
        """The delivery with the bytes that every attempt sends. Raises ``DeliveryError``."""
        if delivery.payload is not None:
            return delivery
        changes, incidents = await self._call(self._store.events, delivery)
        if not changes and not incidents:
            raise PermanentDeliveryError("nothing of what was promised is stored any more")
        notice = self._notice(delivery, changes, incidents, await self._unsubscribe_url(delivery))
        try:
            payload = await asyncio.to_thread(lane.channel.render, notice, lane.config.options)
        except Exception as error:
            log.exception("delivery %s cannot be rendered", delivery.id)
            raise TemporaryDeliveryError(f"the message cannot be rendered ({type(error).__name__}: {error})") from error
        return await self._call(self._store.freeze_payload, delivery, payload)

    async def _unsubscribe_url(self, delivery: Delivery) -> str:
        """Where a reader can switch the subscription off; empty without a public address."""
        key_of = getattr(self._store, "unsubscribe_key", None)
        if not self._public_url or key_of is None:
            return ""
        return address_of(self._public_url, await self._call(key_of), self._subscriptions[delivery.subscription])

    def _notice(
        self,
        delivery: Delivery,
        changes: tuple[Change, ...],
        incidents: tuple[Incident, ...],
        unsubscribe_url: str,
    ) -> Notice:
        if delivery.window.startswith("digest:"):
            kind = "digest"
        else:
            kind = "change" if len(changes) + len(incidents) == 1 else "burst"
        return Notice(
            delivery_id=delivery.id,
            subscription=self._subscriptions[delivery.subscription],
            kind=kind,
            created_at=delivery.created_at,
            changes=changes,
            incidents=incidents,
            public_url=self._public_url,
            unsubscribe_url=unsubscribe_url,
        )

    async def _send(self, payload: bytes, delivery: Delivery, lane: Lane) -> None:
        """Hands the bytes to the channel. Raises ``DeliveryError``, whatever the channel does."""
        try:
            async with asyncio.timeout(self._deadline.total_seconds()):
                await lane.channel.send(payload, delivery, lane.config.options)
        except (ChannelGone, PermanentDeliveryError, TemporaryDeliveryError):
            raise
        except TimeoutError as error:
            raise TemporaryDeliveryError(f"no answer within {self._deadline.total_seconds():g} s") from error
        except Exception as error:
            log.exception("channel %s failed with delivery %s", lane.config.name, delivery.id)
            raise TemporaryDeliveryError(f"{type(error).__name__}: {error}") from error

    async def _postpone(self, delivery: Delivery, error: TemporaryDeliveryError, tally: Tally) -> None:
        failures = delivery.attempts + 1
        pause = next_pause(failures, chance=self._chance(), retry_after=error.retry_after)
        if pause is None:
            await self._bury(delivery, f"given up after {failures} attempts: {error}", tally, rest=error.rest)
            return
        due_at = self._real_now() + pause
        await self._call(self._store.postpone, delivery, due_at=due_at, error=str(error), rest=error.rest)
        log.warning("delivery %s to %s failed, next try at %s: %s", delivery.id, delivery.channel, due_at, error)
        tally.count_waiting(delivery, due_at, str(error))

    async def _bury(self, delivery: Delivery, error: str, tally: Tally, *, rest: bytes | None = None) -> None:
        await self._call(self._store.bury, delivery, error=error, rest=rest)
        log.error("delivery %s to %s is dead: %s", delivery.id, delivery.channel, error)
        tally.count_dead(delivery, error)

    async def _switch_off(self, channel: str, reason: str) -> None:
        """What is promised through the channel waits until an operator resumes it."""
        disable = getattr(self._store, "disable_channel", None)
        if disable is not None:
            await self._call(disable, channel, reason)


def raise_first(results: Iterable[object]) -> None:
    """Raises the first exception among the results of a gathering, after all of them have ended."""
    for result in results:
        if isinstance(result, BaseException):
            raise result
