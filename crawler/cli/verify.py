"""`gazette verify`: whether what is stored is still what was seen."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.context import settings_of
from crawler.cli.filters import JsonFlag
from crawler.cli.output import counted, counting, emit, emit_json

if TYPE_CHECKING:
    from crawler.settings.values import RetentionSettings
    from storage.proof import Flaw, Tally

EXAMPLE = "Example: gazette verify --json > heads.jsonl"

#: Steps between two signs of life on a terminal.
STRIDE = 5_000


def verify(
    context: typer.Context,
    against: Annotated[
        Path | None,
        typer.Option("--against", metavar="FILE", help="What --json printed earlier: its chains must still be there."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Checks every snapshot against its hash, every revision against its proof, and the chains of observations.

    Ends with 1 if anything was altered or lost. Keep what --json prints in another place: who could write to the
    database could have written it anew, and --against shows that.
    """
    from crawler.bootstrap import open_database, open_snapshots
    from storage.proof import Tally, find_rewritten
    from storage.proof import verify as verify_store

    heads = read_heads(against) if against is not None else {}
    settings = settings_of(context)
    tally, flaws = Tally(), 0
    with open_database(settings, create=False) as store:
        found = verify_store(
            store,
            open_snapshots(settings, store, make=False),
            tally,
            released_before=released_before(settings.retention, datetime.now(UTC)),
            on_step=counting(STRIDE, "steps"),
        )
        for flaw in chain(found, find_rewritten(store, heads)):
            flaws += 1
            print_flaw(flaw, as_json=as_json)
    if as_json:
        emit_records(tally, flaws)
    else:
        emit(closing_line(tally, flaws))
    if flaws:
        raise typer.Exit(1)


def released_before(retention: RetentionSettings, now: datetime) -> datetime | None:
    """Since when every body must still be there, or None where nothing is ever let go."""
    if retention.max_size is not None:
        return now
    return now - retention.snapshots if retention.snapshots is not None else None


def read_heads(file: Path) -> dict[str, tuple[int, str]]:
    """The chains that an earlier ``--json`` told of, by host. Raises ``UsageError``."""
    from crawler.errors import UsageError

    try:
        lines = file.read_text("utf-8", "replace").splitlines()
    except OSError as error:
        raise UsageError(f"--against {file}: cannot be read ({error.strerror or error})") from error
    heads = {}
    for number, line in enumerate(lines, 1):
        try:
            heads.update(read_head(line))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            wrong = f"line {number} is none that `gazette verify --json` printed"
            raise UsageError(f"--against {file}: {wrong}") from error
    if not heads:
        raise UsageError(f"--against {file}: tells of no chain; it is what `gazette verify --json` printed")
    return heads


def read_head(line: str) -> dict[str, tuple[int, str]]:
    """The chain that one line tells of, by its host, if any."""
    record = json.loads(line) if line.strip() else {}
    if record.get("kind") != "chain":
        return {}
    return {str(record["host"]): (int(record["observations"]), str(record["head"]))}


# -- printing --------------------------------------------------------------------------------------------------------


def print_flaw(flaw: Flaw, *, as_json: bool) -> None:
    """One line."""
    from crawler.text.normalize import clean

    if as_json:
        emit_json({"kind": "flaw", "what": flaw.what, "name": flaw.name, "problem": flaw.problem})
    else:
        emit(f"FLAW  {clean(f'{flaw.what} {flaw.name} {flaw.problem}')}")


def emit_records(tally: Tally, flaws: int) -> None:
    """The end of each chain, and what it comes to."""
    for host, (number, head) in tally.heads.items():
        emit_json({"kind": "chain", "host": host, "observations": number, "head": head})
    figures = {name: getattr(tally, name) for name in ("observations", "revisions", "snapshots", "released")}
    emit_json({"kind": "summary", **figures, "flaws": flaws})


def closing_line(tally: Tally, flaws: int) -> str:
    """What it comes to, in one sentence."""
    looked_at = [
        f"{counted(tally.observations, 'observation')} in {counted(len(tally.heads), 'chain')}",
        counted(tally.revisions, "revision"),
        counted(tally.snapshots, "snapshot"),
    ]
    released = f"; {tally.released} let go by [retention]" if tally.released else ""
    verdict = f"{counted(flaws, 'flaw')} found" if flaws else "all as it was written"
    return f"{' · '.join(looked_at)}{released}: {verdict}"
