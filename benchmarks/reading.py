"""How well pages are read, against a floor that only rises: `python -m benchmarks.reading`.

The pages and their scorer lie beside the project and belong to their publishers; without them there is nothing to
measure, which is said and is no fault. `--update` raises the floor to what was measured, and never lowers it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLOOR = Path(__file__).with_name("reading_floor.json")
#: In a folder beside the project: the archive, and its scorer under ``tools``.
ARCHIVE, SCORER = "pages.tar.xz", "tools/score_pages.py"
CALLABLE = "crawler.parser.article:extract"
#: Shares of pages, and F1 of the text: more is better.
MEASURES = ("F1", "F1page", "title", "day", "minute", "authorSet", "lang")
#: What another version of a library may cost without anybody having broken anything.
TOLERANCE = 0.002
_MAX_SECONDS = 900

Scores = dict[str, dict[str, float]]


class ScorerFailed(Exception):
    """The scorer did not come to an end; the message is the end of what it said."""


def find_pages(beside: Path) -> Path | None:
    """The folder that holds the pages and their scorer, or None."""
    folders = (path.parent for path in sorted(beside.glob(f"*/{ARCHIVE}")))
    return next((folder for folder in folders if (folder / SCORER).is_file()), None)


def measure(folder: Path) -> Scores:
    """The scores of every set of pages in ``folder``. Raises ScorerFailed."""
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "scores.json"
        command = [sys.executable, str(folder / SCORER), CALLABLE, "--json", str(report)]
        command += ["--archive", str(folder / ARCHIVE)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=_MAX_SECONDS, check=False)
        if done.returncode != 0:
            raise ScorerFailed(done.stderr.strip()[-500:])
        return select(json.loads(report.read_text(encoding="utf-8")))


def select(report: dict[str, dict[str, float | None]]) -> Scores:
    """The measures that have a floor, rounded to four places."""
    return {
        name: {key: round(value, 4) for key in MEASURES if (value := row.get(key)) is not None}
        for name, row in report.items()
    }


def find_falls(scores: Scores, floor: Scores) -> list[str]:
    """One line for every measure that is below its floor, or gone."""
    return [
        f"{name} {key}: {scores.get(name, {}).get(key, 0.0):.4f}, floor {least:.4f}"
        for name, row in floor.items()
        for key, least in row.items()
        if scores.get(name, {}).get(key, 0.0) < least - TOLERANCE
    ]


def raise_floor(scores: Scores, floor: Scores) -> Scores:
    """The higher one of every measure and its floor."""
    return {
        name: {
            key: max(scores.get(name, {}).get(key, 0.0), floor.get(name, {}).get(key, 0.0))
            for key in MEASURES
            if key in scores.get(name, {}) or key in floor.get(name, {})
        }
        for name in sorted({*scores, *floor})
    }


def main(arguments: list[str] | None = None) -> int:
    """0 when everything is read at least as well as ever, or there are no pages; 1 below the floor."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--update", action="store_true", help="raise the floor to what is measured now")
    update = parser.parse_args(arguments).update
    pages = find_pages(ROOT.parent)
    if pages is None:
        sys.stdout.write("reading: the pages are not here, nothing measured\n")
        return 0
    floor: Scores = json.loads(FLOOR.read_text(encoding="utf-8")) if FLOOR.exists() else {}
    try:
        scores = measure(pages)
    except (ScorerFailed, subprocess.TimeoutExpired) as error:
        sys.stderr.write(f"reading: {error}\n")
        return 1
    for name, row in scores.items():
        sys.stdout.write(f"{name:14}" + "  ".join(f"{key} {value:.4f}" for key, value in row.items()) + "\n")
    if update:
        FLOOR.write_text(json.dumps(raise_floor(scores, floor), indent=1) + "\n", encoding="utf-8")
    falls = find_falls(scores, floor)
    sys.stdout.writelines(f"BELOW THE FLOOR  {line}\n" for line in falls)
    return 1 if falls else 0


if __name__ == "__main__":
    sys.exit(main())
