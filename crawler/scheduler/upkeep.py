"""What a daemon does for its database beside visits: terms for search, and at a quiet time of each day upkeep.

Upkeep is retention, and forgetting what is of no use any more.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from crawler.bootstrap import Application
from storage.maintenance import Pruned, forget_marks, prune

log = logging.getLogger(__name__)

#: Under which key the database says when it was last cared for.
FACT = "upkeep"
EVERY = timedelta(days=1)
#: When it is never quiet, it is done all the same.
LATEST = timedelta(days=2)
#: Revisions that are made known to search at a time, so that checks wait for none of them long.
PORTION = 50


def is_upkeep_due(last_at: datetime | None, *, now: datetime, is_quiet: bool) -> bool:
    """Whether now is the time: a day has passed and nothing is under way, or two days have passed."""
    if last_at is None or last_at > now:
        return is_quiet
    return now - last_at >= (EVERY if is_quiet else LATEST)


async def write_terms(application: Application) -> None:
    """Makes known to search what was committed, portion by portion. Raises ``StoreError``."""
    while await application.thread.call(application.store.write_terms, most=PORTION):
        pass


async def keep_up(application: Application, *, is_quiet: bool) -> Pruned | None:
    """Applies the retention of the configuration when its time has come. Raises ``StoreError``."""
    retention, now = application.settings.retention, application.clock.now()
    last_at = read_instant(await application.thread.call(application.store.read_fact, FACT))
    if not is_upkeep_due(last_at, now=now, is_quiet=is_quiet):
        return None
    while await application.thread.call(forget_marks, application.store, now=now):
        pass  # piece by piece: checks want to write in between
    pruned = await application.thread.call(
        prune,
        application.store,
        application.snapshots,
        now=now,
        snapshots_after=retention.snapshots,
        changes_after=retention.changes,
        max_size=retention.max_size,
    )
    await application.thread.call(application.store.write_fact, FACT, now.isoformat())
    if pruned.over:
        log.warning("retention.max_size is passed by snapshots that are still needed", extra={"bytes": pruned.over})
    log.log(logging.INFO if pruned.is_some else logging.DEBUG, "retention: %s", pruned)
    return pruned


def read_instant(value: str | None) -> datetime | None:
    """The instant that was stored; None where there is none, or none that can be read."""
    try:
        instant = datetime.fromisoformat(value or "")
    except ValueError:
        return None
    return instant if instant.tzinfo else None
