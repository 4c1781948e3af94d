"""Articles that cannot be seen: missing, removed, or simply not known. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from crawler.cadence import next_recheck, retry_article
from crawler.differ.removal import absence_after, is_removed, next_look
from crawler.differ.summary import summarize
from crawler.model import (
    Absence,
    ArticleState,
    Change,
    ChangeKind,
    Evidence,
    KnownArticle,
    Verdict,
)
from crawler.pipeline.context import Context, Step
from crawler.pipeline.identifiers import sign_id
from crawler.pipeline.looks import ArticleLook
from crawler.pipeline.told import bare_article, begin_change, own_observations

CAUSE_OF_ABSENCE = {
    Verdict.NOT_FOUND: "404",
    Verdict.GONE: "410",
    Verdict.SOFT_NOT_FOUND: "soft_404",
    Verdict.REMOVED_BY_OWNER: "tombstone_page",
    Verdict.WRONG_PAGE: "redirect",
}


def decide_absent(look: ArticleLook, known: KnownArticle, context: Context) -> Step:
    """One more sign that it is gone; enough of them, over enough time, from a healthy source, prove it."""
    policy = context.source.removal
    sign = look.observation
    if sign is None:
        return decide_unknown(look, known, context)
    absence = absence_after(known, sign, look.assessment, source_is_well=context.well, policy=policy)
    if absence is None:
        return decide_unknown(look, known, context)
    missing = replace(
        known,
        absence=absence,
        fetched_at=context.now,
        due_at=look_again_at(known, absence, context),
        state=known.state if known.state is ArticleState.REMOVED else ArticleState.MISSING,
    )
    if known.state is ArticleState.REMOVED or not is_removed(absence, policy):
        is_first = known.state is ArticleState.PRESENT and known.absence is None
        article = look.before.article if look.before else bare_article(known)
        return Step(
            article=missing,
            observations=own_observations(look, known),
            sign=first_sign(look, missing, absence, context) if is_first else None,
            text=article.text,
        )
    return remove(look, missing, absence, context)


def look_again_at(known: KnownArticle, absence: Absence, context: Context) -> datetime | None:
    """When to look for it again: closely until its removal is proven, then as rarely as at any old article."""
    if known.state is not ArticleState.REMOVED:
        return next_look(absence, context.source.removal, context.now)
    return next_recheck(
        first_seen_at=known.first_seen_at,
        changed_at=known.changed_at,
        policy=context.source.recheck,
        now=context.now,
    )


def first_sign(look: ArticleLook, known: KnownArticle, absence: Absence, context: Context) -> Change:
    """What whoever asked for ``missing`` is told: no change yet, and perhaps never one."""
    article = look.before.article if look.before else bare_article(known)
    cause = CAUSE_OF_ABSENCE[absence.observations[-1].verdict]
    sign = begin_change(ChangeKind.MISSING, known, article, context, cause=cause)
    return replace(
        sign,
        id=sign_id(sign.id, absence.since),
        previous_revision=known.revision,
        removed_by=absence.removed_by,
        summary=summarize(ChangeKind.MISSING, article.title, removed_by=absence.removed_by),
        evidence=Evidence(
            before=look.before.evidence if look.before else None,
            after=absence.observations[-1],
            observations=absence.observations,
        ),
    )


def remove(look: ArticleLook, known: KnownArticle, absence: Absence, context: Context) -> Step:
    """Proven gone."""
    removed = replace(known, state=ArticleState.REMOVED, steps=known.steps + 1, changed_at=context.now, suspicion=None)
    article = look.before.article if look.before else bare_article(known)
    cause = CAUSE_OF_ABSENCE[absence.observations[-1].verdict]
    change = replace(
        begin_change(ChangeKind.REMOVED, removed, article, context, cause=cause),
        significance=1.0,
        previous_revision=known.revision,
        removed_by=absence.removed_by,
        summary=summarize(
            ChangeKind.REMOVED,
            article.title,
            sightings=len(absence.observations),
            removed_by=absence.removed_by,
        ),
        evidence=Evidence(
            before=look.before.evidence if look.before else None,
            after=absence.observations[-1],
            observations=absence.observations,
        ),
    )
    return Step(article=removed, observations=own_observations(look, known), change=change, text=article.whole_text)


def decide_unknown(look: ArticleLook, known: KnownArticle, context: Context) -> Step:
    """Nothing can be concluded: what we know stands, and it is tried again."""
    retry_at = retry_article(read_at=known.fetched_at or known.first_seen_at, now=context.now)
    return Step(
        article=replace(known, due_at=max(retry_at, look.retry_at) if look.retry_at else retry_at),
        observations=own_observations(look, known),
    )
