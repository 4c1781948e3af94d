"""One article at two addresses: the same text at a new one while the old one is gone. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from crawler.differ.removal import SIGNS_OF_ABSENCE
from crawler.model import KnownArticle
from crawler.pipeline.looks import ArticleLook
from crawler.text.normalize import fold
from crawler.text.urls import canonical_url

#: Shorter texts may be the same by chance: a heading and a link to a file.
SHORTEST = 40


def find_strangers(looks: Iterable[ArticleLook]) -> dict[str, ArticleLook]:
    """The unknown articles whose pages were read, by what they say. Two that say the same are nobody's new address."""
    found: dict[str, ArticleLook] = {}
    for look in looks:
        if look.known is None and look.article is not None and look.asked and len(look.article.text) >= SHORTEST:
            from crawler.differ.fingerprint import fingerprint  # most checks read no article

            mark = fingerprint(look.article)
            if mark in found:
                del found[mark]
            else:
                found[mark] = look
    return found


def has_left_for(own: ArticleLook, stranger: ArticleLook) -> bool:
    """Whether the known article is gone from its old address, or sends its readers on to the new one."""
    if own.assessment.verdict in SIGNS_OF_ABSENCE:
        return True
    new = {canonical_url(url) for url in (stranger.final_url, stranger.entry.url if stranger.entry else "") if url}
    return bool(own.final_url) and canonical_url(own.final_url) in new


def find_led(looks: Sequence[ArticleLook]) -> list[tuple[ArticleLook, ArticleLook]]:
    """Known articles whose old addresses lead for good to that of an unknown one of their title, with that one."""
    strangers = {
        canonical_url(look.entry.url): look for look in looks if look.known is None and look.entry and look.article
    }
    found = []
    for own in looks:
        stranger = strangers.get(canonical_url(own.final_url)) if own.moved_for_good and not own.entry else None
        if stranger and own.known and stranger.article and fold(stranger.article.title) == fold(own.known.title):
            found.append((own, strangers.pop(canonical_url(own.final_url))))
    return found


def join_looks(stranger: ArticleLook, own: ArticleLook, twin: KnownArticle) -> ArticleLook:
    """The look at the new address as one at the known article; what the old address answered stays as evidence."""
    seen = (own.observation,) if own.observation else ()
    return replace(stranger, known=twin, observations=(*stranger.observations, *seen, *own.observations), left=True)
