"""The yardstick for crawling with pages: a Scrapy spider that does what ours must do at least.

    python spider.py FEEDS DATABASE

Runs in the yardsticks' own environment. Reads every feed, fetches the page of every entry, keeps link, title and text.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess

_SCHEMA = "CREATE TABLE IF NOT EXISTS page (url TEXT PRIMARY KEY, title TEXT, text TEXT)"
_SETTINGS = {
    "LOG_LEVEL": "ERROR",
    "ROBOTSTXT_OBEY": True,
    "CONCURRENT_REQUESTS": 50,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 50,
    "DOWNLOAD_DELAY": 0,
    "TELNETCONSOLE_ENABLED": False,
}


class News(scrapy.Spider):
    """Feeds, then pages."""

    name = "news"

    def __init__(self, feeds: list[str], database: str) -> None:
        super().__init__()
        self.start_urls = feeds
        self._database = sqlite3.connect(database)
        self._database.execute(_SCHEMA)

    def parse(self, response: Any) -> Iterator[Any]:
        """A feed: its links."""
        response.selector.remove_namespaces()
        links = response.xpath("//item/link/text() | //entry/link[not(@rel) or @rel='alternate']/@href").getall()
        for link in links:
            yield response.follow(link, self.keep_page)

    def keep_page(self, response: Any) -> None:
        """A page: its title and the text of its paragraphs."""
        text = "\n".join(response.css("p::text").getall())
        row = (response.url, response.css("title::text").get(), text)
        self._database.execute("REPLACE INTO page VALUES (?, ?, ?)", row)

    def closed(self, reason: str) -> None:
        """The end."""
        self._database.commit()
        self._database.close()


def main() -> None:
    """Crawls everything once."""
    process = CrawlerProcess(_SETTINGS)
    process.crawl(News, feeds=Path(sys.argv[1]).read_text().split(), database=sys.argv[2])
    process.start()


if __name__ == "__main__":
    main()
