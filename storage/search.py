"""Full-text search: revisions by the terms of ``crawler.text.terms``, in FTS5 or in a ``tsvector``.

A commit only notes which revisions there are; their terms are written later, in the order of commits, by whoever has
the time (the daemon) or needs it (a search). Both engines hold the terms as we cut them: SQLite's tokenizers find no
two Chinese characters, PostgreSQL's take a sentence for a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Protocol

from crawler.errors import StoreError
from crawler.model import Article, KnownArticle, Revision
from crawler.text.terms import TERMS_VERSION, Phrase, Query, list_terms
from storage import rows
from storage.database import Database
from storage.facts import READ_FACT, WRITE_FACT
from storage.queries import Queries
from storage.sqlite import SqliteDatabase
from storage.statements import Where

#: Under which key the database says how far terms were written: their version, and the last entry.
SEARCHED = "search"
#: Of one revision; the largest of a thousand real pages has a tenth.
_MOST_TERMS = 60_000
_PENDING = (
    "SELECT search_entry.id, revision.article FROM search_entry JOIN revision "
    "ON revision.article_id = search_entry.article_id AND revision.number = search_entry.number "
    "WHERE search_entry.id > ? ORDER BY search_entry.id LIMIT ?"
)
#: Bytes of a ``tsvector`` as we spell it; PostgreSQL refuses one of a megabyte.
_LARGEST_VECTOR = 900_000
#: Positions between title and text, over which no phrase reaches.
_GAP = 10


@dataclass(frozen=True, slots=True)
class Found:
    """An article that was looked for, and its newest revision that says what was asked for."""

    article: KnownArticle
    revision: Revision


@dataclass(frozen=True, slots=True)
class Entry:
    """The terms of one revision."""

    id: int
    title: Sequence[str]
    text: Sequence[str]


class Index(Protocol):
    """Where an engine keeps terms. ``HITS`` asks for ``id`` and ``rank`` (the lower, the better) by one parameter."""

    HITS: str

    def clear(self) -> None:
        """Forgets all terms."""
        ...

    def add(self, entries: Sequence[Entry]) -> None:
        """Writes terms, within a transaction."""
        ...

    def spell(self, query: Query) -> str:
        """The query in the engine's own language."""
        ...


class Search(Queries):
    """See the module."""

    def write_terms(self, *, most: int) -> int:
        """Writes the terms of so many revisions that have none yet; how many there were. Raises ``StoreError``."""
        index = _index_of(self.database)
        reached = self._reached()
        found = self.database.fetch(_PENDING, (reached or 0, most))
        if not found:
            return 0
        entries = [_read_entry(*row) for row in found]
        with self.database.writing(durable=False):
            self.database.queue_commits()
            if self._reached() == reached:  # else another program has been here meanwhile
                if reached is None:
                    index.clear()
                index.add(entries)
                self.database.run(WRITE_FACT, (SEARCHED, f"{TERMS_VERSION}:{entries[-1].id}"))
        return len(entries)

    def count_without_terms(self) -> int:
        """How many revisions search does not know yet."""
        row = self.database.fetch_one("SELECT count(*) FROM search_entry WHERE id > ?", (self._reached() or 0,))
        return int(row[0]) if row else 0

    def _reached(self) -> int | None:
        """The last entry whose terms are written; None where all have to be written anew."""
        row = self.database.fetch_one(READ_FACT, (SEARCHED,))
        version, _, last = str(row[0]).partition(":") if row else ("", "", "")
        return int(last) if version == str(TERMS_VERSION) and last.isdecimal() else None

    def search(
        self,
        query: Query,
        *,
        sources: Sequence[str] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        past: bool = False,
        newest: bool = False,
        limit: int = 20,
    ) -> list[Found]:
        """The articles that say what is asked for, the best first, or the newest; ``past``: or that once said so.

        What has no terms yet is not found. A story that several sources carry is found once, unless ``sources`` are
        named. ``since`` and ``until`` are about the first sight.
        """
        index = _index_of(self.database)
        if self._reached() is None:
            return []
        where = self._span("article.source_id", sources, "article.first_seen_at", since, until)
        if not past:
            where.add("search_entry.number = article.revision")
        if not sources:
            where.add("article.copy_of IS NULL")
        sql = _search_statement(index, where, "first_seen_at DESC" if newest else "best")
        hits = self.database.fetch(sql, (index.spell(query), *where.parameters, limit))
        articles = {article.id: article for article in self.load_articles([identity for identity, *_ in hits])}
        found = [(articles.get(identity), self.revision_of(identity, number)) for identity, number, *_ in hits]
        return [Found(article, revision) for article, revision in found if article and revision]


