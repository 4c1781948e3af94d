"""Which language a text is in, from its script and its commonest words; and one language for each block of a page.

Official pages mix languages by the block: a bilingual post, a Japanese page with English figures, captions of three
characters. A block that cannot tell for itself is read in the light of its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

_SAMPLE = 3_000
_ASCII_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SCRIPTS = {
    "kana": re.compile("[\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\uff66-\uff9f]+"),
    "hangul": re.compile("[\uac00-\ud7a3\u1100-\u11ff\u3131-\u318e]+"),
    "han": re.compile("[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"),
    "latin": re.compile("[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]+"),
    "cyrillic": re.compile("[\u0400-\u052f]+"),
    "arabic": re.compile("[\u0620-\u065f\u0671-\u06d3\u06fa-\u06ff\u0750-\u077f]+"),
    "thai": re.compile("[\u0e01-\u0e3a\u0e40-\u0e4e]+"),
    "hebrew": re.compile("[\u05d0-\u05ea]+"),
    "greek": re.compile("[\u0370-\u03ff]+"),
    "devanagari": re.compile("[\u0900-\u097f]+"),
    "bengali": re.compile("[\u0980-\u09ff]+"),
    "tamil": re.compile("[\u0b80-\u0bff]+"),
    "lao": re.compile("[\u0e81-\u0edf]+"),
    "tibetan": re.compile("[\u0f00-\u0fff]+"),
    "myanmar": re.compile("[\u1000-\u109f]+"),
    "georgian": re.compile("[\u10a0-\u10ff]+"),
    "armenian": re.compile("[\u0531-\u0587]+"),
    "khmer": re.compile("[\u1780-\u17ff]+"),
    "mongolian": re.compile("[\u1820-\u18aa]+"),
}
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())
_LETTERS_ONLY = bytes(code if code < 128 and chr(code).isalpha() else 32 for code in range(256))
#: Letters of ASCII are counted apart: the pattern of Latin names the others.
#: Most texts hold no other script than these; one search for all the others is cheaper than eight for each of them.
_LATIN_ALONE = ("latin",)
_WESTERN_LETTERS = bytes(
    code if _WORD.fullmatch(bytes((code,)).decode("cp1252", "replace")) else 32 for code in range(256)
)
_COMMON_SCRIPTS = ("kana", "han", "latin")
_RARE_SCRIPT = re.compile("[\u0370-\u0dff\u0e01-\u18af\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3]")
_ONE_LANGUAGE = {
    **{"thai": "th", "hebrew": "he", "greek": "el", "devanagari": "hi", "bengali": "bn", "tamil": "ta", "lao": "lo"},
    **{"tibetan": "bo", "myanmar": "my", "georgian": "ka", "armenian": "hy", "khmer": "km", "mongolian": "mn"},
}
#: One Han character says about as much as three letters.
_WEIGHT = {"han": 3, "kana": 2, "hangul": 2}
#: Han characters that only Japanese writes this way, and words of its officialdom without a kana in them.
_JAPANESE_ONLY = re.compile(
    "[円図対広発気総県売読続込働営検験駅鉄戦帰変拡応済価団権単働峠沢浜渋択転辺囲歳圏経労徴戻辻畑枠]|令和|平成|昭和"
)
_SIMPLIFIED_ONLY = re.compile(
    "[们这为说发对时开关动业务设产华东车长门问间见观规进过还运农书风际个县应经济环级线纪统组织网给续维综绿编责资财货购费"
    "贸质赛转轮较达迁边选遗邮释针钟钢铁银错镇闻阳阴队阶随隐难雾顾顿领题额颜飞饭馆马驻验鱼鸟龙]"
)
_STOP_WORDS = {
    "en": "the of and to in is for on with that by as are was be from at this it has have will an which not its or "
    "their were been would said more about our his her we you who",
    "fr": "le la les des et du en un une est pour dans que qui sur au par pas plus avec ce cette sont aux il elle a "
    "été ont leur nous vous être d'une d'un",
    "es": "el la los las de y en que un una es por con para del se al su como más no lo ha sus este esta son entre fue "
    "sobre también",
    "pt": "o a os as de e em que um uma é por com para do da dos das se ao no na nos nas como mais não foi seu sua são "
    "pelo pela entre também à",
    "de": "der die das und in den von zu mit ist des im für auf dem eine ein nicht auch sich es werden wird als an hat "
    "bei aus nach wie über sind einer wurde zum zur",
    "it": "il la le gli e di in che un una è per con del della dei delle si al da non come più nel sono alla anche "
    "dal i lo ha dalla",
    "nl": "de het een en van in is dat op te voor met zijn die aan niet er om ook als door wordt bij naar over uit "
    "worden heeft deze",
    "sv": "och att det som en på är av för med den till inte om ett har de jag men var sig från vi så kan man när år "
    "under också nu kommer skulle eller blir efter",
    "da": "og at det er i en den til på som for med de af ikke der et har om jeg var men sig han fra vi så kan man når "
    "efter også blev nu mere hun havde eller ud år hvor",
    "no": "og at det er i en den til på som for med de av ikke et har om jeg var men seg han fra vi så kan når etter "
    "også ble nå mer hun hadde eller ut år hvor dette blir mot",
    "fi": "ja on ei että se oli hän mutta ovat myös kun joka sen tai niin kuin jos mukaan sekä vuoden olisi voi ole "
    "jotka ollut sitä tämä",
    "pl": "i w na z do się nie że to jest o od po za jak przez dla co tym oraz są być ma ich jego które który także "
    "już roku będzie",
    "cs": "a v se na je že s z do o i to ve k jako za by pro ale jsou po není také podle které který byl roku od jeho "
    "bude při být",
    "tr": "ve bir bu için de da ile olarak çok daha olan gibi en kadar sonra ise var ne göre olduğu her yeni ancak "
    "oldu tarafından",
    "id": "yang dan di ini itu dengan untuk dari pada dalam tidak akan oleh juga ke telah sebagai ada adalah mereka "
    "atau bisa lebih karena tahun saat",
    "ro": "și de la în a cu pe care nu din o pentru mai că au al este un sau fi prin ale după fost se despre către "
    "între sunt",
    "hu": "a az és hogy nem is egy ez volt meg de csak el már még mint van azt ki ha lesz után vagy szerint több",
    "lt": "ir į kad su iš yra tai buvo bet kaip apie jis dėl nuo per jau taip po bus ar jo jie metų prie",
    "is": "og að í á sem er til um við en var með því ekki fyrir það eru hann af frá hafa þess",
}
#: Word to the languages it is common in.
_SPEAKERS: dict[str, list[str]] = {}
for _language, _words in _STOP_WORDS.items():
    for _word in frozenset(_words.split()):
        _SPEAKERS.setdefault(_word, []).append(_language)
_VIETNAMESE = re.compile("[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)
_PERSIAN = re.compile("[پچژگ]")
_UIGHUR = re.compile("[ېۈۆڭەۇ]")
#: Letters that tell a language of the Cyrillic script, in the order in which they are looked for.
_CYRILLIC = (
    ("kk", re.compile("[әғқңұһӘҒҚҢҰҺ]")),
    ("mn", re.compile("[өүӨҮ]")),
    ("be", re.compile("[ўЎ]")),
    ("mk", re.compile("[ѓќѕЃЌЅ]")),
    ("sr", re.compile("[ђћљњјџЂЋЉЊЈЏ]")),
    ("uk", re.compile("[іїєґІЇЄҐ]")),
)
_RUSSIAN_ONLY = re.compile("[ыэёЫЭЁ]")
#: Han characters alone, none of them simplified, may be Japanese up to this weight.
_SURELY_CHINESE = 75
#: Below so many letters (Han characters count threefold) a block may be a caption, a name or a label.
_SURE = 24


def detect_language(text: str) -> str:
    """The BCP 47 primary subtag of the language of ``text``; empty when it says too little to tell.

    By script and letters: zh ja ko, ru uk bg sr mk be kk mn, ar fa ug, th he el hi and others that have a script of
    their own. By their commonest words: en fr es pt de it nl sv da no fi pl cs tr id ro hu lt is; vi by its letters.
    """
    return _detect(text[:_SAMPLE])[0]


def language_runs(texts: Sequence[str], declared: str = "") -> list[str]:
    """A language for each block of a page; empty where nothing tells.

    Short blocks (captions, names, figures) follow the sure blocks around them where the script allows it; with no
    such neighbour they follow ``declared``, the language the page or its source claims (only its primary subtag
    counts). A claim never beats a block that is sure.
    """
    found = [_detect(text[:_SAMPLE]) for text in texts]
    sure = [own if _is_sure(text, own, weight) else "" for text, (own, weight) in zip(texts, found, strict=True)]
    likely = [
        known or ("" if own in _SCRIPT_LANGUAGES["han"] else own) for known, (own, _) in zip(sure, found, strict=True)
    ]
    claimed = declared.replace("_", "-").partition("-")[0].lower()
    around = zip(_carry(sure), _carry(sure[::-1])[::-1], _carry(likely), _carry(likely[::-1])[::-1], strict=True)
    return [
        known or _adopt(text, own, neighbours, claimed)
        for text, known, (own, _), neighbours in zip(texts, sure, found, around, strict=True)
    ]


def _is_sure(text: str, language: str, weight: int) -> bool:
    """Whether a block tells its language by itself."""
    if language == "zh" and weight < _SURELY_CHINESE and not _SIMPLIFIED_ONLY.search(text):
        return False
    return weight >= _SURE


def _carry(languages: Sequence[str]) -> list[str]:
    """For each place the last language named at or before it."""
    carried: list[str] = []
    last = ""
    for language in languages:
        last = language or last
        carried.append(last)
    return carried


def _adopt(text: str, own: str, neighbours: Sequence[str], claimed: str) -> str:
    """The language of a short block: the first neighbour's whose script it could be, else its own, else the claim."""
    script = _script_of(text)
    if own and (own not in _SCRIPT_LANGUAGES["han"] or own == "ja") and script != "latin":
        return own  # kana, hangul and the like are sure at any length
    certain = neighbours[:2]
    trusted = (*certain, own) if script == "latin" else certain  # where it says something, guesses need not
    for language in (*trusted, *neighbours[2:], claimed):
        if language and (script == "" or _could_be(language, script)):
            return language
    return own


