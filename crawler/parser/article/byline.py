"""The line between title and text: who published when, where, from which source, and what was announced as updated.

Pages mix labels and bare values in any order, in one node or in several. Labelled values are read first; what
remains of a short line that holds a date is read by its shape, e.g. 「鼎湖发布 2023-10-27 21:56 发表于广东」.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from crawler.model import Moment, Precision
from crawler.parser.article.labels import AMBIGUOUS, BARE, LABELLED, Label, find_label, is_update_word
from crawler.text.dates import find_dates, read_date
from crawler.text.normalize import clean

_MAX_LINE = 320
#: What may stand around the date of an unlabelled byline; more, or sentences, is text, whose dates never count.
_MAX_REST = 70
_MAX_STRICT_REST = 36
_SENTENCES = re.compile(r"[，。；！？]|[.!?]\s+[A-Z]|,\s\w+\s\w+\s\w+\s")
_DATE_HINT = re.compile(
    r"\d{1,4}\s?[-/.年월月]|[0-9０-９]{4}|(?:令和|平成|民國|民国|二〇|二○|昨天|今天|小时前|分钟前)|ago\b|HKT",
    re.IGNORECASE,
)
_PLACES = (
    re.compile(r"(?:发表于|發表於|发布于|發佈於)\s{0,3}([一-鿿]{2,12})$"),
    re.compile(r"(?:Published|Posted)\s+(?:in|from|on)\s+([A-Z][A-Za-z .,'-]{1,40})$"),
    re.compile(r"([一-鿿ァ-ヶー]{2,12})で(?:公開|発表|投稿)$"),
    re.compile(r"IP属地[:：]?\s{0,3}([一-鿿]{2,12})$"),
)
_RELEASED = re.compile(
    r"\s{0,3}(?:has\s+)?(?:released|published|posted|release|publishes|公開|発表|発布)$", re.IGNORECASE
)
_ISSUED_AT = re.compile(
    r"(?:Issued at HKT|香港時間|香港时间)\s{0,3}(\d{1,2})\s{0,2}[:：時时]\s{0,2}(\d{2})\s{0,2}分?", re.IGNORECASE
)
_BY = re.compile(
    r"^(?:By|Words by|Written by|Posted by|Text by|Von|Par|Por|Di|Door|Av|Af|Autorin/Autor|Autor(?:in)?:?|Autore:?|"
    r"Text:)"
    r"\s+(.{3,120})$"
)
#: What follows the names in such a line: where and when.
_BY_END = re.compile(
    r"\s(?:(?:last |first )?(?:published|posted|updated)|in|on|am|le|il|el)\s|\s?[|｜•·]|\s[-–—]\s|"
    r",?\s(?=\S{0,12}\s?\d)|,\s(?=(?:[a-z]+\s){0,2}(?:writer|editor|reporter|correspondent)\b)",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"(?:(?:本网|本站|本|网站|网友)?(?:原创)?|(?:网络)?转载(?:文章)?|转帖|.{0,40}=.{0,40}|null|undefined|互联网|网络|未知|不详|佚名|匿名|无|-+|暂无|admin\w{0,12})",
    re.IGNORECASE,
)
#: A month and a day without a year, as platforms show what is new (「发布时间：10-08 12:00」).
_MONTH_DAY = re.compile(
    r"(?<![\d年/.\-])(\d{1,2})\s?[-/.月]\s?(\d{1,2})日?(?![\d/.\-])(?:\s{0,3}(\d{1,2})[:：](\d\d))?"
)
_VALUE_END = re.compile(
    r"\s{2,}|\s[|｜丨•·]\s|[|｜丨]|\s(?=\d{4}[-年/.])|\s(?=【|\[|（字|字体|字号|分享|打印|浏览|阅读|点击|出自|选自|责编|编辑)|返回.{1,8}查看更多"
    r"|\s?\d{1,3}\s?(?:秒钟?|分钟?|分鐘|个?小时|小時|時間|天|日)\s?前$"
)
#: Date and time in two elements without a space between them.
_GLUED = re.compile(r"(?<=[-/.]\d\d)(?=\d\d:\d\d)|(?<=日)(?=\d{1,2}[:：]\d\d)")
#: How a house says what it did to a text (「…[整理]」), and the bare count of comments that may follow.
_REMARK = re.compile(r"(?:\s?[\[【（(](?:整理|编译|综合|原创|转载|发布|编辑|出品)[\]】）)])?(?:\s\d{1,6})?$")
_COLON = re.compile("[:：∶﹕]")
_EDGE = " \t|｜丨·•,，;；:：/\\-—–()（）[]【】"


@dataclass(frozen=True, slots=True)
class Partial:
    """A shown date of publication without its year; ``hour`` is -1 where only the day is shown."""

    month: int
    day: int
    hour: int
    minute: int
    raw: str
    label: str


@dataclass(slots=True)
class Byline:
    """What the byline and the official table say. Moments carry the label they stood at as ``origin``.

    ``origin_published`` is the time in a platform's own byline (name, time, place), which a repost carries along.
    """

    publisher: str = ""
    publisher_origin: str = ""
    published: list[Moment] = field(default_factory=list)
    partial: Partial | None = None
    updated: list[Moment] = field(default_factory=list)
    marks: list[tuple[str, str]] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    place: str = ""
    origin_published: Moment | None = None
    written: Moment | None = None
    document_number: str = ""
    index_number: str = ""
    status: str = ""
    organ: str = ""


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What dates are read against: the source's zone and locale, and the instant of reading where known.

    ``strict``: the line may be text of the article, so labels that texts use too do not count. ``inside``: it stands
    in the element that holds the text, where a line that tells of a day may be a caption.
    """

    timezone: str
    locale: str | None = None
    now: datetime | None = None
    strict: bool = False
    inside: bool = False


