"""What copies and translations mean for what is told: the same story once, and an edit where it happened. Pure.

A copy is an article like any other, with revisions, rechecks and a life of its own; only its telling differs. What
was told of one copy is not told again of another, except to those who could not hear it: they follow only that one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from crawler.differ.copies import carries
from crawler.model import (
    Article,
    Change,
    Hallmarks,
    KnownArticle,
    Relative,
)
from crawler.pipeline.context import Context, Step
from crawler.pipeline.identifiers import echo_id
from crawler.pipeline.looks import ArticleLook


def day_of(article: Article, look: ArticleLook) -> date:
    """The day by which an article is found again: that of its publication, else that on which it was read."""
    if article.published is not None:
        return article.published.instant.date()
    seen = look.observation or look.listed
    return seen.fetched_at.date() if seen else date.min


def hallmarks_of(known: KnownArticle, article: Article, look: ArticleLook) -> tuple[Hallmarks, ...]:
    """What the article is found again by."""
    marks = look.kinship.marks
    return (Hallmarks(article_id=known.id, day=day_of(article, look), marks=marks),) if marks else ()


def tie(known: KnownArticle, look: ArticleLook) -> KnownArticle:
    """A new article, tied to what it repeats or translates."""
    kinship, relatives = look.kinship, list[Relative]()
    repeats, translates = kinship.repeats, kinship.translates
    if repeats is not None:
        relatives += [relative_of(repeats), *repeats.copies]
    if translates is not None:
        relatives.append(relative_of(translates))
    relatives += [replace(relative_of(each), translation_of=known.id) for each in kinship.translated_as]
    return replace(
        known,
        copy_of=repeats.story if repeats else "",
        translation_of=translates.story if translates else "",
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
    if repeats is None or change is None:
        return step
    if change.baseline:
        return replace(step, change=None)
    others = (*repeats.copies, relative_of(repeats))
    told_at = tuple(each.source_id for each in others if not each.baseline)
    told_at += () if repeats.baseline else repeats.also_at
    return replace(step, change=None, echo=change, told_at=told_at) if told_at else step


def tell_edit(step: Step, look: ArticleLook, before: Article, after: Article) -> Step:
    """The step of an edit, with what the other copies say; told once, where the same edit was made first.

    One who shows the new text, and came to it after our last change, was told so when that was seen.
    """
    if step.change is None or look.known is None or not look.kinship.beside:
        return step
    shown = {other.id: carries(before, after, text) for other, text in look.kinship.beside}
    elsewhere = tuple(replace(each, carries=shown.get(each.article_id, "")) for each in step.change.elsewhere)
    still = ", ".join(dict.fromkeys(each.source for each in elsewhere if each.carries == "before"))
    summary = f"{step.change.summary}; as before at {still}" if still else step.change.summary
    change = replace(step.change, elsewhere=elsewhere, summary=summary)
    since = look.known.changed_at
    made_before = [other for other, _ in look.kinship.beside if shown[other.id] == "after" and other.changed_at > since]
    if not made_before:
        return replace(step, change=change)
    return replace(step, change=None, echo=change, told_at=tuple(each.source_id for each in made_before))


def tell_sighting(step: Step, change: Change, known: KnownArticle, context: Context) -> Step:
    """An article of another source, met at this one for the first time: new to those who follow only this one."""
    told_at = (known.source_id, *known.also_at)
    echo = replace(change, id=echo_id(known.id, known.first_seen_at, context.source.id))
    return replace(step, echo=echo, told_at=told_at)


def echoes_of(steps: Iterable[Step]) -> tuple[Change, ...]:
    """What is told only to those who follow none of the sources at which it was told."""
    return tuple(step.echo for step in steps if step.echo)


def told_elsewhere(steps: Iterable[Step]) -> dict[str, tuple[str, ...]]:
    """By the id of an echo, the sources whose readers have heard it."""
    return {step.echo.id: step.told_at for step in steps if step.echo}


def shared_with(steps: Iterable[Step]) -> dict[str, tuple[str, ...]]:
    """By the id of a change, the other sources that list the very same page: their readers want to hear of it."""
    return {step.change.id: step.article.also_at for step in steps if step.change and step.article.also_at}


def find_translations(steps: Iterable[Step]) -> tuple[tuple[str, str], ...]:
    """The articles that turned out to be translations, and of which."""
    return tuple((translation, step.article.story) for step in steps for translation in step.translations)
