"""By what a page shows of the system it was made with: what its head says, which family it belongs to, where it leads.

Families go by their fingerprint in markup and addresses, never by the name of a host alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import urlsplit, urlunsplit

from crawler.model import Hints
from crawler.parser.lists import read_anchors
from crawler.parser.paging import with_query
from crawler.parser.tree import parse_html
from crawler.text.normalize import clean
from crawler.text.urls import host_of, join_url

_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"})
_MOST_FEEDS = 10
_MOST_METAS = 100
_MOST_COLUMNS = 8
_MOST_FRAMES = 20
_LINKS_READ = 3_000
#: How families show themselves, most telling first, and what is worth knowing of each.
_FAMILIES = (
    (re.compile(r"NFCMS_(?:SITE|POST)_ID"), "NFCMS, whose columns often have a feed of their own at {folder}rss.xml"),
    (re.compile(r"<recordset|dataproxy\.jsp"), "Hanweb, whose records are read from the page or its data proxy"),
    (
        re.compile(r"page/build/unit|querydata\s{0,3}=", re.IGNORECASE),
        "jpaas, which has its lists from an interface",
    ),
    (re.compile(r"UCAP-CONTENT|/searchList/|getLocalList\?"), "UCAP, whose lists are also JSON"),
    (re.compile(r"createPageHTML\s?\(|\bTRS_|/was5/web/", re.IGNORECASE), "TRS, whose further pages are index_1.html…"),
    (re.compile(r"\btotalData\s{0,3}[:=]"), "one whose further pages are index_pc_2.html…"),
)
_CHANNEL = re.compile(r"[0-9a-f]{32}|[A-Za-z0-9_-]{6,40}")
#: What official sites call the columns in which new posts stand.
_COLUMNS = re.compile(
    r"要闻|新闻|动态|通知|公告|公示|公报|文件|政策|法规|解读|發布|新聞|公布|訊息|お知らせ|新着|報道発表|更新情報|"
    r"보도자료|공지|새소식|고시|\b(?:news|newsroom|press|releases?|announcements?|notices?|publications?|gazette|"
    r"consultations?|rules|guidance|actualit|comuniq|notici)",
    re.IGNORECASE,
)
_HOMES = frozenset({"", "/", "/index.html", "/index.htm", "/index.shtml", "/index.php", "/index.jsp", "/default.aspx"})
_LIST_ENDS = ("/", "/index.html", "/index.htm", "/index.shtml", "/list.html", "/list.htm")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the head of an HTML page says. ``metas`` go by their names in lower case."""

    title: str = ""
    metas: Mapping[str, str] = field(default_factory=dict)
    feeds: tuple[str, ...] = ()

    @property
    def generator(self) -> str:
        """The system that made the page, lower-case, where it says so."""
        return self.metas.get("generator", "").lower()


def read_head(text: str, url: str) -> Head:
    """Title, metas, and the feeds that the page announces (HTML §4.6.6.1 ``alternate``)."""
    title, metas, feeds = "", dict[str, str](), []
    for node in parse_html(text).css("title, meta[name], link[rel]"):
        attributes = node.attributes
        if node.tag == "title":
            title = title or clean(node.text())[:300]
        elif node.tag == "meta" and len(metas) < _MOST_METAS:
            metas.setdefault((attributes.get("name") or "").lower(), clean((attributes.get("content") or "")[:500]))
        elif _announces_feed(attributes):
            feeds.append(join_url(url, attributes.get("href") or ""))
    return Head(title=title, metas=metas, feeds=tuple(dict.fromkeys(feed for feed in feeds if feed))[:_MOST_FEEDS])


def _announces_feed(attributes: Mapping[str, str | None]) -> bool:
    rel, kind = (attributes.get("rel") or "").lower(), (attributes.get("type") or "").lower()
    return "alternate" in rel.split() and kind in _FEED_TYPES


