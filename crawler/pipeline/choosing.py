"""What one check requests, of all that the listing names and all that is due. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crawler.model import KnownArticle, Source
from crawler.pipeline.looks import ArticleLook, Wanted, listing_look, want_again

#: Articles looked at in one check; what is left waits for the next one, so that no source starves the others.
MAX_LOOKS = 200


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
    again = [want_again(article) for article in due if article.id not in listed]
    late = unknown[MAX_LOOKS:] if source.follow else []
    wanted = [*unknown[: len(unknown) - len(late)], *changed, *(again if source.follow else [])]
    return wanted, noted + [listing_look(source, each) for each in late]
