"""The command line: `gazette`. Commands import what they need when they run, so that `--help` is instant."""

from __future__ import annotations

import errno
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from crawler.cli.context import CliContext
from crawler.cli.output import silence_stdout
from crawler.cli.signals import stop_on_signals
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


def add_commands() -> None:
    """Hangs every command into the tree."""
    from crawler.cli import (
        add,
        alerts,
        articles,
        changes,
        config,
        crawl,
        daemon,
        db,
        demo,
        export,
        health,
        incidents,
        init,
        inspect,
        probe,
        reparse,
        serve,
        show,
        sources,
        status,
    )

    app.command("demo", epilog=demo.EXAMPLE)(demo.demo)
    app.command("init", epilog=init.EXAMPLE)(init.init)
    app.command("add", epilog=add.EXAMPLE)(add.add)
    app.command("status", epilog=status.EXAMPLE)(status.status)
    app.command("crawl", epilog=crawl.EXAMPLE)(crawl.crawl)
    app.command("daemon", epilog=daemon.EXAMPLE)(daemon.daemon)
    app.command("health", epilog=health.EXAMPLE)(health.health)
    app.command("serve", epilog=serve.EXAMPLE)(serve.serve)
    app.add_typer(config.app, name="config")
    app.command("probe", epilog=probe.EXAMPLE)(probe.probe)
    app.add_typer(sources.app, name="sources")
    app.command("articles", epilog=articles.EXAMPLE)(articles.articles)
    app.command("changes", epilog=changes.EXAMPLE)(changes.changes)
    app.add_typer(incidents.app, name="incidents")
    app.command("show", epilog=show.EXAMPLE_SHOW)(show.show)
    app.command("diff", epilog=show.EXAMPLE_DIFF)(show.diff)
    app.command("inspect", epilog=inspect.EXAMPLE)(inspect.inspect)
    app.command("reparse", epilog=reparse.EXAMPLE)(reparse.reparse)
    app.command("export", epilog=export.EXAMPLE)(export.export)
    app.add_typer(alerts.app, name="alerts")
    app.add_typer(db.app, name="db")


def main() -> None:
    """The entry point: a user's mistake ends in one clear line and an exit code, never in a traceback."""
    stop_on_signals()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a character shows a question mark
    add_commands()
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
