"""What a URL turned out to be: the kind that reads it, the settings it needs, and its first entries as a proof."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TypeGuard
from urllib.parse import urlsplit

from crawler.errors import ParseError
from crawler.model import Article, BlockKind, Entry, Fetched, Listing, Source
from crawler.parser.article import read_article
from crawler.parser.article.decode import decode_html
from crawler.parser.families import (
    Head,
    channel_list,
    columns_of,
    family_note,
    framed_page,
    is_govuk_document,
    is_home,
    is_register,
    list_above,
    read_head,
    wishes,
)
from crawler.parser.feeds import FeedForm, feed_form, is_feed
from crawler.parser.files.forms import FileForm, name_form, unreadable_words
from crawler.parser.gkmlpt import is_index, listed_column, read_site
from crawler.parser.kinds import find_kind
from crawler.parser.sitemaps import is_sitemap
from crawler.parser.verdict import visible_text
from crawler.text.dates import default_timezone
from crawler.text.languages import detect_language
from crawler.text.urls import host_of

_PREVIEW = 3
_COLUMNS_SHOWN = 12
_BLOGGER_FEED = "/feeds/posts/default"
_BLOGGER_MARKS = (b"tag:blogger.com,1999:blog-", b"http://www.blogger.com")
_WECHAT_MARKS = re.compile(r"""id=["']js_content["']|var\s{1,5}biz\s{0,5}=|id=["']js_article["']""")

_NO_LISTS = frozenset({FileForm.PICTURE, FileForm.ARCHIVE})
_NAME_OF_ARTICLE = re.compile(r"[\d-][^/]*$")
#: Characters of text that make an article even without a date.
_LONG = 200
#: … and rows that make a table of them, as of fees.
_ROWS = 3
_ALONE = "this is one article, not a list: this source watches that page alone"
_NO_LIST = "for new posts give the address of the list it came from"
_ALBUM = "an album of a WeChat account; WeChat offers no public list of all its articles"
_GOVUK = "read from GOV.UK's public interface, with its declared updates"
_REGISTER = "read from the Federal Register's public interface"
_DRAWN = "it seems to be drawn by scripts: give the address of the JSON that they load, or a feed"
_HOME = "a home page shows little of each; its columns may be the better sources"
_NO_LIST_BUT_FEED = "a home page that lists nothing; this is the feed it announces"
_UCAP = "the page draws its list by script; this is the list behind it"
_ONE_FILE = "a file that is itself the article; its text is compared from check to check"
_ONE_BODY = "a file that is itself the article, of which no words can be compared, only its bytes"
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


def probe(fetched: Fetched) -> Probed:
    """Which kind reads this response. Raises ``ParseError`` that says what it is, when none does."""
    if fetched.file is not None:
        told = _ONE_FILE if fetched.file.blocks else f"{_ONE_BODY} ({fetched.file.note})"
        return _propose("page", fetched, _preview("page", fetched), notes=(told,))
    if feed_form(fetched.body) is FeedForm.EMPTY:
        raise ParseError(f"{fetched.url} answered with an empty body")
    if is_feed(fetched.body):
        return _probe_feed(fetched)
    if is_sitemap(fetched.body):
        return _probe_sitemap(fetched)
    if (form := name_form(fetched.body)) in _NO_LISTS:
        raise ParseError(f"{fetched.url} is no page, list or feed: {unreadable_words(form)}")
    if feed_form(fetched.body) is FeedForm.JSON:
        return _probe_json(fetched)
    text = decode_html(fetched.body, declared=fetched.header("content-type").partition("charset=")[2]).text
    head = read_head(text, fetched.url)
    if _is_wechat_article(fetched.url, text):
        return _probe_wechat(fetched, head)
    if is_index(fetched.url, text):
        return _probe_tree(fetched, head, text)
    if _is_blog(head):
        return _probe_blog(fetched, head)
    if _is_album(fetched.url):
        return _propose("wechat", fetched, _preview("wechat", fetched), title=head.title, notes=(_ALBUM,))
    if is_govuk_document(fetched.url, head):
        return _propose_unseen("govuk", fetched, head, _GOVUK)
    if is_register(fetched.url):
        return _propose_unseen("federal_register", fetched, head, _REGISTER)
    return _probe_page(fetched, head, text)


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
    if _is_blogger(fetched):  # its feed as JSON: the kind asks for it as XML
        return _propose("blogger", fetched, Listing(entries=()))
    kind = next((kind for kind, is_its_answer in _INTERFACES if is_its_answer(fetched)), "json_list")
    try:
        return _propose(kind, fetched, _preview(kind, fetched))
    except ParseError as error:
        raise ParseError(f"{error}; it is not a JSON Feed either") from error


def _is_blogger(fetched: Fetched) -> bool:
    return _BLOGGER_FEED in fetched.url and _BLOGGER_MARKS[0] in fetched.body[:4096]


def _is_tree_list(fetched: Fetched) -> bool:
    return bool(listed_column(fetched.url)) and b'"articles"' in fetched.body


def _is_register(fetched: Fetched) -> bool:
    return b'"document_number"' in fetched.body and "/api/v1/" in fetched.url


def _is_govuk(fetched: Fetched) -> bool:
    path = urlsplit(fetched.url).path
    return host_of(fetched.url).endswith("gov.uk") and path.startswith(("/api/content/", "/api/search.json"))


_INTERFACES = (("gkmlpt", _is_tree_list), ("federal_register", _is_register), ("govuk", _is_govuk))


