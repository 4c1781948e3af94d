"""Lists of links in HTML pages: found by selectors where the operator gives them, else by what a list looks like."""

from __future__ import annotations

from dataclasses import dataclass, replace

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from crawler.errors import ParseError
from crawler.model import Fetched, Listing, Source
from crawler.parser.article.decode import decode_html
from crawler.parser.feeds.document import FeedForm, excerpt, feed_form, is_feed_root, root_name
from crawler.parser.feeds.jsonfeed import load_json
from crawler.parser.files.forms import is_document
from crawler.parser.lists.dialects import ask_unit, next_fragment
from crawler.parser.lists.entries import ReadingRules, read_entries
from crawler.parser.lists.groups import Group, find_list, group_of
from crawler.parser.lists.paging import find_next
from crawler.parser.lists.records import unwrap_objects, unwrap_records
from crawler.parser.lists.walk import Marks, Page, walk
from crawler.parser.paging import query_value
from crawler.parser.shapes import html_fragment
from crawler.parser.tree import parse_html

__all__ = ["ListRules", "is_selector", "read_anchors", "read_fragment", "read_list"]

#: More entries than any real list page shows.
_LIMIT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRules:
    """CSS selectors given by the operator; what is empty is found by itself."""

    item: str = ""
    link: str = ""
    date: str = ""
    next: str = ""


def is_selector(text: str) -> bool:
    """Whether ``text`` is a CSS selector that can be applied."""
    try:
        LexborHTMLParser("<p></p>").css(text)
    except SelectolaxError:
        return False
    return True


def read_list(fetched: Fetched, source: Source, rules: ListRules) -> Listing:
    """The entries of a list page, in the order of the page, and where its next page is.

    A page that shows no list and only names where it is (a content system's interface) is read as that: no entries,
    and the list to go on with. Raises ``ParseError`` when the response is no HTML, when a selector matches nothing,
    or when no part of the page looks like a list.
    """
    if feed_form(fetched.body) is FeedForm.JSON and (fragment := html_fragment(load_json(fetched.body))):
        return read_fragment(fetched, source, fragment, rules)
    text = _page_text(fetched, source)
    page, group = _look_over(unwrap_records(text), fetched.url, rules)
    if group is None and not (rules.item or rules.link) and (unwrapped := unwrap_objects(text)) != text:
        page, group = _look_over(unwrapped, fetched.url, rules)
    reading = ReadingRules(
        timezone=source.timezone, language=source.language, now=fetched.fetched_at, marked_dates=bool(rules.date)
    )
    entries = read_entries(page, group, reading)[:_LIMIT] if group else ()
    following = find_next(page, text, fetched.url, shown=len(entries)) if entries else None
    signpost = None if entries or rules.item or rules.link else ask_unit(text, page.base, page=1)
    if not entries and signpost is None:
        raise _nothing_found(fetched, rules)
    return Listing(entries=entries, title=page.title, next=following or signpost)


def _look_over(text: str, url: str, rules: ListRules) -> tuple[Page, Group | None]:
    tree = parse_html(text)
    page = walk(tree, url, _marks(tree, rules))
    return page, _choose_group(page, rules)


def read_fragment(fetched: Fetched, source: Source, fragment: str, rules: ListRules) -> Listing:
    """The list whose HTML came wrapped in JSON (jpaas), and where its next page is."""
    page = replace(fetched, body=fragment.encode("utf-8", "replace"), headers=(("content-type", "text/html"),))
    plain = replace(source, fetch=replace(source.fetch, encoding=""))
    listing = read_list(page, plain, rules)
    asked = next_fragment(fetched.request.url, fragment)
    counts = query_value(fetched.request.url, "paramJson") != ""
    return replace(listing, next=asked if counts else listing.next)


def read_anchors(text: str, base: str) -> list[tuple[str, str]]:
    """Every link of an HTML page as its absolute address and its text, in document order."""
    page = walk(parse_html(unwrap_records(text)), base, Marks())
    return [(anchor.url, page.text_of(anchor.frame)) for anchor in page.anchors]


def _page_text(fetched: Fetched, source: Source) -> str:
    form = feed_form(fetched.body)
    if form is FeedForm.EMPTY:
        raise ParseError(f"{fetched.url} answered with an empty body where a list page was expected")
    if form is FeedForm.JSON:
        reason = f'{fetched.url} is JSON, not a list page; use kind = "json_list"'
        raise ParseError(reason, excerpt=excerpt(fetched.body))
    if is_document(fetched.body):
        raise ParseError(f'{fetched.url} is a file, not a list page; use kind = "page"')
    if form is FeedForm.XML and is_feed_root(root_name(fetched.body)):
        raise ParseError(f'{fetched.url} is a feed, not a list page; use kind = "feed"', excerpt=excerpt(fetched.body))
    charset = fetched.header("content-type").partition("charset=")[2].strip("\"' ;")
    return decode_html(fetched.body, declared=charset, forced=source.fetch.encoding).text


def _marks(tree: LexborHTMLParser, rules: ListRules) -> Marks:
    return Marks(
        items=_matches(tree, rules.item, "item"),
        links=_matches(tree, rules.link, "link"),
        dates=_matches(tree, rules.date, "date"),
        nexts=_matches(tree, rules.next, "next"),
    )


def _matches(tree: LexborHTMLParser, selector: str, option: str) -> frozenset[int]:
    if not selector:
        return frozenset()
    try:
        return frozenset(node.mem_id for node in tree.css(selector))
    except SelectolaxError as error:
        raise ParseError(f"options.{option}: {selector!r} is no CSS selector") from error


def _choose_group(page: Page, rules: ListRules) -> Group | None:
    if rules.item or rules.link:
        return group_of(page, by_items=bool(rules.item), by_links=bool(rules.link))
    return find_list(page)


def _nothing_found(fetched: Fetched, rules: ListRules) -> ParseError:
    if not (rules.item or rules.link):
        reason = "no list of links found; options.item would say where its entries are (a CSS selector)"
        return ParseError(f"{fetched.url}: {reason}", excerpt=excerpt(fetched.body))
    given = ", ".join(f"options.{name} {value!r}" for name in ("item", "link") if (value := getattr(rules, name)))
    return ParseError(f"{given}: no entry with a link matches at {fetched.url}", excerpt=excerpt(fetched.body))
