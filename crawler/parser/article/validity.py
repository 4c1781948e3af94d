"""Whether a page says of itself that it no longer holds: a flag in the title (【已废止】), a line at its head.

A label in an official table (有效性：已废止) is read with the byline; this is for publishers who write it out. Only
what speaks of this very page counts: 「关于废止…的通知」 ends other texts, and a bare 废止 may be a tab of the site.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_ENDED = r"(?:废止|廢止|失效|作废|作廢|撤销|撤銷|撤回|停止执行|停止執行|廃止|失効)"
_SUBJECT = (
    r"(?:本|此|该|該|原|当)(?:文件|通知|公告|通告|办法|辦法|规定|規定|法规|法規|规章|政策|页面|件|文|告示|要綱|規則)"
)
_BEEN = r"(?:已经?|已經|现已|現已|于.{4,11}|自.{4,11}起|予以|被|は|を){1,3}"
_DONE = r"(?:済み?|しました|されました|した)?"
#: A flag in brackets, wherever it stands in a title, and alone in a line.
_FLAG = re.compile(rf"[【\[（(〔]\s?((?:{_SUBJECT})?(?:{_BEEN})?{_ENDED}{_DONE})\s?[】\]）)〕]")
#: A line that says nothing else.
_LINE = re.compile(rf"((?:{_SUBJECT}(?:{_BEEN})?|{_BEEN}){_ENDED}{_DONE})[。.！!]?")
_SENTENCE = re.compile(
    r"this (?:guidance|document|notice|publication|page|policy|rule|regulation|order|circular|act|instrument|statement|"
    r"consultation|advice|press release|version)\s(?:was|is|has been|have been|is now)\s"
    r"(?:formally\s)?(withdrawn|repealed|revoked|superseded|rescinded|cancell?ed|no longer (?:in force|current))\b",
    re.IGNORECASE,
)
_LONGEST_LINE, _LONGEST_SENTENCE = 24, 300


def find_validity(title: str, lines: Iterable[str]) -> str:
    """What the page says of its own end, in its words (``已废止``, ``withdrawn``); empty where it says nothing.

    ``lines`` stand between title and text, or begin the text.
    """
    if flag := _FLAG.search(title):
        return flag[1]
    return next((said for line in lines if (said := _read(line))), "")


def _read(line: str) -> str:
    if len(line) <= _LONGEST_LINE and (found := _FLAG.fullmatch(line) or _LINE.fullmatch(line)):
        return found[1]
    if len(line) <= _LONGEST_SENTENCE and (found := _SENTENCE.match(line)):
        return found[1].lower()
    return ""
