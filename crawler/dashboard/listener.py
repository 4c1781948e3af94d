"""The socket, the server, and the thread that asks the database for it."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

from starlette.types import ASGIApp
from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

from crawler.bootstrap import open_database, open_snapshots
from crawler.dashboard.app import Desk, HealthCheck, Measuring, build_app
from crawler.errors import ConfigError, StoreError
from crawler.pipeline.writer import StoreThread
from crawler.settings import Settings
from crawler.settings.values import WebSettings

log = logging.getLogger(__name__)

MOST_CONNECTIONS = 64
#: How long a connection may last: nobody holds one by asking, or by taking the answer, a byte at a time.
CONNECTION_SECONDS = 60.0
#: How long it may take to ask the first time.
ASKING_SECONDS = 10.0
CLOSING_SECONDS = 3


class QuietServer(Server):
    """uvicorn, where signals belong to whoever runs the event loop."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures none."""
        yield


class BoundedConnection(H11Protocol):
    """A connection that ends in time, whatever its other side does."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
        """Sets the clocks. Sends head and body at once: asyncio sees to that only for sockets of its own making."""
        super().connection_made(transport)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._clocks = (
            self.loop.call_later(ASKING_SECONDS, self._end_unless_asked),
            self.loop.call_later(CONNECTION_SECONDS, transport.abort),
        )

    def connection_lost(self, exc: Exception | None) -> None:
        """Stops them."""
        for clock in self._clocks:
            clock.cancel()
        super().connection_lost(exc)

    def _end_unless_asked(self) -> None:
        if self.cycle is None:
            self.transport.abort()


@asynccontextmanager
async def serving(
    settings: Callable[[], Settings], health: HealthCheck, measures: Measuring = lambda: None
) -> AsyncIterator[str]:
    """Serves the dashboard at the address it yields. ``settings`` and ``measures`` give those of the moment.

    Raises ``ConfigError`` where nothing can listen there, ``StoreError`` where there is no database to read.
    """
    first = settings()
    with bind(first.web) as listening, open_database(first, create=False) as store:
        snapshots = open_snapshots(first, store)
        async with StoreThread(store, snapshots) as thread:
            desk = Desk(
                store=store,
                snapshots=snapshots,
                thread=thread,
                settings=settings,
                web=lambda: web_of(settings(), first.web),
                health=health,
                measures=measures,
            )
            server = QuietServer(configure(build_app(desk)))
            task = asyncio.create_task(server.serve(sockets=[listening]))
            try:
                address = address_of(listening)
                log.info("the dashboard listens", extra={"address": address})
                yield address
            finally:
                server.should_exit = True
                await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def serving_if_possible(
    settings: Callable[[], Settings], health: HealthCheck, measures: Measuring
) -> AsyncIterator[None]:
    """Serves beside other work, which goes on where the dashboard cannot."""
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(serving(settings, health, measures))
        except (ConfigError, StoreError) as error:
            log.warning("there is no dashboard: %s", error)
        yield


def web_of(settings: Settings, bound: WebSettings) -> WebSettings:
    """The settings of the moment, unless they are for another address: whether a password is needed hangs on it."""
    return settings.web if settings.web.listen == bound.listen else bound


def configure(app: ASGIApp) -> Config:
    """uvicorn without what we do ourselves or do not want: logs, signals, proxies' headers, WebSocket."""
    return Config(
        app,
        http=BoundedConnection,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        h11_max_incomplete_event_size=16 * 1024,
        timeout_graceful_shutdown=CLOSING_SECONDS,
    )


@contextmanager
def bind(web: WebSettings) -> Iterator[socket.socket]:
    """A socket that listens where the configuration says, closed at the end. Raises ``ConfigError``."""
    host = web.listen.strip("[]")
    try:
        found = socket.getaddrinfo(host, web.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, *_, address = min(found, key=lambda each: each[0] != socket.AF_INET)  # localhost: IPv4 before IPv6
        listening = socket.create_server(
            address[:2],
            family=family,
            backlog=MOST_CONNECTIONS,
            dualstack_ipv6=host == "::" and socket.has_dualstack_ipv6(),
        )
    except OSError as error:
        reason = error.strerror or str(error)
        place = f"[web] listen and port: cannot listen at {web.listen}, port {web.port}: {reason}"
        raise ConfigError([f"{place}; name a free port, or 0 for any"]) from error
    with listening:
        yield listening


def address_of(listening: socket.socket) -> str:
    """What to type into a browser on the same machine."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
