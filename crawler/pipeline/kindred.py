"""What tells the same as the articles of a check: found in the store, and brought beside the looks.

New articles are held against what bears the same marks, known ones against their copies as they stand. Both only say
something at the moment of the decision, so whoever asks here keeps others from deciding meanwhile.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from crawler.differ import copies, translations
from crawler.differ.copies import copy_marks, is_copy
from crawler.differ.translations import is_translation, translation_marks
from crawler.model import Article, ArticleState, KnownArticle, Relative, Source
from crawler.pipeline.kinship import (
    Told,
    as_known,
    day_of,
    days_around,
    first_published,
    is_newcomer,
    link,
)
from crawler.pipeline.looks import ArticleLook, Kinship
from crawler.pipeline.writer import StoreThread
from crawler.text.urls import canonical_url

#: Articles whose texts are compared with a new one, and copies whose texts are compared with an edit, at most.
CANDIDATES, MOST_COPIES = 5, 20
#: Former texts of a copy that are looked through for an edit that it made before.
PAST = 4
#: Links of a text that may lead to what it translates, at most.
MOST_LINKS = 10


class Peers:
    """The new articles of this very check, by their rarest figures: a first check may read thousands."""

    def __init__(self) -> None:
        self._told: list[Told] = []
        self._bearers: dict[int, list[int]] = {}

    def add(self, figures: Iterable[int], told: Told) -> None:
        """Lets the others of the check find an article."""
        for figure in set(figures):
            self._bearers.setdefault(figure, []).append(len(self._told))
        self._told.append(told)

    def find(self, figures: Iterable[int]) -> list[Told]:
        """Those that may tell the same in another language: they share enough of the figures. The first come first."""
        counts = Counter(place for figure in set(figures) for place in self._bearers.get(figure, ()))
        alike = sorted(place for place, count in counts.items() if count >= translations.LEAST_MARKS)
        return [self._told[place] for place in alike[:CANDIDATES]]


def join(look: ArticleLook, article: Article, found: Sequence[Told]) -> ArticleLook:
    """A new article, tied to those of ``found`` that tell the same in another language."""
    once = {known.id: (known, text) for known, text in found}
    same = [(known, text) for known, text in once.values() if is_translation(text, article)]
    return replace(look, kinship=link(look.kinship, article, same)) if same else look


class Kindred:
    """Asks memory through the store's thread."""

    def __init__(self, store: StoreThread) -> None:
        self._store = store

    async def bring(self, source: Source, looks: Sequence[ArticleLook]) -> list[ArticleLook]:
        """The looks, each beside what tells the same."""
        met = await asyncio.gather(*(self._meet(source, look) for look in looks))
        brought = [look for look, _ in met]
        peers = Peers()
        # The first published first: what comes after it may translate it.
        for place, (look, found) in sorted(enumerate(met), key=lambda item: first_published(item[1][0])):
            if look.article is not None and is_newcomer(look) and look.kinship.repeats is None:
                brought[place] = join(look, look.article, [*found, *peers.find(look.kinship.figures)])
                peers.add(look.kinship.figures, (as_known(brought[place], source), look.article))
        return brought

    async def _meet(self, source: Source, look: ArticleLook) -> tuple[ArticleLook, list[Told]]:
        """The look beside what tells the same, and what else may be the same in another language."""
        known = look.known
        if look.article is not None and is_newcomer(look):
            return await self._introduce(source, look, look.article)
        if known is not None and known.source_id != source.id:
            return await self._recall(source, look, known), []
        if known is not None and known.copies and look.article is not None and look.before is not None:
            return await self._compare(look, known), []
        return look, []

    async def _introduce(self, source: Source, look: ArticleLook, article: Article) -> tuple[ArticleLook, list[Told]]:
        """A new article with its marks, beside the one that it repeats, or those that may tell it otherwise."""
        sentences, figures = copy_marks(article), translation_marks(article)
        repeats = await self._find_repeated(source, look, article, sentences)
        look = replace(look, kinship=Kinship(marks=(*sentences, *figures), figures=figures, repeats=repeats))
        if repeats is not None:
            return look, []
        alike = await self._find_alike(look, article, figures, translations.NEAR, least=translations.LEAST_MARKS)
        return look, [*await self._load_texts(alike), *await self._load_linked(article)]

    async def _find_repeated(
        self, source: Source, look: ArticleLook, article: Article, sentences: tuple[int, ...]
    ) -> KnownArticle | None:
        """The article of another source that the new one repeats. Texts are loaded one by one: the first may be it."""
        least = copies.LEAST_MARKS if len(sentences) > copies.LEAST_MARKS else 1
        for other in await self._find_alike(look, article, sentences, copies.NEAR, least=least):
            if other.source_id != source.id:
                latest = await self._store.latest_revision(other.id)
                if latest is not None and is_copy(latest.article, article):
                    return other
        return None

    async def _find_alike(
        self, look: ArticleLook, article: Article, marks: tuple[int, ...], near: timedelta, *, least: int
    ) -> list[KnownArticle]:
        if not marks:
            return []
        first, last = days_around(day_of(article, look), near)
        alike = await self._store.find_alike(marks, first=first, last=last, limit=CANDIDATES, least=least)
        own = look.known.id if look.known else ""
        return [each for each in alike if each.id != own and each.state is not ArticleState.REMOVED]

    async def _load_linked(self, article: Article) -> list[Told]:
        """The known articles that the text links to, of its first links."""
        links = dict.fromkeys(f"url:{canonical_url(link.url)}" for link in article.links[:MOST_LINKS])
        found = {each.id: each for each in (await self._store.find_articles(links)).values()}
        return await self._load_texts(found.values())

    async def _load_texts(self, articles: Iterable[KnownArticle]) -> list[Told]:
        latest = [(each, await self._store.latest_revision(each.id)) for each in articles]
        return [(each, revision.article) for each, revision in latest if revision is not None]

    async def _recall(self, source: Source, look: ArticleLook, known: KnownArticle) -> ArticleLook:
        """An article of another source, with its text where it is met here for the first time."""
        if source.id in known.also_at:
            return look
        latest = await self._store.latest_revision(known.id)
        return replace(look, kinship=Kinship(told=latest.article)) if latest else look

    async def _compare(self, look: ArticleLook, known: KnownArticle) -> ArticleLook:
        """A known article beside its copies as they stand now: one may have been edited since the look began."""
        found = await self._store.find_articles(known.keys)
        fresh = next((each for each in found.values() if each.id == known.id), known)
        known = replace(known, relatives=fresh.relatives)
        standing = [each for each in known.copies if each.state is not ArticleState.REMOVED][:MOST_COPIES]
        texts = [await self._texts_of(each, known) for each in standing]
        beside = tuple((each, text) for each, text in zip(standing, texts, strict=True) if text)
        return replace(look, known=known, kinship=Kinship(beside=beside))

    async def _texts_of(self, copy: Relative, known: KnownArticle) -> tuple[Article, ...]:
        """What a copy says, and what it said before where it was edited after the known article was."""
        latest = await self._store.latest_revision(copy.id)
        if latest is None:
            return ()
        numbers = range(latest.number - 1, max(0, latest.number - 1 - PAST), -1)
        before = [
            await self._store.revision_of(copy.id, each) for each in numbers if copy.changed_at > known.changed_at
        ]
        return (latest.article, *(each.article for each in before if each is not None))
