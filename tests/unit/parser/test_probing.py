from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.errors import ParseError
from crawler.model import Fetched, FileOutcome, FileText, Purpose, Request
from crawler.parser.probe import probe

GOLDEN = Path(__file__).parents[2] / "golden"


def receive(body: bytes | str, url: str) -> Fetched:
    raw = body if isinstance(body, bytes) else body.encode()
    now = datetime(2023, 10, 30, 1, tzinfo=UTC)
    request = Request(url=url, purpose=Purpose.LISTING)
    return Fetched(request=request, url=url, status=200, headers=(), body=raw, sha256="", fetched_at=now)


def recorded(case: str, url: str) -> Fetched:
    return receive(next((GOLDEN / case).glob("response.*")).read_bytes(), url)


@pytest.mark.parametrize(
    ("case", "url", "kind"),
    [
        ("feed/rss-2.0", "http://www.qinghu.example.gov.cn/rss.xml", "feed"),
        ("feed/rss-1.0-rdf", "https://www.example.go.jp/news.rdf", "feed"),
        ("feed/json-feed-1.1", "https://www.example.org/feed.json", "feed"),
        ("blogger/whole-blog", "https://www.example.org/atom.xml", "blogger"),
        ("wechat/one-article", "http://127.0.0.1:8080/s/Ab3dE_fGh-IjKlMnOpQrSt", "wechat"),
        ("html_list/trs-columns", "http://www.qinghu.example.gov.cn/xwzx/", "html_list"),
        ("sitemap/gzipped", "https://www.example.org/sitemap-1.xml.gz", "sitemap"),
        ("gkmlpt/list-of-documents", "http://www.example.gov.cn/gkmlpt/api/all/3310?page=1&sid=990017", "gkmlpt"),
        ("federal_register/page-of-results", "https://www.example.org/api/v1/documents.json", "federal_register"),
        ("govuk/document-with-history", "https://www.example.gov.uk/api/content/guidance/mooring-fees", "govuk"),
        ("json_list/ucap-results", "http://www.example.gov.cn/common/search/0a1b2c?page=1", "json_list"),
        ("json_list/jpaas-fragment", "http://www.example.gov.cn/front/page/build/unit", "json_list"),
        ("json_list/evident-rows", "https://api.example.org/v2/news", "json_list"),
    ],
)
def test_the_kind_is_told_by_the_response(case: str, url: str, kind: str):
    found = probe(recorded(case, url))
    assert found.kind == kind
    assert found.url == url
    assert 1 <= len(found.entries) <= 3


def test_a_proposal_names_zone_and_language():
    found = probe(recorded("html_list/trs-columns", "http://www.qinghu.example.gov.cn/xwzx/"))
    assert (found.timezone, found.language, found.title) == ("Asia/Shanghai", "zh", "要闻_青湖区人民政府")


def test_the_home_of_a_blog_is_recognised_by_the_feed_it_announces():
    body = '<link rel="alternate" type="application/atom+xml" href="https://b.example/feeds/posts/default"><title>Blog</title>'
    found = probe(receive(body, "https://b.example/"))
    assert (found.kind, found.title, found.entries) == ("blogger", "Blog", ())
    assert found.feeds == ("https://b.example/feeds/posts/default",)


def test_the_home_of_a_blog_is_recognised_by_its_generator():
    assert probe(receive('<meta content="blogger" name="generator">', "https://b.example/")).kind == "blogger"


def test_a_list_page_that_announces_a_feed_says_so():
    page = recorded("html_list/trs-columns", "http://www.qinghu.example.gov.cn/xwzx/")
    link = b'<link rel="alternate" type="application/rss+xml" href="rss.xml">'
    found = probe(receive(page.body.replace(b"</head>", link + b"</head>"), page.url))
    assert found.kind == "html_list"
    assert found.feeds == ("http://www.qinghu.example.gov.cn/xwzx/rss.xml",)
    assert "http://www.qinghu.example.gov.cn/xwzx/rss.xml" in found.notes[0]


def test_one_wechat_article_comes_with_what_cannot_be_had():
    found = probe(recorded("wechat/one-article", "http://127.0.0.1:8080/s/Ab3dE_fGh-IjKlMnOpQrSt"))
    assert "no public list" in found.notes[0]


def test_a_tree_of_the_platform_is_proposed_with_its_columns():
    found = probe(recorded("gkmlpt/index-of-a-tree", "http://www.qinghu.example.gov.cn/gkmlpt/index"))
    assert (found.kind, found.title, found.entries) == ("gkmlpt", "青湖区人民政府 政府信息公开平台", ())
    assert "3310 政策文件, 3311 规范性文件" in found.notes[1]
    assert "3301" not in found.notes[1], "that column lies elsewhere"


