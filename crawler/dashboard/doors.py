"""Who may ask what: decided before any page is made. Names, password, methods, sizes; and the headers of every answer.

A browser on the same machine can be made to ask a loopback address under a stranger's name (DNS rebinding): ``Host``
must therefore be a name or an address that we listen at, or that of ``public_url``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crawler.notifier.unsubscribe import PATH as UNSUBSCRIBE
from crawler.settings.values import WebSettings

HEALTH = "/health"
METHODS = ("GET", "HEAD", "POST")
#: What a request may carry, in bytes. One-click unsubscribing sends 26.
LARGEST_BODY = 4096
#: And its address and headers together.
LARGEST_HEAD = 16 * 1024
WILDCARDS = ("0.0.0.0", "::")  # noqa: S104 - compared with, not listened at

#: For every answer that does not say otherwise itself.
PROTECTION: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "private, no-cache",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not answered."""

    status: int
    text: str
    headers: Mapping[str, str] | None = None


class Doors:
    """Lets requests in to ``app``. ``web`` gives the settings of the moment: a daemon may read them again."""

    def __init__(self, app: ASGIApp, web: Callable[[], WebSettings]) -> None:
        self._app = app
        self._web = web

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        web, headers = self._web(), Headers(scope=scope)
        prefix = urlsplit(web.public_url).path
        path = strip_prefix(scope["path"], prefix)
        refusal = refuse(scope["method"], path, headers, web)
        if len(scope["path"]) + len(scope["query_string"]) + sum(map(sum_lengths, headers.raw)) > LARGEST_HEAD:
            refusal = Refusal(431, "The request is too large.\n", {"Connection": "close"})
        is_public = hostname_of(headers.get("host", "")) == hostname_of(urlsplit(web.public_url).netloc)
        state = {
            **scope.get("state", {}),
            "prefix": prefix if is_public else "",
            "is_known": is_allowed(headers.get("authorization", ""), web.password),
        }
        app = PlainTextResponse(refusal.text, refusal.status, refusal.headers) if refusal else self._app
        await app({**scope, "path": path, "state": state}, receive, protecting(send))


def sum_lengths(header: tuple[bytes, bytes]) -> int:
    """Name and value of one header."""
    return len(header[0]) + len(header[1])


def strip_prefix(path: str, prefix: str) -> str:
    """The path below that of ``public_url``, whether or not a proxy has taken it off already."""
    return path.removeprefix(prefix) if prefix and path.startswith(f"{prefix}/") else path


def refuse(method: str, path: str, headers: Mapping[str, str], web: WebSettings) -> Refusal | None:
    """What speaks against answering, if anything does. Pure."""
    if not is_ours(headers.get("host", ""), web):
        return Refusal(421, "This host name is not known here; [web] public_url and listen name those that are.\n")
    if method not in METHODS:
        return Refusal(405, "GET, HEAD or POST only.\n", {"Allow": ", ".join(METHODS)})
    length = headers.get("content-length", "0")
    if not length.isdecimal() or len(length) > 10 or int(length) > LARGEST_BODY:
        return Refusal(413, "The request is too large.\n", {"Connection": "close"})
    if not is_open(path) and not is_allowed(headers.get("authorization", ""), web.password):
        realm = 'Basic realm="Gazette", charset="UTF-8"'
        return Refusal(401, "This needs the password of [web].\n", {"WWW-Authenticate": realm})
    return None


def is_open(path: str) -> bool:
    """Whether anyone may ask: mail programs know no password, nor do monitors."""
    return path.startswith(UNSUBSCRIBE) or path == HEALTH


def is_ours(host: str, web: WebSettings) -> bool:
    """Whether a browser that names this host means us. An address cannot be made to lead elsewhere, a name can."""
    name = hostname_of(host)
    if not name:
        return False
    if name in ("localhost", hostname_of(web.listen), hostname_of(urlsplit(web.public_url).netloc)):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or web.listen.strip("[]") in WILDCARDS


def hostname_of(host: str) -> str:
    """The name of ``name:port``, in lower case; empty where there is none."""
    if "@" in host or "/" in host:
        return ""
    bare = f"[{host}]" if host.count(":") > 1 and "[" not in host else host
    try:
        return (urlsplit(f"//{bare}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def is_allowed(authorization: str, password: str) -> bool:
    """Whether HTTP Basic brings the password, under any user name. Takes as long whatever is wrong."""
    if not password:
        return True
    scheme, _, packed = authorization.partition(" ")
    try:
        given = base64.b64decode(packed.strip(), validate=True) if scheme.lower() == "basic" else b""
    except binascii.Error:
        given = b""
    return hmac.compare_digest(_digest(given.partition(b":")[2]), _digest(password.encode("utf-8", "replace")))


def _digest(secret: bytes) -> bytes:
    return hashlib.sha256(secret).digest()


def protecting(send: Send) -> Send:
    """Adds to every answer the headers that it does not set itself."""

    async def send_protected(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in PROTECTION.items():
                headers.setdefault(name, value)
        await send(message)

    return send_protected
