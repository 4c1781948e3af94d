"""What a URL turned out to be: the kind that reads it, the settings it needs, and its first entries as a proof."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeGuard
from urllib.parse import urlsplit

from crawler.errors import ParseError
from crawler.model import Article, Entry, Fetched, Listing, Source
from crawler.parser.article import read_article
from crawler.parser.article.decode import decode_html
from crawler.parser.feeds import FeedForm, feed_form, is_feed
from crawler.parser.gkmlpt import is_index, listed_column, read_site
from crawler.parser.kinds import find_kind
from crawler.parser.sitemaps import is_sitemap
from crawler.parser.tree import parse_html
from crawler.text.dates import default_timezone
from crawler.text.languages import detect_language
from crawler.text.normalize import clean
from crawler.text.urls import host_of, join_url

_PREVIEW = 3
_COLUMNS_SHOWN = 12
_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json"})
_BLOGGER_FEED = "/feeds/posts/default"
_BLOGGER_MARKS = (b"tag:blogger.com,1999:blog-", b"http://www.blogger.com")
_WECHAT_MARKS = re.compile(r"""id=["']js_content["']|var\s{1,5}biz\s{0,5}=|id=["']js_article["']""")

_NAME_OF_ARTICLE = re.compile(r"[\d-][^/]*$")
#: Characters of text that make an article even without a date.
_LONG = 200
_ONE_ARTICLE = "{url}: this is one article, not a list: give the address of the list it came from"
_LOOKS_LIKE_ONE = "this looks like one article, not a list: is there a list that it came from?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """A proposal for a ``[[source]]``: everything it needs but an id, and ``entries`` to judge it by.

    ``notes`` are sentences for the person who adds the source; ``feeds`` are feeds the page announces.
    """

    kind: str
    url: str
    title: str = ""
    options: Mapping[str, object] = field(default_factory=dict)
    timezone: str = "UTC"
    language: str = ""
    entries: tuple[Entry, ...] = ()
    feeds: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Head:
    """What the head of an HTML page says."""

    title: str
    generator: str
    feeds: tuple[str, ...]


def probe(fetched: Fetched) -> Probed:
    """Which kind reads this response. Raises ``ParseError`` that says what it is, when none does."""
    if feed_form(fetched.body) is FeedForm.EMPTY:
        raise ParseError(f"{fetched.url} answered with an empty body")
    if is_feed(fetched.body):
        return _probe_feed(fetched)
    if is_sitemap(fetched.body):
        return _probe_sitemap(fetched)
    if feed_form(fetched.body) is FeedForm.JSON:
        return _probe_json(fetched)
    text = decode_html(fetched.body, declared=fetched.header("content-type").partition("charset=")[2]).text
    head = _read_head(text, fetched.url)
    if _is_wechat_article(fetched.url, text):
        return _probe_wechat(fetched, head)
    if is_index(fetched.url, text):
        return _probe_tree(fetched, head, text)
    if _is_blog(head):
        return _probe_blog(fetched, head)
    return _probe_list(fetched, head)


def _probe_feed(fetched: Fetched) -> Probed:
    opening = fetched.body[:4096]
    blogger = _BLOGGER_FEED in fetched.url or any(mark in opening for mark in _BLOGGER_MARKS)
    kind = "blogger" if blogger and feed_form(fetched.body) is FeedForm.XML else "feed"
    listing = _preview(kind, fetched)
    notes = () if listing.entries else ("the feed is valid and has no entries at the moment",)
    return _propose(kind, fetched, listing, notes=notes)


def _probe_sitemap(fetched: Fetched) -> Probed:
    listing = _preview("sitemap", fetched)
    note = "a sitemap lists every page of a site: options.only names those to watch, such as */news/*"
    index = ("an index of sitemaps; those that changed last are read first",) if listing.next else ()
    return _propose("sitemap", fetched, listing, notes=(*index, note))


def _probe_json(fetched: Fetched) -> Probed:
    """The interface of a known site, else any list that can be made out."""
    kind = next((kind for kind, is_its_answer in _INTERFACES if is_its_answer(fetched)), "json_list")
    try:
        return _propose(kind, fetched, _preview(kind, fetched))
    except ParseError as error:
        raise ParseError(f"{error}; it is not a JSON Feed either") from error


def _is_tree_list(fetched: Fetched) -> bool:
    return bool(listed_column(fetched.url)) and b'"articles"' in fetched.body


def _is_register(fetched: Fetched) -> bool:
    return b'"document_number"' in fetched.body and "/api/v1/" in fetched.url


def _is_govuk(fetched: Fetched) -> bool:
    path = urlsplit(fetched.url).path
    return host_of(fetched.url).endswith("gov.uk") and path.startswith(("/api/content/", "/api/search.json"))


_INTERFACES = (("gkmlpt", _is_tree_list), ("federal_register", _is_register), ("govuk", _is_govuk))


def _probe_tree(fetched: Fetched, head: _Head, text: str) -> Probed:
    site = read_site(text)
    names = [f"{column.id} {column.name}" for column in (site.columns if site else ()) if not column.elsewhere]
    listed = f"options.column narrows it to one of its columns: {', '.join(names[:_COLUMNS_SHOWN])}"
    notes = ("a tree of Guangdong's open-government platform", *([listed] if names else []))
    return _propose("gkmlpt", fetched, _preview("gkmlpt", fetched), title=head.title, notes=notes)


def _probe_wechat(fetched: Fetched, head: _Head) -> Probed:
    note = "WeChat offers no public list of an account's articles: this source is this one article; give a feed of a "
    note += "bridge, or add article links, to watch more"
    title = _read_account(fetched) or head.title
    return _propose("wechat", fetched, _preview("wechat", fetched), title=title, notes=(note,))


def _read_account(fetched: Fetched) -> str:
    """Whose article it is, where the page says so."""
    article = read_article(fetched, Source(id="probe", kind="wechat", url=fetched.url)).article
    return article.publisher if article else ""


def _probe_blog(fetched: Fetched, head: _Head) -> Probed:
    """A Blogger page: its list is read for the preview, its feed when it is watched."""
    try:
        listing = _preview("html_list", fetched)
    except ParseError:
        listing = Listing(entries=())
    note = f"a Blogger blog; its posts are read from {_BLOGGER_FEED}"
    return _propose("blogger", fetched, listing, title=head.title, feeds=head.feeds, notes=(note,))


def _probe_list(fetched: Fetched, head: _Head) -> Probed:
    announced = tuple(f"the page announces a feed, often the better source: {feed}" for feed in head.feeds)
    article = read_article(fetched, Source(id="probe", kind="html_list", url=fetched.url)).article
    try:
        listing = _preview("html_list", fetched)
    except ParseError as error:
        unread = str(error).removesuffix(f" ({error.excerpt})")
        told = _ONE_ARTICLE.format(url=fetched.url) if _is_whole(article) else unread
        raise ParseError("; ".join((told, *announced))) from error
    dated = any(entry.published for entry in listing.entries)
    alone = _is_whole(article) and tells_more(article, listing.entries) and _is_address_of_article(fetched.url)
    if alone and not dated:
        raise ParseError("; ".join((_ONE_ARTICLE.format(url=fetched.url), *announced)))
    notes = (*announced, *([] if dated else ["no dates found beside the links"]), *([_LOOKS_LIKE_ONE] if alone else []))
    return _propose("html_list", fetched, listing, title=head.title, feeds=head.feeds, notes=notes)


def _is_whole(article: Article | None) -> TypeGuard[Article]:
    """Whether it has what makes an article: a title, and text that is dated or long."""
    if article is None or not article.title or not article.blocks:
        return False
    return article.published is not None or len(article.text) >= _LONG


def tells_more(article: Article, entries: Iterable[Entry]) -> bool:
    """Whether a page's own text outweighs the titles of the links on it: an article with neighbours, no list."""
    return len(article.text) > sum(len(entry.title) for entry in entries)


