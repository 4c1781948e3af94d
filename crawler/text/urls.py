"""Addresses: one spelling for identity, absolute links, hosts, and what a path tells.

Nothing here raises for any text, and nothing here decides what may be fetched.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import SplitResult, urljoin, urlsplit

from crawler.text.dialects import find_document_id, find_path_date
from crawler.text.url_queries import canonical_query, plain_query, wechat_query

__all__ = ["canonical_url", "date_in_url", "document_id", "host_of", "is_http", "join_url"]

_LONGEST_LINK = 2_000
_LONGEST_URL = 4_000
_HTTP = re.compile(r"https?://[^\s/?#]", re.IGNORECASE)
#: An absolute address that nothing would be changed in, as most links are.
_REGULAR = re.compile(
    r"https?://[a-z0-9](?:[a-z0-9.\-]{0,250}[a-z0-9])?/[A-Za-z0-9\-._~!$&'()*+,=:@/]*"
    r"(?:\?[A-Za-z0-9\-._~!$&'()*+,;=:@/?]+)?(?:#[A-Za-z0-9\-._~!$&'()*+,;=:@/?]+)?"
)
#: A path from the root, as most links within a site are, with nothing in it to be resolved or escaped.
_ROOTED = re.compile(
    r"/(?!.{0,2000}/[./])(?![./])[A-Za-z0-9\-._~!$&'()*+,=:@/]*"
    r"(?:\?[A-Za-z0-9\-._~!$&'()*+,;=:@/?]+)?(?:#[A-Za-z0-9\-._~!$&'()*+,;=:@/?]+)?"
)
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*:", re.IGNORECASE)
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060\ufeff]+")
_BAD_HOST = re.compile(r"[\s<>\"'`{}|\\^%@/?#]")
_DEFAULT_DOCUMENT = re.compile(r"/(?:index|default)\.(?:s?html?|php|jsp|aspx?|cfm|do)$", re.IGNORECASE)
_SERVLET_SESSION = re.compile(r";(?:jsessionid|phpsessid)=[^/;#]*", re.IGNORECASE)
_PATH_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*|/\((?:[A-Z]\([\w\-]{8,}\))+\)(?=/)", re.IGNORECASE)
_GATE = re.compile(r"/(?:gate/big5|TuniS|gb)/([a-z0-9\-]+(?:\.[a-z0-9\-]+)+(?::\d+)?)(?=/|$)(.*)", re.IGNORECASE)
_BLOGSPOT = re.compile(r"(.+\.blogspot)\.(?:com?\.)?[a-z]{2,3}$")
_BLOG_POST = re.compile(r"/(?:\d{4}/\d\d|p)/[^/]+\.html$")
_AMP = re.compile(r"\.amp(\.html)?$", re.IGNORECASE)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!$&'()*+,;=:@/?\[\]|]")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PLAIN = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@/?]*")
_WECHAT_PATHS = frozenset({"/s", "/mp/appmsg/show"})
_WECHAT_HOST = "mp.weixin.qq.com"


def is_http(url: str) -> bool:
    """Whether ``url`` is an absolute http or https address."""
    return _HTTP.match(url) is not None


def host_of(url: str) -> str:
    """The host of ``url`` in lower case: name, and port where it is not the scheme's own; empty for anything else."""
    parts = _split(url)
    return "" if parts is None else _authority(parts, {"http": 80, "https": 443}.get(parts.scheme))


def path_shape(url: str) -> str:
    """The path with numbers as ``#``, other parts that hold digits as ``~``, and a name at its end as ``*``.

    What the addresses of one sort of page have in common: ``/a/202310/t20231027_1.html`` is ``/a/#/~.html``.
    """
    parts = _split(url)
    if parts is None:
        return ""
    *folders, last = parts.path[:500].split("/")
    name, dot, ending = last.rpartition(".") if "." in last[-6:] else (last, "", "")
    shaped = [_shape_of(folder, folder) for folder in folders]
    return "/".join((*shaped, _shape_of(name, "*" if name else "") + dot + ending))[:120]


