from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.errors import ParseError
from crawler.model import Fetched, Listing, Purpose, Request, Source
from crawler.parser.feeds import ENTRY_LIMIT, FeedForm, feed_form, is_feed, read_feed
from crawler.parser.feeds.markup import paragraphs, strip_markup
from crawler.parser.feeds.sheet import FeedSheet, file_attachment, primary_subtag
from crawler.text.urls import join_url

URL = "https://www.example.org/news/feed.xml"
NOW = datetime(2023, 10, 30, 1, tzinfo=UTC)


def receive(body: str | bytes, url: str = URL, content_type: str = "") -> Fetched:
    raw = body if isinstance(body, bytes) else body.encode()
    headers = (("content-type", content_type),) if content_type else ()
    request = Request(url=url, purpose=Purpose.LISTING)
    return Fetched(request=request, url=url, status=200, headers=headers, body=raw, sha256="", fetched_at=NOW)


def read(body: str | bytes, *, url: str = URL, content_type: str = "", **facts: object) -> Listing:
    source = Source(id="s", kind="feed", url=url, **facts)  # type: ignore[arg-type]
    return read_feed(receive(body, url, content_type), source)


def rss(*items: str, head: str = "", root: str = '<rss version="2.0">') -> str:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f"{root}<channel><title>Notices</title>{head}{inside}</channel></rss>"


# -- what a body is --


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (b"", FeedForm.EMPTY),
        (b" \n\xef\xbb\xbf"[:2], FeedForm.EMPTY),
        (b"\xef\xbb\xbf\n\n<?xml version='1.0'?><rss/>", FeedForm.XML),
        (b"<!-- made by hand --><feed/>", FeedForm.XML),
        (b'{"version": 1}', FeedForm.JSON),
        (b"\n<!doctype HTML><html>", FeedForm.HTML),
        (b"<?xml version='1.0'?><!DOCTYPE html PUBLIC ''><html>", FeedForm.HTML),
        (b"<script>location.reload()</script>", FeedForm.HTML),
        (b"404 page not found", FeedForm.OTHER),
        ("<rss/>".encode("utf-16"), FeedForm.XML),
    ],
)
def test_the_form_of_a_body_is_told_by_its_first_element(body: bytes, form: FeedForm):
    assert feed_form(body) is form


def test_zero_bytes_are_a_fault_not_an_empty_feed():
    with pytest.raises(ParseError, match="empty body"):
        read(b"")


def test_html_where_a_feed_was_expected_is_named_as_such():
    with pytest.raises(ParseError, match="is HTML, not a feed: a challenge or error page"):
        read("<html><body>Please wait</body></html>")


@pytest.mark.parametrize("body", ["<opml/>", "<urlset><url/></urlset>", "no markup at all", "<", "<rss", "\x00\x01"])
def test_what_is_no_feed_is_refused(body: str):
    if body == "<rss":  # an unfinished first tag recovers to an empty feed
        assert read(body).entries == ()
        return
    with pytest.raises(ParseError):
        read(body)


def test_a_valid_feed_without_entries_is_an_empty_listing():
    assert read(rss()) == Listing(entries=(), title="Notices")


def test_a_document_that_declares_entities_is_refused():
    bomb = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + rss("<title>&b;</title><link>/1</link>")
    with pytest.raises(ParseError, match="declares entities"):
        read(bomb)