def test_an_index_of_sitemaps_is_proposed_as_such():
    found = probe(recorded("sitemap/index", "https://www.example.org/sitemap_index.xml"))
    assert found.kind == "sitemap"
    assert "index of sitemaps" in found.notes[0]


def test_an_empty_feed_is_a_proposal_with_a_remark():
    found = probe(recorded("feed/complete-and-empty", "https://www.example.org/w.atom"))
    assert (found.kind, found.entries) == ("feed", ())
    assert "no entries" in found.notes[0]


@pytest.mark.parametrize(
    ("body", "word"), [("", "empty body"), ("{}", "not a JSON Feed"), ("<p>x</p>", "no list of links found")]
)
def test_what_cannot_be_watched_is_named(body: str, word: str):
    with pytest.raises(ParseError, match=word):
        probe(receive(body, "https://www.example.org/"))


ARTICLE = (
    "<title>Notice on mooring fees</title><meta property='article:published_time' content='2024-03-01T09:00:00Z'>"
    "<article><h1>Notice on mooring fees</h1><p>"
    + "The fee for a mooring is 150 euros a month from April on. " * 9
    + "</p></article>"
)
NEIGHBOURS = "".join(f"<li><a href='/notice-{n}.html'>Another notice on works {n}</a></li>" for n in range(5))


@pytest.mark.parametrize("beside", ["", f"<ul>{NEIGHBOURS}</ul>"])
def test_an_article_is_proposed_alone_and_the_list_is_asked_for(beside: str):
    found = probe(receive(ARTICLE + beside, "https://www.example.org/notices/mooring-fees.html"))
    assert (found.kind, [entry.title for entry in found.entries]) == ("page", ["Notice on mooring fees"])
    assert "one article, not a list" in found.notes[0]
    assert "give the address of the list" in found.notes[1]


def test_the_list_that_an_article_lies_under_is_named():
    crumbs = (
        "<p><a href='/'>Home</a> <a href='/notices/'>Notices</a> <a href='/notices/harbour/index.html'>Harbour</a></p>"
    )
    found = probe(receive(crumbs + ARTICLE, "https://www.example.org/notices/harbour/2024/mooring-fees.html"))
    assert found.notes[1].endswith("https://www.example.org/notices/harbour/index.html")


def test_a_home_page_names_its_columns():
    columns = "<a href='/tzgg/'>通知公告</a><a href='/xwzx/'>新闻动态</a><a href='/map/'>网站地图</a>"
    items = "".join(
        f"<li><a href='/t2023102{n}_9{n}.html'>关于第{n}批补助资金的公示</a> 2023-10-2{n}</li>" for n in range(5)
    )
    found = probe(receive(f"<nav>{columns}</nav><ul>{items}</ul>", "https://www.example.gov.cn/"))
    assert found.kind == "html_list"
    assert "通知公告 https://www.example.gov.cn/tzgg/, 新闻动态 https://www.example.gov.cn/xwzx/" in found.notes[0]
    assert "网站地图" not in found.notes[0]


@pytest.mark.parametrize(
    ("body", "url", "kind", "watched"),
    [
        ("<meta name='govuk:content-id' content='x'><p>Fees</p>", "https://www.gov.uk/guidance/fees", "govuk", ""),
        ("<p>Rules</p>", "https://www.federalregister.gov/agencies/x-board", "federal_register", ""),
        (
            "<meta name='channelid' content='0a1b2c3d4e5f60718293a4b5c6d7e8f0'><script>load('/searchList/')</script>",
            "http://www.example.gov.cn/zjh/list.shtml",
            "json_list",
            "http://www.example.gov.cn/searchList/0a1b2c3d4e5f60718293a4b5c6d7e8f0?_isAgg=true&_isJson=true"
            "&_pageSize=18&_template=index&page=1",
        ),
    ],
)
def test_a_page_with_an_interface_behind_it_is_watched_through_that(body: str, url: str, kind: str, watched: str):
    found = probe(receive(body, url))
    assert (found.kind, found.url) == (kind, watched or url)


def test_an_album_of_wechat_is_recognised_with_what_cannot_be_had():
    url = "https://mp.weixin.qq.com/mp/appmsgalbum?__biz=MzI0QQ==&action=getalbum&album_id=2990001"
    found = probe(recorded("wechat/album-page", url))
    assert (found.kind, len(found.entries)) == ("wechat", 2)
    assert "no public list" in found.notes[0]


@pytest.mark.parametrize(
    ("case", "word"),
    [
        ("html_list/trs-columns", "TRS"),
        ("html_list/hanweb-records", "Hanweb"),
        ("html_list/jpaas-page-that-shows-nothing", "jpaas"),
        ("html_list/total-and-shown", "index_pc_2"),
    ],
)
def test_the_content_system_behind_a_list_is_named(case: str, word: str):
    found = probe(recorded(case, "http://www.qinghu.example.gov.cn/xwzx/"))
    assert found.kind == "html_list"
    assert any(word in note for note in found.notes)


