"""The shapes of dates in text, each with its reader: match -> the day it names.

All work on narrow text (``widths.narrow``). Shapes take care not to see a date in an index number, a document number,
a range or a counter; the calendar has the last word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import lru_cache

from crawler.model import Precision
from crawler.text.eras import ERA_NAMES, read_year
from crawler.text.months import MONTHS
from crawler.text.numerals import NUMERAL_CHARACTERS, read_chinese_numeral

#: On sites of Taiwan, two digits below this are a Gregorian year (23 = 2023), above it one of the Republic (99 = 2010).
_REPUBLICAN_SINCE = 70
_EASTERN = frozenset({"zh", "ja", "ko", "yue"})
_MONTH_FIRST_REGIONS = frozenset({"us", "ph", "fm", "mh", "pw", "gu"})
#: Zones where an English page may put the day or the month first; there only a date with one reading is read.
_UNDECIDED_ZONES = frozenset({"UTC", "Asia/Shanghai", "Asia/Taipei", "Asia/Tokyo", "Asia/Seoul", "Asia/Macau"})


@dataclass(frozen=True, slots=True)
class Custom:
    """How a source writes dates, by its locale and zone; never guessed from a single date."""

    day_first: bool | None  # None: not known, only dates with a single reading count
    year_first: bool
    republican: bool
    japanese: bool
    english: bool


@lru_cache(maxsize=64)
def custom_of(locale: str | None, home: tzinfo) -> Custom:
    """The custom of a locale (BCP 47, may be empty) in a zone."""
    language, *rest = (locale or "").replace("_", "-").lower().split("-")
    zone = str(getattr(home, "key", "UTC"))
    return Custom(
        day_first=_is_day_first(language, frozenset(rest), zone),
        year_first=language in _EASTERN,
        republican=zone == "Asia/Taipei" or "tw" in rest,
        japanese=language == "ja" or zone == "Asia/Tokyo",
        english=language == "en",
    )


def _is_day_first(language: str, subtags: frozenset[str], zone: str) -> bool | None:
    if subtags & _MONTH_FIRST_REGIONS:
        return False
    if language not in ("en", "", "und") and language not in _EASTERN:
        return True
    if any(len(subtag) == 2 for subtag in subtags):
        return None if language in _EASTERN and "hk" not in subtags else True
    if zone in _UNDECIDED_ZONES:
        return None
    return not (zone.startswith(("America/", "US/")) or zone in ("Pacific/Honolulu", "Asia/Manila"))


@dataclass(frozen=True, slots=True)
class Day:
    """A day as read, or a month with its first day, and where it stands in the text."""

    start: int
    end: int
    date: date
    precision: Precision = Precision.DAY

    @property
    def midnight(self) -> datetime:
        """Naive midnight of its first day."""
        return datetime(self.date.year, self.date.month, self.date.day)  # noqa: DTZ001 (its zone is decided later)


_N = f"[{NUMERAL_CHARACTERS}]"
_CJK = re.compile(
    rf"(?:(?P<era>{ERA_NAMES})\s?)?(?<!\d)(?P<y>元|\d{{1,4}}|{_N}{{1,6}})\s?[年년]\s{{0,3}}"
    rf"(?P<m>\d{{1,2}}|{_N}{{1,3}})\s?[月월]"
    rf"(?:\s{{0,3}}(?P<d>\d{{1,2}}|{_N}{{1,3}})(?:\s?[日号號일]|(?!\s?[-至到、,\d]))|(?!\s{{0,3}}(?:\d|{_N})))"
)
_CJK_YEARLESS = re.compile(
    rf"(?<![\d年년{NUMERAL_CHARACTERS}])(?<![年년]\s)(?P<m>\d{{1,2}}|{_N}{{1,2}})\s?[月월]\s{{0,3}}"
    rf"(?P<d>\d{{1,2}}|{_N}{{1,3}})\s?[日号號일]"
)
_YEAR_FIRST = re.compile(
    r"(?<![\d./\-])(?P<y>\d{4})\s?([-/.])\s?(?P<m>\d{1,2})\s?\2\s?(?P<d>\d{1,2})(?!\d|[-/.]\d)(?:\.(?!\d))?"
)
_ERA_SHORT = re.compile(
    r"(?<![A-Za-z\d])(?P<era>[RHSTM令平昭大明])\s?(?P<y>\d{1,2}|元)[./\-年](?P<m>\d{1,2})[./\-月](?P<d>\d{1,2})日?(?!\d)"
)
_REPUBLICAN = re.compile(r"(?<![\d./\-])(?P<y>\d{2,3})([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})(?!\d|[-/.]\d)")
_SHORT = re.compile(r"(?<![\d./\-])(?P<a>\d{1,2})([-/.])(?P<b>\d{1,2})\2(?P<c>\d{4}|\d{2})(?!\d|[-/.]\d)")
_FEED_SHORT = re.compile(r"(?:[A-Za-z]{3,9},\s)?(?P<m>\d\d) (?P<d>\d\d) (?P<y>\d{4})(?= \d\d:\d\d)")
_NAME = r"(?P<name>[^\W\d_]{3,12})"
_VIETNAMESE = re.compile(r"(?<!\d)(?P<d>\d{1,2})\stháng\s(?P<m>\d{1,2}),?\snăm\s(?P<y>\d{4})(?!\d)", re.IGNORECASE)
_DAY_NAME_YEAR = re.compile(
    rf"(?<![\w/.\-])(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|º|ª|\.)?[\s\-/]{{1,2}}(?:de\s|of\s)?{_NAME}\.?,?[\s\-/]{{1,2}}"
    r"(?:del?\s)?(?P<y>\d{4}|\d\d(?=\s\d{1,2}:|\s*$))(?!\d)"
)
_NAME_DAY_YEAR = re.compile(
    rf"(?<!\w){_NAME}\.?\s{{1,2}}(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,\s{{0,2}}|\s{{1,2}})(?P<y>\d{{4}})(?!\d)"
)
_YEAR_NAME_DAY = re.compile(rf"(?<![\w/.\-])(?P<y>\d{{4}})[\s\-,]{{1,2}}{_NAME}\.?[\s\-]{{1,2}}(?P<d>\d{{1,2}})(?!\d)")
_NAME_YEAR = re.compile(rf"(?<!\w){_NAME}\.?,?\s(?:del?\s)?(?P<y>\d{{4}})(?!\d)")


def _build(found: re.Match[str], year: int | None, month: int | None, day: int | None) -> Day | None:
    if year is None or not month:
        return None
    try:
        return Day(found.start(), found.end(), date(year, month, 1 if day is None else day))
    except ValueError:
        return None


def _number(digits: str) -> int | None:
    return int(digits) if digits.isdecimal() else read_chinese_numeral(digits)


def _read_cjk(found: re.Match[str], custom: Custom) -> Day | None:
    year = read_year(found["y"], found["era"] or "", republican=custom.republican)
    if found["d"] is not None:
        return _build(found, year, _number(found["m"]), _number(found["d"]) or 0)
    day = _build(found, year, _number(found["m"]), 1)
    return Day(day.start, day.end, day.date, Precision.MONTH) if day else None


def _read_year_first(found: re.Match[str], custom: Custom) -> Day | None:
    return _build(found, read_year(found["y"]), int(found["m"]), int(found["d"]))


def _read_era_short(found: re.Match[str], custom: Custom) -> Day | None:
    if not custom.japanese:
        return None
    return _build(found, read_year(found["y"], found["era"]), int(found["m"]), int(found["d"]))


def _read_republican(found: re.Match[str], custom: Custom) -> Day | None:
    if not custom.republican or int(found["y"]) < _REPUBLICAN_SINCE:
        return None
    return _build(found, read_year(found["y"], "民國"), int(found["m"]), int(found["d"]))


def _read_short(found: re.Match[str], custom: Custom) -> Day | None:
    """27/10/2023, 10/27/2023, 30.10.23, 23.10.27: the order is the source's custom."""
    first, second, third = int(found["a"]), int(found["b"]), int(found["c"])
    if custom.republican and first >= _REPUBLICAN_SINCE:
        return None
    if custom.year_first and third < 100:
        return _build(found, full_year(first), second, third) if len(found["a"]) == 2 else None
    year = full_year(third)
    if custom.day_first is not None:
        day, month = (first, second) if custom.day_first else (second, first)
        return _build(found, year, month, day)
    if first == second or (first > 12) != (second > 12):  # one reading only
        return _build(found, year, min(first, second), max(first, second))
    return None


