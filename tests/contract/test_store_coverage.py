"""What reports on a stretch of time ask of every engine."""

from __future__ import annotations

from datetime import timedelta

from crawler.model import ChangeKind
from storage.coverage import count_changes, find_creation, is_promised

HOUR = timedelta(hours=1)


def test_changes_are_counted_by_kind_within_the_time_and_without_the_baseline(store, made):
    changes = (
        made.change("a", kind=ChangeKind.NEW),
        made.change("b", kind=ChangeKind.NEW, detected_at=made.now + HOUR),
        made.change("c", kind=ChangeKind.EDITED),
        made.change("d", kind=ChangeKind.NEW, detected_at=made.now - HOUR),
        made.change("e", kind=ChangeKind.NEW, baseline=True),
    )
    store.commit([made.outcome(changes=changes)])
    counts = count_changes(store, ["zq-news"], since=made.now, until=made.now + HOUR)
    assert counts == {"new": 1, "edited": 1}
    assert count_changes(store, ["gd-gov"], since=made.now, until=made.now + HOUR) == {}


def test_a_window_is_promised_to_one_subscription_through_one_channel(store, made):
    store.commit([made.told("a", window="digest:2026-03-03T00:00:00Z")])
    assert is_promised(store, "all-to-desk", "desk", "digest:2026-03-03T00:00:00Z")
    assert not is_promised(store, "all-to-desk", "desk", "digest:2026-03-04T00:00:00Z")
    assert not is_promised(store, "other", "desk", "digest:2026-03-03T00:00:00Z")


def test_a_delivery_says_when_it_was_made(store, made):
    store.commit([made.told("a")])
    (delivery,) = store.list_deliveries()
    assert find_creation(store, delivery.id) == made.now
    assert find_creation(store, "dlv_none") is None
