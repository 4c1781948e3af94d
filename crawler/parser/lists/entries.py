"""From the items of a list to its entries: the title, the date beside it, the address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, pairwise, zip_longest

from crawler.model import Entry, Moment
from crawler.parser.lists.groups import Group, Item, gap_text, has_date, may_be_title, outside_text
from crawler.parser.lists.walk import HEADINGS, Frame, Page
from crawler.text.dates import find_dates, read_date
from crawler.text.normalize import clean, shorten

_TITLE_LIMIT = 500
_CUT = ("…", "...", "‥", "。。。")
#: A label before a date has fewer letters than what is said of an item.
_LABEL = 8
#: Of how many pieces a teaser and what stands below it consist at most.
_TEASER = 8
_BULLETS = " \t·•▪■□◆●○►▶▷»›>-–—|"
_BRACKETS = "[]()（）【】〔〕〈〉 \t/|"
_DATE_END = re.compile(r"[\s\[(（【]+((?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}日?)\s?[\])）】]?$")
_DATE_START = re.compile(r"^[\[(（【]?\s?((?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}日?)\s?[\])）】\s]+")
_DAY = re.compile(r"(\d{1,2})日?")
_MONTH = re.compile(r"((?:19|20)\d\d)\s?[-/.年]\s?(\d{1,2})月?")
_YEAR = re.compile(r"((?:19|20)\d\d)年?")
_CLOCK = re.compile(r"\d{1,2}[:：]\d{2}(?:[:：]\d{2})?")
_MONTH_DAY = re.compile(r"(\d{1,2})\s?[-/.月]\s?(\d{1,2})日?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRules:
    """How dates are to be understood: zone, language, the instant of the visit, and whether a selector marks them."""

    timezone: str
    language: str
    now: datetime
    marked_dates: bool = False

    def read(self, raw: str) -> Moment | None:
        """The moment a text means, or None when it is no date."""
        found = read_date(raw, timezone=self.timezone, locale=self.language or None, now=self.now)
        return found and replace(found, origin="list")

    def find(self, text: str) -> Moment | None:
        """The first date in running text."""
        found = find_dates(text, timezone=self.timezone, locale=self.language or None, now=self.now, limit=1)
        return replace(found[0][2], origin="list") if found else None


def read_entries(page: Page, group: Group, rules: ReadingRules) -> tuple[Entry, ...]:
    """The entries of a list, in the order of the page, each address once."""
    own = {id(item): _own_date(page, item, rules) for item in group.items}
    dates = own if sum(1 for date in own.values() if date) * 2 >= len(own) else _dates_between(page, group, rules, own)
    entries: dict[str, Entry] = {}
    for item in group.items:
        title, inner = _title(page, item, rules)
        if title and item.anchor.url not in entries:
            date = dates[id(item)] or inner
            entries[item.anchor.url] = Entry(url=item.anchor.url, title=title, published=date)
    return tuple(entries.values())


# -- titles --


def _title(page: Page, item: Item, rules: ReadingRules) -> tuple[str, Moment | None]:
    """The title, and a date that stood within the link beside it."""
    heading = next((frame for frame in _within(page, item.anchor.frame) if frame.tag in HEADINGS), None)
    text = page.text_of(heading) if heading else _anchor_text(page, item)
    text = text if may_be_title(text) else item.text
    text, date = _part_from_date(text, rules)
    return shorten(_complete(text.strip(_BULLETS), item.anchor.hint), _TITLE_LIMIT), date


def _anchor_text(page: Page, item: Item) -> str:
    """The link's text without pieces that are nothing but a date; of a whole card only its first line."""
    frame = item.anchor.frame
    pieces = [piece for piece in page.texts[frame.start : frame.end] if not _is_date_piece(piece)]
    text = clean("".join(pieces))
    if len(text) <= 120:
        return text
    lines = [line for piece in pieces if len(line := clean(piece)) >= 4]
    return lines[0] if lines else text


def _is_date_piece(piece: str) -> bool:
    bare = piece.strip().strip(_BRACKETS).rstrip(".")  # Korean dates end in a full stop
    return 0 < len(bare) <= 24 and bare[-1] in "0123456789日일" and has_date(bare) and not _letters_of(bare)


def _letters_of(text: str) -> str:
    return re.sub(r"[\d\s\-/.:：年月日时時分秒년월일星期周一二三四五六天]+", "", text)


def _part_from_date(text: str, rules: ReadingRules) -> tuple[str, Moment | None]:
    for pattern in (_DATE_END, _DATE_START):
        if (found := pattern.search(text)) and (date := rules.read(found[1])):
            rest = (text[: found.start()] + text[found.end() :]).strip()
            if rest:
                return rest, date
    return text, None


