"""Times told from where the reader stands: 3 hours ago, 昨天 23:01, Tuesday. They mean nothing without that instant."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo

from crawler.model import Moment, Precision
from crawler.text.clocks import Clock, read_clock
from crawler.text.numerals import NUMERAL_CHARACTERS, read_chinese_numeral
from crawler.text.relative_words import (
    COUNTS,
    DAYS,
    JUST_NOW,
    MONTH_UNITS,
    PARTS_OF_DAY,
    UNITS,
    WEEKDAY_NAMES,
    WEEKDAY_SIGNS,
)

_EAST = re.compile(
    rf"(?P<n>\d{{1,4}}|半|几|幾|数|數|若干|[{NUMERAL_CHARACTERS}]{{1,4}})\s?"
    r"(?P<unit>[^\W\d]{1,3}?)\s?(?:前|以前|之前|전)"
)
_WEST = re.compile(
    r"(?:(?:about|over|almost|vor|il y a|hace|há)\s)?(?P<n>\d{1,4}|[^\W\d]{1,8})\s?(?P<unit>[^\W\d]{1,9})"
    r"(?P<tail>\s(?:ago|назад|fa|atrás|geleden))?",
    re.IGNORECASE,
)
_WEST_HEAD = re.compile(r"(?:vor|il y a|hace|há)\s", re.IGNORECASE)
_DAY_WORD = re.compile("(" + "|".join(sorted(map(re.escape, DAYS), key=len, reverse=True)) + r")(?![^\W\d_一-鿿])")
_WEEKDAY = re.compile(
    r"(?:(?:星期|周|週|礼拜|禮拜)(?P<zh>[一二三四五六日天])|(?P<ja>[月火水木金土日])曜日?|(?P<ko>[월화수목금토일])요일"
    r"|(?P<en>mon|tue|wed|thu|fri|sat|sun)(?:day|s|sday|rs|rsday|nesday|urday)?)(?![^\W\d_一-鿿])",
    re.IGNORECASE,
)
_LONGEST = 40


def read_relative(text: str, *, home: tzinfo, now: datetime) -> Moment | None:
    """The instant that the whole of narrow ``text`` names as seen at ``now``, or None.

    Spans and "just now" are approximate. A named day keeps the precision of the time beside it; a weekday is the
    latest one before today. ``raw`` is left to the caller.
    """
    if not text or len(text) > _LONGEST:
        return None
    here = now.astimezone(home)
    if "".join(text.lower().split()) in JUST_NOW:
        return Moment(instant=here - timedelta(seconds=3), precision=Precision.APPROX)
    return _read_span(text, here) or _read_named_day(text, here, home)


def _read_span(text: str, here: datetime) -> Moment | None:
    found = _EAST.fullmatch(text)
    if not found:
        found = _WEST.fullmatch(text)
        if not found or not (found["tail"] or _WEST_HEAD.match(text)):
            return None
    number, unit = found["n"].lower(), found["unit"].lower()
    count = _count(number)
    if count is None:
        return None
    instant = _before(here, count, unit)
    return Moment(instant=instant, precision=Precision.APPROX) if instant else None


def _count(written: str) -> float | None:
    if written.isdecimal():
        return int(written)
    if written in COUNTS:
        return COUNTS[written]
    return 0.5 if written == "半" else read_chinese_numeral(written)


def _before(here: datetime, count: float, unit: str) -> datetime | None:
    if unit in UNITS:
        span = timedelta(seconds=UNITS[unit] * count)
        return here - span if span < timedelta(days=36_500) else None
    if unit not in MONTH_UNITS:
        return None
    months = here.year * 12 + here.month - 1 - int(MONTH_UNITS[unit] * count)
    if months < 1900 * 12:
        return None
    return here.replace(year=months // 12, month=months % 12 + 1, day=min(here.day, 28))


def _read_named_day(text: str, here: datetime, home: tzinfo) -> Moment | None:
    lower = text.lower()
    if named := _DAY_WORD.match(lower):
        offset, rest = DAYS[named[1]], f"{PARTS_OF_DAY.get(named[1], '')}{text[named.end() :].strip()}"
    elif named := _WEEKDAY.match(lower):
        offset, rest = _days_back(named, here), text[named.end() :].strip()
    else:
        return None
    day = (here + timedelta(days=offset)).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    if rest in ("", "晚", "早"):
        return Moment(instant=day.replace(tzinfo=home), precision=Precision.DAY)
    clock = read_clock(rest, 0)
    if clock is None or rest[clock.end :].strip():
        return None
    return _at(clock, day, home, here, is_today=offset == 0)


def _days_back(named: re.Match[str], here: datetime) -> int:
    sign = named["zh"] or named["ja"] or named["ko"]
    number = WEEKDAY_SIGNS[sign] if sign else WEEKDAY_NAMES.index(named["en"])
    return -((here.weekday() - number - 1) % 7 + 1)


def _at(clock: Clock, day: datetime, home: tzinfo, here: datetime, *, is_today: bool) -> Moment | None:
    instant = clock.on(day, home)
    if instant is None:
        return None
    # A past clock of the running day is a relative time like "2 hours ago": it says when the page was made up, which a
    # cache may have kept since yesterday.
    precision = Precision.APPROX if is_today and instant < here else clock.precision
    return Moment(instant=instant, precision=precision)
