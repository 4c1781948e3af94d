"""Making text from the outside harmless for a mail, a header or a terminal."""

from __future__ import annotations

import re

from crawler.text.normalize import clean, shorten

#: Controls but for the line break (escape sequences live here), bidirectional overrides and isolates, lone
#: surrogates, byte order marks, line and paragraph separators, and the tag characters that hide text.
_HARMFUL = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
_BLANK_LINES = re.compile(r"\n{3,}")


def defuse(text: str, limit: int) -> str:
    """``text`` in at most ``limit`` characters; spaces at its ends and line breaks stay, what could harm does not."""
    bounded = text[: limit * 2].replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return shorten(_BLANK_LINES.sub("\n\n", _HARMFUL.sub("", bounded)), limit)


def one_line(text: str, limit: int) -> str:
    """``text`` on a single line of at most ``limit`` characters."""
    return shorten(_HARMFUL.sub("", clean(text[: limit * 2])), limit)


def web_address(url: str) -> str:
    """``url`` if a reader may follow it, else nothing: a link in a message is ``http`` or ``https``."""
    address = _HARMFUL.sub("", url.strip()[:2000])
    return address if address.lower().startswith(("http://", "https://")) and " " not in address else ""
