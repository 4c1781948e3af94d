"""The time of day beside a date: 21:56, 9.56 p.m., 下午3时30分, 21시 56분, 晚8点; and the zone beside that."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from crawler.model import Precision
from crawler.text.numerals import NUMERAL_CHARACTERS, read_chinese_numeral
from crawler.text.zones import SPOKEN_ZONES, ZONE, is_zone, place

_MORNING = "上午|午前|오전|凌晨|清晨|早上|早晨|早"
_NOON = "中午|正午"
_AFTERNOON = "下午|午後|오후|傍晚|晚上|晚间|晚間|晚|夜间|夜間|深夜|夜"
_EVENING = frozenset({"晚上", "晚间", "晚間", "晚", "夜间", "夜間", "深夜", "夜"})
_SPOKEN_ZONE = "|".join(SPOKEN_ZONES)
_WEEKDAY = (
    r"\([^()\d]{1,9}\)|(?:星期|周|週|礼拜|禮拜)[一二三四五六日天]|[月火水木金土日]曜日?|[월화수목금토일]요일"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
)
#: What may stand between a date and its time of day.
_GAP = re.compile(
    rf"(?:[\sT,;|·・/]|-(?=\s)|\.(?=\s)|г\.?(?=\s)|{_WEEKDAY}|(?:Issued at|at|um|à|às|alle|om|kl)\b\.?){{0,8}}",
    re.IGNORECASE,
)
_TIME = re.compile(
    rf"""
    (?:(?P<spoken>{_SPOKEN_ZONE})\s?)?
    (?:(?P<half>{_MORNING}|{_NOON}|{_AFTERNOON}|[AaPp][Mm]\s)\s?)?
    (?:(?P<hour>\d{{1,2}}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d{{1,9}})?)?(?![\d:])
      |(?P<spelled>\d{{1,2}}|[{NUMERAL_CHARACTERS}]{{1,3}})\s?(?:[时時点點시]|h(?=\d\d\b))
       (?:\s?(?P<half_past>半)
         |\s?(?P<minutes>\d{{1,2}})(?:\s?[分분](?:\s?(?P<seconds>\d{{1,2}})\s?[秒초])?|(?![\d:])))?
      |(?P<bare>\d{{1,2}})(?=\s?[AaPp]\.?[Mm]\b)
    )
    (?:\s?(?P<suffix>[AaPp])\.?[Mm]\b\.?)?
    """,
    re.VERBOSE,
)
_TIME_BEFORE = re.compile(r"(?<![\d:])\d{1,2}:\d\d(?::\d\d)?(?:\s?[AaPp]\.?[Mm]\b\.?)?(?=[\s,]{1,2}(?:on\s|-\s)?$)")
_RANGE_END = re.compile(r"-\d{1,2}:\d\d")


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day as read, and where it ended. ``hour`` may be 24 and beyond: the following day."""

    hour: int
    minute: int
    second: int
    precision: Precision
    zone: str
    end: int

    @property
    def is_bare_midnight(self) -> bool:
        """Whether this is what systems print for a date without a time (``00:00:00``, no zone)."""
        return not (self.hour or self.minute or self.second or self.zone) and self.precision != Precision.HOUR

    def on(self, day: datetime, home: tzinfo) -> datetime | None:
        """The instant of this time on ``day`` (naive midnight), in the zone beside it, else in ``home``."""
        local = day + timedelta(hours=self.hour, minutes=self.minute, seconds=self.second)
        return place(local, self.zone, home)


def read_clock(text: str, start: int) -> Clock | None:
    """The time of day that follows a date ending at ``start`` (narrow text), or None."""
    gap = _GAP.match(text, start)
    found = _TIME.match(text, gap.end() if gap else start)
    return _clock(found, text) if found else None


def read_clock_before(text: str, end: int) -> Clock | None:
    """The time of day directly before a date that begins at ``end``: ``21:56 27/10/2023``."""
    head = text[max(0, end - 24) : end]
    found = _TIME_BEFORE.search(head)
    time = _TIME.match(found[0]) if found else None
    return _clock(time, found[0]) if found and time else None


def _clock(found: re.Match[str], text: str) -> Clock | None:
    hour = _number(found["hour"] or found["spelled"] or found["bare"])
    minute = 30 if found["half_past"] else _number(found["minute"] or found["minutes"] or "0")
    second = _number(found["second"] or found["seconds"] or "0")
    if hour is None or minute is None or second is None or hour > 24 or minute > 59 or second > 60:
        return None
    zone, end = ("", found.end()) if _is_range(text, found) else _read_zone(text, found.end())
    return Clock(
        hour=_on_24_hours(hour, (found["half"] or "").strip(), (found["suffix"] or "").lower()),
        minute=minute,
        second=min(second, 59),
        precision=_precision(found),
        zone=zone or _spoken_zone(found["spoken"]),
        end=end,
    )


def _is_range(text: str, found: re.Match[str]) -> bool:
    """Whether an end follows (09:00-11:00) and not an offset, which has seconds, a T or a space before it."""
    if found["second"] or text[found.start() - 1 : found.start()] == "T":
        return False
    return _RANGE_END.match(text, found.end()) is not None


def _number(digits: str) -> int | None:
    return int(digits) if digits.isdecimal() else read_chinese_numeral(digits)


def _precision(found: re.Match[str]) -> Precision:
    if found["second"] or found["seconds"]:
        return Precision.SECOND
    return Precision.MINUTE if found["minute"] or found["minutes"] or found["half_past"] else Precision.HOUR


def _on_24_hours(hour: int, half: str, suffix: str) -> int:
    """The hour on a 24-hour clock. A half-day named beside an hour above 12 adds nothing (下午15:30)."""
    if hour > 12 or not (half or suffix):
        return hour
    if suffix == "a" or half.lower() == "am" or half in _MORNING.split("|"):
        return 0 if hour == 12 else hour
    if half in _EVENING:
        return 24 if hour == 12 else hour + 12 if hour > 4 else hour  # 夜1点 is the small hours
    if half in _NOON.split("|"):
        return hour + 12 if hour < 4 else hour
    return 12 if hour == 12 else hour + 12


def _read_zone(text: str, start: int) -> tuple[str, int]:
    """The zone written after a time and its end; words that name no zone are left alone."""
    found = ZONE.match(text, start)
    if not found:
        return "", start
    token = found[1].replace(" ", "")
    known = is_zone(token)
    return (token, found.end()) if known else ("", start)


def _spoken_zone(word: str | None) -> str:
    return f"+{SPOKEN_ZONES[word]:02d}:00" if word else ""
