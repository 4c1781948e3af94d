"""The outbox with the real store and real receivers: at least once, the same bytes under the same id, or dead."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from standardwebhooks import Webhook

from crawler.errors import PermanentDeliveryError, StoreError, TemporaryDeliveryError
from crawler.model import (
    ChannelConfig,
    DeliveryState,
    IncidentReason,
    Outcome,
    Quiet,
    Rhythm,
    SourceState,
    Subscription,
)
from crawler.notifier.channels import file, find_channel, smtp, webhook
from crawler.notifier.outbox import MOST_FAILURES, Outbox
from crawler.notifier.retries import PAUSES
from crawler.notifier.routing import route
from crawler.notifier.unsubscribe import answer
from storage.store import open_store
from tests.mailserver import MailServer, free_port
from tests.notices import NOW, make_change, make_incident, make_summary
from tests.siteserver import SiteServer, make_route

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
MINUTE = timedelta(minutes=1)


class Time:
    """A clock for everything; sleeping moves it."""

    def __init__(self):
        self.at = NOW

    def now(self):
        return self.at

    async def sleep(self, seconds):
        self.at += timedelta(seconds=seconds)


class House:
    """A store, what is configured, and the outbox over them."""

    def __init__(self, url):
        self.store = open_store(url)
        self.time = Time()
        self.channels = {}
        self.subscriptions = {}
        self.numbers = iter(range(1, 10_000))

    def subscribe(self, channel, kind, options, **values):
        name = values.pop("name", f"to-{channel}")
        self.channels[channel] = ChannelConfig(name=channel, kind=kind, options=options)
        self.subscriptions[name] = Subscription(name=name, channel=channel, **values)

    def happen(self, count=1, *, incidents=(), **values):
        """Commits changes with what is promised of them."""
        changes = []
        for number in (next(self.numbers) for _ in range(count)):
            article = make_summary(id=f"art{number}", title=f"Notice {number}")
            changes.append(make_change(str(number), article=article, seq=0, **values))
        promises = route(
            changes,
            {},
            incidents,
            subscriptions=self.subscriptions.values(),
            channels_batch={name: find_channel(each.kind).BATCHES for name, each in self.channels.items()},
            now=self.time.now(),
        )
        state = SourceState(source_id="zq-news", checked_at=self.time.now())
        return self.store.commit(
            [Outcome(source_id="zq-news", state=state, changes=tuple(changes), incidents=incidents, promises=promises)]
        )

    def outbox(self, **values):
        settings = {
            "clock": self.time,
            "real_now": self.time.now,
            "sleep": self.time.sleep,
            "chance": lambda: 0.5,
            **values,
        }
        return Outbox(settings.pop("store", self.store), self.channels, self.subscriptions, **settings)

    def drain(self, *, patience=timedelta(0), **values):
        return asyncio.run(self.outbox(**values).drain(patience=patience))

    def dispatch(self, **values):
        return asyncio.run(self.outbox().dispatch(**values))

    def states(self):
        return [delivery.state.value for delivery in self.store.list_deliveries()]

    @property
    def only(self):
        (delivery,) = self.store.list_deliveries()
        return delivery


@pytest.fixture
def house(tmp_path):
    built = House(f"sqlite:///{tmp_path}/gazette.db")
    yield built
    built.store.close()


@pytest.fixture
def site():
    with SiteServer() as server:
        yield server


@pytest.fixture
def mails():
    with MailServer() as server:
        yield server


def hook(url, **values):
    return webhook.Options(url=url, secret=SECRET, private_hosts=("127.0.0.1",), **values)


def desk(server, **values):
    return smtp.Options(**{"host": "127.0.0.1", "port": server.port, "to": ("desk@example.org",), **values})


def refusing(site, *refusals, status=503, headers=()):
    """A receiver that answers so many times with something else, then takes what comes."""
    left = list(refusals)

    def answer(asked):
        return make_route("no", status=left.pop(0), headers=headers) if left else make_route("ok")

    return site.compute("/hook", answer)


# -- the good day ------------------------------------------------------------------------------------------------


def test_what_was_committed_reaches_every_subscriber(house, site, mails, tmp_path):
    house.subscribe("hook", "webhook", hook(site.route("/hook")))
    house.subscribe("desk", "smtp", desk(mails))
    house.subscribe("log", "file", file.Options(path=tmp_path / "changes.jsonl"))
    house.happen(3)
    report = house.drain()
    assert report.sent == {"to-hook": 3, "to-desk": 1, "to-log": 3}
    assert report.told == {"hook": 3, "desk": 3, "log": 3}
    assert (report.retried, report.dead, report.errors) == (0, 0, ())
    assert [Webhook(SECRET).verify(each.body, each.headers)["type"] for each in site.requests] == ["article.edited"] * 3
    assert "3 changes" in mails.received[0].message["Subject"]
    lines = (tmp_path / "changes.jsonl").read_bytes().splitlines()
    assert sorted(json.loads(line)["seq"] for line in lines) == [1, 2, 3]
    assert set(house.states()) == {"sent"}


def test_what_was_sent_is_not_sent_again(house, site):
    house.subscribe("hook", "webhook", hook(site.route("/hook")))
    house.happen()
    house.drain()
    assert house.drain().sent == {}
    assert site.count("/hook") == 1


def test_a_burst_waits_for_its_time_unless_it_is_closed(house, mails):
    house.subscribe("desk", "smtp", desk(mails), gather=2 * MINUTE)
    house.happen(2)
    assert house.dispatch().sent == {}
    assert house.dispatch(close_bursts=True).sent == {"to-desk": 1}
    house.happen()
    house.time.at += 2 * MINUTE
    assert house.dispatch().sent == {"to-desk": 1}
    assert len(mails.received) == 2


def test_a_digest_goes_out_at_its_hour_with_everything_since(house, site):
    house.subscribe("hook", "webhook", hook(site.route("/hook")), rhythm=Rhythm(every="daily", at_minute=8 * 60))
    house.happen(2)
    assert house.drain().sent == {}
    house.time.at = NOW.replace(hour=8, minute=0)
    assert house.drain().sent == {"to-hook": 1}
    event = Webhook(SECRET).verify(site.requests[0].body, site.requests[0].headers)
    assert event["type"] == "digest"
    assert len(event["data"]["changes"]) == 2


def test_incidents_are_told_like_changes(house, site):
    house.subscribe("hook", "webhook", hook(site.route("/hook")), incidents=True)
    house.happen(0, incidents=(make_incident(IncidentReason.BLOCKED),))
    house.drain()
    assert json.loads(site.requests[0].body)["type"] == "source.incident"


def test_a_hundred_deliveries_are_all_sent_though_few_are_leased_at_once(house, site):
    house.subscribe("hook", "webhook", hook(site.route("/hook")))
    house.happen(100)
    assert house.drain().sent == {"to-hook": 100}
    assert len({asked.headers["webhook-id"] for asked in site.requests}) == 100


def test_store_calls_go_through_the_callers_thread(house, site):
    house.subscribe("hook", "webhook", hook(site.route("/hook")))
    house.happen()
    used = set()

    async def call(function, *args, **kwargs):
        used.add(function.__name__)
        return function(*args, **kwargs)

    house.drain(call=call)
    assert used == {"lease_deliveries", "events", "freeze_payload", "acknowledge"}


# -- the bad day -------------------------------------------------------------------------------------------------


def test_refused_first_then_delivered_once_under_the_same_id_and_with_the_same_bytes(house, site):
    house.subscribe("hook", "webhook", hook(refusing(site, 500, 503)))
    house.happen()
    report = house.drain(patience=10 * MINUTE)
    assert (report.sent, report.retried) == ({"to-hook": 1}, 0)
    first, second, third = site.requests
    assert first.body == second.body == third.body
    assert {asked.headers["webhook-id"] for asked in site.requests} == {house.only.id}
    assert house.time.at == NOW + timedelta(seconds=5) + 5 * MINUTE
    assert (house.only.state, house.only.attempts) == (DeliveryState.SENT, 3)


def test_without_patience_a_failure_waits_for_a_later_run(house, site):
    house.subscribe("hook", "webhook", hook(refusing(site, 500)))
    house.happen()
    report = house.drain()
    assert (report.sent, report.retried, report.dead) == ({}, 1, 0)
    assert report.retries == (NOW + timedelta(seconds=5),)
    assert "hook: http://127.0.0.1:" in report.errors[0]
    assert house.drain().sent == {}
    house.time.at += timedelta(seconds=5)
    assert house.drain().sent == {"to-hook": 1}


def test_a_mail_refused_for_now_is_sent_again_with_the_same_bytes(house, mails):
    mails.handler.answers = ["451 busy"]
    house.subscribe("desk", "smtp", desk(mails))
    house.happen()
    house.drain()
    frozen = house.only.payload
    house.time.at += timedelta(seconds=5)
    house.drain()
    assert mails.received[0].content == frozen


def test_a_change_that_comes_while_a_mail_waits_for_its_retry_gets_a_mail_of_its_own(house, mails):
    mails.handler.answers = ["451 busy"]
    house.subscribe("desk", "smtp", desk(mails))
    house.happen()
    house.drain()
    house.happen()
    house.time.at += timedelta(seconds=5)
    assert house.drain().sent == {"to-desk": 2}
    subjects = [each.message["Subject"] for each in mails.received]
    assert sorted("Notice 1" in subject for subject in subjects) == [False, True]


class Crashing:
    """The store of a process that dies before it can note that a message was sent."""

    def __init__(self, store):
        self._store = store

    def __getattr__(self, name):
        return getattr(self._store, name)

    def acknowledge(self, delivery, *, sent_at):
        raise StoreError("the process died here")


def test_a_crash_between_sending_and_noting_it_sends_the_same_bytes_under_the_same_id_again(house, site):
    house.subscribe("hook", "webhook", hook(site.route("/hook")))
    house.happen()
    with pytest.raises(StoreError):
        house.drain(store=Crashing(house.store))
    assert house.drain().sent == {}, "the lease still holds"
    house.time.at += 3 * MINUTE
    assert house.drain().sent == {"to-hook": 1}
    first, second = site.requests
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


def test_the_receivers_pause_is_kept(house, site):
    house.subscribe("hook", "webhook", hook(refusing(site, 429, headers={"Retry-After": "900"})))
    house.happen()
    assert house.drain().retries == (NOW + 15 * MINUTE,)


def test_after_ten_attempts_over_three_days_it_is_a_dead_letter_that_can_be_revived(house, site):
    house.subscribe("hook", "webhook", hook(site.route("/hook", status=500)))
    house.happen()
    report = house.drain(patience=timedelta(days=10))
    assert (report.sent, report.retried, report.dead) == ({}, 0, 1)
    assert site.count("/hook") == len(PAUSES)
    assert timedelta(days=3) < house.time.at - NOW < timedelta(days=3.5)
    assert "given up after 10 attempts" in house.only.last_error
    site.route("/hook")
    house.store.revive(house.only.id, house.time.now())
    assert house.drain().sent == {"to-hook": 1}
    assert len({asked.body for asked in site.requests}) == 1


def test_what_can_never_be_delivered_dies_at_once(house, site):
    house.subscribe("hook", "webhook", webhook.Options(url=site.route("/hook"), secret=SECRET))
    house.happen()
    report = house.drain()
    assert (report.dead, site.count("/hook")) == (1, 0)
    assert "private" in house.only.last_error


def test_410_switches_the_channel_off_and_what_comes_later_waits(house, site):
    house.subscribe("hook", "webhook", hook(site.route("/hook", status=410)))
    house.happen()
    assert house.drain().dead == 1
    assert "410" in house.store.disabled_channels()["hook"]
    house.happen(2)
    assert house.drain().touched == 0
    assert site.count("/hook") == 1
    site.route("/hook")
    house.store.enable_channel("hook")
    assert house.drain().sent == {"to-hook": 2}


def test_what_was_promised_through_a_channel_that_is_no_more_is_a_dead_letter(house, site):
    house.subscribe("hook", "webhook", hook(site.route("/hook")))
    house.subscribe("other", "webhook", hook(site.route("/hook")))
    house.happen()
    del house.channels["hook"]
    del house.subscriptions["to-other"]
    assert house.drain().dead == 2
    errors = {delivery.last_error for delivery in house.store.list_deliveries()}
    assert errors == {"no channel is called hook any more", "no subscription is called to-other any more"}
    assert site.requests == []


def test_a_channel_that_hangs_does_not_hold_up_another(house, site):
    hanging = threading.Event()

    def hang(asked):
        hanging.wait(60)
        return make_route("ok")

    house.subscribe("slow", "webhook", hook(site.compute("/slow", hang), timeout=timedelta(seconds=60)))
    house.subscribe("fast", "webhook", hook(site.route("/fast")))
    house.happen(5)

    async def run():
        sending = asyncio.create_task(house.outbox().drain())
        while site.count("/fast") < 5:
            await asyncio.sleep(0.01)
            assert not sending.done()
        hanging.set()
        return await sending

    report = asyncio.run(asyncio.wait_for(run(), 60))
    assert report.sent == {"to-slow": 5, "to-fast": 5}


def test_a_channel_that_is_down_is_left_alone_after_a_few_failures(house):
    house.subscribe("hook", "webhook", hook(f"http://127.0.0.1:{free_port()}/"))
    house.happen(12)
    tried = []
    channel = SimpleNamespace(render=webhook.render, send=None, BATCHES=False, Options=webhook.Options)

    async def send(payload, delivery, options):
        tried.append(delivery.id)
        await webhook.send(payload, delivery, options)

    channel.send = send
    report = house.drain(find=lambda kind: channel)
    assert len(tried) == MOST_FAILURES
    assert report.retried == 12
    assert set(house.states()) == {"pending"}


def broken_channel(**parts):
    return SimpleNamespace(**{"render": webhook.render, "BATCHES": False, "Options": webhook.Options, **parts})


def test_a_fault_in_a_channel_is_trouble_of_that_message_only(house, site, caplog):
    house.subscribe("hook", "webhook", hook(site.route("/hook")))
    house.subscribe("bad", "bad", None)
    house.channels["bad"] = replace(house.channels["bad"], kind="bad")

    def find(kind):
        if kind == "webhook":
            return webhook
        return broken_channel(render=lambda notice, options: 1 / 0)

    changes = [make_change("x")]
    promises = route(
        changes, {}, (), subscriptions=house.subscriptions.values(), channels_batch={}, now=house.time.now()
    )
    house.store.commit(
        [
            Outcome(
                source_id="zq-news",
                state=SourceState(source_id="zq-news"),
                changes=tuple(changes),
                promises=promises,
            )
        ]
    )
    report = house.drain(find=find)
    assert (report.sent, report.retried) == ({"to-hook": 1}, 1)
    assert "cannot be rendered (ZeroDivisionError" in report.errors[0]
    assert "ZeroDivisionError" in caplog.text


def test_a_channel_without_a_deadline_of_its_own_gets_one(house):
    async def send(payload, delivery, options):
        await asyncio.sleep(30)

    house.subscribe("hook", "webhook", hook("http://127.0.0.1:9/"))
    house.happen()
    report = house.drain(find=lambda kind: broken_channel(send=send), deadline=timedelta(seconds=0.1))
    assert "no answer within 0.1 s" in report.errors[0]


def test_two_outboxes_at_once_send_everything_once(house, site):
    house.subscribe("hook", "webhook", hook(site.route("/hook")))
    house.happen(40)

    async def run():
        return await asyncio.gather(house.outbox().drain(), house.outbox().drain())

    reports = asyncio.run(run())
    assert sum(report.sent.get("to-hook", 0) for report in reports) == 40
    assert site.count("/hook") == 40


def test_a_stop_in_the_middle_leaves_everything_to_be_sent_later(house, site):
    started = threading.Event()

    def answer(asked):
        started.set()
        return make_route("ok", delay=0.3)

    house.subscribe("hook", "webhook", hook(site.compute("/hook", answer)))
    house.happen(10)

    async def stop():
        sending = asyncio.create_task(house.outbox().drain())
        while not started.is_set():  # noqa: ASYNC110 - set by a thread
            await asyncio.sleep(0.01)
        sending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sending

    asyncio.run(stop())
    house.time.at += 3 * MINUTE
    house.drain()
    assert set(house.states()) == {"sent"}
    assert len({asked.headers["webhook-id"] for asked in site.requests}) == 10


def test_under_a_standing_clock_pauses_have_their_real_length(house, site):
    house.subscribe("hook", "webhook", hook(refusing(site, 500)))
    house.happen()
    standing = SimpleNamespace(now=lambda: NOW)
    report = house.drain(clock=standing, patience=MINUTE)
    assert report.sent == {"to-hook": 1}
    assert house.time.at == NOW + timedelta(seconds=5)


@pytest.mark.parametrize("ahead", [timedelta(days=2000), timedelta(days=-2000)])
def test_a_retry_keeps_the_real_clock_wherever_decisions_are_made(house, site, ahead):
    house.subscribe("hook", "webhook", hook(refusing(site, 500)))
    house.time.at = NOW + ahead
    house.happen()
    report = house.drain(real_now=lambda: NOW)
    assert report.retries == (house.only.due_at,) == (NOW + timedelta(seconds=5),)
    house.time.at = NOW + timedelta(seconds=4)
    assert house.drain().touched == 0
    house.time.at = NOW + timedelta(seconds=5)
    assert house.drain().sent == {"to-hook": 1}


def test_a_digest_of_another_time_waits_for_the_clock_of_decisions(house, site):
    house.subscribe("hook", "webhook", hook(site.route("/hook")), rhythm=Rhythm(every="hourly"))
    house.happen()
    later = NOW + timedelta(days=2000)
    assert house.drain(real_now=lambda: later).sent == {}
    house.time.at += timedelta(hours=1)
    assert house.drain(real_now=lambda: later).sent == {"to-hook": 1}


def test_a_lost_lease_sends_nothing(house, site):
    class Robbed(Crashing):
        def freeze_payload(self, delivery, payload):
            return replace(delivery, payload=None)

    house.subscribe("hook", "webhook", hook(site.route("/hook")))
    house.happen()
    assert house.drain(store=Robbed(house.store)).touched == 0
    assert site.requests == []


def test_a_refusal_of_any_kind_names_the_channel_once(house):
    async def send(payload, delivery, options):
        raise TemporaryDeliveryError("the desk is closed")

    house.subscribe("hook", "webhook", hook("http://127.0.0.1:9/"))
    house.happen(2)
    report = house.drain(find=lambda kind: broken_channel(send=send))
    assert report.errors == ("hook: the desk is closed; tried again at 2024-05-06 07:30:05Z",)


def test_a_message_that_is_frozen_needs_no_rendering_any_more(house, site):
    house.subscribe("hook", "webhook", hook(refusing(site, 500)))
    house.happen()
    house.drain()
    house.time.at += timedelta(seconds=5)
    no_more = broken_channel(render=lambda notice, options: 1 / 0, send=webhook.send)
    assert house.drain(find=lambda kind: no_more).sent == {"to-hook": 1}


def test_what_some_receivers_have_taken_goes_to_the_others_alone_next_time_and_when_retried_by_hand(house):
    seen = []

    async def send(payload, delivery, options):
        seen.append(payload)
        if payload == b"all":
            raise TemporaryDeliveryError("two of three", rest=b"two")
        raise PermanentDeliveryError("one has no address", rest=b"one")

    channel = broken_channel(render=lambda notice, options: b"all", send=send)
    house.subscribe("hook", "webhook", hook("http://127.0.0.1:9/"))
    house.happen()
    for _ in range(2):
        house.drain(find=lambda kind: channel)
        house.time.at += timedelta(seconds=5)
    (dead,) = house.store.list_deliveries()
    house.store.revive(dead.id, house.time.now())
    house.drain(find=lambda kind: channel)
    assert seen == [b"all", b"two", b"one"]


# -- max_per_hour --------------------------------------------------------------------------------------------------


def limit(house, site, **values):
    """A program that takes everything, within limits."""
    house.subscribe("hook", "webhook", hook(site.route("/hook", status=204)), **values)


def told(site):
    """The numbers of changes in each message that arrived."""
    bodies = [json.loads(asked.body) for asked in site.requests]
    return [len(each["data"]["changes"]) if each["type"] == "digest" else 1 for each in bodies]


def test_more_than_an_hour_may_hold_are_folded_into_its_last_message(house, site):
    limit(house, site, max_per_hour=3)
    house.happen(10)
    house.drain()
    assert sorted(told(site)) == [1, 1, 8]


def test_an_hour_that_is_full_keeps_what_comes_until_a_place_is_free(house, site):
    limit(house, site, max_per_hour=2)
    house.happen(2)
    house.drain()
    for _ in range(5):
        house.time.at += 10 * MINUTE
        house.happen()
        house.drain()
    assert told(site) == [1, 1]
    house.time.at += 10 * MINUTE
    house.drain()
    assert sorted(told(site)) == [1, 1, 1, 4]
    assert set(house.states()) == {"sent"}


def test_no_hour_has_more_messages_than_its_limit_whoever_sends_them(house, site, tmp_path):
    limit(house, site, max_per_hour=4)
    sent_at, count = [], 0
    for minute in range(0, 240, 7):
        house.happen(3 if minute % 2 else 1)
        count += 3 if minute % 2 else 1
        others = [open_store(f"sqlite:///{tmp_path}/gazette.db") for _ in range(2)]
        before = len(site.requests)
        asyncio.run(dispatch_all([house.outbox(store=store) for store in others]))
        for store in others:
            store.close()
        sent_at += [house.time.at] * (len(site.requests) - before)
        house.time.at += 7 * MINUTE
    house.time.at += 60 * MINUTE
    house.drain()
    assert sum(told(site)) == count
    for at in sent_at:
        assert sum(at <= other < at + 60 * MINUTE for other in sent_at) <= 4


async def dispatch_all(outboxes):
    await asyncio.gather(*(outbox.dispatch() for outbox in outboxes))


def test_a_receiver_that_was_away_is_not_flooded_when_it_is_back(house, site):
    limit(house, site, max_per_hour=2)
    site.route("/hook", status=503)
    for _ in range(3):
        house.happen(2)
        house.drain()
        house.time.at += 61 * MINUTE
    site.route("/hook", status=204)
    site.forget()
    house.time.at += 600 * MINUTE
    house.drain()
    assert len(site.requests) == 2
    while len(house.states()) > house.states().count("sent"):
        house.time.at += 61 * MINUTE
        house.drain()
    assert sum(told(site)) == 6


def test_a_limit_of_one_subscription_holds_back_no_other(house, site, mails):
    limit(house, site, max_per_hour=1)
    house.subscribe("desk", "smtp", desk(mails))
    for _ in range(40):
        house.happen()
        house.drain()
    assert told(site) == [1]
    assert len(mails.received) == 40


def test_a_message_that_is_tried_again_keeps_its_place(house, site):
    limit(house, site, max_per_hour=1)
    site.route("/hook", status=500)
    house.happen()
    house.drain()
    site.route("/hook", status=204)
    house.time.at += MINUTE
    house.drain()
    assert house.states() == ["sent"]


def test_mail_over_its_limit_grows_into_one_letter(house, mails):
    house.subscribe("desk", "smtp", desk(mails), max_per_hour=1)
    for _ in range(4):
        house.happen()
        house.drain()
    house.time.at += 61 * MINUTE
    house.drain()
    assert [each.message["Subject"] for each in mails.received][1].startswith("Gazette: 3 changes")


# -- quiet hours -----------------------------------------------------------------------------------------------------

NIGHT = Quiet(from_minute=22 * 60, to_minute=7 * 60)


def test_what_happens_in_quiet_hours_is_held_and_told_together_in_the_morning(house, mails):
    house.subscribe("desk", "smtp", desk(mails), quiet=NIGHT, timezone="Europe/Berlin")
    house.time.at = datetime(2026, 3, 28, 21, 30, tzinfo=UTC)  # half past ten, and the clocks are put forward at two
    for _ in range(4):
        house.happen()
        house.drain()
        house.time.at += 120 * MINUTE
    house.time.at = datetime(2026, 3, 29, 4, 59, tzinfo=UTC)
    house.drain()
    assert mails.received == []
    house.time.at = datetime(2026, 3, 29, 5, 0, tzinfo=UTC)
    house.drain()
    assert [each.message["Subject"] for each in mails.received] == ["Gazette: 4 changes – 4 edited"]


def test_a_program_gets_in_the_morning_what_happened_at_night_one_by_one(house, site):
    limit(house, site, quiet=NIGHT)
    house.time.at = datetime(2026, 5, 1, 23, 0, tzinfo=UTC)
    house.happen(3)
    house.drain()
    assert site.requests == []
    house.time.at = datetime(2026, 5, 2, 7, 0, tzinfo=UTC)
    house.drain()
    assert told(site) == [1, 1, 1]


def test_what_was_due_before_the_quiet_hours_is_not_sent_in_them(house, site):
    limit(house, site, quiet=NIGHT)
    house.time.at = datetime(2026, 5, 1, 21, 59, tzinfo=UTC)
    house.happen()
    house.time.at = datetime(2026, 5, 1, 22, 0, tzinfo=UTC)  # nothing ran in that minute
    house.drain()
    assert site.requests == []


# -- unsubscribing -------------------------------------------------------------------------------------------------


def test_a_mail_to_one_reader_says_how_to_unsubscribe_and_keeps_that_promise(house, mails):
    house.subscribe("desk", "smtp", desk(mails))
    house.happen()
    house.drain(public_url="https://gazette.example.org")
    message = mails.received[0].message
    address = message["List-Unsubscribe"].strip("<>")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address in message.get_body(("plain",)).get_content()

    answer("POST", address.rpartition("/")[2], house.subscriptions.values(), house.store)
    house.happen()
    house.drain()
    assert len(mails.received) == 1
    house.store.enable_subscription("to-desk")
    house.drain()
    assert len(mails.received) == 2


def test_one_of_several_readers_cannot_silence_the_others(house, mails):
    house.subscribe("desk", "smtp", desk(mails, to=("a@example.org", "b@example.org")))
    house.happen()
    house.drain(public_url="https://gazette.example.org")
    message = mails.received[0].message
    assert message["List-Unsubscribe"] is None
    assert "unsubscribe" not in message.get_body(("plain",)).get_content().lower()


def test_without_a_public_address_there_is_nothing_to_click(house, mails):
    house.subscribe("desk", "smtp", desk(mails))
    house.happen()
    house.drain()
    assert mails.received[0].message["List-Unsubscribe"] is None
