"""The step one article takes in a check: new, edited, removed, restored, moved, or none. Pure."""

from __future__ import annotations

from dataclasses import replace

from crawler.cadence import next_recheck, retry_article
from crawler.differ.compare import Comparison, compare
from crawler.differ.facts import facts_of_new
from crawler.differ.fingerprint import entry_fingerprint, fingerprint
from crawler.differ.hunks import shorten_hunks
from crawler.differ.removal import absence_after, is_removed, next_look
from crawler.differ.summary import summarize
from crawler.model import (
    ABSENT,
    Absence,
    Article,
    ArticleState,
    Change,
    ChangeKind,
    Evidence,
    Hunk,
    HunkOp,
    KnownArticle,
    Observation,
    Revision,
    Suspicion,
    Verdict,
)
from crawler.parser.article import article_from_entry
from crawler.pipeline.decide import Context, Step
from crawler.pipeline.gather import ArticleLook
from crawler.pipeline.identifiers import article_id, change_id
from crawler.record import summarize_article
from crawler.text.urls import canonical_url

CAUSE_OF_ABSENCE = {
    Verdict.NOT_FOUND: "404",
    Verdict.GONE: "410",
    Verdict.SOFT_NOT_FOUND: "soft_404",
    Verdict.REMOVED_BY_OWNER: "tombstone_page",
}


def decide_article(look: ArticleLook, context: Context) -> Step:
    """What becomes of one article after one look at it."""
    known = look.known
    if known is None:
        return decide_new(look, context)
    if known.source_id != context.source.id:
        return decide_sighting(look, known, context)
    if look.article is not None:
        return decide_present(look, known, look.article, context)
    if look.unchanged:
        return decide_unchanged(look, known, context)
    if look.assessment.verdict in ABSENT:
        return decide_absent(look, known, context)
    return decide_unknown(look, known, context)


# -- new -----------------------------------------------------------------------------------------------------------


def decide_new(look: ArticleLook, context: Context) -> Step:
    """A new article, told from the listing alone where its page could not be read."""
    if look.entry is None:
        raise ValueError("an unknown article is only ever looked at because a listing names it")
    article = look.article or article_from_entry(look.entry, context.source)
    baseline = context.fresh or look.backfilled
    known = KnownArticle(
        id=article_id(look.keys),
        source_id=context.source.id,
        url=look.entry.url or article.url,
        keys=look.keys,
        fingerprint=fingerprint(article),
        title=article.title,
        first_seen_at=context.now,
        changed_at=context.now,
        steps=1,
        baseline=baseline,
    )
    known = remember_look(known, look, context)
    facts = facts_of_new(article)
    summary = summarize(ChangeKind.NEW, article.title, facts=facts)
    change = begin_change(ChangeKind.NEW, known, article, context, cause=context.listing_cause)
    change = replace(
        change,
        revision=1,
        baseline=baseline,
        facts=facts,
        summary=summary,
        evidence=Evidence(after=kept_evidence(look)),
        significance=0.5,
    )
    return Step(
        article=known,
        observations=own_observations(look, known),
        revision=Revision(
            article_id=known.id,
            number=1,
            article=article,
            fingerprint=known.fingerprint,
            seen_at=context.now,
            evidence=kept_evidence(look),
        ),
        change=change,
        text=article.text,
    )


def decide_sighting(look: ArticleLook, known: KnownArticle, context: Context) -> Step:
    """The same article at another source: noted, and told by the source that owns it."""
    also_at = known.also_at if context.source.id in known.also_at else (*known.also_at, context.source.id)
    return Step(
        article=replace(known, also_at=also_at, keys=merged(known, look)),
        observations=own_observations(look, known),
    )


# -- still there -----------------------------------------------------------------------------------------------


def decide_unchanged(look: ArticleLook, known: KnownArticle, context: Context) -> Step:
    """The bytes say that nothing moved. An edit seen once and gone again was a stale node: it is dropped."""
    article = look.before.article if look.before else bare_article(known)
    alive = replace(remember_look(known, look, context), state=ArticleState.PRESENT, absence=None, suspicion=None)
    if known.state is ArticleState.REMOVED:
        return restore(look, known, alive, article, None, context)
    return stay_or_move(look, known, alive, article, context)


def decide_present(look: ArticleLook, known: KnownArticle, article: Article, context: Context) -> Step:
    """The page was read: equal, an edit to be confirmed, or a confirmed edit."""
    mark = fingerprint(article)
    before = look.before.article if look.before else None
    comparison = compare(before, article) if before is not None and mark != known.fingerprint else None
    alive = replace(known, state=ArticleState.PRESENT, absence=None)
    if known.state is ArticleState.REMOVED:
        return restore(look, known, remember_look(alive, look, context), article, comparison, context)
    if comparison is None:
        return settle(look, alive, article, mark, context)
    if before is not None and before.origin == "listing" and article.origin == "page":
        return complete(look, alive, article, mark, context)
    if not is_confirmed(known.suspicion, mark, context):
        return suspect(look, alive, mark, context)
    return edit(look, alive, article, mark, comparison, context)


