"""Through a proxy: httpcore's own pools, because proxies are few and their protocols many.

The proxy resolves names, so only addresses spelled out in a URL can be guarded here.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterable, AsyncIterator
from typing import Any, cast

import anyio
import httpcore
import httpx

from crawler.fetcher.addresses import check_address, literal_addresses
from crawler.fetcher.connect import AddressRefused
from crawler.fetcher.tls import tls_context
from crawler.model import FetchPolicy

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


def open_proxied(policy: FetchPolicy, *, connections: int, kept: int, seconds: float) -> ProxiedTransport:
    """A transport through the proxy of ``policy``, for at most so many requests at once.

    Raises ``ValueError`` for a proxy address that is none, ``ImportError`` where a SOCKS proxy is asked for without
    ``socksio``.
    """
    proxy = httpx.Proxy(policy.proxy)
    address = httpcore.URL(
        scheme=proxy.url.raw_scheme, host=proxy.url.raw_host, port=proxy.url.port, target=proxy.url.raw_path
    )
    limits: dict[str, Any] = {
        "max_connections": connections,
        "max_keepalive_connections": kept,
        "keepalive_expiry": seconds,
    }
    inner = tls_context(policy.tls)
    if proxy.url.scheme in ("socks5", "socks5h"):
        pool: httpcore.AsyncConnectionPool = httpcore.AsyncSOCKSProxy(
            address, proxy_auth=proxy.raw_auth, ssl_context=inner, **limits
        )
    else:
        outer = tls_context("default") if proxy.url.scheme == "https" else None
        pool = httpcore.AsyncHTTPProxy(
            address, proxy_auth=proxy.raw_auth, ssl_context=inner, proxy_ssl_context=outer, **limits
        )
    return ProxiedTransport(pool, policy)


class ProxiedTransport(httpx.AsyncBaseTransport):
    """A pool of httpcore's behind httpx's interface, with the guard before it."""

    def __init__(self, pool: httpcore.AsyncConnectionPool, policy: FetchPolicy) -> None:
        self._pool = pool
        self._policy = policy

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends ``request``, unless its URL names a private address; the body of the response is still to be read."""
        host = request.url.raw_host.decode("ascii")
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        reason = check_address(host, port, literal_addresses(host), self._policy)
        if reason:
            raise AddressRefused(reason)
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


def _translate(error: Exception) -> httpx.TransportError:
    for known in type(error).__mro__:
        if known in _HTTPX_ERRORS:
            return _HTTPX_ERRORS[known](str(error))
    return httpx.TransportError(str(error))
