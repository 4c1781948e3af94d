"""One request for what several checks want at the same moment: sources often list the same new post."""

from __future__ import annotations

import asyncio

from crawler.model import FetchPolicy, Request, Response, Source
from crawler.ports import Fetcher


class SharingFetcher:
    """Asks through another fetcher; who wants what is being asked for already waits for that answer.

    Only requests made under the same policy are shared: headers, proxies and limits are part of what is asked.
    """

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._under_way: dict[tuple[Request, FetchPolicy], asyncio.Task[Response]] = {}

    async def fetch(self, request: Request, source: Source) -> Response:
        """See ``Fetcher.fetch``. One who stops waiting leaves the request to the others."""
        wanted = (request, source.fetch)
        asked = self._under_way.get(wanted)
        if asked is None:
            asked = asyncio.create_task(self._fetcher.fetch(request, source))
            self._under_way[wanted] = asked
            asked.add_done_callback(lambda _: self._under_way.pop(wanted, None))
        return await asyncio.shield(asked)
