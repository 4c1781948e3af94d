"""`gazette crawl`: one check of every source, alerts included, then exit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from crawler.cli.context import settings_of
from crawler.cli.output import as_span, as_time, as_title, counted, emit, emit_json, is_terminal, note

if TYPE_CHECKING:
    from crawler.model import Change, Incident
    from crawler.pipeline.looks import Depth
    from crawler.pipeline.result import CheckResult
    from crawler.scheduler.crawl import CrawlReport
    from crawler.settings import Settings

EXAMPLE = "Example: gazette crawl zq-news gov-uk-news --json"


class RecheckOption(StrEnum):
    """Which known articles are fetched again."""

    DUE = "due"
    ALL = "all"
    NONE = "none"


class FailOn(StrEnum):
    """Which failing sources make the exit code 1."""

    ANY = "any"
    NEW = "new"
    NONE = "none"


def crawl(
    context: typer.Context,
    source: Annotated[list[str] | None, typer.Argument(help="Ids of sources; default: every enabled one.")] = None,
    recheck: Annotated[RecheckOption, typer.Option(help="Which known articles are fetched again.")] = RecheckOption.DUE,
    no_alerts: Annotated[bool, typer.Option("--no-alerts", help="Tell nobody.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing, tell nobody.")] = False,
    since: Annotated[
        str, typer.Option(help="Follow list pages back to this day (YYYY-MM-DD); recorded as baseline.")
    ] = "",
    backfill: Annotated[int, typer.Option(min=0, help="Follow at most N list pages back; recorded as baseline.")] = 0,
    as_of: Annotated[str, typer.Option(help="Decide everything as of this time (RFC 3339; no zone = UTC).")] = "",
    fail_on: Annotated[FailOn, typer.Option(help="Which failing sources make exit code 1.")] = FailOn.ANY,
    as_json: Annotated[bool, typer.Option("--json", help="Print each change as JSON, one a line.")] = False,
) -> None:
    """Checks sources once, tells what changed, and ends. Exit 1: a source could not be checked."""
    from crawler.cli.signals import run
    from crawler.pipeline.result import Recheck
    from crawler.scheduler.crawl import CrawlRequest, ignore
    from crawler.scheduler.crawl import crawl as run_crawl

    settings = settings_of(context)
    if as_json:
        settings = keep_stdout_clean(settings)
    request = CrawlRequest(
        source_ids=tuple(source or ()),
        recheck=Recheck(recheck.value),
        alerts=not (no_alerts or dry_run),
        dry=dry_run,
        depth=read_depth(since, backfill),
        as_of=read_instant(as_of, "--as-of") if as_of else None,
    )
    report = run(run_crawl(settings, request, report=tell_progress if is_terminal() else ignore))
    tell_aside(report, settings)
    print_json(report, settings) if as_json else print_report(report)
    raise typer.Exit(exit_code(report, fail_on))


def keep_stdout_clean(settings: Settings) -> Settings:
    """The same settings with console channels writing to stderr, for a crawl whose stdout is read by a program."""
    channels = [
        replace(channel, options=replace(cast(Any, channel.options), stream="stderr"))
        if channel.kind == "console"
        else channel
        for channel in settings.channels
    ]
    return replace(settings, channels=tuple(channels))


def read_depth(since: str, backfill: int) -> Depth | None:
    """How far to go back, if at all. Raises ``UsageError`` for a day that is none."""
    from crawler.pipeline.looks import Depth

    if not since and not backfill:
        return None
    since_at = read_instant(since, "--since") if since else None
    return Depth(pages=backfill + 1, since=since_at) if backfill else Depth(since=since_at)


def read_instant(text: str, option: str) -> datetime:
    """An RFC 3339 time or a day; without a zone it is UTC. Raises ``UsageError``."""
    from crawler.errors import UsageError

    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text!r}: expected a time such as 2026-11-22T08:00:00Z or 2026-11-22") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def tell_progress(result: CheckResult) -> None:
    """One line on a terminal's stderr when a check ends."""
    note(f"  {result.source.id}: {'checked' if result.is_well else result.verdict}")


