"""What announces other posts behind a text: frames alike, each a linked title and a line or two.

Told apart by structure alone, for pages give such blocks any name. A list of things that the article itself tells
begins in its midst, outweighs what stands before it, or has titles that lead nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from crawler.model import BlockKind
from crawler.parser.article.container import Container, score_segment
from crawler.parser.article.furniture import is_foldable
from crawler.parser.article.page import Element
from crawler.parser.article.segments import Segment, Segments

_CARD_TAGS = frozenset({"article", "div", "section", "li", "a"})
_TOP_HEADINGS = frozenset({"h1", "h2", "h3", "h4"})
#: How much of a title is a link, and what it weighs at least; "More" leads to another post, but does not name it.
_LINKED = 0.9
_TITLE_WEIGHT = 12
#: How many lines a frame has at most, and how deep in it its title stands.
_CARD_LINES = 8
_CARD_DEPTH = 5
#: The score of a paragraph of the text; what must stand before teasers, and how many times what stands behind them.
_TOLD = 60.0
_ENOUGH_TOLD = 300.0
_BEHIND = 3.0


@dataclass(slots=True)
class _Group:
    """Frames of one parent and one class, with the titles they link."""

    cards: dict[int, Element] = field(default_factory=dict)
    titles: set[str] = field(default_factory=set)

    @property
    def alike(self) -> bool:
        """Whether these are several frames, and their titles differ as titles do."""
        return len(self.cards) > 1 and len(self.titles) >= len(self.cards)

    @property
    def posts(self) -> bool:
        """Whether the page itself calls each of them an article of its own."""
        return all(card.tag == "article" for card in self.cards.values())


def find_teasers(segments: Segments, container: Container) -> set[int]:
    """The positions of teasers within the container, where the text before them outweighs them and what follows."""
    groups = [group for group in _group_cards(segments, container) if group.alike]
    if not groups:
        return set()
    scores = [max(0.0, score_segment(item)) for item in segments.items[container.start : container.stop]]
    sums = [0.0, *accumulate(scores)]
    found: set[int] = set()
    for group in groups:
        if _is_behind(group, sums, container.start):
            found.update(position for card in group.cards.values() for position in range(card.start, card.stop))
    return found


def _group_cards(segments: Segments, container: Container) -> list[_Group]:
    groups: dict[tuple[object, ...], _Group] = {}
    for position in range(container.start, container.stop):
        segment = segments.items[position]
        if segment.junk or segment.link_share < _LINKED or segment.weight < _TITLE_WEIGHT:
            continue
        for card in _find_cards(segments, segment, position, container.element):
            group = groups.setdefault((id(card.parent), card.tag, *_stable_classes(card)), _Group())
            if card.order not in group.cards:
                group.cards[card.order] = card
                group.titles.add(segment.text)
    return list(groups.values())


def _find_cards(segments: Segments, title: Segment, position: int, top: Element) -> Iterator[Element]:
    """The frames around a linked title that hold a few lines more, and nothing said before the title."""
    card: Element | None = title.owner
    for _ in range(_CARD_DEPTH):
        if card is None or card is top or card.stop - card.start > _CARD_LINES:
            return
        if card.attributes and card.tag in _CARD_TAGS and card.stop - card.start > 1 and not is_foldable(_hint(card)):
            if _leads(segments.items[card.start : position]):
                return
            yield card
        card = card.parent


def _hint(element: Element) -> str:
    return f"{element.attribute('class')} {element.attribute('id')}"


def _stable_classes(element: Element) -> list[str]:
    return [name for name in element.attribute("class").split() if not any(char.isdigit() for char in name)]


def _leads(before: list[Segment]) -> bool:
    """Whether a heading or a sentence stands before a link, which then is no title."""
    return any(
        score_segment(item) > _TOLD or (item.kind is BlockKind.HEADING and item.owner.tag in _TOP_HEADINGS)
        for item in before
    )


def _is_behind(group: _Group, sums: list[float], start: int) -> bool:
    spans = [(card.start - start, card.stop - start) for card in group.cards.values()]
    before, behind = sums[min(spans)[0]], sums[-1] - sums[max(spans)[1]]
    weight = 0.0 if group.posts else sum(sums[last] - sums[first] for first, last in spans)
    return before > max(_ENOUGH_TOLD, weight, behind * _BEHIND)
