"""Whom a message is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from crawler.model import Subscription
from crawler.notifier.message.labels import labels_for


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a message is for: their words and their clock."""

    labels: Mapping[str, str]
    language: str
    zone: ZoneInfo

    def show_time(self, instant: datetime) -> str:
        """The instant on the reader's clock, with its offset."""
        local = instant.astimezone(self.zone)
        offset = local.strftime("%z")
        return f"{local:%Y-%m-%d %H:%M} {offset[:3]}:{offset[3:5]}"


def reader_of(subscription: Subscription) -> Reader:
    """The words and the clock of a subscription."""
    language = subscription.language
    return Reader(labels_for(language), language, ZoneInfo(subscription.timezone))
