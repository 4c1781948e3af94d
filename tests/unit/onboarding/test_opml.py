"""OPML as feed readers write it, and as nobody should."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from crawler.errors import UsageError
from crawler.model import Source
from crawler.onboarding.candidates import MOST
from crawler.onboarding.opml import read_opml, write_opml
from crawler.text.normalize import clean


def wrap(*outlines: str) -> str:
    return f'<?xml version="1.0" encoding="gbk"?>\n<opml version="2.0"><body>{"".join(outlines)}</body></opml>'


def read(*outlines: str):
    return read_opml(wrap(*outlines)).candidates


def test_outlines_around_an_address_and_its_categories_become_tags():
    (found,) = read(
        '<outline text="Asia"><outline title="Japan" text="no">',
        '<outline title="内閣府" xmlUrl="https://a.example.org/f" category="/gov/news,urgent, Asia"/>',
        "</outline></outline>",
    )
    assert (found.title, found.url, found.kind) == ("内閣府", "https://a.example.org/f", "feed")
    assert found.tags == ("Asia", "Japan", "gov/news", "urgent")


@pytest.mark.parametrize(
    ("attributes", "url", "kind"),
    [
        ('xmlUrl="https://a.org/f" htmlUrl="https://a.org/"', "https://a.org/f", "feed"),
        ('XMLURL=" https://a.org/f "', "https://a.org/f", "feed"),
        ('xmlUrl="feed://a.org/f"', "http://a.org/f", "feed"),
        ('xmlUrl="feed:https://a.org/f"', "https://a.org/f", "feed"),
        ('type="rss" url="https://a.org/f"', "https://a.org/f", "feed"),
        ('type="link" url="https://a.org/"', "https://a.org/", ""),
        ('type="rss" htmlUrl="https://a.org/"', "https://a.org/", ""),
    ],
)
def test_only_what_the_file_calls_a_feed_is_one(attributes, url, kind):
    (found,) = read(f'<outline text="t" {attributes}/>')
    assert (found.url, found.kind) == (url, kind)


def test_an_address_keeps_its_ampersands_however_they_were_written():
    (found,) = read('<outline text="A &eacute; &amp; b" xmlUrl="https://a.org/?a=1&b=2&amp;c=3&#38;d"/>')
    assert (found.url, found.title) == ("https://a.org/?a=1&b=2&c=3&d", "A é & b")


def test_folders_without_an_address_are_nothing_and_the_place_of_an_outline_is_told():
    first, second = read(
        '<outline text="empty"/>', '<outline text="Port" url="nowhere"/><outline url="https://a.org/"/>'
    )
    assert (first.place, second.place) == ("outline 2 (Port)", "outline 3")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('<!DOCTYPE opml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><opml/>', "entities"),
        ('<!DOCTYPE opml [<!ENTITY a SYSTEM "file:///etc/hostname">]><opml/>', "entities"),
        ("<rss><channel/></rss>", "its first element is <rss>"),
        ("<opml><body>", "no well-formed XML"),
        (f"<opml>{'<outline>' * 100_000}", "no well-formed XML"),
        (wrap('<outline url="https://a.org/"/>' * (MOST + 1)), "more than 20,000"),
    ],
)
def test_what_is_hostile_or_no_opml_is_refused(text, said):
    with pytest.raises(UsageError, match=said):
        read_opml(text)


def test_nothing_outside_is_ever_asked_for(tmp_path):
    dtd = tmp_path / "opml.dtd"
    dtd.write_text('<!ENTITY secret "told">', encoding="utf-8")
    outline = '<outline text="&secret;" url="https://a.org/"/>'
    (found,) = read_opml(f'<!DOCTYPE opml SYSTEM "file://{dtd}"><opml><body>{outline}</body></opml>').candidates
    assert found.title == "&secret;"


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        st.text(max_size=200),
        st.lists(
            st.sampled_from(
                [
                    "<outline ",
                    "<opml>",
                    "</outline>",
                    "/>",
                    'url="',
                    '"',
                    "&",
                    "]]>",
                    "<!--",
                    "\0",
                    "é",
                    "<!DOCTYPE x [",
                ]
            ),
            max_size=30,
        ).map(lambda parts: "<opml>" + "".join(parts)),
    )
)
def test_no_text_makes_another_error_than_that_it_is_none(text):
    with suppress(UsageError):
        read_opml(text)


# -- written ---------------------------------------------------------------------------------------------------------

CREATED = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)


def test_what_is_written_is_opml_2_that_feed_readers_know():
    feed = Source(id="a", kind="feed", url="https://a.org/f?a=1&b", title="港口", tags=("gov", "a,b"), language="zh")
    page = Source(id="b", kind="html_list", url="https://b.org/")
    root = etree.fromstring(write_opml([(feed, "feed"), (page, "html_list")], CREATED))
    assert (root.tag, root.get("version"), root.findtext("head/title")) == ("opml", "2.0", "Sources of Gazette")
    assert root.findtext("head/dateCreated") == "Fri, 27 Nov 2026 08:00:00 GMT"
    first, second = (dict(outline.attrib) for outline in root.iterfind("body/outline"))
    assert first == {
        **{"text": "港口", "title": "港口", "type": "rss", "xmlUrl": "https://a.org/f?a=1&b"},
        **{"category": "gov,a%2Cb", "language": "zh"},
    }
    assert second == {"text": "https://b.org/", "title": "https://b.org/", "type": "link", "url": "https://b.org/"}


TEXTS = st.text(max_size=40).map(clean) | st.sampled_from(["&amp;", "&eacute;", "100%25", "a,b/c", "/a", "<b>", "'\""])


@settings(max_examples=200, deadline=None)
@given(title=TEXTS, tags=st.lists(TEXTS.filter(bool), unique=True, max_size=4), kind=st.sampled_from(["feed", "page"]))
def test_what_was_written_is_read_back(title, tags, kind):
    source = Source(id="a", kind=kind, url="https://a.org/?a=1&b=<%22>&amp;c", title=title, tags=tuple(tags))
    (found,) = read_opml(write_opml([(source, kind)], CREATED).decode()).candidates
    assert (found.url, found.title, found.tags) == (source.url, title, source.tags)
    assert found.kind == ("feed" if kind == "feed" else "")
