"""What was fetched as a web archive: WARC 1.1 (ISO 28500:2017), which archives and their tools read."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from http import HTTPStatus
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from crawler.errors import SnapshotGone, SnapshotLost
from crawler.model import Observation, Verdict
from crawler.ports import Snapshots
from storage import rows
from storage.chain import name_of
from storage.database import Row
from storage.maintenance import needed_snapshots
from storage.statements import Where, select
from storage.store import SqlStore

if TYPE_CHECKING:
    from warcio.warcwriter import WARCWriter

_PAGE = 20_000  # ids and places in memory; each page costs a walk through the table
_AT_ONCE = 100  # observations in memory
_BEGINNING = (rows.to_column(datetime(1, 1, 1, tzinfo=UTC)), "", -1)
#: How a body travelled; it is written as it was kept, after that was undone.
_OF_THE_WIRE = frozenset({"content-encoding", "transfer-encoding", "content-length"})
_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_BREAK = re.compile(r"[\r\n\0]+")
_CONFORMS_TO = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
_DESCRIPTION = "bodies after content and transfer coding were undone; of the headers those that are kept as evidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What is archived: about articles of these ``sources``, or all; fetched in the span; at most ``limit`` records."""

    sources: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    limit: int | None = None


@dataclass(slots=True, kw_only=True)
class Archived:
    """What was written: ``responses`` with their bodies, ``repeats`` that refer to one of them.

    ``released`` are those whose body [retention] has let go, ``lost`` the damaged or missing snapshots.
    """

    responses: int = 0
    repeats: int = 0
    released: int = 0
    lost: int = 0

    @property
    def written(self) -> int:
        """Records that hold an observation."""
        return self.responses + self.repeats