def _shape_of(part: str, otherwise: str) -> str:
    if part.isdecimal():
        return "#"
    return "~" if any(map(str.isdecimal, part)) else otherwise


def document_id(url: str) -> str:
    """``host/id`` where the path holds a CMS document id, else empty: a weak identity, within one host only.

    It survives moves between columns and changes of scheme and ``www``.
    """
    parts = _split(canonical_url(url)) if is_http(url.strip()) else None
    raw = _split(url)
    found = find_document_id(raw.path) if raw else ""
    return f"{parts.netloc}/{found}" if parts and found else ""


def date_in_url(url: str) -> tuple[int, int, int] | tuple[int, int] | None:
    """The day (year, month, day), or month (year, month), that the path of ``url`` names, or None.

    ``url`` may be absolute or a path. Months and days are checked against the calendar.
    """
    path = url[:_LONGEST_URL].partition("?")[0].partition("#")[0]
    if "://" in path[:10]:
        path = "/" + path.partition("://")[2].partition("/")[2]
    return find_path_date(path)


def join_url(base: str, href: str) -> str:
    """The absolute http(s) address that ``href`` names on the page ``base``, at most 2,000 characters long.

    Empty for other schemes (``javascript:``, ``mailto:``, ``data:``), for places within the page (``#top``),
    and for what is no address at all.
    """
    if _REGULAR.fullmatch(href) and len(href) <= _LONGEST_LINK:
        return href
    if _ROOTED.fullmatch(href) and (root := _root_of(base)) and len(root) + len(href) <= _LONGEST_LINK:
        return root + href
    href = _INVISIBLE.sub("", href[: _LONGEST_URL + 1]).strip().replace("\\", "/")
    if not href or len(href) > _LONGEST_URL or (href[0] == "#" and href[1:2] not in ("!", "/")):
        return ""
    if _SCHEME.match(href) and not is_http(href):
        return ""
    try:
        joined = urljoin(base.strip(), href)
    except ValueError:  # a broken IPv6 literal
        return ""
    parts = _split(joined)
    if parts is None or not (parts.hostname or "").strip("."):
        return ""
    tail = _escape(parts.path) or "/"
    query = f"?{_escape(parts.query)}" if parts.query else ""
    fragment = f"#{_escape(parts.fragment)}" if parts.fragment else ""
    result = f"{parts.scheme}://{parts.netloc}{tail}{query}{fragment}"
    return result if len(result) <= _LONGEST_LINK else ""


@lru_cache(maxsize=64)
def _root_of(base: str) -> str:
    """Scheme and authority of an address, as a link on it inherits them; empty where it has none."""
    parts = _split(base)
    return f"{parts.scheme}://{parts.netloc}" if parts is not None and (parts.hostname or "").strip(".") else ""


def plain_url(url: str) -> str:
    """The address for people: as the publisher gives it, without sessions, and without what tracks and busts caches."""
    address, mark, rest = url.partition("?")
    if ";" in address:
        address = _SERVLET_SESSION.sub("", address)
    if not mark:
        return address
    query, hash_mark, fragment = rest.partition("#")
    kept = plain_query(query)
    return f"{address}{'?' if kept else ''}{kept}{hash_mark}{fragment}"


def canonical_url(url: str) -> str:
    """The one spelling by which an address is known; two spellings of one page come out equal. Idempotent.

    Meant for comparing and remembering, not for fetching: the scheme is always https, ``www.`` and ``m.``, default
    ports and default documents, credentials, session ids, tracking parameters and fragments are gone (but ``#!`` and
    ``#/``, which are routes). Parameters are sorted by name, escapes and host in normal form (RFC 3986 §6.2), mirrors
    in other scripts name their original. What is no http(s) address comes back stripped.
    """
    url = _INVISIBLE.sub("", url).strip()
    return _settle(url) if len(url) <= _LONGEST_URL else url