def family_note(text: str, url: str) -> str:
    """A sentence on the content system behind a list page, where it is a known one."""
    found = next((says for mark, says in _FAMILIES if mark.search(text, 0, 400_000)), "")
    return f"made with {found.format(folder=join_url(url, './'))}" if found else ""


def is_home(url: str) -> bool:
    """Whether the address is that of a site's first page."""
    parts = urlsplit(url)
    return parts.path.lower() in _HOMES and not parts.query


def is_govuk_document(url: str, head: Head) -> bool:
    """Whether the page is one that GOV.UK's content API knows: a document or an organisation, no search page."""
    metas = head.metas
    marked = "govuk:content-id" in metas or host_of(url) == "www.gov.uk"
    return marked and "finder" not in metas.get("govuk:format", "") and not urlsplit(url).path.startswith("/search")


def is_register(url: str) -> bool:
    """Whether the page is one of the Federal Register's that its API can be asked for: home, search, or agency."""
    path = urlsplit(url).path
    return host_of(url) in ("www.federalregister.gov", "federalregister.gov") and (
        is_home(url) or path.startswith(("/documents/search", "/agencies/", "/documents/current"))
    )


def channel_list(text: str, head: Head, url: str) -> str:
    """The JSON list of the column that a page of UCAP's belongs to, or an empty string."""
    channel = head.metas.get("channelid", "")
    if not _CHANNEL.fullmatch(channel) or not re.search(r"UCAP|/searchList/|/common/search/|getLocalList", text):
        return ""
    way = "/common/search/" if "/common/search/" in text and "/searchList/" not in text else "/searchList/"
    query = {"_isAgg": "true", "_isJson": "true", "_pageSize": "18", "_template": "index", "page": "1"}
    return with_query(join_url(url, f"{way}{channel}"), query)


def columns_of(text: str, url: str) -> tuple[str, ...]:
    """The columns that a home page leads to in which new posts usually stand, each as its name and address."""
    found: dict[str, str] = {}
    for address, name in islice(read_anchors(text, url), _LINKS_READ):
        same = host_of(address) == host_of(url) and not is_home(address)
        if same and 1 < len(name) <= 24 and _COLUMNS.search(name) and not re.search(r"\d{4,}", urlsplit(address).path):
            found.setdefault(address, name)
    return tuple(f"{name} {address}" for address, name in islice(found.items(), _MOST_COLUMNS))


def list_above(text: str, url: str) -> str:
    """The list that an article's page lies under and links to: the nearest folder above it, or an empty string."""
    own, paths = urlsplit(url), set[str]()
    for address, _ in islice(read_anchors(text, url), _LINKS_READ):
        if host_of(address) == host_of(url) and not is_home(address):
            paths.add(urlsplit(address).path)
    lists = [path for path in paths if path.endswith(_LIST_ENDS) and path != own.path]
    above = [path for path in lists if own.path.startswith(path.rpartition("/")[0] + "/") and path.count("/") > 1]
    nearest = max(above, key=lambda path: (len(path.rpartition("/")[0]), -len(path)), default="")
    return urlunsplit((own.scheme, own.netloc, nearest, "", "")) if nearest else ""


def framed_page(text: str, url: str) -> str:
    """The first page of the same host that a page shows in a frame, or an empty string."""
    for node in islice(parse_html(text).css("iframe[src], frame[src]"), _MOST_FRAMES):
        address = join_url(url, node.attributes.get("src") or "")
        if address and address != url and host_of(address) == host_of(url):
            return address
    return ""


def wishes(hints: Hints) -> Iterator[str]:
    """What a listing asks of those who poll it, in sentences."""
    if hints.pause:
        yield f"its publisher asks to come back after {int(hints.pause.total_seconds() // 60)} minutes"
    if hints.skip_hours:
        yield f"nothing is published in these hours (UTC): {', '.join(map(str, hints.skip_hours))}"
    if hints.skip_days:
        yield f"nothing is published on {', '.join(_DAYS[day] for day in hints.skip_days)}"
    if hints.hub:
        yield f"it names a hub (WebSub) that pushes changes, {hints.hub}; it is polled all the same"
