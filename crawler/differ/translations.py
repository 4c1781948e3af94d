"""Is one article the other one in another language? Told by what no translator changes: figures, dates, names, links.

A wrong link is worse than none. So both texts must be about as long, say nearly the same figures in nearly the same
order, and enough of them that are rare: a year, a round number or a single digit proves nothing. Where one links to the
other, or both show the same picture or file, fewer figures do.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from urllib.parse import urlsplit

from crawler.differ.copies import make_mark
from crawler.differ.facts import MAX_READ
from crawler.differ.folding import HAN, HIRAGANA, KATAKANA, compare_key
from crawler.differ.spans import Span, figures_of
from crawler.model import Article, FactType
from crawler.text.language_parts import find_language_parts
from crawler.text.urls import canonical_url

#: A translation follows within days.
NEAR = timedelta(days=10)
#: An article's rarest figures are its marks. Fewer than two in common are chance.
MARKS, LEAST_MARKS = 8, 2

#: What two texts must share, by weight and by number, if nothing else ties them; of both, and in order.
ENOUGH, ENOUGH_CLUES, ENOUGH_RARE = 6.0, 5, 2
COVERED, IN_ORDER = 0.6, 0.75
#: So little may stand in one text where the other says something else.
REPLACED = 0.1
#: So many in common, and hardly anything else, are proof without a rare one.
MANY_CLUES, NEARLY_ALL = 8, 0.85
#: What a shared picture, file or link weighs, and what is enough beside one.
TIE, TIED_CLUES = 3.0, 3
#: What is enough where one article links to the other.
CREDITED_CLUES, CREDITED = 3, 2.5
#: How long a text may be, measured by the other.
SHORTER, LONGER = 0.5, 2.0
#: A figure of this weight is rare.
RARE = 1.6

_FIGURES = frozenset({FactType.NUMBER, FactType.PERCENT, FactType.MONEY})
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_DAY = (
    re.compile(r"(?P<month>\d{1,2})\s?月\s?(?P<day>\d{1,2})\s?[日号號]"),
    re.compile(rf"(?P<name>{'|'.join(_MONTHS)})[a-z]*\.?\s(?P<day>\d{{1,2}})", re.I),
    re.compile(rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s(?P<name>{'|'.join(_MONTHS)})", re.I),
)
_FULL_DATE = re.compile(r"\d{4}-(\d\d)-(\d\d)T\S+ (?:day|hour|minute|second)$")
#: What is written in Latin letters in any language: H5N1, GB50016-2014, WHO.
_DESIGNATION = re.compile(r"(?<![A-Za-z0-9])(?:[A-Za-z]{1,8}-?\d[\dA-Za-z-]{0,20}|[A-Z]{3,8})(?![A-Za-z0-9])")
_WIDE = re.compile(f"[{HAN}]")
_KANA = re.compile(f"[{HIRAGANA}{KATAKANA}]")
_LATIN = re.compile(r"[^\W\d_]")
#: What one character of running text says, against one Han character of Chinese.
_WORTH_OF_LETTER, _WORTH_OF_JAPANESE = 0.26, 0.62
#: Names of picture files that a site gives its own are long, or hold a number.
_SHORTEST_PICTURE = 12


@dataclass(frozen=True, slots=True)
class Clues:
    """What of a text a translation keeps: each figure or date once with its weight, in the order of the text."""

    weights: dict[str, float]

    @property
    def total(self) -> float:
        """What all figures and dates weigh together."""
        return sum(self.weights.values())


def translation_marks(article: Article) -> tuple[int, ...]:
    """Hashes of the article's rarest figures: the same for whoever translates it. Empty where it has too few."""
    weights = read_clues(article.text[:MAX_READ]).weights
    marks = {make_mark("figure", key): weight for key, weight in weights.items() if weight >= 1 and key[0] != "d"}
    rarest = sorted(marks, key=lambda mark: (-marks[mark], mark))[:MARKS]
    return tuple(rarest) if len(rarest) >= LEAST_MARKS else ()


