"""Update stamps: sentences that only say when a page was updated. They are marks, not content (contract §4)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crawler.differ.folding import compare_key
from crawler.differ.tokens import split_sentences
from crawler.text.normalize import fold

_STAMP_LABEL = (
    r"最[后後]更新(?:时间|時間|日期)?|修改(?:时间|時間|于|於)|(?:最終|ページ|頁面)?更新(?:时间|時間|日時|日期|年月日|日|于|於)|수정일|최종수정일"
    r"|(?:page |this page was )?(?:last )?(?:updated|modified)(?: (?:on|at))?|last (?:update|modification)"
)
_STAMP_MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec"
_STAMP_VALUE = (
    r"(?:[\d\s年月日時时點点分秒元:/.,+\-()]|令和|平成|民[国國]|星期|曜|周|週|[一二三四五六七八九十〇零]|[上下]午|午[前後]"
    rf"|[ap]\.?m\b|utc|gmt|[hjc]st|(?:{_STAMP_MONTH})[a-z]{{0,6}}|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{{0,6}}|at\b|t|z)"
)
_STAMP = re.compile(rf"[(\[]?\s?(?:{_STAMP_LABEL})\s?[:]?\s?(?=[^\d]{{0,12}}\d){_STAMP_VALUE}{{1,60}}[)\]]?", re.I)
_STAMP_LIMIT = 90
_HINT = re.compile("更新|修改|수정|pdated?|odifi", re.I)


def is_update_stamp(text: str) -> bool:
    """Whether the whole of ``text`` only says when something was updated (``更新时间：2023-10-27 15:10``)."""
    return len(text) <= _STAMP_LIMIT and _HINT.search(text) is not None and _STAMP.fullmatch(fold(text)) is not None


def body_key(texts: Iterable[str]) -> str:
    """The blocks of an article as one comparable text: where blocks begin is markup, and stamps are not content."""
    return compare_key("\n".join(_without_stamps(text) for text in texts))


def find_stamps(texts: Iterable[str]) -> tuple[str, ...]:
    """The update stamps in blocks of text, folded, in their order."""
    hinting = (text for text in texts if _HINT.search(text))
    return tuple(fold(one) for text in hinting for one in split_sentences(text) if is_update_stamp(one))


def _without_stamps(text: str) -> str:
    if not _HINT.search(text):
        return text
    return "".join(sentence for sentence in split_sentences(text) if not is_update_stamp(sentence))
