"""`gazette sources`: what is watched, how each source fares, and care for them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.context import settings_of
from crawler.cli.filters import JsonFlag
from crawler.cli.output import as_time, as_title, ask, counted, emit, emit_json, emit_table, note

if TYPE_CHECKING:
    from crawler.model import Source, SourceState
    from crawler.settings import Settings
    from storage.store import SqlStore

EXAMPLE = "Example: gazette sources --why"

app = typer.Typer(
    help="What is watched, and how each source fares.",
    epilog=EXAMPLE,
    invoke_without_command=True,
    rich_markup_mode=None,
)

Ids = Annotated[list[str], typer.Argument(metavar="ID…", help="Ids of sources.")]


@app.callback(invoke_without_command=True, epilog=EXAMPLE)
def sources(
    context: typer.Context,
    why: Annotated[bool, typer.Option("--why", help="When each is due, and why then.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Lists the configured sources with the state of their last check."""
    if context.invoked_subcommand:
        return
    settings = settings_of(context)
    states = read_states(settings)
    if as_json:
        for source in settings.sources:
            emit_json(source_record(source, states.get(source.id)))
    elif why:
        rows = [why_row(source, states.get(source.id)) for source in settings.sources]
        emit_table(("id", "due", "why"), rows)
    else:
        rows = [source_row(source, states.get(source.id)) for source in settings.sources]
        emit_table(("id", "kind", "state", "checked", "next", "title"), rows)
    if not settings.sources:
        note("nothing is watched yet: gazette add URL")


# -- silenced, renamed, removed --------------------------------------------------------------------------------------


@app.command("mute", epilog="Example: gazette sources mute zq-news")
def mute(context: typer.Context, source: Ids) -> None:
    """Leaves sources alone, by crawl and daemon, until they are resumed. What is known stays known."""
    set_muted(context, source, muted=True)
    emit(f"muted {', '.join(source)}; gazette sources resume wakes them")


@app.command("resume", epilog="Example: gazette sources resume zq-news")
def resume(context: typer.Context, source: Ids) -> None:
    """Looks at muted sources again."""
    set_muted(context, source, muted=False)
    emit(f"resumed {', '.join(source)}")


def set_muted(context: typer.Context, source_ids: list[str], *, muted: bool) -> None:
    """Remembers it, also of sources that were never checked. Raises ``UsageError`` for an unknown one."""
    from crawler.bootstrap import open_database
    from crawler.scheduler.crawl import choose_sources

    settings = settings_of(context)
    chosen = choose_sources(settings, source_ids)
    with open_database(settings) as store:
        store.mute_sources([source.id for source in chosen], muted=muted)


@app.command("rename", epilog="Example: gazette sources rename zq-news zhaoqing-news")
def rename(
    context: typer.Context,
    old: Annotated[str, typer.Argument(metavar="OLD", help="Its id now.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Its id from now on.")],
) -> None:
    """Gives a source another id, in the configuration and the database. Changes already told keep the old one."""
    import os

    from crawler.cli.add import refuse_id
    from crawler.onboarding.blocks import rename_in_text
    from crawler.onboarding.files import change_files, file_of
    from crawler.scheduler.crawl import choose_sources

    settings = settings_of(context)
    choose_sources(settings, [old])
    refuse_id(new, {source.id for source in settings.sources}, option="")
    file_of(settings.path, old)
    store = existing_store(settings)
    try:
        refuse_known(store, new)
        _, undo = change_files(settings.path, os.environ, lambda text: rename_in_text(text, old, new))
        try:
            if store:
                store.rename_source(old, new)
        except BaseException:
            undo()
            raise
        hint = daemon_hint(store)
    finally:
        if store:
            store.close()
    emit(f"{old} is now {new}; changes that were told before keep {old}{hint}")


def refuse_known(store: SqlStore | None, source_id: str) -> None:
    """Raises ``UsageError`` where something is remembered under the id, perhaps of a source removed long ago."""
    from crawler.errors import UsageError

    if store and store.knows_source(source_id):
        raise UsageError(
            f"{source_id}: something is known under this id already; choose another one, "
            f"or forget that first: gazette sources remove {source_id} --forget"
        )


