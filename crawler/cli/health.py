"""`gazette health`: is the daemon alive? For health checks of containers and monitors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.context import settings_of
from crawler.cli.daemon import read_span
from crawler.cli.filters import JsonFlag
from crawler.cli.output import as_span, counted, emit, emit_json

if TYPE_CHECKING:
    from crawler.model import Source, SourceState
    from crawler.scheduler.heartbeat import Heartbeat
    from crawler.settings import Settings

EXAMPLE = "Example: gazette health --max-age 2m"
START = "start it with `gazette daemon`"

#: A source that is due for longer than this, and than its own interval, was not kept up with.
LATE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What a health check says. ``lag`` is by how much the source that waits longest is overdue."""

    is_well: bool
    text: str
    heartbeat: Heartbeat | None = None
    sources: int = 0
    overdue: int = 0
    lag: timedelta = timedelta()

    @property
    def line(self) -> str:
        """The one line that is printed."""
        if not self.is_well:
            return f"FAULT: {self.text}"
        counts = f"{counted(self.sources, 'source')}, {self.overdue} overdue"
        late = f" (not keeping up: one waits for {as_span(self.lag.total_seconds())})" if self.overdue else ""
        return f"well: {self.text}, {counts}{late}"


def health(
    context: typer.Context,
    max_age: Annotated[str, typer.Option("--max-age", help="How old the daemon's last tick may be.")] = "2m",
    as_json: JsonFlag = False,
) -> None:
    """Tells whether the daemon is alive, by its last tick. Exit 1: it is not."""
    found = examine(settings_of(context), datetime.now(UTC), read_span(max_age, "--max-age"))
    emit_json(health_record(found)) if as_json else emit(found.line)
    raise typer.Exit(0 if found.is_well else 1)


def examine(settings: Settings, now: datetime, max_age: timedelta) -> Health:
    """What the database says of the daemon. That it cannot be read is a fault, too."""
    from crawler.bootstrap import open_database
    from crawler.errors import StoreError
    from crawler.scheduler.heartbeat import FACT, read_heartbeat

    sources = [source for source in settings.sources if source.enabled]
    path = settings.storage.sqlite_path
    if path is not None and not path.exists():
        return Health(is_well=False, text=f"there is no database yet at {path}; {START}")
    try:
        with open_database(settings, create=False) as store:
            heartbeat = read_heartbeat(store.read_fact(FACT))
            states = store.source_states(source.id for source in sources)
    except StoreError as error:
        return Health(is_well=False, text=str(error))
    is_well, text = judge(heartbeat, now=now, max_age=max_age)
    lags = list(find_lags(sources, states, now))
    return Health(
        is_well=is_well,
        text=text,
        heartbeat=heartbeat,
        sources=len(sources),
        overdue=len(lags),
        lag=max(lags, default=timedelta()),
    )


def judge(heartbeat: Heartbeat | None, *, now: datetime, max_age: timedelta) -> tuple[bool, str]:
    """Whether the last tick is young enough, in words. One from the future shows that a clock was set back since."""
    if heartbeat is None:
        return False, f"no daemon has ever run on this database; {START}"
    age, limit = (now - heartbeat.ticked_at).total_seconds(), max_age.total_seconds()
    pid = f"pid {heartbeat.pid}"
    if heartbeat.stopped:
        return False, f"the daemon was stopped {as_span(age)} ago ({pid}); {START}"
    if age > limit:
        return False, f"last tick {as_span(age)} ago, {pid}: it was killed, hangs, or cannot use its database"
    if age < -limit:
        return False, f"last tick lies {as_span(-age)} in the future, {pid}: check the clock"
    return True, f"last tick {as_span(age)} ago, {pid}"


def find_lags(sources: Iterable[Source], states: Mapping[str, SourceState], now: datetime) -> Iterable[timedelta]:
    """By how much each source that was not kept up with is overdue; not those that are muted or were never due."""
    for source in sources:
        state = states.get(source.id)
        if state is None or state.muted or state.due_at is None:
            continue
        if now - state.due_at > max(LATE, source.schedule.every):
            yield now - state.due_at


def health_record(found: Health) -> dict[str, object]:
    """What a health check says as one JSON object."""
    beat = found.heartbeat
    return {
        "well": found.is_well,
        "text": found.text,
        "ticked_at": beat.ticked_at.isoformat() if beat else None,
        "pid": beat.pid if beat else None,
        "version": beat.version if beat else None,
        "stopped": beat.stopped if beat else None,
        "sources": found.sources,
        "overdue": found.overdue,
        "lag_seconds": round(found.lag.total_seconds()),
    }