def test_an_external_entity_is_never_loaded():
    with pytest.raises(ParseError, match="declares entities"):
        read('<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + rss("<title>&x;</title><link>/1</link>"))


def test_entities_declared_in_utf_16_are_refused_too():
    bomb = '<!DOCTYPE rss [<!ENTITY a "ha">]>' + rss("<title>&a;</title><link>/1</link>")
    with pytest.raises(ParseError, match="declares entities"):
        read(bomb.encode("utf-16"))


# -- bytes --


@pytest.mark.parametrize(
    ("declared", "actual"),
    [
        ("utf-8", "utf-8"),
        ("gb2312", "utf-8"),
        ("utf-8", "gb18030"),
        ("gb2312", "gb18030"),
        ("utf-16", "utf-16"),
        ("utf-8", "utf-8-sig"),
    ],
)
def test_the_bytes_decide_where_the_declared_encoding_is_wrong(declared: str, actual: str):
    body = f'<?xml version="1.0" encoding="{declared}"?>' + rss("<title>关于朱镕堃同志的公示</title><link>/1</link>")
    assert read(body.encode(actual), language="zh").entries[0].title == "关于朱镕堃同志的公示"


@pytest.mark.parametrize("encoding", ["shift_jis", "euc_jp", "iso2022_jp"])
def test_old_japanese_encodings_are_read_as_declared(encoding: str):
    label = encoding.replace("_jp", "-jp").replace("iso2022", "iso-2022").replace("shift_jis", "Shift_JIS")
    body = f'<?xml version="1.0" encoding="{label}"?>' + rss("<title>海岸の清掃について</title><link>/1</link>")
    assert read(body.encode(encoding)).entries[0].title == "海岸の清掃について"


def test_the_charset_of_the_header_counts_where_the_document_names_none():
    body = rss("<title>Größenänderung</title><link>/1</link>").encode("iso-8859-1")
    assert read(body, content_type="text/xml; charset=ISO-8859-1").entries[0].title == "Größenänderung"


def test_the_encoding_the_operator_forces_wins():
    from crawler.model import FetchPolicy

    body = '<?xml version="1.0" encoding="utf-8"?>' + rss("<title>中文</title><link>/1</link>")
    listing = read(body.encode("big5"), fetch=FetchPolicy(encoding="big5"))
    assert listing.entries[0].title == "中文"


def test_control_characters_bare_ampersands_and_html_entities_are_tolerated():
    entry = read(rss("<title>A &amp; B & C\x02&nbsp;&eacute;&nosuch;</title><link>/a?x=1&y=2</link>")).entries[0]
    assert entry.title == "A & B & C é&nosuch;"
    assert entry.url == "https://www.example.org/a?x=1&y=2"


def test_cdata_is_left_as_it_is_while_the_rest_is_repaired():
    entry = read(rss("<title>x &nbsp; y</title><link><![CDATA[http://www.example.org/?a=1&b=2]]></link>")).entries[0]
    assert entry.url == "http://www.example.org/?a=1&b=2"


def test_unbound_prefixes_are_understood():
    entry = read(
        rss("<title>t</title><link>/1</link><dc:date>2023-10-27</dc:date><DC:Creator>Li</DC:Creator>")
    ).entries[0]
    assert entry.published is not None
    assert entry.published.instant == datetime(2023, 10, 27, tzinfo=UTC)
    assert entry.authors == ("Li",)


def test_text_before_the_declaration_is_skipped():
    assert len(read("Warning: something\n<?xml version='1.0'?>" + rss("<title>t</title><link>/1</link>")).entries) == 1


def test_a_feed_cut_off_in_the_middle_keeps_what_came():
    body = rss("<title>one</title><link>/1</link>", "<title>two</title><link>/2</link>")
    assert [entry.title for entry in read(body[: body.index("two") + 2]).entries] == ["one", "tw"]


def test_upper_case_tags_are_read_by_the_fallback():
    body = "<RSS><CHANNEL><ITEM><TITLE>Loud</TITLE><LINK>http://www.example.org/1</LINK><PUBDATE>2023年10月27日</PUBDATE></ITEM></CHANNEL></RSS>"
    entry = read(body, timezone="Asia/Shanghai").entries[0]
    assert (entry.title, entry.url) == ("Loud", "http://www.example.org/1")
    assert entry.published is not None
    assert entry.published.instant.date().isoformat() == "2023-10-27"


def test_items_nobody_can_read_are_a_fault():
    with pytest.raises(ParseError, match="none can be read"):
        read(rss("<category>x</category>"))


def test_entries_are_capped():
    assert len(read(rss(*["<title>t</title>"] * (ENTRY_LIMIT + 5))).entries) == ENTRY_LIMIT


# -- links and identity --


def entry_url(item: str, **facts: object) -> str:
    return read(rss(f"<title>t</title>{item}"), **facts).entries[0].url


@pytest.mark.parametrize(
    ("item", "url"),
    [
        ("<link>/1.html</link>", "https://www.example.org/1.html"),
        ("<link>2.html</link>", "https://www.example.org/news/2.html"),
        ('<link href="/3.html"/>', "https://www.example.org/3.html"),
        ("<guid>http://www.example.org/4</guid>", "http://www.example.org/4"),
        ('<guid isPermaLink="false">http://www.example.org/5</guid>', ""),
        ("<guid>not-an-address</guid>", ""),
        ("<link>javascript:alert(1)</link>", ""),
        ("<link> </link><guid>http://www.example.org/6</guid>", "http://www.example.org/6"),
        (
            '<link>http://proxy.example/x</link><f:origLink xmlns:f="http://rssnamespace.org/feedburner/ext/1.0">'
            "http://www.example.org/7</f:origLink>",
            "http://www.example.org/7",
        ),
    ],
)
def test_the_link_of_an_rss_item(item: str, url: str):
    assert entry_url(item) == url


def test_relative_links_of_a_feed_hosted_elsewhere_stand_against_its_site():
    body = rss("<title>t</title><link>/1</link>", head="<link>http://www.ministry.example/</link>")
    assert read(body, url="https://feeds.example.org/ministry").entries[0].url == "http://www.ministry.example/1"


def test_the_alternate_link_in_the_language_of_the_source_is_chosen():
    body = """<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>x</id><title>t</title>
    <link rel="self" href="/self"/><link rel="alternate" hreflang="fr" href="/fr"/>
    <link rel="alternate" type="application/json" href="/data"/><link hreflang="de" href="/de"/></entry></feed>"""
    assert read(body, language="de").entries[0].url == "https://www.example.org/de"
    assert read(body, language="fr").entries[0].url == "https://www.example.org/fr"


def test_ids_are_kept_verbatim():
    entry = read(rss('<title>t</title><guid isPermaLink="false"> NEWS:17 </guid>')).entries[0]
    assert entry.id == "NEWS:17"


def test_missing_guids_leave_the_id_empty():
    assert read(rss("<title>t</title><link>/1</link>")).entries[0].id == ""


# -- dates --


def test_an_update_time_is_never_taken_for_a_publication():
    body = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>x</id><title>t</title><updated>2023-10-27T01:00:00Z</updated></entry></feed>'
    entry = read(body).entries[0]
    assert entry.published is None
    assert entry.updated is not None


def test_a_zoneless_feed_date_is_in_the_zone_of_the_source():
    entry = read(rss("<title>t</title><pubDate>2023-10-27 21:56:00</pubDate>"), timezone="Asia/Shanghai").entries[0]
    assert entry.published is not None
    assert entry.published.instant.isoformat() == "2023-10-27T21:56:00+08:00"
    assert entry.published.origin == "feed"


def test_an_unreadable_date_is_no_date():
    assert read(rss("<title>t</title><pubDate>soon</pubDate>")).entries[0].published is None


# -- texts --


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("plain", "plain"),
        ("肇<b>庆</b>市", "肇庆市"),
        ("<p>one</p><p>two</p>", "one two"),
        ("a<br/>b", "a b"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("AT&amp;T &lt;b&gt;", "AT&T <b>"),
        ('<a title="a>b" href="x">link</a>', "link"),
        ("x<script>evil()</script>y<!-- no -->z", "xyz"),
        ("<style>p{}</style>t", "t"),
        ("broken <", "broken <"),
        ("", ""),
    ],
)
def test_markup_becomes_visible_text(markup: str, text: str):
    assert strip_markup(markup) == text


