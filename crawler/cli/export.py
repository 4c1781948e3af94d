"""`gazette export`: everything that is known of one sort, for other programs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from crawler.cli.changes import check_kinds
from crawler.cli.context import settings_of
from crawler.cli.filters import KindFilter, SinceFilter, SourceFilter, UntilFilter, instant_or_none, known_sources
from crawler.cli.output import counted, is_terminal, note, until_readers_leave

if TYPE_CHECKING:
    from crawler.model import Change, KnownArticle, Revision, Source, SourceState
    from crawler.settings import Settings
    from storage.store import SqlStore

EXAMPLE = "Example: gazette export articles --source zq-news --format csv -o articles.csv"

Record = dict[str, Any]


class What(StrEnum):
    """What is exported."""

    CHANGES = "changes"
    ARTICLES = "articles"
    REVISIONS = "revisions"
    SOURCES = "sources"
    SNAPSHOTS = "snapshots"


class ExportFormat(StrEnum):
    """How it is written."""

    JSONL = "jsonl"
    CSV = "csv"
    ATOM = "atom"
    OPML = "opml"
    WARC = "warc"


RECORDS = (ExportFormat.JSONL, ExportFormat.CSV)
#: How each sort can be written; the first is the default.
FORMATS = {
    What.CHANGES: (*RECORDS, ExportFormat.ATOM),
    What.ARTICLES: RECORDS,
    What.REVISIONS: RECORDS,
    What.SOURCES: (*RECORDS, ExportFormat.OPML),
    What.SNAPSHOTS: (ExportFormat.WARC,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a person asked for."""

    sources: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    after: int = 0
    limit: int | None = None


def export(
    context: typer.Context,
    what: Annotated[What, typer.Argument(help="Which records.")] = What.CHANGES,
    format_: Annotated[
        ExportFormat | None, typer.Option("--format", help="How to write them; default: jsonl, snapshots: warc.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to this file; default: stdout.")
    ] = None,
    source: SourceFilter = None,
    kind: KindFilter = None,
    since: SinceFilter = "",
    until: UntilFilter = "",
    after: Annotated[int | None, typer.Option("--after", min=0, help="Only changes after this seq.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many; default: all.")] = None,
    bom: Annotated[bool, typer.Option("--bom", help="A byte order mark first, by which Excel knows UTF-8.")] = False,
) -> None:
    """Writes everything that fits the filters, oldest first.

    As JSON Lines or CSV, in UTF-8; changes as an Atom feed, sources as OPML for feed readers and `gazette import`,
    snapshots as a web archive (WARC), in gzip unless FILE ends in .warc.
    """
    chosen = choose_format(what, format_, bom=bom)
    refuse_others(what, kind=kind, after=after, since=since, until=until)
    wanted = Wanted(
        sources=tuple(source or ()),
        kinds=tuple(check_kinds(kind or [])),
        since=instant_or_none(since, "--since"),
        until=instant_or_none(until, "--until"),
        after=after or 0,
        limit=limit,
    )
    settings = settings_of(context)
    if chosen is ExportFormat.WARC:
        from crawler.cli.archive import write_snapshots

        write_snapshots(settings, wanted, output)
        return
    if chosen is ExportFormat.OPML:
        number = write_sources_list(settings, wanted, output)
    else:
        number = write_known(settings, wanted, what, chosen, output, bom=bom)
    if output is not None or is_terminal():
        place = f" written to {output}" if output else ""
        note(f"{counted(number, what.value.removesuffix('s'))}{place}")


def choose_format(what: What, format_: ExportFormat | None, *, bom: bool) -> ExportFormat:
    """The format to write in. Raises ``UsageError`` for one that such things cannot be written in."""
    from crawler.errors import UsageError

    chosen = format_ or FORMATS[what][0]
    if chosen not in FORMATS[what]:
        raise UsageError(f"{what} are written as {' or '.join(FORMATS[what])}, and not as {chosen}")
    if bom and chosen not in RECORDS:
        raise UsageError(f"--bom is for spreadsheets; {chosen} says by itself how it is written")
    return chosen


