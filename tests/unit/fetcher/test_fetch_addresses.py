"""The guard's rules: which addresses may be connected to."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.fetcher.addresses import check_address, is_public, literal_addresses, read_exemption
from crawler.fetcher.connect import alternate_families
from crawler.model import FetchPolicy

STRICT = FetchPolicy()

PRIVATE = [
    *("127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254"),
    *("100.64.0.1", "100.100.100.200", "0.0.0.0", "0.1.2.3", "255.255.255.255", "224.0.0.1", "240.0.0.1"),
    *("192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "192.88.99.1"),
    *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1", "::10.0.0.1"),
    *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1"),
    *("2001:0:53aa:64c::1", "168.63.129.16", "::ffff:168.63.129.16", "64:ff9b::a83f:8110"),
    *("::ffff:0:127.0.0.1", "::ffff:0:8.8.8.8", "2606:4700::5efe:10.0.0.1", "2606:4700::200:5efe:169.254.169.254"),
]
PUBLIC = [
    *("8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.255.255", "100.128.0.1", "11.0.0.1"),
    *("2606:4700::1111", "240e::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"),
    *("168.63.129.17", "2606:4700::5efe:8.8.8.8", "2606:4700::1:5efe:10.0.0.1"),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_no_private_address_is_connected_to(address):
    assert check_address("news.example", 80, [address], STRICT)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_connected_to(address):
    assert check_address("news.example", 80, [address], STRICT) is None


def test_one_private_address_among_public_ones_is_enough_to_refuse():
    assert check_address("news.example", 80, ["8.8.8.8", "10.0.0.1"], STRICT)


def test_what_is_no_address_is_refused():
    assert check_address("news.example", 80, ["not-an-address"], STRICT)


def test_the_refusal_says_how_to_allow_the_address():
    assert check_address("127.0.0.1", 80, ["127.0.0.1"], STRICT) == (
        '127.0.0.1 is a private address; allow it with fetch.private_hosts = ["127.0.0.1:80"] '
        "or fetch.allow_private_networks = true"
    )
    named = check_address("intranet.example", 8080, ["10.0.0.5"], STRICT) or ""
    assert named.startswith("intranet.example (10.0.0.5) is a private address")
    assert '"intranet.example:8080"' in named


@pytest.mark.parametrize(
    ("host", "port", "address"),
    [("127.0.0.1", 80, "127.0.0.1"), ("::1", 8080, "::1"), ("intranet.example", 8443, "10.0.0.5")],
)
def test_following_the_refusals_advice_helps(host, port, address):
    advice = (check_address(host, port, [address], STRICT) or "").partition('["')[2].partition('"]')[0]
    assert check_address(host, port, [address], FetchPolicy(private_hosts=(advice,))) is None
    assert check_address(host, port + 1, [address], FetchPolicy(private_hosts=(advice,)))


@pytest.mark.parametrize(
    ("entry", "host", "port", "address", "allowed"),
    [
        ("rsshub:1200", "rsshub", 1200, "172.18.0.3", True),
        ("rsshub:1200", "RSSHub.", 1200, "172.18.0.3", True),
        ("rsshub:1200", "rsshub", 1201, "172.18.0.3", False),
        ("rsshub", "rsshub", 9999, "172.18.0.3", True),
        ("rsshub", "evil-rsshub", 80, "172.18.0.3", False),
        ("192.168.1.0/24", "nas.example", 80, "192.168.1.7", True),
        ("192.168.1.0/24", "nas.example", 80, "192.168.2.7", False),
        ("192.168.1.0/24", "nas.example", 80, "::ffff:192.168.1.7", True),
        ("192.168.1.0/24:8080", "nas.example", 80, "192.168.1.7", False),
        ("127.0.0.1:8080", "localhost", 8080, "127.0.0.1", True),
        ("127.0.0.1:8080", "localhost", 8081, "127.0.0.1", False),
        ("[::1]:8080", "::1", 8080, "::1", True),
        ("::1", "::1", 1, "::1", True),
        ("fd00::/8", "lan.example", 80, "fd12::1", True),
        ("", "lan.example", 80, "fd12::1", False),
        ("not a host", "lan.example", 80, "fd12::1", False),
    ],
)
def test_an_exemption_covers_what_it_names_and_no_more(entry, host, port, address, allowed):
    reason = check_address(host, port, [address], FetchPolicy(private_hosts=(entry,)))
    assert (reason is None) == allowed


def test_every_address_needs_its_own_exemption():
    policy = FetchPolicy(private_hosts=("10.0.0.5",))
    assert check_address("nas.example", 80, ["10.0.0.5", "10.0.0.6"], policy)


def test_allowing_private_networks_allows_all():
    policy = FetchPolicy(allow_private_networks=True)
    assert all(check_address("x", 80, [address], policy) is None for address in PRIVATE)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("localhost", "127.0.0.1"),
        ("LOCALHOST.", "127.0.0.1"),
        ("api.localhost", "127.0.0.1"),
        ("[::1]", "::1"),
    ],
)
def test_every_spelling_of_an_address_is_seen_through(host, address):
    assert literal_addresses(host) == (address,)


@pytest.mark.parametrize("host", ["www.example.gov.cn", "127.0.0.1.nip.example", "例え.jp", ""])
def test_a_name_spells_no_address(host):
    assert literal_addresses(host) == ()


@given(st.integers(0, 2**32 - 1).map(ipaddress.IPv4Address))
@settings(max_examples=300, deadline=None)
def test_ipv6_wrappings_are_as_public_as_what_they_wrap(inner):
    number = int(inner)
    wrapped = [0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80]
    if is_public(inner):
        assert all(is_public(ipaddress.IPv6Address(address)) for address in wrapped)
    else:
        assert not any(is_public(ipaddress.IPv6Address(address)) for address in wrapped)


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_no_text_breaks_the_reading_of_hosts_and_exemptions(text):
    read_exemption(text)
    literal_addresses(text)
    check_address(text, 80, [text], FetchPolicy(private_hosts=(text,)))


def test_address_families_take_turns():
    assert alternate_families(["a:1", "a:2", "1.1", "2.2"]) == ["a:1", "1.1", "a:2", "2.2"]
    assert alternate_families(["1.1", "2.2"]) == ["1.1", "2.2"]
