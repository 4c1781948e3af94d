"""The JSON that the world sees: change records, incidents, articles (outer contract §4). Pure.

Keys are only ever added here; what one means never changes. Unknown scalars are null, lists are always lists.
Instants are RFC 3339: what a publisher said keeps the publisher's offset, what Gazette saw is in UTC.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from crawler.model import (
    Article,
    ArticleSummary,
    Attachment,
    Block,
    Change,
    Elsewhere,
    Entry,
    Evidence,
    Fact,
    Hunk,
    Incident,
    IncidentArticle,
    IncidentReason,
    KnownArticle,
    Moment,
    Observation,
    Precision,
    Reference,
)
from crawler.text.language_parts import LanguagePart, find_language_parts
from crawler.text.normalize import clean, shorten
from crawler.text.urls import plain_url

Record = dict[str, Any]

SCHEMA = 1
EXCERPT_LENGTH = 200
MASS_REASONS = frozenset({IncidentReason.MASS_EDIT, IncidentReason.MASS_REMOVAL})


def change_record(change: Change, *, public_url: str = "") -> Record:
    """The change record of outer contract §4. ``public_url`` is the dashboard's address, for ``links``."""
    return {
        "schema": SCHEMA,
        "seq": change.seq,
        "id": change.id,
        "kind": change.kind.value,
        "baseline": change.baseline,
        "source": change.source,
        "source_title": change.source_title,
        "tags": list(change.tags),
        "article": article_record(change.article),
        "detected_at": show_utc(change.detected_at),
        "revision": change.revision,
        "previous_revision": change.previous_revision,
        "fields": list(change.fields),
        "silent": change.silent,
        "significance": round(change.significance, 3),
        "level": change.level.value,
        "facts": [fact_record(fact) for fact in change.facts],
        "diff": [hunk_record(hunk) for hunk in change.diff],
        "summary": change.summary,
        "evidence": evidence_record(change.evidence, with_observations=bool(change.evidence.observations)),
        "removed_by": change.removed_by,
        "links": link_record(change, public_url),
        "cause": change.cause,
        "elsewhere": [elsewhere_record(each) for each in change.elsewhere],
    }


def article_record(article: ArticleSummary, **extra: object) -> Record:
    """The ``article`` object. ``extra`` keys (``source``, ``revision``, ``state``…) follow the contract's own."""
    return {
        "id": article.id,
        "url": article.url,
        "title": article.title,
        "published_at": show_local(article.published_at),
        "updated_at": show_local(article.updated_at),
        "published_precision": show_precision(article.published_precision),
        "publisher": article.publisher or None,
        "author": list(article.author),
        "place": article.place or None,
        "language": article.language or None,
        "languages": list(article.languages),
        "document_number": article.document_number or None,
        "attachments": attachment_records(article.attachments),
        "excerpt": article.excerpt,
        "first_seen_at": show_utc(article.first_seen_at),
        "published_raw": article.published_raw or None,
        "previous_url": article.previous_url,
        "also_at": list(article.also_at),
        "translation_of": article.translation_of,
        "translation_url": article.translation_url,
        "translations": list(article.translations),
        "copy_of": article.copy_of,
        **extra,
    }


def elsewhere_record(place: Elsewhere) -> Record:
    """Another place that carries the same story, and what of an edit it shows."""
    return {
        "source": place.source,
        "article": place.article_id,
        "url": place.url,
        "state": place.state.value,
        "carries": place.carries or None,
        "seen_at": show_utc(place.seen_at),
    }


def incident_record(incident: Incident) -> Record:
    """One telling of an incident. ``articles`` is filled for mass events only; ``sample`` holds up to five."""
    listed = incident.articles if incident.reason in MASS_REASONS else ()
    return {
        "kind": "incident",
        "id": incident.id,
        "source": incident.source,
        "reason": incident.reason.value,
        "state": incident.state.value,
        "count": incident.count,
        "sample": [incident_article_record(article) for article in incident.sample],
        "articles": [incident_article_record(article) for article in listed],
        "opened_at": show_utc(incident.opened_at),
        "detected_at": show_utc(incident.detected_at),
        "detail": incident.detail,
        "reminder": incident.reminder,
    }


def entry_record(entry: Entry) -> Record:
    """One entry of a listing, as ``inspect --json`` shows it."""
    return {
        "id": entry.id or None,
        "url": entry.url,
        "title": entry.title,
        "published_at": show_moment(entry.published),
        "published_precision": show_precision(entry.published.precision) if entry.published else None,
        "summary": entry.summary,
    }


def inspect_record(article: Article) -> Record:
    """An article nobody has stored yet: the article object with ``text`` and ``text_blocks``; it has no id."""
    record = article_record(_summarize(article, identity="", url=article.url))
    return {
        **record,
        "id": None,
        "text": article.text,
        "text_blocks": [block_record(block) for block in article.blocks],
        "language_parts": [part_record(part) for part in find_language_parts(article.title, article.blocks)],
        "attachments": [file_record(each) for each in article.attachments],
    }


def summarize_article(article: Article, known: KnownArticle) -> ArticleSummary:
    """What a change record says of ``article``: identity, address and first sight come from ``known``."""
    summary = _summarize(article, identity=known.id, url=plain_url(known.url or article.url), title=known.title)
    original = next((each for each in known.relatives if each.id == known.translation_of), None)
    return replace(
        summary,
        first_seen_at=known.first_seen_at,
        also_at=known.carried_at,
        translation_of=known.translation_of or None,
        translation_url=plain_url(original.url) if original else None,
        translation_title=original.title if original else "",
        translations=tuple(each.id for each in known.translations),
        translated_as=tuple(Reference(title=each.title, url=plain_url(each.url)) for each in known.translations),
        copy_of=known.copy_of or None,
    )


