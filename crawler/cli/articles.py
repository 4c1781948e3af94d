"""`gazette articles`: what is known."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

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
from crawler.cli.output import as_title, emit_json, emit_table

EXAMPLE = "Example: gazette articles --source zq-news --limit 5"


class ArticleStateOption(StrEnum):
    """What is known of an article's life."""

    PRESENT = "present"
    MISSING = "missing"
    REMOVED = "removed"


def articles(
    context: typer.Context,
    source: SourceFilter = None,
    since: SinceFilter = "",
    until: UntilFilter = "",
    state: Annotated[
        list[ArticleStateOption] | None, typer.Option("--state", help="Only in this state; may be repeated.")
    ] = None,
    limit: LimitFilter = 50,
    as_json: JsonFlag = False,
) -> None:
    """Lists known articles, newest first sight first.

    A story that several sources carry in the same words is listed once, unless --source asks for that source's own.
    """
    from crawler.bootstrap import open_database
    from crawler.record import article_record, summarize_article

    settings = settings_of(context)
    store = open_database(settings, create=False)
    try:
        found = store.list_articles(
            sources=known_sources(settings, store, source),
            since=instant_or_none(since, "--since"),
            until=instant_or_none(until, "--until"),
            states=[each.value for each in state or ()],
            limit=limit,
            with_copies=bool(source),
        )
    finally:
        store.close()
    summaries = [(known, summarize_article(article, known)) for known, article in found]
    if as_json:
        for known, summary in summaries:
            emit_json(article_record(summary, source=known.source_id, revision=known.revision, state=known.state.value))
        return
    rows = [
        (
            known.id[:8],
            known.source_id,
            known.state.value,
            str(known.revision),
            str(summary.published_at.date()) if summary.published_at else "-",
            as_title(summary.title),
        )
        for known, summary in summaries
    ]
    emit_table(("article", "source", "state", "revision", "published", "title"), rows)
