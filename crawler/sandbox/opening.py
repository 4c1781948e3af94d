"""Responses that are files instead of pages, with the text that the sandbox reads out of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crawler.model import Fetched, FileOutcome, FileText, Request, Response, Source
from crawler.parser.files.forms import is_document
from crawler.ports import Fetcher, FileReader


class Unopened:
    """The reader where none is built: it says that nobody tried."""

    async def read(self, body: bytes, *, names: Sequence[str] = (), media_type: str = "") -> FileText:
        """See ``FileReader``."""
        return FileText(outcome=FileOutcome.NOT_TRIED, note="files are not opened here")


async def open_document(response: Response, reader: FileReader) -> Response:
    """The response with the text of the file that its body is; any other response as it is."""
    if not isinstance(response, Fetched) or response.file is not None or response.truncated:
        return response
    if not 200 <= response.status < 300 or not is_document(response.body):
        return response
    text = await reader.read(response.body, names=names_of(response), media_type=response.media_type)
    return replace(response, file=text)


def names_of(response: Fetched) -> tuple[str, ...]:
    """What a file is called: its address as asked for, and where that led."""
    return response.request.url, response.url


class OpeningFetcher:
    """A fetcher that opens every file it brings: for whoever looks at an address once."""

    def __init__(self, fetcher: Fetcher, reader: FileReader) -> None:
        self._fetcher = fetcher
        self._reader = reader

    async def fetch(self, request: Request, source: Source) -> Response:
        """See ``Fetcher``."""
        return await open_document(await self._fetcher.fetch(request, source), self._reader)
