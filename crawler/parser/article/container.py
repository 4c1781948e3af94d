"""Which element holds the article: the subtree with the highest score after its worthless branches are pruned.

Every segment scores: text outside links counts for it, text in links and mere shortness against it. A branch whose
sum is negative may be cut off at a fixed price, so an article is found whole although a list of related links stands
in its midst, and no element is worth more only because it is larger. One pass over the elements, bottom-up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.parser.article.furniture import JUNK_TAGS, is_good_hint, is_known_container
from crawler.parser.article.page import Element, Page
from crawler.parser.article.segments import Segment, Segments

_DISCUSSION = re.compile(r"\b(?:comments?(?!-(?:enabled|open|on))|disqus|cookies?|consent|gdpr|onetrust)(?:\b|[-_])")
_PRICE = 40.0
_BASE = 24.0
_PLAIN_LIMIT = 12.0
#: A class name may lie, ``<footer>`` hardly does: text inside such a tag counts this much for a pardon.
_TAG_DOUBT = 0.3


@dataclass(slots=True, eq=False)
class Container:
    """The chosen element and its range of segments. ``score`` tells how much text speaks for it."""

    element: Element
    start: int
    stop: int
    score: float


def score_segment(segment: Segment) -> float:
    """How much a segment speaks for being article text; negative for links, labels and buttons."""
    return 0.0 if segment.junk else score_text(segment)


def score_text(segment: Segment) -> float:
    """The same by the text alone, wherever it stands."""
    free = segment.weight - segment.linked
    score = free - segment.linked - _BASE
    if not segment.is_prose or segment.link_share > 0.6:
        return min(score, _PLAIN_LIMIT)
    return float(score)


def choose_container(page: Page, segments: Segments) -> Container | None:
    """The element that holds the article's text, or None when nothing on the page reads like text."""
    if not segments.items:
        return None
    sums = _sum_up(page, segments)
    best: Element | None = None
    for element in page.elements:
        if best is None or sums[element.order] > sums[best.order]:
            best = element
    if best is None or sums[best.order] <= 0:
        return None
    chosen = _descend(best, sums)
    return Container(chosen, chosen.start, chosen.stop, sums[chosen.order])


def find_pardon(segments: Segments, rival: float) -> Element | None:
    """The suspect element whose text outweighs the best container of the page without it, or None.

    Classes lie: an article inside ``has-sidebar`` or ``ads-wrapper`` is an article. Comments never are.
    """
    masses: dict[int, float] = {}
    suspects: dict[int, Element] = {}
    for segment in segments.items:
        suspect = segment.suspect
        if suspect is not None and segment.is_prose and (score := score_text(segment)) > 0 and not is_discussion(suspect):
            score *= _TAG_DOUBT if suspect.tag in JUNK_TAGS else 1.0
            masses[suspect.order] = masses.get(suspect.order, 0.0) + score
            suspects[suspect.order] = suspect
    best = max(masses, key=lambda order: masses[order], default=None)
    if best is None or masses[best] < max(rival, _PRICE):
        return None
    return suspects[best]


def is_discussion(element: Element) -> bool:
    """Whether an element holds what readers wrote, or a consent dialogue: long text that is never the article."""
    hint = f"{element.attribute('class')} {element.attribute('id')}".lower()
    return _DISCUSSION.search(hint) is not None


def _sum_up(page: Page, segments: Segments) -> list[float]:
    sums = [0.0] * (len(page.elements) + 1)
    for segment in segments.items:
        sums[segment.owner.order] += score_segment(segment)
    for element in reversed(page.elements):
        parent = element.parent
        if parent is not None:
            value = sums[element.order]
            sums[parent.order] += value if value > -_PRICE else -_PRICE
    return sums


def _descend(element: Element, sums: list[float]) -> Element:
    """Goes down while a single child holds nearly all, or a known container holds most of it."""
    while True:
        total = sums[element.order]
        children = [child for child in element.children if isinstance(child, Element)]
        heir = max(children, key=lambda child: sums[child.order], default=None)
        if heir is None or sums[heir.order] < total * _required_share(heir):
            return element
        element = heir


def _required_share(element: Element) -> float:
    hint = f"{element.attribute('class')} {element.attribute('id')}"
    if is_known_container(hint) or "articleBody" in element.attribute("itemprop"):
        return 0.5
    if element.tag in {"article", "main"} or is_good_hint(hint):
        return 0.75
    return 0.9 if element.tag not in {"p", "span", "blockquote", "li", "td"} else 0.98
