"""Dates of publication that a page marks for machines in its own way: read only where it tells none otherwise.

Metas of any name that speaks of publishing, ``time`` beside the title, ``data-…`` attributes, the state of an
application. The latter two may speak of other posts too: they count only if all they say is one and the same day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from crawler.model import Moment, Precision
from crawler.parser.article.dating import read_moments
from crawler.parser.article.heads import parse_attributes
from crawler.parser.article.page import Page
from crawler.parser.article.tags import find_tags
from crawler.text.zones import find_zone

_PUBLISHING = re.compile(
    r"publi(?:sh(?:ed)?|cation)[-_.: ]?(?:date|time|dt|on|at)|date[-_.: ]?(?:of[-_. ]?)?publi|"
    r"pub[-_.]?(?:date|time|dt)$|"
    r"(?:^|[-_.:])published$|first[-_]?published|(?:release|issue|deploy|reg(?:ist\w{0,7})?)[-_.]?(?:date|dt|time)$",
    re.IGNORECASE,
)
#: What every such name holds, of attributes that the parser wrote back (in lower case).
_PUBLISHING_DATA = re.compile(" data-[^ =]*(?:pub|release|issue|deploy|reg)")
_REPUBLISHING = re.compile(r"re[-_]?(?:publish|deploy|pub)|modif|updat|unpublish|expir|end", re.IGNORECASE)
_STATE = re.compile(
    r'"(?:first)?(?:publish(?:ed)?(?:_?(?:date|time|at|on|dt))|pub_?(?:date|time)|date_?published|publication_?date|'
    r'deploy_?dt|release_?date|posted_?at)\\?"\s{0,3}:\s{0,3}\\?"([^"\\]{8,40})',
    re.IGNORECASE,
)
_MAX_STATE = 2_000_000
_MAX_FOUND = 40
_BEFORE, _AFTER = 8, 4


def find_marked(
    page: Page, metas: dict[str, str], head: tuple[int, int], *, timezone: str, locale: str | None
) -> list[Moment]:
    """The moments of the first kind of mark that gives any. ``head`` is where title and the text's start stand."""
    own = (*islice(_read_metas(metas), _MAX_FOUND), *_read_times(page, head))
    if moments := read_moments(own, timezone=timezone, locale=locale):
        return moments
    zone = find_zone(timezone)
    for marks in (_read_data(page), _read_state(page.markup)):
        moments = read_moments(marks, timezone=timezone, locale=locale)
        days = {moment.instant.astimezone(zone).date() for moment in moments if moment.precision is not Precision.MONTH}
        if moments and len(days) == 1:
            return moments
    return []


def _read_metas(metas: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in metas.items():
        if _PUBLISHING.search(name) and not _REPUBLISHING.search(name):
            yield value, f"meta:{name}"


def _read_times(page: Page, head: tuple[int, int]) -> Iterable[tuple[str, str]]:
    span = range(max(0, head[0] - _BEFORE), head[1] + _AFTER)
    tags = (tag for tag in find_tags(page, span, ("datetime=",)) if tag.name == "time")
    return [(value, "time") for tag in tags if (value := tag.attributes.get("datetime", ""))][:1]


def _read_data(page: Page) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if _PUBLISHING_DATA.search(page.html) is None:
        return found
    for piece in page.pieces:
        if " data-" not in piece:
            continue
        for name, value in parse_attributes(f" {piece.partition('>')[0].partition(' ')[2]}").items():
            if name.startswith("data-") and value and _PUBLISHING.search(name) and not _REPUBLISHING.search(name):
                found.append((value, name))
        if len(found) > _MAX_FOUND:
            return []
    return found


def _read_state(markup: str) -> list[tuple[str, str]]:
    found = []
    for match in _STATE.finditer(markup, 0, _MAX_STATE):
        found.append((match[1], "state"))
        if len(found) > _MAX_FOUND:
            return []
    return found
