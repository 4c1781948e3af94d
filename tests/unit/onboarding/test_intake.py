"""From a list to blocks: recognised by what it holds, named, and nothing twice."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.errors import UsageError
from crawler.model import Source
from crawler.onboarding.candidates import LARGEST, make_candidate
from crawler.onboarding.intake import plan_sources, read_intake
from crawler.onboarding.naming import Namer


def plan(*urls: str, configured: tuple[str, ...] = (), **values: object):
    sources = [Source(id=f"s{number}", kind="auto", url=url) for number, url in enumerate(configured)]
    return plan_sources([make_candidate(url, place=f"line {n}", **values) for n, url in enumerate(urls, 1)], sources)


def read_back(planned):
    return [tomllib.loads(block)["source"][0] for block in planned.blocks.values()]


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (b'\xef\xbb\xbf<?xml version="1.0"?><opml/>', "OPML"),
        ('<opml><body><outline text="港" url="https://a.org/"/></body></opml>'.encode("utf-16"), "OPML"),
        (b"\n# mine\nhttps://a.org/\n", "a list of addresses"),
        ("# 我的\nhttps://a.org/ 港口\n".encode("gb18030"), "a list of addresses"),
        (b"[]", "changedetection.io"),
        (b'{"watching": {}}', "changedetection.io"),
        (b"---\nname: a\nurl: https://a.org/\n", "urlwatch"),
    ],
)
def test_a_list_is_recognised_by_what_it_holds(body, form):
    assert read_intake(body, "list").form == form


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "list: is empty"),
        (b" \n", "list: is empty"),
        (b"Dear reader,\nthis is a letter.\n", "is no list of sources"),
        (b"%PDF-1.7\n\0\nhttps://a.org/", "is no list of sources"),
        (b"<html><body></body></html>", "first element is <html>"),
        (b" " * (LARGEST + 1), "is larger than 20 MiB"),
    ],
)
def test_what_is_no_list_is_refused_with_what_was_expected(body, said):
    with pytest.raises(UsageError, match=said) as error:
        read_intake(body, "list")
    assert "expected OPML, a list of addresses" in str(error.value)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_no_bytes_make_another_error_than_that_they_are_none(body):
    try:
        planned = plan_sources(read_intake(body + b"\nhttps://a.org/", "list").candidates, ())
    except UsageError:
        return
    assert "".join(planned.blocks.values()).count("[[source]]") == len(read_back(planned))


def test_an_address_is_written_once_however_it_is_spelt():
    planned = plan("http://www.a.org/", "https://a.org/index.html", "https://b.org/x", configured=("https://b.org/x/",))
    assert (list(planned.blocks), planned.known, planned.repeated) == (["a"], 1, 1)


def test_what_is_no_address_is_named_with_its_place():
    assert plan("ftp://a.org/", "", "https://a b/", "https:///x").refused == [
        "line 1: expected an address that begins with http:// or https://, not 'ftp://a.org/'",
        "line 2: has no address",
        "line 3: expected an address that begins with http:// or https://, not 'https://a b/'",
        "line 4: expected an address that begins with http:// or https://, not 'https:///x'",
    ]


def test_a_block_says_only_what_the_list_says():
    (plain,) = read_back(plan("https://a.org/x"))
    assert plain == {"id": "a", "url": "https://a.org/x"}
    (full,) = read_back(plan("https://a.org/x", title="港 \x07口", tags=("a", "a", " "), kind="feed", enabled=False))
    assert full == {
        **{"id": "a", "title": "港 口", "kind": "feed", "url": "https://a.org/x"},
        **{"tags": ["a"], "enabled": False},
    }


def test_a_list_cannot_make_the_configuration_read_secrets():
    (source,) = read_back(plan("https://a.org/", title="file:/etc/passwd", tags=("env:GAZETTE_SMTP_PASSWORD",)))
    assert (source["title"], source["tags"]) == (" file:/etc/passwd", [" env:GAZETTE_SMTP_PASSWORD"])


def test_thousands_of_sources_of_one_host_have_ids_of_their_own():
    namer = Namer(["example", "example-7"])
    names = [namer.name(f"https://example.org/?id={number}", "") for number in range(20_000)]
    assert len(set(names)) == 20_000
    assert (names[0], names[5], names[-1]) == ("example-2", "example-8", "example-20002")
