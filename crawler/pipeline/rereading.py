"""Stored bytes, read again by today's reader."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from crawler.model import Article, Fetched, KnownArticle, Observation, Revision, Source
from crawler.pipeline.grounds import as_answered, proofs_of, read_again
from crawler.ports import FileReader
from crawler.sandbox.opening import open_document

#: The stored bytes of that name, or None where they are not kept any more.
GetBytes = Callable[[str], Awaitable[bytes | None]]


async def reread(
    revision: Revision, known: KnownArticle, source: Source, get: GetBytes, reader: FileReader
) -> Article | None:
    """What today's reader makes of an article's known state; None where no bytes are left that it can read."""
    for proof in proofs_of(revision, known):
        article = await reread_proof(proof, revision, known, source, get, reader)
        if article is not None:
            return article
    return None


async def reread_proof(
    proof: Observation, revision: Revision, known: KnownArticle, source: Source, get: GetBytes, reader: FileReader
) -> Article | None:
    """What today's reader makes of one stored answer of the article's page."""
    body = await get(proof.sha256)
    if body is None:
        return None
    fetched = as_answered(proof, body)
    opened = await open_document(fetched, reader)
    return read_again(opened if isinstance(opened, Fetched) else fetched, revision, known, source)
