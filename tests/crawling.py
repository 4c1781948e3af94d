"""What tests of whole crawls share: one watch over test sites, crawl after crawl, at times that the test sets."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from crawler.bootstrap import open_database, open_snapshots
from crawler.model import Article, Change, KnownArticle
from crawler.pipeline.result import CheckResult, Recheck
from crawler.scheduler.crawl import CrawlReport, CrawlRequest, crawl
from crawler.settings import load_settings
from storage.store import SqlStore

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass
class Watch:
    """A configuration, its database, and a clock that only crawls move."""

    config: Path
    now: datetime = NOON
    reports: list[CrawlReport] = field(default_factory=list)

    def crawl(self, *sources: str, after: timedelta = timedelta(hours=1), **request: Any) -> CrawlReport:
        """One crawl ``after`` the one before, that looks at every known article again unless told otherwise."""
        if self.reports:
            self.now += after
        request = {"recheck": Recheck.ALL, **request}
        settings = load_settings(self.config, {})
        report = asyncio.run(crawl(settings, CrawlRequest(source_ids=sources, as_of=self.now, **request)))
        self.reports.append(report)
        return report

    @property
    def folder(self) -> Path:
        return self.config.parent

    @contextmanager
    def store(self) -> Iterator[SqlStore]:
        with open_database(load_settings(self.config, {}), create=False) as store:
            yield store

    def articles(self) -> dict[str, tuple[KnownArticle, Article]]:
        """What is known, by the last part of its address without ``.html``."""
        with self.store() as store:
            found = store.list_articles(limit=10_000)
        return {known.url.rpartition("/")[2].removesuffix(".html"): (known, text) for known, text in found}

    def changes(self) -> list[Change]:
        with self.store() as store:
            return store.list_changes(after=0, limit=10_000)

    def snapshot(self, sha256: str) -> bytes:
        settings = load_settings(self.config, {})
        with self.store() as store:
            return open_snapshots(settings, store).get(sha256)

    def is_intact(self) -> bool:
        """Whether SQLite itself finds nothing wrong with the file, foreign keys included."""
        path = load_settings(self.config, {}).storage.sqlite_path
        connection = sqlite3.connect(path)
        try:
            whole = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            return whole and not connection.execute("PRAGMA foreign_key_check").fetchall()
        finally:
            connection.close()


def result_of(report: CrawlReport, source: str) -> CheckResult:
    return next(result for result in report.results if result.source.id == source)


def told(report: CrawlReport) -> list[tuple[str, str]]:
    """Kind and title of what was told, in commit order."""
    return [(change.kind.value, change.article.title) for change in report.changes if not change.baseline]