@lru_cache(maxsize=2_048)
def _settle(url: str) -> str:
    """Spells until nothing changes: mirrors of mirrors, folders whose default document had a default document."""
    while (spelled := _spell(url)) != url:
        url = spelled
    return url


def _spell(url: str) -> str:
    """One pass of ``canonical_url``."""
    parts = _split(f"http:{url}" if url.startswith("//") else url)
    if parts is None or len(url) > _LONGEST_URL:
        return url
    gate = _GATE.match(parts.path)
    if gate and (parts.path.startswith("/gate/") or parts.netloc.lower().startswith(("big5.", "sc."))):
        return f"https://{gate[1]}{gate[2] or '/'}" + (f"?{parts.query}" if parts.query else "")
    host = _canonical_host(parts)
    path = _canonical_path(parts.path)
    path, query = _canonical_tail(host, path, parts.query.replace("&amp;", "&"))
    fragment = f"#{_escape(parts.fragment)}" if parts.fragment[:1] in ("!", "/") else ""
    return f"https://{host}{path}" + (f"?{query}" if query else "") + fragment


def _canonical_tail(host: str, path: str, query: str) -> tuple[str, str]:
    """Path and query by the customs of the site family."""
    if host == _WECHAT_HOST and path.startswith("/s/"):
        return path, ""
    if path in _WECHAT_PATHS and (kept := wechat_query(query, strict=host == _WECHAT_HOST)):
        return "/s", kept
    is_blog = host.endswith(".blogspot.com") or _BLOG_POST.match(path) is not None
    return path, _escape(canonical_query(query, is_blog=is_blog))


def _split(url: str) -> SplitResult | None:
    """The parts of an http(s) address with a usable host, else None."""
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:  # a broken IPv6 literal, or a port that is no number
        return None
    return parts if usable and not _BAD_HOST.search(parts.hostname or "") else None


def _authority(parts: SplitResult, default_port: int | None) -> str:
    name = (parts.hostname or "").rstrip(".")
    name = f"[{name}]" if ":" in name else name
    return name if parts.port in (None, default_port) else f"{name}:{parts.port}"


def _canonical_host(parts: SplitResult) -> str:
    name = _ascii_host((parts.hostname or "").rstrip("."))
    while name.startswith(("www.", "m.")) and "." in name.partition(".")[2]:
        name = name.partition(".")[2]
    if blog := _BLOGSPOT.fullmatch(name):
        name = f"{blog[1]}.com"
    name = f"[{name}]" if ":" in name else name
    return name if parts.port in (None, 80, 443) else f"{name}:{parts.port}"


def _ascii_host(name: str) -> str:
    """Internationalised names in their ASCII form (RFC 3490); names that have none stay as they are."""
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return name


def _canonical_path(path: str) -> str:
    path = _escape(path.replace("\\", "/"))
    if ";" in path or "/(" in path:
        path = _PATH_SESSION.sub("", path)
    if "//" in path or "/." in path:
        path = _resolve_dots(path)
    path = _AMP.sub(r"\1", path.rstrip("/"))
    return _DEFAULT_DOCUMENT.sub("", path).rstrip("/") or "/"


def _resolve_dots(path: str) -> str:
    """Without empty segments and with ``.`` and ``..`` resolved (RFC 3986 §5.2.4)."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    return "/" + "/".join(kept)


def _escape(text: str) -> str:
    """Percent-encoding in normal form: needless escapes undone, hexadecimal in capitals, the rest encoded as UTF-8."""
    if _PLAIN.fullmatch(text):
        return text
    return _ESCAPE.sub(_escape_one, text)


def _escape_one(found: re.Match[str]) -> str:
    if found[1]:
        char = chr(int(found[1], 16))
        return char if char in _UNRESERVED else f"%{found[1].upper()}"
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace"))
