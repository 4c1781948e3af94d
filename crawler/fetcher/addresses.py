"""Which addresses may be connected to: the rules of the guard against requests into private networks.

A listing, a redirect or a DNS record of a stranger must never make us talk to the machine we run on, its
neighbours or a cloud's metadata service. What counts is the address that is connected to, not the name.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from crawler.model import FetchPolicy

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

#: The IANA special-purpose registries. Spelled out because ``is_global`` differs between Python versions.
_SPECIAL: tuple[IPNetwork, ...] = tuple(
    ipaddress.ip_network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32"),
        *("fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
        "168.63.129.16/32",  # in no registry: a public cloud's platform service, reached from within its machines
        "::ffff:0:0:0/96",  # RFC 2765 §2.1, IPv4-translated: a translator leads to the IPv4 address inside
    )
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052
_ISATAP = 0x5EFE  # the interface id before the IPv4 address, but for the bit that says "globally unique"
_COMPATIBLE = ipaddress.IPv6Network("::/96")  # RFC 4291 §2.5.5.1, deprecated and still routed by some stacks


@dataclass(frozen=True, slots=True)
class Exemption:
    """One entry of ``fetch.private_hosts``: a name or a network, at one port or (None) at all."""

    name: str
    network: IPNetwork | None
    port: int | None

    def covers(self, host: str, address: IPAddress, port: int) -> bool:
        """Whether the operator's word covers connecting to ``address``, which is where ``host`` leads."""
        if self.port is not None and self.port != port:
            return False
        if self.network is None:
            return host == self.name
        return address in self.network or _embedded(address) in self.network


def check_address(host: str, port: int, addresses: Iterable[str], policy: FetchPolicy) -> str | None:
    """Why ``host`` must not be connected to, or None if every one of its ``addresses`` may be.

    All must be allowed, not one: a name with a public and a private address is the classic way in.
    """
    if policy.allow_private_networks:
        return None
    name = fold_host(host)
    exemptions = _read_exemptions(policy.private_hosts)
    for text in addresses:
        address = _parse(text)
        if address is None:
            return f"{host} leads to {text}, which is not an internet address"
        if not is_public(address) and not any(entry.covers(name, address, port) for entry in exemptions):
            return _refusal(name, address, port)
    return None


def is_public(address: IPAddress) -> bool:
    """Whether ``address`` is an ordinary unicast address of the internet, looking through embedded IPv4."""
    return all(_is_ordinary(each) for each in (_embedded(address), _tunnelled(address)) if each is not None)


def literal_addresses(host: str) -> tuple[str, ...]:
    """The address that ``host`` spells by itself, if it does: where a proxy resolves, this is all we can know.

    Covers the historic spellings that resolvers accept (``127.1``, ``0x7f.1``, ``2130706433``) and localhost.
    """
    name = fold_host(host)
    if name == "localhost" or name.endswith(".localhost"):
        return ("127.0.0.1",)
    if _parse(name) is not None:
        return (name,)
    try:
        return (socket.inet_ntoa(socket.inet_aton(name)),)
    except (OSError, ValueError):  # a NUL inside the name is a ValueError
        return ()


def read_exemption(text: str) -> Exemption:
    """Reads one entry: ``rsshub:1200``, ``intranet.example``, ``192.168.1.0/24``, ``[fd00::1]:80``."""
    host, port = _split_port(text.strip())
    try:
        return Exemption("", ipaddress.ip_network(host, strict=False), port)
    except ValueError:
        return Exemption(fold_host(host), None, port)


def fold_host(host: str) -> str:
    """One spelling for a host name: lower-case, without the root's dot and an IPv6 literal's brackets."""
    return host.strip("[]").rstrip(".").lower()


@lru_cache(maxsize=256)
def _read_exemptions(entries: tuple[str, ...]) -> tuple[Exemption, ...]:
    return tuple(read_exemption(entry) for entry in entries)


def _split_port(text: str) -> tuple[str, int | None]:
    bare_ipv6 = text.count(":") > 1 and not text.startswith("[")
    host, colon, port = text.rpartition(":")
    if bare_ipv6 or not colon or not port.isdecimal():
        return text.strip("[]"), None
    return host.strip("[]"), int(port)


def _parse(text: str) -> IPAddress | None:
    try:
        return ipaddress.ip_address(text.partition("%")[0])  # a scope id names our interface, not the address
    except ValueError:
        return None


def _embedded(address: IPAddress) -> IPAddress:
    """The IPv4 address inside a mapped, 6to4, NAT64 or compatible IPv6 address; else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour
    if inner is not None:
        return inner
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 1):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _tunnelled(address: IPAddress) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an ISATAP interface id names (RFC 5214 §6.1), whatever the prefix before it."""
    if isinstance(address, ipaddress.IPv6Address) and int(address) >> 32 & 0xFDFFFFFF == _ISATAP:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _is_ordinary(address: IPAddress) -> bool:
    return address.is_global and not address.is_multicast and not any(address in network for network in _SPECIAL)


def _refusal(name: str, address: IPAddress, port: int) -> str:
    label = name if _parse(name) == address else f"{name} ({address})"
    entry = f"[{name}]:{port}" if ":" in name else f"{name}:{port}"
    return (
        f'{label} is a private address; allow it with fetch.private_hosts = ["{entry}"] '
        "or fetch.allow_private_networks = true"
    )
