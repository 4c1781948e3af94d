"""What tells the same as the articles of a check: found in the store, and brought beside the looks.

New articles are held against what bears the same marks, known ones against their copies as they stand. Both only say
something at the moment of the decision, so whoever asks here keeps others from deciding meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from crawler.differ.copies import NEAR, copy_marks, is_copy
from crawler.model import Article, ArticleState, KnownArticle, Relative, Source
from crawler.pipeline.kinship import day_of
from crawler.pipeline.looks import ArticleLook, Kinship
from crawler.pipeline.writer import StoreThread

#: Articles whose texts are compared with a new one, and copies whose texts are compared with an edit, at most.
CANDIDATES, MOST_COPIES = 5, 20


def needs_the_others(look: ArticleLook, source: Source) -> bool:
    """Whether what becomes of an article depends on what became of others, perhaps a moment ago."""
    return look.known is None or look.known.source_id != source.id or bool(look.known.copies)


class Kindred:
    """Asks memory through the store's thread."""

    def __init__(self, store: StoreThread) -> None:
        self._store = store

    async def bring(self, source: Source, looks: Sequence[ArticleLook]) -> list[ArticleLook]:
        """The looks, each beside what tells the same."""
        return list(await asyncio.gather(*(self._beside(source, look) for look in looks)))

    async def _beside(self, source: Source, look: ArticleLook) -> ArticleLook:
        known = look.known
        if known is None:
            return await self._introduce(source, look) if look.article is not None else look
        if known.source_id != source.id:
            return await self._recall(source, look, known)
        if known.copies and look.article is not None and look.before is not None:
            return await self._compare(look, known)
        return look

    async def _introduce(self, source: Source, look: ArticleLook) -> ArticleLook:
        """A new article, beside the one that it repeats."""
        if look.article is None:
            return look
        marks = copy_marks(look.article)
        repeats = await self._find_original(source, look, look.article, marks)
        return replace(look, kinship=Kinship(marks=marks, repeats=repeats))

    async def _find_original(
        self, source: Source, look: ArticleLook, article: Article, marks: tuple[int, ...]
    ) -> KnownArticle | None:
        day = day_of(article, look)
        alike = await self._store.find_alike(marks, first=day - NEAR, last=day + NEAR, limit=CANDIDATES)
        for other in alike:
            if other.source_id == source.id or other.state is ArticleState.REMOVED:
                continue
            latest = await self._store.latest_revision(other.id)
            if latest is not None and is_copy(latest.article, article):
                return other
        return None

    async def _recall(self, source: Source, look: ArticleLook, known: KnownArticle) -> ArticleLook:
        """An article of another source, with its text where it is met here for the first time."""
        if source.id in known.also_at:
            return look
        latest = await self._store.latest_revision(known.id)
        return replace(look, kinship=Kinship(told=latest.article)) if latest else look

    async def _compare(self, look: ArticleLook, known: KnownArticle) -> ArticleLook:
        """A known article beside its copies as they stand now: one may have been edited since the look began."""
        found = await self._store.find_articles(known.keys[:1])
        known = replace(known, relatives=next((each.relatives for each in found.values()), known.relatives))
        standing = [each for each in known.copies if each.state is not ArticleState.REMOVED][:MOST_COPIES]
        texts = [await self._text_of(each) for each in standing]
        beside = tuple((each, text) for each, text in zip(standing, texts, strict=True) if text is not None)
        return replace(look, known=known, kinship=Kinship(beside=beside))

    async def _text_of(self, copy: Relative) -> Article | None:
        latest = await self._store.latest_revision(copy.id)
        return latest.article if latest else None
