"""The address guard as the rest of the program sees it: what may be connected to, and a transport that obeys.

Sources are guarded by ``HttpFetcher``; whoever else sends to addresses that were not typed in for this very
purpose (webhook channels) takes ``guarded_transport``.
"""

from __future__ import annotations

from collections.abc import Sequence

import httpx

from crawler.fetcher.addresses import check_address, is_public
from crawler.fetcher.connect import AddressRefused, NameUnresolved, resolve_name
from crawler.fetcher.transport import open_transport
from crawler.model import FetchPolicy

__all__ = [
    "AddressRefused",
    "NameUnresolved",
    "check_address",
    "guarded_transport",
    "is_public",
    "resolve_name",
]


def guarded_transport(
    *, allow_private: bool = False, private_hosts: Sequence[str] = (), connections: int = 8
) -> httpx.AsyncBaseTransport:
    """A transport for ``httpx.AsyncClient`` that raises ``AddressRefused`` (an ``httpx.ConnectError``) where due.

    The check is made at connect time, on the address itself, so it also holds for redirects and for names that
    change their address in between.
    """
    policy = FetchPolicy(allow_private_networks=allow_private, private_hosts=tuple(private_hosts))
    return open_transport(policy, connections=connections)
