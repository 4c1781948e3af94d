"""`gazette reparse`: stored pages, read again by today's reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.context import settings_of
from crawler.cli.filters import JsonFlag, SourceFilter, known_sources
from crawler.cli.output import as_time, as_title, counted, counting, emit, emit_json, emit_table

if TYPE_CHECKING:
    from crawler.model import Change, KnownArticle, Source
    from crawler.pipeline.reparse import Report
    from crawler.pipeline.replay import Told
    from crawler.settings import Settings
    from storage.store import SqlStore

EXAMPLE = "Example: gazette reparse --dry-run --days 30"

#: Articles between two signs of life on a terminal.
STRIDE = 500


def reparse(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; say what would change.")] = False,
    days: Annotated[
        int, typer.Option("--days", min=1, help="With --dry-run: how far back to say what would have been told.")
    ] = 30,
    source: SourceFilter = None,
    as_json: JsonFlag = False,
) -> None:
    """Reads stored pages again, with today's reader and rules. What reads otherwise is known anew; nobody is told."""
    from crawler.cli.signals import run

    settings = settings_of(context)
    since = datetime.now(UTC) - timedelta(days=days) if dry_run else None
    reports = run(read_again(settings, source, since))
    for report in reports if as_json else ():
        emit_json(report_record(report, dry=dry_run))
    if not as_json:
        print_reports(reports, days if dry_run else 0)


async def read_again(settings: Settings, ids: list[str] | None, since: datetime | None) -> list[Report]:
    """A report for each source that anything is known of; without ``since``, grounds are renewed."""
    from crawler.bootstrap import open_database, open_snapshots
    from crawler.pipeline.reparse import Reparse
    from crawler.sandbox.pool import Sandbox

    reports = []
    with open_database(settings, create=False) as store:
        chosen = choose(settings, store, known_sources(settings, store, ids))
        states = store.source_states([each.id for each in chosen])
        async with Sandbox(size=1) as reader:
            worker = Reparse(
                store, open_snapshots(settings, store, make=False), reader, counting(STRIDE, "articles read again")
            )
            for each in chosen:
                articles = store.each_article(sources=[each.id])
                if since is None:
                    reports.append(await worker.renew(each, articles))
                else:
                    masks = states[each.id].habits.masks if each.id in states else ()
                    reports.append(await worker.report(each, articles, since, masks))
    return [report for report in reports if report.articles]


def choose(settings: Settings, store: SqlStore, ids: Sequence[str]) -> list[Source]:
    """The sources to read, each as the kind that it was found to be."""
    from crawler.pipeline.resolve import AUTO, as_kind

    chosen = [each for each in settings.sources if not ids or each.id in ids]
    states = store.source_states([each.id for each in chosen])
    kinds = {key: state.kind for key, state in states.items()}
    return [as_kind(each, kinds[each.id]) if each.kind == AUTO and kinds.get(each.id) else each for each in chosen]


# -- printing --------------------------------------------------------------------------------------------------------


def print_reports(reports: Sequence[Report], days: int) -> None:
    """A table, and below it each alert by which today's reader differs from what was told."""
    if days:
        print_alerts(reports)
    rows = [tuple(map(str, row)) for row in summary_rows(reports, dry=bool(days))]
    more = ("told", "not by it", "more by it") if days else ()
    emit_table(("source", "articles", "unreadable", "would renew" if days else "renewed", *more), rows)
    emit(closing_line(reports, days))


def summary_rows(reports: Sequence[Report], *, dry: bool) -> Iterator[tuple[object, ...]]:
    """The figures of each source."""
    for each in reports:
        if dry:
            alerts = (each.told, len(each.missed), len(each.more))
            yield (each.source, each.articles, each.lost, len(each.differing), *alerts)
        else:
            yield each.source, each.articles, each.lost, each.renewed


def closing_line(reports: Sequence[Report], days: int) -> str:
    """What it comes to, in one sentence."""
    read = counted(sum(each.articles for each in reports), "article")
    if not days:
        return f"{read} read again, {sum(each.renewed for each in reports)} known anew in silence; nobody was told"
    more, missed = sum(len(each.more) for each in reports), sum(len(each.missed) for each in reports)
    return (
        f"{read} read again; in the last {counted(days, 'day')} today's reader would have told "
        f"{counted(more, 'edit')} more and {missed} fewer; nothing was written"
    )


def print_alerts(reports: Sequence[Report]) -> None:
    """One line for each edit that today's reader would have told and that was not, and the other way round."""
    for report in reports:
        for known, told in report.more:
            what = f"{as_title(known.title)}  {essence(told)}  gazette show {known.id}"
            emit(f"WOULD TELL      {report.source}  {as_time(told.after.proof.fetched_at)}  {what}")
        for change in report.missed:
            what = f"{as_title(change.article.title)}  gazette show {change.article.id}"
            emit(f"WOULD NOT TELL  {report.source}  {as_time(change.detected_at)}  {what}")


def essence(told: Told) -> str:
    """What is most telling about an edit."""
    facts = told.comparison.facts
    if not facts:
        return ", ".join(told.comparison.fields)
    return as_title(f"{facts[0].before or '-'} → {facts[0].after or '-'}", 80)


def report_record(report: Report, *, dry: bool) -> dict[str, object]:
    """The report of one source for programs."""
    record: dict[str, object] = {
        "source": report.source,
        "articles": report.articles,
        "unreadable": report.lost,
        "differing": [{"id": each.id, "url": each.url, "title": each.title} for each in report.differing],
        "renewed": report.renewed,
    }
    if not dry:
        return record
    return {
        **record,
        "told": report.told,
        "would_tell": [told_record(known, told) for known, told in report.more],
        "would_not_tell": [change_reference(change) for change in report.missed],
    }


def told_record(known: KnownArticle, told: Told) -> dict[str, object]:
    """An edit that was not told, for programs."""
    facts = [{"type": fact.type.value, "before": fact.before, "after": fact.after} for fact in told.comparison.facts]
    return {
        "article": known.id,
        "url": known.url,
        "title": known.title,
        "seen_at": told.after.proof.fetched_at.isoformat(),
        "before": told.before.proof.sha256,
        "after": told.after.proof.sha256,
        "fields": list(told.comparison.fields),
        "significance": told.comparison.significance,
        "facts": facts,
    }


def change_reference(change: Change) -> dict[str, object]:
    """A change that was told, for programs."""
    return {"id": change.id, "seq": change.seq, "article": change.article.id, "summary": change.summary}