def test_what_the_publisher_asks_of_pollers_is_told():
    notes = probe(recorded("feed/wishes-of-the-publisher", "https://www.example.org/press.xml")).notes
    assert "come back after 120 minutes" in notes[0]
    assert "0, 1, 23" in notes[1]
    assert "Saturday, Sunday" in notes[2]
    assert "https://hub.example.org/" in notes[3]


def test_a_page_that_scripts_draw_says_so_and_what_to_give():
    with pytest.raises(ParseError, match="drawn by scripts: give the address of the JSON"):
        probe(receive("<div id=app></div><script src=/app.js></script>", "https://www.example.org/news"))


def test_what_might_be_either_is_proposed_with_a_remark():
    dated = NEIGHBOURS.replace("</a>", "</a> <span>2026-03-01</span>")
    found = probe(receive(f"{ARTICLE}<ul>{dated}</ul>", "https://www.example.org/notices/mooring-fees.html"))
    assert found.kind == "html_list"
    assert "looks like one article" in found.notes[-1]


LONE_FEED = '<link rel="alternate" type="application/atom+xml" href="/a.atom"><p>x</p>'


def test_a_page_without_a_list_names_the_page_that_it_shows_in_a_frame():
    page = '<h2>公告栏</h2><iframe src="https://ads.example.net/"></iframe><iframe src="/inner/list.html"></iframe>'
    with pytest.raises(ParseError, match=r"in a frame, perhaps the list: https://www\.example\.org/inner/list\.html"):
        probe(receive(page, "https://www.example.org/news.html"))


def test_a_table_of_fees_without_a_date_is_a_page_to_watch():
    rows = "".join(f"<tr><td>Berth {number}</td><td>{number}0 pounds</td></tr>" for number in range(1, 5))
    page = f"<html><head><title>Harbour fees</title></head><body><div><h1>Harbour fees</h1><table>{rows}</table></div>"
    assert probe(receive(page, "https://www.example.org/harbour/fees")).kind == "page"


def test_a_page_without_a_list_still_names_its_feed():
    with pytest.raises(ParseError, match=r"https://www\.example\.org/a\.atom"):
        probe(receive(LONE_FEED, "https://www.example.org/about"))


def test_a_home_page_without_a_list_is_watched_by_its_feed():
    found = probe(receive(LONE_FEED, "https://www.example.org/"))
    assert (found.kind, found.url) == ("feed", "https://www.example.org/a.atom")


ROWS = '{"code":0,"data":{"menu":[{"label":"a"}],"list":[{"Kopf":"a","nr":1,"more":{}},{"Kopf":"b","nr":2}]}}'


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (ROWS, r'options\.items = "data\.list", options\.title and options\.url .* words of its rows: Kopf, nr \('),
        ('[{"Kopf":"a"}]', r"of links; give options\.title and .* words of its rows: Kopf \("),
        ('{"data":{"rows":[]}}', "its lists are empty: give an address that lists something, or give options"),
        ("[1,2,3]", r"holds no list of links; give options\.items, options\.title and options\.url \("),
        ('{"code":401,"msg":"token missing","data":null}', "token missing"),
    ],
)
def test_json_that_names_no_list_is_answered_with_where_one_may_be(body: str, words: str):
    with pytest.raises(ParseError, match=words):
        probe(receive(body, "https://api.example.org/v1/list"))


def test_a_blog_whose_feed_is_given_as_json_is_a_blog():
    body = '{"feed":{"id":{"$t":"tag:blogger.com,1999:blog-1"},"openSearch$totalResults":{"$t":"0"}}}'
    found = probe(receive(body, "https://harbour.blogspot.com/feeds/posts/default?alt=json"))
    assert (found.kind, found.url) == ("blogger", "https://harbour.blogspot.com/feeds/posts/default?alt=json")


@pytest.mark.parametrize(
    "body", [b"\x89PNG\r\n\x1a\n", b"PK\x03\x04" + bytes(90), b"\xff\xd8\xff"], ids=["png", "zip", "jpg"]
)
def test_a_picture_or_an_archive_is_called_by_its_name(body: bytes):
    with pytest.raises(ParseError, match=r"is no page, list or feed: a(?:n archive| picture)"):
        probe(receive(body, "https://www.example.org/a"))


def test_a_file_without_words_is_watched_by_its_bytes_and_that_is_said():
    scan = FileText(outcome=FileOutcome.NO_TEXT, note="a scan")
    found = probe(replace(receive("%PDF-1.7", "https://www.example.org/rules.pdf"), file=scan))
    assert (found.kind, found.notes) == (
        "page",
        ("a file that is itself the article, of which no words can be compared, only its bytes (a scan)",),
    )
