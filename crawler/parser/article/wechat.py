"""WeChat Official Account pages: what only their scripts tell.

The family is recognised by content (``#js_content`` with the page's own variables), never by host. Scripts are read
by bounded patterns and never evaluated. Facts: the publication time is an epoch in ``var ct`` (or
``ori_create_time``), the account in ``#js_name`` or ``nickname``, the place in ``ip_wording``, the identity in biz,
mid and idx.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from html import escape, unescape
from itertools import islice

from crawler.model import Moment, Precision
from crawler.parser.article.page import Page, find_by_id
from crawler.text.normalize import clean
from crawler.text.zones import find_zone

#: Each pattern begins with a literal, so that searching a megabyte of scripts stays cheap.
_VALUE = r"""\s{0,3}[=:]\s{0,3}(?:["']{2}\s{0,3}\|\|\s{0,3}){0,3}["']?"""
_EPOCH = tuple(
    re.compile(name + _VALUE + r"(\d{10})\b")
    for name in ("var ct", "ori_create_time", "var oriCreateTime", "oriCreateTime", "window.ct")
)
_BIZ = tuple(re.compile(name + _VALUE + r"([A-Za-z0-9+/]{8,24}={0,2})") for name in ("var biz", "bizuin", "__biz"))
_MID = tuple(re.compile(name + _VALUE + r"(\d{6,12})") for name in ("var mid", "appmsgid", "&mid", ";mid"))
_IDX = tuple(re.compile(name + _VALUE + r"(\d{1,2})\b") for name in ("var idx", "itemidx", "&idx", ";idx"))
_NICKNAME = tuple(
    re.compile(name + r"""\s{0,3}[=:]\s{0,3}(?:htmlDecode\(|JsDecode\()?["']([^"'\n]{1,80})["']""")
    for name in ("var nickname", "nick_name")
)
_TITLE = (re.compile(r"""var msg_title\s{0,3}=\s{0,3}["']([^"\n]{1,300}?)["'](?:\.html|;|\s)"""),)
_PLACE = re.compile(r"""ip_wording\s{0,3}[=:]\s{0,3}\{([^{}]{0,600})\}""")
_PLACE_FIELD = re.compile(
    r"""(countryName|countryId|provinceName|cityName)['"]?\s{0,3}:\s{0,3}['"]([^'"\n]{0,60})['"]"""
)
_ESCAPE = re.compile(r"\\x([0-9a-fA-F]{2})")
#: Posts of pictures or words alone keep their text in a script; it is HTML or plain lines.
_NOENCODE = re.compile(
    r"""\bcontent_noencode['"]?\s{0,3}:\s{0,3}(?:JsDecode\()?(?:'((?:[^'\\\n]|\\.){1,200000}+)'|"((?:[^"\\\n]|\\.){1,200000}+)")"""
)
_PICTURE = re.compile(r"""(watermark_info\s{0,3}:\s{0,3}\{\s{0,9})?\bcdn_url\s{0,3}:\s{0,3}['"]([^'"\s]{8,600})['"]""")
_PICTURES_READ = 60_000
_MOST_PICTURES = 50
#: The containers of its articles and of its picture posts.
_MARKS = ("js_content", "js_article", "js_image_content")
_MAINLAND = "156"


@dataclass(frozen=True, slots=True, kw_only=True)
class WechatFacts:
    """What a WeChat page tells beside its text; empty strings where it does not.

    ``text`` (HTML), ``images`` and ``original`` (the post that this one shares) are those of a page whose own
    container is empty: posts of pictures or words alone, and reposts.
    """

    title: str = ""
    account: str = ""
    author: str = ""
    published: Moment | None = None
    place: str = ""
    native_id: str = ""
    text: str = ""
    images: tuple[str, ...] = ()
    original: str = ""


def is_wechat(page: Page) -> bool:
    """Whether the page is of the WeChat family: its text container, and its own variables."""
    if 'id="js_' not in page.html or not any(find_by_id(page, mark) is not None for mark in _MARKS):
        return False
    return bool(_first(_BIZ, page.markup) or _first(_EPOCH, page.markup))


def read_wechat(page: Page, url: str, timezone: str) -> WechatFacts:
    """The facts of a WeChat page; ``url`` may complete its identity (long links carry biz, mid and idx)."""
    markup = page.markup
    content = find_by_id(page, "js_content")
    is_bare = content is None or not clean(content.text())
    return WechatFacts(
        title=_unescape(_first(_TITLE, markup)),
        account=_find_text(page, {"js_name"}) or _unescape(_first(_NICKNAME, markup)),
        author=_find_text(page, {"js_author_name"}),
        published=_read_epoch(markup, timezone),
        place=_read_place(markup),
        native_id=_read_identity(markup, url),
        text=_read_script_text(markup) if is_bare else "",
        images=_read_pictures(markup) if is_bare else (),
        original=_read_original(page) if is_bare else "",
    )


def _read_script_text(markup: str) -> str:
    found = _NOENCODE.search(markup)
    if found is None:
        return ""
    plain = unescape(_ESCAPE.sub(lambda one: chr(int(one[1], 16)), found[1] or found[2]))
    lines = plain.replace("\\n", "\n").replace("\\", "").split("\n")
    return plain if "<p" in plain else "".join(f"<p>{escape(line)}</p>" for line in lines if line.strip())


def _read_pictures(markup: str) -> tuple[str, ...]:
    """The pictures of a picture post; the same with a watermark are left out."""
    start = markup.find("picture_page_info_list")
    found = _PICTURE.finditer(markup, start, start + _PICTURES_READ) if start >= 0 else ()
    pictures = (one[2] for one in found if not one[1])
    return tuple(islice(dict.fromkeys(pictures), _MOST_PICTURES))


def _read_original(page: Page) -> str:
    found = find_by_id(page, "js_share_source")
    return found.attribute("data-url")[:2_000] if found is not None else ""


def _first(patterns: tuple[re.Pattern[str], ...], text: str) -> str:
    return next((found[1] for pattern in patterns if (found := pattern.search(text))), "")


def _unescape(text: str) -> str:
    plain = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    return clean(plain.replace("&nbsp;", " ").replace("&quot;", '"').replace("&#39;", "'").replace("&amp;", "&"))


def _find_text(page: Page, ids: set[str]) -> str:
    return next((clean(found.text()) for name in ids if (found := find_by_id(page, name)) is not None), "")


def _read_epoch(markup: str, timezone: str) -> Moment | None:
    epoch = _first(_EPOCH, markup)
    if not epoch:
        return None
    instant = datetime.fromtimestamp(int(epoch), tz=find_zone(timezone))
    return Moment(instant=instant, precision=Precision.SECOND, raw=epoch, origin="script:ct")


def _read_place(markup: str) -> str:
    """The province for the mainland, else the country, as WeChat itself shows it (发表于广东)."""
    block = _PLACE.search(markup)
    if block is None:
        return ""
    fields = dict(_PLACE_FIELD.findall(block[1]))
    if fields.get("countryId", _MAINLAND) == _MAINLAND and fields.get("provinceName"):
        return _unescape(fields["provinceName"])
    return _unescape(fields.get("countryName", ""))


def _read_identity(markup: str, url: str) -> str:
    parts = []
    for patterns in (_BIZ, _MID, _IDX):
        value = _first(patterns, url) if "__biz=" in url else ""
        parts.append(value or _first(patterns, markup))
    return f"wechat:{parts[0]}/{parts[1]}/{parts[2] or '1'}" if parts[0] and parts[1] else ""
