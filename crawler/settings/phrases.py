"""Values with an inner structure: addresses of databases and proxies, rhythms, source ids.

Each ``read_…`` returns the value as written (or its canonical spelling) and raises ``ValueError`` saying what
is wrong with it, without repeating it: it may be a secret.
"""

from __future__ import annotations

import codecs
import ipaddress
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from crawler.model import Quiet, Rhythm, WorkingHours

_SOURCE_ID = re.compile(r"[a-z0-9-]{1,100}")
_DAILY = re.compile(r"daily ([01]\d|2[0-3]):([0-5]\d)")
_QUIET = re.compile(r"((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(
    rf"(?:(?P<first>{'|'.join(_DAYS)})(?:-(?P<last>{'|'.join(_DAYS)}))? )?"
    r"(?P<begin>(?:[01]\d|2[0-3]):[0-5]\d)-(?P<end>(?:[01]\d|2[0-3]):[0-5]\d|24:00)"
)
_COVERAGE = re.compile(r"(?:daily|weekly (?:mon|tue|wed|thu|fri|sat|sun)) (?:[01]\d|2[0-3]):[0-5]\d")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")
_POSTGRES = re.compile(r"postgres(?:ql)?(?:\+psycopg)?://")


def read_source_id(value: object) -> str:
    """The id, where it keeps to ``[a-z0-9-]+``."""
    if not isinstance(value, str) or not _SOURCE_ID.fullmatch(value):
        raise ValueError("is not an id")
    return value


def read_rhythm(value: object) -> str:
    """The rhythm as written, where ``parse_rhythm`` understands it."""
    if isinstance(value, str) and (value in ("at_once", "hourly") or _DAILY.fullmatch(value)):
        return value
    raise ValueError("is not a rhythm")


def parse_rhythm(text: str) -> Rhythm:
    """``at_once``, ``hourly`` or ``daily HH:MM`` as the core's value."""
    if _DAILY.fullmatch(text):
        return Rhythm(every="daily", at_minute=read_minute(text[-5:]))
    return Rhythm(every=text)


def read_quiet_hours(value: object) -> str:
    """The hours as written, where they are two different times of day."""
    hours = _QUIET.fullmatch(value) if isinstance(value, str) else None
    if value == "" or (hours and hours[1] != hours[2]):
        return str(value)
    raise ValueError("is not a span of hours")


def parse_quiet_hours(text: str) -> Quiet | None:
    """``22:00-07:00`` as the core's value; None for nothing."""
    return Quiet(from_minute=read_minute(text[:5]), to_minute=read_minute(text[-5:])) if text else None


def read_hours(value: object) -> str:
    """Working hours as written, where ``parse_all_hours`` understands them."""
    if not isinstance(value, str):
        raise ValueError("is not text")
    parse_all_hours(value)
    return value


def parse_all_hours(text: str) -> tuple[WorkingHours, ...] | None:
    """``mon-fri 08:00-19:00``, several of them after commas, days left out at will; None to learn them.

    Raises ``ValueError``.
    """
    if text in ("auto", "always"):
        return None if text == "auto" else ()
    return tuple(parse_hours(each.strip()) for each in text.split(","))


def parse_hours(text: str) -> WorkingHours:
    """One span of working hours. Raises ``ValueError``."""
    found = _HOURS.fullmatch(text.lower())
    if found is None or found["begin"] == found["end"]:
        raise ValueError("is not a span of working hours")
    days = range(7)
    if found["first"]:
        first, last = _DAYS.index(found["first"]), _DAYS.index(found["last"] or found["first"])
        days = range(first, last + 1 + (7 if last < first else 0))
    return WorkingHours(
        weekdays=tuple(sorted({day % 7 for day in days})),
        from_minute=read_minute(found["begin"]),
        to_minute=1440 if found["end"] == "24:00" else read_minute(found["end"]),
    )


def read_minute(clock: str) -> int:
    """``HH:MM`` in minutes after midnight."""
    return int(clock[:2]) * 60 + int(clock[3:])


def read_coverage(value: object) -> str:
    """The rhythm of coverage reports, where it is one."""
    if isinstance(value, str) and (not value or _COVERAGE.fullmatch(value)):
        return value
    raise ValueError("is not a day and time")


def read_proxy(value: object) -> str:
    """The address of a proxy, or nothing."""
    if value == "":
        return ""
    if not isinstance(value, str):
        raise ValueError("is not text")
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https", "socks5h") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("is not the address of a proxy")
    return value


def read_private_host(value: object) -> str:
    """One exception to the address guard: a name, an address or a network, with a port or without."""
    if not isinstance(value, str) or not re.fullmatch(r"[^\s/@?#]+(?:/[^\s/@?#]+)?", value):
        raise ValueError("is not a host")
    head, slash, tail = value.partition("/")
    if slash:
        bits, _, port = tail.partition(":")
        if port and not port.isdecimal():
            raise ValueError("is not a network")
        try:
            ipaddress.ip_network(f"{head.lstrip('[')}/{bits.rstrip(']')}", strict=False)
        except ValueError as error:
            raise ValueError("is not a network") from error
    return value


def read_header_table(value: object) -> object:
    """Request headers that can be sent as they stand (RFC 9110 §5.1, §5.5)."""
    for name, content in value.items() if isinstance(value, dict) else ():
        if not _HEADER_NAME.fullmatch(str(name)):
            raise ValueError(f"holds {str(name)[:40]!r}, which is not the name of a header")
        if isinstance(content, str) and not _HEADER_VALUE.fullmatch(content):
            raise ValueError(f"holds a value of {name} that cannot be sent in a header")
    return value


def read_encoding(value: object) -> object:
    """The name of a character encoding that Python knows, or nothing."""
    if isinstance(value, str) and value:
        try:
            codecs.lookup(value)
        except (LookupError, ValueError) as error:  # ValueError: a NUL in the name
            raise ValueError("is not a known character encoding") from error
    return value


def read_storage_url(value: object) -> str:
    """The address of the database, PostgreSQL always with the driver that Gazette uses."""
    if not isinstance(value, str):
        raise ValueError("is not text")
    if _POSTGRES.match(value):
        return _POSTGRES.sub("postgresql+psycopg://", value, count=1)
    if value.startswith("sqlite:///") and len(value) > len("sqlite:///"):
        return value
    raise ValueError("is not the address of a database")


def place_database(url: str, folder: Path) -> str:
    """``url`` with a relative SQLite path made absolute against ``folder``."""
    prefix = "sqlite:///"
    if not url.startswith(prefix) or url.startswith(f"{prefix}:memory:"):
        return url
    path, mark, query = url[len(prefix) :].partition("?")
    return f"{prefix}{place_path(path, folder)}{mark}{query}"


def place_path(path: str, folder: Path) -> Path:
    """``path`` made absolute against ``folder``; ``~`` is the home of the user."""
    return Path(os.path.abspath(folder / os.path.expanduser(path)))  # unlike pathlib, these never raise
