"""`python -m benchmarks`: measures, prints a table, and writes the figures as JSON where asked."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import Row, RunFailed
from benchmarks.phases import Bench, measure_crawls, measure_help
from benchmarks.site import serve_site

#: Where the generated site is expected: beside the project.
SERVER = Path(__file__).resolve().parents[2] / "shared" / "tools" / "workload.py"
_COLUMNS = ("what", "who", "items", "CPU s", "µs/item", "peak MB", "wall s", "ratio")
_HEADING = "{:<18} {:<10} {:>6} {:>8} {:>9} {:>8} {:>7} {:>6}".format(*_COLUMNS)


def main() -> int:
    """Measures everything that can be measured here; 1 where a program failed."""
    options = read_options()
    rows: list[Row] = []
    try:
        with tempfile.TemporaryDirectory(prefix="gazette-bench-") as folder:
            measure_all(Bench(Path(folder)), options, rows)
    except RunFailed as failure:
        sys.stderr.write(f"benchmarks: {failure}\n")
        return 1
    if options.json:
        options.json.write_text(json.dumps(as_report(rows, options), indent=2) + "\n", "utf-8")
    return 0


def measure_all(bench: Bench, options: argparse.Namespace, rows: list[Row]) -> None:
    """Fills ``rows`` and prints each as soon as it is known. Raises ``RunFailed``."""
    print(_HEADING)
    add(rows, [measure_help(bench)])
    if not options.server.is_file():
        print(f"the crawls are skipped: there is no site server at {options.server} (--server FILE)")
        return
    with serve_site(options.server, sources=options.sources, items=options.items) as site:
        for row in measure_crawls(bench, site, items=options.items):
            add(rows, [row])
    print("ratio: CPU time as a multiple of the yardstick's (requests, feedparser, sqlite3), lower is better")


def add(rows: list[Row], measured: Sequence[Row]) -> None:
    """Keeps and prints what was measured."""
    rows.extend(measured)
    for row in measured:
        print(as_line(row), flush=True)


def as_line(row: Row) -> str:
    """One row of the table."""
    ratio = f"{row.ratio:6.2f}" if row.ratio else f"{'-':>6}"
    return (
        f"{row.what:<18} {row.who:<10} {row.items:>6} {row.cost.cpu:>8.2f} {row.microseconds:>9.0f} "
        f"{row.cost.peak:>8.0f} {row.cost.wall:>7.2f} {ratio}"
    )


def as_report(rows: Sequence[Row], options: argparse.Namespace) -> dict[str, object]:
    """The figures and the machine they were measured on."""
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "load": [round(each, 2) for each in os.getloadavg()],
        "sources": options.sources,
        "items": options.items,
        "rows": [row.as_record() for row in rows],
    }


def read_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--sources", type=int, default=200, help="feeds to watch (200)")
    parser.add_argument("--items", type=int, default=20, help="articles in each feed (20)")
    parser.add_argument("--server", type=Path, default=SERVER, help="the program that serves the generated site")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
