"""What incidents hold back, what is decided of them, and grounds that are renewed beside running checks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.errors import UsageError
from crawler.model import Absence, ArticleState, ChangeKind, HeldChange, Ruling

HOUR = timedelta(hours=1)


def hold(store, made, *names: str, **values: object) -> list[HeldChange]:
    """An incident that stands for a change of each of these articles."""
    held = [HeldChange(incident_id="inc_mass", change=made.change(each, **values), text=each) for each in names]
    store.commit([made.outcome(incidents=(made.incident("mass"),), held=tuple(held))])
    return held


def ruling(made, word: str) -> Ruling:
    return Ruling(incident_id="inc_mass", word=word, ruled_at=made.now + HOUR, changes=2)


def test_what_is_held_is_kept_in_its_order_and_is_no_change(store, made):
    held = hold(store, made, "b", "a")

    assert store.held_by(store.find_incident("mass")) == held
    assert store.held_changes("zq-news") == [each.change for each in store.held_by(store.find_incident("inc_mass"))]
    assert store.list_changes() == []


def test_holding_twice_is_holding_once(store, made):
    hold(store, made, "a", "b")
    hold(store, made, "a", "b")

    assert len(store.held_by(store.find_incident("mass"))) == 2


def test_what_is_real_is_written_and_promised_in_one(store, made):
    store.commit([made.found("z")])
    changes = [each.change for each in hold(store, made, "a", "b")]

    written = store.rule_real(ruling(made, "real"), changes, [made.promise(changes[0].id)])

    assert [(each.id, each.seq) for each in written] == [(changes[0].id, 2), (changes[1].id, 3)]
    (delivery,) = store.list_deliveries()
    assert delivery.event_ids == (changes[0].id,)
    assert store.rulings(["inc_mass", "inc_other"]) == {"inc_mass": ruling(made, "real")}


def test_a_ruling_holds_once_whoever_comes_second(store, made):
    changes = [each.change for each in hold(store, made, "a")]
    store.rule_noise(ruling(made, "noise"), changes)

    assert store.rule_real(ruling(made, "real"), changes, [made.promise(changes[0].id)]) == []
    assert not store.rule_noise(ruling(made, "noise"), changes)
    assert store.rulings(["inc_mass"])["inc_mass"].word == "noise"
    assert (store.list_changes(), store.list_deliveries()) == ([], [])


def test_noise_brings_removed_articles_back_and_touches_no_other(store, made):
    store.commit([made.found("a"), made.found("b"), made.found("c")])
    absence = Absence(observations=(made.observation("a"),))
    for name in ("a", "c"):
        gone = replace(made.known(name), state=ArticleState.REMOVED, steps=5, absence=absence)
        store.commit([made.outcome(articles=(gone,))])
    changes = [each.change for each in hold(store, made, "a", kind=ChangeKind.REMOVED)]

    store.rule_noise(ruling(made, "noise"), changes)

    states = {known.url: (known.state, known.absence, known.due_at) for known, _ in store.list_articles()}
    assert states[made.url("a")] == (ArticleState.PRESENT, None, made.now + HOUR)
    assert states[made.url("b")][0] is ArticleState.PRESENT
    assert states[made.url("c")][0] is ArticleState.REMOVED


def test_what_a_renamed_source_holds_is_its_own(store, made):
    store.commit([made.found("z")])
    hold(store, made, "a")
    store.rename_source("zq-news", "zhaoqing")

    assert [each.change.source for each in store.held_by(store.find_incident("mass"))] == ["zhaoqing"]


def test_what_a_forgotten_source_holds_is_forgotten(store, made):
    store.commit([made.found("z")])
    changes = [each.change for each in hold(store, made, "a")]
    store.rule_noise(ruling(made, "noise"), changes)
    store.forget_source("zq-news")

    assert store.held_changes("zq-news") == []
    assert store.rulings(["inc_mass"]) == {}


def test_an_unknown_incident_is_a_usage_error(store):
    with pytest.raises(UsageError, match="there is no incident nowhere"):
        store.find_incident("nowhere")


# -- grounds ---------------------------------------------------------------------------------------------------------


def test_a_ground_is_renewed_once(store, made):
    store.commit([made.found("a")])
    (known, _) = store.list_articles()[0]
    before = store.latest_revision(known.id)
    after = replace(before, number=before.number + 1, fingerprint="1:new")
    renewed = replace(known, revision=after.number, fingerprint="1:new", reader=7, title="new")

    assert store.renew_grounds([(renewed, after)]) == 1
    assert store.renew_grounds([(renewed, after)]) == 0

    (now, _) = store.list_articles()[0]
    assert (now.revision, now.fingerprint, now.reader, now.title) == (after.number, "1:new", 7, "new")
    assert store.latest_revision(known.id) == after


def test_a_check_that_went_on_meanwhile_is_left_as_it_is(store, made):
    store.commit([made.found("a")])
    (known, _) = store.list_articles()[0]
    before = store.latest_revision(known.id)
    edited = replace(known, revision=known.revision + 1, fingerprint="1:edit", steps=known.steps + 1)
    store.commit([made.outcome(articles=(edited,))])

    stale = replace(before, number=before.number + 1, fingerprint="1:new")

    assert store.renew_grounds([(replace(known, revision=stale.number, fingerprint="1:new", reader=7), stale)]) == 0
    assert store.renew_grounds([(replace(known, reader=7), None)]) == 0
    assert store.list_articles()[0][0].fingerprint == "1:edit"
    assert store.latest_revision(known.id) == before


def test_an_article_keeps_its_reader_and_an_older_row_has_none(store, made):
    store.commit([made.outcome(articles=(replace(made.known("a"), reader=3),), revisions=(made.revision("a"),))])

    assert store.list_articles()[0][0].reader == 3
    with store.database.writing(durable=False):
        store.database.run("UPDATE article SET reader = NULL")
    assert store.list_articles()[0][0].reader == 0


def test_sightings_are_what_was_answered_with_a_readable_body(store, made):
    store.commit([made.found("a"), made.found("b")])
    (known,) = (each for each, _ in store.list_articles() if each.url == made.url("a"))
    later = replace(made.observation("a"), fetched_at=made.now + HOUR, article_id=known.id, headers=(("etag", "x"),))
    store.commit([made.outcome(observations=(later, replace(later, sha256="", fetched_at=made.now + 2 * HOUR)))])

    seen = store.sightings(since=made.now + HOUR)

    assert list(seen) == [known.id]
    assert store.observations(seen[known.id]) == [later]
