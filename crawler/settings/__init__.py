"""Settings: the operator's TOML, read completely, checked, resolved, and explained.

    files ── document ── references ── review (one table at a time) ── resolve (precedence) ── checks ── Settings

Everything that is wrong is collected and told at once, each with its file and line. Nothing here opens a
connection or writes a file.
"""

from __future__ import annotations

from crawler.settings.effective import effective, effective_everywhere
from crawler.settings.load import load_settings
from crawler.settings.schema import json_schema
from crawler.settings.values import LogSettings, RetentionSettings, Settings, StorageSettings, WebSettings

__all__ = [
    "LogSettings",
    "RetentionSettings",
    "Settings",
    "StorageSettings",
    "WebSettings",
    "effective",
    "effective_everywhere",
    "json_schema",
    "load_settings",
]
