"""`python -m benchmarks`: measures, prints a table with the bars, and writes the figures as JSON where asked."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.growth import measure_known, measure_sources
from benchmarks.idling import measure_idling, measure_polling
from benchmarks.measure import Row, RunFailed
from benchmarks.peers import has_peers
from benchmarks.phases import Bench, measure_articles, measure_help, measure_unchanged, warm_up
from benchmarks.site import OWN, Site, serve_site
from benchmarks.stampede import measure_stampede

#: Another server in the same shapes, where there is one beside the project: its figures can be compared with others'.
BESIDE = Path(__file__).resolve().parents[2] / "shared" / "tools" / "workload.py"
PARTS = ("help", "articles", "unchanged", "growth", "idle", "polling", "stampede")
_HEADING = "{:<26} {:<9} {:>7} {:>8} {:>8} {:>8} {:>8} {:>7}  {}".format(
    "what", "who", "items", "CPU s", "µs/item", "per CPU s", "peak MB", "wall s", "bars"
)


def main() -> int:
    """Measures everything that can be measured here; 1 where a program failed. Missing a bar is told, not punished."""
    options = read_options()
    rows: list[Row] = []
    try:
        with tempfile.TemporaryDirectory(prefix="gazette-bench-") as folder:
            measure_all(Path(folder), options, rows)
    except RunFailed as failure:
        sys.stderr.write(f"benchmarks: {failure}\n")
        return 1
    if options.json:
        options.json.write_text(json.dumps(as_report(rows, options), indent=2) + "\n", "utf-8")
    return 0


def measure_all(folder: Path, options: argparse.Namespace, rows: list[Row]) -> None:
    """Fills ``rows`` and prints each as soon as it is known. Raises ``RunFailed``."""
    print(f"the site is served by {options.server.name}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    if not has_peers():
        print("without Scrapy and urlwatch: they are not installed (make bench does it, where packages can be had)")
    print(_HEADING)
    bench = Bench(folder)
    parts = options.only or PARTS
    if "help" in parts:
        add(rows, [measure_help(bench)])
    if "articles" in parts:
        with served(bench, options, options.sources) as site:
            add(rows, measure_articles(bench, site, items=options.items))
    if "unchanged" in parts:
        with served(bench, options, options.feeds) as site:
            add(rows, measure_unchanged(bench, site))
    if "growth" in parts:
        with served(bench, options, 2 * options.feeds + options.feeds // 2, items=1) as site:
            add(rows, measure_sources(bench, site))
        with served(bench, options, options.sources) as site:
            add(rows, measure_known(bench, site))
    if "idle" in parts:
        add(rows, measure_idling(bench))
    if "polling" in parts:
        with served(bench, options, options.feeds, items=1) as site:
            add(rows, measure_polling(bench, site))
    if "stampede" in parts:
        add(rows, measure_stampede(bench))


@contextmanager
def served(bench: Bench, options: argparse.Namespace, sources: int, *, items: int = 0) -> Iterator[Site]:
    """A site of so many sources, and an empty folder to watch it from."""
    for file in bench.folder.glob("*.db*"):
        file.unlink()
    with serve_site(options.server, sources=sources, items=items or options.items) as site:
        warm_up(bench, site)
        yield site


def add(rows: list[Row], measured: Iterable[Row]) -> None:
    """Keeps and prints what was measured."""
    for row in measured:
        rows.append(row)
        print(as_line(row), flush=True)


def as_line(row: Row) -> str:
    """One row of the table."""
    bars = [
        f"{'ok' if row.clears(bar) else 'MISSED'} {row.value_of(bar):.4g} of {bar.value:.4g} {bar.unit}"
        for bar in row.bars
    ]
    return (
        f"{row.what:<26} {row.who:<9} {row.items:>7} {row.cost.cpu:>8.2f} {row.microseconds:>8.0f} {row.rate:>9.0f} "
        f"{row.cost.peak:>8.0f} {row.cost.wall:>7.1f}  {'; '.join(bars)}"
    ).rstrip()


def as_report(rows: Sequence[Row], options: argparse.Namespace) -> dict[str, object]:
    """The figures and the machine they were measured on."""
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "load": [round(each, 2) for each in os.getloadavg()],
        "server": options.server.name,
        "sources": options.sources,
        "items": options.items,
        "feeds": options.feeds,
        "rows": [row.as_record() for row in rows],
    }


def read_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=PARTS, help="measure this part alone; may be repeated")
    parser.add_argument("--feeds", type=int, default=2000, help="feeds of the unchanged check (2000)")
    parser.add_argument("--sources", type=int, default=200, help="feeds whose articles are read (200)")
    parser.add_argument("--items", type=int, default=20, help="articles in each feed (20)")
    server = BESIDE if BESIDE.is_file() else OWN
    parser.add_argument("--server", type=Path, default=server, help="the program that serves the generated site")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
