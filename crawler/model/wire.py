"""What was asked of the world and what came back, before any interpretation beyond a verdict."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from crawler.model.files import FileText
from crawler.model.words import Purpose, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What we echo so that the server may answer 304: opaque, never parsed (RFC 9110 §8.8)."""

    etag: str = ""
    last_modified: str = ""

    def __bool__(self) -> bool:
        """Whether there is anything to echo."""
        return bool(self.etag or self.last_modified)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to ask of the world. All oddities of a site (paging, POST bodies, tokens) are data here."""

    url: str
    purpose: Purpose
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    validators: Validators = field(default_factory=Validators)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One redirect on the way to a response."""

    url: str
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A response as received, before any interpretation. ``body`` is decompressed, ``headers`` are lower-case.

    ``file`` is what the sandbox read of a body that is a file and no markup; the parser itself opens no file.
    ``retry_at``: it refused with 429 or 503, and its host is left alone until then.
    """

    request: Request
    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    sha256: str
    fetched_at: datetime
    hops: tuple[Hop, ...] = ()
    truncated: bool = False
    file: FileText | None = None
    retry_at: datetime | None = None

    def header(self, name: str) -> str:
        """The first value of the header ``name`` (lower-case), or an empty string."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def media_type(self) -> str:
        """The media type the server declared, lower-case and without parameters."""
        return self.header("content-type").partition(";")[0].strip().lower()

    @property
    def validators(self) -> Validators:
        """What to echo next time."""
        return Validators(etag=self.header("etag"), last_modified=self.header("last-modified"))


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """A 304: what we have still stands."""

    request: Request
    url: str
    fetched_at: datetime
    headers: tuple[tuple[str, str], ...] = ()
    status: int = 304
    hops: tuple[Hop, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailure:
    """No usable response. A value, not an exception: one source's failure is a result, never a crash.

    ``reason`` is a sentence that names what was tried; ``retry_at`` is set where waiting is known to help.
    ``robots`` is true when robots.txt forbids the address; nothing was requested then.
    """

    request: Request
    url: str
    fetched_at: datetime
    verdict: Verdict
    reason: str
    status: int | None = None
    robots: bool = False
    retry_at: datetime | None = None


Response = Fetched | NotModified | FetchFailure


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The verdict on a response and a few words why. ``removed_by`` is ``author`` or ``platform`` where told."""

    verdict: Verdict
    reason: str = ""
    removed_by: str | None = None


def digest(body: bytes) -> str:
    """The SHA-256 of ``body`` in hexadecimal: the name of its snapshot."""
    return hashlib.sha256(body).hexdigest()
