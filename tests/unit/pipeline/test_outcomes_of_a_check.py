"""What a whole check wants written: masses held back, incidents of the source, promises, and what is remembered."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.fetcher.replay import record_response
from crawler.model import (
    ChangeKind,
    GuardPolicy,
    IncidentReason,
    IncidentState,
    SourceState,
    Subscription,
    Validators,
    Verdict,
)
from crawler.pipeline.context import Audience
from crawler.pipeline.decide import decide_check, decide_failure, forget_validators, is_fresh, needs_another_look
from crawler.pipeline.looks import observe
from crawler.pipeline.steps import decide_article
from tests.lives import HOUR, MINUTE, NOON, Desk, listing_look, make_article, make_entry, make_source

NAMES = [f"berth-{number}" for number in range(10)]
READERS = Audience(
    subscriptions=(
        Subscription(name="reader", channel="hook"),
        Subscription(name="operator", channel="hook", incidents=True, changes=frozenset()),
    ),
    batching={"hook": False},
)


def edited(name: str, fee: int = 150):
    return make_article(name, f"The fee is {fee} euros.")


def edit_together(desk: Desk, names: list[str], fee: int = 150):
    """One check that sees the edits, and its second look."""
    desk.now += HOUR
    rest = [desk.life(name).unchanged() for name in desk.lives if name not in names]
    seen = desk.check([*(desk.life(name).read(edited(name, fee)) for name in names), *rest])
    return seen, desk.confirm([desk.life(name).read(edited(name, fee)) for name in names])


def vanish_together(desk: Desk, names: list[str]):
    """The check that proves the removal of ``names``; the others are there."""
    for _ in range(3):
        desk.now += 12 * HOUR
        there = [desk.life(name).unchanged() for name in desk.lives if name not in names]
        outcome = desk.check([*(desk.life(name).failed(Verdict.NOT_FOUND) for name in names), *there])
    return outcome


# -- mass events -----------------------------------------------------------------------------------------------------


def test_a_few_edits_are_told_one_by_one(desk):
    desk.begin(NAMES)

    _, outcome = edit_together(desk, NAMES[:4])

    assert [change.kind for change in outcome.changes] == [ChangeKind.EDITED] * 4
    assert outcome.incidents == ()


def test_a_mass_edit_is_one_incident_and_no_single_change(desk):
    desk.begin(NAMES)

    seen, outcome = edit_together(desk, NAMES[:5])

    assert seen.changes == outcome.changes == ()
    (incident,) = outcome.incidents
    assert (incident.reason, incident.state, incident.count) == (IncidentReason.MASS_EDIT, IncidentState.OPEN, 5)
    assert {article.title for article in incident.articles} == {f"Notice on the {name}" for name in NAMES[:5]}
    assert all(
        (each.before, each.after) == ("120 euros", "150 euros") for one in incident.articles for each in one.facts
    )
    assert len(incident.sample) == 5


def test_five_of_many_are_no_mass(desk):
    desk.begin([f"berth-{number}" for number in range(20)])

    _, outcome = edit_together(desk, NAMES[:5])

    assert len(outcome.changes) == 5
    assert outcome.incidents == ()


def test_the_operator_sets_what_a_mass_is():
    desk = Desk(source=make_source(guard=GuardPolicy(mass_minimum=2, mass_fraction=0.5)))
    desk.begin(NAMES[:4])

    _, outcome = edit_together(desk, NAMES[:2])

    assert [incident.reason for incident in outcome.incidents] == [IncidentReason.MASS_EDIT]


def test_a_mass_edit_reaches_readers_of_edits_as_one_message():
    desk = Desk(audience=READERS)
    desk.begin(NAMES)

    _, outcome = edit_together(desk, NAMES)

    assert [(promise.subscription, promise.event_id) for promise in outcome.promises] == [
        ("reader", outcome.incidents[0].event_id),
        ("operator", outcome.incidents[0].event_id),
    ]


def test_a_mass_edit_closes_by_itself_and_readers_are_not_told_so():
    desk = Desk(audience=READERS)
    desk.begin(NAMES)
    _, opened = edit_together(desk, NAMES)

    desk.now += HOUR
    calm = desk.check([desk.life(name).unchanged() for name in NAMES])

    (closed,) = calm.incidents
    assert (closed.id, closed.state) == (opened.incidents[0].id, IncidentState.CLOSED)
    assert [promise.subscription for promise in calm.promises] == ["operator"]
    assert desk.check([]).incidents == ()


def test_a_mass_edit_is_remembered_so_that_it_is_not_told_again(desk):
    desk.begin(NAMES)
    edit_together(desk, NAMES)

    desk.now += HOUR
    again = desk.check([desk.life(name).read(edited(name)) for name in NAMES])

    assert again.changes == again.revisions == ()
    assert {article.revision for article in again.articles} == {2}


def test_a_second_wave_is_an_incident_of_its_own():
    desk = Desk(source=make_source(confirm_after=timedelta(0)), audience=READERS)
    desk.begin(NAMES)
    first = desk.check([desk.life(name).read(edited(name, 150)) for name in NAMES])
    desk.now += HOUR

    second = desk.check([desk.life(name).read(edited(name, 170)) for name in NAMES])

    opened, closed = second.incidents
    assert opened.id != first.incidents[0].id == closed.id
    assert opened.articles[0].facts[0].after == "170 euros"
    assert opened.event_id in {promise.event_id for promise in second.promises if promise.subscription == "reader"}


def test_a_mass_removal_is_one_incident(desk):
    desk.begin(NAMES)

    outcome = vanish_together(desk, NAMES[:6])

    assert outcome.changes == ()
    (incident,) = outcome.incidents
    assert (incident.reason, incident.count) == (IncidentReason.MASS_REMOVAL, 6)
    assert {each.state for each in outcome.articles} == {"removed", "present"}


def test_new_posts_are_never_held_back(desk):
    outcome = desk.begin(NAMES)

    assert [change.kind for change in outcome.changes] == [ChangeKind.NEW] * 10
    assert outcome.incidents == ()


def test_a_new_post_is_told_beside_a_mass_edit():
    desk = Desk(source=make_source(confirm_after=timedelta(0)))
    desk.begin(NAMES)

    looks = [desk.life(name).read(edited(name)) for name in NAMES]
    outcome = desk.check([*looks, desk.life("lock").read(entry=make_entry("lock"))])

    assert [change.article.title for change in outcome.changes] == ["Notice on the lock"]
    assert [incident.reason for incident in outcome.incidents] == [IncidentReason.MASS_EDIT]


# -- trouble of the source -------------------------------------------------------------------------------------------


def fail(state: SourceState | None, verdict: Verdict = Verdict.UNREACHABLE, *, now=NOON, open_incidents=(), **look):
    desk = Desk(now=now, audience=READERS)
    failed = listing_look(verdict=verdict, listing=None, **look)
    context = desk.context(state=state, fresh=state is None)
    return decide_failure(
        failed, context, trouble=None, open_incidents=open_incidents, audience=desk.audience, chance=0.5
    )


def known_state(**values) -> SourceState:
    plain = SourceState(
        source_id="harbour",
        baselined_at=NOON,
        checked_at=NOON,
        well_at=NOON,
        validators=Validators(etag='"1"'),
        entry_count=10,
        checks=3,
        verdict=Verdict.OK,
    )
    return replace(plain, **values)


def test_one_failed_check_is_remembered_and_told_to_nobody():
    outcome = fail(known_state())

    assert (outcome.incidents, outcome.promises, outcome.changes, outcome.articles) == ((), (), (), ())
    assert (outcome.state.failures, outcome.state.checks) == (1, 4)
    assert outcome.state.well_at == NOON
    assert outcome.state.validators == Validators(etag='"1"')


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [
        (Verdict.UNREACHABLE, IncidentReason.UNREACHABLE),
        (Verdict.CHALLENGE, IncidentReason.CHALLENGE),
        (Verdict.BLOCKED, IncidentReason.BLOCKED),
        (Verdict.UNEXPECTED, IncidentReason.REDESIGN),
    ],
)
def test_the_second_failed_check_opens_one_incident_for_the_operator(verdict, reason):
    first = fail(known_state(), verdict)
    second = fail(first.state, verdict, now=NOON + HOUR)
    third = fail(second.state, verdict, now=NOON + 2 * HOUR, open_incidents=second.incidents)

    assert [(each.reason, each.state) for each in second.incidents] == [(reason, IncidentState.OPEN)]
    assert {promise.subscription for promise in second.promises} == {"operator"}
    assert (third.incidents, third.promises) == ((), ())


def test_the_first_check_that_goes_well_closes_it(desk):
    opened = fail(known_state(failures=1)).incidents[0]
    desk.incidents = {opened.id: opened}
    desk.now += HOUR

    outcome = desk.check([], state=known_state(failures=2))

    assert [(each.id, each.state) for each in outcome.incidents] == [(opened.id, IncidentState.CLOSED)]
    assert outcome.state.failures == 0
    assert outcome.state.well_at == desk.now


def test_robots_that_close_the_door_are_an_incident_of_their_own():
    outcome = fail(known_state(failures=1), Verdict.BLOCKED, robots=True)

    assert [each.reason for each in outcome.incidents] == [IncidentReason.ROBOTS_DISALLOWED]


@pytest.mark.parametrize("status", [429, 503])
def test_who_was_refused_comes_after_whoever_else_waits_for_the_host(status):
    asked = NOON + 2 * HOUR
    answer = record_response("https://example.org/", b"", fetched_at=NOON, status=status)
    refusal = observe(answer, Verdict.RATE_LIMITED)
    refused = fail(known_state(), Verdict.RATE_LIMITED, retry_at=asked, observations=(refusal,)).state
    waiting = fail(known_state(), Verdict.RATE_LIMITED, retry_at=asked).state

    assert waiting.due_at == asked
    assert refused.due_at - asked == fail(known_state()).state.due_at - NOON > HOUR / 2


def test_pauses_grow_while_a_source_fails_and_a_named_pause_holds():
    pauses, state = [], known_state()
    for _ in range(4):
        state = fail(state).state
        pauses.append(state.due_at - NOON)
    named = fail(known_state(), retry_at=NOON + 9 * HOUR).state.due_at

    assert pauses == sorted(pauses)
    assert pauses[0] < pauses[-1] <= 2.2 * HOUR
    assert named == NOON + 9 * HOUR


def test_a_source_that_never_answered_still_begins_with_a_baseline():
    failed = fail(None).state

    assert is_fresh(make_source(), failed)


# -- what is remembered ----------------------------------------------------------------------------------------------


def test_a_source_at_a_new_address_begins_again(desk):
    state = desk.check([]).state

    assert not is_fresh(desk.source, state)
    assert is_fresh(replace(desk.source, url="https://www.example.gov.cn/other.xml"), state)
    assert is_fresh(replace(desk.source, kind="html_list"), state)


def test_going_back_does_not_change_what_an_everyday_listing_holds(desk):
    deep = listing_look(60, usual=10)
    outcome = decide_check(deep, [], desk.context(), open_incidents=(), audience=desk.audience, chance=0.5)

    assert outcome.state.entry_count == 10


def test_the_newest_post_dates_the_source_but_one_from_the_future_does_not(desk):
    entry = make_entry("dock")
    future = make_article("lock", published=replace(entry.published, instant=NOON + 24 * HOUR))

    outcome = desk.check(
        [desk.life("dock").read(entry=entry), desk.life("lock").read(future, entry=make_entry("lock"))]
    )

    assert outcome.state.newest_at == entry.published.instant


def test_a_baseline_promises_nothing():
    desk = Desk(audience=READERS)

    assert desk.begin(NAMES, fresh=True).promises == ()
    assert desk.begin(["lock"]).promises != ()


def test_only_a_present_article_waits_for_a_second_look(desk):
    desk.begin(["dock"])
    desk.now += HOUR
    doubtful = desk.check([desk.life("dock").read(edited("dock"))]).articles[0]
    missing = desk.check([desk.life("dock").failed(Verdict.NOT_FOUND)]).articles[0]

    assert needs_another_look(doubtful)
    assert not needs_another_look(missing)


def test_asking_again_asks_for_the_bytes():
    assert forget_validators(known_state(body_sha256="a")).validators == Validators()
    assert forget_validators(known_state(body_sha256="a")).body_sha256 == ""
    assert forget_validators(None) is None


# -- properties ------------------------------------------------------------------------------------------------------

kinds_of_look = st.sampled_from(["unchanged", "read", "edited", "gone", "trouble", "new"])


def looks_of(desk: Desk, plan: list[str]) -> list:
    looks = []
    for number, what in enumerate(plan):
        life = desk.life(f"berth-{number}")
        look = {
            "unchanged": lambda life: life.unchanged(),
            "read": lambda life: life.read(),
            "edited": lambda life: life.read(edited(life.name)),
            "gone": lambda life: life.failed(Verdict.NOT_FOUND),
            "trouble": lambda life: life.failed(Verdict.CHALLENGE),
            "new": lambda life: replace(life.read(entry=make_entry(life.name)), known=None, before=None),
        }[what](life)
        looks.append(look)
    return looks


@given(st.lists(kinds_of_look, min_size=1, max_size=12), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_the_looks_does_not_matter(plan, random):
    desk = Desk(source=make_source(confirm_after=timedelta(0)), audience=READERS)
    desk.begin([f"berth-{number}" for number in range(len(plan))])
    desk.now += HOUR
    looks = looks_of(desk, plan)
    shuffled = random.sample(looks, len(looks))
    context = desk.context(reread=len(looks))

    one, other = (
        decide_check(
            listing_look(),
            [decide_article(look, context) for look in order],
            context,
            open_incidents=(),
            audience=READERS,
            chance=0.5,
        )
        for order in (looks, shuffled)
    )

    assert one.state == other.state
    for field in ("articles", "revisions", "changes", "observations", "promises"):
        assert sorted(map(repr, getattr(one, field))) == sorted(map(repr, getattr(other, field)))
    assert [(each.id, each.reason, set(each.articles)) for each in one.incidents] == [
        (each.id, each.reason, set(each.articles)) for each in other.incidents
    ]


@given(st.lists(st.lists(kinds_of_look.filter(lambda what: what != "new"), min_size=3, max_size=3), max_size=8))
@settings(max_examples=60, deadline=None)
def test_whatever_happens_revisions_and_steps_only_grow_and_ids_are_never_used_twice(days):
    desk = Desk(source=make_source(confirm_after=timedelta(0), guard=GuardPolicy(mass_minimum=99)))
    outcomes = [desk.begin(["berth-0", "berth-1", "berth-2"])]
    for plan in days:
        desk.now += 12 * HOUR + MINUTE
        before = {life.known.id: life.known for life in desk.lives.values()}
        outcomes.append(desk.check(looks_of(desk, plan)))
        for article in outcomes[-1].articles:
            assert article.steps >= before[article.id].steps
            assert article.revision >= before[article.id].revision
            assert article.first_seen_at == before[article.id].first_seen_at
    told = [change for outcome in outcomes for change in outcome.changes]
    assert len({change.id for change in told}) == len(told)
    numbers = [(each.article_id, each.number) for outcome in outcomes for each in outcome.revisions]
    assert len(set(numbers)) == len(numbers)
