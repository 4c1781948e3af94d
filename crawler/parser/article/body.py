"""The article's text in blocks: what of the chosen container is read, and in which order.

Leaves out what serves the site: share and print controls, related articles, neighbours, teasers of other posts,
credits at the foot. Signatures, dates and notes at the foot of a notice stay: they are part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice

from crawler.model import BlockKind
from crawler.parser.article.container import Container, score_segment
from crawler.parser.article.furniture import (
    is_aside_hint,
    is_caption_hint,
    is_caption_line,
    is_control_line,
    is_cut_line,
    is_junk_hint,
    is_picture_hint,
    is_service_line,
)
from crawler.parser.article.page import Element
from crawler.parser.article.segments import Segment, Segments
from crawler.parser.article.teasers import find_teasers

MAX_BLOCKS = 4_000
_ENOUGH = 0.35
_FOOT = 6
_INTRODUCES = re.compile(r",? (?:is|has|was|writes|covers|reports|works|ist|est|es) ")
#: The score of a paragraph that surely is text of the article.
_TOLD = 60.0
_LIST_TAGS = frozenset({"ul", "ol", "li", "p", "dl", "dt", "dd"})
#: A list that belongs to the text is as plain as the text; one with a class of its own is furniture.
_PLAIN_LISTS = frozenset({"", "wp-block-list"})
#: How far above a line, or a picture, its frame may stand, and how much text a frame holds at most.
_FRAME_DEPTH = 4
_MAX_CAPTION = 600
_BUTTON_DEPTH = 3
_COPIED_BLOCKS, _COPIED_WEIGHT = 2, 60
_STANDFIRST_REACH = 30
#: How much of a box in the text may be links.
_INSET_LINKS = 0.3
_FRAME_SHARE = 0.25
_MOST_FRAMES = 8
#: What lists of links are built of.
_LISTING = frozenset({"ul", "ol", "div", "section", "table", "dl", "p"})
_STANDFIRST_SCORE = 15.0


@dataclass(slots=True)
class Body:
    """The segments that are the article. ``cut`` is the position after which nothing belongs to it any more."""

    segments: list[Segment] = field(default_factory=list)
    start: int = 0
    cut: int = 0


def read_body(segments: Segments, container: Container, skipped: frozenset[int], title: int = -1) -> Body:
    """The article's segments. ``skipped`` holds positions already read as title or byline, ``title`` is the title's.

    A standfirst between the title and the container is the article's first block.
    """
    stop = _find_cut(segments, container)
    insets = _find_insets(segments, container)
    teasers = find_teasers(segments, container)
    told = (
        segment
        for position, segment in enumerate(segments.items[container.start : stop], container.start)
        if position not in skipped
        and (not segment.junk or segment.suspect in insets)
        and position not in teasers
        and not _is_furniture(segment)
    )
    kept = list(islice(told, 2 * MAX_BLOCKS))
    kept = _drop_frames(_drop_link_lists(kept, container.element), container.element)
    kept = _find_opening(segments, container, title, skipped) + kept
    _mark_captions(kept, segments)
    return Body(_drop_repeats(kept)[:MAX_BLOCKS], container.start, stop)


def drop_biographies(segments: list[Segment], authors: Iterable[str]) -> list[Segment]:
    """Without the lines at the foot that introduce an author (「Jane Doe is a reporter …」)."""
    names = tuple(name for name in authors if " " in name)
    if not names:
        return segments
    head, foot = segments[:-_FOOT], segments[-_FOOT:]
    return head + [item for item in foot if not (item.text.startswith(names) and _is_biography(item.text, names))]


def _is_biography(text: str, names: tuple[str, ...]) -> bool:
    rest = next(text[len(name) :] for name in names if text.startswith(name))
    return _INTRODUCES.match(rest) is not None


def _find_opening(segments: Segments, container: Container, title: int, skipped: frozenset[int]) -> list[Segment]:
    """What the article says between its title and its container: a standfirst, or whole paragraphs in an own frame.

    Paragraphs count only where the frame stands beside the container; other prose above a text is of other things.
    """
    if not 0 <= title < container.start:
        return []
    parent = container.element.parent
    first = max(title + 1, parent.start) if parent is not None else container.start
    told = [
        position
        for position in range(first, container.start)
        if position not in skipped and segments.items[position].is_prose and _is_told(segments.items[position])
    ]
    near = _find_standfirst(segments, title, told[0] if told else container.start, skipped)
    if not told:
        return near
    between = enumerate(segments.items[told[0] : container.start], told[0])
    opening = [item for position, item in between if position not in skipped and _is_plain(item)]
    return near + opening


def _is_told(segment: Segment) -> bool:
    return score_segment(segment) > _TOLD and not _is_furniture(segment)


def _is_plain(segment: Segment) -> bool:
    return not segment.junk and segment.link_share < 0.5 and not _is_furniture(segment)


def _find_standfirst(segments: Segments, title: int, start: int, skipped: frozenset[int]) -> list[Segment]:
    if start - title > _STANDFIRST_REACH:
        return []
    return [
        segment
        for position, segment in enumerate(segments.items[title + 1 : start], title + 1)
        if position not in skipped and _is_standfirst(segment)
    ][:3]


def _is_standfirst(segment: Segment) -> bool:
    """A sentence or a longer line without links. Short labels between title and text are none."""
    score = score_segment(segment)
    ends = segment.text.rstrip("”\"'」』)）").endswith((".", "。", "!", "！", "?", "？", "…"))
    return (
        score >= (_STANDFIRST_SCORE if ends else 3 * _STANDFIRST_SCORE)
        and not _is_furniture(segment)
        and not any(_is_aside(branch) for branch in _ancestors(segment.owner, _FRAME_DEPTH))
    )


def _find_cut(segments: Segments, container: Container) -> int:
    """Where the article ends: at a line that announces related matter, if little text follows it."""
    items = segments.items[container.start : container.stop]
    scores = [max(0.0, score_segment(item)) for item in items]
    total = sum(scores) or 1.0
    before = 0.0
    for offset, item in enumerate(items):
        if before > total * (1 - _ENOUGH) and not item.junk and is_cut_line(item.text):
            return container.start + offset
        before += scores[offset]
    return container.stop


def _is_furniture(segment: Segment) -> bool:
    text = segment.text
    if _is_switch(segment):
        return True
    if is_control_line(text) or is_service_line(text):
        return True
    return not (text[0].isalnum() or any(map(str.isalnum, text)))


def _is_switch(segment: Segment) -> bool:
    """Whether it is what a button says. The question or heading that unfolds an answer is part of the text."""
    if segment.kind is BlockKind.HEADING or segment.text.endswith(("?", "？")):
        return False
    current: Element | None = segment.holder
    for _ in range(_BUTTON_DEPTH):
        if current is None:
            return False
        if current.tag == "button":
            return True
        current = current.parent
    return False


def _find_insets(segments: Segments, container: Container) -> set[Element]:
    """Boxes that a text holds beside its run (``<aside>``) and that are nothing but told; teasers hold links."""
    told: dict[Element, bool] = {}
    for segment in segments.items[container.start : container.stop]:
        box = segment.suspect
        if box is not None and box.tag == "aside" and not is_junk_hint(_hint(box)):
            told[box] = told.get(box, True) and segment.linked <= segment.weight * _INSET_LINKS
    return {box for box, plain in told.items() if plain and box.depth > container.element.depth}


def _hint(element: Element) -> str:
    return f"{element.attribute('class')} {element.attribute('id')}"


def _drop_frames(kept: list[Segment], top: Element) -> list[Segment]:
    """Without what stands in the text but is none of it: forms to fill in, calls to act, disclaimers, portraits.

    Only frames that hold a small part, for some systems build a form, or a frame of any name, around a text.
    """
    asides: dict[int, tuple[Element, ...] | None] = {top.order: ()}
    frames = [_find_asides(segment.owner, asides) or () for segment in kept]
    told: dict[Element, float] = {}
    for segment, around in zip(kept, frames, strict=True):
        for frame in around:
            told[frame] = told.get(frame, 0.0) + max(0.0, score_segment(segment))
    if not told:
        return kept
    most = _FRAME_SHARE * sum(max(0.0, score_segment(segment)) for segment in kept)
    return [
        segment
        for segment, around in zip(kept, frames, strict=True)
        if not any(told[frame] <= most for frame in around)
    ]


def _find_asides(owner: Element, known: dict[int, tuple[Element, ...] | None]) -> tuple[Element, ...] | None:
    """The frames around a segment of that owner, outermost first, eight at most; None where it is not within the text.

    ``known`` holds those of the elements met before, and of the container.
    """
    climbed: list[Element] = []
    current: Element | None = owner
    while current is not None and current.order not in known:
        climbed.append(current)
        current = current.parent
    around = known[current.order] if current is not None else None
    for element in reversed(climbed):
        if around is not None and len(around) < _MOST_FRAMES and _is_aside(element):
            around = (*around, element)
        known[element.order] = around
    return around


def _is_aside(element: Element) -> bool:
    return element.tag == "form" or (bool(element.raw) and is_aside_hint(_hint(element)))


def _drop_link_lists(kept: list[Segment], top: Element) -> list[Segment]:
    """Without the segments whose branch, or whose neighbourhood, is mostly links.

    A list of links with text of the article on both sides, in the very element that holds that text, is part of it.
    """
    told: dict[int, tuple[int, int]] = {}
    for index, segment in enumerate(kept):
        parent = segment.owner.parent
        if parent is not None and score_segment(segment) > _TOLD:
            first, _ = told.get(parent.order, (index, index))
            told[parent.order] = (first, index)
    linked = _find_linked(kept, top)
    end = max((last for _, last in told.values()), default=0)
    return [
        segment
        for index, segment in enumerate(kept)
        if not _is_link_list(segment, linked) or _is_framed(segment, index, told, end)
    ]


def _is_framed(segment: Segment, index: int, told: dict[int, tuple[int, int]], end: int) -> bool:
    """Whether a list item, or a heading, stands among paragraphs that share its list's parent."""
    current: Element | None = segment.owner
    while current is not None and current.parent is not None:
        listed = current.tag in _LIST_TAGS
        if listed and current.attribute("class") not in _PLAIN_LISTS:
            return False
        first, last = told.get(current.parent.order, (index, index))
        if first < index < last or (first < index < end and listed and current.tag != "p"):
            return True
        if not listed:
            return False
        current = current.parent
    return False


