"""Measures for Prometheus, as a text file for the node exporter's textfile collector and as a page of the dashboard: by
outcome, never by address.

Counted here is what passes by; what stands in the database is asked at every sign of life of the daemon. Only where
``[metrics]`` asks for it is any of this imported.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    write_to_textfile,
)

from crawler.model import Fetched, FetchFailure, NotModified, Request, Response, Source, SourceState
from crawler.pipeline.result import CheckResult
from crawler.ports import Fetcher, Measures
from storage.agenda import Standing

#: From a cached answer next door to the default timeout and beyond.
_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60)


class Meter:
    """Everything that is measured, in a registry of its own."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._fetches = Counter("gazette_fetches", "Requests by what came of them.", ["outcome"], registry=registry)
        self._seconds = Histogram(
            "gazette_fetch_seconds", "Seconds from request to body.", buckets=_SECONDS, registry=registry
        )
        self._checks = Counter("gazette_checks", "Checks by verdict on the listing.", ["outcome"], registry=registry)
        self._changes = Counter("gazette_changes", "Changes found, baselines left out.", ["kind"], registry=registry)
        self._gauges = {
            name: Gauge(f"gazette_{name}", words, registry=registry)
            for name, words in {
                "last_tick_timestamp_seconds": "When the daemon last asked what is due.",
                "due_lag_seconds": "By how much the source that waits longest is overdue.",
                "not_modified_ratio": "Share of answers since the start that were 304.",
                "sources": "Sources that are watched.",
                "sources_failing": "Those whose last check failed.",
                "outbox_age_seconds": "How long the oldest message that is due has waited.",
                "outbox_waiting": "Messages that wait.",
                "dead_letters": "Messages that were given up.",
                "incidents_open": "Troubles of sources that last.",
            }.items()
        }
        self._answers = self._unchanged = 0

    def count_fetch(self, response: Response, seconds: float) -> None:
        """One request that came to its end."""
        self._fetches.labels(outcome=outcome_of(response)).inc()
        if not isinstance(response, FetchFailure):
            self._seconds.observe(seconds)
            self._answers += 1
            self._unchanged += isinstance(response, NotModified)

    def count_check(self, result: CheckResult) -> None:
        """One visit to a source."""
        self._checks.labels(outcome=result.verdict.value).inc()
        for change in result.changes:
            if not change.baseline:
                self._changes.labels(kind=change.kind.value).inc()

    def note_standing(
        self, states: Mapping[str, SourceState], standing: Standing, *, ticked_at: datetime, now: datetime
    ) -> None:
        """Takes in how sources and messages stand."""
        overdue = [now - state.due_at for state in states.values() if state.due_at and not state.muted]
        values = {
            "last_tick_timestamp_seconds": ticked_at.timestamp(),
            "due_lag_seconds": max((lag.total_seconds() for lag in overdue), default=0.0),
            "not_modified_ratio": self._unchanged / self._answers if self._answers else 0.0,
            "sources": len(states),
            "sources_failing": sum(state.failures > 0 for state in states.values()),
            "outbox_age_seconds": (now - standing.oldest_due_at).total_seconds() if standing.oldest_due_at else 0.0,
            "outbox_waiting": standing.waiting,
            "dead_letters": standing.dead,
            "incidents_open": standing.incidents,
        }
        for name, value in values.items():
            self._gauges[name].set(max(value, 0))

    def write(self, file: Path) -> None:
        """Writes the file, all or nothing. Raises ``OSError``."""
        write_to_textfile(str(file), self._registry)

    def render(self) -> Measures:
        """The same as an answer to Prometheus (text format 0.0.4)."""
        return Measures(generate_latest(self._registry), CONTENT_TYPE_PLAIN_0_0_4)


class MeasuredFetcher:
    """A fetcher whose requests are counted."""

    def __init__(self, fetcher: Fetcher, meter: Meter) -> None:
        self._fetcher = fetcher
        self._meter = meter

    async def fetch(self, request: Request, source: Source) -> Response:
        """See ``Fetcher``."""
        began = time.monotonic()
        response = await self._fetcher.fetch(request, source)
        self._meter.count_fetch(response, time.monotonic() - began)
        return response


def outcome_of(response: Response) -> str:
    """``ok``, ``not_modified``, the class of an error's status, or the verdict on what never was an answer."""
    if isinstance(response, NotModified):
        return "not_modified"
    if isinstance(response, Fetched):
        return "ok" if response.status < 400 else f"http_{response.status // 100}xx"
    return response.verdict.value