def _complete(text: str, hint: str) -> str:
    """The title as the ``title`` attribute spells it out where the visible text is cut."""
    if not text:
        return hint
    opening = text.rstrip("….‥。 ")
    return hint if text.endswith(_CUT) and len(hint) > len(opening) and hint.startswith(opening[:40]) else text


# -- dates --


def _own_date(page: Page, item: Item, rules: ReadingRules) -> Moment | None:
    """The date inside the item: where the selector says, a ``time`` element, a piece that is one, one in the text."""
    for raw in chain(_marked_texts(page, item.frame, rules), _machine_dates(page, item.frame)):
        if date := rules.read(raw):
            return date
    if rules.marked_dates:
        return None
    outside = outside_text(page, item)
    if not any(char.isdigit() for char in outside) and not has_date(outside):
        return _date_of_pieces(page.pieces(item.anchor.frame.start, item.anchor.frame.end), rules)
    pieces = page.pieces(item.frame.start, item.anchor.frame.start) + page.pieces(item.anchor.frame.end, item.frame.end)
    inner = page.pieces(item.anchor.frame.start, item.anchor.frame.end)
    return _date_of_pieces(pieces, rules) or rules.find(clean(outside)) or _date_of_pieces(inner, rules)


def _marked_texts(page: Page, item: Frame, rules: ReadingRules) -> Iterator[str]:
    if rules.marked_dates:
        yield from (page.text_of(frame).strip(_BRACKETS) for frame in _within(page, item) if "d" in frame.mark)


def _machine_dates(page: Page, item: Frame) -> Iterator[str]:
    return (frame.when for frame in _within(page, item) if frame.when)


def _within(page: Page, item: Frame) -> Iterator[Frame]:
    return (frame for frame in page.notable_in(item) if frame is item or item.holds(frame))


def _date_of_pieces(pieces: list[str], rules: ReadingRules) -> Moment | None:
    """A date that is a text node of its own, or one that a design has cut into day and month, with its clock."""
    bare = [piece.strip(_BRACKETS) for piece in pieces[:40]]
    for composed in chain(_composed(bare), _with_clock(bare)):
        if date := rules.read(composed):
            return date
    return None


def _composed(pieces: list[str]) -> Iterator[str]:
    """Dates cut in two: day and year-month, or year and month-day, in either order."""
    for number, (one, other) in enumerate(pairwise(pieces)):
        if date := _join(one, other) or _join(other, one):
            yield from _with_clock([date, *pieces[number + 2 : number + 3]])


def _join(one: str, other: str) -> str:
    if (month := _MONTH.fullmatch(one)) and (day := _DAY.fullmatch(other)):
        return f"{month[1]}-{int(month[2]):02}-{int(day[1]):02}"
    if (year := _YEAR.fullmatch(one)) and (month_day := _MONTH_DAY.fullmatch(other)):
        return f"{year[1]}-{int(month_day[1]):02}-{int(month_day[2]):02}"
    return ""


def _with_clock(pieces: list[str]) -> Iterator[str]:
    """The pieces that look like dates, each first together with the time of day that stands behind it."""
    for piece, behind in zip_longest(pieces, pieces[1:], fillvalue=""):
        if len(piece) <= 40 and has_date(piece):
            if _CLOCK.fullmatch(behind):
                yield f"{piece} {behind}"
            yield piece


def _dates_between(
    page: Page, group: Group, rules: ReadingRules, own: dict[int, Moment | None]
) -> dict[int, Moment | None]:
    """Dates that stand between the items (``dt`` before ``dd``): before each of them, or after, whichever is more.

    Where both are as many, those behind what is said of an item (a teaser, then its date) are its own.
    """
    before: dict[int, Moment | None] = {}
    after: dict[int, Moment | None] = {}
    gaps = [_read_gap(page, one, other, rules) for one, other in pairwise([None, *group.items, None])]
    for item, (behind_other, _), (behind_own, _) in zip(group.items, gaps[:-1], gaps[1:], strict=True):
        before[id(item)] = own[id(item)] or behind_other
        after[id(item)] = own[id(item)] or behind_own
    inner = gaps[1:-1]
    trailing = 2 * sum(trails for _, trails in inner) > len(inner)
    ways = (own, after, before) if trailing else (own, before, after)
    return max(ways, key=lambda dates: sum(1 for date in dates.values() if date))


def _read_gap(page: Page, before: Item | None, after: Item | None, rules: ReadingRules) -> tuple[Moment | None, bool]:
    """The date between two items, and whether words stand before it. Of a long teaser only a line of its own counts."""
    text = gap_text(page, before, after)
    if found := rules.find(text):
        words = text.partition(found.raw)[0] if found.raw in text else ""
        return found, len(_letters_of(words)) > _LABEL
    if before is None or before.frame.parent is None:
        return None, False
    end = after.frame.start if after else before.frame.parent.end
    found = _date_of_pieces(page.pieces(before.frame.end, end)[:_TEASER], rules)
    return found, found is not None
