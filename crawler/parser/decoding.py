"""From bytes to text: the ladder that never fails and says which step won.

Order (official sites, WHATWG Encoding labels): a forced encoding, a byte order mark, strict UTF-8, the document's own
``<meta charset>``, the HTTP charset, then whichever likely encoding leaves the fewest traces of being wrong. Labels
are read the way browsers read them: ``gb2312`` means GB 18030, ``shift_jis`` means cp932, and so on.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

#: What publishers write, and the superset that really decodes it (WHATWG Encoding Standard §4.2).
_SUPERSETS = {
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gb-2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "ms932": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "windows-949": "cp949",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "utf8": "utf-8",
    "unicode": "utf-8",
}
_META = re.compile(rb"""<meta[^>]{0,300}?charset\s{0,5}=\s{0,5}["']?\s{0,5}([A-Za-z0-9_:.\-]{2,40})""", re.IGNORECASE)
_XML = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s{0,5}=\s{0,5}["']([A-Za-z0-9_:.\-]{2,40})""", re.IGNORECASE)
_HEAD = 8192
_GUESSES = ("gb18030", "big5hkscs", "cp932", "cp949", "euc_jp", "cp1252")
#: A wrong guess of a multi-byte encoding yields private-use, half-width or rare characters; a right one hardly any.
_SUSPECT = re.compile("[\ufffd\ue000-\uf8ff\uff61-\uff9f\u3400-\u4dbf\u0080-\u009f\U00020000-\U0002ffff]")
#: The most frequent characters of Chinese, Japanese and Korean text.
_COMMON = re.compile(
    "[的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子"
    "のにをはがでとしいたてる은는이가을를에의]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """Text, the encoding that won, and how many characters could not be read (U+FFFD)."""

    text: str
    encoding: str
    replaced: int = 0


def decode_html(body: bytes, declared: str = "", forced: str = "") -> Decoded:
    """The text of ``body``. ``declared`` is the HTTP charset, ``forced`` the operator's word, which beats all.

    Never raises: what cannot be read becomes U+FFFD and is counted.
    """
    if forced and (codec := find_codec(forced)):
        return _decode(body, codec)
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return _decode(body[len(bom) :], encoding)
    if (strict := _decode_strictly(body, "utf-8")) is not None:
        return strict
    named = [codec for label in (_find_meta(body), declared) if (codec := find_codec(label))]
    for codec in named:
        if codec != "utf-8" and (strict := _decode_strictly(body, codec)) is not None:
            return strict
    return _choose(body, named)


def find_codec(label: str) -> str:
    """The name of the Python codec for a charset label as publishers write it, or an empty string."""
    name = label.strip().strip("\"'").lower()
    try:
        return codecs.lookup(_SUPERSETS.get(name, name)).name if name else ""
    except (LookupError, ValueError):
        return ""


def find_declared_charset(content_type: str) -> str:
    """The charset parameter of a Content-Type header, or an empty string."""
    for part in content_type.split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'")
    return ""


def _find_meta(body: bytes) -> str:
    head = body[:_HEAD]
    found = _META.search(head) or _XML.search(head)
    return found[1].decode("ascii") if found else ""


def _decode(body: bytes, codec: str) -> Decoded:
    try:
        text = body.decode(codec, "replace")
    except (LookupError, UnicodeError, ValueError, TypeError):  # a codec that is not for text, or refuses "replace"
        text, codec = body.decode("utf-8", "replace"), "utf-8"
    return Decoded(text=text, encoding=codec, replaced=text.count("\ufffd"))


def _decode_strictly(body: bytes, codec: str) -> Decoded | None:
    try:
        text = body.decode(codec)
    except (LookupError, UnicodeError, ValueError, TypeError):
        return None
    return Decoded(text=text, encoding=codec) if isinstance(text, str) else None


def _choose(body: bytes, named: list[str]) -> Decoded:
    """The most plausible reading of bytes that no declared encoding reads cleanly.

    UTF-8 with a few broken bytes (a cut in the middle of a character) is still UTF-8; otherwise a sample decides.
    """
    lenient = _decode(body, "utf-8")
    if lenient.replaced * 100 <= len(body) - lenient.replaced * 3 and lenient.replaced < 50 and _has_multibyte(lenient):
        return lenient
    candidates = list(dict.fromkeys([*named, *_GUESSES]))
    sample = body[:200_000]
    best = min(candidates, key=lambda codec: _implausibility(sample, codec, codec in named))
    return _decode(body, best)


def _has_multibyte(decoded: Decoded) -> bool:
    return sum(1 for char in decoded.text[:200_000] if char > "\x7f") > 3 * decoded.replaced


def _implausibility(sample: bytes, codec: str, named: bool) -> float:
    text = _decode(sample, codec).text
    if not text:
        return 1.0
    foreign = sum(1 for char in text if char > "\x7f") or 1
    suspects = 3 * text.count("\ufffd") + len(_SUSPECT.findall(text))
    common = len(_COMMON.findall(text))
    return suspects / foreign - common / foreign - (0.1 if named else 0.0)
