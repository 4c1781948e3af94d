"""The yardstick: what a practised person writes in an hour with requests, feedparser and sqlite3.

    python naive.py FEEDS DATABASE [--articles | --recheck]

FEEDS is a file with one URL a line. Feeds are asked for one after the other over one session, conditionally once they
are known; entries that are new or differ are stored. ``--articles`` also fetches the page of every new entry and keeps
its text; ``--recheck`` asks for every kept page again. Nothing is parsed out of a page, nothing compared, nothing told.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
from pathlib import Path

import feedparser
import requests

_SCHEMA = """
CREATE TABLE IF NOT EXISTS feed (url TEXT PRIMARY KEY, etag TEXT, modified TEXT);
CREATE TABLE IF NOT EXISTS entry (feed TEXT, id TEXT, link TEXT, title TEXT, summary TEXT, PRIMARY KEY (feed, id));
CREATE TABLE IF NOT EXISTS page (url TEXT PRIMARY KEY, etag TEXT, modified TEXT, text TEXT);
"""


def main() -> None:
    """Visits every feed once and says what it stored."""
    parser = argparse.ArgumentParser()
    parser.add_argument("feeds", type=Path)
    parser.add_argument("database")
    parser.add_argument("--articles", action="store_true")
    parser.add_argument("--recheck", action="store_true")
    options = parser.parse_args()
    database = sqlite3.connect(options.database)
    database.executescript(_SCHEMA)
    stored = pages = 0
    with requests.Session() as session:
        for url in options.feeds.read_text().split():
            links = visit_feed(session, database, url)
            stored += len(links)
            if options.articles:
                pages += sum(visit_page(session, database, link) for link in links)
            database.commit()
        if options.recheck:
            known = [url for (url,) in database.execute("SELECT url FROM page")]
            pages += sum(visit_page(session, database, url) for url in known)
            database.commit()
    database.close()
    sys.stdout.write(f"{stored} entries and {pages} pages stored\n")


def visit_feed(session: requests.Session, database: sqlite3.Connection, url: str) -> list[str]:
    """Asks for one feed; returns the links of its entries that are new or differ."""
    known = database.execute("SELECT etag, modified FROM feed WHERE url = ?", (url,)).fetchone()
    answer = session.get(url, headers=conditions(known), timeout=20)
    if answer.status_code == 304:
        return []
    answer.raise_for_status()
    links = []
    for entry in feedparser.parse(answer.content).entries:
        row = (url, entry.id, entry.link, entry.title, entry.get("summary", ""))
        old = database.execute("SELECT * FROM entry WHERE feed = ? AND id = ?", row[:2]).fetchone()
        if old != row:
            database.execute("REPLACE INTO entry VALUES (?, ?, ?, ?, ?)", row)
            links.append(entry.link)
    database.execute("REPLACE INTO feed VALUES (?, ?, ?)", (url, *validators(answer)))
    return links


def visit_page(session: requests.Session, database: sqlite3.Connection, url: str) -> bool:
    """Asks for one page; whether there was something to store."""
    known = database.execute("SELECT etag, modified FROM page WHERE url = ?", (url,)).fetchone()
    answer = session.get(url, headers=conditions(known), timeout=20)
    if answer.status_code == 304:
        return False
    answer.raise_for_status()
    database.execute("REPLACE INTO page VALUES (?, ?, ?, ?)", (url, *validators(answer), answer.text))
    return True


def conditions(known: tuple[str | None, str | None] | None) -> dict[str, str]:
    """The headers that make a request conditional."""
    etag, modified = known or (None, None)
    headers = {"If-None-Match": etag, "If-Modified-Since": modified}
    return {name: value for name, value in headers.items() if value}


def validators(answer: requests.Response) -> tuple[str | None, str | None]:
    """What the server wants to hear next time."""
    return answer.headers.get("ETag"), answer.headers.get("Last-Modified")


if __name__ == "__main__":
    main()
