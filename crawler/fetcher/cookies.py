"""Cookies as servers set them: in memory, for one source and one host, never for anybody else.

Many sites set a cookie on the first answer and expect it on the second; nothing here outlives the process. Stricter
than browsers on purpose: ``Domain`` is ignored, so a cookie only ever returns to the host that set it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from crawler.fetcher.politeness import read_http_date
from crawler.fetcher.steps import host_name, port_of

_MOST_JARS = 10_000
_MOST_COOKIES = 50
_LONGEST_COOKIE = 4096
_FOREVER = timedelta(days=400)  # RFC 6265bis's upper limit


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie. ``expires_at`` None: as long as the process lives."""

    name: str
    value: str
    path: str = "/"
    secure: bool = False
    expires_at: datetime | None = None

    def belongs_to(self, url: httpx.URL, now: datetime) -> bool:
        """Whether the cookie is to be sent with a request for ``url`` (RFC 6265 §5.1.4, §5.4)."""
        if (self.secure and url.scheme != "https") or (self.expires_at is not None and self.expires_at <= now):
            return False
        path = url.path or "/"
        return path == self.path or path.startswith(self.path.rstrip("/") + "/")


class CookieJars:
    """One small jar for each source and host; the longest unused are thrown away first."""

    def __init__(self) -> None:
        self._jars: OrderedDict[tuple[str, str], dict[tuple[str, str], Cookie]] = OrderedDict()

    def header(self, source_id: str, url: httpx.URL, *, now: datetime) -> str:
        """The value of the ``Cookie`` header for ``url``; empty where there is nothing to send."""
        if not self._jars:
            return ""
        place = _place(source_id, url)
        jar = self._jars.get(place)
        if not jar:
            return ""
        self._jars.move_to_end(place)
        fitting = sorted((cookie for cookie in jar.values() if cookie.belongs_to(url, now)), key=_specific_first)
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in fitting)

    def remember(self, source_id: str, url: httpx.URL, set_cookies: Iterable[str], *, now: datetime) -> None:
        """Takes in the ``Set-Cookie`` headers of a response from ``url``; unreadable ones are ignored."""
        for text in set_cookies:
            cookie = read_cookie(text, url, now=now)
            if cookie is None:
                continue
            jar = self._jars.setdefault(_place(source_id, url), {})
            jar.pop((cookie.name, cookie.path), None)
            if cookie.expires_at is None or cookie.expires_at > now:
                jar[cookie.name, cookie.path] = cookie
            if len(jar) > _MOST_COOKIES:
                jar.pop(next(iter(jar)))
        while len(self._jars) > _MOST_JARS:
            self._jars.popitem(last=False)


def read_cookie(text: str, url: httpx.URL, *, now: datetime) -> Cookie | None:
    """Reads one ``Set-Cookie`` value as RFC 6265 §5.2 does; None for what is no cookie or too long."""
    pair, *attributes = text.split(";")
    name, equals, value = pair.partition("=")
    if not equals or not name.strip() or len(pair) > _LONGEST_COOKIE or not pair.isprintable():
        return None
    given = {key.strip().lower(): rest.strip() for key, _, rest in (part.partition("=") for part in attributes)}
    path = given.get("path", "")
    return Cookie(
        name=name.strip(),
        value=value.strip(),
        path=path if path.startswith("/") else _default_path(url),
        secure="secure" in given,
        expires_at=_read_expiry(given, now),
    )


def _read_expiry(given: dict[str, str], now: datetime) -> datetime | None:
    """``Max-Age`` beats ``Expires`` (RFC 6265 §5.3)."""
    seconds = given.get("max-age", "")
    if seconds.removeprefix("-").isdecimal() and seconds.isascii():
        return now + min(timedelta(seconds=int(seconds[:10])), _FOREVER) if seconds[0] != "-" else now
    return read_http_date(given.get("expires", "").replace("-", " "))


def _default_path(url: httpx.URL) -> str:
    return url.path.rpartition("/")[0] or "/"


def _place(source_id: str, url: httpx.URL) -> tuple[str, str]:
    """Where a jar belongs: http and https at their default ports are one host, any other port is another."""
    port = port_of(url)
    return source_id, host_name(url) if port in (80, 443) else f"{host_name(url)}:{port}"


def _specific_first(cookie: Cookie) -> int:
    return -len(cookie.path)
