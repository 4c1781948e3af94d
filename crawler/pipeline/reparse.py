"""All that is known, read again by today's reader: renewed in silence, or only reported.

Nothing here asks the network, and nothing is ever told: whoever wants to know what a new reader or mask would have
alerted asks first (``Reparse.report``), and then lets it renew the grounds (``Reparse.renew``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from crawler.differ.masks import cover
from crawler.errors import SnapshotLost
from crawler.model import Article, Change, ChangeKind, KnownArticle, Mask, Observation, Revision, Source
from crawler.pipeline.grounds import agree, is_of_a_file, rebase, renew
from crawler.pipeline.replay import Look, Told, replay
from crawler.pipeline.rereading import reread, reread_proof
from crawler.ports import FileReader, Snapshots

#: Articles renewed in one transaction.
BATCH = 100


class Archive(Protocol):
    """What is asked of the store here."""

    def latest_revision(self, article_id: str) -> Revision | None:
        """See ``Store.latest_revision``."""
        ...

    def revisions(self, article_id: str) -> list[Revision]:
        """All revisions of an article, oldest first."""
        ...

    def changes_of(self, article_id: str) -> list[Change]:
        """All changes of an article, oldest first."""
        ...

    def held_changes(self, source_id: str) -> list[Change]:
        """The changes for which an incident of the source stands."""
        ...

    def sightings(self, *, since: datetime) -> dict[str, list[str]]:
        """The ids of readable answers by article."""
        ...

    def observations(self, ids: Sequence[str]) -> list[Observation]:
        """The observations of those ids."""
        ...

    def renew_grounds(self, renewed: Sequence[tuple[KnownArticle, Revision | None]]) -> int:
        """Writes what articles stand on now."""
        ...


@dataclass(slots=True)
class Report:
    """What came of reading one source's articles again.

    ``lost``: nothing is left that could be read. ``differing``: today's reader has another text of the same bytes.
    ``told`` edits were told in the span, ``missed`` of them today's reader would not have told; ``more`` are those
    that it would have told and that were not.
    """

    source: str
    articles: int = 0
    lost: int = 0
    differing: list[KnownArticle] = field(default_factory=list)
    renewed: int = 0
    told: int = 0
    missed: list[Change] = field(default_factory=list)
    more: list[tuple[KnownArticle, Told]] = field(default_factory=list)


class Reparse:
    """Reads stored snapshots again. ``watch`` hears of each article that was read."""

    def __init__(self, store: Archive, snapshots: Snapshots, reader: FileReader, watch: Callable[[], None]) -> None:
        self._store = store
        self._snapshots = snapshots
        self._reader = reader
        self._watch = watch
        self._seen: dict[str, list[str]] = {}
        self._masks: Sequence[Mask] = ()

    async def renew(self, source: Source, articles: Iterable[KnownArticle]) -> Report:
        """Lets the source's articles stand on what today's reader has, in silence."""
        report = Report(source.id)
        for batch in batches(articles):
            renewed = [each for known in batch if (each := await self._read_one(source, known, report))]
            report.renewed += sum(revision is not None for _, revision in renewed)
            self._store.renew_grounds(renewed)
        return report

    async def report(
        self, source: Source, articles: Iterable[KnownArticle], since: datetime, masks: Sequence[Mask] = ()
    ) -> Report:
        """Says what would be renewed, and what today's reader and ``masks`` would have told of the looks since then."""
        report, self._masks = Report(source.id), masks
        self._seen = self._seen or self._store.sightings(since=since)
        held = {proof_of(change) for change in self._store.held_changes(source.id)}
        for known in articles:
            await self._read_one(source, known, report)
            await self._replay_one(source, known, held, since, report)
        return report

    async def _read_one(
        self, source: Source, known: KnownArticle, report: Report
    ) -> tuple[KnownArticle, Revision | None] | None:
        """What one article stands on now; None where nothing is left to read."""
        report.articles += 1
        self._watch()
        before = self._store.latest_revision(known.id)
        article = await reread(before, known, source, self._get, self._reader) if before else None
        if before is None or article is None:
            report.lost += 1
            return None
        renewed = renew(known, before, article)
        if renewed is None:
            return agree(known, article), None
        report.differing.append(known)
        return rebase(known, renewed), renewed

    async def _replay_one(
        self, source: Source, known: KnownArticle, held: set[str], since: datetime, report: Report
    ) -> None:
        seen = self._store.observations(self._seen.get(known.id, []))
        revisions = self._store.revisions(known.id)
        changes = [each for each in self._store.changes_of(known.id) if is_page_edit(each, since)]
        report.told += len(changes)
        looks = await self._looks(source, known, seen, revisions, since)
        told = replay(looks, {each.evidence.sha256 for each in revisions if each.evidence})
        shown = {each.after.proof.sha256 for each in told}
        heard = held.union(map(proof_of, changes))
        report.missed += [each for each in changes if proof_of(each) and proof_of(each) not in shown]
        report.more += [(known, each) for each in told if each.after.proof.sha256 not in heard]

    async def _looks(
        self,
        source: Source,
        known: KnownArticle,
        seen: Sequence[Observation],
        revisions: Sequence[Revision],
        since: datetime,
    ) -> list[Look]:
        """The page as it stood before, and as it was seen since, each answer read once by today's reader."""
        if not seen or not revisions:
            return []
        frame = revisions[-1]
        earlier = [each.evidence for each in revisions if each.evidence and each.evidence.fetched_at < since]
        cache: dict[str, Article | None] = {}
        looks: list[Look] = []
        for proof in (*earlier[-1:], *seen):
            if is_of_a_file(proof, frame.article):
                continue
            if proof.sha256 not in cache:
                cache[proof.sha256] = await reread_proof(proof, frame, known, source, self._get, self._reader)
            article = cache[proof.sha256]
            looks += [Look(proof, cover(article, self._masks).article)] if article else []
        return looks

    async def _get(self, sha256: str) -> bytes | None:
        try:
            return self._snapshots.get(sha256)
        except SnapshotLost:
            return None


def proof_of(change: Change) -> str:
    """The name of the bytes that show what the change is; empty where there are none."""
    return change.evidence.after.sha256 if change.evidence.after else ""


def is_page_edit(change: Change, since: datetime) -> bool:
    """Whether the change is an edit of the page, told in the span. What files say is not read again."""
    return change.kind is ChangeKind.EDITED and change.detected_at >= since and change.fields != ("attachments",)


def batches(articles: Iterable[KnownArticle]) -> Iterator[list[KnownArticle]]:
    """The articles, ``BATCH`` at a time."""
    batch: list[KnownArticle] = []
    for known in articles:
        batch.append(known)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