def write_warc(
    store: SqlStore,
    snapshots: Snapshots,
    file: BinaryIO,
    selection: Selection,
    *,
    software: str,
    filename: str = "",
    compressed: bool = True,
    released_before: datetime | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Archived:
    """Writes every selected response that had a body, in the order of fetching; however many, few are in memory.

    ``compressed`` makes each record a gzip member of its own. A body that is gone counts as released where retention
    may have let it go (see ``storage.proof.verify``); any other that cannot be read is lost, and told once.
    Raises ``StoreError``.
    """
    from warcio.warcwriter import WARCWriter

    writer = WARCWriter(file, gzip=compressed, warc_version="1.1")
    about = {"software": software, "format": "WARC File Format 1.1", "conformsTo": _CONFORMS_TO}
    writer.write_record(writer.create_warcinfo_record(filename, {**about, "description": _DESCRIPTION}))
    with closing(_Notes()) as notes:
        archive = _Archive(store, snapshots, writer, notes, released_before, tell)
        for observation in each_response(store, selection):
            archive.add(observation)
            if archive.tally.written == selection.limit:
                break
    return archive.tally


def each_response(store: SqlStore, selection: Selection) -> Iterator[Observation]:
    """The observations that had a body, oldest first, those of the same instant in the order of their chain."""
    ids = (identity for identity, *_ in _each_place(store, selection))
    while batch := list(islice(ids, _AT_ONCE)):
        yield from store.observations(batch)


def _each_place(store: SqlStore, selection: Selection) -> Iterator[Row]:
    last: tuple[object, ...] = _BEGINNING
    while True:
        where = _where(store, selection)
        where.add("(fetched_at, host, seq) > (?, ?, ?)", *last)
        sql = select(
            "observation", ("id", "fetched_at", "host", "seq"), f"{where} ORDER BY fetched_at, host, seq LIMIT ?"
        )
        found = store.database.fetch(sql, (*where.parameters, _PAGE))
        yield from found
        if len(found) < _PAGE:
            return
        last = (rows.to_column(rows.instant(found[-1][1])), *found[-1][2:])


def _where(store: SqlStore, selection: Selection) -> Where:
    where = Where()
    where.add("sha256 <> '' AND status IS NOT NULL")
    if selection.sources:
        theirs = store.database.among("source_id")
        where.add(
            f"article_id IN (SELECT id FROM article WHERE {theirs})",  # noqa: S608 - a condition of ours
            store.database.listed(list(selection.sources)),
        )
    if selection.since is not None:
        where.add("fetched_at >= ?", rows.to_column(selection.since))
    if selection.until is not None:
        where.add("fetched_at < ?", rows.to_column(selection.until))
    return where


@dataclass(frozen=True, slots=True)
class _First:
    """The record that holds a body: what later ones with the same bytes of the same address refer to."""

    date: str
    record_id: str
    size: int


class _Archive:
    """A file that grows, and what stands in it already."""

    def __init__(
        self,
        store: SqlStore,
        snapshots: Snapshots,
        writer: WARCWriter,
        notes: _Notes,
        released_before: datetime | None,
        tell: Callable[[str], None],
    ) -> None:
        self.tally = Archived()
        self._store, self._snapshots, self._writer = store, snapshots, writer
        self._notes, self._released_before, self._tell = notes, released_before, tell

    def add(self, observation: Observation) -> None:
        """Writes the observation, or counts why it cannot be."""
        known = self._notes.first(observation)
        if known is not None:
            self._writer.write_record(self._repeat(observation, known))
            self.tally.repeats += 1
            return
        try:
            body = self._snapshots.get(observation.sha256)
        except SnapshotLost as error:
            self._miss(observation, error)
            return
        first = _First(_date(observation), _record_id(observation, "response"), len(body))
        self._writer.write_record(self._response(observation, first, body))
        self._notes.write(observation, first)
        self.tally.responses += 1

    def _miss(self, observation: Observation, error: SnapshotLost) -> None:
        before = self._released_before
        is_old = before is not None and observation.fetched_at < before
        if isinstance(error, SnapshotGone) and is_old and observation.sha256 not in self._needed:
            self.tally.released += 1
        elif self._notes.is_news(observation.sha256):
            self.tally.lost += 1
            self._tell(str(error))

    @cached_property
    def _needed(self) -> set[str]:
        return needed_snapshots(self._store)

    def _response(self, observation: Observation, first: _First, body: bytes) -> Any:  # noqa: ANN401 - warcio's
        return self._writer.create_warc_record(
            _line(observation.url),
            "response",
            payload=BytesIO(body),
            length=len(body),
            warc_headers_dict={
                **_name(first.record_id, first.date),
                "WARC-Payload-Digest": _digest(observation),
                **({"WARC-Truncated": "unspecified"} if observation.verdict is Verdict.TRUNCATED else {}),
            },
            http_headers=_http_headers(observation, len(body)),
        )

    def _repeat(self, observation: Observation, first: _First) -> Any:  # noqa: ANN401 - as above
        url = _line(observation.url)
        return self._writer.create_revisit_record(
            url,
            _digest(observation),
            url,
            first.date,
            http_headers=_http_headers(observation, first.size),
            warc_headers_dict={
                **_name(_record_id(observation, "revisit"), _date(observation)),
                "WARC-Refers-To": first.record_id,
            },
        )


class _Notes:
    """What was written, outside of memory: SQLite keeps a database without a name in a file of its own as it grows."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("CREATE TABLE note (key BLOB PRIMARY KEY, date, record, size) WITHOUT ROWID")

    def first(self, observation: Observation) -> _First | None:
        """The record that holds the same bytes of the same address."""
        key = _key(observation.sha256, observation.url)
        row = self._database.execute("SELECT date, record, size FROM note WHERE key = ?", (key,)).fetchone()
        return _First(*row) if row else None

    def write(self, observation: Observation, first: _First) -> None:
        """Remembers the record of an observation."""
        key = _key(observation.sha256, observation.url)
        self._database.execute("INSERT INTO note VALUES (?, ?, ?, ?)", (key, first.date, first.record_id, first.size))

    def close(self) -> None:
        """Forgets everything, the file too."""
        self._database.close()

    def is_news(self, sha256: str) -> bool:
        """Whether nothing was said of this snapshot yet."""
        sql = "INSERT INTO note VALUES (?, '', '', 0) ON CONFLICT DO NOTHING"
        return self._database.execute(sql, (_key(sha256),)).rowcount == 1


def _key(*parts: str) -> bytes:
    return hashlib.blake2b(" ".join(parts).encode(), digest_size=16).digest()


# -- the fields of a record ------------------------------------------------------------------------------------------


def _name(record_id: str, date: str) -> dict[str, str]:
    return {"WARC-Record-ID": record_id, "WARC-Date": date}


def _record_id(observation: Observation, sort: str) -> str:
    """The same for the same record in every export."""
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'gazette:{sort}:{name_of(observation)}')}>"


def _date(observation: Observation) -> str:
    return observation.fetched_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _digest(observation: Observation) -> str:
    return f"sha256:{observation.sha256}"


def _http_headers(observation: Observation, size: int) -> Any:  # noqa: ANN401 - warcio's
    from warcio.statusandheaders import StatusAndHeaders

    status = observation.status or 0
    phrase = _PHRASES.get(status, "")
    kept = [(name, _line(value)) for name, value in observation.headers if name.lower() not in _OF_THE_WIRE]
    return StatusAndHeaders(f"{status} {phrase}".rstrip(), [*kept, ("content-length", str(size))], protocol="HTTP/1.1")


def _line(text: str) -> str:
    """Text that cannot begin a line of its own in a record's head."""
    return _BREAK.sub(" ", text)
