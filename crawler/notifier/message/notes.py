"""What a sentence says of a change better than a table: in the reader's language, whatever the change's own summary."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from crawler.model import Change, ChangeKind, Observation, Precision
from crawler.notifier.message.harmless import one_line
from crawler.notifier.message.kin import note_of_places
from crawler.notifier.message.reader import Reader

_MOST_ANSWERS = 3


def note_of(change: Change, reader: Reader) -> str:
    """How a removal is known, what the page keeps silent about, where something stood, or stands; often nothing."""
    return " ".join(part for part in (note_of_step(change, reader), note_of_places(change, reader)) if part)


def note_of_step(change: Change, reader: Reader) -> str:
    """What happened here, whatever other places say."""
    labels = reader.labels
    if change.kind is ChangeKind.REMOVED:
        return note_of_absence(change.evidence.observations, reader)
    if change.kind is ChangeKind.MISSING:
        return labels["gone_once"].format(answers=show_answers(change.evidence.observations[-1:]))
    if change.kind is ChangeKind.RESTORED:
        return labels["is_back"]
    if change.kind is ChangeKind.MOVED:
        previous = change.article.previous_url
        return labels["moved_from"].format(url=one_line(previous, 300)) if previous else ""
    return note_of_edit(change, reader) if change.kind is ChangeKind.EDITED else ""


def note_of_absence(observations: Sequence[Observation], reader: Reader) -> str:
    """``Found gone 3 times over 24 h (404).``"""
    if not observations:
        return ""
    span = show_span(observations[-1].fetched_at - observations[0].fetched_at, reader)
    return reader.labels["gone_times"].format(count=len(observations), span=span, answers=show_answers(observations))


def show_span(span: timedelta, reader: Reader) -> str:
    """In hours, from three days on in days."""
    hours = round(span / timedelta(hours=1))
    if hours >= 72:
        return reader.labels["days"].format(count=round(hours / 24))
    return reader.labels["hours"].format(count=hours)


def show_answers(observations: Sequence[Observation]) -> str:
    """The different answers, in their order: ``404, 410``."""
    answers = [str(each.status) if each.status else each.verdict.value for each in observations]
    return ", ".join(list(dict.fromkeys(answers))[:_MOST_ANSWERS]) or "–"


def note_of_edit(change: Change, reader: Reader) -> str:
    """Which parts changed where no fact says so, and that nobody announced it."""
    labels, article, parts = reader.labels, change.article, []
    if not change.facts and change.fields:
        names = [labels.get(name, one_line(name, 40)) for name in change.fields]
        parts.append(labels["changed_fields"].format(fields=labels["comma"].join(names)))
    if change.silent:
        is_dated = article.published_at is not None and "published_at" not in change.fields
        date = show_published(article.published_at, article.published_precision, reader) if article.published_at else ""
        parts.append(labels["still_dated"].format(date=date) if is_dated else labels["says_nothing"])
    return " ".join(parts)


def show_published(instant: datetime, precision: Precision | None, reader: Reader) -> str:
    """A date as exact as it is known: a bare day is shown as that day, whatever zone the reader lives in."""
    pattern = {Precision.DAY: "%Y-%m-%d", Precision.MONTH: "%Y-%m", Precision.YEAR: "%Y"}.get(
        precision or Precision.MINUTE
    )
    return instant.strftime(pattern) if pattern else reader.show_time(instant)
