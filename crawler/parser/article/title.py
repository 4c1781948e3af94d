"""The title: the heading that the page's own metadata confirms, else the metadata without the site's name.

Metadata alone keeps suffixes (「…-新华网」, "… | Reuters") or a search-engine variant; the first heading alone is
often the portal's name. Where both agree the heading is right, spelled as readers see it. Old systems give all pages of
a column one name, or that of the site: there the list that led to the page knows better, else its one main heading.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape

from crawler.model import BlockKind
from crawler.parser.article.heads import CLASS, ID, find_value
from crawler.parser.article.metadata import Metadata
from crawler.parser.article.segments import Segment
from crawler.text.normalize import clean, is_cjk, squash

_SEPARATORS = re.compile(
    r"\s[-–—|｜·•»:：/]\s|\s?[|｜»]\s?|\s?[_]{1,3}\s?|\s?[-–—－]{1,2}(?=[一-鿿ァ-ヶ]{2,20}$)|：(?=[^：]{2,14}$)"
)
_STRONG_ORIGINS = ("json-ld", "meta:og:title", "meta:articletitle", "itemprop:headline", "meta:twitter:title")
_MAX_TITLE = 300
_MIN_TITLE = 4
#: Fewer characters may be the name of anything: of a column, a site, a button.
_LISTED = 6
#: The share of what a list says that a heading must repeat, where more stands in the list's link: a department.
_MOST = 0.6
_MAX_SITE = 24
_WORD = re.compile(r"\w{2,}")
_FEWEST_WORDS = 3
_SHARED_WORDS = 0.4
_FEWEST_SHARED = 2
#: Old pages set the title in what lays out the page; right before the text even a bare ``div`` may be it.
_TITLE_TAGS = frozenset({"strong", "b", "center", "font", "td", "p"})
_TITLE_TAGS_NEAR = _TITLE_TAGS | {"div"}
_NEAR = 24


def choose_title(
    metadata: Metadata, headings: list[tuple[int, Segment]], listed: tuple[int, str] | None = None
) -> tuple[str, str, int]:
    """The title, where it was found, and the position of its heading among the segments (-1 without one).

    ``headings`` are the candidate segments in document order with their positions, ``h1`` and others; ``listed`` is
    the line of the page that says what a list called it (``find_listed``).
    """
    declared = [(unescape(text) if "&" in text else text, origin) for text, origin in metadata.titles if text][:12]
    bare = [(stripped, origin) for text, origin in declared if (stripped := strip_site(text, metadata.site)) != text]
    confirmed = _confirm(declared + bare, headings)
    if listed is not None and not (confirmed and _are_akin(confirmed[1].text, listed[1])):
        return listed[1][:_MAX_TITLE], "heading", listed[0]
    if confirmed is not None:
        position, segment = confirmed
        return _unbreak(segment.text, declared + bare)[:_MAX_TITLE], "heading", position
    if (shown := _find_only_heading(declared, headings)) is not None:
        return shown[1].text[:_MAX_TITLE], "heading", shown[0]
    if (main := _find_main_heading(declared, headings)) is not None:
        return main[1].text[:_MAX_TITLE], "heading", main[0]
    for text, origin in declared:
        stripped = strip_site(text, metadata.site)
        if stripped:
            return stripped[:_MAX_TITLE], origin, _find_heading(stripped, headings)
    first = next(((position, segment) for position, segment in headings if segment.owner.tag == "h1"), None)
    first = first or next((pair for pair in headings if pair[1].kind is BlockKind.HEADING), None)
    first = first or next((pair for pair in headings if not pair[1].text.endswith((".", "。"))), None)
    return (first[1].text[:_MAX_TITLE], "heading", first[0]) if first else ("", "", -1)


def _unbreak(shown: str, declared: list[tuple[str, str]]) -> str:
    """A heading set in two lines, as its declared copy spells it: CJK text has no space where a line breaks."""
    if " " not in shown or not is_cjk(shown[:1]):
        return shown
    joined = shown.replace(" ", "")
    return next((text for text, _ in declared if text.replace(" ", "") == joined and len(text) < len(shown)), shown)


def _confirm(declared: list[tuple[str, str]], headings: list[tuple[int, Segment]]) -> tuple[int, Segment] | None:
    """The heading that a declared title repeats or begins with, ``h1`` before others, the longest before shorter."""
    best: tuple[float, int, Segment] | None = None
    wanted = [folded for text, _ in declared if (folded := squash(text[:_MAX_TITLE]))]
    for position, segment in headings:
        ours = squash(segment.text[:_MAX_TITLE])
        score = max((_agreement(ours, theirs) for theirs in wanted), default=0.0)
        if score <= 0.0:
            continue
        score += 0.2 if segment.owner.tag == "h1" else 0.0
        score -= 0.5 if segment.junk else 0.0
        if best is None or score > best[0] + 0.01:
            best = (score, position, segment)
    return (best[1], best[2]) if best is not None and best[0] > 0.4 else None


def _find_only_heading(
    declared: list[tuple[str, str]], headings: list[tuple[int, Segment]]
) -> tuple[int, Segment] | None:
    """The page's only visible ``h1``, if it speaks of what a declared title speaks of, in other words.

    Declared titles are often written for search engines; readers and editors see the heading.
    """
    firsts = [(position, segment) for position, segment in headings if segment.owner.tag == "h1" and not segment.junk]
    if len(firsts) != 1:
        return None
    words = _words(firsts[0][1].text)
    if len(words) < _FEWEST_WORDS:
        return None
    for text, _ in declared:
        theirs = _words(text)
        if len(words & theirs) >= max(_FEWEST_SHARED, _SHARED_WORDS * min(len(words), len(theirs))):
            return firsts[0]
    return None


def _find_main_heading(
    declared: list[tuple[str, str]], headings: list[tuple[int, Segment]]
) -> tuple[int, Segment] | None:
    """The page's only visible ``h1``, where only a shorter ``<title>`` is declared: the name of a column or a site."""
    firsts = [(position, segment) for position, segment in headings if segment.owner.tag == "h1" and not segment.junk]
    if len(firsts) != 1 or any(origin != "title" for _, origin in declared):
        return None
    ours = len(squash(firsts[0][1].text))
    plain = firsts[0][1].linked == 0 and ours >= _LISTED
    return firsts[0] if plain and all(len(squash(text)) < ours for text, _ in declared) else None


