"""What a look at an article leaves behind in memory, and what memory says of the look. Pure."""

from __future__ import annotations

from dataclasses import replace

from crawler.cadence import next_recheck
from crawler.differ.fields import pair_attachments
from crawler.differ.fingerprint import entry_fingerprint
from crawler.model import (
    Article,
    KnownArticle,
    Revision,
)
from crawler.parser.article import READER_VERSION
from crawler.pipeline.context import Context
from crawler.pipeline.grounds import is_read_anew
from crawler.pipeline.looks import ArticleLook
from crawler.text.urls import canonical_url


def remember_look(known: KnownArticle, look: ArticleLook, context: Context) -> KnownArticle:
    """What every believable look leaves behind: when, which bytes, which identities, and when to look again."""
    now = context.now
    asked = look.asked and (look.unchanged or look.article is not None)
    return replace(
        known,
        keys=merged(known, look),
        fetched_at=now if asked else known.fetched_at,
        validators=look.validators if asked else known.validators,
        body_sha256=look.body_sha256 if asked else known.body_sha256,
        files=look.files or known.files,
        reader=READER_VERSION if is_read_anew(look) else known.reader,
        entry_fingerprint=entry_fingerprint(look.entry) if look.entry else known.entry_fingerprint,
        marks=look.article.marks if look.article else known.marks,
        entry=replace(look.entry, body="", summary="") if look.entry else known.entry,
        due_at=next_recheck(
            first_seen_at=known.first_seen_at, changed_at=known.changed_at, policy=context.source.recheck, now=now
        ),
    )


def new_address(look: ArticleLook, known: KnownArticle) -> str:
    """The article's new address, if it has one: the listing names another, or the old one redirects for good."""
    named = look.entry.url if look.entry else look.final_url if look.moved_for_good else ""
    if not named or canonical_url(named) == canonical_url(known.url):
        return ""
    # One article may be listed under several addresses in turn; only if ours is gone has it moved back to another.
    return named if look.left or f"url:{canonical_url(named)}" not in known.keys else ""


def merged(known: KnownArticle, look: ArticleLook) -> tuple[str, ...]:
    """All identities the article was ever seen under, oldest first."""
    return tuple(dict.fromkeys((*known.keys, *look.keys)))


def as_told(known: KnownArticle, before: Revision, now: Article) -> Article:
    """The article as its latest revision has it, with what was learnt since without being a change.

    A mark that moved alone must not announce a later edit, a file first hashed later must show its next swap, and an
    address that was told as ``moved`` is where it stands ``now``.
    """
    hashes = {file.url: file.sha256 for file in known.files}
    article = before.article
    return replace(
        article,
        url=now.url if canonical_url(now.url) == canonical_url(known.url) else article.url,
        marks=known.marks or article.marks,
        attachments=tuple(
            replace(each, sha256=each.sha256 or hashes.get(each.url, "")) for each in article.attachments
        ),
    )


def is_redated(before: Article, after: Article) -> bool:
    """Whether both give a publication date and not the same: the fingerprint does not cover it."""
    if before.published is None or after.published is None:
        return False
    return before.published.instant != after.published.instant


def has_learnt(before: Article, after: Article) -> bool:
    """Whether files were read that were not read before, or not by this reader: worth a revision, told to nobody."""
    pairs = pair_attachments(before.attachments, after.attachments)
    return any(old is not None and new is not None and new.read_by > old.read_by for old, new in pairs)
