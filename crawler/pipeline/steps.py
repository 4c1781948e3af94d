"""The step one article takes in a check: new, edited, removed, restored, moved, or none. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from crawler.differ.compare import Comparison, compare, is_another_page
from crawler.differ.copies import NEAR
from crawler.differ.facts import facts_of_new
from crawler.differ.fingerprint import fingerprint
from crawler.differ.garbling import is_mended
from crawler.differ.partial import keep_changes
from crawler.differ.removal import SIGNS_OF_ABSENCE
from crawler.differ.summary import summarize
from crawler.model import (
    Article,
    ArticleState,
    ChangeKind,
    Evidence,
    Hunk,
    HunkOp,
    KnownArticle,
    Revision,
    Suspicion,
    Validators,
)
from crawler.parser.article import article_from_entry
from crawler.pipeline.context import Context, Step
from crawler.pipeline.doubt import (
    MOST_LOOKS,
    count_wavers,
    doubt_again,
    is_confirmed,
    is_sure,
    past_after,
    places_of,
    shared_traces,
    traces_of,
)
from crawler.pipeline.gone import decide_absent, decide_unknown
from crawler.pipeline.grounds import may_be_the_reader
from crawler.pipeline.identifiers import article_id
from crawler.pipeline.kinship import hallmarks_of, tell_edit, tell_new, tell_sighting, tie
from crawler.pipeline.looks import ArticleLook
from crawler.pipeline.masking import Difference, compare_masked
from crawler.pipeline.remembered import (
    as_told,
    has_learnt,
    is_redated,
    merged,
    new_address,
    remember_look,
)
from crawler.pipeline.told import (
    bare_article,
    begin_change,
    cause_of_edit,
    evidence_of_edit,
    kept_evidence,
    next_revision,
    own_observations,
    with_comparison,
)


def decide_article(look: ArticleLook, context: Context) -> Step:
    """What becomes of one article after one look at it, and the ground it stands on now."""
    return replace(decide_look(look, context), ground=look.ground)


def decide_look(look: ArticleLook, context: Context) -> Step:
    """What becomes of one article."""
    known = look.known
    if known is None:
        return decide_new(look, context)
    if known.source_id != context.source.id:
        return decide_sighting(look, known, context)
    if look.article is not None:
        return decide_present(look, known, look.article, context)
    if look.unchanged:
        return decide_unchanged(look, known, context)
    if look.assessment.verdict in SIGNS_OF_ABSENCE:
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
    known = tie(remember_look(known, look, context), look)
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
    step = Step(
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
        text=article.whole_text,
        hallmarks=hallmarks_of(known, article, look),
        translations=tuple(each.id for each in look.kinship.translated_as),
    )
    return tell_new(step, look)


def decide_sighting(look: ArticleLook, known: KnownArticle, context: Context) -> Step:
    """The same article at another source: noted, and told by the source that owns it."""
    is_new_here = context.source.id not in known.also_at
    also_at = (*known.also_at, context.source.id) if is_new_here else known.also_at
    step = Step(
        article=replace(known, also_at=also_at, keys=merged(known, look)),
        observations=own_observations(look, known),
    )
    article = look.kinship.told
    if article is None or not is_new_here or not is_news(look, known, context):
        return step
    facts = facts_of_new(article)
    change = begin_change(ChangeKind.NEW, step.article, article, context, cause=context.listing_cause)
    summary = summarize(ChangeKind.NEW, article.title, facts=facts)
    change = replace(change, revision=known.revision, facts=facts, summary=summary, significance=0.5)
    change = replace(change, evidence=Evidence(after=kept_evidence(look)))
    return tell_sighting(replace(step, text=article.whole_text), change, known, context)


def is_news(look: ArticleLook, known: KnownArticle, context: Context) -> bool:
    """Whether what another source has brought is still new here: a source that was away for long lists old posts."""
    is_old = context.now - known.first_seen_at > NEAR
    return not (is_old or context.fresh or look.backfilled or known.state is ArticleState.REMOVED)


# -- still there -----------------------------------------------------------------------------------------------


def decide_unchanged(look: ArticleLook, known: KnownArticle, context: Context) -> Step:
    """The bytes say that nothing moved. An edit seen once and gone again was a stale node: it is dropped."""
    article = look.before.article if look.before else bare_article(known)
    alive = replace(
        remember_look(known, look, context),
        state=ArticleState.PRESENT,
        absence=None,
        suspicion=None,
        wavers=count_wavers(known),
    )
    if known.state is ArticleState.REMOVED:
        return restore(look, known, alive, article, None, context)
    return stay_or_move(look, known, alive, article, context)


def decide_present(look: ArticleLook, known: KnownArticle, article: Article, context: Context) -> Step:
    """The page was read: equal, an edit to be confirmed, or a confirmed edit."""
    before = as_told(known, look.before, article) if look.before else None
    differs = before is not None and (fingerprint(article) != known.fingerprint or is_redated(before, article))
    found = compare_masked(before, article, context) if before is not None and differs else Difference()
    return replace(decide_compared(look, known, article, before, found, context), masked=found.masked)


def decide_compared(
    look: ArticleLook,
    known: KnownArticle,
    article: Article,
    before: Article | None,
    found: Difference,
    context: Context,
) -> Step:
    """What becomes of an article whose page was read, by what of it differs."""
    mark, comparison = fingerprint(article), found.comparison
    has_ground = before is not None and (bool(found.masked) or has_learnt(before, article))
    alive = replace(known, state=ArticleState.PRESENT, absence=None)
    if before is not None and comparison is not None and is_another_page(before, article):
        return decide_unknown(look, known, context)
    if known.state is ArticleState.REMOVED:
        return restore(look, known, remember_look(alive, look, context), article, comparison, context)
    if comparison is None and has_ground and not new_address(look, known):
        return complete(look, alive, article, mark, context)
    if comparison is None:
        return settle(look, alive, article, mark, context)
    if before is not None and is_no_edit(look, before, article, comparison):
        return complete(look, alive, article, mark, context)
    doubt = doubt_again(known.suspicion, mark, traces_of(comparison), context)
    if is_confirmed(known, doubt, context):
        return edit(look, alive, article, mark, comparison, context)
    part = edit_in_part(look, alive, before, article, doubt, context) if before is not None else None
    return part or suspect(look, alive, doubt, context)


def is_no_edit(look: ArticleLook, before: Article, article: Article, comparison: Comparison) -> bool:
    """Whether what differs is how it could be read, and nothing that the publisher has done."""
    return has_been_read(before, article) or is_mended(before, article) or may_be_the_reader(look, comparison)


def has_been_read(before: Article, article: Article) -> bool:
    """Whether what was told from the listing alone is now told by the page."""
    return before.origin == "listing" and article.origin == "page"


def settle(look: ArticleLook, known: KnownArticle, article: Article, mark: str, context: Context) -> Step:
    """Nothing a reader would call a change; perhaps a new address."""
    settled = replace(remember_look(known, look, context), fingerprint=mark, suspicion=None, wavers=count_wavers(known))
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
    return Step(article=moved, observations=own_observations(look, known), change=change, text=article.whole_text)


def complete(look: ArticleLook, known: KnownArticle, article: Article, mark: str, context: Context) -> Step:
    """What could not be read at first can be read at last: no edit, a new ground."""
    whole = replace(
        remember_look(known, look, context),
        url=new_address(look, known) or known.url,
        revision=known.revision + 1,
        fingerprint=mark,
        title=article.title,
        suspicion=None,
    )
    return Step(
        article=tie(whole, look),
        observations=own_observations(look, known),
        revision=next_revision(whole, article, look, context),
        hallmarks=hallmarks_of(whole, article, look),
        translations=tuple(each.id for each in look.kinship.translated_as),
    )


def suspect(look: ArticleLook, known: KnownArticle, doubt: Suspicion, context: Context) -> Step:
    """An edit seen for the first time: looked at once more before it is told, because nodes of a CDN disagree."""
    doubtful = replace(
        known,
        suspicion=doubt,
        entry=replace(look.entry, body="", summary="") if look.entry else known.entry,
        due_at=context.now + pause_before_another_look(context.source.confirm_after, doubt.tries - 1),
        fetched_at=context.now,
    )
    return Step(article=doubtful, observations=own_observations(look, known))


def pause_before_another_look(confirm_after: timedelta, tries: int) -> timedelta:
    """How long to wait: a page that is never the same twice is asked ever more rarely, at last once a day."""
    return min(confirm_after * 2.0 ** min(max(0, tries - 1), 20), timedelta(days=1))


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
        past=past_after(known, mark),
    )
    change = begin_change(ChangeKind.EDITED, edited, article, context, cause=cause_of_edit(look, known, context))
    change = replace(
        with_comparison(change, comparison, article),
        revision=edited.revision,
        previous_revision=known.revision,
        evidence=evidence_of_edit(look, known, comparison.fields),
    )
    step = Step(
        article=edited,
        observations=own_observations(look, known),
        revision=next_revision(edited, article, look, context),
        change=change,
    )
    return tell_edit(step, look, look.before.article if look.before else article, article)


def edit_in_part(
    look: ArticleLook, known: KnownArticle, before: Article, article: Article, doubt: Suspicion, context: Context
) -> Step | None:
    """An edit of what most looks show, where none of them shows it alone. The rest stays as it was known: if there is
    more to it than noise, the next looks show it again, against this.
    """
    shared = shared_traces(doubt)
    whole = compare(before, article) if shared else None
    if whole is None:
        return None
    part = keep_changes(before, article, whole.hunks, places_of(whole.hunks, shared))
    comparison, mark, since = compare_masked(before, part, context).comparison, fingerprint(part), doubt.glances[0]
    if comparison is None or not is_sure(known, mark, context, looks=MOST_LOOKS, least=MOST_LOOKS, since=since.seen_at):
        return None
    step = edit(look, known, part, mark, comparison, context)
    # The page says more than this: the next look must see its bytes, whatever the server says of them.
    return replace(step, article=replace(step.article, validators=Validators(), body_sha256=""))


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
        text=article.whole_text,
    )
