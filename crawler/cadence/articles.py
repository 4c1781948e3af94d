"""When to look again at a known article."""

from __future__ import annotations

from datetime import datetime, timedelta

from crawler.model import RecheckPolicy

SOONEST_RETRY = timedelta(minutes=10)
LATEST_RETRY = timedelta(days=1)


def next_recheck(
    *, first_seen_at: datetime, changed_at: datetime, policy: RecheckPolicy, now: datetime
) -> datetime | None:
    """When a known article is fetched again, or None when it has grown too old to watch.

    The rungs of the ladder are ages since first sight; beyond the last one it is ``then_every``.
    """
    if policy.stop_after is not None and now - max(first_seen_at, changed_at) >= policy.stop_after:
        return None
    for age in policy.ladder:
        if first_seen_at + age > now:
            return first_seen_at + age
    return now + policy.then_every


def retry_article(*, read_at: datetime, now: datetime) -> datetime:
    """When to try an article again whose page could not be judged: the longer it was not read, the later.

    An eighth of the time since ``read_at``, but ten minutes at least and a day at most: an outage is soon over, and a
    host that refuses us for good is not asked for every page at every check.
    """
    return now + min(max((now - read_at) / 8, SOONEST_RETRY), LATEST_RETRY)
