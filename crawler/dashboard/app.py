"""Addresses, and what answers them. What asks the database or makes a page runs on the dashboard's own thread."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from crawler.dashboard import pages
from crawler.dashboard.doors import HEALTH, LARGEST_BODY, Doors
from crawler.dashboard.pages import Visitor
from crawler.dashboard.words import choose_language
from crawler.errors import SnapshotLost, StoreError
from crawler.model import Change, ChangeKind
from crawler.notifier.message.feed import FeedHead, answer_feed, item_of
from crawler.notifier.unsubscribe import PATH as UNSUBSCRIBE
from crawler.notifier.unsubscribe import answer
from crawler.pipeline.writer import StoreThread
from crawler.ports import Measures, Snapshots
from crawler.settings import Settings
from crawler.settings.values import WebSettings
from storage.store import SqlStore

log = logging.getLogger(__name__)

#: Changes on the first page, and of one article on its page.
MOST_CHANGES = 100
FEED_LENGTH, LONGEST_FEED = 50, 200
#: What a check of health found is told again for so many seconds: anyone may ask.
HEALTH_SECONDS = 1.0
#: What strangers are told of it where there is a password: no process, no version, no path.
OPEN_HEALTH = ("well", "ticked_at", "stopped", "sources", "overdue", "lag_seconds")

#: Whether all is well, and what `gazette health --json` says.
HealthCheck = Callable[[], tuple[bool, Mapping[str, object]]]
#: What Prometheus is answered; None where there is nothing for it.
Measuring = Callable[[], Measures | None]
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What answers are made from. ``settings`` and ``web`` give those of the moment: a daemon may read them again.

    ``measures`` gives those of the daemon that serves, or None.
    """

    store: SqlStore
    snapshots: Snapshots
    thread: StoreThread
    settings: Callable[[], Settings]
    web: Callable[[], WebSettings]
    health: HealthCheck
    measures: Measuring


def build_app(desk: Desk) -> Doors:
    """The dashboard as an ASGI application, behind its doors."""
    views: dict[str, Callable[[Desk, Request], Response]] = {
        "/": show_home,
        "/feed.atom": show_feed,
        "/feed.json": show_feed,
        "/changes/{id}": show_change,
        "/changes/{id}/evidence": show_evidence,
        "/changes/{id}/evidence/{sha256}": send_evidence,
        "/articles/{id}": show_article,
    }
    routes = [Route(path, on_thread(desk, view), methods=["GET"]) for path, view in views.items()]
    unsubscribing = taking_body(on_thread(desk, unsubscribe))
    routes += [
        Route(UNSUBSCRIBE + "{token}", unsubscribing, methods=["GET", "POST"]),
        Route(HEALTH, watch_health(desk), methods=["GET"]),
        Route("/metrics", show_measures(desk), methods=["GET"]),
        Route("/style.css", serve_style(), methods=["GET"]),
    ]
    app = Starlette(
        routes=routes,
        exception_handlers={HTTPException: show_refusal, SnapshotLost: show_loss, StoreError: show_trouble},
    )
    app.router.redirect_slashes = False  # a proxy's scheme and path are not ours to guess
    return Doors(app, desk.web)  # around all of it: what fails unforeseen is answered with the same headers


def on_thread(desk: Desk, view: Callable[[Desk, Request], Response]) -> Endpoint:
    """The view, made on the dashboard's thread: neither the event loop nor a crawl waits for it."""

    async def endpoint(request: Request) -> Response:
        return await desk.thread.call(view, desk, request)

    return endpoint


def visitor_of(request: Request) -> Visitor:
    """Whom to answer, as their browser says."""
    language = choose_language(request.query_params.get("lang", ""), request.headers.get("accept-language", ""))
    return Visitor(language, request.state.prefix)


def page(request: Request, html: str, status: int = 200) -> HTMLResponse:
    """A page in the language of whoever asked."""
    headers = {"Content-Language": visitor_of(request).language, "Vary": "Accept-Language, Authorization"}
    return HTMLResponse(html.encode("utf-8", "replace"), status, headers)


# -- what mails and feeds link to ------------------------------------------------------------------------------------


def show_home(desk: Desk, request: Request) -> Response:
    """The latest changes."""
    changes = desk.store.list_changes(limit=MOST_CHANGES, with_baselines=False)
    return page(request, pages.home_page(changes, visitor_of(request)))


def show_change(desk: Desk, request: Request) -> Response:
    """The comparison."""
    return page(request, pages.change_page(find_change(desk, request), visitor_of(request)))


def show_evidence(desk: Desk, request: Request) -> Response:
    """What proves a change."""
    return page(request, pages.evidence_page(find_change(desk, request), visitor_of(request)))