def is_translation(one: Article, other: Article) -> bool:
    """Whether both tell the same in different languages, for sure. The order of the two does not matter."""
    if not _is_near(one, other):
        return False
    mine, theirs = parts_of(one), parts_of(other)
    pairs = [
        (mine[left], theirs[right])
        for left in mine
        for right in theirs
        if left != right and (left not in theirs or right not in mine)
    ]
    if not pairs:
        return False
    ties, credited = _count_ties(one, other), links_to(one, other.url) or links_to(other, one.url)
    return any(_agree(left, right, ties, credited=credited) for left, right in pairs)


def languages_of(article: Article) -> tuple[str, ...]:
    """The languages that the article is told in: only what is told in others may be its translation."""
    return tuple(part.language for part in find_language_parts(article.title, article.blocks))


def parts_of(article: Article) -> dict[str, str]:
    """The text of each language of the article."""
    parts = find_language_parts(article.title, article.blocks)
    if len(parts) == 1:
        return {parts[0].language: article.text[:MAX_READ]}
    texts = {
        part.language: [block.text for block in article.blocks if block.language == part.language] for part in parts
    }
    return {language: "\n\n".join(blocks)[:MAX_READ] for language, blocks in texts.items() if language}


def _agree(left: str, right: str, ties: int, *, credited: bool) -> bool:
    """Whether two texts say the same figures."""
    if not SHORTER <= length_of(left) / max(length_of(right), 1) <= LONGER:
        return False
    mine, theirs = read_clues(left), read_clues(right)
    shared = [key for key in mine.weights if key in theirs.weights]
    weight = sum(mine.weights[key] for key in shared)
    least = min(weight / max(mine.total, 1e-9), weight / max(theirs.total, 1e-9))
    order = _common_order(shared, theirs)
    if _has_other_dates(mine, theirs) or len(order) < IN_ORDER * len(shared):
        return False
    if _replaced(mine, theirs, order) > REPLACED * weight:
        return False
    if least < COVERED:
        return False
    if credited and len(shared) >= CREDITED_CLUES and weight >= CREDITED:
        return True
    if len(shared) < (TIED_CLUES if ties else ENOUGH_CLUES):
        return False
    named = find_designations(left) & find_designations(right)
    rare = sum(mine.weights[key] >= RARE for key in shared) + len(named) + ties
    has_rare = rare >= ENOUGH_RARE or (len(shared) >= MANY_CLUES and least >= NEARLY_ALL)
    return has_rare and weight + ties * TIE >= ENOUGH


def _has_other_dates(mine: Clues, theirs: Clues) -> bool:
    """Whether both name days, and not one in common: a notice of another day."""
    left, right = ({key for key in clues.weights if key[0] == "d"} for clues in (mine, theirs))
    return bool(left) and bool(right) and left.isdisjoint(right)


def _common_order(shared: Sequence[str], theirs: Clues) -> list[str]:
    """The longest run of what both say that comes in the same order in both."""
    places = {key: place for place, key in enumerate(theirs.weights)}
    tails: list[int] = []
    ends: list[str] = []
    before: dict[str, str | None] = {}
    for key in shared:
        at = bisect_left(tails, places[key])
        tails[at : at + 1] = [places[key]]
        ends[at : at + 1] = [key]
        before[key] = ends[at - 1] if at else None
    run: list[str] = []
    last = ends[-1] if ends else None
    while last is not None:
        run.append(last)
        last = before[last]
    return run[::-1]


def _replaced(mine: Clues, theirs: Clues, order: Sequence[str]) -> float:
    """How much stands in one text where the other has something else.

    A translator leaves out a paragraph, and a page has lines of its own at its end: then only one side has a figure.
    In another report on the same matter each figure stands in the place of another one.
    """
    left, right = (_rest_by_gap(*sides, order) for sides in ((mine, theirs), (theirs, mine)))
    return sum(min(left[gap], right[gap]) for gap in range(len(order) + 1))


def _rest_by_gap(clues: Clues, other: Clues, order: Sequence[str]) -> list[float]:
    """What only this text says, by weight, between each two of the clues that both have in order."""
    gaps, at = [0.0] * (len(order) + 1), 0
    for key, weight in clues.weights.items():
        if at < len(order) and key == order[at]:
            at += 1
        elif key not in other.weights:
            gaps[at] += weight
    return gaps