_SCRIPT_LANGUAGES = {
    "han": frozenset({"zh", "ja"}),
    "kana": frozenset({"ja"}),
    "hangul": frozenset({"ko"}),
    "cyrillic": frozenset({"ru", "uk", "bg", "sr", "kk", "mn", "be", "mk"}),
    "arabic": frozenset({"ar", "fa", "ur", "ug", "kk"}),
    "thai": frozenset({"th"}),
    "hebrew": frozenset({"he", "yi"}),
    "greek": frozenset({"el"}),
    "devanagari": frozenset({"hi", "mr", "ne"}),
    **{
        script: frozenset({language})
        for script, language in _ONE_LANGUAGE.items()
        if script not in ("thai", "hebrew", "greek", "devanagari")
    },
}
_NOT_LATIN = frozenset().union(*_SCRIPT_LANGUAGES.values())


def _could_be(language: str, script: str) -> bool:
    known = _SCRIPT_LANGUAGES.get(script)
    return language in known if known else language not in _NOT_LATIN


def _count_scripts(text: str) -> dict[str, int]:
    """Letters by script, weighted by how much one of them says; scripts that do not occur are left out."""
    letters = len(text.encode("ascii", "ignore").translate(None, _NO_LETTERS))
    if text.isascii():
        return {"latin": letters} if letters else {}
    counts: dict[str, int] = {}
    for name in _find_names(text):
        count = letters if name == "latin" else 0
        if found := _SCRIPTS[name].findall(text):
            count += len("".join(found)) * _WEIGHT.get(name, 1)
        if count:
            counts[name] = count
    return counts


