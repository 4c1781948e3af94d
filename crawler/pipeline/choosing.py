"""What one check requests, of all that the listing names and all that is due. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from crawler.model import ArticleState, Habits, KnownArticle, Source, SourceState, Validators
from crawler.pipeline.looks import ArticleLook, ListingLook, Wanted, listing_look, want_again, want_files

#: Articles looked at in one check; what is left waits for the next one, so that no source starves the others.
MAX_LOOKS = 200


def must_see_bytes(last_at: datetime | None, habits: Habits, now: datetime) -> bool:
    """Whether to ask without conditions: once a day, for a server may err, and always where one was seen to."""
    return habits.distrusts_tags or (
        last_at is not None and last_at.astimezone(UTC).date() < now.astimezone(UTC).date()
    )


def ask_afresh(wanted: Iterable[Wanted], habits: Habits, now: datetime) -> list[Wanted]:
    """What to look at, and of what of it to see the bytes."""
    return [
        replace(each, afresh=each.known is not None and must_see_bytes(each.known.fetched_at, habits, now))
        for each in wanted
    ]


def has_erred(
    looks: Iterable[ArticleLook], listing: ListingLook | None = None, state: SourceState | None = None
) -> bool:
    """Whether the source's server was seen to call two bodies alike: then its "not modified" proves nothing."""
    if listing is not None and state and names_two_alike(state.validators, state.body_sha256, listing):
        return True
    return any(each.known and names_two_alike(each.known.validators, each.known.body_sha256, each) for each in looks)


def names_two_alike(validators: Validators, sha256: str, look: ArticleLook | ListingLook) -> bool:
    """Whether what was received now is not what was received before under the same validators."""
    is_same = bool(validators) and validators == look.validators
    return is_same and bool(sha256) and bool(look.body_sha256) and sha256 != look.body_sha256


def choose(
    named: Iterable[Wanted], due: Sequence[KnownArticle], source: Source
) -> tuple[list[Wanted], list[ArticleLook]]:
    """What to request: unknown entries, entries that changed, then what is due; and what to note without a request.

    Articles that another source owns are only noted; unknown ones beyond the limit are told from the listing.
    """
    from crawler.differ.fingerprint import entry_fingerprint  # most checks find nothing to compare

    unknown, changed, noted, listed = [], [], [], set()
    for each in named:
        if each.known is None:
            unknown.append(each)
        elif each.known.source_id != source.id:
            if source.id not in each.known.also_at:
                noted.append(listing_look(source, each))
        elif each.entry is not None and entry_fingerprint(each.entry) != each.known.entry_fingerprint:
            changed.append(each)
            listed.add(each.known.id)
    late = unknown[MAX_LOOKS:] if source.follow else []
    again = [article for article in due if article.id not in listed]
    wanted = [*unknown[: len(unknown) - len(late)], *changed, *look_again(again, source)]
    return wanted, noted + [listing_look(source, each) for each in late]


def look_again(due: Iterable[KnownArticle], source: Source) -> Iterator[Wanted]:
    """What to look at of the articles that are due: their pages, or, where pages are not followed, their files."""
    for article in due:
        if source.follow:
            yield want_again(article)
        elif article.state is ArticleState.PRESENT:
            yield want_files(article)
