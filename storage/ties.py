"""What repeats or translates what, made sure of at the moment of the commit.

Two programs may recognise each other's articles at once: each decides that its own repeats the other's. Who commits
second would point back, and neither would be the first any more. So a tie is checked against what stands when it is
written, inside the transaction, and commits form a queue: an article points to the first of a story, never to one that
points to it, and what pointed to it goes on to that first one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from crawler.model import KnownArticle, Outcome
from storage.database import Database
from storage.statements import select, update

#: Ties that are followed to the first of a story: there is one, unless an older version left more.
MOST_STEPS = 8
_FOLLOW_COPY = update("article", "copy_of = ?", "copy_of = ?")
_FOLLOW_TRANSLATION = update("article", "translation_of = ?", "translation_of = ? AND id <> ?")

#: What an article repeats, and what it translates; both may be empty.
Ties = tuple[str, str]


class Standing:
    """The ties as they stand in this transaction, those about to be written included."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ties: dict[str, Ties | None] = {}

    def load(self, ids: Iterable[str]) -> None:
        """Reads those articles' ties, where they are not known yet; None where there is no such article."""
        wanted = [identity for identity in dict.fromkeys(ids) if identity and identity not in self._ties]
        if not wanted:
            return
        self._ties.update(dict.fromkeys(wanted))
        sql = select("article", ("id", "copy_of", "translation_of"), "WHERE " + self._database.among("id"))
        for identity, copy_of, translation_of in self._database.fetch(sql, (self._database.listed(wanted),)):
            self._ties[identity] = (copy_of or "", translation_of or "")

    def expect(self, ids: Iterable[str]) -> None:
        """These articles are about to be written."""
        for identity in ids:
            if identity in self._ties and self._ties[identity] is None:
                self._ties[identity] = ("", "")

    def settle(self, article: KnownArticle) -> tuple[Ties, bool]:
        """The ties that the article may have, which will stand from now on; and whether it is a copy only now."""
        copy_of, translation_of = self._ties.get(article.id) or ("", "")
        is_new = bool(article.copy_of) and not copy_of
        copy_of = copy_of or self._first_of(article.copy_of, article.id)
        translation_of = translation_of or self._first_of(article.translation_of, article.id, translated=True)
        self._ties[article.id] = (copy_of, translation_of)
        return (copy_of, translation_of), is_new and bool(copy_of)

    def _first_of(self, identity: str, own: str, *, translated: bool = False) -> str:
        """The first of the story of ``identity``; none where that is ``own``, or points to it, or is forgotten."""
        for _ in range(MOST_STEPS):
            self.load([identity])
            ties = self._ties.get(identity)
            if ties is None or own in (identity, *ties):
                return ""
            onward = ties[0] or (ties[1] if translated else "")
            if not onward:
                return identity
            identity = onward
        return ""


def settle_ties(database: Database, outcomes: Sequence[Outcome]) -> tuple[list[Outcome], list[tuple[str, str]]]:
    """The outcomes with ties that may be written, and who took the place of which first one: ``(new, old)``.

    One query where an article of theirs is tied, and none else.
    """
    tied = [each for outcome in outcomes for each in outcome.articles if each.copy_of or each.translation_of]
    if not tied:
        return list(outcomes), []
    standing, heirs = Standing(database), []
    standing.load(name for each in tied for name in (each.id, each.copy_of, each.translation_of))
    standing.expect(each.id for outcome in outcomes for each in outcome.articles)
    settled: dict[str, Ties] = {}
    for each in tied:
        settled[each.id], is_new_copy = standing.settle(each)
        if is_new_copy:
            heirs.append((settled[each.id][0], each.id))
    return [_with(outcome, settled) for outcome in outcomes], heirs


def _with(outcome: Outcome, settled: Mapping[str, Ties]) -> Outcome:
    if not any(each.id in settled for each in outcome.articles):
        return outcome
    return replace(outcome, articles=tuple(_tied(each, settled.get(each.id)) for each in outcome.articles))


def _tied(article: KnownArticle, ties: Ties | None) -> KnownArticle:
    return replace(article, copy_of=ties[0], translation_of=ties[1]) if ties else article


def pass_on(database: Database, heirs: Sequence[tuple[str, str]]) -> None:
    """What pointed to an article that turned out to repeat another one points to that other one from now on."""
    database.run_many(_FOLLOW_COPY, heirs)
    database.run_many(_FOLLOW_TRANSLATION, [(new, old, new) for new, old in heirs])