def settle(look: ArticleLook, known: KnownArticle, article: Article, mark: str, context: Context) -> Step:
    """Nothing a reader would call a change; perhaps a new address."""
    settled = replace(remember_look(known, look, context), fingerprint=mark, suspicion=None)
    return stay_or_move(look, known, settled, article, context)


def stay_or_move(
    look: ArticleLook, known: KnownArticle, settled: KnownArticle, article: Article, context: Context
) -> Step:
    """The text is what it was; the address may not be."""
    address = new_address(look, known)
    if not address:
        return Step(article=settled, observations=own_observations(look, known))
    moved = replace(settled, url=address, steps=known.steps + 1)
    change = begin_change(
        ChangeKind.MOVED, moved, article, context, cause=context.listing_cause if look.entry else "page"
    )
    change = replace(
        change,
        article=replace(change.article, url=address, previous_url=known.url),
        fields=("url",),
        revision=known.revision,
        previous_revision=known.revision,
        diff=(Hunk(field="url", op=HunkOp.REPLACE, before=known.url, after=address),),
        summary=summarize(ChangeKind.MOVED, article.title, url=address),
        significance=0.2,
        evidence=Evidence(before=look.before.evidence if look.before else None, after=look.observation),
    )
    return Step(article=moved, observations=own_observations(look, known), change=change, text=article.text)


def complete(look: ArticleLook, known: KnownArticle, article: Article, mark: str, context: Context) -> Step:
    """The page of an article that was told from its listing can be read at last: no edit, a new ground."""
    whole = replace(
        remember_look(known, look, context),
        url=new_address(look, known) or known.url,
        revision=known.revision + 1,
        fingerprint=mark,
        title=article.title,
        suspicion=None,
    )
    return Step(
        article=whole,
        observations=own_observations(look, known),
        revision=next_revision(whole, article, look, context),
    )


def suspect(look: ArticleLook, known: KnownArticle, mark: str, context: Context) -> Step:
    """An edit seen for the first time: looked at once more before it is told, because nodes of a CDN disagree."""
    seen = known.suspicion
    since = seen.first_seen_at if seen and seen.fingerprint == mark else context.now
    doubtful = replace(
        known,
        suspicion=Suspicion(fingerprint=mark, first_seen_at=since, tries=seen.tries + 1 if seen else 1),
        due_at=context.now + context.source.confirm_after,
        fetched_at=context.now,
    )
    return Step(article=doubtful, observations=own_observations(look, known))


def edit(
    look: ArticleLook, known: KnownArticle, article: Article, mark: str, comparison: Comparison, context: Context
) -> Step:
    """A confirmed edit: a new revision and a change."""
    edited = replace(
        remember_look(known, look, context),
        url=new_address(look, known) or known.url,
        revision=known.revision + 1,
        fingerprint=mark,
        title=article.title,
        changed_at=context.now,
        steps=known.steps + 1,
        suspicion=None,
    )
    change = begin_change(ChangeKind.EDITED, edited, article, context, cause=cause_of_edit(look, known, context))
    change = replace(
        with_comparison(change, comparison, article),
        revision=edited.revision,
        previous_revision=known.revision,
        evidence=Evidence(before=look.before.evidence if look.before else None, after=kept_evidence(look)),
    )
    return Step(
        article=edited,
        observations=own_observations(look, known),
        revision=next_revision(edited, article, look, context),
        change=change,
        text=changed_text(comparison),
    )


def restore(
    look: ArticleLook,
    known: KnownArticle,
    alive: KnownArticle,
    article: Article,
    comparison: Comparison | None,
    context: Context,
) -> Step:
    """An article told as removed is there again, perhaps with another text."""
    changed = comparison is not None
    restored = replace(
        alive,
        url=new_address(look, known) or known.url,
        steps=known.steps + 1,
        changed_at=context.now,
        revision=known.revision + 1 if changed else known.revision,
        fingerprint=fingerprint(article) if look.article else known.fingerprint,
    )
    change = begin_change(
        ChangeKind.RESTORED, restored, article, context, cause=context.listing_cause if look.entry else "page"
    )
    change = with_comparison(change, comparison, article) if comparison else replace(change, significance=0.7)
    change = replace(
        change,
        silent=None,
        significance=max(change.significance, 0.7),
        summary=summarize(ChangeKind.RESTORED, article.title),
        revision=restored.revision,
        previous_revision=known.revision,
        evidence=Evidence(before=look.before.evidence if look.before else None, after=look.observation),
    )
    return Step(
        article=restored,
        observations=own_observations(look, known),
        revision=next_revision(restored, article, look, context) if changed else None,
        change=change,
        text=article.text,
    )


# -- gone, or nobody knows -------------------------------------------------------------------------------------


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
        due_at=next_look(absence, policy, context.now),
        state=known.state if known.state is ArticleState.REMOVED else ArticleState.MISSING,
    )
    if known.state is ArticleState.REMOVED or not is_removed(absence, policy):
        return Step(article=missing, observations=own_observations(look, known))
    return remove(look, missing, absence, context)


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
    return Step(article=removed, observations=own_observations(look, known), change=change, text=article.text)


