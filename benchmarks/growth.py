"""Whether more sources and more known articles make each one dearer. What is known is made, not fetched."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.measure import Bar, Cost, Row, middle
from benchmarks.phases import ROUNDS, Bench, prepare
from benchmarks.site import Site

FEW_SOURCES = 200
FEW_ARTICLES, MANY_ARTICLES = 10_000, 1_000_000
#: CPU time for each item that still counts as flat, on a machine that does other things as well.
FLAT = 1.25

_COPIES = """
WITH RECURSIVE copy(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copy WHERE n < ?)
"""


def measure_sources(bench: Bench, site: Site) -> Iterator[Row]:
    """The same check of few sources and of all; start-up is taken off both."""
    costs = {}
    for feeds in (site.feeds[:FEW_SOURCES], site.feeds):
        database = f"growth-{len(feeds)}.db"
        prepare(bench.folder, feeds, database=database)
        bench.crawl(configuration="listings.toml")
        start = middle([bench.crawl("source-0") for _ in range(ROUNDS)])
        whole = middle([bench.crawl() for _ in range(ROUNDS)])
        costs[len(feeds)] = replace(whole, cpu=max(0.001, whole.cpu - start.cpu))
    yield from compare("growth: sources", costs, {number: number for number in costs})


def measure_known(bench: Bench, site: Site) -> Iterator[Row]:
    """The same check among few known articles and among many."""
    prepare(bench.folder, site.feeds, database="known.db")
    bench.crawl(configuration="listings.toml")
    costs: dict[int, Cost] = {}
    for known in (FEW_ARTICLES, MANY_ARTICLES):
        make_articles(bench.folder / "known.db", known)
        costs[known] = middle([bench.crawl() for _ in range(ROUNDS)])
    yield from compare("growth: articles", costs, dict.fromkeys(costs, len(site.feeds)))


def compare(what: str, costs: dict[int, Cost], items: dict[int, int]) -> Iterator[Row]:
    """A row for few and one for many, whose cost for each item must be that of few."""
    few, many = costs
    for number in costs:
        share = {str(few): replace(costs[few], cpu=costs[few].cpu * items[number] / items[few])}
        bars = [Bar("flat", FLAT, f"× at {few}", str(few))] if number == many else []
        yield Row(f"{what} {number}", "gazette", items[number], costs[number], share, "", bars)


def make_articles(database: Path, known: int) -> None:
    """Copies articles, each to the source that owns it, until so many are known; none of them is due soon."""
    with sqlite3.connect(database) as connection:
        connection.execute("DELETE FROM article_key WHERE article_id LIKE 'made-%'")
        connection.execute("DELETE FROM article WHERE id LIKE 'made-%'")
        (there,) = connection.execute("SELECT count(*) FROM article").fetchone()
        copies = max(1, (known - there) // there)
        columns = [name for _, name, *_ in connection.execute("PRAGMA table_info(article)")]
        made = {"id": "'made-' || n || '-' || id", "url": "url || '?' || n", "due_at": "'2100-01-01 00:00:00.000000'"}
        listed = ", ".join(f'"{name}"' for name in columns)
        values = ", ".join(made.get(name, f'"{name}"') for name in columns)
        connection.execute(f"INSERT INTO article ({listed}) {_COPIES} SELECT {values} FROM article, copy", (copies,))
        connection.execute(
            f"INSERT INTO article_key (key, article_id, position) {_COPIES} "
            "SELECT key || '?' || n, 'made-' || n || '-' || article_id, position FROM article_key, copy",
            (copies,),
        )
    connection.close()
