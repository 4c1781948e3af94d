"""Reading dates as publishers write them: what was meant, how exactly, and never an invented part.

A bare day is midnight of that day in the source's zone; a month is its first day with the precision ``month``. Text
without a zone, and abbreviations that several zones share, are read in the zone of the source. Day/month order comes
from the source's locale alone. Weekdays are ignored: where one contradicts the date, the date is right.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, tzinfo

from crawler.model import Moment, Precision
from crawler.text.clocks import Clock, read_clock, read_clock_before
from crawler.text.date_patterns import Custom, Day, custom_of, find_days, find_yearless, latest, read_named_year
from crawler.text.eras import read_year
from crawler.text.months import MONTHS
from crawler.text.relative_dates import read_relative
from crawler.text.urls import date_in_url
from crawler.text.widths import narrow
from crawler.text.zones import default_timezone, find_zone, place

__all__ = ["default_timezone", "find_dates", "read_date"]

_LONGEST_RAW = 300
_LONGEST_TEXT = 200_000
_SHAPELESS = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_RFC822 = re.compile(
    r"(?:[A-Za-z]{3,9},?\s?)?(\d{1,2}) ([A-Za-z]{3}) (\d{4}|\d\d) (\d\d):(\d\d)(?::(\d\d))? ?([+-]\d{4}|[A-Z]{1,4})"
)
_LABEL = re.compile(r"^[\s\[(【（]*[^\d\s:]{1,12}\s?:\s*")
_BRACKETS = " \t[]()【】〔〕<>|,;。、"
_COUNTER = re.compile(
    "浏览|瀏覽|点击|點擊|阅读|閱讀|访问|人气|次数|次數|索引|文号|文號|字号|备案|備案|ICP|編號|编号|番号|조회|閲覧|views?|hits",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?:[T ]?(\d\d)(?:(\d\d)(\d\d)?)?)?(Z|[+-]\d{4})?")
_REPUBLICAN_COMPACT = re.compile(r"([01]\d\d)(\d\d)(\d\d)")
_EPOCH = re.compile(r"[1-9]\d{8,9}|[1-9]\d{11,12}")
#: The epoch as other systems wrap it: seconds with a fraction, and the ``/Date(…)/`` of ASP.NET's JSON.
_WRAPPED_EPOCH = re.compile(r"([1-9]\d{8,9})\.\d{1,9}|\\?/Date\(([1-9]\d{11,12})(?:[+-]\d{4})?\)\\?/")
_YEARLESS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})(?=$|\s)")
_YEARLESS_NAMED = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th|\.)?\s)?([^\W\d_]{3,12})\.?(?:\s(\d{1,2})(?:st|nd|rd|th)?)?(?=$|[\s,])"
)
_MONTH = re.compile(r"(\d{4})[-/.](\d{1,2})")
_YEAR = re.compile(r"(\d{4})\s?[年년]?")
_RANGE = re.compile(r"\s?(?:-|至|到|~|to|until|bis|jusqu)\s?(?:\d|[^\W\d_]{3,9}\.?\s\d)")
_RANGE_BEFORE = re.compile(
    r"(?:(?<!\d)\d{1,2}|[日月号]|\b([^\W\d_]{3,9}))\s?(?:-|至|到|~|to|until|bis|au)\s?(?:\d\d?\s)?$"
)
_TIME_RANGE = re.compile(r" \d\d:\d\d-")  # 09:00-11:00, which ISO 8601 would take for an offset
_EARLIEST_EPOCH = 631_152_000  # 1990; digits of an earlier one would be a plain number
_LATEST_EPOCH = 4_102_444_800  # 2100
_FIRST_YEAR = 1868
_LAST_YEAR = 2199
_JAPAN = timedelta(hours=9)


def read_date(
    raw: str, *, timezone: str | tzinfo, locale: str | None = None, now: datetime | None = None
) -> Moment | None:
    """The moment that ``raw``, a field or label said to hold a date, names; None where it names none for sure.

    ``timezone``: IANA name or zone of the source. ``locale``: BCP 47, decides the order of day and month. ``now``
    (aware): when the text was read; without it, years are not completed and relative words not understood. Labels,
    weekdays and remarks around the date are ignored; ranges, document and index numbers, counters are no dates.
    Eras of Japan, years of the Republic of China, Chinese numerals, epoch seconds and addresses that file by date are
    understood. Raises ``ZoneInfoNotFoundError`` for an unknown zone name.
    """
    home, now = find_zone(timezone), _usable(now)
    moment = _read_iso(raw, home) or _read_rfc822(raw, home) or _read_any(raw, home, locale, now)
    return _by_the_minute(moment) if moment is not None and (locale or "")[:2].lower() == "ja" else moment


def _usable(now: datetime | None) -> datetime | None:
    """A clock at the ends of the calendar tells nothing: the day before or after may not exist."""
    return now if now is not None and _FIRST_YEAR <= now.year <= _LAST_YEAR else None


def _by_the_minute(moment: Moment) -> Moment:
    """Japanese publications are timed to the minute: seconds beside Japan's own time are the system's, not theirs.

    The instant keeps them. What is told in UTC or another zone comes from a machine and is as exact as it says.
    """
    is_local = moment.precision is Precision.SECOND and moment.instant.utcoffset() == _JAPAN
    return replace(moment, precision=Precision.MINUTE) if is_local else moment


def _read_iso(raw: str, home: tzinfo) -> Moment | None:
    """ISO 8601 as feeds and metas write it. The standard library checks it; longer fractions are cut."""
    if raw[4:5] != "-" or raw[7:8] != "-" or raw[13:14] not in ("", ":"):
        return None
    try:
        read = datetime.fromisoformat(raw)
    except ValueError:
        return None
    if not _FIRST_YEAR <= read.year <= _LAST_YEAR or _TIME_RANGE.match(raw, 10):
        return None
    if len(raw) == 10:
        return Moment(instant=read.replace(tzinfo=home), precision=Precision.DAY, raw=raw)
    precision = Precision.SECOND if raw[16:17] == ":" else Precision.MINUTE if raw[13:14] else Precision.HOUR
    if read.tzinfo is None:
        if not (read.hour or read.minute or read.second) and precision != Precision.HOUR:
            precision = Precision.DAY
        read = read.replace(tzinfo=home)
    return Moment(instant=read.replace(microsecond=0) if read.microsecond else read, precision=precision, raw=raw)


def _read_rfc822(raw: str, home: tzinfo) -> Moment | None:
    """RFC 822 and its successors, as nearly all feeds write it."""
    found = _RFC822.fullmatch(raw.strip())
    if not found:
        return None
    day, name, year, hour, minute, second, zone = found.groups()
    month, full = MONTHS.get(name.lower()), read_named_year(year)
    if month is None or full is None:
        return None
    try:
        local = datetime(full, month, int(day), int(hour), int(minute), min(int(second or 0), 59))  # noqa: DTZ001
    except ValueError:
        return None
    instant = place(local, zone, home)
    precision = Precision.SECOND if second else Precision.MINUTE
    return Moment(instant=instant, precision=precision, raw=raw) if instant else None


def _read_any(raw: str, home: tzinfo, locale: str | None, now: datetime | None) -> Moment | None:
    trimmed = raw[:_LONGEST_RAW].strip()
    text = narrow(_SHAPELESS.sub("", trimmed)).strip()
    if not text:
        return None
    if wrapped := _WRAPPED_EPOCH.fullmatch(text):
        moment = _read_epoch(wrapped[1] or wrapped[2], home)
        return _spelled(moment, trimmed) if moment else None
    if text.startswith(("http://", "https://", "/")):
        return _read_address(text, home, raw)
    custom = custom_of(locale, home)
    moment = _read_written(text, home, custom, now) or _read_whole(text, home, custom, now)
    if moment is None and now is not None:
        moment = read_relative(_strip_label(text), home=home, now=now)
    return _spelled(moment, trimmed) if moment else None


def _read_address(text: str, home: tzinfo, raw: str) -> Moment | None:
    found = date_in_url(text)
    if found is None:
        return None
    year, month, day = (*found, 1)[:3]
    precision = Precision.DAY if len(found) == 3 else Precision.MONTH
    return Moment(instant=datetime(year, month, day, tzinfo=home), precision=precision, raw=raw)


def _read_written(text: str, home: tzinfo, custom: Custom, now: datetime | None) -> Moment | None:
    """The first complete date in the text, days before months, with the time beside it."""
    day = min(find_days(text, custom), key=_rank, default=None)
    if day is None and now is not None:
        day = min(find_yearless(text, _newest(now, home)), key=_rank, default=None)
    if day is None:
        return None
    clock = read_clock(text, day.end) if day.precision == Precision.DAY else None
    if (clock is None and _RANGE.match(text, day.end)) or _ends_range(text, day.start):
        return None
    if clock is None and day.precision == Precision.DAY:
        clock = read_clock_before(text, day.start)
    return _moment(day, clock, home)


def _ends_range(text: str, start: int) -> bool:
    """Whether what begins at ``start`` is the far end of a range: 27 October to 2 November 2023."""
    found = _RANGE_BEFORE.search(text[max(0, start - 20) : start])
    return found is not None and (found[1] is None or found[1].lower() in MONTHS)


def _rank(day: Day) -> tuple[bool, int, int]:
    return day.precision != Precision.DAY, day.start, -day.end


def _newest(now: datetime, home: tzinfo) -> date:
    """A date without a year is the newest one up to tomorrow: clocks and zones of publishers are a little off."""
    return now.astimezone(home).date() + timedelta(days=1)


def _moment(day: Day, clock: Clock | None, home: tzinfo) -> Moment | None:
    if clock is not None and not clock.is_bare_midnight and (instant := clock.on(day.midnight, home)):
        return Moment(instant=instant, precision=clock.precision)
    return Moment(instant=day.midnight.replace(tzinfo=home), precision=day.precision)


def _read_whole(text: str, home: tzinfo, custom: Custom, now: datetime | None) -> Moment | None:
    """Shapes so bare that they count only as the whole of a field: digits, a month, a year, a day without a year."""
    if _COUNTER.search(text):
        return None
    core = _strip_label(text)
    if core.isdecimal() and len(core) > 4:
        return _read_digits(core, home, custom)
    if compact := _COMPACT.fullmatch(core):
        return _read_compact(compact, home)
    if month := _MONTH.fullmatch(core):
        return _coarse(read_year(month[1]), int(month[2]), home, Precision.MONTH)
    if year := _YEAR.fullmatch(core):
        return _coarse(read_year(year[1]), 1, home, Precision.YEAR)
    return _read_yearless(core, home, custom, now) if now is not None else None


def _strip_label(text: str) -> str:
    return _LABEL.sub("", text).strip(_BRACKETS)


def _read_digits(digits: str, home: tzinfo, custom: Custom) -> Moment | None:
    """A date without separators, or seconds or milliseconds since 1970.

    Ten digits that spell a day and an hour are read so: as seconds they would lie beyond 2033.
    """
    if (compact := _COMPACT.fullmatch(digits)) and (moment := _read_compact(compact, home)):
        return moment
    if custom.republican and (found := _REPUBLICAN_COMPACT.fullmatch(digits)):
        return _read_day(read_year(found[1], "民國"), int(found[2]), int(found[3]), home)
    return _read_epoch(digits, home) if _EPOCH.fullmatch(digits) else None


def _read_epoch(digits: str, home: tzinfo) -> Moment | None:
    seconds = int(digits) // 1000 if len(digits) > 10 else int(digits)
    if not _EARLIEST_EPOCH <= seconds < _LATEST_EPOCH:
        return None
    return Moment(instant=datetime.fromtimestamp(seconds, UTC).astimezone(home), precision=Precision.SECOND)


def _read_compact(found: re.Match[str], home: tzinfo) -> Moment | None:
    """20231027, 202310272156, 20231027T215633Z."""
    year, month, day, hour, minute, second, zone = found.groups()
    whole = _read_day(int(year), int(month), int(day), home)
    if whole is None or hour is None:
        return whole
    if int(hour) > 23 or int(minute or 0) > 59 or int(second or 0) > 60:
        return None
    local = whole.instant.replace(hour=int(hour), minute=int(minute or 0), second=min(int(second or 0), 59))
    instant = place(local.replace(tzinfo=None), zone or "", home)
    precision = Precision.SECOND if second else Precision.MINUTE if minute else Precision.HOUR
    return Moment(instant=instant, precision=precision) if instant else None


def _read_day(year: int | None, month: int, day: int, home: tzinfo) -> Moment | None:
    if year is None:
        return None
    try:
        return Moment(instant=datetime(year, month, day, tzinfo=home), precision=Precision.DAY)
    except ValueError:
        return None


def _coarse(year: int | None, month: int, home: tzinfo, precision: Precision) -> Moment | None:
    day = _read_day(year, month, 1, home)
    return Moment(instant=day.instant, precision=precision) if day else None


def _read_yearless(text: str, home: tzinfo, custom: Custom, now: datetime) -> Moment | None:
    """12-31, 10/27 21:56, 27 Oct: the whole of a field, in the latest year that is not the future."""
    if found := _YEARLESS.match(text):
        month, day, end = *_order(int(found[1]), int(found[3]), custom), found.end()
    elif (named := _YEARLESS_NAMED.match(text)) and named[2].lower() in MONTHS and (named[1] or named[3]):
        month, day, end = MONTHS[named[2].lower()], int(named[1] or named[3]), named.end()
    else:
        return None
    known = latest(month, day, _newest(now, home))
    if known is None:
        return None
    clock = read_clock(text, end)
    if text[clock.end if clock else end :].strip(_BRACKETS):
        return None
    return _moment(Day(0, end, known), clock, home)


def _order(first: int, second: int, custom: Custom) -> tuple[int, int]:
    """Month and day. Where the custom is not known it is month first, as in dates that begin with the year."""
    return (second, first) if custom.day_first and not custom.year_first else (first, second)


def find_dates(
    text: str,
    *,
    timezone: str | tzinfo,
    locale: str | None = None,
    now: datetime | None = None,
    limit: int = 50,
) -> list[tuple[int, int, Moment]]:
    """The dates in running text, in order, at most ``limit``: start, end (the time of day included) and moment.

    Only dates that say so themselves: bare digits, years and relative words are left alone; days without a year
    (10月27日) need ``now``. The two ends of a range are two dates. Arguments as for ``read_date``.
    """
    home, now = find_zone(timezone), _usable(now)
    narrowed = narrow(text[:_LONGEST_TEXT])
    days = list(find_days(narrowed, custom_of(locale, home)))
    if now is not None:
        days += find_yearless(narrowed, _newest(now, home))
    found: list[tuple[int, int, Moment]] = []
    for day in sorted(days, key=lambda day: (day.start, -day.end)):
        if found and day.start < found[-1][1]:
            continue
        clock = read_clock(narrowed, day.end) if day.precision == Precision.DAY else None
        moment = _moment(day, clock, home)
        if moment is not None:
            end = clock.end if clock else day.end
            found.append((day.start, end, _spelled(moment, text[day.start : end])))
        if len(found) >= limit:
            break
    return found


def _spelled(moment: Moment, raw: str) -> Moment:
    return Moment(instant=moment.instant, precision=moment.precision, raw=raw)
