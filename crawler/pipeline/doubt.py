"""How often a change must be seen before it is told: nodes of a CDN disagree, and pages are never the same twice. Pure.

An edit is told when further looks show it too, and only as far as they do. Two looks that show the same are enough;
where they differ (the mobile edition, half a page, another edit), three must show all that is told, and no look since
may still show what is said to be taken away. Where looks have disagreed before, and where the page shows a text that it
had before, one node with an old copy is likelier than an editor, so more looks must agree. On a page that is never the
same twice only what most of five looks show is told.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from crawler.differ.folding import compare_key
from crawler.model import Glance, Hunk, HunkOp, KnownArticle, Suspicion
from crawler.pipeline.context import Context

if TYPE_CHECKING:
    from crawler.differ.compare import Comparison

#: Looks that must agree: usually, where looks differ, at most, and where a former text is back.
LOOKS, DISPUTED_LOOKS, MOST_LOOKS, RETURN_LOOKS = 2, 3, 5, 5
#: From the first look to the last, where a former text is back and looks have disagreed before.
RETURN_SPAN = timedelta(hours=1)
#: A text that is back this long after it was replaced is no stale copy any more.
SETTLED = timedelta(days=7)
#: Fingerprints of former revisions and glances that are remembered, disagreements that are counted, places named.
MOST_PAST, MOST_GLANCES, MOST_WAVERS, MOST_TRACES = 8, 2 * MOST_LOOKS, 3, 40
#: What the trace of a date begins with (a fingerprint does not cover it), and that of a place that is gone.
_DATE, _GONE = "@", "-"


def is_confirmed(known: KnownArticle, doubt: Suspicion, context: Context) -> bool:
    """Whether all that the latest look shows may be told: seen often enough and far enough apart, or never doubted."""
    latest = doubt.glances[-1]
    agreeing = [glance for glance in doubt.glances if shows(glance, latest)]
    looks, recent = sum(glance.looks for glance in agreeing), last_looks(doubt)
    if 2 * sum(shows(glance, latest) for glance in recent) <= len(recent) or is_poorer(doubt):
        return False
    least = (DISPUTED_LOOKS if is_disputed(doubt) else LOOKS) + known.wavers
    return is_sure(known, latest.fingerprint, context, looks=looks, least=least, since=agreeing[0].seen_at)


def is_sure(known: KnownArticle, mark: str, context: Context, *, looks: int, least: int, since: datetime) -> bool:
    """Whether so many looks since then are enough for the text with this fingerprint."""
    wait, age = context.source.confirm_after, context.now - since
    if not wait:
        return True
    if is_return(known, mark, context):
        return looks >= RETURN_LOOKS and (not known.wavers or age >= RETURN_SPAN)
    return looks >= min(least, MOST_LOOKS) and (context.confirming or age >= wait)


def shows(glance: Glance, latest: Glance) -> bool:
    """Whether a look shows everything that the latest one does, and perhaps more."""
    if glance.fingerprint == latest.fingerprint:
        # Of the same text the changed places may be cut differently, but its date is not part of the fingerprint.
        return {trace for trace in latest.traces if trace.startswith(_DATE)} <= set(glance.traces)
    return bool(latest.traces) and set(latest.traces) <= set(glance.traces)


def last_looks(doubt: Suspicion) -> list[Glance]:
    """What each of the last few looks showed."""
    return [glance for glance in doubt.glances for _ in range(glance.looks)][-MOST_LOOKS:]


def is_disputed(doubt: Suspicion) -> bool:
    """Whether the looks have not all shown the same."""
    return len(doubt.glances) > 1


def is_poorer(doubt: Suspicion) -> bool:
    """Whether the latest look lacks what one of those just before it still had: then that was not taken away."""
    return any(not is_gone(trace, doubt) for trace in doubt.glances[-1].traces if trace.startswith(_GONE))


def is_gone(trace: str, doubt: Suspicion) -> bool:
    """Whether the last few looks, one and all, show that something was taken away."""
    latest = doubt.glances[-1]
    return all(trace in glance.traces or shows(glance, latest) for glance in last_looks(doubt)[-DISPUTED_LOOKS:])


def shared_traces(doubt: Suspicion) -> frozenset[str]:
    """The changes that most of the last five looks show, where they are never the same; none before there are five.

    What only one edition of the page shows, however often, is no such change.
    """
    recent = last_looks(doubt)
    if len(recent) < MOST_LOOKS:
        return frozenset()
    counts = Counter(trace for glance in recent for trace in set(glance.traces))
    editions = Counter(trace for _, traces in {(each.fingerprint, each.traces) for each in recent} for trace in traces)
    shared = [trace for trace, count in counts.items() if 2 * count > len(recent) and editions[trace] > 1]
    return frozenset(trace for trace in shared if not trace.startswith(_GONE) or is_gone(trace, doubt))


def is_return(known: KnownArticle, mark: str, context: Context) -> bool:
    """Whether the page shows a former revision, and that not long after it was replaced."""
    return mark in known.past and context.now - known.changed_at < SETTLED


def is_worth_more_looks(known: KnownArticle) -> bool:
    """Whether a few more looks at once may settle it: the looks differ, or a former text is back."""
    seen = known.suspicion
    if seen is None or not 1 < seen.tries < RETURN_LOOKS:
        return False
    return is_disputed(seen) or seen.fingerprint in known.past


def doubt_again(seen: Suspicion | None, mark: str, traces: tuple[str, ...], context: Context) -> Suspicion:
    """The suspicion after one more look that showed an edit."""
    glance = Glance(fingerprint=mark, seen_at=context.now, traces=traces)
    if seen is None:
        return Suspicion(fingerprint=mark, first_seen_at=context.now, glances=(glance,))
    earlier = seen.glances
    if earlier and shows(earlier[-1], glance) and shows(glance, earlier[-1]):
        last = earlier[-1]
        earlier, glance = earlier[:-1], replace(glance, seen_at=last.seen_at, looks=last.looks + 1)
    glances = (*earlier, glance)[-MOST_GLANCES:]
    return replace(seen, fingerprint=mark, tries=seen.tries + 1, glances=glances)


def count_wavers(known: KnownArticle) -> int:
    """How often looks have disagreed, now that an edit in doubt, if there was one, is gone again."""
    return min(MOST_WAVERS, known.wavers + (known.suspicion is not None))


def past_after(known: KnownArticle, mark: str) -> tuple[str, ...]:
    """The former fingerprints of an article that is now known under ``mark``."""
    past = [each for each in (*known.past, known.fingerprint) if each != mark]
    return tuple(dict.fromkeys(reversed(past)))[MOST_PAST - 1 :: -1]


def traces_of(comparison: Comparison) -> tuple[str, ...]:
    """A short name for each place that changed, the same whenever the same is changed there.

    Beyond the first few places one name stands for all the others.
    """
    names = [name for name, _ in name_places(comparison.hunks)]
    if len(names) <= MOST_TRACES:
        return tuple(names)
    return (*names[: MOST_TRACES - 1], _name("\0".join(names[MOST_TRACES - 1 :])))


def places_of(hunks: Sequence[Hunk], traces: frozenset[str]) -> list[Hunk]:
    """The changed places that these traces name."""
    places = name_places(hunks)
    rest = places[MOST_TRACES - 1 :] if len(places) > MOST_TRACES else []
    has_rest = bool(rest) and _name("\0".join(name for name, _ in rest)) in traces
    return [hunk for name, hunk in places if name in traces] + [hunk for _, hunk in rest if has_rest]


def name_places(hunks: Iterable[Hunk]) -> list[tuple[str, Hunk]]:
    """Each changed place under its name; what is changed alike in several places is counted."""
    counts: Counter[str] = Counter()
    places = []
    for hunk in hunks:
        if hunk.op is HunkOp.EQUAL:
            continue
        text = f"{hunk.field}\0{compare_key(hunk.before)}\0{compare_key(hunk.after)}"
        counts[text] += 1
        name = _name(text if counts[text] == 1 else f"{text}\0{counts[text]}")
        sort = _DATE if hunk.field == "published_at" else _GONE if hunk.op is HunkOp.DELETE else ""
        places.append((sort + name, hunk))
    return places


def _name(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
