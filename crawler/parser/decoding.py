"""From bytes to text: the ladder that never fails and says which step won.

Order (official sites, WHATWG Encoding labels): a forced encoding, a byte order mark, strict UTF-8, the document's own
``<meta charset>``, the HTTP charset, then whichever likely encoding reads most plausibly; what was declared yields
only to a reading that is much more plausible. UTF-16 without a mark and ISO-2022-JP are known by their zeros and
shifts before all that, for their bytes are UTF-8 as well. Labels are read the way browsers read them: ``gb2312`` means
GB 18030, ``shift_jis`` means cp932, and so on.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from crawler.parser.plausibility import is_single_byte, plausibility

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
_EASTERN = ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949")
_ALPHABETS = ("cp1252", "cp1251", "koi8-r", "cp1250", "cp1253", "cp1254", "cp1255", "cp1256", "cp874")
#: What servers declare by default, whatever they serve.
_MEANINGLESS = frozenset({"cp1252", "iso8859-1", "utf-8"})
#: A reading this plausible is not doubted, and another one must be so much more plausible than what was declared.
_BEYOND_DOUBT = 1.15
_MARGIN = 0.3
_PLAUSIBLE = 1.0
_WINDOW = 2_000
_SAMPLE = 12_000
#: The shifts of ISO-2022-JP: to JIS X 0208 and back. Nothing else in it is beyond ASCII (RFC 1468).
_JIS_SHIFTS = (b"\x1b$B", b"\x1b$@")
_PIECES = re.compile(rb"[^<\n]+|[<\n]")


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
    if wide := find_wide_codec(body):
        return _decode(body, wide)
    if b"\x1b" in body and any(shift in body for shift in _JIS_SHIFTS) and body.isascii():
        return _decode(body, "iso2022_jp_ext")
    if (strict := _decode_strictly(body, "utf-8")) is not None:
        return strict
    labels = (_find_meta(body), declared)
    named = [codec for label in labels if (codec := find_codec(label)) and not codec.startswith(("utf-16", "utf-32"))]
    return _read_mostly_utf8(body, named) or _choose(body, named)


def find_wide_codec(body: bytes) -> str:
    """UTF-16 without a mark: every other byte of the markup is zero. An empty string for anything else."""
    head = body[:_HEAD]
    if head.count(0) * 20 < len(head) or len(head) < 4:
        return ""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if min(even, odd) * 4 > max(even, odd):
        return ""
    return "utf-16-be" if even > odd else "utf-16-le"


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


def _read_mostly_utf8(body: bytes, named: list[str]) -> Decoded | None:
    """UTF-8 with a few broken bytes (a cut in the middle of a character), or with a piece in another encoding."""
    if not _has_multibyte(_decode(_around_first_error(body), "utf-8")):  # the whole of a long page would take long
        return None
    lenient = _decode(body, "utf-8")
    if not _has_multibyte(lenient):
        return None
    return lenient if lenient.replaced < 3 else _mend(body, named, lenient)


def _around_first_error(body: bytes) -> bytes:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        return body[max(0, error.start - _WINDOW) : error.start + _WINDOW] + body[-_WINDOW:]
    return body


def _mend(body: bytes, named: list[str], lenient: Decoded) -> Decoded:
    """Each piece that is no UTF-8 in the encoding that reads it best: includes are at times left in an older one.

    Trail bytes of no such encoding are ``<`` or a line break, so pieces are cut there.
    """
    broken = [piece for piece in _PIECES.findall(body) if _decode_strictly(piece, "utf-8") is None]
    best = _most_plausible(b" ".join(broken)[:_SAMPLE], named)
    if _doubt(b" ".join(broken)[:_SAMPLE], best) > 0:
        return lenient
    read = [_decode_strictly(piece, "utf-8") or _decode(piece, best) for piece in _PIECES.findall(body)]
    return Decoded(text="".join(one.text for one in read), encoding="utf-8", replaced=sum(one.replaced for one in read))


def _choose(body: bytes, named: list[str]) -> Decoded:
    """What was declared, where that reads plausibly; else the most plausible reading."""
    sample = _sample(body)
    for codec in named:
        if codec != "utf-8" and _score(sample, codec) >= _BEYOND_DOUBT:
            return _decode(body, codec)
    return _decode(body, _most_plausible(sample, named))


def _sample(body: bytes) -> bytes:
    """The lines that have something to tell, from the beginning."""
    telling = (line for line in body[: 100 * _SAMPLE].splitlines(keepends=True) if not line.isascii())
    return b"".join(telling)[:_SAMPLE]


def _most_plausible(sample: bytes, named: list[str]) -> str:
    told = any(codec not in _MEANINGLESS and is_single_byte(codec) for codec in named)
    guesses = _EASTERN if told else (*_EASTERN, *_ALPHABETS)
    candidates = [codec for codec in dict.fromkeys([*named, *guesses]) if codec != "utf-8"]
    scores = {codec: _score(sample, codec) + (_MARGIN if codec in named else 0.0) for codec in candidates}
    best = max(scores, key=scores.__getitem__)
    declared = next((codec for codec in named if codec not in _MEANINGLESS), best)
    return best if scores[best] >= _PLAUSIBLE else declared  # bytes that no encoding reads well are broken ones


def _score(sample: bytes, codec: str) -> float:
    return plausibility(_decode(sample, codec).text, codec)


def _doubt(sample: bytes, codec: str) -> float:
    """Above zero where even the best reading is none."""
    return 0.8 - _score(sample, codec)


def _has_multibyte(decoded: Decoded) -> bool:
    """Whether there is so much more sound UTF-8 than broken that this is what it is."""
    return sum(1 for char in decoded.text[:200_000] if char > "\x7f") > 3 * decoded.replaced
