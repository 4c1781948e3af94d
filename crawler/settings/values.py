"""The configuration as the rest of the program sees it: checked, resolved, frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

from crawler.model import ChannelConfig, FetchPolicy, Source, Subscription
from crawler.settings.document import Document
from crawler.settings.resolve import Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageSettings:
    """``url``: the database, SQLite paths absolute. ``snapshots``: an absolute folder, or the database itself."""

    url: str
    snapshots: Path | Literal["db"]

    @property
    def sqlite_path(self) -> Path | None:
        """The file of the database; None where it is a server, or only in memory."""
        if not self.url.startswith("sqlite:///"):
            return None
        path = self.url.removeprefix("sqlite:///").partition("?")[0]
        return None if path == ":memory:" else Path(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """Where the dashboard listens. ``public_url`` has no slash at its end."""

    listen: str
    port: int
    password: str = field(repr=False)
    public_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSettings:
    """How long things are kept; None: for ever. ``max_size`` in bytes; None: no limit."""

    snapshots: timedelta | None
    changes: timedelta | None
    max_size: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """``level`` is a name of ``logging`` in lower case; ``format`` is ``auto``, ``console`` or ``json``."""

    level: str
    format: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsSettings:
    """Where measures of the daemon go: to a ``file``, to a page of the dashboard (``web``), or nowhere."""

    file: Path | None = None
    web: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What the settings were made of, to tell where each value comes from."""

    document: Document
    tables: Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an operator decided. ``sources`` holds the disabled ones, too.

    ``path`` is what was read, ``folder`` what relative paths in it start at. ``warnings`` are for people:
    nothing in them keeps Gazette from working.
    """

    path: Path
    folder: Path
    storage: StorageSettings
    fetch: FetchPolicy
    concurrency: int
    sources: tuple[Source, ...]
    channels: tuple[ChannelConfig, ...]
    subscriptions: tuple[Subscription, ...]
    web: WebSettings
    retention: RetentionSettings
    log: LogSettings
    heartbeat_url: str = field(default="", repr=False)
    metrics: MetricsSettings = field(default_factory=MetricsSettings)
    warnings: tuple[str, ...] = ()
    origin: Origin = field(repr=False, compare=False)
