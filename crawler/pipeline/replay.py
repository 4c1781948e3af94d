"""What today's reader would have told of an article's last looks, had it been the one that read them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from crawler.differ.compare import Comparison, compare, is_another_page
from crawler.differ.fingerprint import fingerprint
from crawler.model import Article, Observation


@dataclass(frozen=True, slots=True)
class Look:
    """One stored answer as today's reader has it."""

    proof: Observation
    article: Article


@dataclass(frozen=True, slots=True)
class Told:
    """An edit that would have been told, and between which looks."""

    before: Look
    after: Look
    comparison: Comparison


def replay(looks: Sequence[Look], believed: Collection[str] = ()) -> list[Told]:
    """The edits in a row of looks, oldest first. As in a check, an edit is told when a second look shows it too.

    ``believed`` are names of bytes that were believed at the time, whatever came after them.
    """
    told: list[Told] = []
    doubt = ""
    for number, look in enumerate(looks):
        if number == 0:
            base = look
            continue
        comparison = differs(base, look)
        mark = fingerprint(look.article) if comparison else ""
        if comparison is not None and (mark == doubt or look.proof.sha256 in believed):
            told.append(Told(base, look, comparison))
            base, mark = look, ""
        doubt = mark
    return told


def differs(base: Look, look: Look) -> Comparison | None:
    """What differs between two looks that show the same page."""
    comparison = compare(base.article, look.article)
    if comparison is None or is_another_page(base.article, look.article):
        return None
    return comparison
