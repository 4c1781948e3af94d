"""What the log says of the configuration that a daemon works with."""

from __future__ import annotations

import logging
import os

from crawler import __version__
from crawler.bootstrap import Application
from crawler.settings import Settings

log = logging.getLogger(__name__)


def describe(settings: Settings) -> dict[str, object]:
    """What a configuration comes to, for the log."""
    return {
        "config": str(settings.path),
        "sources": sum(source.enabled for source in settings.sources),
        "disabled": sum(not source.enabled for source in settings.sources),
        "channels": len(settings.channels),
        "subscriptions": len(settings.subscriptions),
    }


def tell_start(application: Application) -> None:
    """One line that says what begins; the database without a password that its address may hold."""
    settings, store = application.settings, application.store
    details = {"version": __version__, "pid": os.getpid(), "database": store.database.name, **describe(settings)}
    log.info("daemon started", extra=details)
    if store.created:
        log.info("the database %s is new: first checks are a baseline and alert nobody", store.database.name)
    if not any(source.enabled for source in settings.sources):
        log.warning("no source is enabled: there is nothing to watch (%s)", settings.path)
