"""Opening connections: names are resolved once, every address is checked, and only a checked one is connected to.

Checking first and letting the HTTP library resolve again would leave a window in which the answer can change
(DNS rebinding). TLS still verifies the name, because only the connection's target is replaced.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, zip_longest

import httpcore
import httpx

from crawler.fetcher.addresses import check_address
from crawler.model import FetchPolicy

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

#: More threads than asyncio's default executor has: a few dead name servers must not hold up all other hosts.
_RESOLVERS = ThreadPoolExecutor(max_workers=32, thread_name_prefix="resolve")
#: Seconds for one address while others are left: hosts with a dead IPv6 address are common, cf. RFC 8305.
_ATTEMPT_SECONDS = 3.0
_MOST_ADDRESSES = 4


class AddressRefused(httpx.ConnectError):
    """The guard does not allow this address. The message says which, and how an operator may allow it."""


class NameUnresolved(httpx.ConnectError):
    """The host's name leads nowhere. The message names the host and what the resolver said."""


async def resolve_name(host: str, port: int) -> Sequence[str]:
    """The addresses of ``host`` in the system's order of preference. Raises ``NameUnresolved``."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.run_in_executor(_RESOLVERS, _look_up, host, port)
    except (OSError, ValueError) as error:  # an over-long label is a UnicodeError, which is a ValueError
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise NameUnresolved(f"the host name {host} cannot be resolved ({why})") from error
    return found


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """An httpcore network backend that connects to checked addresses only."""

    def __init__(self, policy: FetchPolicy, resolve: Resolve = resolve_name) -> None:
        self._policy = policy
        self._resolve = resolve
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connects to ``host``. Raises ``AddressRefused``, ``NameUnresolved`` or httpcore's connection errors."""
        addresses = await self._resolve(host, port)
        if not addresses:
            raise NameUnresolved(f"the host name {host} has no address")
        reason = check_address(host, port, addresses, self._policy)
        if reason:
            raise AddressRefused(reason)
        *others, last = alternate_families(addresses)[:_MOST_ADDRESSES]
        patience = _ATTEMPT_SECONDS if timeout is None else min(timeout, _ATTEMPT_SECONDS)
        for address in others:
            try:
                return await self._inner.connect_tcp(address, port, patience, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._inner.connect_tcp(last, port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        """Pauses between httpcore's own retries (we configure none)."""
        await self._inner.sleep(seconds)


def alternate_families(addresses: Sequence[str]) -> list[str]:
    """``addresses`` with the two families taking turns, so that the other one is tried second (RFC 8305 §4)."""
    first = [address for address in addresses if (":" in address) == (":" in addresses[0])]
    second = [address for address in addresses if address not in first]
    return [address for address in chain.from_iterable(zip_longest(first, second)) if address]


def _look_up(host: str, port: int) -> Sequence[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))
