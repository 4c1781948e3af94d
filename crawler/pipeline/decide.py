"""Deciding: from what was gathered to what shall be written. Pure: no network, no clock, no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from crawler.cadence import Seen, after_visit, plan_check, plan_visit
from crawler.differ.guard import LASTING, TROUBLE, advance_incidents, incident_for, is_mass, remind
from crawler.model import (
    ArticleState,
    Change,
    ChangeKind,
    Incident,
    IncidentReason,
    KnownArticle,
    Observation,
    Outcome,
    Promise,
    Pulse,
    Source,
    SourceState,
    Validators,
    Verdict,
)
from crawler.notifier.routing import route
from crawler.pipeline.catchup import tell_gap
from crawler.pipeline.context import Audience, Context, Step
from crawler.pipeline.habits import count_entries, habits_after, note_looks
from crawler.pipeline.kinship import echoes_of, find_translations
from crawler.pipeline.looks import ArticleLook, ListingLook
from crawler.pipeline.masses import Held, end_masses, hold_masses, tell_reshaped
from crawler.pipeline.moves import doubt_move, note_move
from crawler.pipeline.troubles import tell_trouble

#: What is told of a source whose server wants it to be asked no more.
SENT_AWAY = "the server says it is gone for good, so it is not asked again (gazette sources resume)"


def decide_all(looks: Sequence[ArticleLook], context: Context) -> dict[str, Step]:
    """The step of each article; one that was seen twice in a check takes the first."""
    steps: dict[str, Step] = {}
    if not looks:
        return steps
    from crawler.pipeline.steps import decide_article  # with all that compares; most checks have nothing to compare

    for look in looks:
        step = decide_article(look, context)
        steps.setdefault(step.article.id, step)
    return steps


def decide_failure(
    look: ListingLook,
    context: Context,
    *,
    trouble: IncidentReason | None,
    open_incidents: Sequence[Incident],
    audience: Audience,
    chance: float,
) -> Outcome:
    """The outcome of a check whose listing could not be believed: nothing is concluded about any article.

    ``trouble`` names what is wrong where the verdict alone does not say it.
    """
    source, now = context.source, context.now
    before = doubt_move(context.state or SourceState(source_id=source.id), look)
    after = replace(
        before,
        checked_at=now,
        failures=before.failures + 1,
        checks=before.checks + 1,
        verdict=look.assessment.verdict,
        reason=look.assessment.reason,
    )
    after = plan_next(after, source, look, now=now, chance=chance)
    after = replace(after, muted=before.muted or is_sent_away(look, before))
    if trouble is None:
        trouble = incident_for(look.assessment.verdict, robots=look.robots)
    detail = f"{look.assessment.reason}: {SENT_AWAY}" if after.muted else look.assessment.reason
    incidents = advance_incidents(open_incidents, trouble, detail, after, now, source.id)
    incidents = (*incidents, *remind(open_incidents, incidents, now, reasons=TROUBLE))
    return Outcome(
        source_id=source.id,
        state=after,
        observations=look.observations,
        incidents=incidents,
        promises=route(
            (),
            {},
            incidents,
            subscriptions=audience.subscriptions,
            channels_batch=audience.batching,
            now=now,
            source_tags={source.id: source.tags},
        ),
    )


def is_sent_away(look: ListingLook, before: SourceState) -> bool:
    """Whether the server has said twice in a row that the listing is gone for good: then it is not asked again."""
    return look.assessment.verdict is Verdict.GONE and before.verdict is Verdict.GONE


def decide_check(
    look: ListingLook,
    steps: Sequence[Step],
    context: Context,
    *,
    open_incidents: Sequence[Incident],
    audience: Audience,
    chance: float,
) -> Outcome:
    """The outcome of a check whose listing was read, or is unchanged."""
    held = hold_masses(steps, context)
    state = well_state(look, steps, held.changes, context, chance)
    trouble = tell_trouble(context, state, open_incidents)
    over = end_masses(open_incidents, held.masses, context.now)
    gap = tell_gap(context.source.id, context.gap, open_incidents, now=context.now)
    shape = tell_reshaped(context, (*held.masses, *trouble), open_incidents)
    incidents = (*held.masses, *trouble, *over, *gap, *shape)
    incidents = (*incidents, *remind(open_incidents, incidents, context.now, reasons=LASTING))
    held = held._replace(masses=incidents) if incidents else held
    return assemble(look.observations, steps, held, state, context, audience)


def decide_confirmation(
    steps: Sequence[Step],
    context: Context,
    state: SourceState,
    *,
    open_incidents: Sequence[Incident],
    audience: Audience,
) -> Outcome:
    """The outcome of looks at articles alone; of the source's ``state`` only the habits follow from them."""
    held = hold_masses(steps, context)
    shape = tell_reshaped(context, held.masses, open_incidents)
    state = replace(state, habits=note_looks(state.habits, context, steps))
    if held.changes or held.masses:
        state = replace(state, changed_at=context.now)
    return assemble((), steps, held._replace(masses=(*held.masses, *shape)), state, context, audience)


