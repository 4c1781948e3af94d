"""The transport below the fetcher: connections, TLS and proxies.

``open_transport`` is the one seam to exchange it; whatever it returns must refuse what the guard refuses.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from functools import cache
from typing import cast

import anyio
import httpcore
import httpx

from crawler.fetcher.addresses import check_address, literal_addresses
from crawler.fetcher.connect import AddressRefused, GuardedBackend, Resolve, resolve_name
from crawler.fetcher.pool import OriginPool, Pool
from crawler.model import FetchPolicy

#: Idle connections that are kept, and for how many seconds: enough for the articles that follow a listing.
_KEPT_CONNECTIONS = 32
_KEPT_SECONDS = 30.0

_HTTPX_ERRORS: dict[type[Exception], type[httpx.TransportError]] = {
    httpcore.ConnectTimeout: httpx.ConnectTimeout,
    httpcore.ReadTimeout: httpx.ReadTimeout,
    httpcore.WriteTimeout: httpx.WriteTimeout,
    httpcore.PoolTimeout: httpx.PoolTimeout,
    httpcore.ConnectError: httpx.ConnectError,
    httpcore.ReadError: httpx.ReadError,
    httpcore.WriteError: httpx.WriteError,
    httpcore.ProxyError: httpx.ProxyError,
    httpcore.UnsupportedProtocol: httpx.UnsupportedProtocol,
    httpcore.LocalProtocolError: httpx.LocalProtocolError,
    httpcore.RemoteProtocolError: httpx.RemoteProtocolError,
    # Two that httpcore lets slip: a TLS record that does not verify, a stream that breaks while it is closed.
    ssl.SSLError: httpx.ReadError,
    anyio.BrokenResourceError: httpx.ReadError,
}
_FOREIGN_ERRORS = tuple(_HTTPX_ERRORS)


@dataclass(frozen=True, slots=True)
class Route:
    """What decides whether two requests may share connections: the way out and what the guard lets through."""

    proxy: str
    tls: str
    allow_private_networks: bool
    private_hosts: tuple[str, ...]


def route_of(policy: FetchPolicy) -> Route:
    """The route that requests under ``policy`` take."""
    return Route(policy.proxy, policy.tls, policy.allow_private_networks, policy.private_hosts)


def open_transport(
    policy: FetchPolicy, *, resolve: Resolve = resolve_name, connections: int = 64
) -> httpx.AsyncBaseTransport:
    """A transport for the route of ``policy``, for at most so many requests at once; close it with ``aclose``.

    It raises httpx's transport errors, ``AddressRefused`` and ``NameUnresolved`` among them. Raises ``ValueError``
    for a proxy address that is none, ``ImportError`` where a SOCKS proxy is asked for without ``socksio``.
    """
    if policy.proxy:
        return ProxiedTransport(_open_proxy_pool(policy, connections), policy)
    backend = GuardedBackend(policy, resolve)

    def open_connection(origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        return httpcore.AsyncHTTPConnection(
            origin,
            ssl_context=tls_context(policy.tls) if origin.scheme == b"https" else None,
            keepalive_expiry=_KEPT_SECONDS,
            network_backend=backend,
        )

    return PoolTransport(OriginPool(open_connection, busy=connections, kept=_KEPT_CONNECTIONS))


class PoolTransport(httpx.AsyncBaseTransport):
    """A pool of httpcore's connections behind httpx's interface: httpx has no way to hand a network backend in."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends ``request``; the body of the response is still to be read."""
        outgoing = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=cast(AsyncIterable[bytes], request.stream),
            extensions=request.extensions,
        )
        try:
            incoming = await self._pool.handle_async_request(outgoing)
        except _FOREIGN_ERRORS as error:
            raise _translate(error) from error
        return httpx.Response(
            status_code=incoming.status,
            headers=incoming.headers,
            stream=_Body(incoming),
            extensions=incoming.extensions,
        )

    async def aclose(self) -> None:
        """Closes all connections."""
        await self._pool.aclose()


class ProxiedTransport(PoolTransport):
    """Through a proxy. The proxy resolves names, so only addresses spelled out in a URL can be guarded here."""

    def __init__(self, pool: Pool, policy: FetchPolicy) -> None:
        super().__init__(pool)
        self._policy = policy

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends ``request``, unless its URL names a private address."""
        host = request.url.raw_host.decode("ascii")
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        reason = check_address(host, port, literal_addresses(host), self._policy)
        if reason:
            raise AddressRefused(reason)
        return await super().handle_async_request(request)


class _Body(httpx.AsyncByteStream):
    """A response's bytes as they arrive, with errors in httpx's words."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._response.aiter_stream():
                yield chunk
        except _FOREIGN_ERRORS as error:
            raise _translate(error) from error

    async def aclose(self) -> None:
        await self._response.aclose()


@cache
def tls_context(mode: str) -> ssl.SSLContext:
    """The one TLS context for ``fetch.tls`` = ``mode``; building one costs 20 ms, so all connections share it.

    It trusts the bundled roots and the system's (``SSL_CERT_FILE`` included). ``legacy`` reaches servers that
    speak only TLS 1.0, weak keys or unsafe renegotiation, or send incomplete or expired chains: it verifies nothing.
    """
    context = httpx.create_ssl_context(trust_env=False)
    if mode == "legacy":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)  # named since Python 3.12
    else:
        context.load_default_certs()
    return context


def _open_proxy_pool(policy: FetchPolicy, connections: int) -> httpcore.AsyncConnectionPool:
    proxy = httpx.Proxy(policy.proxy)
    address = httpcore.URL(
        scheme=proxy.url.raw_scheme, host=proxy.url.raw_host, port=proxy.url.port, target=proxy.url.raw_path
    )
    if proxy.url.scheme in ("socks5", "socks5h"):
        return httpcore.AsyncSOCKSProxy(
            address,
            proxy_auth=proxy.raw_auth,
            ssl_context=tls_context(policy.tls),
            max_connections=connections,
            max_keepalive_connections=_KEPT_CONNECTIONS,
            keepalive_expiry=_KEPT_SECONDS,
        )
    return httpcore.AsyncHTTPProxy(
        address,
        proxy_auth=proxy.raw_auth,
        ssl_context=tls_context(policy.tls),
        proxy_ssl_context=tls_context("default") if proxy.url.scheme == "https" else None,
        max_connections=connections,
        max_keepalive_connections=_KEPT_CONNECTIONS,
        keepalive_expiry=_KEPT_SECONDS,
    )


def _translate(error: Exception) -> httpx.TransportError:
    for known in type(error).__mro__:
        if known in _HTTPX_ERRORS:
            return _HTTPX_ERRORS[known](str(error))
    return httpx.TransportError(str(error))