def read_line(line: str, reckoning: Reckoning, into: Byline) -> bool:
    """Reads one short line into the byline; whether the line is nothing but byline."""
    if len(line) > _MAX_LINE:
        return False
    text = _GLUED.sub(" ", clean(line))
    spans = list(LABELLED.finditer(text)) if _COLON.search(text) else []
    known = False
    for index, span in enumerate(spans):
        stop = spans[index + 1].start() if index + 1 < len(spans) else len(text)
        label = find_label(span[1])
        if reckoning.strict and clean(span[1]).lower() in AMBIGUOUS:
            return False
        if label is not None:
            known = True
            _read_value(label, span[1], text[span.end() : stop], reckoning, into)
    lead = text[: spans[0].start()] if spans else text
    return _read_lead(lead, reckoning, into, labelled=known)


def read_cells(cells: list[str], reckoning: Reckoning, into: Byline) -> bool:
    """Reads a row of an official table: label and value in alternating cells. Whether it was such a row.

    Tables of data have a column 名称 or 分类 too: such labels alone prove nothing.
    """
    known = 0
    for name, value in zip(cells[::2], cells[1::2], strict=False):
        label = find_label(name)
        if label is None:
            continue
        known += label not in (Label.TITLE, Label.OTHER)
        _read_value(label, name, value, reckoning, into)
    return known > 0


def _read_value(label: Label, name: str, value: str, reckoning: Reckoning, into: Byline) -> None:
    if label in (Label.PUBLISHED, Label.UPDATED, Label.WRITTEN):
        _read_moment(label, clean(name).strip(" :："), value, reckoning, into)
        return
    text = _trim_value(value)
    if not text:
        return
    if label is Label.SOURCE and not into.publisher and not _ORIGINAL.fullmatch(text) and len(text) <= 60:
        into.publisher, into.publisher_origin = text, f"label:{clean(name)}"
    elif label is Label.AUTHOR and len(text) <= 80 and not _ORIGINAL.fullmatch(text):
        into.authors.extend(name for name in split_names(text) if name not in into.authors)
    elif label is Label.NUMBER:
        number = clean(value).strip(" :：|")[:80]
        into.document_number = into.document_number or (number if any(char.isdigit() for char in number) else "")
    elif label is Label.INDEX:
        into.index_number = into.index_number or text[:80]
    elif label is Label.STATUS:
        into.status = into.status or text[:40]
    elif label is Label.ORGAN:
        into.organ = into.organ or text[:80]