def _find_linked(kept: list[Segment], top: Element) -> set[int]:
    """The orders of the elements within the container that are mostly links, or stand in such."""
    weights: dict[int, list[int]] = {}
    for segment in kept:
        own = weights.setdefault(segment.owner.order, [0, 0])
        own[0] += segment.weight
        own[1] += segment.linked
    branches = _find_branches(kept, top)
    orders = sorted(branches)
    for order in reversed(orders):
        parent = branches[order].parent
        own = weights.setdefault(order, [0, 0])
        if parent is not None:
            whole = weights.setdefault(parent.order, [0, 0])
            whole[0] += own[0]
            whole[1] += own[1]
    found: set[int] = set()
    for order in orders:
        branch = branches[order]
        weight, linked = weights[order]
        if (linked > 0.6 * weight and branch.tag in _LISTING) or (branch.parent and branch.parent.order in found):
            found.add(order)
    return found


def _find_branches(kept: list[Segment], top: Element) -> dict[int, Element]:
    """The elements around the segments, up to the container, by their order; each is met once."""
    branches: dict[int, Element] = {}
    within = {top.order: True}
    for segment in kept:
        climbed: list[Element] = []
        current: Element | None = segment.owner
        while current is not None and current.order not in within:
            climbed.append(current)
            current = current.parent
        inside = current is not None and within[current.order]
        within.update((element.order, inside) for element in climbed)
        branches.update((element.order, element) for element in climbed if inside)
    return branches


