"""The spelling under which two texts are compared. What is stored and shown always keeps the original.

On top of ``text.normalize.fold`` (space, width, zero-width, quotes, dashes) two more things are noise in an
article: character references that survived as text, and space beside CJK characters or marks, where a space is a
matter of typesetting (``2012 年`` and ``2012年``).
"""

from __future__ import annotations

import html
import re
from functools import lru_cache

from crawler.text.normalize import fold

#: Han characters, as a regular expression class without brackets.
HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
HIRAGANA = "\u3041-\u309f"
KATAKANA = "\u30a0-\u30ff\uff66-\uff9f"
HANGUL = "\u1100-\u11ff\uac00-\ud7af"
#: Characters beside which a space says nothing. Not ``. , - / %``: a space there can split a number.
SPACELESS = HAN + HIRAGANA + KATAKANA + "\u3001-\u3004\u3008-\u3011\uff01\uff1a\uff1b\uff1f!?;:\"'()\\[\\]<>·"

#: It begins with the space itself because the search for a plain character is ten times faster than any other.
_IDLE_SPACE = re.compile(f" (?:(?<=[{SPACELESS}] )|(?=[{SPACELESS}]))")


#: A sentence is folded several times on its way through one comparison: its key is remembered for a moment.
_SENTENCE = 300


def compare_key(text: str) -> str:
    """``text`` as it is compared: two texts with equal keys are the same text."""
    return _remembered(text) if len(text) <= _SENTENCE else _spell(text)


def _spell(text: str) -> str:
    if "&" in text:
        text = html.unescape(text)
    folded = fold(text)
    return _IDLE_SPACE.sub("", folded) if " " in folded else folded


_remembered = lru_cache(maxsize=8_192)(_spell)
