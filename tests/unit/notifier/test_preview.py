"""What a subscription would have sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from crawler.model import IncidentState, Keywords, Quiet, Rhythm, Subscription
from crawler.notifier.preview import list_messages, promises_of, tellings_of
from tests.notices import NOW, make_change, make_incident

MINUTE = timedelta(minutes=1)


def preview(minutes, *, batches=True, start=NOW, incidents=(), text="", **values):
    subscription = Subscription(**{"name": "desk", "channel": "desk", **values})
    changes = [(make_change(str(place), detected_at=start + n * MINUTE), text) for place, n in enumerate(minutes)]
    promises = promises_of(changes, tellings_of(incidents), subscription, batches=batches, tags={})
    return list_messages(promises, subscription)


def sizes(messages):
    return [len(each.event_ids) for each in messages]


def test_mail_is_gathered_into_bursts():
    assert sizes(preview([0, 1, 2, 10, 11])) == [2, 1, 2]


def test_programs_get_one_message_each():
    assert sizes(preview([0, 1, 2], batches=False)) == [1, 1, 1]


def test_what_was_told_at_another_source_is_in_no_preview_of_who_follows_that_one():
    echo = [(make_change(told_at=("gd-gov",)), "")]
    everything, one = (
        promises_of(echo, (), Subscription(name="desk", channel="desk", sources=sources), batches=True, tags={})
        for sources in (("*",), ("zq-news",))
    )
    assert (everything, len(one)) == ([], 1)


def test_a_daily_digest_is_one_message_a_day():
    messages = preview([-60, 0, 60], rhythm=Rhythm(every="daily", at_minute=8 * 60))
    assert sizes(messages) == [2, 1]
    assert [each.at.hour for each in messages] == [8, 8]


def test_what_is_beyond_the_limit_is_folded_and_nothing_is_missing():
    messages = preview(range(0, 60, 5), batches=False, max_per_hour=2)
    assert sizes(messages) == [1, 1, 10]
    assert messages[2].at == messages[0].at + 60 * MINUTE


def test_of_what_comes_at_once_the_last_place_is_for_the_rest():
    assert sizes(preview([0, 0, 0, 0, 0], batches=False, max_per_hour=2)) == [1, 4]


def test_what_happens_in_quiet_hours_leaves_when_they_end():
    night = datetime(2024, 5, 6, 22, 30, tzinfo=UTC)
    (message,) = preview([0, 30, 90], start=night, quiet=Quiet(from_minute=22 * 60, to_minute=7 * 60))
    assert sizes([message]) == [3]
    assert message.at == datetime(2024, 5, 7, 7, 0, tzinfo=UTC)


def test_a_reminder_would_have_been_told_after_the_opening():
    later = make_incident(reminder=1, detected_at=NOW + 24 * 60 * MINUTE, opened_at=NOW)
    subscription = Subscription(name="desk", channel="desk", incidents=True)
    promises = promises_of([], tellings_of([later]), subscription, batches=False, tags={})
    messages = list_messages(promises, subscription)
    assert [each.event_ids for each in messages] == [(f"{later.id}:open",), (f"{later.id}:reminder-1",)]


def test_rules_are_those_of_the_subscription():
    assert preview([0], min_significance=0.9) == []
    assert preview([0], keywords=Keywords(any=("税",)), text="税") == []  # of an edit only what changed counts
    assert sizes(preview([0], keywords=Keywords(any=("增长",)))) == [1]


def test_trouble_that_ended_is_told_twice_to_whoever_asks():
    over = make_incident(state=IncidentState.CLOSED, detected_at=NOW + 60 * MINUTE)
    assert preview([], incidents=[over]) == []
    subscription = Subscription(name="op", channel="op", incidents=True)
    promises = promises_of([], tellings_of([over]), subscription, batches=True, tags={})
    assert [each.at for each in promises] == [NOW, NOW + 60 * MINUTE]
