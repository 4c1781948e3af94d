"""What an operator may do to sources, and messages without events, on every engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.errors import UsageError
from crawler.model import Delivery, DeliveryState, IncidentState
from storage.proof import verify_chains


def make_welcome(made, **values):
    plain = Delivery(
        id="dlv_welcome",
        subscription="all-to-desk",
        channel="desk",
        window="welcome",
        state=DeliveryState.PENDING,
        due_at=made.now,
        created_at=made.now,
        payload=b"hello",
    )
    return replace(plain, **values)


def lease(store, made):
    until = made.now + timedelta(minutes=2)
    return store.lease_deliveries(now=made.now, lease_until=until, limit=9, close_bursts=False)


# -- muting ---------------------------------------------------------------------------------------------------------


def test_a_source_can_be_muted_before_its_first_check(store):
    store.mute_sources(["zq-news"], muted=True)
    state = store.source_states(["zq-news"])["zq-news"]
    assert state.muted
    assert state.checked_at is None


def test_muting_keeps_what_is_known_and_resuming_ends_it(store, made):
    store.commit([made.outcome(state=made.state(failures=3, reason="412"))])
    store.mute_sources(["zq-news", "gd-gov"], muted=True)
    assert {each.muted for each in store.source_states(["zq-news", "gd-gov"]).values()} == {True}
    store.mute_sources(["zq-news"], muted=False)
    state = store.source_states(["zq-news"])["zq-news"]
    assert (state.muted, state.failures, state.reason) == (False, 3, "412")


def test_a_check_that_was_under_way_does_not_undo_a_muting(store, made):
    store.commit([made.outcome()])
    store.mute_sources(["zq-news"], muted=True)
    store.commit([made.outcome(state=made.state(checks=2))])
    state = store.source_states(["zq-news"])["zq-news"]
    assert (state.muted, state.checks) == (True, 2)


# -- renaming -------------------------------------------------------------------------------------------------------


def test_everything_that_goes_on_goes_on_under_the_new_id(store, made):
    listed = made.known("a", keys=("id:zq-news:guid-1", f"url:{made.url('a')}"))
    elsewhere = made.known("b", "gd-gov", also_at=("zq-news",))
    store.commit([made.outcome(articles=(listed, elsewhere), incidents=(made.incident(),))])
    store.rename_source("zq-news", "zhaoqing")
    assert set(store.source_states(["zq-news", "zhaoqing"])) == {"zhaoqing"}
    found = store.find_articles(["id:zhaoqing:guid-1", "id:zq-news:guid-1"])
    assert {key: article.source_id for key, article in found.items()} == {"id:zhaoqing:guid-1": "zhaoqing"}
    assert store.load_articles([elsewhere.id])[0].also_at == ("zhaoqing",)
    assert [(each.id, each.source) for each in store.open_incidents_of(["zhaoqing"])] == [("inc_i", "zhaoqing")]


def test_changes_and_closed_incidents_stay_as_they_were_told(store, made):
    closed = made.incident(state=IncidentState.CLOSED)
    store.commit([replace(made.found(), incidents=(made.incident(), closed))])
    (before,) = store.list_changes()
    store.rename_source("zq-news", "zhaoqing")
    assert store.list_changes() == [before]
    assert [each.source for each in store.list_incidents()] == ["zq-news"]
    assert list(verify_chains(store)) == []


def test_a_key_that_only_begins_alike_is_left_alone(store, made):
    other = made.known("b", "zq-news-2", keys=("id:zq-news-2:guid-1",))
    store.commit([made.outcome("zq-news"), made.outcome("zq-news-2", articles=(other,))])
    store.rename_source("zq-news", "zhaoqing")
    assert set(store.find_articles(["id:zq-news-2:guid-1"])) == {"id:zq-news-2:guid-1"}


@pytest.mark.parametrize("how", ["checked", "owns", "lists"])
def test_an_id_that_is_known_in_any_way_is_refused_and_nothing_changes(store, made, how):
    parts = {
        "checked": made.outcome("taken"),
        "owns": made.outcome("x", articles=(made.known("b", "taken"),)),
        "lists": made.outcome("x", articles=(made.known("b", "x", also_at=("taken",)),)),
    }
    store.commit([made.outcome("zq-news", articles=(made.known("a"),)), parts[how]])
    with pytest.raises(UsageError, match="taken is already known"):
        store.rename_source("zq-news", "taken")
    assert store.load_articles([made.known("a").id])[0].source_id == "zq-news"
    assert "zq-news" in store.source_states(["zq-news"])


# -- forgetting -----------------------------------------------------------------------------------------------------


def test_a_forgotten_source_leaves_only_the_chain_of_observations(store, made):
    store.commit([replace(made.found("a", promises=True), incidents=(made.incident(),))])
    store.commit([made.found("b", "gd-gov")])
    gone = store.forget_source("zq-news")
    assert (gone.articles, gone.changes) == (1, 1)
    assert not store.knows_source("zq-news")
    assert [change.source for change in store.list_changes()] == ["gd-gov"]
    assert store.list_incidents() == []
    assert store.list_deliveries() == []
    assert [article.source_id for article, _ in store.list_articles()] == ["gd-gov"]
    assert list(verify_chains(store)) == []
    assert store.database.fetch_one("SELECT count(*) FROM observation") == (2,)


def test_a_reminder_of_a_forgotten_source_is_told_to_nobody(store, made):
    reminder = made.incident(reminder=2)
    store.commit([made.outcome(incidents=(made.incident(),))])
    store.commit([made.outcome(incidents=(reminder,), promises=(made.promise(reminder.event_id),))])
    store.forget_source("zq-news")
    assert store.list_deliveries() == []


def test_an_echo_of_a_forgotten_source_is_told_to_nobody(store, made):
    mine, other = made.change("a"), made.change("b", "gd-gov")
    former = made.change("c", "before-its-renaming")
    signs = (mine, other, former)
    promises = tuple(made.promise(each.id) for each in signs)
    store.commit([made.outcome(articles=(made.known("c"),), signs=signs, promises=promises)])
    store.forget_source("zq-news")
    assert [each.event_ids for each in store.list_deliveries()] == [(other.id,)]
    assert [each.id for each in store.list_signs(since=made.now)] == [other.id]


def test_an_article_that_another_source_lists_becomes_that_sources(store, made):
    shared = made.known("a", also_at=("gd-gov", "cn-gov"))
    store.commit([made.outcome(articles=(shared,), revisions=(made.revision("a"),))])
    assert store.forget_source("zq-news").articles == 0
    (article,) = store.load_articles([shared.id])
    assert (article.source_id, article.also_at) == ("cn-gov", ("gd-gov",))
    assert len(store.revisions(shared.id)) == 1


def test_a_delivery_that_still_promises_something_else_stays(store, made):
    both = made.outcome(
        changes=(made.change("a"), made.change("b", "gd-gov")),
        promises=(made.promise(made.change("a").id), made.promise(made.change("b").id)),
    )
    store.commit([both])
    store.forget_source("zq-news")
    (delivery,) = store.list_deliveries()
    assert delivery.event_ids == (made.change("b").id,)


def test_what_was_told_before_a_renaming_is_forgotten_too(store, made):
    store.commit([made.found("a")])
    store.rename_source("zq-news", "zhaoqing")
    assert store.forget_source("zhaoqing").changes == 1
    assert store.list_changes() == []


def test_open_incidents_of_several_sources_come_oldest_first(store, made):
    later = made.incident("j", source="gd-gov", opened_at=made.now + timedelta(minutes=1))
    closed = (made.incident("k"), made.incident("k", IncidentState.CLOSED))
    store.commit([made.outcome(incidents=(later, made.incident("i"), *closed))])
    found = store.open_incidents_of(["zq-news", "gd-gov"])
    assert [incident.id for incident in found] == ["inc_i", "inc_j"]
    assert store.open_incidents_of(["elsewhere"]) == []


def test_the_newest_change_is_none_of_a_baseline(store, made):
    assert store.newest_change() is None
    store.commit([made.outcome(changes=(made.change("a"), made.change("b", baseline=True)))])
    assert store.newest_change().article.id == made.known("a").id


# -- messages without events ----------------------------------------------------------------------------------------


def test_a_posted_message_is_leased_with_its_bytes(store, made):
    assert store.post(make_welcome(made))
    (leased,) = lease(store, made)
    assert (leased.payload, leased.window, leased.event_ids) == (b"hello", "welcome", ())
    store.acknowledge(leased, sent_at=made.now)
    assert store.find_delivery("dlv_welcome").state is DeliveryState.SENT


def test_a_message_is_posted_once_for_ever_even_after_it_was_pruned(store, made):
    assert store.post(make_welcome(made))
    assert not store.post(make_welcome(made, payload=b"again"))
    assert store.find_delivery("dlv_welcome").payload == b"hello"
    with store.database.writing(durable=True):
        store.database.run("DELETE FROM delivery")
    assert not store.post(make_welcome(made))
    assert store.list_deliveries() == []
    assert store.posted(["dlv_welcome", "dlv_other"]) == {"dlv_welcome"}