def _probe_tree(fetched: Fetched, head: Head, text: str) -> Probed:
    site = read_site(text)
    names = [f"{column.id} {column.name}" for column in (site.columns if site else ()) if not column.elsewhere]
    listed = f"options.column narrows it to one of its columns: {', '.join(names[:_COLUMNS_SHOWN])}"
    notes = ("a tree of Guangdong's open-government platform", *([listed] if names else []))
    return _propose("gkmlpt", fetched, _preview("gkmlpt", fetched), title=head.title, notes=notes)


def _probe_wechat(fetched: Fetched, head: Head) -> Probed:
    note = "WeChat offers no public list of an account's articles: this source is this one article; give a feed of a "
    note += "bridge, or add article links, to watch more"
    title = _read_account(fetched) or head.title
    return _propose("wechat", fetched, _preview("wechat", fetched), title=title, notes=(note,))


def _read_account(fetched: Fetched) -> str:
    """Whose article it is, where the page says so."""
    article = read_article(fetched, Source(id="probe", kind="wechat", url=fetched.url)).article
    return article.publisher if article else ""


def _probe_blog(fetched: Fetched, head: Head) -> Probed:
    """A Blogger page: its list is read for the preview, its feed when it is watched."""
    try:
        listing = _preview("html_list", fetched)
    except ParseError:
        listing = Listing(entries=())
    note = f"a Blogger blog; its posts are read from {_BLOGGER_FEED}"
    return _propose("blogger", fetched, listing, title=head.title, feeds=head.feeds, notes=(note,))


def _probe_page(fetched: Fetched, head: Head, text: str) -> Probed:
    """A page of any site: a list, one article, the way to a list that lies elsewhere, or nothing that can be read."""
    article = read_article(fetched, Source(id="probe", kind="html_list", url=fetched.url)).article
    found = _find_list(fetched)
    if isinstance(found, ParseError):
        if address := channel_list(text, head, fetched.url):
            return replace(_propose_unseen("json_list", fetched, head, _UCAP), url=address)
        if _is_whole(article) and not is_home(fetched.url):
            return _probe_article(fetched, head, text)
        if is_home(fetched.url) and head.feeds:
            only_feed = _propose_unseen("feed", fetched, head, _NO_LIST_BUT_FEED)
            return replace(only_feed, url=head.feeds[0], notes=(*only_feed.notes, *_columns(fetched, text)))
        raise _nothing(found, head, fetched, text)
    dated = any(entry.published for entry in found.entries)
    alone = _is_whole(article) and tells_more(article, found.entries) and _is_address_of_article(fetched.url)
    if alone and found.entries and not dated:
        return _probe_article(fetched, head, text)
    notes = [*_announced(head), *_columns(fetched, text), *filter(None, [family_note(text, fetched.url)])]
    notes += [] if dated or not found.entries else ["no dates found beside the links"]
    notes += [_LOOKS_LIKE_ONE] if alone else []
    return _propose("html_list", fetched, found, title=head.title, feeds=head.feeds, notes=tuple(notes))


def _find_list(fetched: Fetched) -> Listing | ParseError:
    try:
        return _preview("html_list", fetched)
    except ParseError as error:
        return error


def _probe_article(fetched: Fetched, head: Head, text: str) -> Probed:
    """A page that is itself the article: watched alone, with the way to the list where it can be told."""
    above = list_above(text, fetched.url)
    where = f"for new posts watch the list it lies under: {above}" if above else _NO_LIST
    listing = _preview("page", fetched)
    notes = (_ALONE, where, *_announced(head))
    return _propose("page", fetched, listing, title=head.title, feeds=head.feeds, notes=notes)


def _nothing(error: ParseError, head: Head, fetched: Fetched, text: str) -> ParseError:
    told = [str(error).removesuffix(f" ({error.excerpt})")]
    if frame := framed_page(text, fetched.url):
        told.append(f"the page shows another one in a frame, perhaps the list: {frame}")
    if len(visible_text(text)) < _LONG and "<script" in text:
        told.append(_DRAWN)
    return ParseError("; ".join((*told, *_announced(head), *_columns(fetched, text))))


def _announced(head: Head) -> tuple[str, ...]:
    return tuple(f"the page announces a feed, often the better source: {feed}" for feed in head.feeds)


def _columns(fetched: Fetched, text: str) -> tuple[str, ...]:
    columns = columns_of(text, fetched.url) if is_home(fetched.url) else ()
    return (f"{_HOME}: {', '.join(columns)}",) if columns else ()


def _propose_unseen(kind: str, fetched: Fetched, head: Head, note: str) -> Probed:
    """A kind that reads an interface of the site instead of this page."""
    return _propose(kind, fetched, Listing(entries=()), title=head.title, feeds=head.feeds, notes=(note,))


def _is_whole(article: Article | None) -> TypeGuard[Article]:
    """Whether it has what makes an article: a title, and text that is dated or long, or a table."""
    if article is None or not article.title or not article.blocks:
        return False
    rows = sum(block.kind is BlockKind.TABLE_ROW for block in article.blocks)
    return article.published is not None or len(article.text) >= _LONG or rows >= _ROWS


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
    notes = (*notes, *wishes(listing.hints))
    first = next(iter(listing.entries), None)
    sample = " ".join(entry.title for entry in islice(listing.entries, 20))
    language = (first.language if first else "") or detect_language(sample or listing.title or title)
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


def _is_blog(head: Head) -> bool:
    return head.generator == "blogger" or any(urlsplit(feed).path.startswith(_BLOGGER_FEED) for feed in head.feeds)


def _is_album(url: str) -> bool:
    return host_of(url) == "mp.weixin.qq.com" and urlsplit(url).path == "/mp/appmsgalbum"


def _is_wechat_article(url: str, text: str) -> bool:
    path = urlsplit(url).path
    return (path == "/s" or path.startswith("/s/")) and _WECHAT_MARKS.search(text) is not None
