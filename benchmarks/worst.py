"""What the costliest pages of two megabytes cost, beside a bare parse of a calm one: `python -m benchmarks.worst`.

Processor time, the best of several rounds. No page that comes from outside may hold us up: a tenth of a second is the
bar on the machine this was written on, some 25 times what it parses the calm page in. Beyond the ceiling by more than
three fifths the answer is 1; `--update` lowers the ceiling to what was measured, and never raises it.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.hostile_pages import BUILDERS
from benchmarks.speed import find_excesses, lower_ceilings, read_bare
from crawler.parser.article import extract

CEILINGS = Path(__file__).with_name("worst_ceilings.json")
_URL = "https://example.org/a"
_ROUNDS = 3
_SHOWN = 12
#: An article of two megabytes without anything odd.
_CALM = "paragraphs, all different"


def measure(read: Callable[[bytes, str], object], body: bytes, rounds: int = _ROUNDS) -> float:
    """Milliseconds of processor time of the best round."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        read(body, _URL)
        best = min(best, time.process_time() - start)
    return best * 1000


def measure_all(names: list[str], length: int) -> dict[str, tuple[float, float]]:
    """By shape: milliseconds, and how many times that is a bare parse of the calm page measured right beside it."""
    calm = BUILDERS[_CALM](length)
    found = {}
    for name in names:
        body = BUILDERS[name](length)
        spent = measure(extract, body)
        found[name] = (spent, spent / measure(read_bare, calm))
    return found


def main(arguments: list[str] | None = None) -> int:
    """0 when no page costs more than ever; 1 beyond the ceiling."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.worst", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--update", action="store_true", help="lower the ceiling to what is measured now")
    parser.add_argument("--all", action="store_true", help="show every shape, not only the costliest")
    parser.add_argument("--length", type=int, default=2_000_000, help="bytes of each page")
    parser.add_argument("shapes", nargs="*", help="words in the names of the shapes to measure; all without any")
    options = parser.parse_args(arguments)
    names = [name for name in BUILDERS if not options.shapes or any(word in name for word in options.shapes)]
    extract(b"<p>2023-10-27", _URL)  # what is made at the first call is no page's fault
    found = sorted(measure_all(names, options.length).items(), key=lambda row: -row[1][1])
    for name, (spent, ratio) in found if options.all else found[:_SHOWN]:
        sys.stdout.write(f"{name:40}{spent:8.1f} ms {ratio:8.1f} bare parses of a calm page\n")
    ratios = {"costliest shape": round(found[0][1][1], 2), "mean of shapes": round(_mean(found), 2)}
    if options.shapes:
        return 0
    ceilings: dict[str, float] = json.loads(CEILINGS.read_text(encoding="utf-8")) if CEILINGS.exists() else {}
    if options.update:
        CEILINGS.write_text(json.dumps(lower_ceilings(ratios, ceilings), indent=1) + "\n", encoding="utf-8")
    excesses = find_excesses(ratios, ceilings)
    sys.stdout.writelines(f"{name:22}{value:8.2f}\n" for name, value in ratios.items())
    sys.stdout.writelines(f"BEYOND THE CEILING  {line}\n" for line in excesses)
    return 1 if excesses else 0


def _mean(found: list[tuple[str, tuple[float, float]]]) -> float:
    return sum(ratio for _, (_, ratio) in found) / len(found)


if __name__ == "__main__":
    sys.exit(main())
