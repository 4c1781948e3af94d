"""Which of a page's links are the list: those that stand alike, read like titles, carry dates and lead to articles."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from crawler.parser.lists.walk import HEADINGS, Anchor, Frame, Page
from crawler.text.normalize import is_cjk
from crawler.text.urls import date_in_url, document_id

#: How many enclosing elements make the place of a link comparable to that of another.
_PATH = 6
_CLIMB = 8
_GAP = 80
#: How far around a link its row reaches, and in how many rows the same text makes a button of a link.
_ROW = 4
_BUTTONS = 3
_MEMBERS_COUNTED = 60
_STATE_WORDS = re.compile(
    r"\b(?:first|last|on|cur\w*|active|odd|even|line|new|top|bg|alt|hover)\b|[\s_-]+", re.IGNORECASE
)
_DATED = re.compile(
    r"(?:19|20)\d\d\s?[-/.年년]\s?\d{1,2}|\d{1,2}\s?[-/.月월]\s?\d{1,2}|(?:令和|平成|民國|民国|昭和)|"
    r"\b\d{1,2}(?:st|nd|rd|th)?\s(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|"
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?\s\d{1,2}\b|\d\s?(?:hours?|days?|minutes?)\sago|"
    r"\d\s?(?:小时|小時|分钟|分鐘|天|時間|日)前|(?:今天|昨天|前天|今日|昨日)(?=\s{0,3}(?:\d{1,2}[:：]|$))",
    re.IGNORECASE,
)
_ARTICLE_URL = re.compile(r"\d{4,}|(?:[^/-]+-){3}[^/-]+/?$|[?&]\w{0,20}id=\w|\.(?:pdf|docx?)$", re.IGNORECASE)
_SECTION_URL = re.compile(r"/(?:index\.\w{3,5})?$", re.IGNORECASE)
_NOT_A_TITLE = frozenset(
    {
        *(
            "更多",
            "首页",
            "首頁",
            "尾页",
            "末页",
            "上一页",
            "下一页",
            "上页",
            "下页",
            "返回",
            "详情",
            "查看详情",
            "目录",
        ),
        *("more", "read more", "learn more", "home", "next", "next page", "previous", "previous page"),
        *("次へ", "前へ", "もっと見る", "一覧", "詳細", "더보기"),
    }
)
#: Of those the ones that lead to an article all the same: its title stands over them, as a heading without a link.
_MORE = frozenset(
    {
        *("read more", "learn more", "more", "continue reading", "full story", "view details", "details"),
        *(
            "详情",
            "详细",
            "查看详情",
            "查看更多",
            "查看全文",
            "阅读全文",
            "了解更多",
            "詳細",
            "詳しく見る",
            "続きを読む",
            "자세히 보기",
        ),
    }
)
_EDGES = "[]【】<>«»‹›＞…. "


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One member of a list: its link, the element that is the item, the link's text, and how much it looks like an
    entry."""

    anchor: Anchor
    frame: Frame
    text: str
    worth: float = 0.0


@dataclass(frozen=True, slots=True)
class Group:
    """Links that stand in the same place of the page's structure, in document order."""

    items: tuple[Item, ...]


def has_date(text: str) -> bool:
    """Whether something in ``text`` looks like a date, cheaply; reading it is another matter."""
    return _DATED.search(text) is not None


def find_list(page: Page) -> Group | None:
    """The list of the page, or None where nothing looks like one.

    Links are grouped by the path of elements they stand in. A group is the better the more links it has, and the
    more of them read like titles, have a date beside them and lead to something that looks like an article.
    """
    by_shape: Mapping[str, list[Item]] = defaultdict(list)
    for item in _candidates(page):
        by_shape[_shape(item.anchor.frame)].append(item)
    by_shape = {shape: _without_buttons(items) for shape, items in by_shape.items()}
    judged = [_judge(page, cluster) for items in by_shape.values() for cluster in _clusters(items)]
    best = max(judged, key=lambda one: one.score, default=None)
    if best is None or not best.is_list:
        return None
    everything = [item for items in by_shape.values() for item in items]
    return Group(tuple(_adopt(page, best, everything)))


def group_of(page: Page, *, by_items: bool, by_links: bool) -> Group | None:
    """The list that the operator's selectors describe, or None where they match nothing."""
    anchors = [anchor for anchor in page.anchors if not by_links or _is_marked(anchor.frame, "l")]
    items = [Item(anchor, anchor.frame, page.text_of(anchor.frame)) for anchor in anchors]
    if not by_items:
        clustered = _with_item_frames(_once(items))
        return Group(tuple(clustered)) if clustered else None
    chosen: dict[int, Item] = {}
    for item in items:
        frame = _marked_frame(item.anchor.frame)
        known = chosen.get(id(frame)) if frame else None
        if frame and (known is None or (item.text and not known.text)):
            chosen[id(frame)] = Item(item.anchor, frame, item.text)
    return Group(tuple(chosen.values())) if chosen else None


