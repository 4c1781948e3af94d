"""Which zone a time of day is in: what stands beside it, else the zone of its source."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

_HOUR = timedelta(hours=1)
_WIDEST_OFFSET = 14
_OFFSETS = {
    **dict.fromkeys(("Z", "GMT", "UTC", "UT", "WET"), 0.0),
    **{"EDT": -4, "CDT": -5, "MDT": -6, "PDT": -7, "MST": -7, "PST": -8, "AKST": -9, "HST": -10},
    **{"CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3, "WEST": 1, "SAST": 2},
    **{"PKT": 5, "WIB": 7, "ICT": 7, "PRC": 8, "HKT": 8, "SGT": 8, "PHT": 8, "MYT": 8, "AWST": 8, "JST": 9, "KST": 9},
    **{"AEST": 10, "AEDT": 11, "ACST": 9.5, "NZST": 12, "NZDT": 13},
}
#: Abbreviations that several zones share, the one of RFC 822 first. The source's own zone decides where it can.
_SHARED = {"CST": (-6.0, 8.0, -5.0), "EST": (-5.0, 10.0), "IST": (5.5, 2.0, 1.0), "BST": (1.0, 6.0), "AST": (-4.0, 3.0)}
_NAMED_OFFSET = re.compile(r"(?:GMT|UTC|UT|PRC)?\s?([+-])(\d{1,2})(?::?(\d\d))?(?::?\d\d)?Z?")
_REGION = re.compile(r"[A-Z][A-Za-z]+(?:/[A-Z][A-Za-z_+\-]+){1,2}")
#: What may follow a time of day: an offset, a region, or an abbreviation (of which only known ones count).
ZONE = re.compile(
    r"\s?\(?((?:(?:GMT|UTC|UT|PRC)\s?)?[+-]\d{1,2}(?::?\d\d)?(?![\d:])Z?|[A-Z][A-Za-z]+(?:/[A-Z][A-Za-z_]+){1,2}|"
    r"Z|[A-Z]{2,4}T|GMT|UTC?|MEZ|PRC|MSK|WIB)(?![A-Za-z])\)?"
)
#: Words before a time of day that name its zone.
SPOKEN_ZONES = {"香港時間": 8, "香港时间": 8, "北京时间": 8, "北京時間": 8, "日本時間": 9, "日本时间": 9, "HKT": 8}

_BY_ENDING = {
    "cn": "Asia/Shanghai",
    "tw": "Asia/Taipei",
    "hk": "Asia/Hong_Kong",
    "mo": "Asia/Macau",
    "jp": "Asia/Tokyo",
    "kr": "Asia/Seoul",
    "sg": "Asia/Singapore",
    "my": "Asia/Kuala_Lumpur",
    "th": "Asia/Bangkok",
    "vn": "Asia/Ho_Chi_Minh",
    "ph": "Asia/Manila",
    "in": "Asia/Kolkata",
    "il": "Asia/Jerusalem",
    "ae": "Asia/Dubai",
    "tr": "Europe/Istanbul",
    "uk": "Europe/London",
    "ie": "Europe/Dublin",
    "fr": "Europe/Paris",
    "de": "Europe/Berlin",
    "at": "Europe/Vienna",
    "ch": "Europe/Zurich",
    "nl": "Europe/Amsterdam",
    "be": "Europe/Brussels",
    "eu": "Europe/Brussels",
    "lu": "Europe/Luxembourg",
    "it": "Europe/Rome",
    "es": "Europe/Madrid",
    "pt": "Europe/Lisbon",
    "pl": "Europe/Warsaw",
    "cz": "Europe/Prague",
    "se": "Europe/Stockholm",
    "no": "Europe/Oslo",
    "dk": "Europe/Copenhagen",
    "fi": "Europe/Helsinki",
    "gr": "Europe/Athens",
    "ro": "Europe/Bucharest",
    "hu": "Europe/Budapest",
    "ua": "Europe/Kyiv",
    "ru": "Europe/Moscow",
    "za": "Africa/Johannesburg",
    "nz": "Pacific/Auckland",
    "gov": "America/New_York",
    "mil": "America/New_York",
}
#: Languages of one country: a page in them on a neutral host (.com, .org) keeps that country's time.
_BY_LANGUAGE = {
    "zh": "Asia/Shanghai",
    "zh-tw": "Asia/Taipei",
    "zh-hk": "Asia/Hong_Kong",
    "zh-mo": "Asia/Macau",
    "ja": "Asia/Tokyo",
    "ko": "Asia/Seoul",
    "th": "Asia/Bangkok",
    "vi": "Asia/Ho_Chi_Minh",
    "en-gb": "Europe/London",
    "en-us": "America/New_York",
    "de": "Europe/Berlin",
    "fr": "Europe/Paris",
    "it": "Europe/Rome",
    "ru": "Europe/Moscow",
    "uk": "Europe/Kyiv",
    "he": "Asia/Jerusalem",
}


def default_timezone(host: str, language: str = "") -> str:
    """The IANA zone a site most likely writes its times in: by its country's ending, else by its language, else UTC."""
    name = host.rpartition("@")[2].partition(":")[0].rstrip(".").lower()
    if zone := _BY_ENDING.get(name.rpartition(".")[2]):
        return zone
    spelled = language.replace("_", "-").lower()
    return _BY_LANGUAGE.get(spelled) or _BY_LANGUAGE.get(spelled.partition("-")[0], "UTC")


def find_zone(name: str | tzinfo) -> tzinfo:
    """The zone of an IANA name. Raises ``ZoneInfoNotFoundError`` for an unknown one (settings check them first)."""
    return _zone(name) if isinstance(name, str) else name


@lru_cache(maxsize=256)
def _zone(name: str) -> tzinfo:
    return UTC if name in ("UTC", "") else ZoneInfo(name)


@lru_cache(maxsize=512)
def _fixed(hours: float) -> timezone:
    return UTC if hours == 0 else timezone(timedelta(hours=hours))


def place(local: datetime, token: str, home: tzinfo) -> datetime | None:
    """``local`` (naive) made aware by ``token``, a zone as written beside it; in ``home`` where nothing was written.

    Abbreviations that several zones share (CST, IST, BST, EST) mean the one that ``home`` keeps at that time, if any.
    None where the token names no zone.
    """
    if not token:
        return local.replace(tzinfo=home)
    if (hours := _OFFSETS.get(token)) is not None:
        return local.replace(tzinfo=_fixed(hours))
    if shared := _SHARED.get(token):
        own = (local.replace(tzinfo=home).utcoffset() or timedelta()) / _HOUR
        return local.replace(tzinfo=_fixed(own if own in shared else shared[0]))
    if offset := _NAMED_OFFSET.fullmatch(token):
        return _at_offset(local, offset)
    zone = _region(token)
    return local.replace(tzinfo=zone) if zone else None


def _at_offset(local: datetime, offset: re.Match[str]) -> datetime | None:
    hours = int(offset[2]) + int(offset[3] or 0) / 60
    if hours > _WIDEST_OFFSET:
        return None
    return local.replace(tzinfo=_fixed(-hours if offset[1] == "-" else hours))


@lru_cache(maxsize=256)
def _region(name: str) -> tzinfo | None:
    if not _REGION.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, or a name the file system cannot hold
        return None


def is_zone(token: str) -> bool:
    """Whether ``token`` names a zone or an offset."""
    if offset := _NAMED_OFFSET.fullmatch(token):
        return int(offset[2]) <= _WIDEST_OFFSET
    return token in _OFFSETS or token in _SHARED or _region(token) is not None
