"""Text for eyes (``clean``, ``shorten``) and text for comparison (``fold``, ``squash``).

Folded text is never stored or shown: it only decides whether two spellings say the same. What it folds is what
publishers' systems vary without anybody having edited anything: width, kinds of space, quotes, dashes, marks without
a shape of their own. What it must never fold is a figure: ``24-26`` and ``2426`` differ, ``10²`` and ``102`` differ.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

#: Goes into every fingerprint: raise it with any change to ``fold``, and texts re-baseline in silence.
NORMALIZER_VERSION = 1

_DOUBLE_QUOTES = "“”„‟«»「」『』〝〞〟❝❞"
_SINGLE_QUOTES = "‘’‚‛‹›❛❜′"
_DASHES = "—–‒‐‑−―⁓~〜～─━⸺⸻－﹣﹘"

#: Characters without a shape of their own, as ranges: controls, soft hyphen, zero-width, bidirectional marks, fillers.
_SHAPELESS_RANGES = (
    (0x00, 0x08),
    (0x0E, 0x1B),
    (0x7F, 0x84),
    (0x86, 0x9F),
    (0xAD, 0xAD),
    (0x34F, 0x34F),
    (0x61C, 0x61C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200B),
    (0x200E, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF9, 0xFFFB),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE00FF),
    (0xE01F0, 0xE0FFF),
)
#: Shapeless, yet eyes miss them: joiners of Arabic, Indic and emoji sequences, and variation selectors.
_SHAPING_RANGES = ((0x200C, 0x200D), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
_FOR_NO_EYES = "".join(f"{chr(first)}-{chr(last)}" for first, last in _SHAPELESS_RANGES)
_SHAPES_NOTHING = _FOR_NO_EYES + "".join(f"{chr(first)}-{chr(last)}" for first, last in _SHAPING_RANGES)
_REMOVED_FOR_EYES = re.compile(f"[{_FOR_NO_EYES}]+")
_SHAPELESS = re.compile(f"[{_SHAPES_NOTHING}]+")
_STYLES = (
    [(char, '"') for char in _DOUBLE_QUOTES]
    + [(char, "'") for char in _SINGLE_QUOTES]
    + [(char, "-") for char in _DASHES]
)
#: Wide forms that are daily bread: with them out of the way most texts need no normalising at all.
_WIDE = [
    (char, unicodedata.normalize("NFKC", char)) for char in "，：；！？（）％＋．／＝０１２３４５６７８９\u3000\xa0…"
]
_DASH_RUN = re.compile(r"-{2,}")
_DIGIT_LIKE = "\xb2\xb3\xb9\xbc-\xbe\u2070-\u2089\u2150-\u218b\u2460-\u24ff\u2776-\u2793\u3251-\u325f\u32b1-\u32bf"
_RARE = re.compile(f"[{_SHAPES_NOTHING}{_DIGIT_LIKE}]")
#: Where NFKC would glue two figures together: 10² is not 102, and 1½ is not 11/2.
_FIGURE_SEAM = re.compile(rf"(?<=[0-9０-９])(?=[{_DIGIT_LIKE}])|(?<=[{_DIGIT_LIKE}])(?=[0-9０-９{_DIGIT_LIKE}])")
_STRAY_JOINER = re.compile("(?<![\u0590-\u0fff\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]")
_NO_WORD = re.compile(r"[\W_]+")
_CJK = re.compile(
    "[\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303b\u3041-\u3096\u309d-\u309f\u30a1-\u30fa"
    "\u30fc-\u30ff\u3105-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97c"
    "\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9f\u1100-\u11ff\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)
_BELONGS_TO_BEFORE = re.compile("[\udc00-\udfff\U0001f3fb-\U0001f3ff]")  # second halves of pairs, skin tones
_ELLIPSIS = "…"


def fold(text: str) -> str:
    """The spelling of ``text`` for comparison: equal results mean that nobody edited anything.

    NFKC; every kind of space is one space, runs of it collapsed, ends stripped; zero-width characters, soft hyphens,
    bidirectional marks and controls removed; quotes and dashes in one ASCII style. Letter case stays. Idempotent.
    """
    if text.isascii():
        return _fold_ascii(text)
    if _RARE.search(text):
        text = _FIGURE_SEAM.sub("^", _SHAPELESS.sub("", text))
    text = _replace_each(unicodedata.normalize("NFKC", _replace_each(text, _WIDE)), _STYLES)
    folded = _join_dashes(" ".join(text.split()))
    return folded if unicodedata.is_normalized("NFKC", folded) else fold(folded)


def _replace_each(text: str, forms: Sequence[tuple[str, str]]) -> str:
    """A search for each character is much cheaper than one translation of all of them."""
    for char, form in forms:
        if char in text:
            text = text.replace(char, form)
    return text


def _fold_ascii(text: str) -> str:
    if not text.isprintable() and _SHAPELESS.search(text):
        text = _SHAPELESS.sub("", text)
    return _join_dashes(" ".join(text.replace("~", "-").split()))


def _join_dashes(text: str) -> str:
    """A Chinese dash is two characters long where a Latin one is a single character."""
    return _DASH_RUN.sub("-", text) if "--" in text else text


def squash(text: str) -> str:
    """Letters and digits of ``text`` alone, without case: for recognising a title or a phrase in any styling."""
    return _NO_WORD.sub("", unicodedata.normalize("NFKC", fold(text).casefold()))


def clean(text: str) -> str:
    """``text`` for display: white space collapsed, characters without a shape dropped, width and style kept."""
    joined = " ".join(text.split())
    if joined.isascii() and joined.isprintable():  # nearly every line of a Latin text
        return joined
    if not text.isprintable() and _SHAPELESS.search(text):
        text = _REMOVED_FOR_EYES.sub("", text)
        return " ".join((_STRAY_JOINER.sub("", text) if "\u200c" in text or "\u200d" in text else text).split())
    return joined


def shorten(text: str, limit: int) -> str:
    """``text`` in at most ``limit`` characters; what was cut ends in ``…``. Never cuts within a composed character."""
    if len(text) <= limit:
        return text
    if limit < 1:
        return ""
    end = limit - 1
    while end > 0 and not _is_boundary(text, end):
        end -= 1
    return text[:end].rstrip() + _ELLIPSIS


def _is_boundary(text: str, index: int) -> bool:
    """Whether a reader sees two characters left and right of ``index``."""
    before, after = text[index - 1], text[index]
    if "\u200d" in (before, after) or _BELONGS_TO_BEFORE.match(after):
        return False
    if _is_flag_letter(before) and _is_flag_letter(after):
        return _flag_letters_before(text, index) % 2 == 0
    return not unicodedata.category(after).startswith("M")


def _is_flag_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flag_letters_before(text: str, index: int) -> int:
    start = index
    while start > 0 and _is_flag_letter(text[start - 1]):
        start -= 1
    return index - start


def is_cjk(char: str) -> bool:
    """Whether ``char`` is a Han, kana, bopomofo or hangul character: one that is a unit of meaning or sound itself."""
    return _CJK.match(char) is not None
