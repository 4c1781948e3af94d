"""Years of other calendars: Japanese eras and the years of the Republic of China."""

from __future__ import annotations

import re

from crawler.text.numerals import read_chinese_numeral

#: The year before an era's first. Squared era names are single characters of their own.
_BASES = {
    **dict.fromkeys(("令和", "㋿", "令", "R"), 2018),
    **dict.fromkeys(("平成", "㍻", "平", "H"), 1988),
    **dict.fromkeys(("昭和", "㍼", "昭", "S"), 1925),
    **dict.fromkeys(("大正", "㍽", "大", "T"), 1911),
    **dict.fromkeys(("明治", "㍾", "明", "M"), 1867),
    **dict.fromkeys(("中華民國", "中华民国", "民國", "民国"), 1911),
    **dict.fromkeys(("公元", "西元", "西暦", "公曆"), 0),
}
_LAST_YEARS = {1988: 31, 1925: 64, 1911: 999, 1867: 45, 2018: 99}
#: Written-out names, longest first, for patterns.
ERA_NAMES = "中華民國|中华民国|民國|民国|令和|平成|昭和|大正|明治|㋿|㍻|㍼|㍽|㍾|公元|西元|西暦|公曆"
_FIRST_YEAR = 1868
_LAST_YEAR = 2199
_HUNDRED_AND_DIGIT = re.compile("百(?=[一二三四五六七八九]$)")


def read_year(written: str, era: str = "", *, republican: bool = False) -> int | None:
    """The Gregorian year of ``written`` (digits, Chinese numerals or 元) in ``era``, or None where there is none.

    ``republican``: years of two or three digits without an era count from 1912, as on sites of Taiwan. Otherwise
    they are no year. The first year of an era (元年) comes after: 令和 2018, 平成 1988, 昭和 1925, 大正 1911,
    明治 1867, 民國 1911.
    """
    number = _read_count(written)
    if number is None:
        return None
    if not era and len(written) <= 3 and number < 1000:
        if not republican:
            return None
        era = "民國"
    base = _BASES.get(era, 0)
    if base and not 1 <= number <= _LAST_YEARS[base]:
        return None
    year = base + number
    return year if _FIRST_YEAR <= year <= _LAST_YEAR else None


def _read_count(written: str) -> int | None:
    if written.isascii():
        return int(written) if written.isdigit() else None
    if written == "元":
        return 1
    return read_chinese_numeral(_HUNDRED_AND_DIGIT.sub("百零", written))  # 一百四年 is the year 104, in spoken style
