"""How much a text looks like a language that somebody wrote, rather than like bytes read in the wrong encoding.

Every national character set puts its everyday characters into a first level. Read rightly, a page consists of them,
and of a few dozen that make up a third of any text; read wrongly, it is scattered over rare characters, half-width
forms and characters of private use.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from itertools import pairwise

#: How many characters beyond ASCII are looked at.
_ENOUGH = 3_000
_UNREADABLE = "\ufffd"
#: The commonest characters of running text, by the encoding that writes it.
_COMMON = {
    "gb18030": "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面"
    "而方后多定行学法所民得经三之进着等部度家电力如理区公市日月政务院局办关新加建全开信通知第各及项发展",
    "big5hkscs": "的一是在不了有和人這中大為上個國我以要他時來用們生到作地於出就分對成會可主發年動同工也能下過子說產種"
    "面而方後多定行學法所民得經三之進著等部度家電力如理區公市日月政務院局辦關新加建全開信通知第各及項展府請",
    "cp932": "のにをはがでとしいたてるもなられさこまっすありかんよくだき年月日市県区町課者方利用情報令和対象"
    "ンスルトーリアイラクシドレジッテプグマフロタ",
    "cp949": "이다는의에을를가은로한고하지도사서기그시어으자인나대정해리수일과부라스있보게여제지원장년월",
    "cp1251": "оеаинтсрвлкмдпу",
    "cp1252": "éèàäöüßáíóúñçêâôîûãõåæøÄÖÜÉ’“”–«»",
    "cp1250": "łąężśćńóźěščřžýáíéůőű",
    "cp1253": "αοιετσνηυρπκίό",
    "cp1254": "ığşçöüİ",
    "cp1255": "יוהלאםתרשבמ",
    "cp1256": "ايلمونتربةد",
    "cp874": "านรอกเงคมยลทสต่้",
}
_COMMON["euc_jp"] = _COMMON["cp932"]
_COMMON["iso2022_jp_ext"] = _COMMON["cp932"]
_COMMON["koi8-r"] = _COMMON["cp1251"]
#: Where the first level lies: the codec that draws it, and the lead bytes of its rows.
_LEVELS = {
    "gb18030": ("gb2312", ((0xA1, 0xA3), (0xB0, 0xD7))),
    "big5hkscs": ("big5", ((0xA1, 0xA3), (0xA4, 0xC6))),
    "cp932": ("euc_jp", ((0xA1, 0xA1), (0xA3, 0xA5), (0xB0, 0xCF))),
    "cp949": ("euc_kr", ((0xA1, 0xA1), (0xA3, 0xA3), (0xB0, 0xC8))),
}
_LEVELS["euc_jp"] = _LEVELS["iso2022_jp_ext"] = _LEVELS["cp932"]
#: What hardly any page holds, and wrong readings are full of.
_SUSPECT = re.compile("[\ue000-\uf8ff\uff61-\uff9f\u3400-\u4dbf\u0080-\u009f\u2500-\u257f\U00020000-\U0010ffff]")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
_RUN = re.compile("[^\x00-\x7f]+")
_SINGLE_BYTE = re.compile(r"cp125\d|cp874|iso8859|koi8|tis-620|mac-")
_WESTERN = frozenset({"cp1252", "iso8859-1", "iso8859-15", "cp1250", "cp1254", "iso8859-2", "iso8859-9"})


def plausibility(text: str, codec: str) -> float:
    """About 1 to 2 for text that ``codec`` reads rightly, below 0.8 for most wrong readings; 1 for plain ASCII."""
    foreign = "".join(_RUN.findall(text))[:_ENOUGH]
    if not foreign:
        return 1.0
    size = len(foreign)
    flaws = 3 * foreign.count(_UNREADABLE) + len(_SUSPECT.findall(foreign))
    common = sum(map(foreign.count, _COMMON.get(codec, "")))
    return (_shape(text, foreign, codec) - flaws + common) / size


def _shape(text: str, foreign: str, codec: str) -> float:
    """How many characters are where that codec's writing has them."""
    if is_single_byte(codec):
        return _alphabet(text, foreign, codec)
    known = _first_level(codec)
    everyday = sum(count for char, count in Counter(foreign).items() if char in known)
    if codec in ("gb18030", "big5hkscs", "cp949"):  # their sets have kana, their texts have not
        everyday -= len(_KANA.findall(foreign))
    return everyday


def is_single_byte(codec: str) -> bool:
    """Whether the encoding writes an alphabet, a byte a letter."""
    return _SINGLE_BYTE.match(codec) is not None


