"""`gazette status`: how everything fares, on one screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from crawler.cli.context import settings_of
from crawler.cli.filters import JsonFlag
from crawler.cli.output import as_span, as_time, as_title, counted, emit, emit_json
from crawler.cli.sources import existing_store, health

if TYPE_CHECKING:
    from crawler.model import Change, Incident, Source, SourceState
    from crawler.scheduler.heartbeat import Heartbeat
    from crawler.settings import Settings
    from storage.store import SqlStore

EXAMPLE = "Example: gazette status"

#: Sources named one by one; more are counted.
_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the database says. Everything is empty where there is none yet."""

    states: dict[str, SourceState]
    incidents: tuple[Incident, ...] = ()
    articles: int = 0
    missing: int = 0
    last_change: Change | None = None
    next_recheck_at: datetime | None = None
    waiting: int = 0
    dead: int = 0
    switched_off: dict[str, str]
    unsubscribed: dict[str, str] = field(default_factory=dict)
    heartbeat: Heartbeat | None = None

    @property
    def next_due_at(self) -> datetime | None:
        """When the first source that is not muted, or the first article, is due."""
        due = [state.due_at for state in self.states.values() if state.due_at and not state.muted]
        return min([*due, *([self.next_recheck_at] if self.next_recheck_at else [])], default=None)


