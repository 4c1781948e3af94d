"""The next page where only a script knows it, in the dialects of the content systems that official sites run on."""

from __future__ import annotations

import json
import re
from html import unescape
from itertools import islice
from urllib.parse import urlsplit

from crawler.model import Purpose, Request
from crawler.parser.paging import query_value, with_query
from crawler.text.urls import join_url

#: TRS: ``createPageHTML(total, current, "index", "html")``, current counted from 0. A variant names the pager first
#: and counts from 1; both number the files so that the next one is ``index_<current + 1>``.
_TRS = re.compile(
    r"createPage(?:HTML)?\s?\(\s{0,5}(?:['\"][\w#.-]{1,40}['\"]\s{0,5},\s{0,5})?(\w{1,20})\s{0,5},\s{0,5}(\w{1,20})"
    r"\s{0,5},\s{0,5}['\"]([\w./-]{1,60})['\"]\s{0,5},\s{0,5}['\"](\w{1,6})['\"]"
)
#: Older TRS templates write the pager themselves: ``var countPage = 9; var currentPage = 0;``
_COUNT_PAGE = re.compile(r"\bcountPage\s{0,5}=\s{0,5}(\d{1,5})\b")
_CURRENT_PAGE = re.compile(r"\bcurrentPage\s{0,5}=\s{0,5}(\d{1,5})\b")
_FILE_END = re.compile(r"""["'](?:_["'][^"'\n]{1,40}["'])?\.(s?html?|jsp|aspx?|php)["']""")
_FILE = re.compile(r"([^/]*?)(?:_\d{1,5})?\.(s?html?|jsp|aspx?|php)$", re.IGNORECASE)
#: ``totalData: 137, showData: 20`` with pages ``index_pc_2.html``, counted from 1.
_TOTAL_DATA = re.compile(r"\btotalData\s{0,3}[:=]\s{0,3}['\"]?(\d{1,7})")
_SHOW_DATA = re.compile(r"\bshowData\s{0,3}[:=]\s{0,3}['\"]?(\d{1,5})")
_PC_PAGE = re.compile(r"(index_pc)(?:_(\d{1,5}))?\.(s?html?)$")
#: Hanweb: a link to the next group of pages, or what its script asks the data proxy with.
_NEXT_GROUP = re.compile(
    r"<nextgroup>\s{0,20}(?:<!\[CDATA\[)?[^\]]{0,20}?href=[\"']([^\"'<>]{5,1500})[\"']", re.IGNORECASE
)
_PROXY = re.compile(r"""["']([^"'\s<>]{1,200}dataproxy\.jsp[^"'\s<>]{0,300})["']""")
_PROXY_FIELDS = re.compile(r"ajaxParam\s{0,5}[:=]\s{0,5}\{([^{}]{10,1000})\}")
_PROXY_FIELD = re.compile(r"""['"]?(\w{1,30})['"]?\s{0,5}:\s{0,5}(?:'([^'\n]{0,200})'|"([^"\n]{0,200})"|(\d{1,12}))""")
_PER_PAGE = re.compile(r"\bperPage\s{0,5}[:=]\s{0,5}['\"]?(\d{1,3})\b", re.IGNORECASE)
_TOTAL_RECORD = re.compile(r"\btotalRecord(?:\s{0,5}[:=]\s{0,5}['\"]?|>)(\d{1,7})\b", re.IGNORECASE)
_PAGES_A_GROUP = 3
#: jpaas: what the page builds its list with, and the interface that answers.
_QUERY_DATA = re.compile(r"""queryData\s{0,3}=\s{0,3}"\{([^"{}]{10,2000})\}\"""", re.IGNORECASE)
_UNIT_FIELD = re.compile(r"'(\w{1,30})'\s{0,3}:\s{0,3}'([^'\n]{0,200})'")
_LIST_UNIT = re.compile("列表|list", re.IGNORECASE)
_UNIT = re.compile(r"""["']([^"'\s<>]{0,200}/front/page/build/unit)[^"'\s<>]{0,100}["']""")
_UNIT_PATH = "/api-gateway/jpaas-publish-server/front/page/build/unit"
_JPAAS_PARAMETER = "paramJson"
_PAGINATION = re.compile(r"""\b(rows|count)=["'](\d{1,7})["']""")


def scripted_next(text: str, base: str, url: str, *, shown: int) -> Request | None:
    """The page after this one as the page's scripts have it; ``shown`` is how many entries this page holds."""
    for find in (_trs, _older_trs, _total_data):
        if address := find(text, base, url):
            return Request(url=address, purpose=Purpose.LISTING)
    address = _next_group(text, base) or _proxy(text, base, url, shown)
    return Request(url=address, purpose=Purpose.LISTING) if address else ask_unit(text, base, page=2)


