"""What every command is given by the root command."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from crawler.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class CliContext:
    """The options given before the command. ``config`` None: the default place."""

    config: Path | None = None


def config_path(context: typer.Context) -> Path | None:
    """The configuration that the person named, if any."""
    return context.ensure_object(CliContext).config


def settings_of(context: typer.Context) -> Settings:
    """The checked configuration; logs go where it says. Raises ``ConfigError``."""
    from crawler.logs import configure_logs
    from crawler.settings import load_settings

    settings = load_settings(config_path(context), os.environ)
    configure_logs(settings.log.level, settings.log.format)
    return settings