def decide_unknown(look: ArticleLook, known: KnownArticle, context: Context) -> Step:
    """Nothing can be concluded: what we know stands, and it is tried again."""
    retry_at = retry_article(context.source.recheck, now=context.now)
    return Step(
        article=replace(known, due_at=max(retry_at, look.retry_at) if look.retry_at else retry_at),
        observations=own_observations(look, known),
    )


# -- the parts a step is made of -------------------------------------------------------------------------------


def remember_look(known: KnownArticle, look: ArticleLook, context: Context) -> KnownArticle:
    """What every believable look leaves behind: when, which bytes, which identities, and when to look again."""
    now = context.now
    asked = look.asked and (look.unchanged or look.article is not None)
    return replace(
        known,
        keys=merged(known, look),
        fetched_at=now if asked else known.fetched_at,
        validators=look.validators if asked else known.validators,
        body_sha256=look.body_sha256 if asked else known.body_sha256,
        files=look.files or known.files,
        entry_fingerprint=entry_fingerprint(look.entry) if look.entry else known.entry_fingerprint,
        entry=replace(look.entry, body="", summary="") if look.entry else known.entry,
        due_at=next_recheck(
            first_seen_at=known.first_seen_at, changed_at=known.changed_at, policy=context.source.recheck, now=now
        ),
    )


def is_confirmed(suspicion: Suspicion | None, mark: str, context: Context) -> bool:
    """Whether an edit may be told: seen twice with the same text, far enough apart, or confirmation is off."""
    wait = context.source.confirm_after
    if not wait:
        return True
    if suspicion is None or suspicion.fingerprint != mark:
        return False
    return context.confirming or context.now - suspicion.first_seen_at >= wait


def new_address(look: ArticleLook, known: KnownArticle) -> str:
    """The article's new address, if it has one: the listing names another, or the old one redirects for good."""
    named = look.entry.url if look.entry else look.final_url if look.moved_for_good else ""
    if not named or canonical_url(named) == canonical_url(known.url) or f"url:{canonical_url(named)}" in known.keys:
        return ""
    return named


def begin_change(kind: ChangeKind, known: KnownArticle, article: Article, context: Context, *, cause: str) -> Change:
    """The part of a change that is the same for every kind."""
    return Change(
        id=change_id(known.id, known.steps, kind),
        kind=kind,
        source=context.source.id,
        source_title=context.source.title,
        tags=context.source.tags,
        article=summarize_article(article, known),
        detected_at=context.now,
        cause=cause,
    )


def with_comparison(change: Change, comparison: Comparison, article: Article) -> Change:
    """The change with everything that the differ found."""
    return replace(
        change,
        fields=comparison.fields,
        silent=comparison.silent,
        significance=comparison.significance,
        facts=comparison.facts,
        diff=shorten_hunks(comparison.hunks),
        summary=summarize(
            change.kind,
            article.title,
            facts=comparison.facts,
            fields=comparison.fields,
            hunks=comparison.hunks,
            silent=comparison.silent,
            is_dated=article.published is not None,
        ),
    )


def cause_of_edit(look: ArticleLook, known: KnownArticle, context: Context) -> str:
    """The listing showed it if its entry changed too, else only the page did."""
    if look.entry is not None and known.entry_fingerprint and entry_fingerprint(look.entry) != known.entry_fingerprint:
        return context.listing_cause
    return "page" if look.asked else context.listing_cause


def next_revision(known: KnownArticle, article: Article, look: ArticleLook, context: Context) -> Revision:
    """The revision that ``known`` now stands at."""
    return Revision(
        article_id=known.id,
        number=known.revision,
        article=article,
        fingerprint=known.fingerprint,
        seen_at=context.now,
        evidence=kept_evidence(look),
    )


def kept_evidence(look: ArticleLook) -> Observation | None:
    """The observation whose bytes prove what was read: the page's, or that of a swapped file."""
    if look.observation is not None and look.observation.sha256:
        return look.observation
    return next((each for each in look.observations if each.sha256), look.observation)


def own_observations(look: ArticleLook, known: KnownArticle) -> tuple[Observation, ...]:
    """All observations of this look, named after the article."""
    found = (look.observation, *look.observations)
    return tuple(replace(each, article_id=known.id) for each in found if each is not None)


def merged(known: KnownArticle, look: ArticleLook) -> tuple[str, ...]:
    """All identities the article was ever seen under, oldest first."""
    return tuple(dict.fromkeys((*known.keys, *look.keys)))


def changed_text(comparison: Comparison) -> str:
    """What keywords are matched in for an edit: the changed text alone, old and new."""
    changed = (hunk for hunk in comparison.hunks if hunk.op is not HunkOp.EQUAL)
    return "\n".join(part for hunk in changed for part in (hunk.before, hunk.after) if part)


def bare_article(known: KnownArticle) -> Article:
    """What is left to say of an article whose text is not at hand."""
    return Article(url=known.url, title=known.title)