def find_listed(items: list[Segment], listed_as: str) -> tuple[int, str] | None:
    """Where the page says what a list calls it, and how: a line of its own, or the cell beside the word for a title.

    Not a link, nor a short word, which may be anything's name. Lists cut long titles off, and add who published it.
    """
    whole = clean(listed_as)
    bare = whole.rstrip("….").rstrip()
    wanted = squash(bare)
    if len(wanted) < _LISTED:
        return None
    for position, segment in enumerate(items):
        if segment.junk or segment.linked or wanted[:4] not in squash(segment.text):
            continue
        for line in segment.text.split(" | ") if segment.kind is BlockKind.TABLE_ROW else [segment.text]:
            ours = squash(line)
            if ours == wanted or (bare != whole and ours.startswith(wanted) and len(ours) <= _MAX_TITLE):
                return position, line
            is_most = segment.kind is BlockKind.HEADING and len(ours) >= max(_LISTED, _MOST * len(wanted))
            if is_most and wanted.startswith(ours):
                return position, line
    return None


def _are_akin(one: str, other: str) -> bool:
    """Whether two titles are the same, or one the other with something before or behind it."""
    one, other = squash(one), squash(other)
    return one in other or other in one


def _words(text: str) -> set[str]:
    """The words of a title, or its pairs of characters where the script has no spaces."""
    folded = text[:_MAX_TITLE].casefold()
    if not is_cjk(folded[len(folded) // 2 : len(folded) // 2 + 1] or " "):
        return set(_WORD.findall(folded))
    return {folded[index : index + 2] for index in range(len(folded) - 1)}


def _agreement(ours: str, theirs: str) -> float:
    """1 where both are the same, less where one begins with the other; else 0. Both are squashed."""
    if not ours:
        return 0.0
    if ours == theirs:
        return 1.0
    if theirs.startswith(ours) and len(ours) >= 0.35 * len(theirs) and len(ours) > 3:
        return 0.5 + 0.5 * len(ours) / len(theirs)
    if ours.startswith(theirs) and len(theirs) >= 0.6 * len(ours):
        return 0.5 + 0.5 * len(theirs) / len(ours)
    if theirs.endswith(ours) and len(ours) >= 0.6 * len(theirs) and len(ours) > 3:
        return 0.5 + 0.4 * len(ours) / len(theirs)
    return 0.0


def _find_heading(title: str, headings: list[tuple[int, Segment]]) -> int:
    wanted = squash(title)
    return next((position for position, segment in headings if squash(segment.text) == wanted), -1)


def strip_site(title: str, site: str) -> str:
    """A declared title without the site's name at its end (or beginning)."""
    title = title.strip()
    name = squash(site)
    if len(name) > 1:
        pieces = _SEPARATORS.split(title)
        while len(pieces) > 1 and squash(pieces[-1]) and _is_site(squash(pieces[-1]), name):
            pieces.pop()
            title = _cut_after(title, pieces)
        if len(pieces) > 1 and squash(pieces[0]) == name:
            title = title[title.find(pieces[1]) :]
        return title.strip()
    return _strip_unnamed(title)


def _is_site(piece: str, name: str) -> bool:
    return piece == name or (len(piece) > 2 and (piece in name or name in piece))


def _cut_after(title: str, pieces: list[str]) -> str:
    end = 0
    for piece in pieces:
        end = title.find(piece, end) + len(piece)
    return title[:end]


def _strip_unnamed(title: str) -> str:
    """Cuts what looks like a site's name by its shape alone: last, short, and after a separator.

    An underscore never occurs in prose: what follows one is the site or the column, however long.
    """
    first = title.split("_", 1)[0].strip()
    if len(squash(first)) >= _MIN_TITLE:
        title = first
    pieces = _SEPARATORS.split(title)
    while len(pieces) > 1:
        rest = _cut_after(title, pieces[:-1])
        tail = len(squash(pieces[-1]))
        if tail > _MAX_SITE or tail >= len(squash(rest)) or len(squash(rest)) < _MIN_TITLE:
            break
        pieces.pop()
        title = rest
    return title.strip()


def find_headings(items: list[Segment], stop: int) -> list[tuple[int, Segment]]:
    """Segments that could be the title: headings, and short lines of classes that name a title, up to ``stop``."""
    found = []
    for position, segment in enumerate(items[:stop]):
        near = position >= stop - _NEAR
        if segment.kind is BlockKind.HEADING or (segment.weight <= 300 and _is_titled(segment, near=near)):
            found.append((position, segment))
        if len(found) >= 60:
            break
    return found


def _is_titled(segment: Segment, *, near: bool) -> bool:
    owner = segment.owner
    if segment.weight >= 12 and owner.tag in (_TITLE_TAGS_NEAR if near else _TITLE_TAGS):
        return True
    parent = owner.parent
    return _names_title(owner.raw) or (parent is not None and _names_title(parent.raw))


@lru_cache(maxsize=2_048)
def _names_title(raw: str) -> bool:
    """Whether the class or the id among the attributes speaks of a title."""
    hint = f"{find_value(raw, CLASS)} {find_value(raw, ID)}".lower() if raw else ""
    return "title" in hint or "biaoti" in hint or "headline" in hint or "activity-name" in hint