def _is_address_of_article(url: str) -> bool:
    """Whether the last part of the path is a number or several words, as sites name articles and seldom lists."""
    return _NAME_OF_ARTICLE.search(urlsplit(url).path) is not None


def _preview(kind: str, fetched: Fetched) -> Listing:
    source = Source(id="probe", kind=kind, url=fetched.url, timezone=_timezone(fetched.url, ""))
    return find_kind(kind).parse_listing(source, fetched)


def _timezone(url: str, language: str) -> str:
    return default_timezone(host_of(url), language)


def _propose(
    kind: str,
    fetched: Fetched,
    listing: Listing,
    *,
    title: str = "",
    feeds: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
) -> Probed:
    first = next(iter(listing.entries), None)
    sample = " ".join(entry.title for entry in islice(listing.entries, 20))
    language = (first.language if first else "") or detect_language(sample)
    return Probed(
        kind=kind,
        url=fetched.url,
        title=listing.title or title,
        timezone=_timezone(fetched.url, language),
        language=language,
        entries=listing.entries[:_PREVIEW],
        feeds=feeds,
        notes=notes,
    )


def _read_head(text: str, url: str) -> _Head:
    title, generator, feeds = "", "", []
    for node in parse_html(text).css("title, meta[name], link[rel]"):
        attributes = node.attributes
        if node.tag == "title":
            title = title or clean(node.text())[:300]
        elif (attributes.get("name") or "").lower() == "generator":
            generator = (attributes.get("content") or "").lower()
        elif _announces_feed(attributes):
            feeds.append(join_url(url, attributes.get("href") or ""))
    return _Head(title, generator, tuple(dict.fromkeys(feed for feed in feeds if feed))[:10])


def _announces_feed(attributes: Mapping[str, str | None]) -> bool:
    """Feed autodiscovery (HTML §4.6.6.1 ``alternate``)."""
    rel, kind = (attributes.get("rel") or "").lower(), (attributes.get("type") or "").lower()
    return "alternate" in rel.split() and kind in _FEED_TYPES


def _is_blog(head: _Head) -> bool:
    return head.generator == "blogger" or any(urlsplit(feed).path.startswith(_BLOGGER_FEED) for feed in head.feeds)


def _is_wechat_article(url: str, text: str) -> bool:
    path = urlsplit(url).path
    return (path == "/s" or path.startswith("/s/")) and _WECHAT_MARKS.search(text) is not None
