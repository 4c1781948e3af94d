"""Listings that have moved for good: learned after repetition, used from then on, forgotten where that fails. Pure.

One permanent redirect may be a mistake of an afternoon; the same one in several checks over several days is an address.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from crawler.model import ABSENT, Request, SourceState, Verdict
from crawler.pipeline.looks import ListingLook

ENOUGH_CHECKS = 5
ENOUGH_TIME = timedelta(days=3)
_PERMANENT = frozenset({301, 308})
#: What a wrong address answers; an outage says nothing of the address.
_WRONG_ADDRESS = ABSENT | {Verdict.UNEXPECTED}


def is_learned(state: SourceState | None) -> bool:
    """Whether the listing is asked for where it has moved to."""
    if state is None or state.moved_at is None or state.checked_at is None:
        return False
    return state.moves >= ENOUGH_CHECKS and state.checked_at - state.moved_at >= ENOUGH_TIME


def heed_move(request: Request, state: SourceState | None) -> Request:
    """The request for a listing, sent to where it has moved to where that is known."""
    if state is None or not is_learned(state) or request.url != state.moved_from:
        return request
    return replace(request, url=state.moved_to)


def note_move(before: SourceState, look: ListingLook, now: datetime) -> SourceState:
    """What is remembered of moves after a check that went well."""
    if is_learned(before) and look.asked == before.moved_to:
        return before
    led_to = look.found if look.hops and all(hop.status in _PERMANENT for hop in look.hops) else ""
    if not led_to:
        return forget_move(before)
    if (look.asked, led_to) == (before.moved_from, before.moved_to):
        return replace(before, moves=before.moves + 1)
    return replace(before, moved_from=look.asked, moved_to=led_to, moved_at=now, moves=1)


def doubt_move(before: SourceState, look: ListingLook) -> SourceState:
    """What is remembered of moves after a check that failed: the configured address is asked again next time."""
    if look.assessment.verdict in _WRONG_ADDRESS and is_learned(before) and look.asked == before.moved_to:
        return forget_move(before)
    return before


def forget_move(state: SourceState) -> SourceState:
    """The state without any move."""
    if not state.moved_to:
        return state
    return replace(state, moved_from="", moved_to="", moved_at=None, moves=0)