def _alphabet(text: str, foreign: str, codec: str) -> float:
    """Letters, where they stand as in words: alone between plain letters in the West, in words of their own elsewhere.

    A letter of upper case behind one of lower case, or a sign inside a word, is what other encodings look like.
    """
    letters = sum(map(str.isalpha, foreign))
    if codec in _WESTERN:
        crowded = sum(len(run) for run in _RUN.findall(text)[:_ENOUGH] if len(run) > 2)
        return 0.9 * letters - 1.5 * crowded
    broken = sum(a.islower() and b.isupper() for a, b in pairwise(foreign))
    return 0.9 * letters - 2 * broken


@lru_cache(maxsize=8)
def _first_level(codec: str) -> frozenset[str]:
    source, rows = _LEVELS.get(codec, ("", ()))
    chars = (
        bytes((lead, trail)).decode(source, "ignore")
        for first, last in rows
        for lead in range(first, last + 1)
        for trail in range(0x40, 0xFF)
    )
    return frozenset(char for char in chars if len(char) == 1)


# -- text that was spoiled before it reached us --------------------------------------------------------------------

_LEAST = 12
#: Below this share of a text, garbage is a few spoiled quotation marks, and the text can be read.
_SPOILING = 0.03
_ENOUGH_TO_RECOVER = 400
_SPOILED_SHARE = 0.7
_SCRIPTS = tuple(
    re.compile(f"[{ranges}\u2010-\u2027\u3000-\u3011\uff01-\uff1f]")
    for ranges in (
        "\u3041-\u30ff\u4e00-\u9fff",
        "\uac00-\ud7a3",
        "\u00a0-\u024f\u20ac",
        "\u0400-\u045f",
        "\u0370-\u03ff",
        "\u0600-\u06ff",
        "\u05d0-\u05ea",
        "\u0e00-\u0e5b",
    )
)
_LATIN_RUN = re.compile(
    "[\u00a0-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]{6,}"
)
_MISREADINGS = ("gb18030", "cp1252", "big5hkscs", "cp949", "cp932")


def find_misreading(text: str) -> str:
    """The encoding that somebody before us read UTF-8 in, so that the text is garbage; empty for sound text.

    Sound text written in that encoding is hardly ever UTF-8; garbage is, but for what got lost on the way.
    """
    foreign = "".join(_RUN.findall(text[:20_000]))
    if len(foreign) < max(_LEAST, _SPOILING * min(len(text), 20_000)):
        return ""
    foreign = foreign[:_ENOUGH_TO_RECOVER]
    if _is_read_as_latin(text[:2_000]):
        return "cp1252"
    foreign = foreign.replace(_UNREADABLE, "")
    for codec in _MISREADINGS:
        written = _write(foreign, codec)
        recovered = written.decode("utf-8", "ignore")
        if _is_faithful(foreign, written, codec, recovered) and _is_one_script(recovered):
            return codec
    return ""


def _is_faithful(foreign: str, written: bytes, codec: str, recovered: str) -> bool:
    """Whether hardly a character is unknown to ``codec``, and hardly a byte of what it wrote is no UTF-8."""
    kept = len(_write_back(written, codec))
    return kept >= 0.9 * len(foreign) and len(recovered.encode()) >= _SPOILED_SHARE * len(written)


def _write_back(written: bytes, codec: str) -> str:
    return written.decode("latin-1" if codec == "cp1252" else codec, "ignore")


def _is_read_as_latin(text: str) -> bool:
    """Whether accented letters and signs stand in longer runs, and more mixed, than in any word or ornament.

    So looks any writing of several bytes a character. Its controls may have been dropped since, so that it cannot be
    recovered.
    """
    runs = "".join(_LATIN_RUN.findall(text))
    letters = sum("\u00c0" <= char <= "\u00ff" for char in runs)
    return len(runs) >= 2 * _LEAST and 0.2 < letters / len(runs) < 0.9


def _write(text: str, codec: str) -> bytes:
    if codec == "cp1252":  # five of its bytes have no character and come through as controls
        return b"".join(bytes((ord(char),)) if ord(char) < 0x100 else char.encode(codec, "ignore") for char in text)
    return text.encode(codec, "ignore")


def _is_one_script(text: str) -> bool:
    """Whether it is writing of one sort; sound text taken for bytes gives letters of all sorts."""
    return max(len(script.findall(text)) for script in _SCRIPTS) >= 0.85 * max(1, len(text))