# -- what a text says in any language -------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def read_clues(text: str) -> Clues:
    """The clues of a text. The last ones are remembered: an article is read for its marks, and again for each pair."""
    weights: dict[str, float] = {}
    for span in figures_of(text):
        for key, weight in _weigh_span(span):
            if weight > 0:
                weights.setdefault(key, weight)
    return Clues(weights)


@lru_cache(maxsize=64)
def find_designations(text: str) -> frozenset[str]:
    """What the text calls by Latin letters and figures, however it is written."""
    return frozenset(compare_key(found).casefold() for found in _DESIGNATION.findall(text))


def _weigh_span(span: Span) -> Iterator[tuple[str, float]]:
    if span.type is FactType.DATE:
        day = _month_and_day(span)
        if day:
            yield f"d{day[0]}-{day[1]}", 0.8
    elif span.type in _FIGURES:
        for part in span.key.split("–"):
            if figure := _weigh_figure(part, span):
                yield figure


def _month_and_day(span: Span) -> tuple[int, int] | None:
    if full := _FULL_DATE.match(span.key):
        return int(full[1]), int(full[2])
    for pattern in _MONTH_DAY:
        if found := pattern.search(span.raw):
            named = found.groupdict()
            month = named.get("month") or _MONTHS.index(named["name"].casefold()) + 1
            return int(month), int(found["day"])
    return None


def _weigh_figure(part: str, span: Span) -> tuple[str, float] | None:
    """A figure by how seldom it occurs by chance: by its significant digits."""
    written = part.partition(" ")[0]
    try:
        value = Decimal(written)
    except InvalidOperation:
        return None
    is_share = span.type is FactType.PERCENT
    if span.raw[:1] == "0" and span.raw[1:2].isdigit():
        return None  # a telephone number, or a code
    # The key of a figure is normal: 2392 is written so, 2390 as 2.39E+3.
    is_plain = written.isdigit()
    if not is_share and (value < 13 or 1900 <= value <= 2100) and (is_plain or value == value.to_integral_value()):
        return None  # counts that are written in words, and years
    digits = len(written) if is_plain else len(value.as_tuple().digits)
    is_bare = span.type is FactType.NUMBER and not span.unit
    weight = (0.5, 1.0, 1.6, 2.2)[min(digits, 4) - 1]
    if is_bare and digits >= 5:
        weight = 0.6  # a telephone number is the same in all notices of an office
    return f"{'%' if is_share else 'n'}{written if is_plain else f'{value:f}'}", weight


def length_of(text: str) -> float:
    """How much a text says, in Han characters of Chinese: 100 of them take some 380 letters, or 160 of Japanese."""
    han, kana = len(_WIDE.findall(text)), len(_KANA.findall(text))
    letters = len(_LATIN.findall(text)) - han - kana
    wide = (han + kana) * _WORTH_OF_JAPANESE if kana > 0.1 * (han + kana) else float(han + kana)
    return wide + max(letters, 0) * _WORTH_OF_LETTER


# -- what ties two articles besides their texts ----------------------------------------------------------------------


def links_to(article: Article, url: str) -> bool:
    """Whether the article's text links to that address."""
    wanted = canonical_url(url)
    return any(canonical_url(link.url) == wanted for link in article.links)


def _count_ties(one: Article, other: Article) -> int:
    """Pictures, files and addresses that both show."""
    return sum(bool(set(find(one)) & set(find(other))) for find in (_pictures, _files, _addresses))


def _pictures(article: Article) -> Iterator[str]:
    """By their whole address: two sites give different pictures the same short name."""
    for url in article.images:
        name = urlsplit(url).path.rpartition("/")[2]
        if len(name) >= _SHORTEST_PICTURE or any(map(str.isdigit, name)):
            yield canonical_url(url)


def _files(article: Article) -> Iterator[str]:
    return (each.sha256 for each in article.attachments if each.sha256)


def _addresses(article: Article) -> Iterable[str]:
    """Addresses of single pages with a number in them: not those that stand on every page of a site."""
    urls = (canonical_url(link.url) for link in article.links)
    return (url for url in urls if any(map(str.isdigit, urlsplit(url).path)))


def _is_near(one: Article, other: Article) -> bool:
    if one.published is None or other.published is None:
        return True
    return abs(one.published.instant - other.published.instant) <= NEAR