def _find_names(text: str) -> Iterable[str]:
    """The scripts that may occur in a text that is not ASCII."""
    if _write_western(text) is not None:
        return _LATIN_ALONE
    return _SCRIPTS if _RARE_SCRIPT.search(text) else _COMMON_SCRIPTS


def _write_western(text: str) -> bytes | None:
    """The text in the one-byte encoding of Western Europe; None where it holds anything else."""
    try:
        return text.encode("cp1252")
    except UnicodeEncodeError:
        return None


def _script_of(text: str) -> str:
    counts = _count_scripts(text[:_SAMPLE])
    return max(counts, key=counts.__getitem__) if counts else ""


@lru_cache(maxsize=256)
def _detect(text: str) -> tuple[str, int]:
    """Language and the weight of the letters that speak for it."""
    counts = _count_scripts(text)
    if not counts:
        return "", 0
    east = counts.get("han", 0) + counts.get("kana", 0)
    script = max(counts, key=counts.__getitem__)
    if script in ("han", "kana") or east > counts[script]:
        return _east_asian(text, counts), east
    if script == "latin":
        language, is_plain = _latin(text)
        return language, counts["latin"] if is_plain else min(counts["latin"], _SURE - 1)
    return _single_script(text, script), counts[script]


def _east_asian(text: str, counts: dict[str, int]) -> str:
    kana, han = counts.get("kana", 0), counts.get("han", 0)
    if kana * 12 >= han:  # a Chinese text may quote a brand in kana; running Japanese is a third kana at least
        return "ja"
    if _JAPANESE_ONLY.search(text) and not _SIMPLIFIED_ONLY.search(text):
        return "ja"
    return "zh"


