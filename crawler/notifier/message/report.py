"""What a subscription is told though nothing happened: which sources were checked, which not and why. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from crawler.model import ChangeKind, Subscription
from crawler.notifier.message.harmless import one_line
from crawler.notifier.message.reader import Reader, reader_of
from crawler.notifier.message.welcome import count_in, name_kinds

_NAMED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A source that could not be read all the time, and why.

    ``sort`` is ``failing`` (``since_at``: when it was last well), ``unread`` (never yet), ``unchecked`` (``since_at``:
    when it last was, though it was due), ``trouble`` (an incident that goes on) or ``mended`` (one that ended at
    ``until_at``). ``reason`` is a sentence, of the last two the reason of the incident.
    """

    source: str
    sort: str
    since_at: datetime | None = None
    until_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What is known of the sources of one subscription from ``since_at`` to ``until_at``.

    ``checked`` of the ``sources`` were read in that time. ``changes`` are counted by kind, ``mass_events`` apart from
    them. ``skipped`` reports before this one were not made.
    """

    since_at: datetime
    until_at: datetime
    next_at: datetime
    sources: int
    checked: int
    gaps: tuple[Gap, ...] = ()
    changes: Mapping[str, int] = field(default_factory=dict)
    mass_events: int = 0
    skipped: int = 0


def coverage_lines(stretch: Stretch, subscription: Subscription) -> tuple[str, ...]:
    """The lines of a coverage report, in the words of the subscription's language."""
    reader = reader_of(subscription)
    labels = reader.labels
    found = (
        show_checked(stretch, reader),
        count_in(labels, "coverage_gap", len(stretch.gaps)) if stretch.gaps else labels["coverage_no_gap"],
        count_in(labels, "coverage_change", sum(stretch.changes.values())),
    )
    lines = [f"{labels['comma'].join(found)} {show_span(stretch, reader)}"]
    if stretch.changes or stretch.mass_events:
        lines.append(labels["coverage_kinds"].format(kinds=show_kinds(stretch, reader)))
    lines += show_gaps(stretch.gaps, reader)
    if stretch.skipped:
        lines.append(count_in(labels, "coverage_skip", stretch.skipped))
    return (*lines, labels["coverage_next"].format(date=reader.show_time(stretch.next_at)))


def empty_lines(stretch: Stretch, subscription: Subscription) -> tuple[str, ...]:
    """The lines of a digest that has nothing to tell."""
    reader = reader_of(subscription)
    labels = reader.labels
    is_whole = not stretch.gaps or stretch.checked == stretch.sources
    asked = labels["empty_asked"].format(kinds=name_kinds(subscription, labels), span=show_span(stretch, reader))
    return (
        labels["empty_all" if is_whole else "empty_some"].format(checked=show_checked(stretch, reader)),
        f"{asked} {labels['empty_filtered']}" if is_filtered(subscription) else asked,
        *show_gaps(stretch.gaps, reader),
        labels["empty_next"].format(date=reader.show_time(stretch.next_at)),
    )


def show_checked(stretch: Stretch, reader: Reader) -> str:
    """``40 of 40 sources checked``"""
    word = "coverage_source" if stretch.sources == 1 else "coverage_sources"
    return reader.labels[word].format(checked=stretch.checked, count=stretch.sources)


def show_span(stretch: Stretch, reader: Reader) -> str:
    """``since 2026-03-02 09:00 +08:00 (until 2026-03-09 09:00 +08:00)``"""
    since, until = reader.show_time(stretch.since_at), reader.show_time(stretch.until_at)
    return reader.labels["coverage_span"].format(since=since, until=until)


def show_kinds(stretch: Stretch, reader: Reader) -> str:
    """``3 new, 1 edited, 1 × mass event``"""
    counts = [(stretch.changes.get(kind.value, 0), reader.labels[kind.value]) for kind in ChangeKind]
    shown = [reader.labels["kind_count"].format(count=count, kind=word) for count, word in counts if count]
    shown += [f"{stretch.mass_events} × {reader.labels['mass']}"] if stretch.mass_events else []
    text = reader.labels["comma"].join(shown)
    return text.lower() if reader.language == "en" else text


def show_gaps(gaps: tuple[Gap, ...], reader: Reader) -> list[str]:
    """A line for each, of very many only the first."""
    more = [f"+ {len(gaps) - _NAMED}"] if len(gaps) > _NAMED else []
    return [show_gap(gap, reader) for gap in gaps[:_NAMED]] + more


def show_gap(gap: Gap, reader: Reader) -> str:
    """``gd-gov: failing since 2026-03-08 14:30 +08:00 (412, challenge page)``"""
    reason = reader.labels.get(gap.reason, gap.reason) if gap.sort in ("trouble", "mended") else gap.reason
    line = reader.labels[f"coverage_{gap.sort}"].format(
        since=reader.show_time(gap.since_at) if gap.since_at else "",
        until=reader.show_time(gap.until_at) if gap.until_at else "",
        reason=one_line(reason, 200) or "–",
    )
    return f"{one_line(gap.source, 60)}: {line}"


def is_filtered(subscription: Subscription) -> bool:
    """Whether there may have been changes of these kinds that the subscription does not ask for."""
    words = subscription.keywords
    has_words = bool(words.any or words.all or words.none)
    return has_words or subscription.min_significance > 0 or subscription.published_within is not None