def refuse_others(what: What, *, kind: list[str] | None, after: int | None, since: str, until: str) -> None:
    """A filter that could not filter is a mistake. Raises ``UsageError``."""
    from crawler.errors import UsageError

    if what is not What.CHANGES and (kind or after is not None):
        raise UsageError(f"--kind and --after choose changes; they say nothing of {what}")
    if what is What.SOURCES and (since or until):
        raise UsageError("--since and --until say nothing of sources: they are as they are now")


# -- reading ---------------------------------------------------------------------------------------------------------


def read_changes(store: SqlStore, settings: Settings, wanted: Wanted) -> Iterator[Record]:
    """Change records by seq."""
    from crawler.record import change_record

    return (change_record(change, public_url=settings.web.public_url) for change in each_change(store, wanted))


def each_change(store: SqlStore, wanted: Wanted) -> Iterator[Change]:
    """Changes by seq."""
    return store.each_change(
        sources=wanted.sources, kinds=wanted.kinds, since=wanted.since, until=wanted.until, after=wanted.after
    )


def read_articles(store: SqlStore, settings: Settings, wanted: Wanted) -> Iterator[Record]:
    """Articles as they are now, with their text, by first sight."""
    from crawler.model import Article
    from crawler.record import article_record, summarize_article

    for known in store.each_article(sources=wanted.sources, since=wanted.since, until=wanted.until):
        latest = store.latest_revision(known.id)
        article = latest.article if latest else Article(url=known.url, title=known.title)
        summary = summarize_article(article, known)
        life = {"source": known.source_id, "revision": known.revision, "state": known.state.value}
        yield article_record(summary, **life, text=article.text)


def read_revisions(store: SqlStore, settings: Settings, wanted: Wanted) -> Iterator[Record]:
    """Every state of every article that was seen in the span, article by article."""
    for known in store.each_article(sources=wanted.sources, until=wanted.until):
        for revision in store.revisions(known.id):
            if (wanted.since is None or revision.seen_at >= wanted.since) and (
                wanted.until is None or revision.seen_at < wanted.until
            ):
                yield revision_record(known, revision)


def revision_record(known: KnownArticle, revision: Revision) -> Record:
    """One known state of an article, with its text and its proof."""
    from crawler.record import inspect_record, observation_record, show_utc

    return {
        **inspect_record(revision.article),
        "id": known.id,
        "source": known.source_id,
        "revision": revision.number,
        "first_seen_at": show_utc(known.first_seen_at),
        "seen_at": show_utc(revision.seen_at),
        "evidence": observation_record(revision.evidence),
    }


def read_sources(store: SqlStore, settings: Settings, wanted: Wanted) -> Iterator[Record]:
    """The configured sources, in the order of the configuration. Raises ``UsageError`` for one that is not there."""
    from crawler.cli.sources import source_record
    from crawler.scheduler.crawl import choose_sources

    chosen = choose_sources(settings, wanted.sources) if wanted.sources else settings.sources
    states, brought = store.source_states(source.id for source in chosen), store.sources_overview()
    for source in chosen:
        count = brought[source.id].articles if source.id in brought else 0
        about = {"publisher": source.publisher, "timezone": source.timezone, "language": source.language}
        yield {**source_record(source, states.get(source.id)), **about, "articles": count}


Reader = Callable[["SqlStore", "Settings", Wanted], Iterator[Record]]

READERS: dict[What, Reader] = {
    What.CHANGES: read_changes,
    What.ARTICLES: read_articles,
    What.REVISIONS: read_revisions,
    What.SOURCES: read_sources,
}


# -- writing ---------------------------------------------------------------------------------------------------------


