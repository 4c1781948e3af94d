"""Observations as evidence: one chain per host, each row holding the hash of the one before it.

What is hashed are the stored texts themselves, so that ``verify_host`` needs nothing but the table to prove that no
row was altered, reordered or lost between two others.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from crawler.errors import StoreError
from crawler.model import Observation
from storage.database import Database, Row
from storage.rows import instant, storable, to_column
from storage.statements import insert_new, select

# fmt: off
OBSERVATION = (
    "id", "host", "seq", "url", "fetched_at", "status", "verdict", "sha256", "reason", "headers", "article_id",
    "prev_hash", "hash",
)
# fmt: on
_EVIDENCE = ("url", "fetched_at", "status", "verdict", "sha256", "reason", "headers", "article_id")
_INSERT = insert_new("observation", OBSERVATION)
_HEAD = select("observation", ("seq", "hash"), "WHERE host = ? ORDER BY seq DESC LIMIT 1")
_WALK = select("observation", ("host", "seq", "id", "prev_hash", "hash", *_EVIDENCE), "WHERE host = ? AND seq > ?")
_BATCH = 1000
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def append_observations(database: Database, observations: Iterable[Observation]) -> None:
    """Links observations to the ends of their chains, but for those already there.

    Needs a transaction in which commits queue: two writers must not continue the same link.
    """
    evidence = {}
    for observation in observations:
        values = _evidence(observation)
        evidence[_digest(values)] = values
    heads: dict[str, tuple[int, str]] = {}
    rows = []
    for identity, values in _unknown(database, evidence):
        host = host_of(values[0])
        seq, previous = heads.get(host) or _head(database, host)
        seq, link = seq + 1, link_hash(previous, host, seq + 1, values)
        heads[host] = (seq, link)
        rows.append((identity, host, seq, *values, previous, link))
    database.run_many(_INSERT, rows)


def name_of(observation: Observation) -> str:
    """The id under which the observation stands in its chain."""
    return _digest(_evidence(observation))


def verify_host(database: Database, host: str) -> tuple[list[tuple[int, str]], tuple[int, str]]:
    """What is wrong with the chain of a host, by the number of the observation, and the number and hash of its end.

    Nothing is wrong when all is as it was written.
    """
    flaws: list[tuple[int, str]] = []
    seq, link = 0, ""
    while rows := database.fetch(f"{_WALK} ORDER BY seq LIMIT {_BATCH}", (host, seq)):
        for row in rows:
            flaws += ((row[1], problem) for problem in _verify_link(row, seq, link))
            seq, link = row[1], row[4]
    return flaws, (seq, link)


def host_of(url: str) -> str:
    """The chain an address belongs to: its host with port, lower-case; empty for what is no address."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()[:300]
    except ValueError:
        return ""


def link_hash(previous: str, host: str, seq: int, evidence: Row) -> str:
    """The hash of a link: SHA-256 of the one before it and of the row's values as JSON."""
    return hashlib.sha256((previous + _canonical((host, seq, *evidence))).encode()).hexdigest()


def _evidence(observation: Observation) -> Row:
    return (
        storable(observation.url),
        to_column(observation.fetched_at),
        observation.status,
        observation.verdict.value,
        observation.sha256,
        storable(observation.reason),
        storable(_canonical(observation.headers)),
        observation.article_id,
    )


def _canonical(values: object) -> str:
    return _JSON.encode(values)


def _digest(evidence: Row) -> str:
    """The same observation written twice is one: it is known by its content."""
    return hashlib.sha256(_canonical(evidence).encode()).hexdigest()


def find_known(database: Database, names: Sequence[str]) -> set[str]:
    """Which of these ids stand in a chain."""
    sql = select("observation", ("id",), "WHERE " + database.among("id"))
    return {identity for (identity,) in database.fetch(sql, (database.listed(names),))} if names else set()


def _unknown(database: Database, evidence: dict[str, Row]) -> Iterator[tuple[str, Row]]:
    known = find_known(database, list(evidence))
    yield from ((identity, values) for identity, values in evidence.items() if identity not in known)


def _head(database: Database, host: str) -> tuple[int, str]:
    row = database.fetch_one(_HEAD, (host,))
    return (row[0], row[1]) if row else (0, "")


def _verify_link(row: Row, last_seq: int, last_link: str) -> Iterator[str]:
    host, seq, identity, previous, link = row[:5]
    if seq != last_seq + 1:
        lost = seq - last_seq - 1
        yield "the one before it is lost" if lost == 1 else f"{lost} before it are lost"
    elif previous != last_link:
        yield "does not continue the one before it"
    try:
        evidence = (row[5], to_column(instant(row[6])), *row[7:])
        altered = link_hash(previous, host, seq, evidence) != link or _digest(evidence) != identity
    except (ValueError, TypeError, StoreError):
        altered = True
    if altered:
        yield f"was altered ({row[5]})"