def tell_aside(report: CrawlReport, settings: Settings) -> None:
    """On stderr: that a database is new, and what did not go well with deliveries."""
    if report.created:
        where = settings.storage.sqlite_path or "the configured database"
        note(f"new database at {where}: this crawl is a baseline and alerts nobody; the next one tells what changed")
    if not report.results:
        note("nothing was checked: " + ("gazette add URL" if not settings.sources else "every source is off or muted"))
    for trouble in report.deliveries.errors:
        note(f"warning: {trouble}")


def print_json(report: CrawlReport, settings: Settings) -> None:
    """Changes, incidents and one summary as JSON Lines."""
    from crawler.record import change_record, incident_record

    for change in report.changes:
        emit_json(change_record(change, public_url=settings.web.public_url))
    for incident in report.incidents:
        emit_json(incident_record(incident))
    emit_json(summary_record(report))


def summary_record(report: CrawlReport) -> dict[str, object]:
    """The last line of ``--json``, as in the outer contract §4."""
    from crawler.model import STEPS

    counts = {kind.value: report.count(kind) for kind in STEPS}
    return {
        "kind": "summary",
        "sources": len(report.results),
        "failed": len(report.failed),
        "articles": report.known,
        **counts,
        "incidents": len(report.incidents),
        "took": round(report.took, 3),
    }


def print_report(report: CrawlReport) -> None:
    """What a person sees: sources that did something, the changes, and one line that explains silence."""
    width = max((len(result.source.id) for result in report.results), default=0)
    for result in report.results:
        line = source_line(result)
        if line:
            emit(f"{result.source.id:<{width}}  {line}")
    for change in report.changes:
        if not change.baseline:
            emit(change_line(change))
    for incident in report.incidents:
        emit(incident_line(incident))
    emit(closing_line(report))


def source_line(result: CheckResult) -> str:
    """What one source did, or nothing when there is nothing to say."""
    if not result.is_well:
        due = f", next try {as_time(result.state.due_at)}" if result.state.due_at else ""
        unknown = "" if result.state.well_at else f"; never read yet: gazette probe {as_title(result.source.url, 300)}"
        return f"{result.verdict.upper()} ({as_title(result.reason, 200)}): nothing concluded{due}{unknown}"
    counts: dict[str, int] = {}
    for change in result.changes:
        word = "recorded as baseline" if change.baseline else change.kind.value
        counts[word] = counts.get(word, 0) + 1
    if not counts and not result.baseline:
        return ""
    if result.state.baselined_at is None:
        return "lists nothing so far: the first posts that stand there will be its baseline"
    listed = f"{result.listed} listed" if result.verdict != "not_modified" else "list unchanged"
    return " · ".join([listed, *(f"{number} {word}" for word, number in counts.items())])


def change_line(change: Change) -> str:
    """One change on one line: what, which article, the facts, and where to look."""
    kind = change.kind.upper() + (", unannounced" if change.silent else "")
    facts = (
        ", ".join(fact_text(fact.before, fact.after) + in_file(fact.file) for fact in change.facts[:3])
        if change.kind == "edited"
        else ""
    )
    dated = ""
    if change.silent and change.article.published_at and "published_at" not in change.fields:
        dated = f"(page still dated {change.article.published_at.date()})"
    command = f"gazette diff {change.article.id[:8]}" if change.diff else f"gazette show {change.article.id[:8]}"
    parts = [kind, as_title(change.article.title, 48), facts, dated, kin_text(change), command]
    return "  ".join(part for part in parts if part)


