"""One request on the wire: where it goes, what it carries, and where a redirect leads. Pure decisions."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, replace
from urllib.parse import unquote

import httpx

from crawler.fetcher.failures import Trouble
from crawler.model import Purpose, Request, Source, Verdict

MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LONGEST_URL = 8192
_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(rb"[a-z0-9_.-]{1,253}|[0-9a-f]*:[0-9a-f:.]*(%[a-z0-9]+)?", re.IGNORECASE)
_USER_INFORMATION = re.compile(r"//[^/@]*@")

#: What goes along to another host: nothing that could be a secret, whatever it is called.
_HARMLESS = frozenset({"accept", "accept-encoding", "accept-language", "content-type", "user-agent"})
_ACCEPT_LISTING = (
    "application/atom+xml, application/rss+xml, application/feed+json, "
    "application/xml;q=0.9, application/json;q=0.9, text/html;q=0.9, */*;q=0.8"
)
_ACCEPT = {
    Purpose.LISTING: _ACCEPT_LISTING,
    Purpose.ARTICLE: "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8",
    Purpose.ATTACHMENT: "*/*",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One request as it is sent. ``url`` carries neither user information nor a fragment."""

    method: str
    url: httpx.URL
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    @property
    def host(self) -> str:
        """Host and port, the unit of politeness: ``www.example.gov.cn:443``."""
        return f"{host_name(self.url)}:{port_of(self.url)}"

    @property
    def origin(self) -> str:
        """Scheme, host and port, the unit of robots.txt."""
        return f"{self.url.scheme}://{host_name(self.url)}:{port_of(self.url)}"


def first_step(request: Request, source: Source) -> Step:
    """The first request on the wire for ``request``. Raises ``Trouble`` for a URL that cannot be requested.

    Headers of the request beat those of the source, which beat our own. Of the source's, only harmless ones go to
    another host than its own: a listing may link anywhere. User information in the URL becomes Basic credentials, so
    that it is treated as the secret it is from here on.
    """
    url = read_target(request.url)
    headers = {
        "user-agent": source.fetch.user_agent,
        "accept": _ACCEPT[request.purpose],
        "accept-encoding": "gzip, deflate",
    }
    if source.language:
        headers["accept-language"] = f"{source.language}, *;q=0.5"
    if url.userinfo:
        headers["authorization"] = f"Basic {_credentials(url)}"
    for name, value in (*_source_headers(source, url), *request.headers):
        headers[name.lower()] = value
    if request.validators.etag:
        headers["if-none-match"] = request.validators.etag
    if request.validators.last_modified:
        headers["if-modified-since"] = request.validators.last_modified
    return Step(request.method.upper(), _bare(url), tuple(headers.items()), request.body)


def robots_step(step: Step, user_agent: str) -> Step:
    """The request for the robots.txt that governs ``step``: no credentials, nothing but who we are."""
    headers = (("user-agent", user_agent), ("accept", "text/plain, */*;q=0.8"), ("accept-encoding", "gzip, deflate"))
    return Step("GET", step.url.copy_with(raw_path=b"/robots.txt"), headers)


def may_redirect(status: int) -> bool:
    """Whether a response of that status sends us elsewhere, if it says where (RFC 9110 §15.4)."""
    return status in _REDIRECTS


def next_step(step: Step, status: int, location: bytes) -> Step:
    """The request that a redirect asks for. Raises ``Trouble`` where it leads out of the web."""
    try:
        url = _bare(read_target(str(step.url.join(_decode_location(location)))))
    except (Trouble, httpx.InvalidURL, ValueError) as error:
        shown = location[:100].decode("ascii", "replace")
        raise Trouble(Verdict.UNEXPECTED, f"redirected to {shown!r}, which is no web address", status=status) from error
    following = replace(step, url=url)
    if (status == 303 and step.method != "HEAD") or (status in (301, 302) and step.method == "POST"):
        following = replace(following, method="GET", body=b"", headers=_without_body(step.headers))
    if not _may_carry_secrets(step.url, url):
        following = replace(following, headers=tuple(pair for pair in following.headers if pair[0] in _HARMLESS))
    return following


def read_target(text: str) -> httpx.URL:
    """The URL to request. Raises ``Trouble`` (``UNREACHABLE``) for what is none: no scheme, no host, a wild port."""
    try:
        url = httpx.URL(text.strip())
        problem = _find_problem(url, text)
    except (httpx.InvalidURL, ValueError) as error:  # idna's errors are ValueErrors that httpx lets through
        problem = str(error)
    if problem:
        shown = _USER_INFORMATION.sub("//", text[:200])
        raise Trouble(Verdict.UNREACHABLE, f"{shown!r} is not an address that can be requested: {problem}")
    return url


def display_url(url: httpx.URL) -> str:
    """``url`` as it may be shown and kept: without user information."""
    return str(_bare(url))


def host_name(url: httpx.URL) -> str:
    """The host as it goes over the wire (punycode), without the root's dot."""
    return url.raw_host.decode("ascii").rstrip(".").lower()


def port_of(url: httpx.URL) -> int:
    """The port, the scheme's own where none is written."""
    return url.port or _DEFAULT_PORTS[url.scheme]


def _find_problem(url: httpx.URL, text: str) -> str:
    if url.scheme not in _DEFAULT_PORTS:
        return "it does not begin with http:// or https://"
    if not url.raw_host or not _HOST.fullmatch(url.raw_host) or not host_name(url):
        return "it names no valid host"
    if url.port is not None and not 0 < url.port < 65536:
        return f"{url.port} is no port"
    return f"it is longer than {_LONGEST_URL} characters" if len(text) > _LONGEST_URL else ""


def _bare(url: httpx.URL) -> httpx.URL:
    if not url.userinfo and "#" not in str(url):
        return url  # a copy is parsed anew, which costs as much as all the rest of a step
    return url.copy_with(userinfo=b"", fragment=None)


def _credentials(url: httpx.URL) -> str:
    return base64.b64encode(unquote(url.userinfo.decode("ascii")).encode()).decode("ascii")


def _decode_location(location: bytes) -> str:
    """A ``Location`` as text: UTF-8 where it is, else the bytes escaped one by one, as browsers do."""
    try:
        return location.decode("utf-8").strip()
    except UnicodeDecodeError:
        return "".join(chr(byte) if byte < 0x80 else f"%{byte:02X}" for byte in location).strip()


def _source_headers(source: Source, url: httpx.URL) -> tuple[tuple[str, str], ...]:
    """The headers configured for ``source`` that a request to ``url`` may carry."""
    headers = source.fetch.headers
    if all(name.lower() in _HARMLESS for name, _ in headers) or _is_at_home(source, url):
        return headers
    return tuple((name, value) for name, value in headers if name.lower() in _HARMLESS)


def _is_at_home(source: Source, url: httpx.URL) -> bool:
    try:
        return _may_carry_secrets(read_target(source.url), url)
    except Trouble:
        return False


def _without_body(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in headers if not name.startswith("content-"))


def _may_carry_secrets(before: httpx.URL, after: httpx.URL) -> bool:
    """Whether credentials may go along: to the same origin, or to its encrypted self at the default ports."""
    if host_name(before) != host_name(after):
        return False
    same = (before.scheme, port_of(before)) == (after.scheme, port_of(after))
    upgraded = (port_of(before), port_of(after)) == (80, 443) and after.scheme == "https"
    return same or upgraded