def encode_record(record: Mapping[str, object]) -> bytes:
    """``record`` as one line of JSON in UTF-8, without the line break. Lone surrogates become ``?``."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def show_utc(instant: datetime | None) -> str | None:
    """RFC 3339 in UTC, with ``Z``; milliseconds only where there are any."""
    if instant is None:
        return None
    return _isoformat(instant.astimezone(UTC)).replace("+00:00", "Z")


def show_local(instant: datetime | None) -> str | None:
    """RFC 3339 with the offset the instant carries."""
    if instant is None:
        return None
    offset = instant.utcoffset() or timedelta(0)
    if offset % timedelta(minutes=1):  # local mean time of old dates: RFC 3339 knows no seconds in an offset
        offset = timedelta(minutes=round(offset / timedelta(minutes=1)))
        instant = instant.astimezone(timezone(offset))
    return _isoformat(instant)


def _isoformat(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds" if instant.microsecond >= 1000 else "seconds")


def show_moment(moment: Moment | None) -> str | None:
    """RFC 3339 of what a publisher gave."""
    return show_local(moment.instant) if moment else None


def show_precision(precision: Precision | None) -> str | None:
    """The contract's word; "3 hours ago" is exact to the hour at best."""
    if precision is Precision.APPROX:
        return Precision.HOUR.value
    return precision.value if precision else None


def fact_record(fact: Fact) -> Record:
    """One typed fact, old to new; ``file`` names the attachment in whose text it stands, where it does."""
    record: Record = {"type": fact.type.value, "field": fact.field, "before": fact.before, "after": fact.after}
    return {**record, "file": fact.file} if fact.file else record


def hunk_record(hunk: Hunk) -> Record:
    """One piece of the diff; ``file`` names the attachment in whose text it lies, where it does."""
    record: Record = {"field": hunk.field, "op": hunk.op.value, "before": hunk.before, "after": hunk.after}
    return {**record, "file": hunk.file} if hunk.file else record


def block_record(block: Block) -> Record:
    """One block of an article's text."""
    return {"kind": block.kind.value, "text": block.text, "language": block.language or None}


def part_record(part: LanguagePart) -> Record:
    """One language of an article; ``block`` counts from 0 in ``text_blocks``."""
    return {"language": part.language, "block": part.block, "blocks": part.blocks, "title": part.title or None}


def attachment_records(attachments: Iterable[Attachment]) -> list[Record]:
    """Names and addresses of an article's files."""
    return [{"url": each.url, "name": each.name} for each in attachments]


def file_record(attachment: Attachment) -> Record:
    """One file with all that is known of it: its hash, its text where that was read, and why not where it was not."""
    return {
        "url": attachment.url,
        "name": attachment.name,
        "sha256": attachment.sha256 or None,
        "note": attachment.note or None,
        "text": "\n\n".join(block.text for block in attachment.blocks) or None,
        "text_blocks": [block_record(block) for block in attachment.blocks],
    }


def evidence_record(evidence: Evidence, *, with_observations: bool) -> Record:
    """What proves a change; ``observations`` where an absence had to be seen repeatedly."""
    record: Record = {"before": observation_record(evidence.before), "after": observation_record(evidence.after)}
    if with_observations:
        record["observations"] = [
            {**(observation_record(each) or {}), "verdict": each.verdict.value} for each in evidence.observations
        ]
    return record


def observation_record(observation: Observation | None) -> Record | None:
    """One response as evidence; ``sha256`` names its stored body, null where there was none."""
    if observation is None:
        return None
    return {
        "sha256": observation.sha256 or None,
        "fetched_at": show_utc(observation.fetched_at),
        "url": observation.url,
        "status": observation.status,
    }


def incident_article_record(article: IncidentArticle) -> Record:
    """One article that an incident speaks for."""
    return {
        "id": article.id,
        "url": article.url,
        "title": article.title,
        "facts": [fact_record(fact) for fact in article.facts],
    }


def link_record(change: Change, public_url: str) -> Record:
    """Where a person can look: the page always, the dashboard's views where its public address is known."""
    base = public_url.rstrip("/")
    return {
        "article": change.article.url,
        "diff": f"{base}/changes/{change.id}" if base else None,
        "evidence": f"{base}/changes/{change.id}/evidence" if base else None,
    }


def _summarize(
    article: Article,
    *,
    identity: str,
    url: str,
    title: str = "",
) -> ArticleSummary:
    published, updated = article.published, article.updated
    return ArticleSummary(
        id=identity,
        url=url,
        title=article.title or title,
        published_at=published.instant if published else None,
        updated_at=updated.instant if updated else None,
        published_precision=published.precision if published else None,
        publisher=article.publisher,
        author=article.authors,
        place=article.place,
        language=first_language(article),
        languages=article.languages or tuple(dict.fromkeys(each.language for each in article.blocks if each.language)),
        document_number=article.document_number,
        attachments=tuple(replace(each, blocks=(), note="", read_by=0) for each in article.attachments),
        excerpt=excerpt(article),
        published_raw=published.raw if published else "",
    )


def first_language(article: Article) -> str:
    """The language of the first block that has one, else what the page declares."""
    return next((block.language for block in article.blocks if block.language), article.language)


def excerpt(article: Article) -> str:
    """The first 200 characters of the text on one line."""
    text, parts = 0, []
    for block in article.blocks:
        parts.append(block.text[: EXCERPT_LENGTH * 4])
        text += len(parts[-1])
        if text > EXCERPT_LENGTH * 4:
            break
    return shorten(clean(" ".join(parts)), EXCERPT_LENGTH)
