"""What to visit now: which sources, in which order, and whether for their listing or for their articles alone. Pure.

Listings go before articles, and what is longest overdue goes first. Due times live in the database; what is here
decides what they mean under the configuration of today.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from crawler.cadence import latest_check
from crawler.model import Source, SourceState, Verdict
from crawler.pipeline.resolve import AUTO, as_kind

#: Due since ever: at once.
AT_ONCE = datetime.min.replace(tzinfo=UTC)
#: Two programs' clocks may differ by so much.
CLOCK_DRIFT = timedelta(minutes=2)
#: What a listing answers when the whole host is in trouble or wants us gone: its articles are then left alone, too.
HOST_TROUBLE = frozenset(
    {
        Verdict.CHALLENGE,
        Verdict.BLOCKED,
        Verdict.RATE_LIMITED,
        Verdict.UNREACHABLE,
        Verdict.MAINTENANCE,
        Verdict.WAITING_ROOM,
    }
)


@dataclass(frozen=True, slots=True)
class Visit:
    """One source to go to; ``listing`` is false where only its articles are due."""

    source: Source
    listing: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What may be begun: ``free`` visits in all; ``busy`` sources are not visited twice.

    ``hosts`` counts the visits under way by host, ``share`` is how many there may be to one host, so that a site with
    many sources cannot take all the room for the minutes that its manners demand.
    """

    free: int
    busy: Collection[str] = ()
    hosts: Mapping[str, int] | None = None
    share: int = 1


def host_of(source: Source) -> str:
    """The host whose queue a source waits in."""
    return _netloc(source.url)


@lru_cache(maxsize=100_000)
def _netloc(url: str) -> str:
    """Asked for every source that is due, each time a visit ends."""
    return urlsplit(url).netloc


def choose_visits(
    sources: Mapping[str, Source], listings: Iterable[str], articles: Iterable[str], room: Room
) -> list[Visit]:
    """The visits to begin now, of sources whose listing is due and of those with due articles, both in order.

    Ids that are not in ``sources`` (disabled, removed from the configuration) are passed over.
    """
    chosen: list[Visit] = []
    hosts = Counter(room.hosts or {})
    taken = set(room.busy)
    for visit in name_visits(sources, listings, articles):
        if len(chosen) >= room.free:
            break
        source, host = visit.source, host_of(visit.source)
        if source.id in taken or hosts[host] >= max(room.share, source.fetch.host_concurrency):
            continue
        taken.add(source.id)
        hosts[host] += 1
        chosen.append(visit)
    return chosen


def name_visits(sources: Mapping[str, Source], listings: Iterable[str], articles: Iterable[str]) -> Iterator[Visit]:
    """Every visit there would be if there were room for all."""
    yield from (Visit(sources[each]) for each in listings if each in sources)
    # Where the listing itself is the article, looking at the articles is what a check of the listing does.
    yield from (Visit(sources[each], False) for each in articles if each in sources and sources[each].follow)


def plan_early(
    sources: Sequence[Source], states: Mapping[str, SourceState], now: datetime | None = None
) -> dict[str, datetime]:
    """Sources that are due earlier than the database says, and since or from when, in the order of the configuration.

    Those it does not know, those whose kind or address was changed, those whose interval was shortened, and those last
    checked after ``now``, by a clock that was wrong.
    """
    early = {}
    for source in sources:
        due_at = early_due(source, states.get(source.id), now)
        if due_at is not None:
            early[source.id] = due_at
    return early


def early_due(source: Source, state: SourceState | None, now: datetime | None = None) -> datetime | None:
    """When the source is due by today's configuration, where that is earlier than was planned; else None."""
    if state is None or has_moved(source, state):
        return AT_ONCE
    if now is not None and state.checked_at is not None and state.checked_at > now + CLOCK_DRIFT:
        return AT_ONCE
    if state.failures or state.checked_at is None or state.due_at is None:
        return None
    checked_at, policy = state.checked_at, source.schedule
    latest = latest_check(state, policy, now=checked_at, timezone=source.timezone)
    return latest if latest < state.due_at else None


def has_moved(source: Source, state: SourceState) -> bool:
    """Whether the source was last read well under another kind or address."""
    if not state.address:
        return False
    known = as_kind(source, state.kind) if source.kind == AUTO and state.kind else source
    return known.address != state.address


def is_listing_due(source: Source, state: SourceState | None, now: datetime) -> bool:
    """Whether the listing is still due now that its turn has come: another program may have been there first."""
    if state is None or state.due_at is None or state.due_at <= now:
        return True
    early = early_due(source, state, now)
    return early is not None and early <= now


def may_recheck(state: SourceState | None) -> bool:
    """Whether articles may be looked at without their listing: not of an unknown source, nor from a host in trouble."""
    if state is None or state.baselined_at is None:
        return False
    return not (state.failures and state.verdict in HOST_TROUBLE)