def _is_marked(frame: Frame, letter: str) -> bool:
    return any(letter in one.mark for one in (frame, *frame.up(3)))


def _marked_frame(frame: Frame) -> Frame | None:
    return next((one for one in (frame, *frame.up(30)) if "i" in one.mark), None)


# -- candidates and their places --


def _candidates(page: Page) -> Iterable[Item]:
    own, host = page.url.partition("#")[0], _authority(page.url)
    untitled: list[Anchor] = []
    titled: set[str] = set()
    for anchor in page.anchors:
        text = page.text_of(anchor.frame) or anchor.hint
        if anchor.url.partition("#")[0] == own:
            continue
        if may_be_title(text):
            titled.add(anchor.url)
            yield Item(anchor, anchor.frame, text, _worth(anchor, text, host))
        elif text.strip(_EDGES).casefold() in _MORE:
            untitled.append(anchor)
    for anchor in untitled:
        if anchor.url not in titled and (text := _heading_over(page, anchor)):
            yield Item(anchor, anchor.frame, text, _worth(anchor, text, host))


def may_be_title(text: str) -> bool:
    """Whether a link's text may be an article's title, and is no number and no button."""
    bare = text.strip(_EDGES).casefold()
    return len(bare) > 1 and not bare.isdigit() and bare not in _NOT_A_TITLE and bare not in _MORE


def _heading_over(page: Page, anchor: Anchor) -> str:
    """The one heading of the smallest element around a link that holds any; empty where it holds several."""
    for frame in anchor.frame.up(_ROW):
        found = [each for each in page.notable_in(frame) if each.tag in HEADINGS and frame.holds(each)]
        if found:
            return page.text_of(found[0]) if len(found) == 1 and found[0].end <= anchor.frame.start else ""
    return ""


def _without_buttons(items: list[Item]) -> list[Item]:
    """The links of one shape without those that say the same in row after row beside another that says more: "PDF"."""
    counts = Counter(item.text for item in items)
    if max(counts.values()) < _BUTTONS:
        return items
    rows = {id(frame) for item in items if counts[item.text] < _BUTTONS for frame in _rows_around(item)}
    return [
        item
        for item in items
        if counts[item.text] < _BUTTONS or not any(id(frame) in rows for frame in _rows_around(item))
    ]


def _rows_around(item: Item) -> Iterator[Frame]:
    return (frame for frame in item.anchor.frame.up(_ROW) if frame.tag in ("tr", "li"))


def _shape(frame: Frame) -> str:
    """Where a link stands: tags and names of the elements around it, without states such as ``first`` or ``odd``."""
    path = (frame, *frame.up(_PATH))
    return "<".join(f"{one.tag}.{_STATE_WORDS.sub('', one.name)}" if one.name else one.tag for one in path)


def _tags(frame: Frame) -> tuple[str, ...]:
    return tuple(one.tag for one in (frame, *frame.up(3)))


def _once(items: Iterable[Item]) -> list[Item]:
    """One item for each address, the one with the longest text."""
    kept: dict[str, Item] = {}
    for item in items:
        known = kept.get(item.anchor.url)
        if known is None or len(item.text) > len(known.text):
            kept[item.anchor.url] = item
    return list(kept.values())


def _with_item_frames(items: list[Item]) -> list[Item]:
    """The items with the largest element around each link that holds no other link of the group."""
    counts = Counter(id(frame) for item in items for frame in item.anchor.frame.up(_CLIMB))
    climbs = [sum(1 for frame in item.anchor.frame.up(_CLIMB) if counts[id(frame)] == 1) for item in items]
    usual = min(Counter(climbs).most_common(1)[0][0], _CLIMB) if len(items) > 1 else 1
    return [
        Item(item.anchor, _ancestor(item.anchor.frame, min(climb, usual)), item.text, item.worth)
        for item, climb in zip(items, climbs, strict=True)
    ]


def _ancestor(frame: Frame, steps: int) -> Frame:
    return [frame, *frame.up(steps)][-1]


def _scope(item: Item) -> Frame:
    """The element that holds the list the item belongs to, one level more for lists cut into pieces."""
    container = item.frame.parent or item.frame
    return container.parent or container


