"""The schema, as SQLModel classes: the one description that migrations, copies and later queries go by.

Instants are plain ``datetime`` fields, which SQLModel keeps in UTC and gives back aware. Enumerations are text, and
nested values are JSON in text columns, because JSONB would refuse the NUL characters that publishers send and would
reorder what the chain of observations has hashed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Index, MetaData, UniqueConstraint, text
from sqlmodel import Field, SQLModel

#: Unnamed constraints could not be dropped by a later migration in batch mode.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(SQLModel):
    """The base of all tables; their metadata is our own, not shared with other users of SQLModel."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMES)


def _only_where(condition: str) -> dict[str, Any]:
    """A partial index, in the words of both engines."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class SourceStateRow(Table, table=True):
    """What we remember of a source between two checks."""

    __tablename__ = "source_state"
    __table_args__ = (Index(None, "due_at"),)

    source_id: str = Field(primary_key=True)
    address: str
    etag: str
    last_modified: str
    body_sha256: str
    checked_at: datetime | None
    well_at: datetime | None
    changed_at: datetime | None
    newest_at: datetime | None
    due_at: datetime | None
    baselined_at: datetime | None
    failures: int
    verdict: str | None
    reason: str
    entry_count: int
    checks: int
    muted: bool
    kind: str
    expectation: str | None = None
    moved_from: str = Field(sa_column_kwargs={"server_default": ""})
    moved_to: str = Field(sa_column_kwargs={"server_default": ""})
    moved_at: datetime | None
    moves: int = Field(sa_column_kwargs={"server_default": "0"})
    habits: str | None
    pulse: str | None


class ListingWindowRow(Table, table=True):
    """The keys of what a source's listing named when it was last read, in its order, as JSON."""

    __tablename__ = "listing_window"

    source_id: str = Field(primary_key=True)
    keys: str


class ArticleRow(Table, table=True):
    """An article without its text: its identity, its life, and when to look again."""

    __tablename__ = "article"
    __table_args__ = (
        Index(None, "source_id", "due_at"),
        Index(None, "source_id", "fingerprint"),
        Index(None, "first_seen_at"),
        # Most articles are neither, so most writes do not touch these.
        Index(None, "copy_of", **_only_where("copy_of IS NOT NULL")),
        Index(None, "translation_of", **_only_where("translation_of IS NOT NULL")),
    )

    id: str = Field(primary_key=True)
    source_id: str
    url: str
    state: str
    revision: int
    fingerprint: str
    title: str
    first_seen_at: datetime
    changed_at: datetime
    fetched_at: datetime | None
    due_at: datetime | None
    etag: str
    last_modified: str
    body_sha256: str
    entry_fingerprint: str
    steps: int
    baseline: bool
    absence: str | None
    suspicion: str | None
    files: str
    entry: str | None
    marks: str
    past: str | None
    wavers: int | None
    reader: int | None
    copy_of: str | None
    translation_of: str | None


class ArticleKeyRow(Table, table=True):
    """One identity key and the article it belongs to, for good."""

    __tablename__ = "article_key"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: str = Field(primary_key=True)
    article_id: str = Field(foreign_key="article.id", index=True)
    position: int


class ArticleSightingRow(Table, table=True):
    """Another source that lists the article."""

    __tablename__ = "article_sighting"
    __table_args__ = ({"sqlite_with_rowid": False},)

    article_id: str = Field(primary_key=True, foreign_key="article.id")
    source_id: str = Field(primary_key=True)
    position: int


class HallmarkRow(Table, table=True):
    """One hash by which an article can be found again among those of its days; ``day`` is a proleptic ordinal.

    ``languages`` are those of the article, with spaces between; null where they were not kept.
    """

    __tablename__ = "hallmark"
    __table_args__ = ({"sqlite_with_rowid": False},)

    mark: int = Field(primary_key=True, sa_type=BigInteger)
    day: int = Field(primary_key=True)
    article_id: str = Field(primary_key=True)
    languages: str | None = None


