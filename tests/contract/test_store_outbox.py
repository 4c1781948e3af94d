"""What every store must do for the outbox: nothing promised is lost, told twice, or told in two wordings."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.errors import UsageError
from crawler.model import ChangeKind, Delivery, DeliveryState, IncidentState
from storage.store import open_store

MINUTE = timedelta(minutes=1)


def lease(store, made, *, at=None, close_bursts=False, limit=10, real_now=None):
    now = at or made.now
    return store.lease_deliveries(
        now=now, lease_until=now + MINUTE, limit=limit, close_bursts=close_bursts, real_now=real_now
    )


def names(store, delivery):
    changes, _ = store.events(delivery)
    return [change.article.title[2:-3] for change in changes]


def test_a_promised_change_is_leased_with_all_it_needs(store, made):
    store.commit([made.told("a")])
    (delivery,) = lease(store, made)
    assert delivery.id.startswith("dlv_")
    assert len(delivery.id) == 28
    assert (delivery.subscription, delivery.channel, delivery.window) == ("all-to-desk", "desk", "burst")
    assert (delivery.state, delivery.attempts, delivery.payload) == (DeliveryState.LEASED, 0, None)
    assert (delivery.due_at, delivery.created_at) == (made.now, made.now)
    assert delivery.event_ids == (made.change("a").id,)
    assert names(store, delivery) == ["a"]


def test_what_is_leased_is_not_leased_again(store, made):
    store.commit([made.told("a")])
    assert lease(store, made)
    assert lease(store, made) == []


def test_a_lease_that_ran_out_is_claimed_anew(store, made):
    store.commit([made.told("a")])
    (first,) = lease(store, made)
    (second,) = lease(store, made, at=made.now + MINUTE)
    assert second.id == first.id
    assert second.lease != first.lease


def test_a_delivery_waits_for_its_due_time(store, made):
    store.commit([made.told("a", due_at=made.now + MINUTE)])
    assert lease(store, made) == []
    assert lease(store, made, at=made.now + MINUTE)


def test_the_longest_overdue_is_leased_first(store, made):
    for name, minutes in (("a", 3), ("b", 1), ("c", 2)):
        store.commit([made.told(name, window=f"event:{name}", due_at=made.now + minutes * MINUTE)])
    leased = lease(store, made, at=made.now + 5 * MINUTE, limit=2)
    assert [names(store, delivery) for delivery in leased] == [["b"], ["c"]]


def test_closing_bursts_makes_only_open_bursts_due(store, made):
    later = made.now + timedelta(hours=1)
    store.commit([made.told("a", due_at=later), made.told("b", window="digest:2024-03-02", due_at=later)])
    assert [delivery.window for delivery in lease(store, made, close_bursts=True)] == ["burst"]


def test_a_burst_that_waits_for_its_next_try_is_not_closed_again(store, made):
    store.commit([made.told("a")])
    (delivery,) = lease(store, made)
    store.postpone(delivery, due_at=made.now + MINUTE, error="busy")
    assert lease(store, made, close_bursts=True) == []


def test_a_window_closes_by_the_clock_of_decisions(store, made):
    store.commit([made.told("a", window="digest:2024-03-02", due_at=made.now + MINUTE)])
    real = made.now + timedelta(days=400)
    assert lease(store, made, real_now=real) == []
    assert lease(store, made, at=made.now + MINUTE, real_now=real)


def test_a_retry_and_a_lost_lease_come_by_the_real_clock(store, made):
    simulated, real = made.now, made.now - timedelta(days=400)
    store.commit([made.told("a", window="event:a"), made.told("b", window="event:b")])
    retried, _ = store.lease_deliveries(
        now=simulated, real_now=real, lease_until=real + MINUTE, limit=9, close_bursts=False
    )
    store.postpone(retried, due_at=real + MINUTE, error="busy")
    assert lease(store, made, real_now=real) == []
    assert len(lease(store, made, at=real + MINUTE)) == 2


def test_what_was_due_when_it_was_promised_is_due_by_any_clock(store, made):
    store.commit([made.told("a", window="event:a")])
    assert lease(store, made, at=made.now - timedelta(days=400))


def test_a_copy_that_two_programs_find_at_different_instants_is_told_once(store, made):
    for at in (made.now, made.now + MINUTE):
        echo = made.change("a", kind=ChangeKind.NEW, id=f"chg_{at:%M}", detected_at=at)
        copy = made.known("a", first_seen_at=at, steps=1)
        store.commit([made.outcome(articles=(copy,), signs=(echo,), promises=(made.promise(echo.id, due_at=at),))])

    (delivery,) = lease(store, made, at=made.now + MINUTE)
    assert delivery.event_ids == (f"chg_{made.now:%M}",)
    assert [sign.detected_at for sign in store.list_signs(since=made.now)] == [made.now]


def test_an_article_that_is_met_at_another_source_is_told_there_though_it_was_born_before(store, made):
    born = made.known("a", first_seen_at=made.now, steps=1)
    store.commit([made.outcome(articles=(born,))])
    echo = made.change("a", "gd-gov", kind=ChangeKind.NEW, id="ech_a", detected_at=made.now + MINUTE)
    met = replace(born, also_at=("gd-gov",))
    store.commit([made.outcome("gd-gov", articles=(met,), signs=(echo,), promises=(made.promise(echo.id),))])

    (delivery,) = lease(store, made, at=made.now + MINUTE)
    assert delivery.event_ids == ("ech_a",)


# -- windows --------------------------------------------------------------------------------------------------------


def test_an_event_joins_the_open_burst_and_keeps_its_due_time(store, made):
    store.commit([made.told("a", due_at=made.now + MINUTE)])
    store.commit([made.told("b", "c", due_at=made.now + 2 * MINUTE)])
    (delivery,) = lease(store, made, at=made.now + MINUTE)
    assert delivery.due_at == made.now + MINUTE
    assert names(store, delivery) == ["a", "b", "c"]


def test_one_commit_makes_one_burst(store, made):
    store.commit([made.told("a", "b"), made.told("c")])
    (delivery,) = lease(store, made)
    assert names(store, delivery) == ["a", "b", "c"]


def test_what_comes_while_a_burst_is_on_its_way_makes_a_new_one(store, made):
    store.commit([made.told("a")])
    (first,) = lease(store, made)
    store.commit([made.told("b")])
    (second,) = lease(store, made)
    assert [names(store, first), names(store, second)] == [["a"], ["b"]]


def test_nothing_joins_a_burst_whose_message_is_fixed(store, made):
    store.commit([made.told("a")])
    (first,) = lease(store, made)
    first = store.freeze_payload(first, b"a")
    store.postpone(first, due_at=made.now, error="busy")
    store.commit([made.told("b")])
    assert {names(store, delivery)[0]: delivery.payload for delivery in lease(store, made)} == {"a": b"a", "b": None}


def test_a_digest_is_joined_by_its_instant_only(store, made):
    store.commit(
        [made.told("a", window="digest:1"), made.told("b", window="digest:2"), made.told("c", window="digest:1")]
    )
    leased = lease(store, made)
    assert sorted(names(store, delivery) for delivery in leased) == [["a", "c"], ["b"]]


def test_what_comes_too_late_for_a_digest_joins_the_next(store, made):
    first, second = made.now + 60 * MINUTE, made.now + 120 * MINUTE
    store.commit([made.told("a", window="digest:1", due_at=first)])
    (digest,) = lease(store, made, at=first)
    store.commit([made.told("b", window="digest:1", due_at=first, later=("digest:2", second))])
    store.acknowledge(store.freeze_payload(digest, b"a"), sent_at=first)
    store.commit([made.told("c", window="digest:1", due_at=first, later=("digest:2", second))])
    assert lease(store, made, at=first) == []
    assert [names(store, each) for each in lease(store, made, at=second)] == [["b", "c"]]


def test_what_comes_after_a_window_was_told_to_be_empty_joins_the_next(store, made):
    first, second = made.now + 60 * MINUTE, made.now + 120 * MINUTE
    letter = Delivery(
        id="dlv_empty",
        subscription="all-to-desk",
        channel="desk",
        window="empty:1",
        state=DeliveryState.PENDING,
        due_at=first,
        created_at=first,
        payload=b"nothing changed",
    )
    store.post(letter)
    store.commit([made.told("a", window="digest:1", due_at=first, later=("digest:2", second))])
    assert [each.id for each in lease(store, made, at=first)] == ["dlv_empty"]
    assert [each.window for each in lease(store, made, at=second, close_bursts=True) if each.event_ids] == ["digest:2"]


def test_each_event_window_is_its_own_delivery(store, made):
    store.commit([made.told("a", window="event:a"), made.told("b", window="event:b")])
    assert len(lease(store, made)) == 2


def test_subscriptions_and_channels_do_not_share_a_burst(store, made):
    change = made.change("a")
    promises = [
        made.promise(change.id),
        made.promise(change.id, subscription="x"),
        made.promise(change.id, channel="y"),
    ]
    store.commit([made.outcome(changes=(change,), promises=tuple(promises))])
    assert len({delivery.id for delivery in lease(store, made)}) == 3


def test_an_event_is_promised_once_per_subscription_and_channel(store, made):
    store.commit([made.told("a")])
    (delivery,) = lease(store, made)
    store.acknowledge(delivery, sent_at=made.now)
    store.commit([made.told("a", window="event:a"), made.told("a")])
    assert lease(store, made) == []
    assert store.waiting_count() == 0


def test_a_delivery_has_the_same_id_in_any_store(store, made, tmp_path):
    outcome = made.told("a")
    store.commit([outcome])
    with open_store(f"sqlite:///{tmp_path}/other.db") as other:
        other.commit([outcome])
        assert lease(other, made)[0].id == lease(store, made)[0].id


# -- settling -------------------------------------------------------------------------------------------------------


def test_the_first_bytes_hold(store, made):
    store.commit([made.told("a")])
    (delivery,) = lease(store, made)
    assert store.freeze_payload(delivery, b"\0first\xff").payload == b"\0first\xff"
    assert store.freeze_payload(delivery, b"second").payload == b"\0first\xff"
    (again,) = lease(store, made, at=made.now + MINUTE)
    assert again.payload == b"\0first\xff"
    assert store.freeze_payload(again, b"third").payload == b"\0first\xff"


def test_who_lost_the_lease_cannot_fix_the_bytes(store, made):
    store.commit([made.told("a")])
    (slow,) = lease(store, made)
    (quick,) = lease(store, made, at=made.now + MINUTE)
    assert store.freeze_payload(slow, b"slow").payload is None
    assert store.freeze_payload(quick, b"quick").payload == b"quick"
    assert store.freeze_payload(slow, b"slow").payload == b"quick"


def test_an_acknowledged_delivery_is_sent_for_good(store, made):
    store.commit([made.told("a")])
    (delivery,) = lease(store, made)
    store.acknowledge(delivery, sent_at=made.now + MINUTE)
    (sent,) = store.list_deliveries(state=DeliveryState.SENT)
    assert (sent.id, sent.sent_at, sent.attempts, sent.lease) == (delivery.id, made.now + MINUTE, 1, "")
    assert lease(store, made, at=made.now + timedelta(days=9), close_bursts=True) == []


def test_a_postponed_delivery_comes_back_with_its_tries_counted(store, made):
    store.commit([made.told("a")])
    (delivery,) = lease(store, made)
    store.postpone(delivery, due_at=made.now + MINUTE, error="452 mailbox \0 full" + "x" * 5_000)
    assert lease(store, made) == []
    (again,) = lease(store, made, at=made.now + MINUTE)
    assert again.attempts == 1
    assert again.last_error.startswith("452 mailbox")
    assert len(again.last_error) <= 1_000


def test_what_is_left_to_send_takes_the_place_of_the_fixed_bytes(store, made):
    store.commit([made.told("a")])
    (first,) = lease(store, made)
    store.freeze_payload(first, b"to both")
    store.postpone(first, due_at=made.now + MINUTE, error="one is busy", rest=b"to one")
    (second,) = lease(store, made, at=made.now + MINUTE)
    store.postpone(first, due_at=made.now, error="late", rest=b"to nobody")
    store.postpone(second, due_at=made.now + 2 * MINUTE, error="still busy")
    (third,) = lease(store, made, at=made.now + 2 * MINUTE)
    store.bury(third, error="gone", rest=b"\0to the last\xff")
    assert [first.payload, second.payload, third.payload] == [None, b"to one", b"to one"]
    assert store.list_deliveries(state=DeliveryState.DEAD)[0].payload == b"\0to the last\xff"


def test_a_buried_delivery_is_visible_and_not_tried(store, made):
    store.commit([made.told("a")])
    (delivery,) = lease(store, made)
    store.bury(delivery, error="550 no such user")
    assert lease(store, made, at=made.now + timedelta(days=9)) == []
    assert store.dead_count() == 1
    (dead,) = store.list_deliveries(state=DeliveryState.DEAD)
    assert (dead.attempts, dead.last_error) == (1, "550 no such user")


@pytest.mark.parametrize("settle", ["acknowledge", "postpone", "bury"])
def test_who_lost_the_lease_cannot_settle(store, made, settle):
    arguments = {
        "acknowledge": {"sent_at": made.now},
        "postpone": {"due_at": made.now, "error": "late"},
        "bury": {"error": "late"},
    }[settle]
    store.commit([made.told("a")])
    (slow,) = lease(store, made)
    (quick,) = lease(store, made, at=made.now + MINUTE)
    getattr(store, settle)(slow, **arguments)
    (unsettled,) = store.list_deliveries()
    assert (unsettled.state, unsettled.lease) == (DeliveryState.LEASED, quick.lease)


def test_a_killed_sender_leaves_the_same_bytes_under_the_same_id(url, made):
    with open_store(url) as store:
        store.commit([made.told("a")])
        (first,) = lease(store, made)
        store.freeze_payload(first, b"bytes")  # sent, and then the process dies before it says so
    with open_store(url) as store:
        (second,) = lease(store, made, at=made.now + MINUTE)
        assert (second.id, second.payload) == (first.id, b"bytes")


# -- events ---------------------------------------------------------------------------------------------------------


def test_a_reminder_is_told_beside_the_opening_that_nobody_could_send_yet(store, made):
    opening = made.incident()
    reminders = [replace(opening, reminder=n, detected_at=made.now + timedelta(days=n)) for n in (1, 2)]
    for telling in (opening, *reminders, reminders[1]):
        promise = made.promise(telling.event_id, f"event:{telling.event_id}")
        store.commit([made.outcome(incidents=(telling,), promises=(promise,))])

    due = lease(store, made, at=made.now + timedelta(days=9))

    told = [store.events(delivery)[1] for delivery in due]
    assert sorted((each.reminder, each.state) for (each,) in told) == [(0, "open"), (1, "open"), (2, "open")]
    assert next(each for (each,) in told if not each.reminder) == opening
    assert store.open_incidents_of([opening.source]) == [reminders[1]]


def test_a_reminder_does_not_open_again_what_has_closed(store, made):
    opening, closing = made.incident(), made.incident(state=IncidentState.CLOSED)
    store.commit([made.outcome(incidents=(opening,))])
    store.commit([made.outcome(incidents=(closing,))])

    store.commit([made.outcome(incidents=(replace(opening, reminder=1),))])

    assert store.open_incidents_of([opening.source]) == []
    assert store.list_incidents() == [closing]


def test_events_are_changes_by_seq_and_tellings_of_incidents(store, made):
    opening, closing = made.incident(), made.incident(state=IncidentState.CLOSED)
    a, b = made.change("a"), made.change("b")
    promises = tuple(made.promise(event) for event in (opening.event_id, b.id, a.id))
    store.commit([made.outcome(changes=(a, b), incidents=(opening,), promises=promises)])
    store.commit([made.outcome(incidents=(closing,), promises=(made.promise(closing.event_id, "event:x"),))])
    burst, single = sorted(lease(store, made), key=lambda delivery: delivery.window)
    changes, tellings = store.events(burst)
    assert [change.seq for change in changes] == [1, 2]
    assert tellings == (opening,)
    assert store.events(single) == ((), (closing,))
    assert single.created_at == closing.detected_at


# -- by hand --------------------------------------------------------------------------------------------------------


def test_a_first_sign_is_told_like_a_change_and_is_none(store, made):
    sign = replace(made.change("a"), id="sgn_1", kind=ChangeKind.MISSING)
    store.commit([made.outcome(signs=(sign,), promises=(made.promise("sgn_1"),))])
    (delivery,) = lease(store, made)
    assert store.events(delivery) == ((replace(sign, seq=0),), ())
    assert delivery.created_at == sign.detected_at
    assert store.list_changes(after=0) == []


def test_a_dead_letter_revived_starts_its_tries_anew(store, made):
    store.commit([made.told("a")])
    (delivery,) = lease(store, made)
    delivery = store.freeze_payload(delivery, b"bytes")
    store.bury(delivery, error="550")
    store.revive(delivery.id, made.now + MINUTE)
    (again,) = lease(store, made, at=made.now + MINUTE)
    assert (again.id, again.attempts, again.payload) == (delivery.id, 0, b"bytes")


def test_a_waiting_delivery_revived_is_due_now(store, made):
    store.commit([made.told("a")])
    (delivery,) = lease(store, made)
    store.postpone(delivery, due_at=made.now + timedelta(hours=5), error="busy")
    store.revive(delivery.id, made.now)
    assert lease(store, made)[0].attempts == 1


def test_a_sent_delivery_cannot_be_revived(store, made):
    store.commit([made.told("a")])
    (delivery,) = lease(store, made)
    store.acknowledge(delivery, sent_at=made.now)
    with pytest.raises(UsageError, match="neither dead nor waiting"):
        store.revive(delivery.id, made.now)


def test_a_delivery_is_found_by_a_piece_of_its_id(store, made):
    store.commit([made.told("a", window="event:a"), made.told("b", window="event:b")])
    delivery = store.list_deliveries()[0]
    assert store.find_delivery(delivery.id[:12]) == delivery
    assert store.find_delivery(delivery.id[4:12]) == delivery
    with pytest.raises(UsageError, match="several"):
        store.find_delivery("dlv_")
    with pytest.raises(UsageError, match="no delivery"):
        store.find_delivery("dlv_%")


def test_a_switched_off_channel_keeps_what_waits_for_it(store, made):
    store.commit([made.told("a"), made.told("a", channel="hook")])
    store.disable_channel("hook", "410 Gone")
    store.disable_channel("hook", "410 Gone, again")
    assert store.disabled_channels() == {"hook": "410 Gone, again"}
    assert [delivery.channel for delivery in lease(store, made)] == ["desk"]
    assert store.waiting_count() == 2
    store.enable_channel("hook")
    assert store.disabled_channels() == {}
    assert [delivery.channel for delivery in lease(store, made)] == ["hook"]


# -- limits --------------------------------------------------------------------------------------------------------


def lease_limited(store, made, most, *, at=None):
    now = at or made.now
    limits = {"all-to-desk": most}
    return store.lease_deliveries(now=now, lease_until=now + MINUTE, limit=10, close_bursts=False, limits=limits)


def test_beyond_a_limit_the_last_message_holds_the_events_of_all_that_are_left(store, made):
    for number in range(5):
        store.commit([made.told(str(number), window=f"event:{number}")])
    leased = lease_limited(store, made, 2)
    told = [names(store, delivery) for delivery in leased]
    assert sorted(map(len, told)) == [1, 4]
    assert sorted(name for each in told for name in each) == ["0", "1", "2", "3", "4"]
    assert len(store.list_deliveries()) == 2


def test_what_finds_no_place_waits_for_one(store, made):
    store.commit([made.told("a", window="event:a"), made.told("b", window="event:b")])
    (both,) = lease_limited(store, made, 1)
    store.freeze_payload(both, b"a and b")
    store.acknowledge(both, sent_at=made.now)
    store.commit([made.told("c", window="event:c")])
    assert lease_limited(store, made, 1, at=made.now + 59 * MINUTE) == []
    assert [names(store, each) for each in lease_limited(store, made, 1, at=made.now + 60 * MINUTE)] == [["c"]]


def test_a_message_that_is_fixed_is_never_folded(store, made):
    store.commit([made.told("a", window="event:a")])
    (first,) = lease_limited(store, made, 1)
    store.freeze_payload(first, b"a")
    store.postpone(first, due_at=made.now, error="busy")
    store.commit([made.told("b", window="event:b"), made.told("c", window="event:c")])
    later = made.now + 90 * MINUTE
    assert [each.payload for each in lease_limited(store, made, 1, at=later)] == [b"a"]
    assert [names(store, each) for each in lease_limited(store, made, 2, at=later)] == [["b", "c"]]


def test_what_goes_through_another_channel_is_never_folded_in(store, made):
    elsewhere = replace(made.promise(made.change("b").id, "event:b"), channel="hook")
    store.commit([made.told("a", window="event:a"), made.outcome(changes=(made.change("b"),), promises=(elsewhere,))])
    leased = lease_limited(store, made, 1)
    assert sorted((each.channel, *names(store, each)) for each in leased) == [("desk", "a"), ("hook", "b")]


def test_where_the_limit_is_nothing_nothing_is_leased(store, made):
    store.commit([made.told("a", window="event:a")])
    assert lease_limited(store, made, 0) == []
    assert len(lease_limited(store, made, 1)) == 1


def test_a_subscription_that_is_switched_off_keeps_what_waits_for_it(store, made):
    store.disable_subscription("all-to-desk", "a reader unsubscribed")
    store.commit([made.told("a")])
    assert lease(store, made) == []
    assert store.disabled_subscriptions() == {"all-to-desk": "a reader unsubscribed"}
    store.enable_subscription("all-to-desk")
    assert len(lease(store, made)) == 1


def test_the_key_for_unsubscribing_is_made_once(url):
    with open_store(url) as first, open_store(url) as second:
        assert first.unsubscribe_key() == second.unsubscribe_key()
        assert len(first.unsubscribe_key()) == 32


def test_many_outboxes_together_keep_one_limit(url, made):
    with open_store(url) as store:
        store.commit([made.told(str(number), window=f"event:{number}") for number in range(40)])
    claimed = []

    def claim():
        with open_store(url, busy_timeout=timedelta(seconds=30)) as mine:
            for _ in range(5):
                claimed.extend(each.id for each in lease_limited(mine, made, 3))

    with ThreadPoolExecutor() as outboxes:
        for done in [outboxes.submit(claim) for _ in range(4)]:
            done.result()
    assert len(claimed) == len(set(claimed)) == 3
    with open_store(url) as store:
        assert sum(len(each.event_ids) for each in store.list_deliveries()) == 40


# -- many at once --------------------------------------------------------------------------------------------------


def test_many_outboxes_never_lease_the_same(url, made):
    with open_store(url) as store:
        store.commit([made.told(str(number), window=f"event:{number}") for number in range(40)])
    claimed = []

    def claim():
        with open_store(url, busy_timeout=timedelta(seconds=30)) as mine:
            while leased := lease(mine, made, limit=3):
                claimed.extend(delivery.id for delivery in leased)

    with ThreadPoolExecutor() as outboxes:
        for done in [outboxes.submit(claim) for _ in range(4)]:
            done.result()
    assert len(claimed) == len(set(claimed)) == 40


def test_an_event_that_joins_while_a_sender_claims_is_not_lost(url, made):
    """One writer adds to the burst while a sender claims it, over and over: each event is in exactly one message."""
    heard = []
    written = threading.Event()

    def send():
        with open_store(url, busy_timeout=timedelta(seconds=30)) as mine:
            last = False
            while not last:
                last = written.is_set()
                for delivery in lease(mine, made):
                    frozen = mine.freeze_payload(delivery, b"x")
                    heard.extend(frozen.event_ids)
                    mine.acknowledge(frozen, sent_at=made.now)

    with ThreadPoolExecutor() as sender, open_store(url, busy_timeout=timedelta(seconds=30)) as store:
        done = sender.submit(send)
        for number in range(40):
            store.commit([made.told(str(number))])
        written.set()
        done.result()
        assert store.waiting_count() == 0
    assert sorted(heard) == sorted(made.change(str(number)).id for number in range(40))


def test_an_outcome_without_its_events_still_promises(store, made):
    """The events were committed before; ``created_at`` then falls back to the due time."""
    store.commit([made.outcome(changes=(made.change("a"),))])
    store.commit([replace(made.told("a"), changes=())])
    (delivery,) = lease(store, made)
    assert (names(store, delivery), delivery.created_at) == (["a"], made.now)
