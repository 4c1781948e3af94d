"""A fetcher that answers from memory: for tests, and for looking at a saved page as if it had just come in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Self

from crawler.model import (
    Fetched,
    FetchFailure,
    NotModified,
    Purpose,
    Request,
    Response,
    Source,
    Validators,
    Verdict,
    digest,
)
from crawler.ports import Clock


class ReplayFetcher:
    """Implements ``ports.Fetcher`` over recorded responses, by URL.

    A list is answered in its order, the last one for ever. Conditional requests are honoured as a server would.
    ``requests`` holds what was asked, in order.
    """

    def __init__(self, responses: Mapping[str, Response | Sequence[Response]], *, clock: Clock) -> None:
        self._queues = {url: _as_list(recorded) for url, recorded in responses.items()}
        self._clock = clock
        self.requests: list[Request] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Nothing is held open."""

    async def fetch(self, request: Request, source: Source) -> Response:
        """The recorded response for the URL of ``request``; a failure where there is none."""
        self.requests.append(request)
        now = self._clock.now()
        queue = self._queues.get(request.url)
        if not queue:
            reason = f"no response is recorded for {request.url}"
            return FetchFailure(
                request=request, url=request.url, fetched_at=now, verdict=Verdict.UNREACHABLE, reason=reason
            )
        answer = queue.pop(0) if len(queue) > 1 else queue[0]
        if isinstance(answer, Fetched) and answer.status == 200 and _matches(request.validators, answer):
            return NotModified(request=request, url=answer.url, fetched_at=now, headers=answer.headers)
        return replace(answer, request=request, fetched_at=now)


def record_response(
    url: str,
    body: bytes,
    *,
    fetched_at: datetime,
    status: int = 200,
    headers: Sequence[tuple[str, str]] = (),
    purpose: Purpose = Purpose.ARTICLE,
) -> Fetched:
    """A response made from bytes at hand (a saved file), as if ``url`` had just been fetched."""
    return Fetched(
        request=Request(url=url, purpose=purpose),
        url=url,
        status=status,
        headers=tuple((name.lower(), value) for name, value in headers),
        body=body,
        sha256=digest(body),
        fetched_at=fetched_at,
    )


def _as_list(recorded: Response | Sequence[Response]) -> list[Response]:
    return [recorded] if isinstance(recorded, (Fetched, NotModified, FetchFailure)) else list(recorded)


def _matches(asked: Validators, answer: Fetched) -> bool:
    """Whether a server would answer 304: the entity tag decides where one was sent (RFC 9110 §13.2.2)."""
    held = answer.validators
    if asked.etag:
        return asked.etag == held.etag
    return bool(asked.last_modified) and asked.last_modified == held.last_modified
