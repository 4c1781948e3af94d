"""An invented notice with a bit of everything: what templates are tried with before a real one comes. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from crawler.model import (
    ArticleSummary,
    Change,
    ChangeKind,
    Evidence,
    Fact,
    FactType,
    Hunk,
    HunkOp,
    Incident,
    IncidentArticle,
    IncidentReason,
    IncidentState,
    Notice,
    Observation,
    Subscription,
    Verdict,
)

_AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_URL = "https://www.example.org/notice.html"
_SEEN = Observation(url=_URL, fetched_at=_AT, status=200, verdict=Verdict.OK, sha256="0" * 64)
_GONE = replace(_SEEN, status=404, verdict=Verdict.NOT_FOUND)
_EDITED = Change(
    id="chg_1",
    kind=ChangeKind.EDITED,
    source="sample",
    source_title="Sample Office",
    article=ArticleSummary(
        id="1", url=_URL, title="A notice 通知", published_at=_AT, language="en", excerpt="It begins."
    ),
    detected_at=_AT,
    silent=True,
    significance=0.8,
    facts=(
        Fact(type=FactType.MONEY, field="body", before="120 euros", after="150 euros"),
        Fact(type=FactType.DATE, field="body", after="1 April"),
        Fact(type=FactType.NAME, field="body", before="the master"),
    ),
    diff=(
        Hunk(field="body", op=HunkOp.EQUAL, before="The fee is ", after="The fee is "),
        Hunk(field="body", op=HunkOp.REPLACE, before="120 euros", after="150 euros"),
        Hunk(field="body", op=HunkOp.MOVE, after="Berths remain open."),
    ),
    summary="fee 120 euros → 150 euros",
    evidence=Evidence(before=_SEEN, after=_SEEN),
)
_REMOVED = replace(
    _EDITED,
    id="chg_2",
    kind=ChangeKind.REMOVED,
    source="other",
    silent=None,
    facts=(),
    diff=(),
    evidence=Evidence(before=_SEEN, after=_GONE, observations=(_GONE, replace(_GONE, fetched_at=_AT + timedelta(1)))),
)
_NEW = replace(_EDITED, id="chg_3", kind=ChangeKind.NEW, silent=None, diff=(), facts=())
_MASS = Incident(
    id="inc_1",
    source="sample",
    reason=IncidentReason.MASS_EDIT,
    state=IncidentState.OPEN,
    detected_at=_AT,
    opened_at=_AT,
    detail="together",
    articles=(IncidentArticle(id="1", url=_URL, title="A notice"),),
)


def sample_notices() -> Iterator[Notice]:
    """One of many events, one of a single one, one of lines, and a test."""
    subscription = Subscription(name="sample", channel="sample")
    plain = Notice(delivery_id="dlv_sample", subscription=subscription, kind="change", created_at=_AT)
    linked = replace(plain, public_url="https://gazette.example.org", unsubscribe_url="https://gazette.example.org/x")
    yield replace(plain, changes=(_EDITED,))
    yield replace(
        linked, kind="digest", changes=(_EDITED, _REMOVED, _NEW, replace(_NEW, id="chg_4")), incidents=(_MASS,)
    )
    yield replace(plain, kind="coverage", lines=("1 of 1 source checked",))
    yield replace(plain, kind="test")