class RevisionRow(Table, table=True):
    """One known state of an article, with its full text."""

    __tablename__ = "revision"

    article_id: str = Field(primary_key=True, foreign_key="article.id")
    number: int = Field(primary_key=True)
    fingerprint: str
    seen_at: datetime
    article: str
    evidence: str | None


class SearchEntryRow(Table, table=True):
    """A revision that search goes through, in the order of commits; ``id`` is never used again."""

    __tablename__ = "search_entry"
    __table_args__ = (UniqueConstraint("article_id", "number"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    article_id: str
    number: int


class ObservationRow(Table, table=True):
    """One response as evidence, a link in the chain of its host. ``id`` is the hash of what was observed."""

    __tablename__ = "observation"
    __table_args__ = (UniqueConstraint("host", "seq"),)

    id: str = Field(primary_key=True)
    host: str
    seq: int
    url: str
    fetched_at: datetime
    status: int | None
    verdict: str
    sha256: str
    reason: str
    headers: str
    article_id: str
    prev_hash: str
    hash: str


class ChangeRow(Table, table=True):
    """A step in an article's life; ``seq`` grows in the order of commits and is never used again."""

    __tablename__ = "change"
    __table_args__ = (Index(None, "source", "seq"), Index(None, "article_id", "seq"), {"sqlite_autoincrement": True})

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    kind: str
    source: str
    article_id: str
    detected_at: datetime
    baseline: bool
    significance: float
    record: str


class IncidentRow(Table, table=True):
    """Trouble of a source, with both tellings as they were promised."""

    __tablename__ = "incident"
    __table_args__ = (Index(None, "source", "state"),)

    id: str = Field(primary_key=True)
    source: str
    reason: str
    state: str
    opened_at: datetime
    closed_at: datetime | None
    opening: str | None
    closing: str | None


class HeldRow(Table, table=True):
    """A change that was not told singly: its incident stands for it until an operator decides."""

    __tablename__ = "held"
    __table_args__ = (Index(None, "incident_id", "position"),)

    id: str = Field(primary_key=True)
    incident_id: str
    position: int
    record: str
    text: str


class RulingRow(Table, table=True):
    """What an operator decided of an incident, once and for good."""

    __tablename__ = "ruling"

    incident_id: str = Field(primary_key=True)
    word: str
    ruled_at: datetime
    changes: int


class DeliveryRow(Table, table=True):
    """The promise to tell one channel of some events."""

    __tablename__ = "delivery"
    __table_args__ = (Index(None, "state", "due_at"), Index(None, "subscription", "channel", "window"))

    id: str = Field(primary_key=True)
    subscription: str
    channel: str
    window: str
    state: str
    due_at: datetime
    created_at: datetime
    attempts: int
    lease: str
    lease_until: datetime | None
    payload: bytes | None
    last_error: str
    sent_at: datetime | None
    slot_at: datetime | None


class DeliveryEventRow(Table, table=True):
    """One event of a delivery. The key says: a subscription hears an event once through one channel."""

    __tablename__ = "delivery_event"
    __table_args__ = (Index(None, "delivery_id", "position"), {"sqlite_with_rowid": False})

    event_id: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    subscription: str = Field(primary_key=True)
    delivery_id: str = Field(foreign_key="delivery.id")
    position: int


class SignRow(Table, table=True):
    """The first credible sign that an article is gone: told to whoever asks for it, and no change yet."""

    __tablename__ = "sign"

    id: str = Field(primary_key=True)
    detected_at: datetime
    record: str


class SnapshotRow(Table, table=True):
    """A raw body, compressed; only where ``snapshots = "db"``."""

    __tablename__ = "snapshot"

    sha256: str = Field(primary_key=True)
    size: int
    body: bytes


class MetaRow(Table, table=True):
    """Single facts about the database, such as the channels that were switched off."""

    __tablename__ = "meta"

    key: str = Field(primary_key=True)
    value: str


#: The schema as a whole.
METADATA = Table.metadata
