"""`gazette probe`: what an address is, and the block that would watch it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.context import config_path
from crawler.cli.filters import JsonFlag
from crawler.cli.output import as_title, counted, emit, emit_json, emit_table

if TYPE_CHECKING:
    from crawler.model import FetchPolicy, Source
    from crawler.onboarding.discover import Discovery
    from crawler.settings import Settings

EXAMPLE = "Example: gazette probe https://www.example.gov.cn/news/"


def probe(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="The address of a feed, a page of news, a blog, an article.")],
    as_json: JsonFlag = False,
) -> None:
    """Finds out what an address is; prints a block to paste and the first entries. Writes nothing."""
    from crawler.cli.signals import run
    from crawler.onboarding.discover import check_address, source_block
    from crawler.onboarding.naming import name_source

    check_address(url)
    settings = settings_or_none(context)
    found = run(look_at(url, fetch_policy(settings)))
    taken = {source.id for source in settings.sources} if settings else set()
    block = source_block(found.probed, id=name_source(found.probed.url, found.probed.title, taken))
    if as_json:
        emit_json(discovery_record(found) | {"block": block})
        return
    print_discovery(url, found)
    emit(block.rstrip("\n"))


def settings_or_none(context: typer.Context) -> Settings | None:
    """The configuration where there is one: looking needs none. Raises ``ConfigError`` for one that is wrong."""
    from crawler.settings import load_settings

    path = config_path(context)
    if path is None and not Path("config").exists():
        return None
    return load_settings(path, os.environ)


def fetch_policy(settings: Settings | None) -> FetchPolicy:
    """The configured ``[fetch]``, or its defaults."""
    from crawler.model import FetchPolicy

    return settings.fetch if settings else FetchPolicy()


async def look_at(url: str, policy: FetchPolicy) -> Discovery:
    """What is at the address. Raises ``Unreadable``."""
    from crawler.bootstrap import SystemClock
    from crawler.fetcher.client import HttpFetcher
    from crawler.onboarding.discover import discover
    from crawler.sandbox.opening import OpeningFetcher
    from crawler.sandbox.pool import Sandbox

    async with HttpFetcher(clock=SystemClock()) as fetcher, Sandbox(size=1) as reader:
        return await discover(url, OpeningFetcher(fetcher, reader), policy)


async def look_at_article(url: str, source: Source) -> tuple[str, str]:
    """The lasting address and the title of a hand-picked article. Raises ``Unreadable``."""
    from crawler.bootstrap import SystemClock
    from crawler.fetcher.client import HttpFetcher
    from crawler.onboarding.discover import find_article
    from crawler.sandbox.opening import OpeningFetcher
    from crawler.sandbox.pool import Sandbox

    async with HttpFetcher(clock=SystemClock()) as fetcher, Sandbox(size=1) as reader:
        return await find_article(url, OpeningFetcher(fetcher, reader), source)


def print_discovery(url: str, found: Discovery) -> None:
    """What it is, the first entries, and what is worth knowing."""
    from crawler.cli.show import moment_text

    probed = found.probed
    listed = counted(found.listed, "entry", "entries")
    emit(f"{as_title(url, 300)}: {probed.kind}, {listed}" + (f", {as_title(probed.title)}" if probed.title else ""))
    if probed.entries:
        rows = [
            (moment_text(each.published) or "-", as_title(each.title or "-"), as_title(each.url, 200))
            for each in probed.entries
        ]
        emit_table(("published", "title", "url"), rows)
    for note in probed.notes:
        emit(f"note: {as_title(note, 300)}")
    emit()


def discovery_record(found: Discovery) -> dict[str, object]:
    """What was found as JSON."""
    from crawler.record import entry_record

    probed = found.probed
    return {
        "kind": probed.kind,
        "url": probed.url,
        "title": probed.title,
        "timezone": probed.timezone,
        "language": probed.language,
        "options": dict(probed.options),
        "listed": found.listed,
        "entries": [entry_record(each) for each in probed.entries],
        "feeds": list(probed.feeds),
        "notes": list(probed.notes),
    }
