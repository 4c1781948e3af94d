"""Reading for people: lists with filters, and things found by a piece of their name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawler.errors import UsageError
from crawler.model import Article, Change, Incident, IncidentState, KnownArticle, Revision
from crawler.text.urls import canonical_url
from storage import rows
from storage.checks import Checks
from storage.database import Row
from storage.held import sign
from storage.statements import Where, select

_SHOWN = 5  # candidates in a message
_ALL_CHANGES = 1_000_000_000
_AT_ONCE = 200  # rows in memory while everything is read
_REVISION = select("revision", rows.REVISION, "WHERE article_id = ? AND number = ?")
_OVERVIEW = (
    "SELECT owned.source_id, owned.articles, change.seq, change.detected_at "
    "FROM (SELECT source_id, count(*) AS articles FROM article GROUP BY source_id) AS owned "
    "LEFT JOIN change ON change.seq = (SELECT max(seq) FROM change WHERE source = owned.source_id)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOverview:
    """What a source has brought so far. ``last_seq`` and ``last_change_at`` are those of its newest change."""

    articles: int
    last_seq: int | None = None
    last_change_at: datetime | None = None


class Queries(Checks):
    """What the command line and the dashboard ask."""

    def list_changes(
        self,
        *,
        sources: Sequence[str] = (),
        kinds: Sequence[str] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        after: int | None = None,
        limit: int = 100,
        with_baselines: bool = True,
    ) -> list[Change]:
        """Changes detected at or after ``since`` and before ``until``: oldest first with ``after``, else newest."""
        where = self._span("source", sources, "detected_at", since, until)
        if not with_baselines:
            where.add("NOT baseline")
        if kinds:
            where.add(self.database.among("kind"), self.database.listed(kinds))
        if after is not None:
            where.add("seq > ?", after)
        return self._changes_where(where, order="DESC" if after is None else "ASC", limit=limit)

    def changes_of(self, article_id: str, *, newest: int = 0) -> list[Change]:
        """All changes of an article, oldest first; or so many of its newest, the newest first."""
        where = Where()
        where.add("article_id = ?", article_id)
        return self._changes_where(where, order="DESC" if newest else "ASC", limit=newest or _ALL_CHANGES)

    def told_change(self, identity: str) -> Change | None:
        """The change, or the first sign of a removal, of exactly that id: whatever a message may link to."""
        where = Where()
        where.add("id = ?", rows.storable(identity))
        found = self._changes_where(where, order="ASC", limit=1)
        if found:
            return found[0]
        row = self.database.fetch_one(select("sign", ("id", "record"), str(where)), where.parameters)
        return sign(*row) if row else None

    def find_change(self, id_prefix: str) -> Change:
        """The change whose id starts so; its ``chg_`` may be left out. Raises ``UsageError`` for none or several."""
        identity = self._find_id("change", id_prefix, ("chg_", ""))
        where = Where()
        where.add("id = ?", identity)
        return self._changes_where(where, order="ASC", limit=1)[0]

    def _changes_where(self, where: Where, *, order: str, limit: int) -> list[Change]:
        sql = select("change", ("seq", "record"), f"{where} ORDER BY seq {order} LIMIT ?")
        return [rows.change(*row) for row in self.database.fetch(sql, (*where.parameters, limit))]

    def list_articles(
        self,
        *,
        sources: Sequence[str] = (),
        states: Sequence[str] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
        with_copies: bool = True,
    ) -> list[tuple[KnownArticle, Article]]:
        """Articles first seen at or after ``since`` and before ``until``, newest first, with their latest text."""
        where = self._span("source_id", sources, "first_seen_at", since, until)
        if not with_copies:
            where.add("copy_of IS NULL")
        if states:
            where.add(self.database.among("state"), self.database.listed(states))
        sql = select("article", rows.ARTICLE, f"{where} ORDER BY first_seen_at DESC, id LIMIT ?")
        articles = self.complete_articles(self.database.fetch(sql, (*where.parameters, limit)))
        return [(article, self._text_of(article)) for article in articles]

    def each_article(
        self, *, sources: Sequence[str] = (), since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[KnownArticle]:
        """Every article first seen in that span, oldest first: however many there are, few are held at a time."""
        where = self._span("source_id", sources, "first_seen_at", since, until)
        sql = select("article", ("id",), f"{where} ORDER BY first_seen_at, id")
        ids = [identity for (identity,) in self.database.fetch(sql, where.parameters)]
        for start in range(0, len(ids), _AT_ONCE):
            wanted = ids[start : start + _AT_ONCE]
            found = {article.id: article for article in self.load_articles(wanted)}
            yield from (found[identity] for identity in wanted if identity in found)

    def each_change(
        self,
        *,
        sources: Sequence[str] = (),
        kinds: Sequence[str] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        after: int = 0,
    ) -> Iterator[Change]:
        """Every such change, oldest first: however many there are, few are held at a time."""
        while found := self.list_changes(
            sources=sources, kinds=kinds, since=since, until=until, after=after, limit=_AT_ONCE
        ):
            yield from found
            after = found[-1].seq

    def list_signs(self, *, since: datetime) -> list[Change]:
        """First signs that articles are gone, seen at or after ``since``, oldest first."""
        sql = select("sign", ("id", "record"), "WHERE detected_at >= ? ORDER BY detected_at, id")
        return [sign(*row) for row in self.database.fetch(sql, (rows.to_column(since),))]

    def revision_of(self, article_id: str, number: int) -> Revision | None:
        """One revision of an article with its full text."""
        row = self.database.fetch_one(_REVISION, (article_id, number))
        return rows.revision(row) if row else None

    def text_of(self, change: Change) -> str:
        """The article's text as the change found it, as far as it is kept."""
        number = change.revision or change.previous_revision
        revision = self.revision_of(change.article.id, number) if number else None
        return revision.article.text if revision else ""

    def _text_of(self, known: KnownArticle) -> Article:
        latest = self.latest_revision(known.id)
        return latest.article if latest else Article(url=known.url, title=known.title)

    def find_article(self, ref: str) -> KnownArticle:
        """The article of an id, a unique prefix of it, or an address in any spelling.

        Raises ``UsageError`` for none or several, naming candidates.
        """
        return self._find_by_url(ref) if "://" in ref else self.load_articles([self._find_id("article", ref)])[0]

    def _find_by_url(self, url: str) -> KnownArticle:
        key = f"url:{canonical_url(url)}"
        if found := self.find_articles([key]).get(key):
            return found
        rest = "WHERE url = ? ORDER BY first_seen_at LIMIT 1"
        same = self.complete_articles(self.database.fetch(select("article", rows.ARTICLE, rest), (rows.storable(url),)))
        if not same:
            raise UsageError(f"no article is known at {url}; `gazette articles` lists them")
        return same[0]

    def revisions(self, article_id: str) -> list[Revision]:
        """All revisions of an article, oldest first, with their full text."""
        sql = select("revision", rows.REVISION, "WHERE article_id = ? ORDER BY number")
        return [rows.revision(row) for row in self.database.fetch(sql, (article_id,))]

    def list_incidents(
        self,
        *,
        sources: Sequence[str] = (),
        states: Sequence[str] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
    ) -> list[Incident]:
        """Incidents opened at or after ``since`` and before ``until``, newest first, as last told."""
        where = self._span("source", sources, "opened_at", since, until)
        if states:
            where.add(self.database.among("state"), self.database.listed(states))
        columns = ("id", "state", "opening", "closing")
        sql = select("incident", columns, f"{where} ORDER BY opened_at DESC, id LIMIT ?")
        return [last_telling(row) for row in self.database.fetch(sql, (*where.parameters, limit))]

    def newest_change(self) -> Change | None:
        """The last change that was no baseline, if there is one."""
        where = Where()
        where.add("NOT baseline")
        return next(iter(self._changes_where(where, order="DESC", limit=1)), None)

    def count_articles(self, *, states: Sequence[str] = ()) -> int:
        """How many articles are known, or known to be in one of these states."""
        where = Where()
        if states:
            where.add(self.database.among("state"), self.database.listed(states))
        row = self.database.fetch_one(f"SELECT count(*) FROM article {where}", where.parameters)  # noqa: S608 - ours
        return int(row[0]) if row else 0

    def sources_overview(self) -> dict[str, SourceOverview]:
        """What each source that owns articles has brought so far."""
        return {
            source_id: SourceOverview(articles=articles, last_seq=seq, last_change_at=rows.maybe_instant(detected_at))
            for source_id, articles, seq, detected_at in self.database.fetch(_OVERVIEW)
        }

    def next_due(self) -> datetime | None:
        """When the next known article is to be looked at again."""
        row = self.database.fetch_one("SELECT min(due_at) FROM article")
        return rows.maybe_instant(row[0]) if row else None

    def _span(
        self, source_column: str, sources: Sequence[str], column: str, since: datetime | None, until: datetime | None
    ) -> Where:
        where = Where()
        if sources:
            where.add(self.database.among(source_column), self.database.listed(sources))
        if since is not None:
            where.add(f"{column} >= ?", rows.to_column(since))
        if until is not None:
            where.add(f"{column} < ?", rows.to_column(until))
        return where

    def _find_id(self, table: str, ref: str, prefixes: Sequence[str] = ("",)) -> str:
        """The one id of ``table`` that starts with ``ref``, with one of ``prefixes`` before it."""
        ref = rows.storable(ref)
        for prefix in prefixes:
            wanted = prefix + ref
            rest = f"WHERE substr(id, 1, ?) = ? ORDER BY id LIMIT {_SHOWN + 1}"
            found = [
                identity for (identity,) in self.database.fetch(select(table, ("id",), rest), (len(wanted), wanted))
            ]
            if len(found) == 1 or wanted in found:
                return wanted if wanted in found else str(found[0])
            if found:
                raise UsageError(_several(table, ref, found))
        raise UsageError(f"there is no {table} {ref}; `gazette {table}s` lists them")


def _several(table: str, ref: str, found: Sequence[str]) -> str:
    more = " and more" if len(found) > _SHOWN else ""
    return f"{ref or 'nothing'} could be several {table}s: {', '.join(found[:_SHOWN])}{more}; give more of the id"


def last_telling(row: Row) -> Incident:
    """The incident of a row of id, state, opening and closing, as it was told last."""
    identity, state, opening, closing = row
    closed = state == IncidentState.CLOSED and closing is not None
    return rows.incident(identity, closing if closed else opening)
