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

from crawler.model import Moment, Precision
from crawler.parser.article.page import Page
from crawler.text.normalize import clean
from crawler.text.zones import find_zone

_EPOCH = re.compile(
    r"""(?:\bvar\s{1,3}(?:ct|oriCreateTime)|\bori_create_time|\boriCreateTime|[{,\s]ct)\s{0,3}[=:]\s{0,3}["']?(\d{10})\b"""
)
_BIZ = re.compile(
    r"""(?:\bvar\s{1,3}biz|\bbizuin|\b__biz)\s{0,3}[=:]\s{0,3}(?:["']{2}\s{0,3}\|\|\s{0,3})?["']?([A-Za-z0-9+/]{8,24}={0,2})"""
)
_MID = re.compile(r"""(?:\bvar\s{1,3}mid|[?&;]mid|\bappmsgid)\s{0,3}[=:]\s{0,3}(?:["']{2}\s{0,3}\|\|\s{0,3}){0,3}["']?(\d{6,12})""")
_IDX = re.compile(r"""(?:\bvar\s{1,3}idx|[?&;]idx|\bitemidx)\s{0,3}[=:]\s{0,3}(?:["']{2}\s{0,3}\|\|\s{0,3}){0,3}["']?(\d{1,2})\b""")
_NICKNAME = re.compile(r"""\b(?:var\s{1,3}nickname|nick_name)\s{0,3}[=:]\s{0,3}(?:htmlDecode\(|JsDecode\()?["']([^"'\n]{1,80})["']""")
_TITLE = re.compile(r"""\bvar\s{1,3}msg_title\s{0,3}=\s{0,3}["']([^"\n]{1,300}?)["'](?:\.html|;|\s)""")
_PLACE = re.compile(r"""\bip_wording\s{0,3}[=:]\s{0,3}\{([^{}]{0,600})\}""")
_PLACE_FIELD = re.compile(r"""(countryName|countryId|provinceName|cityName)['"]?\s{0,3}:\s{0,3}['"]([^'"\n]{0,60})['"]""")
_ESCAPE = re.compile(r"\\x([0-9a-fA-F]{2})")
_MARKS = ("js_content", "rich_media_content", "js_article", "picture_page_info_list")
_MAINLAND = "156"


@dataclass(frozen=True, slots=True, kw_only=True)
class WechatFacts:
    """What a WeChat page tells beside its text; empty strings where it does not."""

    title: str = ""
    account: str = ""
    author: str = ""
    published: Moment | None = None
    place: str = ""
    native_id: str = ""


def is_wechat(markup: str) -> bool:
    """Whether the page is of the WeChat family: its text container, and its own variables."""
    if "biz" not in markup or not any(mark in markup for mark in _MARKS):
        return False
    return _BIZ.search(markup) is not None or _EPOCH.search(markup) is not None


def read_wechat(page: Page, url: str, timezone: str) -> WechatFacts:
    """The facts of a WeChat page; ``url`` may complete its identity (long links carry biz, mid and idx)."""
    markup = page.markup
    return WechatFacts(
        title=_unescape(_first(_TITLE, markup)),
        account=_find_text(page, {"js_name"}) or _unescape(_first(_NICKNAME, markup)),
        author=_find_text(page, {"js_author_name"}),
        published=_read_epoch(markup, timezone),
        place=_read_place(markup),
        native_id=_read_identity(markup, url),
    )


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


def _unescape(text: str) -> str:
    plain = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    return clean(plain.replace("&nbsp;", " ").replace("&quot;", '"').replace("&#39;", "'").replace("&amp;", "&"))


def _find_text(page: Page, ids: set[str]) -> str:
    return next((clean(found.text()) for found in page.elements if found.attributes.get("id") in ids), "")


def _read_epoch(markup: str, timezone: str) -> Moment | None:
    found = _EPOCH.search(markup)
    if found is None:
        return None
    instant = datetime.fromtimestamp(int(found[1]), tz=find_zone(timezone))
    return Moment(instant=instant, precision=Precision.SECOND, raw=found[1], origin="script:ct")


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
    for pattern in (_BIZ, _MID, _IDX):
        value = _first(pattern, f"{url} ") if "__biz=" in url else ""
        parts.append(value or _first(pattern, markup))
    return f"wechat:{parts[0]}/{parts[1]}/{parts[2] or '1'}" if parts[0] and parts[1] else ""
