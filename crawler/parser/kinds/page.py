"""One HTML page that is itself the article: a table of fees, a rulebook, guidance. Its listing is that one entry.

What the page says becomes the entry's text, so that a changed page is looked at at once, and clocks, counters and
neighbours, which the reader leaves out, bring nobody to look.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from crawler.errors import ParseError
from crawler.model import ABSENT, Article, BlockKind, Entry, Fetched, Listing, Request, Source, SourceState
from crawler.parser.article import read_article
from crawler.parser.feeds import excerpt
from crawler.parser.kinds import ask_for_listing, ask_for_page
from crawler.text.urls import is_http

_TAGS = {BlockKind.HEADING: "h2", BlockKind.LIST_ITEM: "li"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """A page has no options; ``[source.article]`` says where its parts are, should they not be found."""


def request_listing(source: Source, state: SourceState | None) -> Request:
    """The page itself."""
    return ask_for_listing(source, state)


def parse_listing(source: Source, fetched: Fetched) -> Listing:
    """The page as its one entry; where it says that it is gone, its address alone, for the article's look to prove.

    Raises ``ParseError`` for a challenge, a stub, or what is no page (a PDF).
    """
    url = source.url if is_http(source.url) else fetched.url
    reading = read_article(fetched, source)
    assessment = reading.assessment
    if assessment.verdict in ABSENT:
        return Listing(entries=(Entry(url=url, title=""),))
    if reading.article is None:
        message = f"{fetched.url} cannot be read as an article: {assessment.reason or assessment.verdict}"
        raise ParseError(message, excerpt=excerpt(fetched.body))
    return Listing(entries=(_entry(url, reading.article),), title=reading.article.title)


def request_article(source: Source, entry: Entry) -> Request | None:
    """The page once more, as the evidence of the article."""
    return ask_for_page(source, entry)


def _entry(url: str, article: Article) -> Entry:
    return Entry(
        url=url,
        title=article.title,
        published=article.published,
        updated=article.updated,
        body="\n".join(_paragraphs(article)),
        authors=article.authors,
        publisher=article.publisher,
        language=article.language,
        attachments=article.attachments,
    )


def _paragraphs(article: Article) -> Iterator[str]:
    for block in article.blocks:
        tag = _TAGS.get(block.kind, "p")
        yield f"<{tag}>{escape(block.text)}</{tag}>"
