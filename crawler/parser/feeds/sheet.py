"""What is known while a feed is read, and the steps all its dialects share."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import unquote, urlsplit

from crawler.model import Attachment, Fetched, Moment, Purpose, Request, Source
from crawler.text.dates import read_date
from crawler.text.normalize import clean, shorten
from crawler.text.urls import join_url

#: More entries than any real feed has in one document; what follows is left out.
ENTRY_LIMIT = 2_000
SUMMARY_LIMIT = 2_000
_TITLE_LIMIT = 500
#: An address that joining and escaping would leave as it is: nearly every one in a feed.
_PLAIN_URL = re.compile(
    r"https?://[a-z0-9][a-z0-9.-]{0,250}(?::[1-9]\d{1,3})?/[A-Za-z0-9\-._~!$&'()*+,=:@/?]{0,1500}(?<!\?)"
)
_MEDIA = ("image/", "audio/", "video/")
_MEDIA_FILES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg", ".mp3", ".m4a", ".mp4", ".mov", ".webm")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSheet:
    """One feed document: where it came from, when, and how its dates and addresses are to be understood.

    ``bases`` tells whether the document uses ``xml:base`` at all; ``publisher`` is what entries without one of
    their own inherit.
    """

    url: str
    now: datetime
    timezone: str
    language: str = ""
    publisher: str = ""
    bases: bool = False

    @classmethod
    def of(cls, fetched: Fetched, source: Source, *, bases: bool = False) -> FeedSheet:
        """The sheet before the document was opened: all it can say by itself is still missing."""
        return cls(
            url=fetched.url, now=fetched.fetched_at, timezone=source.timezone, language=source.language, bases=bases
        )

    def with_head(self, *, url: str = "", language: str = "", publisher: str = "") -> FeedSheet:
        """The sheet after the head of the document was read; what the operator said stays."""
        return replace(
            self, url=url or self.url, language=self.language or primary_subtag(language), publisher=publisher
        )

    def moment(self, raw: str) -> Moment | None:
        """The instant a publisher's date text means, or None when it cannot be told for certain."""
        raw = raw[:200].strip()
        if not raw:
            return None
        found = read_date(raw, timezone=self.timezone, locale=self.language or None, now=self.now)
        return found and Moment(instant=found.instant, precision=found.precision, raw=found.raw, origin="feed")

    def address(self, href: str, base: str = "") -> str:
        """``href`` made absolute, or an empty string when it is no address of a page."""
        href = href.strip()
        if _PLAIN_URL.fullmatch(href) and "/." not in href:
            return href
        return join_url(base or self.url, href) if href else ""


def primary_subtag(language: str) -> str:
    """The primary language subtag, lower-case (``zh`` of ``zh-CN``), or an empty string (RFC 5646 §2.2.1)."""
    tag = language.strip().replace("_", "-").partition("-")[0].lower()
    return tag if 2 <= len(tag) <= 3 and tag.isascii() and tag.isalpha() else ""


def title_or_opening(title: str, summary: str) -> str:
    """The title, or where an entry has none the first words of its summary."""
    return shorten(title, _TITLE_LIMIT) if title else shorten(summary, 80)


def file_attachment(url: str, media_type: str, name: str) -> Attachment | None:
    """An enclosure as an attachment; None for pictures, sound and film, which are decoration or too large to keep."""
    if not url or media_type.strip().lower().startswith(_MEDIA):
        return None
    try:
        path = urlsplit(url).path
    except ValueError:
        return None
    if not media_type and path.lower().endswith(_MEDIA_FILES):
        return None
    return Attachment(url=url, name=clean(name) or clean(unquote(posixpath.basename(path))) or url)


def listing_request(url: str, *, unlike: str = "") -> Request | None:
    """The request for another page of the listing, or None without an address or when it is ``unlike`` itself."""
    if not url or url == unlike:
        return None
    return Request(url=url, purpose=Purpose.LISTING)