def _read_feed_short(found: re.Match[str], custom: Custom) -> Day | None:
    """``Sat, 11 04 2020 08:51:49``: English feed software that fills numbers into RFC 822 puts the month first."""
    return _build(found, int(found["y"]), int(found["m"]), int(found["d"])) if custom.english else None


def _read_named(found: re.Match[str], custom: Custom) -> Day | None:
    return _build(found, read_named_year(found["y"]), MONTHS.get(found["name"].lower()), int(found["d"]))


def _read_named_month(found: re.Match[str], custom: Custom) -> Day | None:
    day = _build(found, read_year(found["y"]), MONTHS.get(found["name"].lower()), 1)
    return Day(day.start, day.end, day.date, Precision.MONTH) if day else None


def read_named_year(digits: str) -> int | None:
    """A year beside a month's name: four digits, or two as in RFC 822."""
    return full_year(int(digits)) if len(digits) == 2 else read_year(digits)


def full_year(year: int) -> int:
    """Two digits as a year between 1970 and 2069 (as POSIX has it, nearly); others as they are."""
    return year if year > 99 else year + (2000 if year < 70 else 1900)


_Reader = Callable[[re.Match[str], Custom], Day | None]
_EASTERN_SHAPES: tuple[tuple[re.Pattern[str], _Reader], ...] = ((_CJK, _read_cjk),)
_NUMERIC_SHAPES: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (_YEAR_FIRST, _read_year_first),
    (_SHORT, _read_short),
)
_CALENDAR_SHAPES: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (_ERA_SHORT, _read_era_short),
    (_REPUBLICAN, _read_republican),
)
_NAMED_SHAPES: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (_VIETNAMESE, _read_year_first),
    (_DAY_NAME_YEAR, _read_named),
    (_NAME_DAY_YEAR, _read_named),
    (_FEED_SHORT, _read_feed_short),
    (_YEAR_NAME_DAY, _read_named),
    (_NAME_YEAR, _read_named_month),
)
#: Of these, the ones that may do with two digits of a year.
_SHORT_NAMED_SHAPES: tuple[tuple[re.Pattern[str], _Reader], ...] = ((_DAY_NAME_YEAR, _read_named),)
_HAS_WORD = re.compile(r"[^\W\d_\u2e80-\uffff]{3}")
_HAS_DIGIT = re.compile(r"\d")
_HAS_LONG_YEAR = re.compile(r"\d{4}")
_HAS_NUMERIC = re.compile(r"\d\s?[-/.]\s?\d")


