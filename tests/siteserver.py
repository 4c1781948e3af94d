"""A real web server on loopback whose sites change, fail and misbehave on command.

    with SiteServer() as site:
        site.route("/news/", body="<ul>…</ul>", etag=True)
        …fetch site.url("/news/")…
        assert site.count("/news/") == 1

Plain threads, so synchronous and asynchronous tests use it alike. What was asked is in ``site.requests``.
"""

from __future__ import annotations

import contextlib
import hashlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

Headers = Sequence[tuple[str, str]] | dict[str, str]


@dataclass(frozen=True)
class Asked:
    """One request as the server saw it. ``at`` is monotonic, ``headers`` are lower-case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float
    client: tuple[str, int]


@dataclass(frozen=True)
class Route:
    """How a path is answered.

    ``etag``: True for a tag made from the body, or the tag itself; matching conditions are answered 304, as those
    on ``last_modified`` are. ``delay``: seconds before the answer. ``drip``: seconds between bytes of the body, or
    (bytes, seconds). ``cut``: the connection is closed after so many bytes of the body. ``raw``: the whole answer,
    verbatim. ``chunked``: sent without a length.
    """

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    etag: bool | str = False
    last_modified: str = ""
    delay: float = 0.0
    drip: float | tuple[int, float] = 0.0
    cut: int | None = None
    raw: bytes | None = None
    chunked: bool = False


Answer = Route | Callable[[Asked], Route]


def make_route(
    body: str | bytes = b"",
    *,
    content_type: str = "text/html; charset=utf-8",
    headers: Headers = (),
    **settings: Any,
) -> Route:
    """A route from friendlier arguments; text is sent as UTF-8. An empty ``content_type`` sends none."""
    pairs = tuple(headers.items()) if isinstance(headers, dict) else tuple(headers)
    if content_type and not any(name.lower() == "content-type" for name, _ in pairs):
        pairs = (("Content-Type", content_type), *pairs)
    return Route(body=body.encode() if isinstance(body, str) else body, headers=pairs, **settings)


@dataclass
class _Site:
    routes: dict[str, Answer] = field(default_factory=dict)
    fallback: Answer = field(default_factory=lambda: make_route("<h1>Not found</h1>", status=404))
    requests: list[Asked] = field(default_factory=list)
    connections: set[socket.socket] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    stopping: threading.Event = field(default_factory=threading.Event)


class SiteServer:
    """A server on a free port of 127.0.0.1; ``tls`` is a server-side context for https."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self._site = _Site()
        self._server = _Server((host, 0), _Handler)
        self._server.site = self._site
        self._server.tls = tls
        self._scheme = "https" if tls else "http"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, name="siteserver", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def base(self) -> str:
        """``http://127.0.0.1:PORT`` without a slash."""
        return f"{self._scheme}://127.0.0.1:{self.port}"

    @property
    def requests(self) -> list[Asked]:
        """All requests so far, in the order in which they came in."""
        with self._site.lock:
            return list(self._site.requests)

    def url(self, path: str = "/") -> str:
        return self.base + path

    def route(self, path: str, body: str | bytes = b"", **settings: Any) -> str:
        """Answers ``path`` (query included, if given; else any query) from now on so; returns its URL."""
        self._site.routes[path] = make_route(body, **settings)
        return self.url(path)

    def compute(self, path: str, answer: Callable[[Asked], Route]) -> str:
        """Answers ``path`` with what ``answer`` makes of each request."""
        self._site.routes[path] = answer
        return self.url(path)

    def redirect(self, path: str, to: str, *, status: int = 302, headers: Headers = ()) -> str:
        pairs = tuple(headers.items()) if isinstance(headers, dict) else tuple(headers)
        return self.route(path, status=status, headers=(("Location", to), *pairs))

    def remove(self, path: str) -> None:
        """``path`` is answered 404 again."""
        self._site.routes.pop(path, None)

    def fall_back(self, body: str | bytes = b"", **settings: Any) -> None:
        """Answers every path without a route so (an outage, a challenge)."""
        self._site.fallback = make_route(body, **settings)

    def count(self, path: str = "") -> int:
        """How often ``path`` (query ignored) was asked for; all requests where it is empty."""
        return sum(1 for asked in self.requests if path in ("", asked.path, asked.path.partition("?")[0]))

    def last(self, path: str = "") -> Asked:
        """The newest request for ``path``."""
        return [asked for asked in self.requests if path in ("", asked.path, asked.path.partition("?")[0])][-1]

    def forget(self) -> None:
        """Empties the log of requests."""
        with self._site.lock:
            self._site.requests.clear()

    def hang_up(self) -> None:
        """Closes all open connections, as a server does with idle ones."""
        with self._site.lock:
            connections = list(self._site.connections)
        for connection in connections:
            _shut(connection)

    def close(self) -> None:
        self._site.stopping.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self.hang_up()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = True
    request_queue_size = 256
    site: _Site
    tls: ssl.SSLContext | None

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.tls is not None:
            try:
                request = self.tls.wrap_socket(request, server_side=True)
            except OSError:  # the client did not like our certificate
                return
        with self.site.lock:
            self.site.connections.add(request)
        try:
            super().finish_request(request, client_address)
        except (OSError, ValueError):  # clients that hang up are part of the tests
            pass
        finally:
            with self.site.lock:
                self.site.connections.discard(request)
            _shut(request)
            request.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and short body leave in one packet
    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        pass

    def send_response(self, code: int, message: str | None = None) -> None:
        self.send_response_only(code, message)
        self.send_header("Date", formatdate(usegmt=True))

    def do_GET(self) -> None:
        asked = self._note()
        route = self._find(asked)
        self.server.site.stopping.wait(route.delay)
        if route.raw is not None:
            self.wfile.write(route.raw)
            self.close_connection = True
            return
        self._answer(asked, route)

    do_HEAD = do_POST = do_PUT = do_GET

    def _note(self) -> Asked:
        length = int(self.headers.get("content-length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(length) if length else b""
        asked = Asked(self.command, self.path, headers, body, time.monotonic(), self.client_address)
        with self.server.site.lock:
            self.server.site.requests.append(asked)
        return asked

    def _find(self, asked: Asked) -> Route:
        site = self.server.site
        answer = site.routes.get(asked.path) or site.routes.get(asked.path.partition("?")[0]) or site.fallback
        return answer(asked) if callable(answer) else answer

    def _answer(self, asked: Asked, route: Route) -> None:
        tag = _tag_of(route)
        if _is_unchanged(asked, route, tag):
            self.send_response(304)
            self._send_validators(route, tag)
            self.end_headers()
            return
        self.send_response(route.status)
        self._send_validators(route, tag)
        for name, value in route.headers:
            self.send_header(name, value)
        if route.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif not any(name.lower() == "content-length" for name, _ in route.headers):
            self.send_header("Content-Length", str(len(route.body)))
        self.end_headers()
        if asked.method != "HEAD":
            self._send_body(route)

    def _send_validators(self, route: Route, tag: str) -> None:
        if tag:
            self.send_header("ETag", tag)
        if route.last_modified:
            self.send_header("Last-Modified", route.last_modified)

    def _send_body(self, route: Route) -> None:
        step, pause = route.drip if isinstance(route.drip, tuple) else (1, route.drip)
        size = step if pause else 65536
        body = route.body if route.cut is None else route.body[: route.cut]
        for start in range(0, len(body), size):
            piece = body[start : start + size]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece) if route.chunked else piece)
            if pause:
                self.wfile.flush()
                if self.server.site.stopping.wait(pause):
                    break
        if route.cut is not None:
            self.close_connection = True
        elif route.chunked:
            self.wfile.write(b"0\r\n\r\n")


def _tag_of(route: Route) -> str:
    if route.etag is True:
        return f'"{hashlib.sha256(route.body).hexdigest()[:16]}"'
    return route.etag or ""


def _is_unchanged(asked: Asked, route: Route, tag: str) -> bool:
    if route.status != 200:
        return False
    wanted = asked.headers.get("if-none-match")
    if wanted is not None:
        return bool(tag) and tag in [part.strip() for part in wanted.split(",")]
    return bool(route.last_modified) and asked.headers.get("if-modified-since") == route.last_modified


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it is closed already
        connection.shutdown(socket.SHUT_RDWR)
