"""Pages that lead somewhere else than to an article: taken away, or a wall that stands before all pages alike?

Sites that take posts away often send their readers to one page that explains where to look. Such a page is nothing like
an article of the source, so nothing could ever be concluded from it. It counts as one sign of absence where the list
does not name the article any more, names others, and those can be read at the same time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace

from crawler.model import ArticleState, Assessment, Source, Verdict
from crawler.pipeline.choosing import MAX_LOOKS
from crawler.pipeline.gather import Gatherer
from crawler.pipeline.looks import ArticleLook, want_again
from crawler.pipeline.writer import StoreThread
from crawler.text.urls import canonical_url

#: What a page may be called that is no article: other verdicts say more than that.
_NO_ARTICLE = frozenset({Verdict.UNEXPECTED, Verdict.STUB})


async def see_signposts(
    looks: Sequence[ArticleLook],
    named: Collection[str],
    source: Source,
    gatherer: Gatherer,
    store: StoreThread,
    list_again: Callable[[], Awaitable[Collection[str]]],
) -> list[ArticleLook]:
    """The looks, those that were led away as the signs of absence that they are. ``named`` are the ids in the list.

    Costs nothing but where a page leads away: then the list where it is not at hand, and one page that it names.
    """
    if not any(map(is_led_away, looks)):
        return list(looks)
    named = named or await list_again()
    control: list[ArticleLook] = []
    if not shows_articles(looks, named):
        known = await store.due_articles(source.id, now=None, limit=MAX_LOOKS)
        others = (each for each in known if each.id in named and each.state is ArticleState.PRESENT)
        control = await gatherer.look_at_articles(source, [want_again(each) for each in list(others)[:1]])
    return believe_signposts(looks, named) if shows_articles([*looks, *control], named) else list(looks)


def is_led_away(look: ArticleLook) -> bool:
    """Whether the address of a known article leads to a page elsewhere that is none, or not this one."""
    known = look.known
    if known is None or not look.final_url or canonical_url(look.final_url) == canonical_url(known.url):
        return False
    if not (look.detoured or look.moved_for_good):
        return False
    if look.article is None:
        return look.assessment.verdict in _NO_ARTICLE
    if look.before is None:
        return False
    from crawler.differ.compare import is_another_page  # most checks have nothing to compare

    return is_another_page(look.before.article, look.article)


def shows_articles(looks: Sequence[ArticleLook], named: Collection[str]) -> bool:
    """Whether an article that the list names could be read just now, and none of those leads away."""
    listed = [look for look in looks if look.known and look.known.id in named]
    if any(map(is_led_away, listed)):
        return False
    return any(look.asked and (look.unchanged or look.article is not None) for look in listed)


def believe_signposts(looks: Sequence[ArticleLook], named: Collection[str]) -> list[ArticleLook]:
    """The looks that were led away, where the list does not name their article, as signs of its absence."""
    return [
        _sign_of(look) if is_led_away(look) and look.known and look.known.id not in named else look for look in looks
    ]


def _sign_of(look: ArticleLook) -> ArticleLook:
    found = Assessment(verdict=Verdict.WRONG_PAGE, reason=f"redirected to {look.final_url}")
    seen = look.observation
    noted = replace(seen, verdict=found.verdict, reason=found.reason) if seen else None
    return replace(look, article=None, assessment=found, observation=noted)
