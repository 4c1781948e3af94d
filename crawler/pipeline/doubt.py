"""How often a change must be seen before it is told: nodes of a CDN disagree, and pages are never the same twice. Pure.

An edit is told when a second look shows it too. Where looks have disagreed before, and where the page shows a text that
it had before, one node with an old copy is likelier than an editor, so more looks must agree.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from crawler.differ.folding import compare_key
from crawler.model import HunkOp, KnownArticle, Suspicion
from crawler.pipeline.context import Context

if TYPE_CHECKING:
    from crawler.differ.compare import Comparison

#: Looks in a row that must agree: usually, at most, and where a former text is back.
LOOKS, MOST_LOOKS, RETURN_LOOKS = 2, 5, 5
#: From the first look to the last, where a former text is back and looks have disagreed before.
RETURN_SPAN = timedelta(hours=1)
#: A text that is back this long after it was replaced is no stale copy any more.
SETTLED = timedelta(days=7)
#: Fingerprints of former revisions that are remembered, disagreements that are counted, places that are named.
MOST_PAST, MOST_WAVERS, MOST_TRACES = 8, 3, 40


def is_confirmed(known: KnownArticle, mark: str, traces: tuple[str, ...], context: Context) -> bool:
    """Whether an edit may be told: seen often enough, far enough apart, or confirmation is off."""
    wait, seen = context.source.confirm_after, known.suspicion
    if not wait:
        return True
    if seen is None or not shows_again(seen, mark, traces):
        return False
    age, looks = context.now - seen.first_seen_at, seen.looks + 1
    if is_return(known, mark, context):
        return looks >= RETURN_LOOKS and (not known.wavers or age >= RETURN_SPAN)
    return looks >= min(LOOKS + known.wavers, MOST_LOOKS) and (context.confirming or age >= wait)


def shows_again(seen: Suspicion, mark: str, traces: tuple[str, ...]) -> bool:
    """Whether a look shows what an earlier one showed: the same text, or some of the same changes in it."""
    return seen.fingerprint == mark or not set(traces).isdisjoint(seen.traces)


def is_return(known: KnownArticle, mark: str, context: Context) -> bool:
    """Whether the page shows a former revision, and that not long after it was replaced."""
    return mark in known.past and context.now - known.changed_at < SETTLED


def is_worth_more_looks(known: KnownArticle) -> bool:
    """Whether a few more looks at once may settle it: a former text is back, and so far every look agrees on that."""
    seen = known.suspicion
    return seen is not None and 1 < seen.looks < RETURN_LOOKS and seen.fingerprint in known.past


def doubt_again(seen: Suspicion | None, mark: str, traces: tuple[str, ...], context: Context) -> Suspicion:
    """The suspicion after one more look that showed an edit."""
    if seen is None or not shows_again(seen, mark, traces):
        tries = seen.tries + 1 if seen else 1
        return Suspicion(fingerprint=mark, first_seen_at=context.now, tries=tries, traces=traces)
    kept = traces if seen.fingerprint == mark else tuple(trace for trace in traces if trace in seen.traces)
    return replace(seen, fingerprint=mark, tries=seen.tries + 1, looks=seen.looks + 1, traces=kept)


def count_wavers(known: KnownArticle) -> int:
    """How often looks have disagreed, now that an edit in doubt, if there was one, is gone again."""
    return min(MOST_WAVERS, known.wavers + (known.suspicion is not None))


def past_after(known: KnownArticle, mark: str) -> tuple[str, ...]:
    """The former fingerprints of an article that is now known under ``mark``."""
    past = [each for each in (*known.past, known.fingerprint) if each != mark]
    return tuple(dict.fromkeys(reversed(past)))[MOST_PAST - 1 :: -1]


def traces_of(comparison: Comparison) -> tuple[str, ...]:
    """A short name for each place that changed, the same whenever the same is changed there."""
    changed = [hunk for hunk in comparison.hunks if hunk.op is not HunkOp.EQUAL][:MOST_TRACES]
    texts = (f"{hunk.field}\0{compare_key(hunk.before)}\0{compare_key(hunk.after)}" for hunk in changed)
    return tuple(hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12] for text in texts)
