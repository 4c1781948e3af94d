"""A page of links to articles: the shape in which most official sites announce what is new."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.errors import ConfigError
from crawler.model import Entry, Fetched, Listing, Request, Source, SourceState
from crawler.parser.kinds import ask_for_listing, ask_for_page
from crawler.parser.lists import ListRules, is_selector, read_list


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Where things stand on the page, as CSS selectors. Whatever is left out is found by itself."""

    item: str = ""
    """One element for each entry, for example ``ul.list li``."""
    link: str = ""
    """The link within an item that leads to the article."""
    date: str = ""
    """The element within an item that holds its date."""
    next: str = ""
    """The link to the next page of the list."""
    max_pages: int = 1
    """How many pages an ordinary check reads."""

    def __post_init__(self) -> None:
        wrong = [
            f"options.{name}: {value!r} is no CSS selector"
            for name in ("item", "link", "date", "next")
            if (value := getattr(self, name)) and not is_selector(value)
        ]
        if self.max_pages < 1:
            wrong.append(f"options.max_pages: {self.max_pages} is less than 1")
        if wrong:
            raise ConfigError(wrong)


def request_listing(source: Source, state: SourceState | None) -> Request:
    """The page itself."""
    return ask_for_listing(source, state)


def parse_listing(source: Source, fetched: Fetched) -> Listing:
    """The entries of the list, in the order of the page. Raises ``ParseError`` when the page holds no list."""
    options = source.options if isinstance(source.options, Options) else Options()
    rules = ListRules(item=options.item, link=options.link, date=options.date, next=options.next)
    return read_list(fetched, source, rules)


def request_article(source: Source, entry: Entry) -> Request | None:
    """The page the entry links to, a PDF included."""
    return ask_for_page(source, entry)
