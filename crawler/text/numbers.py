"""Figures in running text, with what they mean: percentages, sums of money, plain numbers with their unit.

Values are exact decimals, scaled (万 亿 million), so that ``1.2亿元`` and ``120 million yuan`` can be compared.
Complete dates, times of day and designations (H5N1, COVID-19, 1.2.3.4) are left out: they are no quantities.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Literal, NamedTuple

from crawler.text.number_words import (
    COUNTERS,
    CURRENCIES,
    LEADING_PATTERN,
    MEASURES,
    PERCENTS,
    SCALE_PATTERN,
    SCALES,
    WordTable,
)
from crawler.text.numerals import NUMERAL_CHARACTERS, read_chinese_numeral
from crawler.text.widths import narrow

__all__ = ["NumberSpan", "find_numbers", "read_chinese_numeral"]

_LONGEST_TEXT = 400_000
_MOST_DIGITS = 24


Kind = Literal["number", "percent", "money"]
#: Start, end, kind, value and unit.
_Reading = tuple[int, int, Kind, Decimal, str]


class NumberSpan(NamedTuple):
    """A figure at ``text[start:end]``, sign, currency, scale and unit included.

    ``value`` is scaled; that of a share is in per cent (5‰ is 0.5). ``unit`` is ``%``, ``pp`` (percentage points), a
    currency code (``CNY``), or the measure as written (``人``, ``km``); empty where none follows.
    """

    start: int
    end: int
    kind: Kind
    value: Decimal
    unit: str
    raw: str


#: Thousands grouped by commas, by points before a decimal comma, or by narrow spaces (see ``_join_groups``).
_DIGITS = r"(?:\d{1,3}(?:,\d{3})++(?:\.\d+)?|\d{1,3}(?:\.\d{3})++,\d+|\d{1,3}(?:_\d{3})++(?:[.,]\d+)?|\d++(?:\.\d+)?)"
_FIRST_OF_SCALES = "".join(sorted({word[0] for word in SCALES}))
_N = f"[{NUMERAL_CHARACTERS}]"
_CHINESE = rf"(?:{_N}{{1,16}}(?:点[〇零一二三四五六七八九]{{1,8}}[百千]?[万亿]{{0,2}})?)"
_START = re.compile(rf"[\d{NUMERAL_CHARACTERS}]")
_FIGURE = re.compile(
    rf"(?P<base>[百千万])分之(?P<share>{_DIGITS}|{_CHINESE})"
    rf"|(?P<digits>{_DIGITS}(?:\s?(?:{SCALE_PATTERN})(?:{_DIGITS}(?:{SCALE_PATTERN})?)?)?)"
    rf"|(?P<chinese>{_CHINESE})",
    re.IGNORECASE,
)
#: A figure that no scale follows, as most are: then none of the many has to be tried.
_BARE = re.compile(rf"(?P<digits>(?>{_DIGITS}))(?!\s?[{_FIRST_OF_SCALES}])", re.IGNORECASE)
_NO_QUANTITY = re.compile(
    r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}(?:[-/.]\d+)*+(?![\d%])"  # dates, versions
    r"|\d++(?:\.\d++){2,}+(?![\d%])"  # network addresses
    r"|\d{1,2}:\d\d(?::\d\d)?(?!\d)"  # times of day
    r"|\d{4}[〕\]]\s?\d++\s?号"  # document numbers
)
_DESIGNATION = re.compile(r"[A-Za-z\d\-]*+(?:\.\d++)*+(?!%)")
_IS_DESIGNATION = re.compile(r"[A-Za-z]-?$")
_LEAD = re.compile(rf"(?:(?P<currency>{LEADING_PATTERN})\s?)?(?P<sign>(?<![A-Za-z\d\-%])[-+]|负)?$")
_LEAD_ENDS = frozenset("$€£₩₽₹¥-+负币幣")
_LONGEST_LEAD = 8
_PART = re.compile(rf"({_DIGITS})\s?({SCALE_PATTERN})?", re.IGNORECASE)
_WIDE_GROUPS = re.compile(r"(?<![\d.,])\d{1,3}(?: \d{3}){2,5}(?!\d)")
_HAS_WIDE_GROUPS = re.compile(r"\d \d{3} \d{3}")
_NARROW_SPACES = ("\u00a0", "\u202f", "\u2009")
_NARROW_GROUP = re.compile(r"(?<=\d)[\u00a0\u202f\u2009](?=\d{3}(?!\d))")
_POWERS = {word.lower(): scale for word, scale in SCALES.items()}
_PARTS_PER = {"百": Decimal(1), "千": Decimal("0.1"), "万": Decimal("0.01")}
_PER_MILLE = Decimal("0.1")
_MILLION = Decimal(10**6)
_UNIT_SIGNS = re.compile("[十拾百佰千仟万萬亿億廿卅]")
#: Words that begin with a numeral and a counter and count nothing.
_NO_COUNTS = frozenset({"十分", "一起", "一度", "一分", "一级", "一成"})
_SHARE_WORDS = WordTable(PERCENTS)
_CURRENCY_WORDS = WordTable(CURRENCIES)
_MEASURE_WORDS = WordTable({word: word for word in MEASURES})
_FIRST_OF_UNITS = frozenset().union(*(each.firsts for each in (_SHARE_WORDS, _CURRENCY_WORDS, _MEASURE_WORDS)))


def find_numbers(text: str) -> list[NumberSpan]:
    """The figures in ``text``, in order, without overlaps. Looks at the first 400,000 characters.

    A Chinese numeral counts where it has a unit in itself (三十五, 两百) or a counter behind it (三人), so that the
    三 of a name is none. Parts of what is no complete date (10月27日) come out as numbers with the units 月 and 日.
    """
    return list(_spans(text[:_LONGEST_TEXT]))


def _spans(text: str) -> Iterator[NumberSpan]:
    matched = narrow(_join_groups(text))
    position = 0
    while start := _START.search(matched, position):
        after = _skip(matched, start.start(), position)
        if after > start.start():
            position = after
            continue
        found = _BARE.match(matched, after) or _FIGURE.match(matched, after)
        assert found is not None  # every character that starts a figure is one by itself
        reading = _read_share(found) or _read_figure(found, matched, position)
        position = found.end()
        if reading:
            begin, position, kind, value, unit = reading
            yield NumberSpan(begin, position, kind, value, unit, text[begin:position])


def _skip(text: str, start: int, earliest: int) -> int:
    """Where the thing at ``start`` ends if it is no quantity but a date, a time of day or a designation."""
    if not text[start].isascii():
        return start
    if other := _NO_QUANTITY.match(text, start):
        return other.end()
    last = text[start - 1 : start]
    if not (last == "-" or (last.isascii() and last.isalpha())):  # nothing that a designation could begin with
        return start
    if _IS_DESIGNATION.search(text[max(0, start - 2) : start]) and not _lead(text, start, earliest)[0]:
        designation = _DESIGNATION.match(text, start)
        return designation.end() if designation else start
    return start


def _lead(text: str, start: int, earliest: int) -> tuple[str, str, int]:
    """Currency and sign in front of a figure at ``start``, and where they begin; nothing before ``earliest``."""
    last = text[start - 1 : start]
    if last == " ":
        last = text[start - 2 : start - 1]
    if last not in _LEAD_ENDS and not ("A" <= last <= "Z"):
        return "", "", start
    found = _LEAD.search(text[max(0, start - _LONGEST_LEAD) : start])
    if not found or start - len(found[0]) < earliest:
        return "", "", start
    return found["currency"] or "", found["sign"] or "", start - len(found[0])


def _read_share(found: re.Match[str]) -> _Reading | None:
    """百分之三十五, 千分之5."""
    if found.lastgroup != "share":
        return None
    share = found["share"]
    value = _read_digits(share) if share[0].isdecimal() else _read_chinese(share)
    return None if value is None else (*found.span(), "percent", value * _PARTS_PER[found["base"]], "%")


def _read_figure(found: re.Match[str], text: str, earliest: int) -> _Reading | None:
    if found.lastgroup == "share":
        return None
    currency, sign, start = _lead(text, found.start(), earliest)
    end = found.end()
    percent = money = measure = None
    if text[end : end + 2].lstrip(" ")[:1].lower() in _FIRST_OF_UNITS:
        percent = _SHARE_WORDS.find(text, end)
        money = None if percent else _CURRENCY_WORDS.find(text, end)
        measure = None if percent or money else _MEASURE_WORDS.find(text, end)
    is_counted = bool(percent or money or currency or (measure and measure[1] in COUNTERS))
    value = _value(found, measure[1] if measure else "", is_counted=is_counted)
    if value is None:
        return None
    value = -value if sign in ("-", "负") else value
    if percent:
        return (start, percent[0], "percent", *_in_percent(value, percent[1]))
    if money:
        return start, money[0], "money", value, money[1]
    if currency:
        end, value = (measure[0], value * _MILLION) if measure and measure[1] == "m" else (end, value)  # £5m
        return start, end, "money", value, CURRENCIES[currency]
    return (start, measure[0], "number", value, measure[1]) if measure else (start, end, "number", value, "")


def _in_percent(value: Decimal, unit: str) -> tuple[Decimal, str]:
    return (value * _PER_MILLE, "%") if unit == "‰" else (value, unit)


def _join_groups(text: str) -> str:
    """Spaces inside a number as underscores: narrow ones, and ordinary ones where two groups of three follow."""
    if _HAS_WIDE_GROUPS.search(text):
        text = _WIDE_GROUPS.sub(lambda found: found[0].replace(" ", "_"), text)
    return _NARROW_GROUP.sub("_", text) if any(space in text for space in _NARROW_SPACES) else text


def _value(found: re.Match[str], measure: str, *, is_counted: bool) -> Decimal | None:
    """The figure's value; of a Chinese numeral only if something says that it counts."""
    if found.lastgroup == "digits":
        return _read_digits(found["digits"])
    written = found["chinese"]
    has_unit = len(written) > 1 and (_UNIT_SIGNS.search(written) or "点" in written or "〇" in written)
    if written + measure in _NO_COUNTS or not (has_unit or (len(written) == 1 and is_counted)):
        return None
    return _read_chinese(written)


