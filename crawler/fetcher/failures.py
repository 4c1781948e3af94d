"""What went wrong on the wire, in words an operator understands."""

from __future__ import annotations

import errno
import ssl
from collections.abc import Iterator
from datetime import datetime, timedelta

import httpx

from crawler.fetcher.connect import AddressRefused, NameUnresolved
from crawler.model import Verdict

#: All that a request can run into without any fault of ours. ``OSError`` covers sockets and TLS.
NETWORK_ERRORS = (httpx.TransportError, httpx.StreamError, OSError)


class Trouble(Exception):
    """No usable response; ends a fetch and becomes a ``FetchFailure``. Never leaves this package."""

    def __init__(
        self,
        verdict: Verdict,
        reason: str,
        *,
        status: int | None = None,
        robots: bool = False,
        retry_at: datetime | None = None,
    ) -> None:
        super().__init__(reason)
        self.verdict = verdict
        self.reason = reason
        self.status = status
        self.robots = robots
        self.retry_at = retry_at


def name_trouble(error: Exception, place: str) -> Trouble:
    """The trouble that ``error`` stands for, met while talking to ``place`` (``host:port``)."""
    if isinstance(error, AddressRefused):
        return Trouble(Verdict.BLOCKED, str(error))
    return Trouble(Verdict.UNREACHABLE, explain(error, place))


def time_out(place: str, timeout: timedelta) -> Trouble:
    """The trouble of a request that used up its time."""
    seconds = f"{timeout.total_seconds():g}"
    return Trouble(Verdict.UNREACHABLE, f"no complete answer from {place} within {seconds} s (fetch.timeout)")


def explain(error: Exception, place: str) -> str:
    """A sentence that names ``place`` and what happened there."""
    if isinstance(error, NameUnresolved):
        return str(error)
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError):
            return _explain_tls(cause, place)
        if isinstance(cause, OSError) and cause.errno:
            return _explain_socket(cause, place)
    if isinstance(error, httpx.ProxyError):
        return f"the proxy did not let us through to {place}: {_plain(error)}"
    if isinstance(error, httpx.RemoteProtocolError):
        return f"{place} did not answer in valid HTTP: {_plain(error)}"
    if isinstance(error, httpx.LocalProtocolError):
        return f"the request to {place} cannot be sent: {_plain(error)}"
    if isinstance(error, (httpx.ReadError, httpx.WriteError)):
        return f"{place} cut the connection"
    return f"cannot reach {place}: {_plain(error)}"


def describe_size(count: int) -> str:
    """``count`` bytes in the largest unit that leaves a short figure: ``10 MiB``, ``1.5 KiB``, ``12 bytes``."""
    for unit, size in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if count >= size:
            return f"{count / size:.1f}".removesuffix(".0") + f" {unit}"
    return f"{count} bytes"


def _explain_tls(error: ssl.SSLError, place: str) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate of {place} is not valid: {error.verify_message}"
    why = (error.reason or _plain(error)).lower().replace("_", " ")
    return f'no TLS connection with {place}: {why} (very old servers need fetch.tls = "legacy")'


def _explain_socket(error: OSError, place: str) -> str:
    if error.errno == errno.ECONNREFUSED:
        return f"{place} refused the connection"
    if error.errno in (errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED):
        return f"{place} cut the connection"
    return f"cannot reach {place}: {(error.strerror or str(error)).lower()}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """``error`` and what led to it, outermost first, at most ten steps; grouped errors count with their first."""
    current: BaseException | None = error
    for _ in range(10):
        if current is None:
            return
        yield current
        inner = current.exceptions[0] if isinstance(current, BaseExceptionGroup) else None
        current = inner or current.__cause__ or current.__context__


def _plain(error: Exception) -> str:
    """The error's own text, printable and short; its type's name where it has none."""
    text = "".join(char if char.isprintable() else " " for char in str(error)[:200]).strip()
    return text or type(error).__name__
