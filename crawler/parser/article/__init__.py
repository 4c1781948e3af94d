"""Reading an article: bytes of a page, or an entry of a listing, become a record. Pure, and it never raises.

decode -> page (one traversal) -> metadata, segments -> container, title, byline -> body -> Article
"""

from __future__ import annotations

from dataclasses import replace

from crawler.model import (
    Article,
    Assessment,
    Attachment,
    BlockKind,
    Entry,
    Fetched,
    Moment,
    Precision,
    Reading,
    Source,
    Verdict,
)
from crawler.parser import verdict
from crawler.parser.article.dating import fineness, refine
from crawler.parser.article.document import read_document
from crawler.parser.article.reader import Manner, read_fragment, read_markup
from crawler.parser.decoding import decode_html, find_declared_charset
from crawler.text.dates import default_timezone
from crawler.text.urls import host_of

__all__ = ["READER_VERSION", "article_from_entry", "extract", "read_article"]

#: Raised whenever the reader may read another record out of the same bytes: revisions are then re-based in silence.
READER_VERSION = 4


def read_article(fetched: Fetched, source: Source, *, entry: Entry | None = None) -> Reading:
    """Judges one article response and reads it. Facts of ``entry`` complete what the page does not tell."""
    assessment = verdict.assess(fetched, expect="article")
    if assessment.verdict is not Verdict.OK:
        return Reading(assessment=assessment)
    if fetched.file is not None:
        reading = read_document(fetched, fetched.file, source, entry)
        return replace(reading, article=complete(reading.article, entry)) if reading.article and entry else reading
    decoded = decode_html(fetched.body, find_declared_charset(fetched.header("content-type")), source.fetch.encoding)
    if verdict.is_undecodable(decoded.text, decoded.replaced):
        return Reading(assessment=Assessment(verdict=Verdict.DECODE_ERROR, reason="most characters cannot be read"))
    listed_as = entry.title if entry is not None else ""
    manner = Manner(
        url=fetched.url,
        timezone=source.timezone,
        language=source.language,
        publisher=source.publisher,
        rules=source.article,
        now=fetched.fetched_at,
        listed_as=listed_as,
    )
    article = read_markup(decoded.text, manner)
    chosen = source.kind == "page" or bool(source.article.body)
    assessment = verdict.assess_article(article, decoded.text, listed_as=listed_as, chosen=chosen)
    if assessment.verdict is not Verdict.OK:
        return Reading(assessment=assessment)
    return Reading(assessment=assessment, article=complete(article, entry) if entry is not None else article)


def article_from_entry(entry: Entry, source: Source, *, url: str = "") -> Article:
    """The record that the listing alone supports, when the page is not read or cannot be."""
    manner = Manner(
        url=url or entry.url,
        timezone=source.timezone,
        language=entry.language or source.language,
        publisher=source.publisher,
    )
    markup = entry.body or entry.summary
    article = read_fragment(markup, manner)
    return replace(
        article,
        title=entry.title,
        published=entry.published,
        updated=entry.updated,
        publisher=entry.publisher or source.publisher,
        authors=entry.authors,
        attachments=_merge_attachments(article, entry),
        status=entry.status,
        marks=_entry_marks(entry),
        native_ids=(),
        provenance=(("title", "listing"), ("body", "listing")),
        origin="listing",
    )


def extract(html: bytes, url: str) -> dict[str, object]:
    """The fields of a page as plain values, without a source, for measuring.

    ``source`` is the publisher that the page itself shows or declares for this article, not the name of its site.
    ``author`` holds who the byline credits: a reporter found in the text of what another house published is no part
    of it.
    """
    decoded = decode_html(html)
    zone = default_timezone(host_of(url), "")
    article = read_markup(decoded.text, Manner(url=url, timezone=zone))
    source = article.publisher if _is_shown(article) else ""
    return {
        "title": article.title,
        "published": _spell(article.published),
        "author": [] if source and dict(article.provenance).get("authors") == "reporter" else list(article.authors),
        "source": source,
        "body": [block.text for block in article.blocks if block.kind is not BlockKind.CAPTION],
        "language": article.language,
    }


def _is_shown(article: Article) -> bool:
    origin = dict(article.provenance).get("publisher", "")
    return origin.startswith(("label:", "byline", "script:", "meta:contentsource"))


def complete(article: Article, entry: Entry) -> Article:
    """``article`` with what only the listing tells: a title, a finer moment, authors, files, a declared update.

    The validity that a listing declares comes from the publisher's register; pages are made once and left behind.
    """
    return replace(
        article,
        title=article.title or entry.title,
        published=_merge_moments(article.published, entry.published),
        updated=article.updated or entry.updated,
        publisher=article.publisher or entry.publisher,
        authors=article.authors or entry.authors,
        language=article.language or entry.language,
        attachments=_merge_attachments(article, entry),
        status=entry.status or article.status,
        marks=article.marks + _entry_marks(entry),
    )


def _merge_moments(ours: Moment | None, theirs: Moment | None) -> Moment | None:
    if ours is None or theirs is None:
        return ours or theirs
    if theirs.precision is Precision.APPROX or fineness(theirs) <= fineness(ours):
        return ours
    return refine(ours, [theirs])


def _merge_attachments(article: Article, entry: Entry) -> tuple[Attachment, ...]:
    known = {item.url for item in article.attachments}
    return article.attachments + tuple(item for item in entry.attachments if item.url not in known)


def _entry_marks(entry: Entry) -> tuple[tuple[str, str], ...]:
    return (("feed:updated", entry.updated.instant.isoformat()),) if entry.updated is not None else ()


def _spell(moment: Moment | None) -> str:
    if moment is None:
        return ""
    if moment.precision is Precision.MONTH:
        return f"{moment.instant:%Y-%m}"
    if fineness(moment) <= 2:
        return moment.instant.date().isoformat() if moment.precision is Precision.DAY else f"{moment.instant.year}"
    return moment.instant.isoformat(timespec="seconds")