def _search_statement(index: Index, where: Where, order: str) -> str:
    return (
        "SELECT article.id, max(search_entry.number), min(hit.rank) AS best, article.first_seen_at "  # noqa: S608
        f"FROM ({index.HITS}) AS hit JOIN search_entry ON search_entry.id = hit.id "
        f"JOIN article ON article.id = search_entry.article_id {where} "
        f"GROUP BY article.id, article.first_seen_at ORDER BY {order}, article.id LIMIT ?"
    )


def _read_entry(identity: int, record: str) -> Entry:
    """A revision that was damaged has no terms; whoever asks for it is told."""
    with suppress(StoreError), rows.intact("revision", identity):
        article: Article = rows.from_json(Article, record)
        named = (each.name for each in article.attachments if not each.blocks)
        about = (article.document_number, article.index_number, article.publisher, *article.authors, *named)
        return Entry(
            identity,
            list_terms(article.title)[:_MOST_TERMS],
            list_terms("\n".join(chain((article.whole_text,), about)))[:_MOST_TERMS],
        )
    return Entry(identity, (), ())


def _index_of(database: Database) -> Index:
    return _SqliteIndex(database) if isinstance(database, SqliteDatabase) else _PostgresIndex(database)


class _SqliteIndex:
    """A table of FTS5 without the texts themselves. What is forgotten leaves its terms there, and no entry to them."""

    HITS = (
        "SELECT rowid AS id, bm25(search_terms, 8.0, 1.0) AS rank FROM search_terms WHERE search_terms MATCH ? LIMIT -1"
    )

    def __init__(self, database: Database) -> None:
        self._database = database

    def clear(self) -> None:
        # Dropped and made again, for a table that was damaged or made otherwise has to go as well.
        self._database.run("DROP TABLE IF EXISTS search_terms")
        try:
            self._database.run(
                "CREATE VIRTUAL TABLE search_terms USING fts5(title, body, content='', tokenize='ascii')"
            )
        except StoreError as error:
            if "no such module" not in str(error):
                raise
            raise StoreError("search needs a SQLite with FTS5; this Python's has none") from error

    def add(self, entries: Sequence[Entry]) -> None:
        self._database.run_many(
            "INSERT INTO search_terms (rowid, title, body) VALUES (?, ?, ?)",
            [(entry.id, " ".join(entry.title), " ".join(entry.text)) for entry in entries],
        )

    def spell(self, query: Query) -> str:
        wanted = " AND ".join(map(self._spell_phrase, query.wanted))
        unwanted = " OR ".join(map(self._spell_phrase, query.unwanted))
        return f"({wanted}) NOT ({unwanted})" if unwanted else wanted

    def _spell_phrase(self, phrase: Phrase) -> str:
        return f'"{" ".join(phrase.terms)}"{" *" if phrase.open else ""}'


class _PostgresIndex:
    """A column beside each entry, with a GIN index."""

    HITS = (
        "SELECT id, -ts_rank_cd(terms, asked) AS rank FROM search_entry, CAST(? AS tsquery) AS asked "
        "WHERE terms @@ asked"
    )

    def __init__(self, database: Database) -> None:
        self._database = database

    def clear(self) -> None:
        self._database.run("UPDATE search_entry SET terms = NULL WHERE terms IS NOT NULL")

    def add(self, entries: Sequence[Entry]) -> None:
        self._database.run_many(
            "UPDATE search_entry SET terms = CAST(? AS tsvector) WHERE id = ?",
            [(_spell_vector(entry), entry.id) for entry in entries],
        )

    def spell(self, query: Query) -> str:
        wanted = " & ".join(map(self._spell_phrase, query.wanted))
        unwanted = " | ".join(map(self._spell_phrase, query.unwanted))
        return f"({wanted}) & !({unwanted})" if unwanted else wanted

    def _spell_phrase(self, phrase: Phrase) -> str:
        *before, last = (f"'{term}'" for term in phrase.terms)
        return f"({' <-> '.join((*before, f'{last}:*' if phrase.open else last))})"


def _spell_vector(entry: Entry) -> str:
    """Terms with their positions, those of the title with the greatest weight. They hold no quotes."""
    titled = (f"'{term}':{place}A" for place, term in enumerate(entry.title, 1))
    text = (f"'{term}':{place}" for place, term in enumerate(entry.text, len(entry.title) + _GAP))
    return " ".join(_fit(chain(titled, text)))


def _fit(pieces: Iterable[str]) -> Iterator[str]:
    """As many as a vector holds."""
    room = _LARGEST_VECTOR
    for piece in pieces:
        room -= len(piece.encode())
        if room < 0:
            return
        yield piece
