"""Feeds with broken tags: put right before they are parsed, and never read worse than by the most lenient reader."""

from __future__ import annotations

import io
import time
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from crawler.errors import ParseError
from crawler.model import Fetched, Hints, Listing, Purpose, Request, Source
from crawler.parser.feeds import read_feed
from crawler.parser.feeds.straighten import straighten

URL = "https://www.example.org/feed.xml"
GOLDEN = [path.read_bytes() for path in sorted((Path(__file__).parents[3] / "golden/feed").glob("*/response.xml"))]
SOURCE = Source(id="s", kind="feed", url=URL, timezone="Asia/Shanghai")


def read(body: str | bytes, *headers: tuple[str, str]) -> Listing:
    raw = body if isinstance(body, bytes) else body.encode()
    request = Request(url=URL, purpose=Purpose.LISTING)
    now = datetime(2026, 3, 20, 1, tzinfo=UTC)
    return read_feed(
        Fetched(request=request, url=URL, status=200, headers=headers, body=raw, sha256="", fetched_at=now), SOURCE
    )


def titles(body: str | bytes) -> list[str]:
    return [entry.title for entry in read(body).entries]


# -- tags --

ITEM = "<item><title>{0}</title><link>/{0}</link></item>"


@pytest.mark.parametrize(
    "body",
    [
        "<rss><channel>" + ITEM.format("a") + "</channel></rss>" + ITEM.format("b"),
        "<rss><channel><item><title>a</title></b></i></channel>" + ITEM.format("b"),
        "<rss><channel><item><title>a<link>/a</link>" + ITEM.format("b") + "</channel></rss>",
        "<RSS><CHANNEL><ITEM><TITLE>a</title></Item>" + ITEM.format("b"),
        "<rss><channel><item><title>a</title><link href=/a></title></item>" + ITEM.format("b"),
        "<rss><channel><item><description><p>x<title>y</description><tile>a<link>/a</link></item>" + ITEM.format("b"),
        '<rss><channel><item><title class="x>a</title></item>' + ITEM.format("b"),
        "<?xml version='1.0'?>" + ITEM.format("a") + ITEM.format("b"),
        "Notice: undefined index<br><b>x</b><rss><channel>" + ITEM.format("a") + ITEM.format("b") + "</channel></rss>",
        "<rss><channel><item><title>a</title><guid><![CDATA[x</guid></item>" + ITEM.format("b"),
        "<rss><channel><!-- <item> " + ITEM.format("a") + ITEM.format("b") + "</channel></rss>",
        "<atom:feed><atom:entry><atom:title>a</atom:title></atom:entry><atom:entry><title>b</title>",
    ],
)
def test_both_entries_are_read_whatever_is_wrong_with_the_tags(body: str):
    assert len(read(body).entries) == 2
    assert titles(body)[-1] == "b"


def test_a_void_element_swallows_nothing():
    body = "<rss><channel><item><title>a</title><description>one<br>two<img src=x>three</description></i>"
    assert read(body).entries[0].summary == "one twothree"


def test_what_is_no_feed_stays_none_though_its_tags_are_broken():
    with pytest.raises(ParseError, match="its first element is <svg>"):
        read("<svg><g></svg>")


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from(list("<>/abi:= \"'!-[]?x")), max_size=60))
def test_every_text_becomes_well_formed(text: str):
    parser = etree.XMLParser(recover=True)
    etree.fromstring(straighten(f"<rss>{text.replace('&', '')}").encode(), parser)
    wrong = [error for error in parser.error_log if error.domain_name != "NAMESPACE"]
    assert not [error for error in wrong if "xmlns" not in error.message]


@pytest.mark.parametrize(
    "piece",
    ["<a>", "</a>", "<item>", '<a b="', "<![CDATA[", "<!--", "<?x", "<a b='c' ", "&amp;", "<", "</item>", "<a/>"],
)
def test_a_megabyte_of_one_mistake_is_put_right_in_bounded_time(piece: str):
    body = "<rss><channel>" + piece * (1_000_000 // len(piece))
    begun = time.process_time()
    straighten(body)
    assert time.process_time() - begun < 5


# -- the most lenient reader as yardstick --

SHARDS = [
    b"<", b">", b"&", b'"', b"]]>", b"<![CDATA[", b"<!--", b"\x00", b"\x0b", b"&nbsp;", b"&#0;", b"\xff", b"<br>",
    b"<p>", b"</item>", b"<item>", b"</entry>", b"</title>", b"</channel>", b"</rss>", b"<foo:bar/>", b"</link>",
    b"\xef\xbb\xbf",
]  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    body = draw(st.sampled_from(GOLDEN))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(body)))
        gone = draw(st.sampled_from([0, 0, 1, 3, 12]))
        body = body[:at] + draw(st.sampled_from([b"", *SHARDS])) + body[at + gone :]
    return body


def lenient_entries(body: bytes) -> list[object]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            parsed = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
        except Exception:  # noqa: BLE001 - it has faults of its own on damaged feeds
            return []
    return [entry for entry in parsed.entries if entry.get("title") and entry.get("link")]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged())
def test_what_feedparser_finds_entries_in_we_find_entries_in(body: bytes):
    if lenient_entries(body):
        assert read(body).entries


# -- what the publisher asks for --


def channel(inside: str) -> Hints:
    return read(f"<rss version='2.0'><channel><title>t</title>{inside}{ITEM.format('a')}</channel></rss>").hints


@pytest.mark.parametrize(
    ("inside", "pause"),
    [
        ("<ttl>60</ttl>", timedelta(hours=1)),
        ("<ttl>0</ttl>", None),
        ("<ttl>-5</ttl>", None),
        ("<ttl>999999</ttl>", timedelta(days=31)),
        ("<sy:updatePeriod>daily</sy:updatePeriod>", timedelta(days=1)),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", timedelta(hours=6)),
        ("<sy:updatePeriod>sometimes</sy:updatePeriod>", None),
    ],
)
def test_the_pause_that_a_feed_asks_for(inside: str, pause: timedelta | None):
    assert channel(inside).pause == pause


def test_hours_and_days_on_which_nothing_is_published():
    hints = channel(
        "<skipHours><hour>24</hour><hour>x</hour><hour>7</hour></skipHours><skipDays><day>Friday</day></skipDays>"
    )
    assert (hints.skip_hours, hints.skip_days) == ((0, 7), (4,))


def test_a_feed_that_asks_for_nothing_has_no_hints():
    assert not channel("")


def test_the_hub_in_the_header_counts_before_the_one_in_the_feed():
    body = f'<rss><channel><atom:link rel="hub" href="https://old.example/"/>{ITEM.format("a")}</channel></rss>'
    header = ("link", '<https://hub.example/>; rel="hub", </feed.xml?full>; rel=self')
    hints = read(body, header).hints
    assert (hints.hub, hints.topic) == ("https://hub.example/", "https://www.example.org/feed.xml?full")


def test_a_json_feed_names_its_hub():
    body = '{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[],"hubs":[{"type":"rssCloud","url":"https://x.example/"},'
    body += '{"type":"WebSub","url":"https://hub.example/"}],"feed_url":"https://www.example.org/feed.json"}'
    hints = read(body).hints
    assert (hints.hub, hints.topic) == ("https://hub.example/", "https://www.example.org/feed.json")


def test_an_archived_feed_leads_to_the_document_before_it():
    body = '<feed xmlns="http://www.w3.org/2005/Atom"><link rel="prev-archive" href="/a/2.atom"/></feed>'
    following = read(body).next
    assert following is not None
    assert following.url == "https://www.example.org/a/2.atom"