def _trim_value(value: str) -> str:
    value = value.strip(_EDGE)
    return _VALUE_END.split(value, maxsplit=1)[0].strip(_EDGE) if value else ""


def _read_moment(label: Label, name: str, value: str, reckoning: Reckoning, into: Byline) -> None:
    found = find_dates(value, timezone=reckoning.timezone, locale=reckoning.locale, now=reckoning.now)
    moment = (
        found[0][2]
        if found
        else read_date(value[:80], timezone=reckoning.timezone, locale=reckoning.locale, now=reckoning.now)
    )
    if moment is None or moment.precision is Precision.APPROX:
        if label is Label.PUBLISHED and into.partial is None:
            into.partial = _read_partial(name, value)
        return
    moment = Moment(instant=moment.instant, precision=moment.precision, raw=moment.raw, origin=f"label:{name}")
    if label is Label.PUBLISHED:
        into.published.append(moment)
        tail = value[found[0][1] :].strip() if found else ""
        if tail and not into.publisher:
            _read_source_after(tail, into)
    elif label is Label.WRITTEN:
        into.written = into.written or moment
    else:
        into.updated.append(moment)
        into.marks.append((name, moment.raw or value.strip()[:60]))


def _read_partial(name: str, value: str) -> Partial | None:
    found = _MONTH_DAY.match(value.strip(_EDGE))
    if found is None:
        return None
    month, day = int(found[1]), int(found[2])
    hour, minute = (int(found[3]), int(found[4])) if found[3] else (-1, 0)
    possible = 1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60
    return Partial(month, day, hour, minute, found[0], name) if possible else None


def _read_source_after(tail: str, into: Byline) -> None:
    """A place that follows the time of a labelled date (「发布于 … 发表于广东」)."""
    into.place = into.place or find_place(tail)


def _read_lead(lead: str, reckoning: Reckoning, into: Byline, *, labelled: bool) -> bool:
    """What stands before the first label: nothing, a date, or a byline without labels."""
    text = lead.strip(_EDGE)
    if not text:
        return labelled
    if _read_author_line(text, into):
        return True
    if not _DATE_HINT.search(text):
        return labelled and len(text) < 24
    if issued := _ISSUED_AT.search(text):
        return _read_issued(text, issued, reckoning, into)
    found = find_dates(text, timezone=reckoning.timezone, locale=reckoning.locale, now=reckoning.now, limit=3)
    if not found:
        return labelled and len(text) < 24
    rest = text
    for start, stop, _ in reversed(found):
        rest = rest[:start] + " | " + rest[stop:]
    if len(rest) > _MAX_REST or _SENTENCES.search(rest) or _is_caption(text, rest, found, inside=reckoning.inside):
        return False
    moments = [(start, moment) for start, _, moment in reversed(found) if moment.precision is not Precision.APPROX]
    for start, moment in moments:
        _place_moment(text[:start], moment, into)
    timed = found[0][2].precision in (Precision.MINUTE, Precision.SECOND)
    whole = _read_rest(rest, into, timed=timed)
    if timed and moments and into.place and into.origin_published is None:
        into.origin_published = into.published[-1] if into.published else None
    return whole


def _is_caption(text: str, rest: str, found: list[tuple[int, int, Moment]], *, inside: bool) -> bool:
    """Whether a line tells of a day (「The fair at Examplestadt, 24. April 2023」) rather than dates the page."""
    if len(rest) <= _MAX_STRICT_REST or any(moment.precision is not Precision.DAY for _, _, moment in found):
        return False
    return inside or text[: found[0][0]].rstrip().endswith((",", "，"))


def _read_author_line(text: str, into: Byline) -> bool:
    """Reads "By …"; whether that is all of the line, for a date may follow the name in it."""
    found = _BY.match(text)
    if found is None or len(text) > 120:
        return False
    credited = _BY_END.split(found[1], maxsplit=1)[0]
    if not any(char.isdigit() for char in credited):
        into.authors.extend(name for name in split_names(credited) if name not in into.authors)
    return credited == found[1]


