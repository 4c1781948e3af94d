"""Where a text may be cut: into sentences, and into the tokens that a reader takes as one."""

from __future__ import annotations

import re
from functools import lru_cache

from crawler.differ.folding import HAN, HANGUL, HIRAGANA, KATAKANA, SPACELESS
from crawler.text.normalize import fold

_CLOSERS = "[”’」』）)】\"']*"
_SENTENCE_END = re.compile(
    f"(?:[。！？；｡]|．(?!\\d))+{_CLOSERS}\\s*"
    f"|(?<![!?;])[!?;]+{_CLOSERS}(?=[\\s{HAN}{HIRAGANA}{KATAKANA}])\\s*"
    f"|(?<!\\.)\\.+{_CLOSERS}(?:\\s+|$)"
    "|\\n\\n\\s*"
)
_SHORT_WORDS = (
    "mr mrs ms dr prof sr jr st gen col sen rep gov hon rev no nos art arts sec secs para paras pp vol fig ch cf vs "
    "e.g i.e eg ie al etc inc ltd co corp approx est dept min max jan feb mar apr jun jul aug sep sept oct nov dec "
    "nr art. abs bzw ca"
)
_ABBREVIATIONS = frozenset(_SHORT_WORDS.split())
_LAST_WORD = re.compile(r"(?<![\w.])[\w.]{1,12}$")

_CJK = HAN + HIRAGANA + KATAKANA + HANGUL
_MARKS = "\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff"
_TOKEN = re.compile(
    "|".join(
        (
            r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});",
            r"(?<![0-9A-Za-z])[-+−－＋]\d[\d.,．]*(?<=\d)[%％‰]?",
            r"\d[\d.,．]*(?<=\d)[%％‰]?",
            f"[{KATAKANA}]+",
            f"[{HANGUL}]+",
            f"[{HAN}{HIRAGANA}][\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef]*",
            f"[^\\W\\d_{_CJK}](?:[^\\W_{_CJK}]|[{_MARKS}]|['’](?=[^\\W\\d_{_CJK}]))*",
            r"\s+",
            ".",
        )
    ),
    re.S,
)
_BESIDE = re.compile(f"[{SPACELESS}]")


def split_sentences(text: str) -> list[str]:
    """``text`` cut after each sentence; joined again it is ``text``. ``3.5``, ``U.S.`` and ``Nos. 5`` are not cut, and
    neither is a line broken once: only a blank line ends a sentence without a mark."""
    sentences: list[str] = []
    start = 0
    for found in _SENTENCE_END.finditer(text):
        if found.end() < len(text) and not _is_abbreviation(text, found):
            sentences.append(text[start : found.end()])
            start = found.end()
    if start < len(text):
        sentences.append(text[start:])
    return sentences


def _is_abbreviation(text: str, end: re.Match[str]) -> bool:
    if text[end.start()] != ".":
        return False
    word = _LAST_WORD.search(text[max(0, end.start() - 13) : end.start()])
    if word is None:
        return False
    last = word.group()
    initials = len(last) == 1 and last.isupper() and last != "I"
    return initials or ("." in last and last[0].isalpha()) or last.lower() in _ABBREVIATIONS


def split_tokens(text: str) -> list[str]:
    """``text`` in tokens: single CJK characters, whole numbers, whole words, runs of space, single marks.

    Space that says nothing, and what folds away altogether, belongs to the token beside it. Joined again it is
    ``text``.
    """
    raw = _TOKEN.findall(text)
    tokens: list[str] = []
    carried = ""
    for place, token in enumerate(raw):
        if not _is_idle(raw, place):
            tokens.append(carried + token)
            carried = ""
        elif tokens:
            tokens[-1] += token
        else:
            carried += token
    return [*tokens, carried] if carried else tokens


def _is_idle(raw: list[str], place: int) -> bool:
    token = raw[place]
    if token.isspace():
        if place == 0 or place == len(raw) - 1:
            return True
        return bool(_BESIDE.match(raw[place - 1][-1]) or _BESIDE.match(raw[place + 1][0]))
    return len(token) == 1 and _folds_away(token)


@lru_cache(maxsize=4_096)
def _folds_away(character: str) -> bool:
    return not fold(character)