def send_evidence(desk: Desk, request: Request) -> Response:
    """A body as it was received: to be kept, never to be shown. A stranger's page must not run under our name."""
    sha256 = request.path_params["sha256"]
    if sha256 not in {each.sha256 for _, each in pages.observations_of(find_change(desk, request)) if each.sha256}:
        raise HTTPException(404)
    headers = {
        "Content-Disposition": f'attachment; filename="{sha256}.bin"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(desk.snapshots.get(sha256), headers=headers, media_type="application/octet-stream")


def find_change(desk: Desk, request: Request) -> Change:
    """The change that an address names."""
    change = desk.store.told_change(request.path_params["id"])
    if change is None:
        raise HTTPException(404)
    return change


def show_article(desk: Desk, request: Request) -> Response:
    """An article, as its latest revision or the one of ``?revision=`` has it."""
    known = next(iter(desk.store.load_articles([request.path_params["id"].replace("\0", "")])), None)
    if known is None:
        raise HTTPException(404)
    wanted = read_number(request, "revision", known.revision, 1, 1_000_000_000)
    revision = desk.store.revision_of(known.id, wanted)
    if revision is None and "revision" in request.query_params:
        raise HTTPException(404)
    changes = desk.store.changes_of(known.id, newest=MOST_CHANGES)
    is_latest = wanted == known.revision
    return page(request, pages.article_page(known, revision, changes, visitor_of(request), is_latest=is_latest))


def show_feed(desk: Desk, request: Request) -> Response:
    """Changes as a feed, those of ``?source=`` and ``?kind=``; nothing where the reader has it already."""
    query, url = request.query_params, desk.web().public_url
    kinds = query.getlist("kind")
    if unknown := set(kinds) - {kind.value for kind in ChangeKind}:
        told = ", ".join(kind.value for kind in ChangeKind)
        raise HTTPException(400, f"kind: {min(unknown)[:40]!r}; expected {told}")
    limit = read_number(request, "limit", FEED_LENGTH, 1, LONGEST_FEED)
    sources = [source.replace("\0", "") for source in query.getlist("source")]
    changes = desk.store.list_changes(sources=sources, kinds=kinds, limit=limit, with_baselines=False)
    form, visitor = request.url.path.rpartition(".")[2], visitor_of(request)
    head = FeedHead(name="changes", title="Gazette", home=url, self_url=self_address(request, url))
    items = [item_of(change, visitor.reader, url) for change in changes]
    given = answer_feed(form, items, head, if_none_match=request.headers.get("if-none-match", ""))
    return Response(given.body, given.status, {**given.headers, "Vary": "Accept-Language, Authorization"})


def self_address(request: Request, public_url: str) -> str:
    """Where the feed can be had again, with its filters; nowhere for certain without a public address."""
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{public_url}{request.url.path}{query}" if public_url else ""


def read_number(request: Request, name: str, default: int, low: int, high: int) -> int:
    """A number of the query. Raises ``HTTPException`` where it is none, or out of its range."""
    given = request.query_params.get(name)
    if given is None:
        return default
    if not (given.isascii() and given.isdecimal() and len(given) < 12 and low <= int(given) <= high):
        raise HTTPException(400, f"{name}: {given[:40]!r}; expected a number from {low} to {high}")
    return int(given)


# -- what programs ask -----------------------------------------------------------------------------------------------


def unsubscribe(desk: Desk, request: Request) -> Response:
    """One click (RFC 8058), or the form that asks first."""
    method = "POST" if request.method == "POST" else "GET"
    given = answer(method, request.path_params["token"], desk.settings().subscriptions, desk.store)
    return Response(given.body.encode("utf-8", "replace"), given.status, dict(given.headers))


def taking_body(endpoint: Endpoint) -> Endpoint:
    """Reads what comes with a request, which says nothing we need, before it is answered: some wait for that."""

    async def take(request: Request) -> Response:
        size = 0
        with suppress(ClientDisconnect):
            async for piece in request.stream():
                size += len(piece)
                if size > LARGEST_BODY:
                    raise HTTPException(413)
        return await endpoint(request)

    return take


def watch_health(desk: Desk) -> Endpoint:
    """Answers as `gazette health` does: 200, or 503. Looks at most once a second."""
    looking, last = asyncio.Lock(), list[tuple[float, bool, Mapping[str, object]]]()

    async def endpoint(request: Request) -> Response:
        async with looking:
            if not last or time.monotonic() - last[0][0] > HEALTH_SECONDS:
                last[:] = [(time.monotonic(), *await asyncio.to_thread(desk.health))]
        _, is_well, record = last[0]
        shown = record if request.state.is_known else {key: record[key] for key in OPEN_HEALTH if key in record}
        return JSONResponse(dict(shown), 200 if is_well else 503, {"Cache-Control": "no-store"})

    return endpoint


def show_measures(desk: Desk) -> Endpoint:
    """What the daemon measures, where ``[metrics] web`` asks for it; `gazette serve` measures nothing."""

    async def endpoint(_: Request) -> Response:
        measures = desk.measures()
        if measures is None:
            raise HTTPException(404)
        return Response(measures.body, media_type=measures.media_type, headers={"Cache-Control": "no-store"})

    return endpoint


def serve_style() -> Endpoint:
    """The one style sheet."""
    style = files("crawler.dashboard").joinpath("style.css").read_bytes()

    async def endpoint(_: Request) -> Response:
        return Response(style, media_type="text/css", headers={"Cache-Control": "private, max-age=3600"})

    return endpoint


# -- where there is no answer ----------------------------------------------------------------------------------------


async def show_refusal(request: Request, error: Exception) -> Response:
    """Not found, not allowed, or asked in a way that means nothing."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    detail = error.detail if isinstance(error, HTTPException) else ""
    if status == 404:
        return page(request, pages.note_page(visitor_of(request), "web_404"), 404)
    answered = page(request, pages.note_page(visitor_of(request), "web_400", detail), status)
    if isinstance(error, HTTPException) and error.headers:
        answered.headers.update(error.headers)
    return answered


async def show_loss(request: Request, _: Exception) -> Response:
    """The bytes are gone, what is known of them is not."""
    return page(request, pages.note_page(visitor_of(request), "web_410"), 410)


async def show_trouble(request: Request, error: Exception) -> Response:
    """The database cannot be used; the log says why."""
    log.warning("the dashboard cannot use the database: %s", error)
    return page(request, pages.note_page(visitor_of(request), "web_503"), 503)
