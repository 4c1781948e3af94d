"""Proof that what is stored is what was seen: observations in their chains, revisions in observations, raw bodies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from crawler.errors import SnapshotGone, SnapshotLost, StoreError
from crawler.model import Observation
from crawler.ports import Snapshots
from storage import chain, rows
from storage.database import Database
from storage.maintenance import needed_snapshots
from storage.store import SqlStore

_REVISIONS = (
    "SELECT article_id, number, evidence FROM revision WHERE evidence IS NOT NULL AND (article_id, number) > (?, ?) "
    "ORDER BY article_id, number LIMIT 500"
)
_NAMED = "SELECT sha256, max(fetched_at) FROM observation WHERE sha256 >= ? AND sha256 < ? GROUP BY sha256"
#: Names of bodies are asked for by their first digit, so that no answer holds all of them.
_DIGITS = "0123456789abcdef"


class Flaw(NamedTuple):
    """Something that is not as it was written: ``what`` (observation, revision, snapshot), which, and how it is so."""

    what: str
    name: str
    problem: str


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was looked at. ``released``: bodies that [retention] has let go; ``heads``: the last link of each chain."""

    observations: int = 0
    revisions: int = 0
    snapshots: int = 0
    released: int = 0
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)


def verify(
    store: SqlStore,
    snapshots: Snapshots,
    tally: Tally,
    *,
    released_before: datetime | None = None,
    on_step: Callable[[], None] = lambda: None,
) -> Iterator[Flaw]:
    """Whatever was altered or lost, as it is found; counts into ``tally`` what was looked at.

    A body that is gone is a flaw, unless it is needed no more and was last received before ``released_before``: then
    retention may have let it go. May run beside a daemon. ``on_step`` is called for each chain, body and batch of
    rows. Raises ``StoreError``.
    """
    yield from verify_chains(store, tally, on_step)
    yield from _verify_revisions(store.database, tally, on_step)
    yield from _verify_bodies(store, snapshots, tally, released_before, on_step)


def verify_chains(
    store: SqlStore, tally: Tally | None = None, on_step: Callable[[], None] = lambda: None
) -> Iterator[Flaw]:
    """What is wrong with the chains of observations; nothing when all is as it was written."""
    tally = tally or Tally()
    for (host,) in store.database.fetch("SELECT DISTINCT host FROM observation ORDER BY host"):
        flaws, end = chain.verify_host(store.database, host)
        yield from (Flaw("observation", f"{seq} of {host or 'no host'}", problem) for seq, problem in flaws)
        tally.heads[host] = end
        tally.observations += end[0]
        on_step()


def _verify_revisions(database: Database, tally: Tally, on_step: Callable[[], None]) -> Iterator[Flaw]:
    """A chain whose last links were cut off is whole in itself: only what was read from them can tell."""
    last = ("", 0)
    while found := database.fetch(_REVISIONS, last):
        proofs: dict[tuple[str, int], set[str]] = {}
        for article_id, number, evidence in found:
            try:
                proofs[article_id, number] = _names_of(rows.from_json(Observation, evidence), article_id)
            except (ValueError, TypeError, StoreError):
                yield Flaw("revision", f"{number} of {article_id}", "its evidence was damaged")
        there = chain.find_known(database, sorted(set().union(*proofs.values())))
        for (article_id, number), names in proofs.items():
            if not names & there:
                yield Flaw("revision", f"{number} of {article_id}", "the observation that proves it is lost or altered")
        tally.revisions += len(found)
        last = found[-1][:2]
        on_step()


def _names_of(proof: Observation, article_id: str) -> set[str]:
    """What the observation may be called in its chain: a look at the article, or at the listing that held it."""
    return {chain.name_of(proof), chain.name_of(replace(proof, article_id=article_id))}


def find_rewritten(store: SqlStore, heads: Mapping[str, tuple[int, str]]) -> Iterator[Flaw]:
    """Chains that do not hold any more what was noted of them: by host, the number and the hash of a link.

    Whoever can write to the database can make whole chains anew. A head that was kept elsewhere tells.
    """
    for host, (seq, link) in sorted(heads.items()):
        row = store.database.fetch_one("SELECT hash FROM observation WHERE host = ? AND seq = ?", (host, seq))
        if row is None:
            yield Flaw("observation", f"{seq} of {host or 'no host'}", "is gone, though it was noted earlier")
        elif row[0] != link:
            yield Flaw("observation", f"{seq} of {host or 'no host'}", "is not the one that was noted earlier")


def _verify_bodies(
    store: SqlStore,
    snapshots: Snapshots,
    tally: Tally,
    released_before: datetime | None,
    on_step: Callable[[], None],
) -> Iterator[Flaw]:
    needed = needed_snapshots(store) if released_before is not None else set()
    for digit in _DIGITS:
        for name, seen_at in sorted(store.database.fetch(_NAMED, (digit, f"{digit}g"))):
            try:
                snapshots.get(name)
                tally.snapshots += 1
            except SnapshotGone:
                if released_before is not None and name not in needed and rows.instant(seen_at) < released_before:
                    tally.released += 1
                else:
                    yield Flaw("snapshot", name, "is gone; restore it from a backup")
            except SnapshotLost as error:
                tally.snapshots += 1
                yield Flaw("snapshot", name, str(error).removeprefix(f"snapshot {name} "))
            on_step()
