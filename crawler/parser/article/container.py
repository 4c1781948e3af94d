"""Which element holds the article: the subtree with the highest score after its worthless branches are pruned.

Every segment scores: text outside links counts for it, text in links and mere shortness against it. A branch whose
sum is negative may be cut off at a fixed price, so an article is found whole although a list of related links stands
in its midst, and no element is worth more only because it is larger. One pass over the elements, bottom-up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from crawler.parser.article.furniture import JUNK_TAGS, is_good_hint, is_known_container
from crawler.parser.article.heads import CLASS, ID, find_value
from crawler.parser.article.page import Element, Page, list_children
from crawler.parser.article.segments import Segment, Segments
from crawler.parser.article.words import word_set

_DISCUSSION = re.compile(r"\b(?:comments?(?!-(?:enabled|open|on))|disqus|cookies?|consent|gdpr|onetrust)(?:\b|[-_])")
_PRICE = 40.0
#: A known container decides above this share of the page's text, or this much of it; others weigh less than a third.
_KNOWN_SHARE = 0.3
_KNOWN_ENOUGH = 160.0
#: … and at least this share: the text of a page hardly ever hides behind five times as much of other prose.
_KNOWN_LEAST = 0.15
_RIVALRY = 0.3
_LEAVES = word_set("p span font b strong em i u li dd dt h1 h2 h3 h4 h5 h6 blockquote ul ol pre center")
_MOSTLY_TEXT = 0.25
#: Where a page says itself that its main part stands; how many times what was found, and with how many links.
_MAIN_PARTS = frozenset({"main", "article"})
_MUCH_MORE = 2
_SOME_LINKS = 0.4
#: A class name may lie, ``<footer>`` hardly does: text inside such a tag counts this much for a pardon.
_TAG_DOUBT = 0.3
#: The score of a suspect that holds more than a teaser.
_PARAGRAPH = 200.0


@dataclass(slots=True, eq=False)
class Container:
    """The chosen element and its range of segments. ``score`` tells how much text speaks for it.

    ``given``: not found by score but named, by the configuration or by the page's family; nothing outside it is text.
    """

    element: Element
    start: int
    stop: int
    score: float
    given: bool = False


def score_segment(segment: Segment) -> float:
    """How much a segment speaks for being article text; negative for links, labels and buttons."""
    return 0.0 if segment.suspect is not None else segment.score


def choose_container(page: Page, segments: Segments) -> Container | None:
    """The element that holds the article's text, or None when nothing on the page reads like text."""
    if not segments.items:
        return None
    sums = _sum_up(page, segments)
    most = max(sums[1:], default=0.0)
    if most <= 0:
        return None
    best = page.elements[sums.index(most, 1) - 1]
    chosen = _find_known(page, sums, sums[best.order]) or _gather(
        _widen(_descend(page, best, sums), segments), segments
    )
    return Container(chosen, chosen.start, chosen.stop, sums[chosen.order])


def _find_known(page: Page, sums: list[float], total: float) -> Element | None:
    """The element whose class is a family's own name for its text, if there is one such text on the page.

    A short notice among long surroundings is found by this alone. Several of them are parts, or a list of posts.
    """
    known = [element for element in page.elements if element.raw and sums[element.order] > 0 and is_known(element)]
    if not known:
        return None
    best = max(known, key=lambda element: sums[element.order])
    score = sums[best.order]
    others = sum(sums[element.order] for element in known if not _is_related(element, best))
    return (
        best
        if others < _RIVALRY * score and score > max(_KNOWN_LEAST * total, min(_KNOWN_SHARE * total, _KNOWN_ENOUGH))
        else None
    )


def is_known(element: Element) -> bool:
    """Whether class, id or microdata name the element as the text of an article."""
    raw = element.raw
    return bool(raw) and _names_container(raw)


@lru_cache(maxsize=4_096)
def _names_container(raw: str) -> bool:
    if "articleBody" in find_value(raw, ' itemprop="'):
        return True
    hint = f"{find_value(raw, CLASS)} {find_value(raw, ID)}"
    return len(hint) > 1 and is_known_container(hint)


def _is_related(one: Element, other: Element) -> bool:
    """Whether one of the two holds the other."""
    inner, outer = (one, other) if one.depth >= other.depth else (other, one)
    current: Element | None = inner
    while current is not None and current is not outer:
        current = current.parent
    return current is outer