def kin_text(change: Change) -> str:
    """Where else the story stands, or still says what it said, and what it is a translation of."""
    article = change.article
    before = ", ".join(dict.fromkeys(each.source for each in change.elsewhere if each.carries == "before"))
    if change.kind == "edited" and before:
        return f"(only at {change.source}; as before at {as_title(before, 80)})"
    if article.translation_of:
        return f"(translation of {article.translation_of[:8]})"
    return f"(also at {as_title(', '.join(article.also_at), 80)})" if article.also_at else ""


def in_file(name: str) -> str:
    """Which file a fact stands in, where it stands in one."""
    return f" ({as_title(name, 40)})" if name else ""


def fact_text(before: str | None, after: str | None) -> str:
    """A fact, old to new, on one line."""
    old, new = as_title(before or "", 40), as_title(after or "", 40)
    if not old:
        return f"+ {new}"
    return f"{old} → {new}" if new else f"- {old}"


def incident_line(incident: Incident) -> str:
    """One telling of an incident on one line."""
    ended = "OVER" if is_mass(incident) else "RECOVERED"
    state = "INCIDENT" if incident.state == "open" else ended
    return f"{state}  {incident.source}: {incident.reason.replace('_', ' ')}  {as_title(incident.detail, 120)}".rstrip()


def is_mass(incident: Incident) -> bool:
    """Whether it stands for many changes that were told as one, rather than for trouble."""
    return incident.reason.startswith("mass_")


def closing_line(report: CrawlReport) -> str:
    """The line that explains silence."""
    parts = [", ".join(found_texts(report)) or "nothing changed"]
    parts += [f"{report.rechecked} of {counted(report.known, 'known article')} rechecked{due_text(report)}"]
    parts += sent_texts(report)
    dead, retried = report.deliveries.dead, report.deliveries.retried
    parts += [f"{counted(retried, 'delivery waits', 'deliveries wait')} for a retry"] if retried else []
    parts += [f"{counted(dead, 'delivery', 'deliveries')} dead: gazette alerts list"] if dead else []
    parts += [f"{counted(len(report.failed), 'source')} failed"] if report.failed else []
    parts += ["dry run: nothing was written"] if report.dry else []
    return " · ".join([*parts, f"{report.took:.0f} s"])


def found_texts(report: CrawlReport) -> list[str]:
    """What was found, by kind of change; many changes that were held back as one event count as that."""
    from crawler.model import STEPS, ChangeKind

    told = [(report.count(kind, baseline=False), kind.value) for kind in STEPS]
    texts = [f"{number} {word}" for number, word in told if number]
    texts += [
        f"1 {each.reason.replace('_', ' ')} of {counted(each.count, 'article')}"
        for each in report.incidents
        if each.state == "open" and is_mass(each)
    ]
    recorded = report.count(ChangeKind.NEW, baseline=True)
    baseline = f"{counted(recorded, 'article')} recorded, no alerts: this is the baseline"
    return texts + [baseline] * bool(recorded)


def sent_texts(report: CrawlReport) -> list[str]:
    """Who was told, and who was welcomed for the first time."""
    sent = report.deliveries.sent
    welcomed = [name for name in report.welcomed if sent.get(name)]
    told = [(name, number - welcomed.count(name)) for name, number in sorted(sent.items())]
    texts = [f"{name}: {number}" for name, number in told if number]
    return [f"welcomed {', '.join(welcomed)}"] * bool(welcomed) + [f"sent to {', '.join(texts)}"] * bool(texts)


def due_text(report: CrawlReport) -> str:
    """When the next source is due, seen from the latest check."""
    checked = [result.state.checked_at for result in report.results if result.state.checked_at]
    if not report.next_due_at or not checked:
        return ""
    return f", next due in {as_span((report.next_due_at - max(checked)).total_seconds())}"


def exit_code(report: CrawlReport, fail_on: FailOn) -> int:
    """1 when a source that counts could not be checked, or a delivery died."""
    if report.deliveries.dead:
        return 1
    counting = [each for each in report.failed if fail_on is FailOn.ANY or each.source.id not in report.failing_before]
    return 1 if counting and fail_on is not FailOn.NONE else 0
