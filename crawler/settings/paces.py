"""The presets behind ``pace``: how eagerly a source is watched."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from crawler.model import RecheckPolicy, SchedulePolicy

#: section -> key -> value, as a layer between a table's own keys and what lies below it.
Sections = Mapping[str, Mapping[str, object]]

_DAYS = tuple(timedelta(days=days) for days in (1, 3, 7, 30))


def _preset(every: timedelta, least: timedelta, most: timedelta, ladder: tuple[timedelta, ...]) -> Sections:
    return {"schedule": {"every": every, "min_every": least, "max_every": most}, "recheck": {"ladder": ladder}}


#: ``normal`` is written out in full: on a source it takes back a global ``breaking``.
PACES: Mapping[str, Sections] = {
    "breaking": _preset(
        timedelta(minutes=2),
        timedelta(minutes=2),
        timedelta(minutes=10),
        (
            *(timedelta(minutes=10 * rung) for rung in range(1, 19)),  # every ten minutes for three hours
            *(timedelta(hours=hours) for hours in (4, 6, 12)),
            *_DAYS,
        ),
    ),
    "normal": _preset(
        SchedulePolicy().every, SchedulePolicy().min_every, SchedulePolicy().max_every, RecheckPolicy().ladder
    ),
    "slow": _preset(timedelta(hours=6), timedelta(hours=1), timedelta(days=1), (timedelta(hours=6), *_DAYS)),
}