def _clusters(items: list[Item]) -> list[list[Item]]:
    """Items of one shape, apart by the element that holds their list."""
    apart: dict[int, list[Item]] = defaultdict(list)
    for item in _with_item_frames(_once(items)):
        apart[id(_scope(item))].append(item)
    return list(apart.values())


# -- judgement --


@dataclass(frozen=True, slots=True)
class _Judged:
    items: list[Item]
    quality: float
    score: float

    @property
    def is_list(self) -> bool:
        """Few links must look the more like articles to be believed."""
        return self.quality >= (0.9 if len(self.items) >= 3 else 1.8)


def _judge(page: Page, items: list[Item]) -> _Judged:
    sample = items[:_MEMBERS_COUNTED]
    worded = sum(_width(item.text) >= 10 for item in sample) / len(sample)
    # a date proves little beside links of a word or two: sections and authors stand beside dates as well
    dated = _dated_share(page, sample) * (0.4 + 0.6 * worded)
    quality = sum(item.worth for item in sample) / len(sample) + dated
    quality *= len({item.text for item in sample}) / len(sample)
    return _Judged(items, quality, quality * math.log2(1 + len(sample)))


def _worth(anchor: Anchor, text: str, host: str) -> float:
    """How much one link looks like an entry: title-long, to an article, on the same host, not furniture."""
    title = min(max((_width(text) - 6) / 14, 0.0), 1.2)
    same_host = 0.2 if _authority(anchor.url) == host else 0.0
    return title + _address_worth(anchor.url) + same_host - (1.0 if anchor.frame.chrome else 0.0)


def _authority(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].lower()


def _address_worth(url: str) -> float:
    path = url.partition("://")[2].partition("/")[2]
    if _ARTICLE_URL.search(path) or document_id(url) or date_in_url(url):
        return 0.7
    return -0.5 if _SECTION_URL.search("/" + path) else 0.0


def _width(text: str) -> int:
    """Columns the text takes: a Han, kana or hangul character says as much as two letters."""
    return len(text) + sum(map(is_cjk, text[:40]))


def _dated_share(page: Page, items: Sequence[Item]) -> float:
    """The share of items with a date in them or between them and their neighbour."""
    own = sum(1 for item in items if has_date(outside_text(page, item)) or _has_dated_piece(page, item))
    if own * 2 >= len(items):
        return own / len(items)
    between = sum(1 for before, after in pairwise(items) if has_date(gap_text(page, before, after)))
    return max(own, between) / len(items)


def outside_text(page: Page, item: Item) -> str:
    """The item's text without that of its link."""
    link = item.anchor.frame
    before = page.texts[max(item.frame.start, link.start - 60) : link.start]
    after = page.texts[link.end : min(item.frame.end, link.end + 60)]
    return "".join(before)[-500:] + " " + "".join(after)[:500]


def gap_text(page: Page, before: Item | None, after: Item | None) -> str:
    """What stands between two items, if it is short enough to be theirs; before the first or behind the last (None)
    what is nearest to it.
    """
    known = before or after
    container = known.frame.parent if known else None
    if known is None or container is None:
        return ""
    start = before.frame.end if before else container.start
    end = after.frame.start if after else container.end
    if before is None:
        return " ".join(page.texts[max(start, end - 40) : end]).strip()[-_GAP:]
    text = " ".join(page.texts[start : min(end, start + 40)]).strip()
    return text if len(text) <= _GAP else text[:_GAP] if after is None else ""


def _has_dated_piece(page: Page, item: Item) -> bool:
    pieces = page.pieces(item.anchor.frame.start, item.anchor.frame.end)
    return len(pieces) > 1 and any(len(piece) <= 30 and has_date(piece) for piece in pieces)


def _adopt(page: Page, best: _Judged, everything: list[Item]) -> list[Item]:
    """The chosen items and their like elsewhere: parts of a divided list, and items with a class of their own."""
    shapes = {_shape(best.items[0].anchor.frame)}
    tags, scope = _tags(best.items[0].anchor.frame), _scope(best.items[0])
    least = sum(item.worth for item in best.items) / len(best.items) * 0.6
    known = {item.anchor.url for item in best.items}
    alike = [
        item
        for item in everything
        if item.anchor.url not in known
        and item.worth >= least
        and (_shape(item.anchor.frame) in shapes or (_tags(item.anchor.frame) == tags and scope.holds(item.frame)))
    ]
    if not alike:
        return best.items
    together = _once([*best.items, *alike])
    return sorted(_with_item_frames(together), key=lambda item: item.anchor.frame.start)
