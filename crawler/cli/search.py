"""`gazette search`: articles by their words."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.context import settings_of
from crawler.cli.filters import (
    JsonFlag,
    LimitFilter,
    SinceFilter,
    SourceFilter,
    UntilFilter,
    instant_or_none,
    known_sources,
)
from crawler.cli.output import as_title, emit, emit_json, is_terminal, note

if TYPE_CHECKING:
    from crawler.text.terms import Query
    from storage.search import Found
    from storage.store import SqlStore

EXAMPLE = "Example: gazette search '医疗保险 \"2024年\" -草案'"

#: Revisions whose words are written in one transaction, and between two signs of life on a terminal.
BATCH = 200
STRIDE = 5_000
#: Characters of a passage, and how many of them stand before what was found.
PASSAGE, BEFORE = 120, 30
BOLD, PLAIN = "\x1b[1m", "\x1b[0m"


def search(
    context: typer.Context,
    query: Annotated[
        list[str], typer.Argument(help='Words that must all be there; "in this order", -without, beginning*.')
    ],
    source: SourceFilter = None,
    since: SinceFilter = "",
    until: UntilFilter = "",
    past: Annotated[bool, typer.Option("--past", help="Also what articles said once and say no longer.")] = False,
    newest: Annotated[bool, typer.Option("--newest", help="The newest first, not the best.")] = False,
    limit: LimitFilter = 20,
    as_json: JsonFlag = False,
) -> None:
    """Finds known articles by their words, in any language: titles, texts, files, document numbers, names.

    A story that several sources carry in the same words is found once, unless --source asks for that source's own.
    """
    from crawler.bootstrap import open_database
    from crawler.errors import UsageError
    from crawler.text.terms import read_query

    asked = read_query(" ".join(query))
    if not asked.wanted:
        raise UsageError(f"{' '.join(query)!r} holds no word to look for")
    settings = settings_of(context)
    with open_database(settings, create=False) as store:
        write_missing_terms(store)
        found = store.search(
            asked,
            sources=known_sources(settings, store, source),
            since=instant_or_none(since, "--since"),
            until=instant_or_none(until, "--until"),
            past=past,
            newest=newest,
            limit=limit,
        )
    for each in found:
        if as_json:
            emit_json(found_record(each, asked))
        else:
            print_found(each, asked)
    if not found and not as_json:
        note("nothing known says that")


def write_missing_terms(store: SqlStore) -> None:
    """Makes search know what was committed since it was last asked; a daemon has done so already.

    Where the database cannot be written now, what is known to search is searched all the same.
    """
    from crawler.errors import StoreError

    missing = store.count_without_terms()
    tells = missing >= STRIDE and is_terminal()
    if tells:
        note(f"{missing:,} texts are read for the first search; the daemon does so by itself")
    done = 0
    try:
        while missing and (number := store.write_terms(most=BATCH)):
            done += number
            if tells and done % STRIDE < number:
                note(f"{done:,} of {missing:,}")
    except StoreError as error:
        note(f"warning: what was recorded last is not searched: {error}")


# -- printing --------------------------------------------------------------------------------------------------------


def print_found(found: Found, query: Query) -> None:
    """Two lines: which article, and the passage that was found."""
    article, revision = found.article, found.revision
    published = revision.article.published
    day = str(published.instant.date()) if published else "-"
    state = "" if article.state.value == "present" else f"  ({article.state.value})"
    old = "" if revision.number == article.revision else f"  (said so in revision {revision.number})"
    emit(f"{article.id[:8]}  {day:10}  {article.source_id}  {as_title(revision.article.title, 100)}{state}{old}")
    before, hit, after = find_passage(found, query)
    if before or hit or after:
        marked = f"{BOLD}{hit}{PLAIN}" if hit and sys.stdout.isatty() else hit
        emit(f"          {before}{marked}{after}")


def find_passage(found: Found, query: Query) -> tuple[str, str, str]:
    """The first passage of the text that was asked for, or how the text begins: what stands before, it, and after."""
    from crawler.text.normalize import clean, shorten
    from crawler.text.terms import find_passages

    text = clean(found.revision.article.whole_text)
    passages = find_passages(text, query)
    if not passages:
        return "", "", shorten(text, PASSAGE)
    start, stop = passages[0]
    begin = start - BEFORE if start > BEFORE else 0
    before = text[begin:start]
    if begin and " " in before:
        before = before.partition(" ")[2]
    return f"{'…' if begin else ''}{before}", text[start:stop], shorten(text[stop:], max(PASSAGE - stop + begin, 1))


def found_record(found: Found, query: Query) -> dict[str, object]:
    """The article as it was found, with the passage, for programs."""
    from crawler.record import article_record, summarize_article

    summary = summarize_article(found.revision.article, found.article)
    life = {"source": found.article.source_id, "revision": found.revision.number, "state": found.article.state.value}
    return article_record(summary, **life, passage="".join(find_passage(found, query)))
