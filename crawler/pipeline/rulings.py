"""What an operator's word on an incident leads to. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from crawler.model import HeldChange, Promise
from crawler.notifier.routing import route
from crawler.pipeline.context import Audience


def promise_held(held: Sequence[HeldChange], audience: Audience, now: datetime) -> tuple[Promise, ...]:
    """Who is to be told of changes that were held back, as if they had been told singly."""
    return route(
        [each.change for each in held],
        {each.change.id: each.text for each in held},
        (),
        subscriptions=audience.subscriptions,
        channels_batch=audience.batching,
        now=now,
        source_tags=audience.tags,
    )
