"""`gazette import`: sources from the list of a feed reader, of a page watcher, or of a person."""

from __future__ import annotations

import os
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.add import agrees
from crawler.cli.context import settings_of
from crawler.cli.output import as_title, counted, emit, note

if TYPE_CHECKING:
    from crawler.onboarding.candidates import Intake
    from crawler.onboarding.intake import Plan

EXAMPLE = "Example: gazette import subscriptions.opml --tag readers --dry-run"


def import_(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The list; - reads standard input.")],
    tag: Annotated[list[str] | None, typer.Option("--tag", help="A tag for all of them; may be repeated.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the blocks and write nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")] = False,
) -> None:
    """Adds the sources of a list: OPML, addresses one a line, changedetection.io or urlwatch. Nothing is fetched.

    Exit 1: something in it was no address and was left out.
    """
    from crawler.onboarding.files import append_source, file_for_sources
    from crawler.onboarding.intake import plan_sources, read_intake

    settings = settings_of(context)
    intake = read_intake(read_list(file), file)
    plan = plan_sources(intake.candidates, settings.sources, tag or ())
    explain(intake, plan)
    blocks, path = "\n".join(plan.blocks.values()), file_for_sources(settings.path).path
    if dry_run:
        emit(blocks.rstrip("\n"))
        note(f"{closing_line(plan, 'would be added', path)}; nothing was written")
    elif not plan.blocks:
        emit(closing_line(plan, "added", path))
    elif agrees(settings, yes):
        append_source(settings.path, os.environ, blocks)
        emit(f"{closing_line(plan, 'added', path)}; gazette crawl reads them for the first time")
    raise typer.Exit(1 if plan.refused else 0)


def read_list(file: str) -> bytes:
    """The bytes of the list, not many more than a list may have. Raises ``UsageError``."""
    from crawler.errors import UsageError
    from crawler.onboarding.candidates import LARGEST

    if file == "-":
        return sys.stdin.buffer.read(LARGEST + 1)
    try:
        with Path(file).open("rb") as stream:
            return stream.read(LARGEST + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise UsageError(f"{file}: cannot be read ({getattr(error, 'strerror', None) or error})") from error


def explain(intake: Intake, plan: Plan) -> None:
    """What the list is, what of it is left out and why, and the first of what is new."""
    for line in plan.refused:
        note(f"left out: {as_title(line, 400)}")
    for line in intake.notes:
        note(line)
    first = ", ".join(islice(plan.blocks, 3))
    new = f"{len(plan.blocks)} new: {first}{', …' if len(plan.blocks) > 3 else ''}" if plan.blocks else "nothing new"
    note(f"{intake.form}, {counted(len(intake.candidates), 'address', 'addresses')}; {new}")


def closing_line(plan: Plan, done: str, path: Path) -> str:
    """What it comes to: ``312 sources added to …/sources.toml, 4 known already, 2 addresses left out``."""
    left = len(plan.refused)
    parts = (
        f"{counted(len(plan.blocks), 'source')} {done} to {path}" if plan.blocks else f"no source {done}",
        f"{plan.known} known already" if plan.known else "",
        f"{plan.repeated} named twice" if plan.repeated else "",
        f"{counted(left, 'address', 'addresses')} left out" if left else "",
    )
    return ", ".join(filter(None, parts))
