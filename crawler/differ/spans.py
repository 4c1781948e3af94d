"""Typed spans of a sentence: the figures, dates, names and words of permission whose change matters most."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from crawler.differ.folding import HAN, compare_key
from crawler.model import FactType, Precision
from crawler.text.dates import find_dates
from crawler.text.normalize import fold
from crawler.text.numbers import find_numbers
from crawler.text.numerals import NUMERAL_CHARACTERS


class Span(NamedTuple):
    """``text[start:end]`` is of ``type``. Spans with equal keys say the same; ``unit`` tells sorts of figures apart."""

    type: FactType
    start: int
    end: int
    raw: str
    key: str
    unit: str = ""


_KINDS = {"number": FactType.NUMBER, "percent": FactType.PERCENT, "money": FactType.MONEY}

_MONTHS = (
    "(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?"
)
#: Dates without a year and times of day: no instants, but dates to a reader.
_PARTIAL_DATE = re.compile(
    r"\d{1,2}\s?月\s?\d{1,2}\s?[日号號]|\d{1,2}\s?[:：]\s?\d\d(?!\d)|\d{1,2}\s?[时時点點](?:\s?\d{1,2}\s?分|半)?"
    rf"|\b{_MONTHS}\s\d{{1,2}}(?:st|nd|rd|th)?\b(?!\d)|\b\d{{1,2}}(?:st|nd|rd|th)?\s{_MONTHS}"
    r"|\b\d{1,2}(?::\d\d)?\s?(?:[ap]\.?m\b\.?|noon\b|midnight\b)",
    re.I,
)

_MODAL_HAN = (
    "不可以|不应当|不應當|不得不|不超过|不超過|不少于|不少於|不低于|不低於|不高于|不高於|不得|不可|不能|不应|不應|不予|不准|不许|不許"
    "|不再|不必|不是|不会|不會|并非|並非|尚未|从未|未经|未經|未能|未|没有|沒有|没|沒|无需|無需|无须|無須|无法|無法|无|無|毋|勿|禁止|严禁|嚴禁"
    "|应当|應當|应该|應該|应予|必须|必須|可以|可|须|須|应|應|务必|務必|允许|允許|除外|暂停|暫停|取消|恢复|恢復|至少|至多|最多|最低|最高"
    "|以上|以下|以内|以內|非|否|不|均|全部|部分"
)
_MODAL_KANA = (
    "なければならない|なければなりません|てはならない|てはいけません|ことができない|ことができます|ことができる|できません|できない|できる"
    "|ものとする|べきではない|べき|しません|しない|ありません|ではない|でない|ません|なかった|ない|未満|超える"
)
_MODAL_LATIN = (
    r"(?:shall|must|may|will|should|need|do|does|did|is|are|was|were|has|have|had|can|could|would) not|cannot"
    r"|(?:can|won|don|doesn|didn|isn|aren|wasn|weren|hasn|haven|hadn|couldn|wouldn|shouldn|mustn|needn)['’]t"
    "|no longer|no later than|no more than|no less than|not less than|not more than|at least|at most|up to|shall|must"
    "|may|should|not|no|never|none|neither|nor|without|unless|except|excluding|including|only|prohibited|forbidden"
    "|banned|permitted|allowed|required|optional|mandatory|voluntary|exempt|suspended|cancelled|canceled|before|after"
)
_NEGATION = re.compile(f"{_MODAL_HAN}|{_MODAL_KANA}|\\b(?:{_MODAL_LATIN})\\b", re.I)

_SURNAMES = (
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖蕭田董潘袁蔡蒋蔣余于杜叶葉程魏苏蘇吕呂"
    "丁任卢盧姚沈钟鍾姜崔谭譚陆陸范汪廖石金韦韋贾賈夏付傅方邹鄒熊白孟秦邱侯江尹薛闫阎雷龙龍黎史陶贺賀毛郝顾顧龚龔邵万萬覃武钱錢戴严嚴莫孔向常温"
)
_TITLES = (
    "总书记|副书记|书记|副主任|主任|副局长|局长|副部长|部长|副市长|市长|副省长|省长|县长|区长|镇长|主席|总理|总统|首相|委员长|院长|校长|处长|科长|司长|厅长"
    "|发言人|董事长|总经理|经理|秘书长|大臣|知事|市長|町長|長官|会長|社長|部長|課長|局長|记者|摄影|通讯员|责任编辑|编辑|作者|同志"
    "|负责人|負責人|联系人|主持人|法定代表人|委托代理人|经办人|代表|委员|议员|行长|会长|理事长|监事长|总裁|总监|总编辑|总工程师|总会计师"
    "|所长|台长|馆长|队长|站长|组长|乡长|州长|盟长|旗长|村长|检察长|审判长|审判员|书记员|法官|律师|检察官|政委|司令员|巡视员|教授|院士|专家|医生|医师"
)
#: Words that begin with the character of a surname and follow a title: no names.
_NO_NAME = (
    "(?!高[度质效水标位]|金[融额]|方[面案式法]|万[元人名户]|常[委务态规]|程[序度]|严[格重肃禁厉]|于[是今年]|余[额人]|任[务命期何]"
    "|陆续|陸續|曾[经在]|向[全社广与大各]|白天|夏[季天]|江[苏西门]|温[度州]|石油|马上|田间)"
)
_FAMILY = f"{_NO_NAME}(?:欧阳|歐陽|司马|司馬|上官|诸葛|諸葛|夏侯|皇甫|慕容|令狐|[{_SURNAMES}])"
_BREAK = r"(?=[，。、；：！？,.;:!?\s（）()“”「」]|[的在出表说指强主率赴到等和与同为任是对将就摄向已也又报介讲]|$)"
#: A capital at the beginning of a sentence makes no name.
_NO_OPENER = r"(?!(?:The|A|An|In|On|At|By|For|From|With|This|That|These|It|We|He|She|They|All|As|If|When|But|And)\b)"
_NAME = re.compile(
    f"(?:{_TITLES})[：: ]{{0,2}}(?P<han>{_FAMILY}[{HAN}]{{1,2}}?{_BREAK}|{_FAMILY}[{HAN}]{{2}})"
    f"|(?P<before>{_FAMILY}[{HAN}]{{1,2}})(?=(?:{_TITLES}|氏|先生|女士|さん))"
    f"|(?P<organ>[{HAN}]{{2,14}}?(?:委员会|委員会|人民政府|管理局|有限公司|集团|银行|協会|协会|研究院|大学|医院|法院|检察院))"
    r"|\b(?P<titled>(?:Mr|Mrs|Ms|Dr|Prof|Professor|Minister|Secretary|President|Director|Mayor|Governor|Chairman"
    r"|Chairwoman|Chair|Commissioner|Ambassador|Senator|Judge|Sir|Dame|Lord|Lady)\.?(?:\s[A-Z][\w'’\-]{1,30}){1,3})"
    rf"|\b(?P<proper>{_NO_OPENER}[A-Z][a-z'’\-]{{1,30}}(?:\s(?:of|for|and|the|de|van|von)(?=\s[A-Z]))?"
    r"(?:\s[A-Z][\w'’\-]{1,30}){1,4})"
)
#: The number of an official document: ``〔2023〕5号``.
_DOCUMENT_NUMBER = re.compile(r"[〔\[（(]\d{4}[〕\]）)]\s?第?\d{1,5}号")
_QUOTE = re.compile('“[^”]{2,400}”|「[^」]{2,400}」|『[^』]{2,400}』|«[^»]{2,400}»|"[^"\n]{2,400}"')
_SIGN = re.compile(r"(?<![0-9A-Za-z\-])[-−－]$")
_NUMERAL = "零〇一二两三四五六七八九十百千万亿兩萬億"
_NUMERAL_RUN = re.compile(f"[{_NUMERAL}]+")
_DIGIT = re.compile(r"\d")
#: What every figure and date has at least one of: a digit or numeral, perhaps as a radical or compatibility character.
_SIGN_OF_FIGURE = re.compile(rf"[\d{NUMERAL_CHARACTERS}\u2e80-\u2fd5\uf900-\ufaff]")


def find_spans(text: str) -> list[Span]:
    """The typed spans of ``text``, by type and then by place. Dates come before the numbers inside them."""
    return [*_find_figures(text), *_find_negations(text), *_find_names(text)]


def find_figures(text: str) -> list[Span]:
    """Only the dates and figures of ``text``, in the order of the text."""
    return sorted(_find_figures(text), key=_by_place)


def find_figures_by_line(text: str) -> Iterator[Span]:
    """The dates and figures of ``text``, none of which crosses the end of a line: the way to read a long text."""
    start = 0
    for line in text.split("\n"):
        for span in find_figures(line):
            yield span._replace(start=span.start + start, end=span.end + start)
        start += len(line) + 1


def find_quotes(text: str) -> list[Span]:
    """What stands between quotation marks, marks included."""
    return [_span(FactType.QUOTE, found, text) for found in _QUOTE.finditer(text)]


def is_numeral(text: str) -> bool:
    """Whether ``text`` is a figure written in Han numerals and nothing else."""
    return _NUMERAL_RUN.fullmatch(text) is not None


def widen_figure(text: str, start: int, end: int) -> tuple[int, int]:
    """``text[start:end]`` widened to the whole run of digits or Han numerals that it touches."""
    while start > 0 and _is_figure_part(text[start - 1]):
        start -= 1
    while end < len(text) and _is_figure_part(text[end]):
        end += 1
    return start, end


def overlaps(span: Span, others: Sequence[Span]) -> bool:
    """Whether ``span`` shares a character with one of ``others``."""
    return any(span.start < other.end and other.start < span.end for other in others)


def _is_figure_part(character: str) -> bool:
    return character.isdigit() or character in _NUMERAL or character in ".,%"


def _by_place(span: Span) -> int:
    return span.start


def _span(kind: FactType, found: re.Match[str], text: str, group: str | int = 0) -> Span:
    start, end = found.span(group)
    return Span(kind, start, end, text[start:end], compare_key(text[start:end]))


def _find_figures(text: str) -> list[Span]:
    if not _SIGN_OF_FIGURE.search(text):  # a hundred times cheaper than to look for a figure
        return []
    figures = [_span(FactType.NUMBER, found, text) for found in _DOCUMENT_NUMBER.finditer(text)]
    for candidates in (_find_dates(text), _find_numbers(text)):
        figures.extend([span for span in candidates if not overlaps(span, figures)])
    return figures


def _find_dates(text: str) -> list[Span]:
    spans = [
        Span(FactType.DATE, start, end, text[start:end], f"{moment.instant.isoformat()} {moment.precision}")
        for start, end, moment in find_dates(text, timezone="UTC")
        if moment.precision is not Precision.APPROX
    ]
    partials = _PARTIAL_DATE.finditer(text) if _DIGIT.search(text) else ()
    partial = (_span(FactType.DATE, found, text) for found in partials)
    return [*spans, *(span for span in partial if not overlaps(span, spans))]


def _find_numbers(text: str) -> Iterator[Span]:
    for number in find_numbers(text):
        start, value, unit = number.start, number.value, fold(number.unit)
        if value >= 0 and _SIGN.search(text[max(0, start - 2) : start]):  # 同比增长-3.5%: a sign beside a Han character
            start, value = start - 1, -value
        raw = text[start : number.end]
        yield Span(_KINDS[number.kind], start, number.end, raw, f"{value.normalize()} {unit}", unit)


def _find_negations(text: str) -> Iterator[Span]:
    for found in _NEGATION.finditer(text):
        span = _span(FactType.NEGATION, found, text)
        yield span._replace(key=span.key.casefold())


def _find_names(text: str) -> Iterator[Span]:
    for found in _NAME.finditer(text):
        yield _span(FactType.NAME, found, text, found.lastgroup or 0)
