"""One request for what several checks want at the same moment: sources often list the same new post."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from crawler.model import FetchPolicy, Request, Response, Source
from crawler.ports import Fetcher

#: All that decides what is asked: the request, policy and language of the source, and where its secrets may go.
Wanted = tuple[Request, FetchPolicy, str, str]


@dataclass(slots=True)
class _Errand:
    """A request under way, and how many wait for its answer."""

    task: asyncio.Task[Response]
    waiting: int = 0


class SharingFetcher:
    """Asks through another fetcher; who wants what is being asked for already waits for that answer.

    Only requests made under the same policy are shared: headers, proxies and limits are part of what is asked.
    """

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._under_way: dict[Wanted, _Errand] = {}

    async def fetch(self, request: Request, source: Source) -> Response:
        """See ``Fetcher.fetch``. One who stops waiting leaves the request to the others; the last one ends it."""
        wanted = _wanted(request, source)
        errand = self._under_way.get(wanted)
        if errand is None:
            errand = self._under_way[wanted] = _Errand(asyncio.create_task(self._fetcher.fetch(request, source)))
        errand.waiting += 1
        try:
            return await asyncio.shield(errand.task)
        finally:
            errand.waiting -= 1
            if self._under_way.get(wanted) is errand and (errand.task.done() or not errand.waiting):
                del self._under_way[wanted]  # at once: nobody may join what is being ended
            if not errand.waiting:
                errand.task.cancel()  # nothing, where it is done


def _wanted(request: Request, source: Source) -> Wanted:
    # Where there are headers of the user's, the source's own address decides which of them are sent.
    return request, source.fetch, source.language, source.url if source.fetch.headers else ""