def find_pardons(segments: Segments, rival: float) -> list[Element]:
    """The suspect elements whose text outweighs the best container of the page without them; mostly none.

    Classes lie: an article inside ``has-sidebar`` or ``ads-wrapper`` is an article. A builder of pages gives all
    parts of a text the same class, so suspects of one kind are weighed together, if each of them holds real
    paragraphs; teasers do not. Comments never are the article.
    """
    masses: dict[int, float] = {}
    suspects: dict[int, Element] = {}
    for segment in segments.items:
        suspect = segment.suspect
        if suspect is not None and (score := segment.score) > 0 and segment.is_prose:
            score *= _TAG_DOUBT if suspect.tag in JUNK_TAGS else 1.0
            masses[suspect.order] = masses.get(suspect.order, 0.0) + score
            suspects[suspect.order] = suspect
    kinds: dict[tuple[str, ...], list[int]] = {}
    for order, mass in masses.items():
        if not is_discussion(suspects[order]):
            kind = _kind_of(suspects[order]) if mass > _PARAGRAPH else (str(order),)
            kinds.setdefault(kind, []).append(order)
    best = max(kinds.values(), key=lambda orders: sum(masses[order] for order in orders), default=[])
    if sum(masses[order] for order in best) < max(rival, _PRICE):
        return []
    return [suspects[order] for order in best]


def may_hold_article(segments: Segments, rival: float) -> bool:
    """Whether a part that was passed over holds so much text that it might be pardoned, alone or with its like."""
    masses = [
        mass * (_TAG_DOUBT if element.tag in JUNK_TAGS else 1.0)
        for element, mass in segments.skimmed
        if not is_discussion(element)
    ]
    together = sum(mass for mass in masses if mass > _PARAGRAPH)
    return max([together, *masses], default=0.0) >= max(rival, _PRICE)


def _kind_of(element: Element) -> tuple[str, ...]:
    """Tag and classes, without those that number the single piece."""
    names = element.attribute("class").split()
    return (element.tag, *(name for name in names if not any(char.isdigit() for char in name)))


def is_discussion(element: Element) -> bool:
    """Whether an element holds what readers wrote, or a consent dialogue: long text that is never the article."""
    hint = f"{element.attribute('class')} {element.attribute('id')}".lower()
    return _DISCUSSION.search(hint) is not None


def _sum_up(page: Page, segments: Segments) -> list[float]:
    sums = [0.0] * (len(page.elements) + 1)
    for segment in segments.items:
        if segment.suspect is None:
            sums[segment.owner.order] += segment.score
    for element in reversed(page.elements):
        parent = element.parent
        if parent is not None and (value := sums[element.order]):
            sums[parent.order] += value if value > -_PRICE else -_PRICE
    return sums


def _descend(page: Page, element: Element, sums: list[float]) -> Element:
    """Goes down while a single child holds nearly all, or a known container holds most of it."""
    while True:
        total = sums[element.order]
        heir = max(list_children(page, element), key=lambda child: sums[child.order], default=None)
        if heir is None or sums[heir.order] < total * _required_share(heir):
            return element
        element = heir


def _widen(element: Element, segments: Segments) -> Element:
    """From a single paragraph to what holds its neighbours: in a short notice the others alone weigh too little."""
    while element.parent is not None and element.parent.tag not in {"html", "-document"}:
        parent = element.parent
        lonely = element.tag in _LEAVES or element.stop - element.start == 1
        if not lonely or _link_share(segments.items[parent.start : parent.stop]) > _MOSTLY_TEXT:
            break
        element = parent
    return element


def _gather(element: Element, segments: Segments) -> Element:
    """From one piece of a page to what the page calls its main part, if that tells much more, and in sentences.

    Not beyond an article, nor beyond what holds the main heading: what stands beside those is of other things.
    """
    below, part = element, element.parent
    while part is not None and below.tag not in _MAIN_PARTS and part.tag not in _MAIN_PARTS:
        below, part = part, part.parent
    if part is None or below.tag in _MAIN_PARTS or _is_headed(below, segments):
        return element
    told, items = _tell(segments.items[element.start : element.stop]), segments.items[part.start : part.stop]
    return part if _tell(items) > _MUCH_MORE * told and _link_share(items) < _SOME_LINKS else element


def _is_headed(element: Element, segments: Segments) -> bool:
    return any(item.owner.tag == "h1" for item in segments.items[element.start : element.stop])


def _tell(items: list[Segment]) -> int:
    return sum(item.weight - item.linked for item in items if not item.junk and item.is_prose)


def _link_share(items: list[Segment]) -> float:
    shown = [item for item in items if not item.junk]
    return sum(item.linked for item in shown) / (sum(item.weight for item in shown) or 1)


def _required_share(element: Element) -> float:
    hint = f"{element.attribute('class')} {element.attribute('id')}"
    if is_known(element):
        return 0.5
    if element.tag in {"article", "main"} or is_good_hint(hint):
        return 0.75
    return 0.9 if element.tag not in {"p", "span", "blockquote", "li", "td"} else 0.98