def _single_script(text: str, script: str) -> str:
    if script == "cyrillic":
        return _cyrillic(text)
    if script == "arabic":
        if len(_UIGHUR.findall(text)) * 12 > len(text):
            return "ug"
        return "fa" if len(_PERSIAN.findall(text)) * 50 > len(text) else "ar"
    return "ko" if script == "hangul" else _ONE_LANGUAGE[script]


def _cyrillic(text: str) -> str:
    for language, letters in _CYRILLIC:
        if letters.search(text):
            return language
    if not _RUSSIAN_ONLY.search(text) and text.count("ъ") * 150 > len(text):  # common in Bulgarian, rare in Russian
        return "bg"
    return "ru"


def _split_ascii(text: str) -> list[str]:
    """The words of a text in small ASCII letters; an apostrophe joins two parts of a word."""
    if "'" in text:
        return _ASCII_WORD.findall(text)
    return text.encode("ascii").translate(_LETTERS_ONLY).decode("ascii").split()


def _split_western(written: bytes) -> list[str]:
    """The words of a text without apostrophes."""
    return written.translate(_WESTERN_LETTERS).decode("cp1252").split()


def _latin(text: str) -> tuple[str, bool]:
    """The language by its commonest words, and whether they leave no doubt."""
    if text.isascii():
        words = _split_ascii(text.lower())
    elif (western := _write_western(text.lower())) is not None:
        words = _WORD.findall(text.lower()) if b"'" in western or b"\x92" in western else _split_western(western)
    elif len(_VIETNAMESE.findall(text)) * 25 >= len(text):
        return "vi", True
    else:
        words = _WORD.findall(text.lower())
    hits: dict[str, int] = {}
    for speakers in filter(None, map(_SPEAKERS.get, words)):
        for speaker in speakers:
            hits[speaker] = hits.get(speaker, 0) + 1
    if not hits:
        return "", False
    language = max(hits, key=hits.__getitem__)
    most = hits.pop(language)
    others = max(hits.values(), default=0)
    if most == others or most * 12 < len(words):
        return "", False
    return language, most - others >= 2
