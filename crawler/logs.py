"""Logs: structured, on stderr, one line an event; for people on a terminal, JSON elsewhere."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import structlog


def configure_logs(level: str, format_: str) -> None:
    """Sends everything that is logged to stderr. ``format_`` is ``console``, ``json``, or ``auto`` (by terminal)."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_LateFormatter(format_))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for chatty in ("httpx", "httpcore", "alembic", "mail.log", "apscheduler"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


class _LateFormatter(logging.Formatter):
    """Loads structlog, and all that it draws in, with the first line: most commands log none."""

    def __init__(self, format_: str) -> None:
        super().__init__()
        self._format = format_
        self._formatter: logging.Formatter | None = None

    def format(self, record: logging.LogRecord) -> str:
        """See ``logging.Formatter``."""
        if self._formatter is None:
            self._formatter = _build_formatter(self._format)
        return self._formatter.format(record)


def _build_formatter(format_: str) -> structlog.stdlib.ProcessorFormatter:
    import structlog

    console = format_ == "console" or (format_ == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
    ]
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if console
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            renderer,
        ],
    )
