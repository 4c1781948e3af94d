"""Who else tells the same: where a story stands besides, and in which other language, in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crawler.model import ArticleState, Change, ChangeKind, Elsewhere
from crawler.notifier.message.harmless import one_line, web_address
from crawler.notifier.message.parts import Row
from crawler.notifier.message.reader import Reader

_MOST = 8
_LOST = frozenset({ChangeKind.REMOVED, ChangeKind.MISSING})


def note_of_places(change: Change, reader: Reader) -> str:
    """What the other places that carry the story say, where a change makes that a question; often nothing."""
    labels = reader.labels
    if change.kind in _LOST:
        standing = [each for each in change.elsewhere if each.state is not ArticleState.REMOVED]
        return labels["still_stands"].format(others=name_places(standing, reader)) if standing else ""
    if change.kind is not ChangeKind.EDITED:
        return ""
    before = [each for each in change.elsewhere if each.carries == "before"]
    after = [each for each in change.elsewhere if each.carries == "after"]
    here = one_line(change.source_title or change.source, 60)
    parts = [labels["still_before"].format(here=here, others=name_places(before, reader))] if before else []
    parts += [labels["already_after"].format(others=name_places(after, reader))] if after else []
    return " ".join(parts)


def name_places(places: Iterable[Elsewhere], reader: Reader) -> str:
    """The sources, as many as a sentence can take."""
    return join_names((one_line(each.source, 60) for each in places), reader)


def join_names(names: Iterable[str], reader: Reader) -> str:
    """Names, each once, as many as a line can take, and how many there are beyond."""
    once = list(dict.fromkeys(names))
    shown = reader.labels["comma"].join(once[:_MOST])
    return shown if len(once) <= _MOST else f"{shown} (+ {len(once) - _MOST})"


def rows_of_kin(change: Change, reader: Reader) -> Iterator[Row]:
    """Where else the article stands, what it is a translation of, and what translates it."""
    labels, article = reader.labels, change.article
    if article.also_at:
        yield Row(label=labels["also_at"], value=join_names((one_line(each, 60) for each in article.also_at), reader))
    if article.translation_of:
        yield name_other(labels["translation_of"], article.translation_title, article.translation_url or "")
    for each in article.translated_as[:_MOST]:
        yield name_other(labels["translations"], each.title, each.url)
    if len(article.translations) > _MOST:
        yield Row(label=labels["translations"], value=f"+ {len(article.translations) - _MOST}")


def name_other(label: str, title: str, url: str) -> Row:
    """Another article by its title, else by its address; never by its id, which says nothing to anybody."""
    return Row(label=label, value=one_line(title or url, 300), url=web_address(url))
