"""What a subscription is told first: what is watched for it, what is known, and when it will hear more. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from crawler.model import ChangeKind, Subscription
from crawler.notifier.message.harmless import one_line
from crawler.notifier.message.reader import Reader, reader_of

_NAMED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What was found at first for one subscription.

    ``unread`` are the sources that could not be read yet, and why; ``newest_at`` is when the newest article was
    published, in the zone of its source: the day that its page shows.
    """

    sources: int
    articles: int
    newest_at: datetime | None = None
    unread: tuple[tuple[str, str], ...] = ()


def welcome_lines(beginning: Beginning, subscription: Subscription) -> tuple[str, ...]:
    """The lines of the welcome, in the words of the subscription's language."""
    reader = reader_of(subscription)
    labels = reader.labels
    found = [
        count_in(labels, "welcome_source", beginning.sources),
        count_in(labels, "welcome_article", beginning.articles),
    ]
    if beginning.newest_at:
        found.append(labels["welcome_newest"].format(date=beginning.newest_at.date().isoformat()))
    lines = [labels["comma"].join(found)]
    if beginning.unread:
        lines.append(labels["welcome_unread"].format(names=name_unread(beginning.unread, labels)))
    lines.append(
        labels["welcome_next"].format(kinds=name_kinds(subscription, labels), rhythm=name_rhythm(subscription, reader))
    )
    return tuple(lines)


def count_in(labels: Mapping[str, str], noun: str, count: int) -> str:
    """A number with its noun, which English has two forms of."""
    return labels[noun if count == 1 else f"{noun}s"].format(count=count)


def name_unread(unread: tuple[tuple[str, str], ...], labels: Mapping[str, str]) -> str:
    """``zq-news (no answer within 20 s), gd-gov (challenge)``"""
    shown = [f"{one_line(name, 60)} ({one_line(reason, 80)})" for name, reason in unread[:_NAMED]]
    rest = [f"+ {len(unread) - _NAMED}"] if len(unread) > _NAMED else []
    return labels["comma"].join((*shown, *rest))


def name_kinds(subscription: Subscription, labels: Mapping[str, str]) -> str:
    """What the subscription hears of, as far as it has a name."""
    kinds = [labels[kind.value] for kind in ChangeKind if kind.value in subscription.changes]
    if subscription.incidents or not kinds:
        kinds.append(labels["incident"])
    shown = labels["comma"].join(kinds)
    return shown.lower() if subscription.language == "en" else shown


def name_rhythm(subscription: Subscription, reader: Reader) -> str:
    """When it hears of it."""
    rhythm = subscription.rhythm
    if rhythm.every == "daily":
        clock = f"{rhythm.at_minute // 60:02d}:{rhythm.at_minute % 60:02d}"
        return reader.labels["rhythm_daily"].format(time=clock, zone=reader.zone.key)
    return reader.labels["rhythm_hourly" if rhythm.every == "hourly" else "rhythm_at_once"]
