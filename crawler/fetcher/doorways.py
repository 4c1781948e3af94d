"""Pages that only send every browser on: a redirect in markup instead of in the status.

``<meta http-equiv=refresh>`` (HTML §4.2.5.3), a script that sets ``location`` to a fixed address, and framesets, whose
main frame is the page. Old systems put them before lists and articles alike. A script that asks who is there, sets a
cookie, or computes the address is a gatekeeper's, and not obeyed.
"""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

from crawler.fetcher.failures import Trouble
from crawler.fetcher.steps import Step, next_step
from crawler.model import Hop

#: Pages that only lead elsewhere are shorter than this, and say no more than that they do.
_LARGEST = 4_096
_MOST_TEXT = 160
_MARKS = (b"refresh", b"location", b"<frame")
_UNSEEN = re.compile(
    r"<!--.{0,4096}?-->|<(script|style|title|noscript|noframes)\b.{0,4096}?</\1\s{0,5}>|<[^>]{0,2000}>",
    re.IGNORECASE | re.DOTALL,
)
_META = re.compile(r"<meta\b[^>]{0,600}>", re.IGNORECASE)
_REFRESH = re.compile(r"http-equiv\s{0,3}=\s{0,3}[\"']?\s{0,3}refresh\b", re.IGNORECASE)
_AFTER = re.compile(
    r"content\s{0,3}=\s{0,3}[\"']?\s{0,3}(\d{1,2})(?:\.\d{1,3})?\s{0,3}[;,]\s{0,3}url\s{0,3}=", re.IGNORECASE
)
_TARGET = re.compile(r"\s{0,3}[\"']?\s{0,3}([^\"'<>\s]{1,1000})")
_LOCATION = re.compile(
    r"(?<![\w$])location(?:\.href)?\s{0,3}=(?!=)\s{0,3}([\"'])([^\"'\\<>\s]{1,1000})\1\s{0,3}(?=[;\n\r<}]|$)|"
    r"(?<![\w$])location\.(?:replace|assign)\s{0,3}\(\s{0,3}([\"'])([^\"'\\<>\s]{1,1000})\3\s{0,3}\)"
)
_GATEKEEPER = re.compile(
    r"cookie|userAgent|navigator|eval\s?\(|atob\s?\(|fromCharCode|setTimeout\s?\([^)]{200}", re.IGNORECASE
)
_FRAME = re.compile(r"<frame\b[^>]{0,600}>", re.IGNORECASE)
_SOURCE = re.compile(r"\bsrc\s{0,3}=\s{0,3}[\"']?\s{0,3}([^\"'<>\s]{1,1000})", re.IGNORECASE)
_MAIN = re.compile(
    r"\b(?:name|id)\s{0,3}=\s{0,3}[\"']?\s{0,3}\w{0,20}(?:main|content|body|right|center)", re.IGNORECASE
)
_LONGEST_WAIT = 10
_NOWHERE = ("javascript:", "about:", "data:", "#")


def leads_on(step: Step, headers: tuple[tuple[str, str], ...], body: bytes) -> bytes:
    """Where the page that answered ``step`` sends its readers, another address of the web; else nothing."""
    if len(body) > _LARGEST:  # as nearly all pages are
        return b""
    target = find_doorway(dict(headers).get("content-type", ""), body).encode("utf-8", "replace")
    try:
        return target if target and next_step(step, 200, target).url != step.url else b""
    except Trouble:
        return b""


def is_doorway(hop: Hop) -> bool:
    """Whether that redirect was a page."""
    return hop.status == 200


def without_conditions(step: Step) -> Step:
    """The step without validators: they belong to the page behind the doorway, which is only reached through it."""
    return replace(step, headers=tuple(pair for pair in step.headers if not pair[0].startswith("if-")))


def drop_validators(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Headers of a page behind a doorway without what could be repeated: the doorway would be asked with it.

    One that is older than the page would answer that nothing changed, for ever.
    """
    return tuple(pair for pair in headers if pair[0] not in ("etag", "last-modified"))


def find_doorway(media_type: str, body: bytes) -> str:
    """Where a page without a text of its own sends its readers, as it is written there; else an empty string."""
    if len(body) > _LARGEST or "html" not in (media_type or "html") or not any(map(body.lower().__contains__, _MARKS)):
        return ""
    markup = body.decode("utf-8", "replace")
    if len(" ".join(_UNSEEN.sub(" ", markup).split()).encode()) > _MOST_TEXT:
        return ""
    found = unescape(_refreshed(markup) or _scripted(markup) or _framed(markup))
    return "" if found.lower().startswith(_NOWHERE) else found


def _refreshed(markup: str) -> str:
    for meta in _META.findall(markup):
        after = _AFTER.search(meta) if _REFRESH.search(meta) else None
        if after and int(after[1]) <= _LONGEST_WAIT and (target := _TARGET.match(meta, after.end())):
            return target[1]
    return ""


def _scripted(markup: str) -> str:
    """The one fixed address that the page's scripts go to."""
    if _GATEKEEPER.search(markup):
        return ""
    targets = {found[2] or found[4] for found in _LOCATION.finditer(markup)}
    return targets.pop() if len(targets) == 1 else ""


def _framed(markup: str) -> str:
    """The frame that is called the main one, else the last: menus and heads come before."""
    if "<frameset" not in markup.lower():
        return ""
    frames = [(source[1], frame) for frame in _FRAME.findall(markup) if (source := _SOURCE.search(frame))]
    named = [address for address, frame in frames if _MAIN.search(frame)]
    return named[0] if named else frames[-1][0] if frames else ""