def write_known(
    settings: Settings, wanted: Wanted, what: What, format_: ExportFormat, output: Path | None, *, bom: bool
) -> int:
    """Writes what the database knows and returns how much that was. Raises ``UsageError``, ``StoreError``."""
    from crawler.bootstrap import open_database

    with open_database(settings, create=False) as store:
        known_sources(settings, store, list(wanted.sources))
        if format_ is ExportFormat.ATOM:
            return write_changes_feed(islice(each_change(store, wanted), wanted.limit), settings, output)
        return write_records(
            islice(READERS[what](store, settings, wanted), wanted.limit), what, format_, output, bom=bom
        )


def write_sources_list(settings: Settings, wanted: Wanted, output: Path | None) -> int:
    """Writes the configured sources as OPML and returns how many there are; needs no database."""
    from crawler.cli.sources import read_states
    from crawler.onboarding.opml import write_opml
    from crawler.scheduler.crawl import choose_sources

    chosen = choose_sources(settings, wanted.sources) if wanted.sources else settings.sources
    states = read_states(settings)
    kinds = [(each, learned_kind(each, states.get(each.id))) for each in chosen[: wanted.limit]]
    with open_output(output) as file:
        file.write(write_opml(kinds, datetime.now(UTC)))
        file.flush()
    return len(kinds)


def learned_kind(source: Source, state: SourceState | None) -> str:
    """What the source is read as: its kind, or what the first check found out."""
    from crawler.pipeline.resolve import AUTO

    return state.kind if source.kind == AUTO and state is not None else source.kind


def write_records(
    records: Iterable[Record], what: What, format_: ExportFormat, output: Path | None, *, bom: bool
) -> int:
    """Writes all records and returns how many. Raises ``UsageError`` where the file cannot be written."""
    lines = csv_lines(records, what) if format_ is ExportFormat.CSV else json_lines(records)
    with open_output(output) as file:
        number = -1 if format_ is ExportFormat.CSV else 0
        for line in lines:
            file.write(b"\xef\xbb\xbf" + line if bom else line)
            bom, number = False, number + 1
        file.flush()
    return number


def write_changes_feed(changes: Iterable[Change], settings: Settings, output: Path | None) -> int:
    """Writes an Atom feed of the changes and returns how many there are. Raises ``UsageError`` as above."""
    from crawler.model import Subscription
    from crawler.notifier.message.feed import FeedHead, item_of, write_atom
    from crawler.notifier.message.reader import reader_of

    reader, url = reader_of(Subscription(name="export", channel="")), settings.web.public_url
    number = 0

    def count() -> Iterator[dict[str, Any]]:
        nonlocal number
        for change in changes:
            number += 1
            yield item_of(change, reader, url)

    with open_output(output) as file:
        for piece in write_atom(count(), FeedHead(name="export", title="Gazette", home=url)):
            file.write(piece.encode("utf-8", "replace"))
        file.flush()
    return number


def json_lines(records: Iterable[Record]) -> Iterator[bytes]:
    """One JSON object a line."""
    from crawler.record import encode_record

    return (encode_record(record) + b"\n" for record in records)


def csv_lines(records: Iterable[Record], what: What) -> Iterator[bytes]:
    """A header and one row for each record."""
    from crawler.cli.sheets import header_line, row_line

    rows = chain([header_line(what)], (row_line(what, record) for record in records))
    return (row.encode("utf-8", "replace") for row in rows)


@contextmanager
def open_output(output: Path | None) -> Iterator[BinaryIO]:
    """Where to write: stdout, or a file that is replaced when all of it is written, and else stays what it was."""
    if output is None:
        with until_readers_leave():
            yield sys.stdout.buffer
        return
    from crawler.errors import UsageError

    try:
        target = output.resolve()
        if target.exists() and not target.is_file():  # a pipe, /dev/null; a folder is refused by the system
            with target.open("wb") as file:
                yield file
            return
        draft = target.with_name(f".{target.name}.{os.getpid()}.partial")
        try:
            with draft.open("xb") as file:
                yield file
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"-o {output}: cannot be written ({error.strerror or error})") from error