@app.command("remove", epilog="Example: gazette sources remove zq-news")
def remove(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="ID", help="Id of the source.")],
    forget: Annotated[bool, typer.Option("--forget", help="Also what is known of it: articles, changes.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Takes a source out of the configuration. What is known of it stays in the database, unless --forget."""
    import sys

    from crawler.errors import UsageError

    settings = settings_of(context)
    store = existing_store(settings)
    try:
        configured = refuse_unknown(settings, store, source, forget=forget)
        if forget and not yes and not sys.stdin.isatty():
            raise UsageError("--forget cannot be undone; without a terminal it needs --yes as well")
        question = f"Remove {source} from {settings.path}" + (" and forget all that is known of it?" if forget else "?")
        if not yes and not ask(question):
            emit("nothing was removed")
            return
        if configured:
            take_out(settings, source)
        if store and forget:
            gone = store.forget_source(source)
            emit(f"forgot {counted(gone.articles, 'article')} and {counted(gone.changes, 'change')} of {source}")
        hint = daemon_hint(store)
    finally:
        if store:
            store.close()
    kept = "" if forget else "; what is known of it stays: gazette changes --source " + source
    emit(f"{source} is no longer watched{kept}{hint}")


def refuse_unknown(settings: Settings, store: SqlStore | None, source_id: str, *, forget: bool) -> bool:
    """Whether the source is configured. Raises ``UsageError`` where there is nothing to remove."""
    from crawler.scheduler.crawl import choose_sources

    if any(source.id == source_id for source in settings.sources):
        return True
    if not (forget and store and store.knows_source(source_id)):
        choose_sources(settings, [source_id])
    return False


def take_out(settings: Settings, source_id: str) -> None:
    """Removes its block from the file. Raises ``ConfigError``, ``UsageError``."""
    import os

    from crawler.onboarding.blocks import remove_from_text
    from crawler.onboarding.files import file_of, save

    file = file_of(settings.path, source_id)
    left = save(settings.path, os.environ, [(file, remove_from_text(file.text, source_id))])
    for warning in left.warnings:
        if warning not in settings.warnings:
            note(f"warning: {warning}")


def existing_store(settings: Settings) -> SqlStore | None:
    """The database, where there is one. Raises ``StoreError``."""
    from crawler.bootstrap import open_database

    path = settings.storage.sqlite_path
    return open_database(settings, create=False) if path is None or path.exists() else None


def daemon_hint(store: SqlStore | None) -> str:
    """What a running daemon needs to be told, if one works on this database."""
    from crawler.scheduler.heartbeat import FACT, read_heartbeat

    heartbeat = read_heartbeat(store.read_fact(FACT)) if store else None
    if heartbeat is None or heartbeat.stopped:
        return ""
    return f"; the daemon takes it up on SIGHUP: kill -HUP {heartbeat.pid}"


# -- the list --------------------------------------------------------------------------------------------------------


def read_states(settings: Settings) -> dict[str, SourceState]:
    """The remembered states; none where there is no database yet."""
    store = existing_store(settings)
    if store is None:
        return {}
    try:
        return store.source_states(source.id for source in settings.sources)
    finally:
        store.close()


def health(source: Source, state: SourceState | None) -> str:
    """One word for how a source fares."""
    if not source.enabled:
        return "disabled"
    if state is not None and state.muted:
        return "muted"
    if state is None or state.checked_at is None:
        return "never checked"
    return f"{state.verdict} ({state.failures}x)" if state.failures else "well"


def source_row(source: Source, state: SourceState | None) -> tuple[str, ...]:
    """One line of the table."""
    checked = as_time(state.checked_at if state else None)
    due = as_time(state.due_at if state else None)
    kind = f"auto: {state.kind}" if source.kind == "auto" and state and state.kind else source.kind
    return source.id, kind, health(source, state), checked, due, as_title(source.title or source.url)


def why_row(source: Source, state: SourceState | None) -> tuple[str, ...]:
    """When a source is due, and why then."""
    due = as_time(state.due_at) if state and state.due_at and not state.muted and source.enabled else "-"
    return source.id, due, as_title(why_due(source, state), 400)


def why_due(source: Source, state: SourceState | None) -> str:
    """The reason for a source's due time, in a sentence."""
    from crawler.settings.units import spell_duration

    schedule = source.schedule
    if not source.enabled:
        return "enabled = false: only a crawl that names it looks"
    if state is not None and state.muted:
        gone = f" ({state.reason})" if state.failures else ""
        return f"muted{gone}: gazette sources resume wakes it"
    if state is None or state.checked_at is None:
        return "never checked: the first check is the baseline"
    if state.failures:
        return f"{state.pulse.why or counted(state.failures, 'failure') + ' in a row'}; {state.verdict}: {state.reason}"
    why = state.pulse.why or f"every {spell_duration(schedule.every)} to start with"
    return why + moved(state) + hub_of(state)


def hub_of(state: SourceState) -> str:
    """Who would push the listing's changes, by its own word; we ask all the same, as no hub has to last."""
    hub = state.pulse.hints.hub
    return f"; names a hub (WebSub), {hub}, and is polled all the same" if hub else ""


def moved(state: SourceState) -> str:
    """Where the listing is asked for instead, if the server has said for days that it has moved for good."""
    from crawler.pipeline.moves import is_learned

    return f"; moved for good, asked at {state.moved_to}" if is_learned(state) else ""


def habits_of(source: Source, state: SourceState | None) -> dict[str, object] | None:
    """What is known of a source's life, for programs: how often it posts, when, and what its publisher wishes."""
    from crawler.cadence import posts_per_day, tell_hours

    if state is None:
        return None
    pulse = state.pulse
    return {
        "visits": round(pulse.visits, 1),
        "hits": round(pulse.hits, 1),
        "posts_per_day": posts_per_day(pulse),
        "hours": tell_hours(pulse, source.schedule, now=state.checked_at),
        "asked_pause_seconds": pulse.hints.pause.total_seconds() if pulse.hints.pause else None,
        "skip_hours": list(pulse.hints.skip_hours),
        "skip_days": list(pulse.hints.skip_days),
        "hub": pulse.hints.hub or None,
        "fresh_for_seconds": pulse.fresh_for.total_seconds() if pulse.fresh_for else None,
    }


def source_record(source: Source, state: SourceState | None) -> dict[str, object]:
    """One source as JSON."""
    from pydantic import TypeAdapter

    from crawler.model import SourceState as State

    remembered = json.loads(TypeAdapter(State).dump_json(state)) if state else {}
    remembered.pop("source_id", None)
    remembered.pop("pulse", None)
    return {
        "id": source.id,
        "kind": source.kind,
        "url": source.url,
        "title": source.title,
        "tags": list(source.tags),
        "enabled": source.enabled,
        "health": health(source, state),
        "why": why_due(source, state),
        "habits": habits_of(source, state),
        "state": remembered or None,
    }
