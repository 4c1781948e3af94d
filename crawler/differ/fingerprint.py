"""One short word for the state of an article: equal fingerprints mean that nothing needs to be compared."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC

from crawler.differ.fields import content_key, link_key
from crawler.differ.folding import compare_key
from crawler.differ.stamps import body_key
from crawler.model import Article, Entry, Moment, Precision
from crawler.text.normalize import NORMALIZER_VERSION, fold
from crawler.text.urls import canonical_url

#: The version of what goes into a fingerprint. Its digits and those of the normaliser lead every fingerprint: where
#: they differ, the texts must be compared themselves.
FINGERPRINT_VERSION = 1

_DIGITS = 32


def fingerprint(article: Article) -> str:
    """The state of the record: title, text, publisher, authors, attachments, links and validity, folded.

    Dates, marks, images and provenance are left out, so a stamp alone is no new state. ``1:…``, 32 hexadecimal digits.
    """
    attachments = sorted(
        f"{link_key(item.url)}\t{compare_key(item.name)}\t{content_key(item)}" for item in article.attachments
    )
    return _seal(
        (
            compare_key(article.title),
            body_key(block.text for block in article.blocks),
            compare_key(article.publisher),
            *map(compare_key, article.authors),
            "",
            *attachments,
            "",
            *sorted({link_key(link.url) for link in article.links}),
            "",
            compare_key(article.status),
        )
    )


def entry_fingerprint(entry: Entry) -> str:
    """What a listing says of an entry. A different one means "look at the page again", nothing more."""
    return _seal(
        (
            fold(entry.title),
            fold(entry.summary),
            fold(entry.body),
            _instant(entry.published),
            _instant(entry.updated),
            canonical_url(entry.url) if entry.url else "",
            *([fold(entry.status)] if entry.status else []),  # most listings declare none: theirs stay as they were
        )
    )


def _instant(moment: Moment | None) -> str:
    """An instant in UTC; a relative time ("3 hours ago") would differ at every visit."""
    if moment is None or moment.precision is Precision.APPROX:
        return ""
    return f"{moment.instant.astimezone(UTC).isoformat()} {moment.precision}"


def _seal(parts: Iterable[str]) -> str:
    text = "\0".join(parts)  # folded text holds no NUL
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{version()}:{digest[:_DIGITS]}"


def version() -> str:
    """What leads every fingerprint: ``1`` today, ``1.2`` with the second version of the normaliser."""
    return str(FINGERPRINT_VERSION) if NORMALIZER_VERSION == 1 else f"{FINGERPRINT_VERSION}.{NORMALIZER_VERSION}"