def _is_link_list(segment: Segment, linked: set[int]) -> bool:
    if segment.kind is BlockKind.PARAGRAPH and segment.is_prose and segment.link_share < 0.5:
        return False
    if segment.owner.order in linked:
        return segment.link_share > 0.5 or segment.kind is BlockKind.HEADING
    return segment.link_share > 0.9 and segment.weight < 200 and segment.kind is not BlockKind.HEADING


def _mark_captions(kept: list[Segment], segments: Segments) -> None:
    frames = {branch.order for image, _ in segments.images for branch in _ancestors(image, _FRAME_DEPTH)}
    for segment in kept:
        if segment.figure or (
            segment.kind is BlockKind.PARAGRAPH
            and (is_caption_line(segment.text) or _is_captioned(segment, frames, segments.items))
        ):
            segment.kind = BlockKind.CAPTION


def _ancestors(element: Element, levels: int) -> Iterator[Element]:
    current: Element | None = element
    for _ in range(levels):
        if current is None:
            return
        yield current
        current = current.parent


def _is_captioned(segment: Segment, frames: set[int], items: list[Segment]) -> bool:
    """Whether a class says caption, or a picture's own small frame holds the line."""
    if segment.weight > _MAX_CAPTION:
        return False
    for branch in _ancestors(segment.owner, _FRAME_DEPTH):
        hint = branch.attribute("class") if branch.raw else ""
        if not hint:
            continue
        if branch.stop - branch.start <= 2 and is_caption_hint(hint):
            return True
        if branch.order in frames and is_picture_hint(hint):
            return sum(item.weight for item in items[branch.start : branch.stop]) <= _MAX_CAPTION
    return False


def _drop_repeats(kept: list[Segment]) -> list[Segment]:
    """Without a block that repeats the one before it, and without copies: of a part for narrow screens, of slides
    that go round.

    A copy repeats several blocks in a row, and stands in a frame of its own; an article may repeat a single sentence.
    """
    single = [item for index, item in enumerate(kept) if index == 0 or item.text != kept[index - 1].text]
    first: dict[str, Segment] = {}
    known = [first.setdefault(item.text, item) for item in single]
    if len(first) == len(single):
        return single
    result: list[Segment] = []
    for copied, run in groupby(zip(single, known, strict=True), lambda pair: pair[0] is not pair[1]):
        pairs = list(run)
        if not copied or len(pairs) < _COPIED_BLOCKS or not any(_is_elsewhere(*pair) for pair in pairs):
            result.extend(item for item, _ in pairs)
    return result


def _is_elsewhere(item: Segment, first: Segment) -> bool:
    """Whether a paragraph that was read before stands in another frame."""
    return item.weight >= _COPIED_WEIGHT and item.owner.parent is not first.owner.parent