def next_fragment(url: str, fragment: str) -> Request | None:
    """jpaas counts its pages within a parameter that is JSON itself: ``paramJson={"pageNo":1,"pageSize":15}``.

    ``fragment`` is the answer's HTML, which may say how many entries there are in all.
    """
    try:
        parameters = json.loads(query_value(url, _JPAAS_PARAMETER) or "null")
    except (ValueError, RecursionError):
        return None
    number = parameters.get("pageNo") if isinstance(parameters, dict) else None
    number = int(number) if isinstance(number, str) and number.isdecimal() and len(number) < 7 else number
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number < 100_000:
        return None
    totals = {name: int(value) for name, value in _PAGINATION.findall(fragment[-20_000:])}
    if totals.get("rows") and totals.get("count", 0) and number * totals["rows"] >= totals["count"]:
        return None
    spelled = json.dumps({**parameters, "pageNo": number + 1}, separators=(",", ":"))
    return Request(url=with_query(url, {_JPAAS_PARAMETER: spelled}), purpose=Purpose.LISTING)


# -- TRS --


def _trs(text: str, base: str, url: str) -> str:
    found = _TRS.search(text)
    if not found:
        return ""
    total, current = _value(found[1], text), _value(found[2], text)
    if total is None or current is None or current + 1 >= total:
        return ""
    return join_url(base, f"{found[3]}_{current + 1}.{found[4]}")


def _value(word: str, text: str) -> int | None:
    """A number, or what the page's script assigns to the variable of that name."""
    if word.isdigit():
        return int(word) if len(word) < 7 else None
    assigned = re.search(rf"\b{re.escape(word)}\s{{0,5}}=\s{{0,5}}(\d{{1,6}})\b", text)
    return int(assigned[1]) if assigned else None


def _older_trs(text: str, base: str, url: str) -> str:
    count, current = _COUNT_PAGE.search(text), _CURRENT_PAGE.search(text)
    if not count or not current or int(current[1]) + 1 >= int(count[1]):
        return ""
    own, end = _FILE.search(urlsplit(url).path), _FILE_END.search(text)
    stem = own[1] if own else "index"
    ending = own[2] if own else end[1] if end else "html"
    return join_url(base, f"{stem}_{int(current[1]) + 1}.{ending}")


def _total_data(text: str, base: str, url: str) -> str:
    total, shown = _TOTAL_DATA.search(text), _SHOW_DATA.search(text)
    if not total or not shown or not int(shown[1]):
        return ""
    own = _PC_PAGE.search(urlsplit(url).path)
    number = int(own[2] or 1) if own else 1
    if number * int(shown[1]) >= int(total[1]):
        return ""
    return join_url(url if own else base, f"index_pc_{number + 1}.{own[3] if own else 'html'}")


# -- Hanweb --


def _next_group(text: str, base: str) -> str:
    found = _NEXT_GROUP.search(text)
    return join_url(base, unescape(found[1])) if found else ""


def _proxy(text: str, base: str, url: str, shown: int) -> str:
    """The records after those shown: of a page by what its script asks with, of an answer by its own numbers."""
    total = _TOTAL_RECORD.search(text)
    last = query_value(url, "endrecord")
    if last.isascii() and last.isdigit() and len(last) < 8 and "dataproxy" in urlsplit(url).path:
        start, per_page, asked = int(last), query_value(url, "perpage"), url
    else:
        proxy, given = _PROXY.search(text), _PROXY_FIELDS.search(text)
        size = _PER_PAGE.search(text)
        if not proxy or not given or not shown:
            return ""
        fields = {name: one or two or three for name, one, two, three in _PROXY_FIELD.findall(given[1])}
        start, per_page, asked = shown, size[1] if size else "15", with_query(join_url(base, proxy[1]), fields)
    step = (int(per_page) if per_page.isascii() and per_page.isdigit() and len(per_page) < 4 else 15) * _PAGES_A_GROUP
    if not asked or not step or (total and start >= int(total[1])):
        return ""
    numbers = {"startrecord": str(start + 1), "endrecord": str(start + step), "perpage": str(step // _PAGES_A_GROUP)}
    return with_query(asked, numbers)


# -- jpaas --


def ask_unit(text: str, base: str, *, page: int) -> Request | None:
    """The request for a page of the list that this page asks its system's interface for, or None."""
    units = [dict(_UNIT_FIELD.findall(found[1])) for found in islice(_QUERY_DATA.finditer(text), 20)]
    units = [unit for unit in units if unit.get("pageId") or unit.get("tagId")]
    if not units:
        return None
    query = next((unit for unit in units if _LIST_UNIT.search(unit.get("tagId", ""))), units[0])
    interface = _UNIT.search(text)
    address = join_url(base, interface[1] if interface else _UNIT_PATH)
    paging = json.dumps({"pageNo": page, "pageSize": 15}, separators=(",", ":"))
    return Request(url=with_query(address, {**query, _JPAAS_PARAMETER: paging}), purpose=Purpose.LISTING)
