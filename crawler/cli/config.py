"""`gazette config`: is the configuration right, what does it mean, and what could be written in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.context import settings_of
from crawler.cli.output import counted, emit, emit_json, note

if TYPE_CHECKING:
    from crawler.settings import Settings

app = typer.Typer(
    name="config",
    help="Checks and explains the configuration.",
    epilog="Example: gazette --config config config check",
    no_args_is_help=True,
    rich_markup_mode=None,
)

AsJson = Annotated[bool, typer.Option("--json", help="JSON Lines on stdout.")]


@app.command(epilog="Example: gazette config check")
def check(context: typer.Context, as_json: AsJson = False) -> None:
    """Reads everything, and says what is wrong, where, and what was expected. Exit code 2 if something is."""
    settings = settings_of(context)
    if as_json:
        emit_json(count_settings(settings) | {"warnings": list(settings.warnings)})
        return
    for warning in settings.warnings:
        note(f"warning: {warning}")
    emit(f"configuration is fine: {describe_settings(settings)}")


@app.command(epilog="Example: gazette config schema > gazette.schema.json")
def schema() -> None:
    """Prints the JSON Schema of the configuration, for editors."""
    from crawler.settings import json_schema

    emit(json.dumps(json_schema(), ensure_ascii=False, indent=2))


@app.command(epilog="Example: gazette config show --source gov-uk-news")
def show(
    context: typer.Context,
    source: Annotated[str | None, typer.Option("--source", metavar="ID", help="Every setting of this source.")] = None,
    as_json: AsJson = False,
) -> None:
    """Prints the values that hold in the end and where each comes from; secrets are hidden."""
    from crawler.settings import effective, effective_everywhere

    settings = settings_of(context)
    rows = effective_everywhere(settings) if source is None else effective(settings, source)
    if as_json:
        for key, value, origin in rows:
            emit_json({"key": key, "value": value, "origin": origin})
        return
    for line in align_rows(rows):
        emit(line)


def count_settings(settings: Settings) -> dict[str, object]:
    """How much is configured."""
    return {
        "sources": len(settings.sources),
        "enabled": sum(source.enabled for source in settings.sources),
        "channels": len(settings.channels),
        "subscriptions": len(settings.subscriptions),
    }


def describe_settings(settings: Settings) -> str:
    """How much is configured, for people."""
    disabled = sum(not source.enabled for source in settings.sources)
    sources = counted(len(settings.sources), "source") + (f" ({disabled} switched off)" if disabled else "")
    rest = (counted(len(settings.channels), "channel"), counted(len(settings.subscriptions), "subscription"))
    return ", ".join((sources, *rest))


def align_rows(rows: list[tuple[str, str, str]]) -> list[str]:
    """``key = value   # origin``, the origins in one column where the values are short enough."""
    from rich.cells import cell_len

    assigned = [f"{key} = {value}" for key, value, _ in rows]
    column = min(64, max((cell_len(text) for text in assigned), default=0))
    return [
        f"{text}{' ' * max(0, column - cell_len(text))}   # {origin}"
        for text, (_, _, origin) in zip(assigned, rows, strict=True)
    ]