def test_plain_text_becomes_paragraphs():
    assert paragraphs("a < b\nc\n\n\nd") == "<p>a &lt; b<br>c</p><p>d</p>"


def test_a_short_description_is_a_summary_and_no_body():
    entry = read(rss("<title>t</title><link>/1</link><description>A teaser.</description>")).entries[0]
    assert (entry.summary, entry.body) == ("A teaser.", "")


def test_a_description_laid_out_in_blocks_is_the_body():
    entry = read(rss("<title>t</title><link>/1</link><description>&lt;p&gt;All.&lt;/p&gt;</description>")).entries[0]
    assert (entry.summary, entry.body) == ("All.", "<p>All.</p>")


def test_content_of_a_foreign_media_type_is_not_read():
    entry = '<entry><id>x</id><title>t</title><content type="image/png">aGk=</content></entry>'
    body = f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>'
    assert read(body).entries[0].body == ""


# -- people, languages, files --


@pytest.mark.parametrize(
    ("item", "authors"),
    [
        ("<author>a@example.org (Ann Lee)</author>", ("Ann Lee",)),
        ("<author>a@example.org</author>", ()),
        ("<author>鼎新社</author>", ("鼎新社",)),
        ("<author><name>Bo</name><uri>x</uri></author><author><name>Bo</name></author>", ("Bo",)),
    ],
)
def test_authors_are_names(item: str, authors: tuple[str, ...]):
    assert read(rss(f"<title>t</title>{item}")).entries[0].authors == authors


@pytest.mark.parametrize(("tag", "primary"), [("zh-CN", "zh"), ("EN_us", "en"), ("yue", "yue"), ("中文", ""), ("", "")])
def test_only_the_primary_language_is_kept(tag: str, primary: str):
    assert primary_subtag(tag) == primary


@pytest.mark.parametrize(
    ("url", "media_type", "name"),
    [
        ("https://e.org/a%20b.pdf", "application/pdf", "a b.pdf"),
        ("https://e.org/a.jpg", "", None),
        ("https://e.org/x", "audio/mpeg", None),
        ("", "application/pdf", None),
    ],
)
def test_documents_are_attachments_and_pictures_are_not(url: str, media_type: str, name: str | None):
    found = file_attachment(url, media_type, "")
    assert (found and found.name) == name


@settings(max_examples=300, deadline=None)
@given(
    st.from_regex(r"https?://[a-z0-9.-]{1,12}(:[0-9]{1,5})?/[A-Za-z0-9\-._~!$&'()*+,;=:@/?#%\\]{0,20}", fullmatch=True)
)
def test_the_short_way_to_an_address_agrees_with_joining(href: str):
    sheet = FeedSheet(url=URL, now=NOW, timezone="UTC")
    assert sheet.address(href) == join_url(URL, href)


# -- JSON Feed --


@pytest.mark.parametrize(
    "body", ["{", "[]", '{"a": 1}', "[" * 50_000, '{"items": 3, "title": []}', '{"x": ' + "9" * 9999 + "}"]
)
def test_json_that_is_no_feed_is_refused(body: str):
    assert not is_feed(body.encode())
    with pytest.raises(ParseError, match="JSON"):
        read(body)


def test_lone_surrogates_in_json_cannot_reach_the_store():
    listing = read('{"title": "t", "items": [{"id": 7, "url": "/1", "title": "a\\ud800b"}]}')
    listing.entries[0].title.encode()
    assert listing.entries[0].id == "7"


def test_a_feed_that_names_itself_as_its_next_page_ends_there():
    assert read(f'{{"title": "t", "items": [], "next_url": "{URL}"}}').next is None
