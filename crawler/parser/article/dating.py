"""Which of a page's dates is its publication, and which announce an update.

Structured data with a time, then labels near the title, then the byline, then the address; dates in the text never.
A candidate may give another one of the same day its time, never its day. Dates in the far future or before 1990 are
no publication dates.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo

from crawler.model import Moment, Precision
from crawler.parser.article.byline import Byline, Partial
from crawler.parser.article.metadata import Metadata
from crawler.text.dates import read_date
from crawler.text.urls import date_in_url
from crawler.text.zones import find_zone

_FINENESS = {
    Precision.YEAR: 0,
    Precision.APPROX: 0,
    Precision.MONTH: 1,
    Precision.DAY: 2,
    Precision.HOUR: 3,
    Precision.MINUTE: 4,
    Precision.SECOND: 5,
}
_EARLIEST_YEAR = 1990
_GRACE = timedelta(days=2)
#: Metas that sites fill with the time of publishing the file, or of the last build: used only when nothing else tells.
_WEAK = frozenset({"meta:date", "meta:dc.date", "meta:dcterms.date", "json-ld:page", "meta:publish-date"})


def choose_published(
    metadata: Metadata, byline: Byline, url: str, *, timezone: str, locale: str | None, now: datetime | None
) -> Moment | None:
    """The publication moment, or None where the page does not tell one."""
    declared = read_moments(metadata.published, timezone=timezone, locale=locale)
    strong = [moment for moment in declared if moment.origin not in _WEAK]
    weak = [moment for moment in declared if moment.origin in _WEAK]
    shown = byline.published
    labelled = [moment for moment in shown if moment.origin.startswith("label:")]
    others = [*weak, *read_moments(metadata.updated, timezone=timezone, locale=locale), *_from_url(url, timezone)]
    completed = _complete(byline.partial, others, find_zone(timezone), now)
    ordered = [*strong, *labelled, *completed, *shown, *weak, *_from_url(url, timezone)]
    plausible = [moment for moment in ordered if _is_plausible(moment, now)]
    if byline.origin_published is not None and _is_plausible(byline.origin_published, now):
        return byline.origin_published
    if not plausible:
        return None
    return refine(plausible[0], plausible[1:])


def choose_marked(chosen: Moment | None, marked: list[Moment], *, now: datetime | None) -> Moment | None:
    """The first plausible of ``marked``; where a month is known already, the first that lies in it."""
    plausible = [moment for moment in marked if _is_plausible(moment, now)]
    if chosen is None:
        return plausible[0] if plausible else None
    return refine(chosen, plausible)


def _complete(partial: Partial | None, known: list[Moment], zone: tzinfo, now: datetime | None) -> list[Moment]:
    """A shown month and day with the year of another date of the page that they agree with.

    Without one it is the latest such day when the page was fetched, which publishers leave out the year for.
    """
    if partial is None:
        return []
    years = [
        moment.instant.year
        for moment in known
        if fineness(moment) < 2 or (moment.instant.month, moment.instant.day) == (partial.month, partial.day)
    ]
    if not years and now is not None:
        newest = (now + _GRACE).astimezone(zone)
        years = [newest.year - ((partial.month, partial.day) > (newest.month, newest.day))]
    try:
        instant = datetime(years[0], partial.month, partial.day, max(0, partial.hour), partial.minute, tzinfo=zone)
    except (IndexError, ValueError):  # no year, or a 29 February that this year has not
        return []
    precision = Precision.MINUTE if partial.hour >= 0 else Precision.DAY
    return [Moment(instant=instant, precision=precision, raw=partial.raw, origin=f"label:{partial.label}")]


def refine(chosen: Moment, others: Iterable[Moment]) -> Moment:
    """``chosen``, or a finer moment of the same day (or of the same month, where only that is known)."""
    for other in others:
        if fineness(other) > fineness(chosen) and _agree(chosen, other):
            chosen = other
    return chosen


def fineness(moment: Moment) -> int:
    """How exactly a moment is known, as a number that grows with precision."""
    return _FINENESS[moment.precision]


def read_moments(candidates: Iterable[tuple[str, str]], *, timezone: str, locale: str | None) -> list[Moment]:
    """The dates of declared values that are dates at all, each with its origin."""
    found = []
    for raw, origin in candidates:
        moment = read_date(raw[:100], timezone=timezone, locale=locale)
        if moment is not None and moment.precision is not Precision.APPROX:
            found.append(Moment(instant=moment.instant, precision=moment.precision, raw=raw[:100], origin=origin))
    return found


def _from_url(url: str, timezone: str) -> list[Moment]:
    parts = date_in_url(url) if url else None
    if not parts:
        return []
    day = parts[2] if len(parts) > 2 else 1
    instant = datetime(parts[0], parts[1], day, tzinfo=find_zone(timezone))
    precision = Precision.DAY if len(parts) > 2 else Precision.MONTH
    return [Moment(instant=instant, precision=precision, raw="-".join(map(str, parts)), origin="url")]


def _is_plausible(moment: Moment, now: datetime | None) -> bool:
    return moment.instant.year >= _EARLIEST_YEAR and (now is None or moment.instant <= now + _GRACE)


def _agree(coarse: Moment, fine: Moment) -> bool:
    local = fine.instant.astimezone(coarse.instant.tzinfo)
    ours = coarse.instant
    if coarse.precision is Precision.YEAR:
        return ours.year == local.year
    if coarse.precision is Precision.MONTH:
        return (ours.year, ours.month) == (local.year, local.month)
    return ours.date() in (local.date(), fine.instant.date())
