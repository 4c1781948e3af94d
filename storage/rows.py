"""Rows to nouns and back, one pair of plain functions per noun. A row that cannot be read names itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from crawler.errors import StoreError
from crawler.model import (
    Absence,
    Article,
    ArticleState,
    Change,
    Delivery,
    DeliveryState,
    Entry,
    Expectation,
    FileState,
    Habits,
    Incident,
    IncidentState,
    KnownArticle,
    Observation,
    Pulse,
    Relative,
    Revision,
    SourceState,
    Suspicion,
    Validators,
    Verdict,
)
from storage.database import Row

# The order of each tuple is that of the values functions below.
# fmt: off
SOURCE_STATE = (
    "source_id", "address", "etag", "last_modified", "body_sha256", "checked_at", "well_at", "changed_at", "newest_at",
    "due_at", "baselined_at", "failures", "verdict", "reason", "entry_count", "checks", "muted",
    "kind", "expectation", "moved_from", "moved_to", "moved_at", "moves", "habits",
    "pulse",  # the last one
)
ARTICLE = (
    "id", "source_id", "url", "state", "revision", "fingerprint", "title", "first_seen_at", "changed_at", "fetched_at",
    "due_at", "etag", "last_modified", "body_sha256", "entry_fingerprint", "steps", "baseline", "absence", "suspicion",
    "files", "entry", "marks", "past", "wavers", "reader", "copy_of", "translation_of",
)
REVISION = ("article_id", "number", "fingerprint", "seen_at", "article", "evidence")
CHANGE = ("id", "kind", "source", "article_id", "detected_at", "baseline", "significance", "record")
SIGN = ("id", "detected_at", "record")
INCIDENT = ("id", "source", "reason", "state", "opened_at", "closed_at", "opening", "closing")
DELIVERY = (
    "id", "subscription", "channel", "window", "state", "due_at", "created_at", "attempts", "lease", "payload",
    "last_error", "sent_at",
)
# fmt: on
_NO_PULSE = Pulse()
_NO_HABITS = Habits()
_UTC_LENGTH = len("2026-11-27 08:00:00.000000")  # without an offset
_LONGEST_KEY = 500  # PostgreSQL indexes no more than 2,704 bytes


# -- single values --------------------------------------------------------------------------------------------------


def to_column(instant: datetime | None) -> str | None:
    """An instant as both engines compare it: UTC, microseconds, no offset. Raises ``StoreError`` for a naive one."""
    if instant is None:
        return None
    if instant.tzinfo is None:
        raise StoreError(f"an instant without a time zone cannot be stored: {instant}")
    if instant.tzinfo is UTC:
        return instant.isoformat(" ", "microseconds")[:_UTC_LENGTH]
    try:
        moment = instant.astimezone(UTC)
    except OverflowError:  # the first or last hours of the calendar, as only broken pages claim
        moment = instant
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")


def instant(value: Any) -> datetime:  # noqa: ANN401 - text on SQLite, datetime on PostgreSQL
    """The instant of a column."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else datetime.fromisoformat(f"{value}+00:00")


def maybe_instant(value: Any) -> datetime | None:  # noqa: ANN401 - as above
    """The instant of a column that may be empty."""
    return None if value is None else instant(value)


def storable(text: str) -> str:
    """A publisher's text as both engines take it: PostgreSQL refuses NUL, and neither takes a lone surrogate."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    if text.isascii():
        return text
    return text.encode("utf-8", "replace").decode()


def storable_key(key: str) -> str:
    """An identity key, short enough for an index; a long one ends in its hash."""
    key = storable(key)
    if len(key) <= _LONGEST_KEY:
        return key
    return f"{key[:400]}#{hashlib.sha256(key.encode()).hexdigest()}"


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - any type
    return TypeAdapter(kind)


def to_json(kind: Any, value: object) -> str:  # noqa: ANN401 - any type
    """``value`` as JSON. Lone surrogates, which are no Unicode text, become question marks."""
    adapter = _adapter(kind)
    try:
        return adapter.dump_json(value).decode()
    except ValueError:
        plain = json.dumps(adapter.dump_python(value, mode="json"), ensure_ascii=False)
        return plain.encode("utf-8", "replace").decode()


def from_json(kind: Any, text: str) -> Any:  # noqa: ANN401 - the value of that type
    """The value that ``to_json`` wrote. Raises ``ValueError``."""
    return _adapter(kind).validate_json(text)


@contextmanager
def intact(table: str, identity: object) -> Iterator[None]:
    """Turns a row's unreadable value into a ``StoreError`` that names the row."""
    try:
        yield
    except (ValueError, TypeError) as error:
        reason = str(error).partition("\n")[0]
        raise StoreError(
            f"{table} {identity} in the database cannot be read ({reason}); restore a backup or remove that row"
        ) from error


