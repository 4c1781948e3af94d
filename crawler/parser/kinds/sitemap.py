"""Sitemaps: every page a site wants to be found by, or its newest articles (news sitemaps).

An index leads to its sitemaps, the one that changed last first. Those still to be read ride along in the fragment of
the address, which no server ever sees (RFC 9110 §7.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from urllib.parse import quote, unquote, urldefrag

from crawler.errors import ConfigError
from crawler.model import Entry, Fetched, Listing, Purpose, Request, Source, SourceState
from crawler.parser.kinds import ask_for_listing, ask_for_page
from crawler.parser.sitemaps import Page, Sitemap, read_sitemap
from crawler.text.urls import join_url

_QUEUE = "then="
_SEPARATOR = " "
#: How long an article stands in a news sitemap (Google Search Central); none may be that young.
_NEWS_WINDOW = timedelta(days=2)
_MOST_SITEMAPS = 50
_LONGEST_QUEUE = 6_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What can be set for a sitemap."""

    only: tuple[str, ...] = ()
    """Patterns (``*/news/*``) of the addresses to watch; without any, all."""
    limit: int = 500
    """How many pages of one sitemap are watched: those that changed last, at most 2000."""
    max_pages: int = 5
    """How many sitemaps of an index an ordinary check reads, at most 50."""

    def __post_init__(self) -> None:
        wrong = [] if 1 <= self.limit <= 2_000 else [f"options.limit: {self.limit} is not between 1 and 2000"]
        if not 1 <= self.max_pages <= _MOST_SITEMAPS:
            wrong.append(f"options.max_pages: {self.max_pages} is not between 1 and {_MOST_SITEMAPS}")
        if wrong:
            raise ConfigError(wrong)


def request_listing(source: Source, state: SourceState | None) -> Request:
    """The sitemap itself."""
    return ask_for_listing(source, state)


def parse_listing(source: Source, fetched: Fetched) -> Listing:
    """The pages of a sitemap, in its order; of an index no entries, but the sitemap to go on with.

    An empty sitemap is an empty listing. Raises ``ParseError`` when the response is none.
    """
    options = source.options if isinstance(source.options, Options) else Options()
    sitemap = read_sitemap(fetched, source)
    waiting = _waiting(fetched.request.url)
    if sitemap.is_index:
        return Listing(entries=(), next=_go_on([*_newest_first(sitemap), *waiting]))
    pages = _choose(sitemap, options)
    entries = tuple(page.entry for page in pages)
    return Listing(entries=entries, next=_go_on(waiting), since=_since(sitemap, fetched.fetched_at))


def request_article(source: Source, entry: Entry) -> Request | None:
    """The page."""
    return ask_for_page(source, entry)


def _since(sitemap: Sitemap, now: datetime) -> datetime | None:
    """Since when a news sitemap lists articles; None for one that keeps older ones, or is none."""
    window = now - _NEWS_WINDOW
    oldest = min((page.published.instant for page in sitemap.pages if page.published), default=now)
    return window if sitemap.is_news and oldest >= window - _NEWS_WINDOW else None


def _choose(sitemap: Sitemap, options: Options) -> list[Page]:
    """The wanted pages, each once; of too many those touched last, and of undated ones the first."""
    pages: dict[str, Page] = {}
    for page in sitemap.pages:
        if _is_wanted(page.url, options):
            pages.setdefault(page.url, page)
    if len(pages) <= options.limit:
        return list(pages.values())
    newest = sorted(pages.values(), key=_touched, reverse=True)[: options.limit]
    kept = {page.url for page in newest}
    return [page for page in pages.values() if page.url in kept]


def _is_wanted(url: str, options: Options) -> bool:
    return not options.only or any(fnmatchcase(url, pattern) for pattern in options.only)


def _touched(page: Page) -> float:
    moment = page.published or page.touched
    return moment.instant.timestamp() if moment else 0.0


def _newest_first(sitemap: Sitemap) -> list[str]:
    """The sitemaps of an index, by when they changed; those that do not say stay in its order, behind."""
    return list(dict.fromkeys(page.url for page in sorted(sitemap.pages, key=_touched, reverse=True)))


def _waiting(url: str) -> list[str]:
    """The sitemaps that were to be read after this one."""
    fragment = urldefrag(url).fragment
    queue = unquote(fragment.removeprefix(_QUEUE)) if fragment.startswith(_QUEUE) else ""
    return [address for raw in queue.split(_SEPARATOR) if (address := join_url(url, raw))] if queue else []


def _go_on(addresses: list[str]) -> Request | None:
    """The request for the first of the sitemaps, which remembers the others as far as they fit."""
    plain = [urldefrag(address).url for address in addresses[:_MOST_SITEMAPS]]
    if not plain:
        return None
    first, *others = plain
    while others and len(queue := quote(_SEPARATOR.join(others), safe=":/?=&")) > _LONGEST_QUEUE:
        others.pop()
    return Request(url=f"{first}#{_QUEUE}{queue}" if others else first, purpose=Purpose.LISTING)
