"""What tests of telling share: changes, incidents and notices with invented content."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from crawler.model import (
    ArticleSummary,
    Change,
    ChangeKind,
    Delivery,
    DeliveryState,
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
    Precision,
    Subscription,
    Verdict,
)

NOW = datetime(2024, 5, 6, 7, 30, tzinfo=UTC)
CHINA = timezone(timedelta(hours=8))


def make_observation(letter: str = "a", **values: Any) -> Observation:
    plain = Observation(
        url="https://www.example.gov.cn/xw/41.html",
        fetched_at=NOW,
        status=200,
        verdict=Verdict.OK,
        sha256=letter * 64,
        headers=(("server", "x"),),
    )
    return replace(plain, **values)


def make_summary(**values: Any) -> ArticleSummary:
    plain = ArticleSummary(
        id="a41b0c",
        url="https://www.example.gov.cn/xw/41.html",
        title="全区一季度经济运行情况",
        published_at=datetime(2024, 5, 1, 21, 56, tzinfo=CHINA),
        published_precision=Precision.MINUTE,
        publisher="某区人民政府",
        language="zh",
        languages=("zh",),
        excerpt="一季度，全区生产总值稳步增长。",
        first_seen_at=NOW,
        published_raw="2024-05-01 21:56",
    )
    return replace(plain, **values)


def make_change(name: str = "1", **values: Any) -> Change:
    plain = Change(
        id=f"chg_{name}",
        kind=ChangeKind.EDITED,
        source="zq-news",
        source_title="某市要闻",
        tags=("guangdong",),
        article=make_summary(),
        detected_at=NOW,
        revision=2,
        previous_revision=1,
        fields=("body",),
        silent=True,
        significance=0.8,
        facts=(Fact(type=FactType.PERCENT, field="body", before="11%", after="1.1%"),),
        diff=(
            Hunk(field="body", op=HunkOp.EQUAL, before="同比增长 ", after="同比增长 "),
            Hunk(field="body", op=HunkOp.REPLACE, before="11%", after="1.1%"),
            Hunk(field="body", op=HunkOp.EQUAL, before="。", after="。"),
        ),
        summary="GDP 11% → 1.1%; page date unchanged",
        evidence=Evidence(before=make_observation("a"), after=make_observation("b")),
        cause="page",
        seq=7,
    )
    return replace(plain, **values)


def make_incident(reason: IncidentReason = IncidentReason.BLOCKED, **values: Any) -> Incident:
    plain = Incident(
        id="inc_1",
        source="zq-news",
        reason=reason,
        state=IncidentState.OPEN,
        detected_at=NOW,
        opened_at=NOW,
        detail="412, challenge page",
    )
    return replace(plain, **values)


def make_mass(count: int = 7) -> Incident:
    articles = tuple(
        IncidentArticle(
            id=f"art{number}",
            url=f"https://www.example.gov.cn/xw/{number}.html",
            title=f"Notice {number}",
            facts=(Fact(type=FactType.NUMBER, field="body", before="3", after="13"),),
        )
        for number in range(count)
    )
    return make_incident(IncidentReason.MASS_EDIT, count=count, articles=articles, detail="together")


def make_notice(*changes: Change, incidents: tuple[Incident, ...] = (), kind: str = "", **subscription: Any) -> Notice:
    return Notice(
        delivery_id="dlv_0123",
        subscription=Subscription(**{"name": "all-to-desk", "channel": "desk", **subscription}),
        kind=kind or ("change" if len(changes) + len(incidents) == 1 else "burst"),
        created_at=NOW,
        changes=changes,
        incidents=incidents,
    )


def make_delivery(**values: Any) -> Delivery:
    plain = Delivery(
        id="dlv_0123",
        subscription="all-to-desk",
        channel="desk",
        window="event:chg_1",
        state=DeliveryState.LEASED,
        due_at=NOW,
        created_at=NOW,
        event_ids=("chg_1",),
    )
    return replace(plain, **values)