# -- sources --------------------------------------------------------------------------------------------------------


def source_state_values(state: SourceState) -> Row:
    """The row of a source's state, in the order of ``SOURCE_STATE``."""
    return (
        state.source_id,
        storable(state.address),
        storable(state.validators.etag),
        storable(state.validators.last_modified),
        state.body_sha256,
        to_column(state.checked_at),
        to_column(state.well_at),
        to_column(state.changed_at),
        to_column(state.newest_at),
        to_column(state.due_at),
        to_column(state.baselined_at),
        state.failures,
        state.verdict and state.verdict.value,
        storable(state.reason),
        state.entry_count,
        state.checks,
        state.muted,
        state.kind,
        to_json(Expectation, state.expectation) if state.expectation.hosts else None,
        storable(state.moved_from),
        storable(state.moved_to),
        to_column(state.moved_at),
        state.moves,
        None if state.habits == _NO_HABITS else to_json(Habits, state.habits),
        None if state.pulse == _NO_PULSE else to_json(Pulse, state.pulse),
    )


def source_state(row: Row) -> SourceState:
    """The state of a source from its row."""
    with intact("source_state", row[0]):
        return SourceState(
            source_id=row[0],
            address=row[1],
            validators=Validators(etag=row[2], last_modified=row[3]),
            body_sha256=row[4],
            checked_at=maybe_instant(row[5]),
            well_at=maybe_instant(row[6]),
            changed_at=maybe_instant(row[7]),
            newest_at=maybe_instant(row[8]),
            due_at=maybe_instant(row[9]),
            baselined_at=maybe_instant(row[10]),
            failures=row[11],
            verdict=None if row[12] is None else Verdict(row[12]),
            reason=row[13],
            entry_count=row[14],
            checks=row[15],
            muted=bool(row[16]),
            kind=row[17],
            expectation=from_json(Expectation, row[18]) if row[18] else Expectation(),
            moved_from=row[19],
            moved_to=row[20],
            moved_at=maybe_instant(row[21]),
            moves=row[22],
            habits=_NO_HABITS if row[23] is None else from_json(Habits, row[23]),
            pulse=_NO_PULSE if row[-1] is None else from_json(Pulse, row[-1]),
        )


# -- articles -------------------------------------------------------------------------------------------------------


def article_values(known: KnownArticle) -> Row:
    """The row of an article, in the order of ``ARTICLE``; its keys and sightings are rows of their own."""
    return (
        known.id,
        known.source_id,
        storable(known.url),
        known.state.value,
        known.revision,
        known.fingerprint,
        storable(known.title),
        to_column(known.first_seen_at),
        to_column(known.changed_at),
        to_column(known.fetched_at),
        to_column(known.due_at),
        storable(known.validators.etag),
        storable(known.validators.last_modified),
        known.body_sha256,
        known.entry_fingerprint,
        known.steps,
        known.baseline,
        None if known.absence is None else to_json(Absence, known.absence),
        None if known.suspicion is None else to_json(Suspicion, known.suspicion),
        to_json(tuple[FileState, ...], known.files) if known.files else "[]",
        None if known.entry is None else to_json(Entry, known.entry),
        to_json(tuple[tuple[str, str], ...], known.marks) if known.marks else "[]",
        " ".join(known.past) or None,
        known.wavers,
        known.reader,
        known.copy_of or None,
        known.translation_of or None,
    )