def assemble(
    observations: Sequence[Observation],
    steps: Sequence[Step],
    held: Held,
    state: SourceState,
    context: Context,
    audience: Audience,
) -> Outcome:
    """Everything one check wants written, promises included. ``held`` has all of its incidents."""
    signs = (*list_signs(steps, context), *echoes_of(steps))
    texts = {each.id: step.text for step in steps for each in (step.change, step.sign, step.echo) if each}
    return Outcome(
        source_id=context.source.id,
        state=state,
        observations=(*observations, *(each for step in steps for each in step.observations)),
        articles=tuple(step.article for step in steps),
        revisions=tuple(each for step in steps for each in (step.ground, step.revision) if each),
        changes=held.changes,
        signs=signs,
        incidents=held.masses,
        held=held.held,
        window=context.window,
        hallmarks=tuple(each for step in steps for each in step.hallmarks),
        translations=find_translations(steps),
        promises=promise_all((*held.changes, *signs), texts, held.masses, context, audience),
    )


def promise_all(
    told: Sequence[Change],
    texts: Mapping[str, str],
    incidents: Sequence[Incident],
    context: Context,
    audience: Audience,
) -> tuple[Promise, ...]:
    """Who is to hear of it. Most checks have nothing to tell, and the tags of all sources are many."""
    if not told and not incidents:
        return ()
    return route(
        told,
        texts,
        incidents,
        subscriptions=audience.subscriptions,
        channels_batch=audience.batching,
        now=context.now,
        source_tags={**audience.tags, context.source.id: context.source.tags},
    )


def list_signs(steps: Sequence[Step], context: Context) -> tuple[Change, ...]:
    """First signs that single articles are gone. Where many vanish together they say nothing of any one of them."""
    signs = tuple(step.sign for step in steps if step.sign)
    return () if is_mass(len(signs), max(context.reread, len(signs)), context.source.guard) else signs


def well_state(
    look: ListingLook, steps: Sequence[Step], changes: Sequence[Change], context: Context, chance: float
) -> SourceState:
    """The source's state after a check that went well."""
    now, before, habits = context.now, context.state, habits_after(context, steps, look.listing)
    seen = (*changes, *echoes_of(steps))  # a source is alive, though what it posts was told elsewhere before
    if before is None or context.fresh:
        # An empty list is no baseline: whatever stands on it tomorrow may be years old.
        has_begun = look.listing is None or bool(look.listing.entries or look.listing.since)
        before = SourceState(
            source_id=context.source.id,
            baselined_at=now if has_begun else None,
            muted=before.muted if before else False,
        )
    published = [change.article.published_at for change in seen if change.article.published_at]
    known_newest = [before.newest_at] if before.newest_at else []
    entry_count = count_entries(before, look, context)
    pulse = feel_pulse(before, context, look, seen, entry_count)
    source = context.source
    plan = plan_visit(pulse, source.schedule, now=now, chance=chance, timezone=source.timezone)
    return replace(
        note_move(before, look, now),
        address=source.address,
        kind=source.kind,
        checked_at=now,
        well_at=now,
        changed_at=now if changes else before.changed_at,
        newest_at=max(known_newest + [at for at in published if at <= now], default=None),
        failures=0,
        checks=before.checks + 1,
        verdict=look.assessment.verdict,
        reason="",
        validators=look.validators,
        body_sha256=look.body_sha256,
        habits=habits,
        entry_count=entry_count,
        expectation=context.expectation,
        due_at=plan.due_at,
        pulse=pulse if pulse.why == plan.why else replace(pulse, why=plan.why),
    )


def feel_pulse(
    before: SourceState, context: Context, look: ListingLook, changes: Sequence[Change], entries: int
) -> Pulse:
    """What the check adds to our picture of the source's life. A source that is one article lives by its edits."""
    source, now = context.source, context.now
    found = sum(change.kind is ChangeKind.NEW or entries <= 1 for change in changes)
    waited = now - before.well_at if before.well_at and not context.fresh else None
    seen = Seen(listing=look.listing, found=found, waited=waited, fresh_for=look.fresh_for)
    return after_visit(before.pulse, seen, source.schedule, now=now, timezone=source.timezone)


def plan_next(state: SourceState, source: Source, look: ListingLook, *, now: datetime, chance: float) -> SourceState:
    """The state after a failure with the time of the next visit, and why then.

    Who was refused comes after whoever else waits for the host: else one list that is refused each time would close
    it again and again before any other had its turn.
    """
    plan = plan_check(state, source.schedule, now=now, chance=chance, timezone=source.timezone)
    due_at, why = plan.due_at, plan.why
    if look.retry_at is not None and was_refused(look):
        due_at, why = max(look.retry_at, now) + (due_at - now), f"{why} from when its server may be asked again"
    elif look.retry_at is not None and look.retry_at > due_at:
        due_at, why = look.retry_at, f"{why}; its server asks to wait longer"
    return replace(state, due_at=due_at, pulse=replace(state.pulse, why=why))


def was_refused(look: ListingLook) -> bool:
    """Whether the server itself has just said that it is too much."""
    return any(observation.status in (429, 503) for observation in look.observations[-1:])


def is_fresh(source: Source, state: SourceState | None) -> bool:
    """Whether this check is a baseline: the first that succeeds, or the first of a changed kind or address."""
    return state is None or state.baselined_at is None or state.address != source.address


def needs_another_look(article: KnownArticle) -> bool:
    """Whether an edit of it was seen once and waits for its confirmation."""
    return article.suspicion is not None and article.state is ArticleState.PRESENT


def forget_validators(state: SourceState | None) -> SourceState | None:
    """The same state for an unconditional request: we want the listing's bytes again."""
    return replace(state, validators=Validators(), body_sha256="") if state else None


def is_well(verdict: Verdict) -> bool:
    """Whether the listing answered as it should."""
    return verdict in (Verdict.OK, Verdict.NOT_MODIFIED)
