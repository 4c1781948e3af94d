"""The dead man's switch: an address that is called while all goes well, so that somebody notices when it stops.

Called after a good round (the daemon asked what is due, and the database answered), once a minute at most, by a task of
its own: a slow or silent answer holds nothing up, and a failed call is told once and simply made again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from crawler.settings import Settings

log = logging.getLogger(__name__)

#: Seconds between two calls, and how long one may take.
EVERY, TIMEOUT = 60.0, 10.0


async def call(settings: Settings) -> None:
    """One GET under the guard of [fetch]; redirects are not followed. Raises ``OSError`` where it does not succeed."""
    import httpx

    from crawler.fetcher.guard import guarded_transport

    fetch = settings.fetch
    transport = guarded_transport(
        allow_private=fetch.allow_private_networks, private_hosts=fetch.private_hosts, connections=1
    )
    try:
        async with (
            asyncio.timeout(TIMEOUT),
            httpx.AsyncClient(transport=transport, trust_env=False, follow_redirects=False, timeout=None) as client,  # noqa: S113 - bounded as a whole
            client.stream("GET", settings.heartbeat_url, headers={"user-agent": fetch.user_agent}) as response,
        ):
            if not response.is_success:
                raise OSError(f"it answered {response.status_code}")
    except TimeoutError as error:
        raise OSError(f"no answer within {TIMEOUT:g} s") from error
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError) as error:
        raise OSError(str(error) or type(error).__name__) from error


class Beacon:
    """Makes the calls. ``now`` is a clock of seconds that nobody sets."""

    def __init__(
        self, *, now: Callable[[], float], call: Callable[[Settings], Awaitable[None]] = call, every: float = EVERY
    ) -> None:
        self._now = now
        self._call = call
        self._every = every
        self._called_at: float | None = None
        self._task: asyncio.Task[None] | None = None
        self._failing = False

    def round_was_good(self, settings: Settings) -> None:
        """Calls the address of the configuration, where there is one and its time has come."""
        if not settings.heartbeat_url or (self._task is not None and not self._task.done()):
            return
        if self._called_at is None or self._now() - self._called_at >= self._every:
            self._called_at = self._now()
            self._task = asyncio.create_task(self._try(settings), name="heartbeat address")

    async def _try(self, settings: Settings) -> None:
        try:
            await self._call(settings)
        except Exception as error:  # noqa: BLE001 - whatever it is, checks and alerts go on
            if not self._failing:
                log.warning("the heartbeat address cannot be called: %s", error)
            self._failing = True
            return
        if self._failing:
            log.info("the heartbeat address can be called again")
        self._failing = False

    async def close(self) -> None:
        """Gives up the call under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