def _read_digits(written: str) -> Decimal | None:
    """Digits with their scales, added up: 3亿5000万."""
    if written.isdecimal() and len(written) <= _MOST_DIGITS:
        return Decimal(written)
    total = Decimal(0)
    for digits, scale in _PART.findall(written):
        if len(digits) > _MOST_DIGITS:  # an identifier
            return None
        total += _plain(digits) * (_POWERS[scale.lower()] if scale else 1)
    return total


def _plain(digits: str) -> Decimal:
    comma, point = digits.rfind(","), digits.rfind(".")
    if 0 <= point < comma or (comma >= 0 and "_" in digits):  # 1.234,56
        digits = digits.replace(".", "").replace(",", ".")
    return Decimal(digits.replace(",", "").replace("_", ""))


def _read_chinese(written: str) -> Decimal | None:
    whole, _, rest = written.partition("点")
    number = read_chinese_numeral(whole)
    if number is None or not rest:
        return None if number is None else Decimal(number)
    digits = rest.rstrip("百千万亿")
    fraction = read_chinese_numeral(digits)
    if fraction is None:
        return None
    scale = Decimal(1)
    for sign in rest[len(digits) :]:
        scale *= _POWERS[sign]
    return (number + Decimal(fraction).scaleb(-len(digits))) * scale
