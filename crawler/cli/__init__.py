"""The command line: `gazette`. Commands import what they need when they run, so that `--help` is instant."""

from __future__ import annotations

import errno
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import typer

from crawler.cli.context import CliContext
from crawler.cli.output import silence_stdout
from crawler.cli.signals import collect_rarely, stop_on_signals
from crawler.errors import GazetteError

#: The database and the snapshots tell such trouble themselves; what is left is the file that stdout leads to.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

app = typer.Typer(
    name="gazette",
    help="Watches official news and tells what is new, what was edited (above all silently), and what was taken away.",
    epilog="Example: gazette --config config crawl gov-uk-news",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


#: The commands in the order of the help, and the module that each stands in.
COMMANDS = {
    **{name: name for name in ("demo", "init", "add")},
    "import": "import_",  # a word of Python's own
    **{name: name for name in ("status", "crawl", "daemon", "health", "serve", "config")},
    **{name: name for name in ("probe", "sources", "articles", "changes", "incidents", "show")},
    "diff": "show",
    **{name: name for name in ("search", "inspect", "reparse", "verify", "export", "alerts", "db")},
}


def show_version(wanted: bool) -> None:
    """Prints the version and ends, when asked."""
    if wanted:
        from crawler import __version__

        typer.echo(f"gazette {__version__}")
        raise typer.Exit


@app.callback()
def gazette(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", envvar="GAZETTE_CONFIG", help="A TOML file, or a folder of TOML files; default config/."
        ),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Watches official news and proves what is new, edited or taken away.

    Example: gazette --config config crawl gov-uk-news
    """
    context.obj = CliContext(config=config)


def add_commands(words: Sequence[str] = ()) -> None:
    """Hangs commands into the tree: those that the ``words`` of a command line name, or every one where they name none.

    To import and to describe all commands takes longer than most commands take.
    """
    for name in named_in(words) or COMMANDS:
        module = import_module(f"crawler.cli.{COMMANDS[name]}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name)
        else:
            example = getattr(module, f"EXAMPLE_{name.upper()}", None) or module.EXAMPLE
            app.command(name, epilog=example)(getattr(module, name, None) or getattr(module, COMMANDS[name]))


def named_in(words: Sequence[str]) -> list[str]:
    """The commands whose names stand among the words: the one that is meant, and what looks like one.

    None where help on all of them is asked for, or where a word before is none: what it may have meant is one of all.
    """
    first = next((place for place, word in enumerate(words) if word in COMMANDS), len(words))
    before = ["", *words[:first]]
    unknown = any(not option.startswith("-") and not word.startswith("-") for option, word in pairwise(before))
    return [] if unknown or "--help" in before else [name for name in COMMANDS if name in words]


def main() -> None:
    """The entry point: a user's mistake ends in one clear line and an exit code, never in a traceback."""
    stop_on_signals()
    collect_rarely()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a character shows a question mark
    add_commands(sys.argv[1:])
    try:
        app()
    except GazetteError as error:
        lines = str(error).splitlines() or [type(error).__name__]
        sys.stderr.write("".join(f"gazette: {line}\n" for line in lines))
        sys.exit(error.exit_code)
    except OSError as error:
        if error.errno not in FULL:
            raise
        silence_stdout()
        sys.stderr.write(f"gazette: the output could not be written: {error.strerror}\n")
        sys.exit(1)
