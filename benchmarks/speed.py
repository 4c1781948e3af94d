"""How fast pages are read, beside the bare parse of the same and beside trafilatura: `python -m benchmarks.speed`.

Processor time, every page by every reader in turn, the best of several rounds: so the ratios hold on a busy machine,
while pages a second are those of this one. The text is scored too, for speed that costs text is none. The pages lie
beside the project (see `benchmarks.reading`); without them nothing is measured. Beyond a ceiling by more than three
fifths the answer is 1; `--update` lowers the ceilings to what was measured, and never raises them.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import trafilatura
from selectolax.lexbor import LexborHTMLParser

from benchmarks.reading import ARCHIVE, ROOT, SCORER, find_pages
from crawler.parser.article import extract

CEILINGS = Path(__file__).with_name("speed_ceilings.json")
#: What a busy machine, or another version of a library, may cost without anybody having broken anything.
TOLERANCE = 1.6
_EVERY = 16
_ROUNDS = 3

Reader = Callable[[bytes, str], Any]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the sets, with what is known to be on it."""

    name: str
    body: bytes
    gold: dict[str, Any]


def read_bare(body: bytes, _url: str) -> None:
    """The parse that no reader of HTML can do without."""
    LexborHTMLParser(body)


def read_with_trafilatura(body: bytes, url: str) -> dict[str, Any]:
    """All fields, as trafilatura reads them by default."""
    found = trafilatura.bare_extraction(body, url=url or None, with_metadata=True)
    return (
        {} if found is None else {"body": found.text or "", "title": found.title or "", "published": found.date or ""}
    )


READERS: dict[str, Reader] = {"parse": read_bare, "gazette": extract, "trafilatura": read_with_trafilatura}


def load_scorer(folder: Path) -> ModuleType:
    """The scorer beside the pages, as a module."""
    spec = importlib.util.spec_from_file_location("page_scorer", folder / SCORER)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(folder / SCORER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def measure(pages: list[Page], readers: dict[str, Reader], rounds: int = _ROUNDS) -> dict[str, float]:
    """Milliseconds of processor time a page, by reader: the mean of each page's best round."""
    best: dict[tuple[str, int], float] = {}
    for _ in range(rounds):
        for number, page in enumerate(pages):
            for name, reader in readers.items():
                start = time.process_time()
                reader(page.body, str(page.gold.get("url") or ""))
                spent = time.process_time() - start
                best[name, number] = min(spent, best.get((name, number), spent))
    total = dict.fromkeys(readers, 0.0)
    for (name, _), spent in best.items():
        total[name] += spent * 1000
    return {name: spent / (len(pages) or 1) for name, spent in total.items()}


def score(pages: list[Page], reader: Reader, scorer: ModuleType) -> float:
    """F1 of the text over the pages whose text is known, every page weighing the same."""
    rows = [
        {**scorer.judge(page.name, page.gold, reader(page.body, str(page.gold.get("url") or ""))), "ms": 0.0}
        for page in pages
        if page.gold.get("body")
    ]
    return float(scorer.summary(rows).get("F1") or 0.0) if rows else 0.0


def find_ratios(spent: dict[str, float]) -> dict[str, float]:
    """What does not depend on the machine: our time in bare parses, and as a share of trafilatura's."""
    return {
        "bare parses": round(spent["gazette"] / spent["parse"], 2),
        "share of trafilatura": round(spent["gazette"] / spent["trafilatura"], 3),
    }


def find_excesses(ratios: dict[str, float], ceilings: dict[str, float]) -> list[str]:
    """One line for every ratio beyond its ceiling by more than the tolerance, or not measured any more."""
    return [
        f"{name}: {ratios.get(name, float('inf')):.2f}, ceiling {most:.2f}"
        for name, most in ceilings.items()
        if ratios.get(name, float("inf")) > most * TOLERANCE
    ]


def lower_ceilings(ratios: dict[str, float], ceilings: dict[str, float]) -> dict[str, float]:
    """The lower one of every ratio and its ceiling."""
    return {name: min(value, ceilings.get(name, value)) for name, value in ratios.items()}


def main(arguments: list[str] | None = None) -> int:
    """0 when pages are read about as fast as ever, or there are none; 1 beyond a ceiling."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--update", action="store_true", help="lower the ceilings to what is measured now")
    parser.add_argument("--every", type=int, default=_EVERY, help="measure on every so manieth page")
    options = parser.parse_args(arguments)
    folder = find_pages(ROOT.parent)
    if folder is None:
        sys.stdout.write("speed: the pages are not here, nothing measured\n")
        return 0
    scorer = load_scorer(folder)
    pages = [Page(*row) for row in scorer.pages(folder / ARCHIVE, None)][:: max(1, options.every)]
    spent = measure(pages, READERS)
    sys.stdout.write(f"{len(pages)} pages, processor time, best of {_ROUNDS} rounds\n")
    for name, value in spent.items():
        text = "" if name == "parse" else f"   F1 of the text {score(pages, READERS[name], scorer):.4f}"
        sys.stdout.write(f"{name:12}{value:8.2f} ms a page {1000 / value:8.0f} pages/s{text}\n")
    ratios = find_ratios(spent)
    sys.stdout.writelines(f"{name:22}{value:8.2f}\n" for name, value in ratios.items())
    ceilings: dict[str, float] = json.loads(CEILINGS.read_text(encoding="utf-8")) if CEILINGS.exists() else {}
    if options.update:
        CEILINGS.write_text(json.dumps(lower_ceilings(ratios, ceilings), indent=1) + "\n", encoding="utf-8")
    excesses = find_excesses(ratios, ceilings)
    sys.stdout.writelines(f"BEYOND THE CEILING  {line}\n" for line in excesses)
    return 1 if excesses else 0


if __name__ == "__main__":
    sys.exit(main())
