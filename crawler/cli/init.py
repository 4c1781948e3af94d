"""`gazette init`: a configuration to start from."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from crawler.cli.output import emit

EXAMPLE = "Example: gazette init config"


def init(
    directory: Annotated[Path, typer.Argument(metavar="[DIR]", help="The folder to write it into.")] = Path("config"),
) -> None:
    """Writes a commented configuration that runs as it is. Never overwrites one."""
    from crawler.onboarding.begin import local_timezone, write_starter
    from crawler.settings import load_settings

    for path in write_starter(directory, local_timezone(os.environ)):
        emit(f"wrote {path}")
    settings = load_settings(directory, os.environ)
    option = "" if directory == Path("config") else f"--config {directory} "
    emit(f"What is found will be kept in {settings.storage.sqlite_path or settings.storage.url}. Next:")
    emit(f"  gazette {option}add https://www.example.gov.cn/news/    watches a site: any page of news, feed or blog")
    emit(f"  gazette {option}crawl                                   looks once; the first look is the baseline")
    emit(f"  gazette {option}daemon                                  keeps looking")
    emit(f"Who hears of what is in {directory / 'channels.toml'}: the terminal, until you name a mail server there.")
