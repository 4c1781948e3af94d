"""What one check is asked for, and what it came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from crawler.model import Change, Incident, KnownArticle, Outcome, Source, SourceState, Verdict
from crawler.pipeline.decide import is_well


class Recheck(StrEnum):
    """Which known articles a crawl fetches again."""

    DUE = "due"
    ALL = "all"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What one check came to. ``doubtful`` are edits that wait for their second look."""

    source: Source
    state: SourceState
    verdict: Verdict
    reason: str = ""
    baseline: bool = False
    listed: int = 0
    reread: int = 0
    changes: tuple[Change, ...] = ()
    incidents: tuple[Incident, ...] = ()
    doubtful: tuple[KnownArticle, ...] = ()

    @property
    def is_well(self) -> bool:
        """Whether the source could be checked."""
        return is_well(self.verdict)


def finish(begun: CheckResult, outcome: Outcome, changes: Sequence[Change], verdict: Verdict) -> CheckResult:
    """The result with what was written."""
    return replace(
        begun,
        state=outcome.state,
        verdict=verdict,
        changes=(*begun.changes, *changes),
        incidents=(*begun.incidents, *outcome.incidents),
    )
