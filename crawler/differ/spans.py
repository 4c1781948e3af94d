"""Typed spans of a sentence: the figures, dates, names and words of permission whose change matters most."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from crawler.differ.folding import compare_key
from crawler.differ.names import NAMES
from crawler.model import FactType, Precision
from crawler.text.dates import find_dates
from crawler.text.normalize import fold
from crawler.text.numbers import find_numbers
from crawler.text.numerals import NUMERAL_CHARACTERS


class Span(NamedTuple):
    """``text[start:end]`` is of ``type``. Spans with equal keys say the same; ``unit`` tells sorts of figures apart."""

    type: FactType
    start: int
    end: int
    raw: str
    key: str
    unit: str = ""


_KINDS = {"number": FactType.NUMBER, "percent": FactType.PERCENT, "money": FactType.MONEY}

_MONTHS = (
    "(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?"
)
#: Dates without a year and times of day: no instants, but dates to a reader.
_PARTIAL_DATE = re.compile(
    r"\d{1,2}\s?月\s?\d{1,2}\s?[日号號]|\d{1,2}\s?[:：]\s?\d\d(?!\d)|\d{1,2}\s?[时時点點](?:\s?\d{1,2}\s?分|半)?"
    rf"|\b{_MONTHS}\s\d{{1,2}}(?:st|nd|rd|th)?\b(?!\d)|\b\d{{1,2}}(?:st|nd|rd|th)?\s{_MONTHS}"
    r"|\b\d{1,2}(?::\d\d)?\s?(?:[ap]\.?m\b\.?|noon\b|midnight\b)",
    re.I,
)

_MODAL_HAN = (
    "不可以|不应当|不應當|不得不|不超过|不超過|不少于|不少於|不低于|不低於|不高于|不高於|不得|不可|不能|不应|不應|不予|不准|不许|不許"
    "|不再|不必|不是|不会|不會|并非|並非|尚未|从未|未经|未經|未能|未|没有|沒有|没|沒|无需|無需|无须|無須|无法|無法|无|無|毋|勿|禁止|严禁|嚴禁"
    "|应当|應當|应该|應該|应予|必须|必須|可以|可|须|須|应|應|务必|務必|允许|允許|除外|暂停|暫停|取消|恢复|恢復|至少|至多|最多|最低|最高"
    "|以上|以下|以内|以內|非|否|不|均|全部|部分"
)
_MODAL_KANA = (
    "なければならない|なければなりません|てはならない|てはいけません|ことができない|ことができます|ことができる|できません|できない|できる"
    "|ものとする|べきではない|べき|しません|しない|ありません|ではない|でない|ません|なかった|ない|未満|超える"
)
_MODAL_LATIN = (
    r"(?:shall|must|may|will|should|need|do|does|did|is|are|was|were|has|have|had|can|could|would) not|cannot"
    r"|(?:can|won|don|doesn|didn|isn|aren|wasn|weren|hasn|haven|hadn|couldn|wouldn|shouldn|mustn|needn)['’]t"
    "|no longer|no later than|no more than|no less than|not less than|not more than|at least|at most|up to|shall|must"
    "|may|should|not|no|never|none|neither|nor|without|unless|except|excluding|including|only|prohibited|forbidden"
    "|banned|permitted|allowed|required|optional|mandatory|voluntary|exempt|suspended|cancelled|canceled|before|after"
)
_NEGATION = re.compile(f"{_MODAL_HAN}|{_MODAL_KANA}|\\b(?:{_MODAL_LATIN})\\b", re.I)

#: The number of an official document: ``〔2023〕5号``.
_DOCUMENT_NUMBER = re.compile(r"[〔\[（(]\d{4}[〕\]）)]\s?第?\d{1,5}号")
_QUOTE = re.compile('“[^”]{2,400}”|「[^」]{2,400}」|『[^』]{2,400}』|«[^»]{2,400}»|"[^"\n]{2,400}"')
_SIGNS = ("-", "−", "－")
_SIGN = re.compile(r"(?<![0-9A-Za-z\-])[-−－]$")
_NUMERAL = "零〇一二两三四五六七八九十百千万亿兩萬億"
_NUMERAL_RUN = re.compile(f"[{_NUMERAL}]+")
#: What every date without a year has: a figure beside a mark of time, or beside what may be the name of a month.
_SIGN_OF_PARTIAL = re.compile(r"\d(?:\s?[:：月时時点點A-Za-z\u017f]|(?<=[\w.]\s\d))")
#: What joins the two ends of a range: ``3至5名``, ``10–12 km``. A minus or a hyphen counts only between two figures.
_RANGE_MARK = re.compile(r"\s?(?:至|到|~|〜|～|-|–|—|－|to|から)\s?")
#: What every figure and date has at least one of: a digit or numeral, perhaps as a radical or compatibility character.
_SIGN_OF_FIGURE = re.compile(rf"[\d{NUMERAL_CHARACTERS}\u2e80-\u2fd5\uf900-\ufaff]")


def find_spans(text: str) -> list[Span]:
    """The typed spans of ``text``, by type and then by place. Dates come before the numbers inside them."""
    return [*_find_figures(text), *_find_negations(text), *_find_names(text)]


def find_figures(text: str) -> list[Span]:
    """Only the dates and figures of ``text``, in the order of the text."""
    return sorted(_find_figures(text), key=_by_place)


def find_figures_by_line(text: str) -> Iterator[Span]:
    """The dates and figures of ``text``, none of which crosses the end of a line: the way to read a long text."""
    start = 0
    for line in text.split("\n"):
        for kind, begin, end, raw, key, unit in find_figures(line):
            yield Span(kind, begin + start, end + start, raw, key, unit)
        start += len(line) + 1


@lru_cache(maxsize=256)
def figures_of(text: str) -> tuple[Span, ...]:
    """As ``find_figures_by_line``. The last texts are remembered: a new article is read for its facts and its marks."""
    return tuple(find_figures_by_line(text))


def find_quotes(text: str) -> list[Span]:
    """What stands between quotation marks, marks included."""
    return [_span(FactType.QUOTE, found, text) for found in _QUOTE.finditer(text)]


def is_numeral(text: str) -> bool:
    """Whether ``text`` is a figure written in Han numerals and nothing else."""
    return _NUMERAL_RUN.fullmatch(text) is not None


def widen_figure(text: str, start: int, end: int) -> tuple[int, int]:
    """``text[start:end]`` widened to the whole run of digits or Han numerals that it touches."""
    while start > 0 and _is_figure_part(text[start - 1]):
        start -= 1
    while end < len(text) and _is_figure_part(text[end]):
        end += 1
    return start, end


def overlaps(span: Span, others: Sequence[Span]) -> bool:
    """Whether ``span`` shares a character with one of ``others``."""
    return any(span.start < other.end and other.start < span.end for other in others)


def _is_figure_part(character: str) -> bool:
    return character.isdigit() or character in _NUMERAL or character in ".,%"


def _by_place(span: Span) -> int:
    return span.start


def _span(kind: FactType, found: re.Match[str], text: str, group: str | int = 0) -> Span:
    start, end = found.span(group)
    return Span(kind, start, end, text[start:end], compare_key(text[start:end]))


def _find_figures(text: str) -> list[Span]:
    if not _SIGN_OF_FIGURE.search(text):  # a hundred times cheaper than to look for a figure
        return []
    numbers = _DOCUMENT_NUMBER.finditer(text) if "号" in text else ()
    figures = [_span(FactType.NUMBER, found, text) for found in numbers]
    figures.extend([span for span in _find_dates(text) if not overlaps(span, figures)])
    found = list(_find_numbers(text))
    return figures + _join_ranges(text, [span for span in found if not overlaps(span, figures)] if figures else found)


def _join_ranges(text: str, numbers: Sequence[Span]) -> list[Span]:
    """A range is one figure: ``3至5名`` becoming ``3至8名`` is one fact, and so is ``12名`` becoming ``3至5名``."""
    joined: list[Span] = []
    for span in numbers:
        last = joined[-1] if joined else None
        if last is not None and _is_range(text, last, span):
            whole = text[last.start : span.end]
            joined[-1] = Span(span.type, last.start, span.end, whole, f"{last.key}–{span.key}", span.unit)
        else:
            joined.append(span)
    return joined


def _is_range(text: str, low: Span, high: Span) -> bool:
    """Whether two neighbouring figures are the ends of one range: no unit but perhaps the same at the lower end."""
    if low.unit not in ("", high.unit) or "–" in low.key:
        return False
    return _RANGE_MARK.fullmatch(text, low.end, high.start) is not None


def _find_dates(text: str) -> list[Span]:
    spans = [
        Span(FactType.DATE, start, end, text[start:end], f"{moment.instant.isoformat()} {moment.precision}")
        for start, end, moment in find_dates(text, timezone="UTC")
        if moment.precision is not Precision.APPROX
    ]
    partials = _PARTIAL_DATE.finditer(text) if _SIGN_OF_PARTIAL.search(text) else ()
    partial = (_span(FactType.DATE, found, text) for found in partials)
    return [*spans, *(span for span in partial if not overlaps(span, spans))]


def _find_numbers(text: str) -> Iterator[Span]:
    for start, end, kind, value, unit, _ in find_numbers(text):
        if value >= 0 and text[start - 1 : start] in _SIGNS and _SIGN.search(text[max(0, start - 2) : start]):
            start, value = start - 1, -value  # 同比增长-3.5%: a sign beside a Han character
        unit = fold(unit) if unit else ""
        yield Span(_KINDS[kind], start, end, text[start:end], f"{value.normalize()} {unit}", unit)


def _find_negations(text: str) -> Iterator[Span]:
    for found in _NEGATION.finditer(text):
        span = _span(FactType.NEGATION, found, text)
        yield span._replace(key=span.key.casefold())


def _find_names(text: str) -> Iterator[Span]:
    matches = (found for pattern in NAMES for found in pattern.finditer(text))
    spans = [_span(FactType.NAME, found, text, found.lastgroup or 0) for found in matches]
    end = 0
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if span.end > end:  # else it is a part of another name: 田太郎 in 山田太郎
            yield span
            end = span.end
