"""What the path of an article's address tells: the document id of its CMS, and the day it was filed under.

The shapes are those of the content management systems of Chinese government sites (TRS, Hanweb, gkmlpt, SAFE and
others), of info.gov.hk, and of blogs. They are used as a weak identity and as the last resort for a date.
"""

from __future__ import annotations

import re
from datetime import date

_HEX = r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_PAGE = r"(?:\.s?html?|\.jsp|\.aspx?|\.mhtml)?$"

#: Most telling first; the group is the document's id. An id of few digits is no identity.
_DOCUMENT_IDS = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        rf"/t\d{{8}}_(\d{{3,}}){_PAGE}",  # TRS: …/202310/t20231027_12345.html
        rf"/art_\d+_(\d{{3,}}){_PAGE}",  # Hanweb: /art/2023/10/27/art_12_345678.html
        rf"/art_({_HEX}){_PAGE}",  # Hanweb, newer
        rf"/(?:content|c|m?post|pnidpv|nw)_?(\d{{4,}}){_PAGE}",  # content_1.shtml, c_1.htm, post_1.html, mpost_1.html
        rf"/(ARTI\d{{8,}}){_PAGE}",  # cctv.com and its relatives
        rf"/c(\d{{4,}})/content{_PAGE}",
        rf"/({_HEX})/c\.html$",  # news.cn
        rf"/({_HEX}){_PAGE}",
        r"/(\d{12,})/index\.s?html?$",
        r"/(\d{5,9})/index\.s?html?$",
        rf"/(?:xiangqing|detail|article|info|show|view)/(\d{{4,}}){_PAGE}",
        rf"/\d{{4}}/\d{{4}}/(\d{{4,}}){_PAGE}",  # SAFE: /safe/2023/1027/23456.html
        rf"/(P\d{{13}}){_PAGE}",  # info.gov.hk
    )
)
_YEAR = r"((?:19|20)\d\d)"
_DAYS = tuple(
    re.compile(shape)
    for shape in (
        rf"/t{_YEAR}(\d\d)(\d\d)_",
        rf"/{_YEAR}/(\d{{1,2}})/(\d{{1,2}})(?:/|$)",
        rf"/{_YEAR}-(\d{{1,2}})/(\d{{1,2}})/",
        rf"/{_YEAR}-(\d{{1,2}})-(\d{{1,2}})(?!\d)",
        rf"/{_YEAR}(\d\d)/(\d\d)/",
        rf"/{_YEAR}/(\d\d)(\d\d)/",
        rf"/{_YEAR}(\d\d)(\d\d)(?:/|_|-|\d{{4,}}/)",
    )
)
_MONTHS = tuple(re.compile(shape) for shape in (rf"/{_YEAR}(\d\d)/", rf"/{_YEAR}[-/](\d\d)/"))


def find_document_id(path: str) -> str:
    """The CMS document id in the path of an address, lower-case, or an empty string."""
    for shape in _DOCUMENT_IDS:
        if found := shape.search(path):
            return found[1].lower()
    return ""


def find_path_date(path: str) -> tuple[int, int, int] | tuple[int, int] | None:
    """Year, month and day, or year and month, that a path files its document under; None where it tells neither."""
    for shape in _DAYS:
        if (found := shape.search(path)) and _is_day(*map(int, found.groups())):
            return int(found[1]), int(found[2]), int(found[3])
    for shape in _MONTHS:
        if (found := shape.search(path)) and _is_day(int(found[1]), int(found[2]), 1):
            return int(found[1]), int(found[2])
    return None


def _is_day(year: int, month: int, day: int) -> bool:
    if not 1990 <= year < 2100:
        return False
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
