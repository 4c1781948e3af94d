"""What copies and translations mean for what is told: the same story once, and an edit where it happened. Pure.

A copy is an article like any other, with revisions, rechecks and a life of its own; only its telling differs. What
was told of one copy is not told again of another, except to those who could not hear it: they follow only that one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from crawler.model import (
    Article,
    Change,
    Hallmarks,
    KnownArticle,
    Precision,
    Relative,
    Source,
)
from crawler.pipeline.context import Context, Step
from crawler.pipeline.identifiers import article_id, echo_id
from crawler.pipeline.looks import ArticleLook, Kinship

#: An article that is known, and what it says.
Told = tuple[KnownArticle, Article]


def day_of(article: Article, look: ArticleLook) -> date:
    """The day by which an article is found again: that of its publication, else that on which it was read."""
    if article.published is not None:
        return article.published.instant.date()
    seen = look.observation or look.listed
    return seen.fetched_at.date() if seen else date.min


def days_around(day: date, near: timedelta) -> tuple[date, date]:
    """The days that are so near, within the calendar: pages claim the strangest dates."""
    first, last = date.min.toordinal(), date.max.toordinal()
    return (
        date.fromordinal(max(first, day.toordinal() - near.days)),
        date.fromordinal(min(last, day.toordinal() + near.days)),
    )


def needs_the_others(look: ArticleLook, source: Source) -> bool:
    """Whether what becomes of an article depends on what became of others, perhaps a moment ago."""
    known = look.known
    return known is None or known.source_id != source.id or bool(known.copies) or is_read_late(look)


def hallmarks_of(known: KnownArticle, article: Article, look: ArticleLook) -> tuple[Hallmarks, ...]:
    """What the article is found again by."""
    marks, languages = look.kinship.marks, look.kinship.languages
    day = day_of(article, look)
    return (Hallmarks(article_id=known.id, day=day, marks=marks, languages=languages),) if marks else ()


def first_published(look: ArticleLook) -> tuple[bool, datetime]:
    """By this the first published of new articles comes first, and what has no date last."""
    published = look.article.published if look.article else None
    return published is None, published.instant if published else datetime.max.replace(tzinfo=UTC)


def as_known(look: ArticleLook, source: Source) -> KnownArticle:
    """A new article as the others of its check know it, before anything is decided."""
    seen = look.observation or look.listed
    at = seen.fetched_at if seen else datetime.min.replace(tzinfo=UTC)
    translates = look.kinship.translates
    return look.known or KnownArticle(
        id=article_id(look.keys),
        source_id=source.id,
        url=(look.entry.url if look.entry else "") or (look.article.url if look.article else ""),
        keys=look.keys,
        title=look.article.title if look.article else "",
        first_seen_at=at,
        changed_at=at,
        translation_of=original_of(translates) if translates else "",
        relatives=(relative_of(translates), *translates.relatives) if translates else (),
    )


def link(kinship: Kinship, article: Article, found: Sequence[Told]) -> Kinship:
    """What a new article has to do with those that tell the same in other languages.

    The one that was published first is the original; where that cannot be told, the one that the other leads to, or
    that speaks fewer languages; else the one that was known first. What has translations already, or is one, stays
    what it is.
    """
    originals = [
        known for known, text in found if known.translation_of or known.translations or not precedes(article, text)
    ]
    if originals:
        return replace(kinship, translates=min(originals, key=lambda known: bool(known.translation_of)))
    return replace(kinship, translated_as=tuple(known for known, _ in found))


def precedes(article: Article, other: Article) -> bool:
    """Whether the article came out before the other one, as far as both say so, or is what the other was made from.

    Who reposts in two languages often keeps the byline of the first publisher, time and all.
    """
    mine, theirs = article.published, other.published
    if mine is not None and theirs is not None:
        is_day = Precision.DAY in (mine.precision, theirs.precision)
        ours, others = (mine.instant.date(), theirs.instant.date()) if is_day else (mine.instant, theirs.instant)
        if ours != others:
            return ours < others
    from crawler.differ.translations import links_to  # with all that compares; most checks have nothing to compare

    if links_to(other, article.url) != links_to(article, other.url):
        return links_to(other, article.url)
    return len(article.languages) < len(other.languages)


def original_of(translated: KnownArticle) -> str:
    """The id of what an article translates that tells the same as ``translated``: the first in any language."""
    return translated.translation_of or translated.story


def is_read_late(look: ArticleLook) -> bool:
    """Whether the page of an article is read that could only be told from the listing until now."""
    if look.before is None or look.article is None:
        return False
    return (look.before.article.origin, look.article.origin) == ("listing", "page")


def is_newcomer(look: ArticleLook) -> bool:
    """Whether the text of an article is read for the first time: then it is held against all others."""
    return look.article is not None and (look.known is None or is_read_late(look))


def tie(known: KnownArticle, look: ArticleLook) -> KnownArticle:
    """An article that is read for the first time, tied to what it repeats or translates."""
    kinship, relatives = look.kinship, list(known.relatives)
    repeats, translates = kinship.repeats, kinship.translates
    if repeats is not None:
        relatives += [relative_of(repeats), *repeats.copies]
    if translates is not None:
        relatives += [relative_of(translates), *translates.relatives]
    relatives += [replace(relative_of(each), translation_of=known.id) for each in kinship.translated_as]
    return replace(
        known,
        copy_of=known.copy_of or (repeats.story if repeats else ""),
        translation_of=known.translation_of or (original_of(translates) if translates else ""),
        relatives=tuple({each.id: each for each in relatives}.values()),
    )


def relative_of(known: KnownArticle) -> Relative:
    """The article as another one knows it."""
    return Relative(
        id=known.id,
        source_id=known.source_id,
        url=known.url,
        title=known.title,
        state=known.state,
        changed_at=known.changed_at,
        fetched_at=known.fetched_at,
        baseline=known.baseline,
        copy_of=known.copy_of,
        translation_of=known.translation_of,
    )


def tell_new(step: Step, look: ArticleLook) -> Step:
    """The step of a new article: what repeats a story that was told is told only to those who have not heard it.

    A story of which only baselines have the text was told to nobody; its first new copy is told as new.
    """
    repeats, change = look.kinship.repeats, step.change
    if repeats is None or change is None or change.baseline:  # a baseline is recorded, and told to nobody anyway
        return step
    others = (*repeats.copies, relative_of(repeats))
    told_at = tuple(each.source_id for each in others if not each.baseline)
    told_at += () if repeats.baseline else repeats.also_at
    return replace(step, change=None, echo=replace(change, told_at=told_at)) if told_at else step


def tell_edit(step: Step, look: ArticleLook, before: Article, after: Article) -> Step:
    """The step of an edit, with what the other copies say; told once, where the same edit was made first.

    A copy that went from the old text to the new one after our last change was told so when that was seen.
    """
    if step.change is None or look.known is None or not look.kinship.beside:
        return step
    from crawler.differ.copies import carries  # with all that compares; most checks have nothing to compare

    shown = {other.id: carries(before, after, texts[0]) for other, texts in look.kinship.beside}
    elsewhere = tuple(replace(each, carries=shown.get(each.article_id, "")) for each in step.change.elsewhere)
    still = ", ".join(dict.fromkeys(each.source for each in elsewhere if each.carries == "before"))
    summary = f"{step.change.summary}; as before at {still}" if still else step.change.summary
    change = replace(step.change, elsewhere=elsewhere, summary=summary)
    since = look.known.changed_at
    made_before = [
        other
        for other, texts in look.kinship.beside
        if shown[other.id] == "after" and other.changed_at > since and has_left(before, after, texts[1:])
    ]
    if not made_before:
        return replace(step, change=change)
    told_at = tuple(each.source_id for each in made_before)
    return replace(step, change=None, echo=replace(change, told_at=told_at))


def has_left(before: Article, after: Article, former: Sequence[Article]) -> bool:
    """Whether a copy, by its former texts, the latest first, has come to the new text from the old one."""
    from crawler.differ.copies import carries  # see above

    for text in former:
        shown = carries(before, after, text)
        if shown != "after":
            return shown == "before"
    return False


def tell_sighting(step: Step, change: Change, known: KnownArticle, context: Context) -> Step:
    """An article of another source, met at this one for the first time: new to those who follow only this one."""
    identity = echo_id(known.id, known.first_seen_at, context.source.id)
    return replace(step, echo=replace(change, id=identity, shared_with=(), told_at=(known.source_id, *known.also_at)))


def echoes_of(steps: Iterable[Step]) -> tuple[Change, ...]:
    """What is told only to those who follow none of the sources at which it was told."""
    return tuple(step.echo for step in steps if step.echo)


def find_translations(steps: Iterable[Step]) -> tuple[tuple[str, str], ...]:
    """The articles that turned out to be translations, and of which."""
    return tuple((translation, step.article.story) for step in steps for translation in step.translations)
