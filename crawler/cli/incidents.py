"""`gazette incidents`: trouble of sources, and mass events; what an operator decides of them."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import UTC, datetime
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
from crawler.cli.output import as_time, as_title, counted, emit, emit_json, emit_table, note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.model import HeldChange, Incident, Promise, Ruling
    from storage.store import SqlStore

EXAMPLE = "Example: gazette incidents --source zq-news"
EXAMPLE_REAL = "Example: gazette incidents real inc_4f1c --yes"
EXAMPLE_NOISE = "Example: gazette incidents noise inc_4f1c --yes"

app = typer.Typer(
    help="Trouble of sources, and mass events.",
    epilog=EXAMPLE,
    invoke_without_command=True,
    rich_markup_mode=None,
)

IncidentArgument = Annotated[str, typer.Argument(metavar="ID", help="The incident's id, or a unique prefix of it.")]
YesFlag = Annotated[bool, typer.Option("--yes", help="Act without asking; needed where nobody sits at a terminal.")]


@app.callback(invoke_without_command=True, epilog=EXAMPLE)
def incidents(
    context: typer.Context,
    source: SourceFilter = None,
    since: SinceFilter = "",
    until: UntilFilter = "",
    limit: LimitFilter = 50,
    as_json: JsonFlag = False,
) -> None:
    """Lists incidents, newest first."""
    if context.invoked_subcommand:
        return
    from crawler.bootstrap import open_database
    from crawler.record import incident_record

    settings = settings_of(context)
    store = open_database(settings, create=False)
    try:
        found = store.list_incidents(
            sources=known_sources(settings, store, source),
            since=instant_or_none(since, "--since"),
            until=instant_or_none(until, "--until"),
            limit=limit,
        )
        rulings = store.rulings([incident.id for incident in found])
    finally:
        store.close()
    if as_json:
        for incident in found:
            ruling = rulings.get(incident.id)
            emit_json({**incident_record(incident), "ruling": ruling.word if ruling else None})
        return
    rows = [
        (
            incident.id,
            incident.source,
            incident.reason.value,
            describe_state(incident, rulings.get(incident.id)),
            as_time(incident.opened_at),
            as_title(incident.detail),
        )
        for incident in found
    ]
    emit_table(("incident", "source", "reason", "state", "opened", "detail"), rows)


def describe_state(incident: Incident, ruling: Ruling | None) -> str:
    """Whether it lasts, and what was decided of it."""
    return f"{incident.state.value}, {ruling.word}" if ruling else incident.state.value


# -- decided ---------------------------------------------------------------------------------------------------------


@app.command("real", epilog=EXAMPLE_REAL)
def real(context: typer.Context, incident: IncidentArgument, yes: YesFlag = False) -> None:
    """Publishes what the incident held back: its changes are written and promised now. Says so before it acts."""
    from crawler.bootstrap import build_audience, open_database
    from crawler.pipeline.rulings import promise_held

    settings = settings_of(context)
    with open_database(settings, create=False) as store:
        found, held = open_case(store, incident, "real")
        if not held:
            return
        promises = promise_held(held, build_audience(settings), datetime.now(UTC))
        emit(consequence(found, held, f"writes {counted(len(held), 'change')} and promises {describe(promises)}"))
        agree(yes=yes)
        written = store.rule_real(rule(found, "real", held), [each.change for each in held], promises)
    emit(f"{counted(len(written), 'change')} written; gazette changes --source {found.source} lists them")


@app.command("noise", epilog=EXAMPLE_NOISE)
def noise(context: typer.Context, incident: IncidentArgument, yes: YesFlag = False) -> None:
    """Lets what the incident held back stay untold, and what it said vanished count as present. Says so first."""
    from crawler.bootstrap import open_database

    with open_database(settings_of(context), create=False) as store:
        found, held = open_case(store, incident, "noise")
        if not held:
            return
        emit(consequence(found, held, describe_noise(held)))
        agree(yes=yes)
        store.rule_noise(rule(found, "noise", held), [each.change for each in held])
    emit(f"{counted(len(held), 'change')} will not be told")


def open_case(store: SqlStore, ref: str, word: str) -> tuple[Incident, list[HeldChange]]:
    """The incident, and what it holds back: nothing where the same was decided before. Raises ``UsageError``."""
    from crawler.errors import UsageError

    found = store.find_incident(ref)
    held = store.held_by(found)
    ruling = store.rulings([found.id]).get(found.id)
    if ruling is not None and ruling.word != word:
        raise UsageError(
            f"{found.id} was called {ruling.word} at {as_time(ruling.ruled_at)}, "
            f"which is done and is not taken back; {AFTER[ruling.word]}"
        )
    if ruling is not None:
        emit(f"{found.id} was called {word} at {as_time(ruling.ruled_at)} already: nothing to do")
        return found, []
    if not held:
        raise UsageError(f"{found.id} ({found.reason.value}) holds no change back, so there is nothing to decide")
    return found, held


#: What is left to somebody who changes their mind.
AFTER = {
    "real": "what was told stays told",
    "noise": "every article and its revisions are there all the same: gazette show ARTICLE",
}


def consequence(incident: Incident, held: Sequence[HeldChange], effect: str) -> str:
    """What will happen, in one sentence, and of which articles."""
    kinds = Counter(each.change.kind.value for each in held)
    what = ", ".join(f"{number} {kind}" for kind, number in kinds.items())
    when = as_time(incident.opened_at)
    lines = [f"{incident.id}  {incident.source}  {incident.reason.value} of {when}, holds {what}:"]
    lines += [f"  {as_title(each.change.summary or each.change.article.title, 110)}" for each in held[:SHOWN]]
    lines += [f"  and {len(held) - SHOWN} more"] if len(held) > SHOWN else []
    return "\n".join([*lines, f"this {effect}"])


#: Changes named before somebody decides about all of them.
SHOWN = 5


def describe(promises: Sequence[Promise]) -> str:
    """Who will be told how much."""
    counts = Counter(promise.subscription for promise in promises)
    return ", ".join(f"{number} to {name}" for name, number in counts.items()) or "them to nobody"


def describe_noise(held: Sequence[HeldChange]) -> str:
    """What becomes of articles that are known anew, and of those that were taken for gone."""
    from crawler.model import ChangeKind

    removed = sum(each.change.kind is ChangeKind.REMOVED for each in held)
    edited = len(held) - removed
    parts = []
    if edited:
        parts.append(f"leaves {counted(edited, 'article')} as they are known today and tells nobody what changed")
    if removed:
        parts.append(f"takes {counted(removed, 'article')} for present again and looks for them anew, telling nobody")
    return " and ".join(parts)


def agree(*, yes: bool) -> None:
    """Goes on only with a person's word. Raises ``UsageError`` where nobody can be asked."""
    from crawler.errors import UsageError

    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("nobody sits at this terminal to be asked: give --yes to act")
    if not typer.confirm("go on?", default=False, err=True):
        note("nothing was done")
        raise typer.Exit(0)


def rule(incident: Incident, word: str, held: Sequence[HeldChange]) -> Ruling:
    """The decision as it is recorded."""
    from crawler.model import Ruling

    return Ruling(incident_id=incident.id, word=word, ruled_at=datetime.now(UTC), changes=len(held))