def _place_moment(before: str, moment: Moment, into: Byline) -> None:
    word = BARE.search(before.rstrip(" :："))
    origin = f"label:{clean(word[1])}" if word else "byline"
    moment = Moment(instant=moment.instant, precision=moment.precision, raw=moment.raw, origin=origin)
    if word and is_update_word(word[1]):
        into.updated.append(moment)
        into.marks.append((clean(word[1]), moment.raw))
    else:
        into.published.insert(0, moment) if word else into.published.append(moment)


def _read_rest(rest: str, into: Byline, *, timed: bool) -> bool:
    """Name and place around the date of an unlabelled byline. Whether that is all the line held."""
    parts = [part.strip(_EDGE) for part in rest.split(" | ")]
    parts = [part for part in parts if part]
    for part in parts[1:] or parts:
        if place := find_place(part):
            into.place = into.place or place
            if timed and parts[0] is not part and not into.publisher and len(parts[0]) <= 40:
                into.publisher, into.publisher_origin = _RELEASED.sub("", parts[0]), "byline"
            return True
    length = sum(len(part) for part in parts)
    name = _REMARK.sub("", parts[0]) if parts else ""
    if timed and not into.publisher and _is_name(name):
        into.publisher, into.publisher_origin = name, "byline"
    return length <= 30


def _is_name(text: str) -> bool:
    """A short run of CJK letters without punctuation, as news agencies and offices sign."""
    return 2 <= len(text) <= 16 and all("一" <= char <= "鿿" for char in text) and not BARE.search(text)


def find_place(text: str) -> str:
    """The place a WeChat byline names (发表于广东, Published in Guangdong, 広東省で公開), or an empty string."""
    text = text.strip(_EDGE)
    return next((found[1].strip() for pattern in _PLACES if (found := pattern.search(text))), "")


def _read_issued(text: str, issued: re.Match[str], reckoning: Reckoning, into: Byline) -> bool:
    """Hong Kong press releases: the date and, after it, the time of issue in Hong Kong."""
    found = find_dates(
        text[: issued.start()], timezone="Asia/Hong_Kong", locale=reckoning.locale, now=reckoning.now, limit=1
    )
    hour, minute = int(issued[1]), int(issued[2])
    if found and hour < 24 and minute < 60:
        day = found[0][2].instant
        instant = day.replace(hour=hour, minute=minute, second=0)
        raw = f"{found[0][2].raw} {issued[0]}"
        into.published.insert(
            0, Moment(instant=instant, precision=Precision.MINUTE, raw=raw, origin="label:Issued at HKT")
        )
    return True


_NAME_SPLIT = re.compile(r"\s{0,3}(?:[;；,，、|｜/&]|\s(?:and|und|et|y|e|og|och|en)\s)\s{0,3}")
_ROLE = re.compile(
    r"^(?:by|von|par|por|记者|本报记者|通讯员|记者[:：]|作者[:：]|文[/:：]|图[/:：]|文・|author:?)\s{0,3}",
    re.IGNORECASE,
)
_ROLE_END = re.compile(r"(?:\s{0,2}(?:记者|記者|기자|报道)|[\s/]{1,2}[摄文])$")


#: A site's address, or a credit, where a name is expected.
_HOUSE = re.compile(
    r"(?:www\.|[(]?\w[\w-]{0,40}\.(?:com|net|org|info|[a-z]{2})\b|.{0,40}\bwww\.)|(?:image|photo)s?:", re.IGNORECASE
)
_ADDRESS = re.compile(r"\S{1,200}(?:@|://)\S{1,300}")


def split_names(text: str) -> list[str]:
    """Single names out of a line of names; roles, addresses and links left out."""
    names = []
    for part in _NAME_SPLIT.split(_ADDRESS.sub(" ", text)):
        name = _ROLE_END.sub("", _ROLE.sub("", part.strip(_EDGE))).strip(_EDGE)
        if 1 < len(name) <= 60 and not name.isdigit():
            names.append(name)
    return names[:20]


def is_house(name: str) -> bool:
    """Whether what stands where an author is named is a site's address or a picture's credit."""
    return _HOUSE.match(name) is not None
