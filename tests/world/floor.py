"""The scorecard against its floor: what was reached once must be reached by every world, and the floor only rises."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

FLOOR = Path(__file__).resolve().parent.parent.parent / "benchmarks" / "accuracy_floor.json"
#: Figures of which less is better; of all others more is.
LESS_IS_BETTER = ("false alerts", "flooded", "duplicates")

Card = Mapping[str, float]


def less_is_better(name: str) -> bool:
    """Whether a figure counts what should not be."""
    return name.startswith(LESS_IS_BETTER)


def find_falls(card: Card, floor: Card) -> list[str]:
    """One line for every figure that is worse than its floor, or gone."""
    falls = []
    for name, least in floor.items():
        value = card.get(name)
        if value is None:
            falls.append(f"{name}: nothing was measured, floor {least:.4f}")
        elif value > least if less_is_better(name) else value < least:
            falls.append(f"{name}: {value:.4f}, floor {least:.4f}")
    return falls


def raise_floor(card: Card, floor: Card) -> dict[str, float]:
    """The better one of every figure and its floor. Figures round so that they stay reachable."""
    raised = dict(floor)
    for name, value in card.items():
        known = floor.get(name)
        if known is None:
            raised[name] = round(value, 4)
        else:
            raised[name] = min(known, value) if less_is_better(name) else max(known, value)
    return dict(sorted(raised.items()))


def read_floor() -> dict[str, float]:
    """The floor as it stands."""
    return dict(json.loads(FLOOR.read_text(encoding="utf-8"))) if FLOOR.exists() else {}


def write_floor(floor: Card) -> None:
    """Writes the floor."""
    FLOOR.write_text(json.dumps(dict(floor), indent=1) + "\n", encoding="utf-8")