def find_days(text: str, custom: Custom) -> Iterator[Day]:
    """Every complete date or month in narrow ``text``, shape by shape, in no particular order; they may overlap."""
    for pattern, read in _shapes_for(text, custom):
        for found in pattern.finditer(text):
            if (day := read(found, custom)) is not None:
                yield day


def _shapes_for(text: str, custom: Custom) -> list[tuple[re.Pattern[str], _Reader]]:
    """The shapes worth trying: looking for a sign of one is much cheaper than looking for it."""
    shapes: list[tuple[re.Pattern[str], _Reader]] = []
    if "年" in text or "년" in text:
        shapes += _EASTERN_SHAPES
    if _HAS_NUMERIC.search(text):
        shapes += _NUMERIC_SHAPES
    if custom.japanese or custom.republican:
        shapes += _CALENDAR_SHAPES
    if _HAS_DIGIT.search(text) and _HAS_WORD.search(text):
        shapes += _NAMED_SHAPES if _HAS_LONG_YEAR.search(text) else _SHORT_NAMED_SHAPES
    return shapes


def find_yearless(text: str, newest: date) -> Iterator[Day]:
    """Dates like 10月27日, in the latest year that puts them no later than ``newest``."""
    if "月" not in text and "월" not in text:
        return
    for found in _CJK_YEARLESS.finditer(text):
        day = latest(_number(found["m"]) or 0, _number(found["d"]) or 0, newest)
        if day:
            yield Day(found.start(), found.end(), day)


def latest(month: int, day: int, newest: date) -> date | None:
    """The latest such day not after ``newest``, within the eight years a 29 February may need."""
    for year in range(newest.year, newest.year - 9, -1):
        try:
            candidate = date(year, month, day)
        except ValueError:
            if day != 29:
                return None
            continue
        if candidate <= newest:
            return candidate
    return None
