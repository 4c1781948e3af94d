"""Opening connections: names are resolved once, every address is checked, and only a checked one is connected to.

Checking first and letting the HTTP library resolve again would leave a window in which the answer can change
(DNS rebinding). TLS still verifies the name, because only the connection's target is replaced.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import chain, zip_longest

import httpx

from crawler.fetcher.addresses import check_address
from crawler.fetcher.connection import Connection
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


async def find_addresses(host: str, port: int, policy: FetchPolicy, resolve: Resolve) -> list[str]:
    """Where to connect to for ``host``, in the order to try. Raises ``AddressRefused``, ``NameUnresolved``."""
    addresses = await resolve(host, port)
    if not addresses:
        raise NameUnresolved(f"the host name {host} has no address")
    reason = check_address(host, port, addresses, policy)
    if reason:
        raise AddressRefused(reason)
    return alternate_families(addresses)[:_MOST_ADDRESSES]


async def connect(
    host: str, port: int, addresses: Sequence[str], *, tls: ssl.SSLContext | None, seconds: float | None = None
) -> Connection:
    """A connection to the first of the ``addresses`` of ``host`` that answers. Raises httpx's connection errors."""
    for address in addresses[:-1]:
        with suppress(httpx.ConnectError, httpx.ConnectTimeout):
            return await _connect_to(address, host, port, tls, min(seconds or _ATTEMPT_SECONDS, _ATTEMPT_SECONDS))
    return await _connect_to(addresses[-1], host, port, tls, seconds)


async def _connect_to(
    address: str, host: str, port: int, tls: ssl.SSLContext | None, seconds: float | None
) -> Connection:
    """Connects to the address; TLS verifies the name."""
    name = host.strip("[]").rstrip(".") if tls else None
    dialling = asyncio.get_running_loop().create_connection(Connection, address, port, ssl=tls, server_hostname=name)
    try:
        async with asyncio.timeout(seconds):
            _, connection = await dialling
    except TimeoutError as error:
        if seconds is None:
            raise httpx.ConnectError(str(error)) from error  # the network's own patience has an end, too
        raise httpx.ConnectTimeout(f"{address} did not answer within {seconds:g} s") from error
    except (OSError, ValueError) as error:  # a name that no certificate could have is a ValueError
        raise httpx.ConnectError(str(error)) from error
    return connection


def alternate_families(addresses: Sequence[str]) -> list[str]:
    """``addresses`` with the two families taking turns, so that the other one is tried second (RFC 8305 §4)."""
    first = [address for address in addresses if (":" in address) == (":" in addresses[0])]
    second = [address for address in addresses if address not in first]
    return [address for address in chain.from_iterable(zip_longest(first, second)) if address]


def _look_up(host: str, port: int) -> Sequence[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))
