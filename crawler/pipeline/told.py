"""What is told of a step: the change, its revision, and the evidence for both. Pure."""

from __future__ import annotations

from dataclasses import replace

from crawler.differ.compare import Comparison
from crawler.differ.fingerprint import entry_fingerprint
from crawler.differ.hunks import shorten_hunks
from crawler.differ.summary import summarize
from crawler.model import (
    Article,
    Change,
    ChangeKind,
    Elsewhere,
    Evidence,
    KnownArticle,
    Observation,
    Relative,
    Revision,
    Verdict,
)
from crawler.pipeline.context import Context
from crawler.pipeline.identifiers import change_id
from crawler.pipeline.looks import ArticleLook
from crawler.record import summarize_article


def begin_change(kind: ChangeKind, known: KnownArticle, article: Article, context: Context, *, cause: str) -> Change:
    """The part of a change that is the same for every kind."""
    return Change(
        id=change_id(known.id, known.first_seen_at, known.steps, kind),
        kind=kind,
        source=context.source.id,
        source_title=context.source.title,
        tags=context.source.tags,
        article=summarize_article(article, known),
        detected_at=context.now,
        cause=cause,
        elsewhere=tuple(map(place_of, known.copies)),
        shared_with=tuple(each for each in known.also_at if each != context.source.id),
    )


def place_of(other: Relative) -> Elsewhere:
    """Another place that carries the story."""
    return Elsewhere(
        source=other.source_id, article_id=other.id, url=other.url, state=other.state, seen_at=other.fetched_at
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
    return "page" if look.asked or look.entry is None else context.listing_cause


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
    """The observation whose bytes prove what was read: the page's, a swapped file's, or the listing's own."""
    told_by_listing = look.article is None and look.listed is not None and not look.unchanged
    if told_by_listing or (not look.asked and look.listed is not None):
        return look.listed
    if look.observation is not None and look.observation.sha256:
        return look.observation
    return next((each for each in look.observations if each.sha256), look.observation)


def own_observations(look: ArticleLook, known: KnownArticle) -> tuple[Observation, ...]:
    """All observations of this look, named after the article."""
    found = (look.observation, *look.observations)
    return tuple(replace(each, article_id=known.id) for each in found if each is not None)


def bare_article(known: KnownArticle) -> Article:
    """What is left to say of an article whose text is not at hand."""
    return Article(url=known.url, title=known.title)


def evidence_of_edit(look: ArticleLook, known: KnownArticle, fields: tuple[str, ...]) -> Evidence:
    """The bytes before and after. A file swapped under its name is proven by the file, not by the page around it."""
    if fields == ("attachments",):
        swapped = [file for file in known.files if file not in look.files and file.sha256]
        after = {each.url: each for each in look.observations if each.sha256}
        for file in swapped:
            if file.url in after and file.fetched_at:
                before = Observation(
                    url=file.url, fetched_at=file.fetched_at, status=200, verdict=Verdict.OK, sha256=file.sha256
                )
                return Evidence(before=before, after=after[file.url])
    return Evidence(before=look.before.evidence if look.before else None, after=kept_evidence(look))
