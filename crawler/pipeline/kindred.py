"""What tells the same as the articles of a check: found in the store, and brought beside the looks.

New articles are held against what bears the same marks, known ones against their copies as they stand. Both only say
something at the moment of the decision, so whoever asks here keeps others from deciding meanwhile.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from crawler.differ import copies, translations
from crawler.differ.copies import copy_marks, is_copy
from crawler.differ.translations import is_translation, languages_of, translation_marks
from crawler.model import (
    Article,
    ArticleState,
    Bearer,
    KnownArticle,
    Relative,
    Sought,
    Source,
    speak_apart,
)
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
#: So many texts of at most so many characters are remembered.
MOST_KEPT, LONGEST_KEPT = 256, 20_000


class Peers:
    """The new articles of this very check, by their rarest figures: a first check may read thousands."""

    def __init__(self) -> None:
        self._told: list[tuple[Told, tuple[str, ...]]] = []
        self._bearers: dict[int, list[int]] = {}

    def add(self, kinship: Kinship, told: Told) -> None:
        """Lets the others of the check find an article."""
        for figure in set(kinship.figures):
            self._bearers.setdefault(figure, []).append(len(self._told))
        self._told.append((told, kinship.languages))

    def find(self, kinship: Kinship) -> list[Told]:
        """Those that may tell the same in another language: they share enough of the figures. The first come first."""
        counts = Counter(place for figure in set(kinship.figures) for place in self._bearers.get(figure, ()))
        alike = sorted(place for place, count in counts.items() if count >= translations.LEAST_MARKS)
        found = (self._told[place] for place in alike)
        return [told for told, languages in found if speak_apart(languages, kinship.languages)][:CANDIDATES]


class Texts:
    """The texts that new articles were held against last: what resembles one often resembles the next."""

    def __init__(self) -> None:
        self._articles: OrderedDict[Bearer, Article] = OrderedDict()

    def get(self, bearer: Bearer) -> Article | None:
        """The text of that revision, if it is remembered."""
        if bearer in self._articles:
            self._articles.move_to_end(bearer)
        return self._articles.get(bearer)

    def keep(self, bearer: Bearer, article: Article) -> None:
        """Remembers a text for a while, unless it is very long."""
        if sum(len(block.text) for block in article.blocks) > LONGEST_KEPT:
            return
        self._articles[bearer] = article
        if len(self._articles) > MOST_KEPT:
            self._articles.popitem(last=False)


class Candidates(NamedTuple):
    """What a new article may tell again: what bears its sentences, what bears its figures, and what it links to."""

    repeated: Sequence[Bearer]
    translated: Sequence[Bearer]
    linked: Sequence[KnownArticle]


def mark(look: ArticleLook) -> ArticleLook:
    """The look; that at a new article with what this one is found by, and finds others by."""
    if look.article is None or not is_newcomer(look):
        return look
    sentences, figures = copy_marks(look.article), translation_marks(look.article)
    marks, languages = (*sentences, *figures), languages_of(look.article)
    return replace(look, kinship=Kinship(marks=marks, figures=figures, languages=languages))


def seek(source: Source, look: ArticleLook, article: Article) -> Iterator[Sought]:
    """Which articles a new one may repeat, and which it may translate."""
    kinship, day = look.kinship, day_of(article, look)
    sentences = kinship.marks[: len(kinship.marks) - len(kinship.figures)]
    least = copies.LEAST_MARKS if len(sentences) > copies.LEAST_MARKS else 1
    first, last = days_around(day, copies.NEAR)
    yield Sought(marks=sentences, first=first, last=last, least=least, elsewhere=source.id)
    first, last = days_around(day, translations.NEAR)
    least = translations.LEAST_MARKS
    yield Sought(marks=kinship.figures, first=first, last=last, least=least, languages=kinship.languages)


def linked_keys(article: Article) -> list[str]:
    """What the articles that the text links to are known by, of its first links."""
    return [f"url:{canonical_url(link.url)}" for link in article.links[:MOST_LINKS]]


def join(look: ArticleLook, article: Article, found: Sequence[Told]) -> ArticleLook:
    """A new article, tied to those of ``found`` that tell the same in another language."""
    once = {known.id: (known, text) for known, text in found}
    same = [(known, text) for known, text in once.values() if is_translation(text, article)]
    return replace(look, kinship=link(look.kinship, article, same)) if same else look


class Kindred:
    """Asks memory through the store's thread."""

    def __init__(self, store: StoreThread) -> None:
        self._store = store
        self._texts = Texts()

    async def bring(self, source: Source, looks: Sequence[ArticleLook]) -> list[ArticleLook]:
        """The looks, each beside what tells the same."""
        looks = [mark(look) for look in looks]
        candidates = await self._find_candidates(source, looks)
        met = await asyncio.gather(*(self._meet(source, *each) for each in zip(looks, candidates, strict=True)))
        brought = [look for look, _ in met]
        peers = Peers()
        # The first published first: what comes after it may translate it.
        for place, (look, found) in sorted(enumerate(met), key=lambda item: first_published(item[1][0])):
            if look.article is not None and is_newcomer(look) and look.kinship.repeats is None:
                brought[place] = join(look, look.article, [*found, *peers.find(look.kinship)])
                peers.add(look.kinship, (as_known(brought[place], source), look.article))
        return brought

    async def _find_candidates(self, source: Source, looks: Sequence[ArticleLook]) -> list[Candidates | None]:
        """What each new article may repeat or translate, asked for all of them at once; None for the others."""
        new = [(place, look, look.article) for place, look in enumerate(looks) if look.article and is_newcomer(look)]
        found: list[Candidates | None] = [None] * len(looks)
        if not new:
            return found
        sought = [each for _, look, article in new for each in seek(source, look, article)]
        alike = await self._store.find_alike(sought, limit=CANDIDATES)
        links = [linked_keys(article) for _, _, article in new]
        linked = await self._store.find_articles(dict.fromkeys(key for keys in links for key in keys))
        for (place, _, _), repeated, translated, keys in zip(new, alike[::2], alike[1::2], links, strict=True):
            found[place] = Candidates(repeated, translated, [linked[key] for key in keys if key in linked])
        return found

    async def _meet(
        self, source: Source, look: ArticleLook, candidates: Candidates | None
    ) -> tuple[ArticleLook, list[Told]]:
        """The look beside what tells the same, and what else may be the same in another language."""
        known = look.known
        if candidates is not None and look.article is not None:
            return await self._introduce(look, look.article, candidates)
        if known is not None and known.source_id != source.id:
            return await self._recall(source, look, known), []
        if known is not None and known.copies and look.article is not None and look.before is not None:
            return await self._compare(look, known), []
        return look, []

    async def _introduce(
        self, look: ArticleLook, article: Article, candidates: Candidates
    ) -> tuple[ArticleLook, list[Told]]:
        """A new article beside the one that it repeats, or those that may tell it otherwise."""
        own = look.known.id if look.known else ""
        for each in candidates.repeated:
            text = await self._read(each) if each.id != own else None
            if text is not None and is_copy(text, article):
                for repeats in await self._store.load_articles([each.id]):
                    return replace(look, kinship=replace(look.kinship, repeats=repeats)), []
        texts = {each.id: await self._read(each) for each in candidates.translated if each.id != own}
        same = [identity for identity, text in texts.items() if text is not None and is_translation(text, article)]
        known = [*await self._store.load_articles(same), *candidates.linked]
        told = [(each, texts.get(each.id) or await self._read(Bearer(each.id, each.revision))) for each in known]
        return look, [(each, text) for each, text in told if text is not None]

    async def _read(self, bearer: Bearer) -> Article | None:
        """What an article says today."""
        text = self._texts.get(bearer)
        if text is not None:
            return text
        latest = await self._store.latest_revision(bearer.id)
        if latest is not None and latest.number == bearer.revision:
            self._texts.keep(bearer, latest.article)
        return latest.article if latest else None

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
