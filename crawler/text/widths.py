"""Text made easy to match, character for character, so that places in it are places in the original."""

from __future__ import annotations

import re
import unicodedata

_RANGES = ((0x2F00, 0x2FD5), (0x2E80, 0x2EF3), (0xF900, 0xFAFF), (0xFF01, 0xFFE6), (0xFE50, 0xFE6B))
_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\n\r\f\v"
_SHAPELESS = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
_DASHES = "—–‒‐‑−―~〜～─－"
_COLONS = "：︰∶ː"


def _single_forms() -> dict[int, str]:
    """Wide, narrow, radical and compatibility characters whose normal form (NFKC) is one character long."""
    forms = {}
    for first, last in _RANGES:
        for code in range(first, last + 1):
            normal = unicodedata.normalize("NFKC", chr(code))
            if len(normal) == 1 and ord(normal) != code:
                forms[code] = normal
    return forms


_TABLE = (
    _single_forms()
    | dict.fromkeys(map(ord, _SPACES + _SHAPELESS), " ")
    | dict.fromkeys(map(ord, _DASHES), "-")
    | dict.fromkeys(map(ord, _COLONS), ":")
)
_NARROWED = re.compile(
    "[" + "".join(re.escape(chr(code)) for code in sorted(_TABLE) if code > 0x7F and code < 0x2E80) + "\t\n\r\f\v~"
    "\u2e80-\u2fd5\u3000\u301c\uf900-\ufaff\ufe50-\ufe6b\uff01-\uffe6\ufe30\ufeff]"
)


def narrow(text: str) -> str:
    """``text`` in ASCII width, with plain spaces, hyphens and colons; exactly as long as the original."""
    return text.translate(_TABLE) if _NARROWED.search(text) else text
