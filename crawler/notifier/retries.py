"""When a delivery that failed is tried again. Pure."""

from __future__ import annotations

from datetime import timedelta

#: Pauses before each attempt, as Standard Webhooks 1.0 recommends: ten attempts over about three days.
PAUSES = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
LONGEST_PAUSE = timedelta(hours=24)
JITTER = 0.1


def next_pause(failures: int, *, chance: float, retry_after: timedelta | None = None) -> timedelta | None:
    """How long to wait after the ``failures``-th failed attempt; None when that was the last.

    ``chance`` in [0, 1) spreads the pause by ±10 %, so that a receiver that comes back is not hit by all at once.
    ``retry_after`` is the receiver's own wish: never sooner, and never later than a day.
    """
    if failures >= len(PAUSES):
        return None
    pause = PAUSES[max(failures, 1)] * (1 - JITTER + 2 * JITTER * chance)
    if retry_after is not None:
        pause = max(pause, retry_after)
    return min(pause, LONGEST_PAUSE)
