"""Deciding: from what was gathered to what shall be written. Pure: no network, no clock, no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from crawler.cadence import next_check
from crawler.differ.guard import advance_incidents, close_incident, incident_for, is_mass, open_incident
from crawler.model import (
    ArticleState,
    Change,
    ChangeKind,
    Expectation,
    Incident,
    IncidentArticle,
    IncidentReason,
    KnownArticle,
    Observation,
    Outcome,
    Revision,
    Source,
    SourceState,
    Subscription,
    Validators,
    Verdict,
)
from crawler.notifier.routing import route
from crawler.pipeline.identifiers import mass_id
from crawler.pipeline.looks import ListingLook
from crawler.pipeline.moves import doubt_move, note_move

#: Kinds whose listing is a feed, in the words of the change record.
FEEDS = frozenset({"feed", "blogger", "wechat"})
MASS_REASONS = {ChangeKind.EDITED: IncidentReason.MASS_EDIT, ChangeKind.REMOVED: IncidentReason.MASS_REMOVAL}


#: What is told of a source whose server wants it to be asked no more.
SENT_AWAY = "the server says it is gone for good, so it is not asked again (gazette sources resume)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a decision about one check needs to know besides what was seen.

    ``fresh``: this check is the source's baseline. ``well``: the listing answered as it should, so that absence
    may be believed. ``confirming``: this is the second look at doubtful edits, however soon. ``reread`` is the
    number of known articles this check (and the one it confirms) looked at: what a mass is a share of.
    ``expectation`` is what its pages taught of how good pages look.
    """

    source: Source
    now: datetime
    state: SourceState | None
    fresh: bool
    well: bool
    confirming: bool = False
    reread: int = 0
    expectation: Expectation = field(default_factory=Expectation)

    @property
    def listing_cause(self) -> str:
        """What a change seen in the listing was shown by, in the words of the change record."""
        return "feed" if self.source.kind in FEEDS else "listing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What became of one article in this check. ``text`` is what keywords are matched in; an edit's
    are matched in what its change itself says was changed. ``sign`` is the first sign that the article is gone."""

    article: KnownArticle
    observations: tuple[Observation, ...] = ()
    revision: Revision | None = None
    change: Change | None = None
    sign: Change | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who may hear of it: the subscriptions, and which channels take several changes in one message."""

    subscriptions: tuple[Subscription, ...] = ()
    batching: Mapping[str, bool] = field(default_factory=dict)


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
    due_at = next_check(after, source.schedule, now=now, chance=chance)
    after = replace(
        after,
        due_at=max(due_at, look.retry_at) if look.retry_at else due_at,
        muted=before.muted or is_sent_away(look, before),
    )
    if trouble is None:
        trouble = incident_for(look.assessment.verdict, robots=look.robots)
    detail = f"{look.assessment.reason}: {SENT_AWAY}" if after.muted else look.assessment.reason
    incidents = advance_incidents(open_incidents, trouble, detail, after, now, source.id)
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
    changes, masses = hold_masses(steps, context)
    state = well_state(look, changes, context, chance)
    recovered = advance_incidents(open_incidents, None, "", state, context.now, context.source.id)
    over = end_masses(open_incidents, masses, context.now)
    incidents = (*masses, *recovered, *over)
    return assemble(look.observations, steps, changes, incidents, state, context, audience)


def decide_confirmation(
    steps: Sequence[Step],
    context: Context,
    state: SourceState,
    *,
    open_incidents: Sequence[Incident],
    audience: Audience,
) -> Outcome:
    """The outcome of the second look at doubtful edits; the state of the source is left as the check made it."""
    changes, masses = hold_masses(steps, context)
    if changes or masses:
        state = replace(state, changed_at=context.now)
    return assemble((), steps, changes, masses, state, context, audience)


def assemble(
    observations: Sequence[Observation],
    steps: Sequence[Step],
    changes: Sequence[Change],
    incidents: Sequence[Incident],
    state: SourceState,
    context: Context,
    audience: Audience,
) -> Outcome:
    """Everything one check wants written, promises included."""
    signs = list_signs(steps, context)
    texts = {each.id: step.text for step in steps for each in (step.change, step.sign) if each}
    return Outcome(
        source_id=context.source.id,
        state=state,
        observations=(*observations, *(each for step in steps for each in step.observations)),
        articles=tuple(step.article for step in steps),
        revisions=tuple(step.revision for step in steps if step.revision),
        changes=tuple(changes),
        signs=signs,
        incidents=tuple(incidents),
        promises=route(
            (*changes, *signs),
            texts,
            incidents,
            subscriptions=audience.subscriptions,
            channels_batch=audience.batching,
            now=context.now,
            source_tags={context.source.id: context.source.tags},
        ),
    )


def list_signs(steps: Sequence[Step], context: Context) -> tuple[Change, ...]:
    """First signs that single articles are gone. Where many vanish together they say nothing of any one of them."""
    signs = tuple(step.sign for step in steps if step.sign)
    return () if is_mass(len(signs), max(context.reread, len(signs)), context.source.guard) else signs


def well_state(look: ListingLook, changes: Sequence[Change], context: Context, chance: float) -> SourceState:
    """The source's state after a check that went well."""
    now, before = context.now, context.state
    if before is None or context.fresh:
        # An empty list is no baseline: whatever stands on it tomorrow may be years old.
        has_begun = look.listing is None or bool(look.listing.entries)
        before = SourceState(
            source_id=context.source.id,
            baselined_at=now if has_begun else None,
            muted=before.muted if before else False,
        )
    published = [change.article.published_at for change in changes if change.article.published_at]
    known_newest = [before.newest_at] if before.newest_at else []
    after = replace(
        note_move(before, look, now),
        address=context.source.address,
        kind=context.source.kind,
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
        entry_count=look.usual if look.listing else before.entry_count,
        expectation=context.expectation,
    )
    return replace(after, due_at=next_check(after, context.source.schedule, now=now, chance=chance))


def hold_masses(steps: Sequence[Step], context: Context) -> tuple[list[Change], list[Incident]]:
    """Splits the changes of a check into those told singly and mass events told as one incident each."""
    changes = [step.change for step in steps if step.change]
    masses: list[Incident] = []
    for kind, reason in MASS_REASONS.items():
        held = [change for change in changes if change.kind is kind]
        if not is_mass(len(held), max(context.reread, len(held)), context.source.guard):
            continue
        masses.append(mass_incident(reason, held, context))
        changes = [change for change in changes if change.kind is not kind]
    return changes, masses


def mass_incident(reason: IncidentReason, held: Sequence[Change], context: Context) -> Incident:
    """One incident that lists every article it speaks for, with its facts.

    A second wave is an incident of its own: it stands for changes that nobody has been told yet.
    """
    verb = "changed" if reason is IncidentReason.MASS_EDIT else "vanished"
    articles = [
        IncidentArticle(id=each.article.id, url=each.article.url, title=each.article.title, facts=each.facts)
        for each in held
    ]
    detail = f"{len(held)} of {max(context.reread, len(held))} articles looked at {verb} together"
    incident = open_incident(context.source.id, reason, context.now, detail=detail, articles=articles)
    return replace(incident, id=mass_id(each.id for each in held))


def end_masses(open_incidents: Sequence[Incident], masses: Sequence[Incident], now: datetime) -> list[Incident]:
    """The mass events that are over: another check went by."""
    begun = {incident.id for incident in masses}
    return [
        close_incident(incident, now)
        for incident in open_incidents
        if incident.reason in MASS_REASONS.values() and incident.id not in begun
    ]


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
