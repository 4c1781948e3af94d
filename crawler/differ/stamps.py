"""Update stamps: sentences that only say when a page was updated. They are marks, not content (contract §4)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crawler.differ.folding import compare_key
from crawler.differ.tokens import split_sentences
from crawler.text.normalize import fold

_LABEL = re.compile(
    r"[(\[]?\s?(?:最[后後]更新(?:时间|時間|日期)?|修改(?:时间|時間|于|於)|수정일|최종수정일"
    r"|(?:最終|ページ|頁面)?更新(?:时间|時間|日時|日期|年月日|日|于|於)"
    r"|(?:page |this page was )?(?:last )?(?:updated|modified)(?: (?:on|at))?|last (?:update|modification))\s?:?",
    re.I,
)
#: What the date and time after the label are made of: words of Latin script, and everything else.
_LATIN_WORD = re.compile(r"[A-Za-z]+")
_WORDS = (
    "january february march april may june july august september october november december jan feb mar apr jun jul aug "
    "sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri "
    "sat sun am pm a p m noon midnight at on of utc gmt bst est edt cst cdt pst pdt hkt jst kst cet cest t z st "
    "nd rd th"
)
_VALUE_WORDS = frozenset(_WORDS.split())
_VALUE_REST = re.compile(
    r"[\d\s/:.,+\-()\[\]年月日号號时時點点分秒元令和平成民国國星期曜周週一二三四五六七八九十〇零上下午前後后火水木金土]*"
)
#: How a note begins by which an editor says within the text that it was changed.
_NOTE = re.compile(
    r"[(\[【〔]?\s?(?:(?:内容|內容)?更正(?:说明|說明|声明|聲明|启事|啟事)?[】〕\])]?\s?:|【(?:更正|勘误|勘誤|訂正|修订|修訂)】|勘[误誤]\s?:"
    r"|[\d年月日令和平成()/.\-\s]{0,16}(?:一部)?訂正(?:[)\]】]|:|しました|します)|(?:お詫びと)?訂正\s?:"
    r"|(?:本文|本稿|本页|本頁|本ページ|本記事|此文)(?:章|件)?[已は]?[于於]?[\d年月日令和平成/.\-\s]{0,16}(?:に)?(?:作了|作出)?(?:更正|修正|訂正|订正)"
    r"|(?:corrections?|clarification|erratum|editor's note|amendment)\s?(?:[(,][^:]{1,30})?:"
    r"|this (?:article|page|story|notice|report|release|document|text|post|version) (?:was|has been) "
    r"(?:amended|corrected|updated|edited|revised|changed))",
    re.I,
)
_NOTE_HINTS = ("正", "勘", "orrect", "CORRECT", "larif", "rratum", "ditor", "mend", "his ")
_STAMP_LIMIT = 90
_HINTS = ("更新", "修改", "수정", "pdate", "odifi")


def is_update_stamp(text: str) -> bool:
    """Whether the whole of ``text`` only says when something was updated (``更新时间：2023-10-27 15:10``)."""
    if len(text) > _STAMP_LIMIT or not _may_be_stamp(text):
        return False
    folded = fold(text)
    label = _LABEL.match(folded)
    return label is not None and _is_date_and_time(folded[label.end() :])


def _may_be_stamp(text: str) -> bool:
    lowered = text.lower()
    return any(hint in lowered for hint in _HINTS)


def _is_date_and_time(text: str) -> bool:
    words = [word.lower() for word in _LATIN_WORD.findall(text)]
    rest = _LATIN_WORD.sub("", text)
    return any(map(str.isdigit, rest)) and _VALUE_WORDS.issuperset(words) and _VALUE_REST.fullmatch(rest) is not None


def body_key(texts: Iterable[str]) -> str:
    """The blocks of an article as one comparable text: where blocks begin is markup, and stamps are not content."""
    return compare_key("\n".join(_without_stamps(text) for text in texts))


def find_stamps(texts: Iterable[str]) -> tuple[str, ...]:
    """The update stamps in blocks of text, folded, in their order."""
    hinting = (text for text in texts if _may_be_stamp(text))
    return tuple(fold(one) for text in hinting for one in split_sentences(text) if is_update_stamp(one))


def find_notes(texts: Iterable[str]) -> tuple[str, ...]:
    """The notes in blocks of text that tell a correction, folded. Unlike stamps they are content, too."""
    hinting = (text for text in texts if any(hint in text for hint in _NOTE_HINTS))
    folded = (fold(one) for text in hinting for one in split_sentences(text))
    return tuple(text for text in folded if _NOTE.match(text))


def _without_stamps(text: str) -> str:
    if not _may_be_stamp(text):
        return text
    return "".join(sentence for sentence in split_sentences(text) if not is_update_stamp(sentence))