def known_article(row: Row, keys: Sequence[str], also_at: Sequence[str], kin: Sequence[Relative] = ()) -> KnownArticle:
    """An article from its row, its keys, the other sources that list it, and the articles that tell the same."""
    with intact("article", row[0]):
        return KnownArticle(
            id=row[0],
            source_id=row[1],
            url=row[2],
            keys=tuple(keys),
            state=ArticleState(row[3]),
            revision=row[4],
            fingerprint=row[5],
            title=row[6],
            first_seen_at=instant(row[7]),
            changed_at=instant(row[8]),
            fetched_at=maybe_instant(row[9]),
            due_at=maybe_instant(row[10]),
            validators=Validators(etag=row[11], last_modified=row[12]),
            body_sha256=row[13],
            entry_fingerprint=row[14],
            steps=row[15],
            baseline=bool(row[16]),
            absence=None if row[17] is None else from_json(Absence, row[17]),
            suspicion=None if row[18] is None else from_json(Suspicion, row[18]),
            files=() if row[19] == "[]" else from_json(tuple[FileState, ...], row[19]),
            entry=None if row[20] is None else from_json(Entry, row[20]),
            marks=() if row[21] == "[]" else from_json(tuple[tuple[str, str], ...], row[21]),
            past=tuple(row[22].split()) if row[22] else (),
            wavers=row[23] or 0,
            reader=row[24] or 0,
            also_at=tuple(also_at),
            copy_of=row[25] or "",
            translation_of=row[26] or "",
            relatives=tuple(kin),
        )


def revision_values(revision: Revision) -> Row:
    """The row of a revision, in the order of ``REVISION``."""
    return (
        revision.article_id,
        revision.number,
        revision.fingerprint,
        to_column(revision.seen_at),
        to_json(Article, revision.article),
        None if revision.evidence is None else to_json(Observation, revision.evidence),
    )


def revision(row: Row) -> Revision:
    """A revision from its row."""
    with intact("revision", f"{row[0]}/{row[1]}"):
        return Revision(
            article_id=row[0],
            number=row[1],
            fingerprint=row[2],
            seen_at=instant(row[3]),
            article=from_json(Article, row[4]),
            evidence=None if row[5] is None else from_json(Observation, row[5]),
        )


# -- events ---------------------------------------------------------------------------------------------------------


def change_values(change: Change) -> Row:
    """The row of a change, in the order of ``CHANGE``; the database adds ``seq``."""
    return (
        change.id,
        change.kind.value,
        change.source,
        change.article.id,
        to_column(change.detected_at),
        change.baseline,
        change.significance,
        to_json(Change, change),
    )


def change(seq: int, record: str) -> Change:
    """A change from its place in the order and its record."""
    with intact("change", seq):
        stored: Change = from_json(Change, record)
        return replace(stored, seq=seq)


def sign_values(sign: Change) -> Row:
    """The row of a first sign that an article is gone, in the order of ``SIGN``."""
    return sign.id, to_column(sign.detected_at), to_json(Change, sign)


def incident_values(incident: Incident) -> Row:
    """The row of one telling of an incident, in the order of ``INCIDENT``."""
    telling = to_json(Incident, incident)
    opens = incident.state is IncidentState.OPEN
    return (
        incident.id,
        incident.source,
        incident.reason.value,
        incident.state.value,
        to_column(incident.opened_at),
        None if opens else to_column(incident.detected_at),
        telling if opens else None,
        None if opens else telling,
    )


def incident(identity: str, telling: str) -> Incident:
    """One telling of an incident."""
    with intact("incident", identity):
        stored: Incident = from_json(Incident, telling)
        return stored


# -- deliveries -----------------------------------------------------------------------------------------------------


def delivery_values(delivery: Delivery) -> Row:
    """The row of a delivery, in the order of ``DELIVERY``."""
    return (
        delivery.id,
        delivery.subscription,
        delivery.channel,
        delivery.window,
        delivery.state.value,
        to_column(delivery.due_at),
        to_column(delivery.created_at),
        delivery.attempts,
        delivery.lease,
        delivery.payload,
        delivery.last_error,
        to_column(delivery.sent_at),
    )


def delivery(row: Row, event_ids: Sequence[str]) -> Delivery:
    """A delivery from its row, in the order of ``DELIVERY``, and its events."""
    with intact("delivery", row[0]):
        return Delivery(
            id=row[0],
            subscription=row[1],
            channel=row[2],
            window=row[3],
            state=DeliveryState(row[4]),
            due_at=instant(row[5]),
            created_at=instant(row[6]),
            attempts=row[7],
            lease=row[8],
            payload=row[9],
            last_error=row[10],
            sent_at=maybe_instant(row[11]),
            event_ids=tuple(event_ids),
        )
