"""When is an article gone? A state machine that believes nothing but repeated proof from a healthy source."""

from __future__ import annotations

from datetime import datetime, timedelta

from crawler.model import (
    ABSENT,
    WELL,
    Absence,
    ArticleState,
    Assessment,
    KnownArticle,
    Observation,
    RemovalPolicy,
    Verdict,
)

#: What counts as one sign that an article is gone. A page that leads home instead is one, too: sites that take posts
#: away often answer so. (A wall that leads everybody home does it for all pages at once, which the guard sees.)
SIGNS_OF_ABSENCE = ABSENT | {Verdict.WRONG_PAGE}
#: Observations kept of one absence: the first and the latest. More prove nothing more.
MAX_OBSERVATIONS = 50
_LAST_RESORT = timedelta(hours=24)


def absence_after(
    known: KnownArticle,
    sign: Observation,
    assessment: Assessment,
    *,
    source_is_well: bool,
    policy: RemovalPolicy,
) -> Absence | None:
    """The absence of ``known`` after one more look at it; None means it is there.

    A page that was read, or stands unmodified, ends an absence. A verdict in ``SIGNS_OF_ABSENCE`` adds one observation
    while the source is well. Anything else (outage, challenge, sick source) proves nothing and leaves things as they
    were.
    """
    if assessment.verdict in WELL:
        return None
    absence = known.absence
    if assessment.verdict not in SIGNS_OF_ABSENCE or not source_is_well or known.state is ArticleState.REMOVED:
        return absence
    if absence is None:
        return Absence(observations=(sign,), removed_by=assessment.removed_by)
    if sign.fetched_at <= absence.observations[-1].fetched_at:
        return absence
    kept = absence.observations
    if len(kept) >= max(MAX_OBSERVATIONS, policy.confirmations):
        kept = (kept[0], *kept[2:])
    return Absence(observations=(*kept, sign), removed_by=assessment.removed_by or absence.removed_by)


def is_removed(absence: Absence | None, policy: RemovalPolicy) -> bool:
    """Whether the observations prove a removal: enough of them, and far enough apart from first to last."""
    if absence is None or len(absence.observations) < policy.confirmations:
        return False
    return absence.observations[-1].fetched_at - absence.since >= policy.min_span


def next_look(absence: Absence, policy: RemovalPolicy, now: datetime) -> datetime:
    """When to look for a missing article again: the steps of ``policy.recheck``, the last one for ever after."""
    steps = policy.recheck or (_LAST_RESORT,)
    return now + steps[min(len(absence.observations), len(steps)) - 1]