def status(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Shows what is checked, failing, quiet or never checked, the last change, undelivered, and what is due next."""
    settings, now = settings_of(context), datetime.now(UTC)
    standing = read_standing(settings)
    if as_json:
        emit_json(status_record(settings, standing))
        return
    for label, value in status_lines(settings, standing, now):
        emit(f"{label:<12}{value}")


def read_standing(settings: Settings) -> Standing:
    """What is remembered of the configured sources. Raises ``StoreError``."""
    store = existing_store(settings)
    if store is None:
        return Standing(states={}, switched_off={})
    try:
        return ask_store(store, settings)
    finally:
        store.close()


def ask_store(store: SqlStore, settings: Settings) -> Standing:
    """Everything the screen needs, in a few queries."""
    from crawler.model import ArticleState
    from crawler.scheduler.heartbeat import FACT, read_heartbeat

    watched = [source.id for source in settings.sources if source.enabled]
    return Standing(
        states=store.source_states(watched),
        incidents=tuple(store.open_incidents_of(watched)),
        articles=store.count_articles(),
        missing=store.count_articles(states=(ArticleState.MISSING,)),
        last_change=store.newest_change(),
        next_recheck_at=store.next_due(),
        waiting=store.waiting_count(),
        dead=store.dead_count(),
        switched_off=store.disabled_channels(),
        unsubscribed=store.disabled_subscriptions(),
        heartbeat=read_heartbeat(store.read_fact(FACT)),
    )


# -- for people ------------------------------------------------------------------------------------------------------


def status_lines(settings: Settings, standing: Standing, now: datetime) -> list[tuple[str, str]]:
    """The screen, line by line: label and value."""
    lines = [
        ("watching", watching_text(settings, standing)),
        *failing_lines(settings, standing, now),
        *[("", incident_text(each)) for each in standing.incidents if each.reason != "quiet"][:_SHOWN],
    ]
    quiet = [each.source for each in standing.incidents if each.reason == "quiet"]
    if quiet:
        lines.append(("quiet", f"unusually long without a post: {', '.join(quiet[:_SHOWN])}"))
    return [
        *lines,
        ("known", known_text(standing)),
        ("last change", change_text(standing.last_change)),
        ("undelivered", delivery_text(standing)),
        *[("", f"subscription {name} is switched off: {why}") for name, why in standing.unsubscribed.items()],
        *[("", f"channel {name} is switched off: {as_title(why, 200)}") for name, why in standing.switched_off.items()],
        ("next due", due_text(standing.next_due_at, now) if settings.sources else "-"),
        ("daemon", daemon_text(standing.heartbeat, now)),
        ("database", database_text(settings)),
        ("config", str(settings.path)),
        *[("warning", each) for each in settings.warnings],
    ]


def watching_text(settings: Settings, standing: Standing) -> str:
    """``15 sources: 12 well, 2 failing, 1 never checked``"""
    if not settings.sources:
        return "nothing yet: gazette add URL"
    counts: dict[str, int] = {}
    for source in settings.sources:
        word = health(source, standing.states.get(source.id))
        word = word if word in ("well", "muted", "disabled", "never checked") else "failing"
        counts[word] = counts.get(word, 0) + 1
    order = ("well", "failing", "never checked", "muted", "disabled")
    return f"{counted(len(settings.sources), 'source')}: " + ", ".join(
        f"{counts[word]} {word}" for word in order if word in counts
    )


def failing(settings: Settings, standing: Standing) -> list[tuple[Source, SourceState]]:
    """The sources whose last check failed, the longest failing first."""
    states = [(source, standing.states.get(source.id)) for source in settings.sources if source.enabled]
    found = [(source, state) for source, state in states if state and state.failures and not state.muted]
    return sorted(found, key=lambda each: -each[1].failures)


def failing_lines(settings: Settings, standing: Standing, now: datetime) -> list[tuple[str, str]]:
    """One line for each failing source: what, why, since when, and when it is tried again."""
    found = failing(settings, standing)
    lines = [
        (
            "failing" if number == 0 else "",
            f"{source.id}: {state.verdict} ({as_title(state.reason, 100)}), {counted(state.failures, 'time')}; "
            f"last well {as_time(state.well_at) if state.well_at else 'never'}; next try {due_text(state.due_at, now)}",
        )
        for number, (source, state) in enumerate(found[:_SHOWN])
    ]
    if len(found) > _SHOWN:
        lines.append(("", f"and {len(found) - _SHOWN} more: gazette sources"))
    return lines


def incident_text(incident: Incident) -> str:
    """One open incident."""
    reason = incident.reason.replace("_", " ")
    return f"incident: {incident.source}, {reason}, since {as_time(incident.opened_at)}"


def known_text(standing: Standing) -> str:
    """How many articles are known, and how many of them were not there when last looked for."""
    missing = f", {standing.missing} missing, not yet proven to be removed: gazette articles --state missing"
    return counted(standing.articles, "article") + (missing if standing.missing else "")


def change_text(change: Change | None) -> str:
    """The newest change that was no baseline."""
    if change is None:
        return "none yet: the first check of a source is its baseline"
    kind = change.kind.upper() + (", unannounced" if change.silent else "")
    return f"{as_time(change.detected_at)}  {kind}  {as_title(change.article.title, 48)}  ({change.source})"


def delivery_text(standing: Standing) -> str:
    """What waits, and what died."""
    if not standing.waiting and not standing.dead:
        return "nothing"
    dead = f", {standing.dead} dead: gazette alerts list --state dead" if standing.dead else ""
    return f"{standing.waiting} waiting for their time or a retry{dead}"


def due_text(due_at: datetime | None, now: datetime) -> str:
    """How long until then."""
    if due_at is None:
        return "at once"
    return f"in {as_span((due_at - now).total_seconds())}" if due_at > now else f"since {as_time(due_at)}"


def daemon_text(heartbeat: Heartbeat | None, now: datetime) -> str:
    """When the daemon last ticked."""
    if heartbeat is None:
        return "no daemon has run: gazette daemon"
    ago = as_span((now - heartbeat.ticked_at).total_seconds())
    if heartbeat.stopped:
        return f"stopped {ago} ago"
    return f"last tick {ago} ago, pid {heartbeat.pid}; gazette health judges it"


def database_text(settings: Settings) -> str:
    """Where the database is, and how large."""
    path = settings.storage.sqlite_path
    if path is None:
        from crawler.settings.secrets import mask_address

        return mask_address(settings.storage.url)
    size = database_size(settings)
    return f"{path}" + (f"  {size / 1_048_576:.1f} MiB" if size is not None else "  (not there yet: gazette crawl)")


def database_size(settings: Settings) -> int | None:
    """Bytes of the SQLite database with what is not yet merged into it; None where there is no such file."""
    path = settings.storage.sqlite_path
    if path is None or not path.exists():
        return None
    log = path.with_name(path.name + "-wal")
    return path.stat().st_size + (log.stat().st_size if log.exists() else 0)


# -- for programs ----------------------------------------------------------------------------------------------------


def status_record(settings: Settings, standing: Standing) -> dict[str, object]:
    """The same as one JSON object."""
    from crawler.settings.secrets import mask_address

    words = [(source.id, health(source, standing.states.get(source.id))) for source in settings.sources]
    broken = {source.id: state for source, state in failing(settings, standing)}
    heartbeat, change = standing.heartbeat, standing.last_change
    return {
        "sources": len(settings.sources),
        "well": [name for name, word in words if word == "well"],
        "failing": [
            {"id": name, "verdict": state.verdict, "reason": state.reason, "failures": state.failures}
            for name, state in broken.items()
        ],
        "never_checked": [name for name, word in words if word == "never checked"],
        "muted": [name for name, word in words if word == "muted"],
        "disabled": [name for name, word in words if word == "disabled"],
        "incidents": [{"source": each.source, "reason": each.reason, "id": each.id} for each in standing.incidents],
        "articles": standing.articles,
        "missing": standing.missing,
        "last_change": {"id": change.id, "seq": change.seq, "detected_at": iso(change.detected_at)} if change else None,
        "waiting": standing.waiting,
        "dead": standing.dead,
        "channels_off": standing.switched_off,
        "subscriptions_off": standing.unsubscribed,
        "next_due_at": iso(standing.next_due_at),
        "daemon": {"ticked_at": iso(heartbeat.ticked_at), "pid": heartbeat.pid, "stopped": heartbeat.stopped}
        if heartbeat
        else None,
        "database": mask_address(settings.storage.url),
        "database_bytes": database_size(settings),
        "config": str(settings.path),
        "warnings": list(settings.warnings),
    }


def iso(instant: datetime | None) -> str | None:
    """An instant in UTC as RFC 3339."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z") if instant else None
