"""What tests that feed kinds with nonsense share: how a response arrives, and what an answer must be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from crawler.errors import ParseError
from crawler.model import Fetched, Listing, Purpose, Request


def receive(body: bytes, url: str) -> Fetched:
    request = Request(url=url, purpose=Purpose.LISTING)
    now = datetime(2026, 6, 20, 1, tzinfo=UTC)
    return Fetched(request=request, url=url, status=200, headers=(), body=body, sha256="", fetched_at=now)


@contextmanager
def complaint_about(url: str) -> Iterator[None]:
    """Lets a ``ParseError`` pass that names the address."""
    try:
        yield
    except ParseError as error:
        if url not in str(error):
            raise


def assert_storable(listing: Listing) -> None:
    assert len(listing.entries) <= 2_000
    listing.title.encode()
    for entry in listing.entries:
        assert entry.url or entry.title
        texts = (entry.url, entry.title, entry.id, entry.summary, entry.body, entry.publisher, *entry.authors)
        "".join(texts).encode()
        assert all(moment is None or moment.instant.tzinfo for moment in (entry.published, entry.updated))
