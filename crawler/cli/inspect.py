"""`gazette inspect`: what the parser sees of an address or a file."""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.context import config_path
from crawler.cli.crawl import read_instant
from crawler.cli.filters import JsonFlag
from crawler.cli.output import as_title, emit, emit_json, emit_table
from crawler.cli.show import moment_text

if TYPE_CHECKING:
    from crawler.model import Article, Fetched, Listing, Reading, Source
    from crawler.settings import Settings

EXAMPLE = "Example: gazette inspect saved-page.html --url https://www.example.gov.cn/news/1.html --json"

#: Kinds that never read the HTML pages they are recognised by.
INTERFACES = frozenset({"blogger", "govuk", "federal_register", "json_list"})
#: Media types that are listings wherever they come from.
LISTING_TYPES = ("xml", "rss", "atom", "json")


def inspect(
    context: typer.Context,
    target: Annotated[str, typer.Argument(help="An address, or a file.")],
    url: Annotated[str, typer.Option("--url", help="The address that FILE was saved from.")] = "",
    kind: Annotated[str, typer.Option("--kind", help="Read it as a listing of this source kind; auto finds out.")] = "",
    source: Annotated[str, typer.Option("--source", help="Use the settings of this source.")] = "",
    at: Annotated[str, typer.Option("--at", help="Read it as if it were fetched at this time (RFC 3339).")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Prints the listing, or the article record, that the parser reads. Nothing is remembered. Exit 1: neither."""
    from crawler.cli.signals import run
    from crawler.parser.article import read_article

    kind = "" if kind == "auto" else kind
    pretended = pretended_source(context, source, kind, url or target)
    fetched_at = read_instant(at, "--at") if at else datetime.now(UTC)
    if target.startswith(("http://", "https://")):
        fetched = run(obtain(context, target, pretended, fetched_at))
    else:
        fetched = run(opened(saved_page(Path(target), url, fetched_at)))
    if kind or (source and fetched.url == pretended.url):
        print_listing(read_listing(fetched, pretended), as_json=as_json)
        return
    if is_listing(fetched):
        print_listing(recognise(fetched, pretended) or read_listing(fetched, pretended), as_json=as_json)
        return
    reading = read_article(fetched, pretended)
    listing = None if source or fetched.file else listing_instead(fetched, pretended, reading)
    if listing is not None:
        print_listing(listing, as_json=as_json)
        return
    if reading.article and pretended.attachments == "text" and target.startswith(("http://", "https://")):
        reading = replace(reading, article=run(with_files(reading.article, pretended, fetched_at)))
    print_reading(reading, as_json=as_json)
    if reading.article is None:
        raise typer.Exit(1)


def is_listing(fetched: Fetched) -> bool:
    """Whether the media type alone says that this is a listing."""
    return (
        any(word in fetched.media_type.rpartition("/")[2] for word in LISTING_TYPES)
        and "html" not in fetched.media_type
    )


def listing_instead(fetched: Fetched, source: Source, reading: Reading) -> Listing | None:
    """The list that an answer is, rather than an article; None where it is one, an error page, or nothing to read."""
    from crawler.model import Verdict
    from crawler.parser.probe import tells_more

    if reading.article is None and reading.assessment.verdict not in (
        Verdict.STUB,
        Verdict.WRONG_TYPE,
        Verdict.WRONG_PAGE,
    ):
        return None
    listing = recognise(fetched, source)
    if listing and reading.article and reading.article.blocks and tells_more(reading.article, listing.entries):
        return None
    return listing


def recognise(fetched: Fetched, source: Source) -> Listing | None:
    """The list as the kind reads it that recognises it; None where none finds an entry or the way to the list."""
    from crawler.errors import ParseError
    from crawler.parser.probe import probe

    try:
        kind = probe(fetched).kind
        if kind == "page":
            return None
        # What reads an interface of the site lies elsewhere: what is shown here is the page.
        kind = "html_list" if kind in INTERFACES and not is_listing(fetched) else kind
        listing = read_listing(fetched, as_kind(replace(source, url=fetched.url), kind))
    except ParseError:
        return None
    return listing if listing.entries or listing.next else None


def as_kind(source: Source, kind: str) -> Source:
    """The source as another kind, with that kind's defaults."""
    from crawler.parser.kinds import find_kind

    return replace(source, kind=kind, options=find_kind(kind).Options())


def settings_or_none(context: typer.Context) -> Settings | None:
    """The configuration where there is one: inspecting a file needs none."""
    from crawler.settings import load_settings

    path = config_path(context)
    if path is None and not Path("config").exists():
        return None
    return load_settings(path, os.environ)


def pretended_source(context: typer.Context, source_id: str, kind: str, address: str) -> Source:
    """The source whose settings apply: the named one, or a bare one for this address. Raises ``UsageError``."""
    from crawler.errors import UsageError
    from crawler.model import Source
    from crawler.text.dates import default_timezone
    from crawler.text.urls import host_of

    if source_id:
        settings = settings_or_none(context)
        found = next((each for each in settings.sources if each.id == source_id), None) if settings else None
        if found is None:
            raise UsageError(f"no source is called {source_id}")
        return as_kind(found, kind) if kind else found
    zone = default_timezone(host_of(address), "")
    return as_kind(Source(id="inspected", kind="feed", url=address, timezone=zone), kind or "feed")


async def obtain(context: typer.Context, target: str, source: Source, fetched_at: datetime) -> Fetched:
    """The answer of an address, asked under the usual rules. Raises ``GazetteError`` when there is none."""
    from crawler.bootstrap import FixedClock
    from crawler.errors import GazetteError
    from crawler.fetcher.client import HttpFetcher
    from crawler.model import Fetched, Purpose, Request

    settings = settings_or_none(context)
    if source.id == "inspected" and settings is not None:
        source = replace(source, fetch=settings.fetch)
    async with HttpFetcher(clock=FixedClock(fetched_at)) as fetcher:
        response = await fetcher.fetch(Request(url=target, purpose=Purpose.ARTICLE), source)
    if not isinstance(response, Fetched):
        raise GazetteError(f"{target}: {getattr(response, 'reason', 'not modified')}")
    return await opened(response)


async def with_files(article: Article, source: Source, fetched_at: datetime) -> Article:
    """The article with the texts of its files, as its source wants them."""
    from crawler.bootstrap import FixedClock
    from crawler.fetcher.client import HttpFetcher
    from crawler.model import Assessment, Verdict
    from crawler.pipeline.files import Files, Purse
    from crawler.pipeline.looks import ArticleLook
    from crawler.sandbox.pool import Sandbox

    async def forget(_: Sequence[bytes]) -> None:
        """Nothing is remembered."""

    look = ArticleLook(keys=(), assessment=Assessment(verdict=Verdict.OK), article=article)
    async with HttpFetcher(clock=FixedClock(fetched_at)) as fetcher, Sandbox(size=1) as reader:
        found = await Files(fetcher, forget, reader).look_at(source, look, Purse(source.attachment_budget_per_check))
    notes = {state.url: state.note for state in found.files}
    files = found.article.attachments if found.article else article.attachments
    return replace(
        article, attachments=tuple(replace(each, note=each.note or notes.get(each.url, "")) for each in files)
    )


async def opened(fetched: Fetched) -> Fetched:
    """The same answer, with its text where it is a file and no page."""
    from crawler.model import Fetched
    from crawler.sandbox.opening import open_document
    from crawler.sandbox.pool import Sandbox

    async with Sandbox(size=1) as reader:
        response = await open_document(fetched, reader)
    return response if isinstance(response, Fetched) else fetched


def saved_page(path: Path, url: str, fetched_at: datetime) -> Fetched:
    """A saved body as if it had just been fetched. Raises ``UsageError``."""
    from crawler.errors import UsageError
    from crawler.model import Fetched, Purpose, Request, digest

    try:
        body = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; give a file, or an address that begins with http") from error
    address = url or path.resolve().as_uri()
    media_type = mimetypes.guess_type(path.name)[0] or "text/html"
    return Fetched(
        request=Request(url=address, purpose=Purpose.ARTICLE),
        url=address,
        status=200,
        headers=(("content-type", media_type),),
        body=body,
        sha256=digest(body),
        fetched_at=fetched_at,
    )


def read_listing(fetched: Fetched, source: Source) -> Listing:
    """The listing as the kind reads it. Raises ``ParseError``."""
    from crawler.parser.kinds import find_kind

    return find_kind(source.kind).parse_listing(source, fetched)


def print_listing(listing: Listing, *, as_json: bool) -> None:
    """The entries of a listing."""
    from crawler.record import entry_record

    notes = listing_notes(listing)
    if as_json:
        entries = [entry_record(each) for each in listing.entries]
        following = listing.next.url if listing.next else None
        emit_json({"verdict": "ok", "title": listing.title, "entries": entries, "next": following, "notes": notes})
        return
    emit(f"{len(listing.entries)} entries{' (all there are)' if listing.exhaustive else ''}  {as_title(listing.title)}")
    emit_table(
        ("published", "title", "url"),
        [
            (moment_text(each.published) or "-", as_title(each.title), as_title(each.url, 200))
            for each in listing.entries
        ],
    )
    for remark in notes:
        emit(f"note: {as_title(remark, 400)}")


def listing_notes(listing: Listing) -> list[str]:
    """Where the listing goes on, and what its publisher asks of those who poll it."""
    from crawler.parser.families import wishes

    following = [f"goes on at {listing.next.url}"] if listing.next else []
    return [*following, *wishes(listing.hints)]


def print_reading(reading: Reading, *, as_json: bool) -> None:
    """The verdict, and the article where there is one."""
    from crawler.record import inspect_record

    verdict = reading.assessment.verdict.value
    if as_json:
        emit_json({**(inspect_record(reading.article) if reading.article else {}), "verdict": verdict})
        return
    emit(f"verdict: {verdict}  {as_title(reading.assessment.reason, 300)}".rstrip())
    if reading.article:
        print_article(reading.article)


def print_article(article: Article) -> None:
    """The article's fields, where each was found, and its text."""
    from crawler.cli.show import article_lines, print_file

    found = dict(article.provenance)
    emit(as_title(article.title, 300))
    for label, field, value in article_lines(article):
        if value:
            emit(f"  {label:<12} {value}" + (f"   [{found[field]}]" if field in found else ""))
    emit()
    for block in article.blocks:
        emit(f"{block.kind.value:<10} {block.language or '-':<3} {as_title(block.text, 100_000)}")
    for file in article.attachments:
        print_file(file)
