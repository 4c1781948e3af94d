"""Which chain an address belongs to, and that a link says what it is a hash of."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.chain import host_of, link_hash


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://WWW.Example.gov.cn/a", "www.example.gov.cn"),
        ("http://example.org:8080/", "example.org:8080"),
        ("http://user:secret@example.org/", "example.org"),
        ("http://[::1]:80/", "[::1]:80"),
        ("http://[broken", ""),
        ("no address", ""),
        ("", ""),
    ],
)
def test_a_chain_is_named_by_host_and_port(url, host):
    assert host_of(url) == host


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(blacklist_categories=["Cs"])))
def test_any_address_has_a_short_chain_name(url):
    assert len(host_of(url)) <= 300


def test_a_link_is_the_hash_of_the_one_before_and_its_own_values():
    expected = hashlib.sha256(b'prev["example.org",2,"u",null]').hexdigest()
    assert link_hash("prev", "example.org", 2, ("u", None)) == expected
