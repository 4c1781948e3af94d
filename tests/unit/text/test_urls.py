"""Addresses: one spelling for identity, absolute links, hosts, and what a path tells."""

from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.text.urls import canonical_url, date_in_url, document_id, host_of, is_http, join_url, plain_url

PAGE = "https://example.gov.cn/xwzx/t20231027_12345.html"


@pytest.mark.parametrize(
    "spelling",
    [
        "http://www.example.gov.cn/xwzx/t20231027_12345.html",
        "HTTPS://Example.GOV.cn:443/xwzx/t20231027_12345.html#content",
        "http://m.example.gov.cn:80/xwzx/./a/../t20231027_12345.html",
        " //www.example.gov.cn//xwzx/t20231027_12345.html\n",
        "http://user:secret@www.example.gov.cn/xwzx/t20231027_12345.html?",
        "https://www.example.gov.cn/xwzx/t20231027_12345.html?from=timeline&isappinstalled=0",
        "https://example.gov.cn./xwzx/%74%3220231027_12345.html".replace("%32", ""),
        "https://example.gov.cn/xwzx/t20231027_12345.html;jsessionid=0A1B2C?utm_source=x&UTM_Medium=y&spm=1.2",
        "https://example.gov.cn/(S(lit3py55t21z5v55vlm25s55))/xwzx/t20231027_12345.html?PHPSESSID=abc&_=1698414960123",
        "http://big5.example.gov.cn/gate/big5/www.example.gov.cn/xwzx/t20231027_12345.html",
        "http://www.example.gov.cn/xwzx/t20231027_12345.html?sid=0123456789abcdef0123&timestamp=1698414960&r=0.123456",
        "http://www.example.gov.cn/xwzx/t20231027_12345.amp.html?amp=1",
    ],
)
def test_one_page_has_one_spelling(spelling):
    assert canonical_url(spelling) == PAGE


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("http://www.example.org", "https://example.org/"),
        ("http://www.example.org/news/", "https://example.org/news"),
        ("http://www.example.org/news/INDEX.shtml", "https://example.org/news"),
        ("http://www.example.org/default.aspx?id=3", "https://example.org/?id=3"),
        ("http://example.org:8080/a", "https://example.org:8080/a"),
        ("http://example.org/a?b=2&a=1&b=1&c=", "https://example.org/a?a=1&b=2&b=1&c"),
        (
            "http://example.org/gkmlpt/api/all/0?page=2&sid=758001",
            "https://example.org/gkmlpt/api/all/0?page=2&sid=758001",
        ),
        ("http://example.org/%7euser/%e4%b8%ad%2f%ZZ", "https://example.org/~user/%E4%B8%AD%2F%25ZZ"),
        ("http://example.org/中 文?q=中", "https://example.org/%E4%B8%AD%20%E6%96%87?q=%E4%B8%AD"),
        ("http://例え.jp/", "https://xn--r8jz45g.jp/"),
        ("http://example.org/app#!/news/1", "https://example.org/app#!/news/1"),
        ("http://example.org/app#/news/1", "https://example.org/app#/news/1"),
        ("http://[::1]:8000/x", "https://[::1]:8000/x"),
        ("http://news.blogspot.co.uk/2023/10/gdp.html?m=1", "https://news.blogspot.com/2023/10/gdp.html"),
        ("http://news.blogspot.jp/", "https://news.blogspot.com/"),
        ("http://blog.example.org/2023/10/gdp.html?m=0", "https://blog.example.org/2023/10/gdp.html"),
        ("http://example.org/list.php?m=1", "https://example.org/list.php?m=1"),
        ("http://sc.example.hk/TuniS/www.example.hk/tc/a.html", "https://example.hk/tc/a.html"),
        ("http://example.org/gb/www.example.hk/a", "https://example.org/gb/www.example.hk/a"),
    ],
)
def test_spellings_keep_what_names_the_page(url, canonical):
    assert canonical_url(url) == canonical


LONG = "https://mp.weixin.qq.com/s?__biz=MzA5Nw==&idx=1&mid=2650&sn=0abc"


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("http://mp.weixin.qq.com/s?__biz=MzA5Nw==&mid=2650&idx=1&sn=0abc&chksm=8&scene=27&key=k&uin=u#rd", LONG),
        ("http://mp.weixin.qq.com/s?__biz=MzA5Nw%3D%3D&amp;mid=2650&amp;idx=1&amp;sn=0abc&amp;pass_ticket=x", LONG),
        ("https://mp.weixin.qq.com/mp/appmsg/show?__biz=MzA5Nw==&appmsgid=2650&itemidx=1&sign=0abc", LONG),
        (
            "https://mp.weixin.qq.com/s/AbCdEf_123?from=groupmessage&poc_token=x",
            "https://mp.weixin.qq.com/s/AbCdEf_123",
        ),
        ("http://127.0.0.1:8000/s?__biz=A&mid=1&idx=2&sn=3&x=4", "https://127.0.0.1:8000/s?__biz=A&idx=2&mid=1&sn=3"),
    ],
)
def test_wechat_links_keep_account_message_position_and_signature(url, canonical):
    assert canonical_url(url) == canonical


@pytest.mark.parametrize(
    "text",
    ["", "javascript:void(0)", "no address", "http://", "http://[bad", "http://a:99999/", "ftp://a.org/x", "http:// x"],
)
def test_what_is_no_address_comes_back_as_it_is(text):
    assert canonical_url(f" {text} ") == text


def words(text: str) -> list[str]:
    return text.split()


PIECES = [
    " ",
    *words(
        "http:// https:// // www. m. example.org 例え.jp a.blogspot.de big5. sc. mp.weixin.qq.com :80 :8080 / "
        "/gate/big5/ /TuniS/ /s index.html default.aspx .amp .. . % %2e %2F %e4 %41 ;jsessionid=1 /(S(abcdefgh12)) "
        "/2023/10/x.html ? & = a é b=1 m=1 utm_x=1 __biz=A mid=1 idx=1 # ! &amp; [ ] @ + \\"
    ),
]
URLISH = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=14).map("".join))


@settings(max_examples=1_000, deadline=None)
@given(URLISH)
def test_the_canonical_spelling_is_its_own_canonical_spelling(text):
    once = canonical_url(text)
    assert canonical_url(once) == once


@pytest.mark.parametrize(
    ("href", "joined"),
    [
        ("./t1.html", "http://example.org/news/t1.html"),
        ("../x?p=2#a", "http://example.org/x?p=2#a"),
        ("//other.org/x", "http://other.org/x"),
        (" \n/a\tb\r\n", "http://example.org/ab"),
        ("..\\b.html", "http://example.org/b.html"),
        ("HTTPS://Other.ORG:443/x", "https://other.org:443/x".replace(":443", ":443")),
        ("中文.pdf", "http://example.org/news/%E4%B8%AD%E6%96%87.pdf"),
        ("a b.pdf", "http://example.org/news/a%20b.pdf"),
        ("%E4%b8%ad.pdf", "http://example.org/news/%E4%B8%AD.pdf"),
        ("#!/a", "http://example.org/news/index.html#!/a"),
        ("?page=2", "http://example.org/news/index.html?page=2"),
        ("", ""),
        ("#top", ""),
        ("javascript:void(0)", ""),
        (" JAVA\nSCRIPT:alert(1)", ""),
        ("mailto:a@example.org", ""),
        ("data:text/html,x", ""),
        ("tel:123", ""),
        ("http://[bad", ""),
        ("http://a b/", ""),
        ("http:///x", ""),
        ("x" * 2_000, ""),
    ],
)
def test_a_link_becomes_absolute_or_nothing(href, joined):
    assert join_url("http://example.org/news/index.html", href).lower() == joined.lower()


@settings(max_examples=500, deadline=None)
@given(base=URLISH, href=URLISH)
def test_any_link_becomes_an_http_address_of_bounded_length_or_nothing(base, href):
    joined = join_url(base, href)
    assert joined == "" or (is_http(joined) and len(joined) <= 2_000 and host_of(joined))
    assert joined.isprintable()


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("HTTP://User:pw@Example.org:8080/x", "example.org:8080"),
        ("http://example.org:80/", "example.org"),
        ("https://example.org:80/", "example.org:80"),
        ("https://[::1]:8000/", "[::1]:8000"),
        ("mailto:x@example.org", ""),
        ("nonsense", ""),
        ("http://a:b/", ""),
    ],
)
def test_a_host_is_a_name_and_a_port_of_its_own(url, host):
    assert host_of(url) == host


def test_only_absolute_http_addresses_are_http():
    assert is_http("https://example.org")
    assert not any(map(is_http, ["//example.org", "ftp://example.org", "http://", "javascript:http://x", ""]))


HEX = "0123456789abcdef0123456789abcdef"
UUID = "01234567-89ab-cdef-0123-456789abcdef"
DIALECTS = [
    ("/xwzx/202310/t20231027_12345.html", "12345", (2023, 10, 27)),
    ("/art/2023/10/7/art_12_345678.html", "345678", (2023, 10, 7)),
    (f"/art/2023/art_{HEX}.html", HEX, None),
    ("/n1/2023-10/27/content_56789.shtml", "56789", (2023, 10, 27)),
    ("/2023-10/27/c_1129943210.htm", "1129943210", (2023, 10, 27)),
    ("/zhengce/content/202310/content_6911.htm", "6911", (2023, 10)),
    (f"/20231027/{HEX}/c.html", HEX, (2023, 10, 27)),
    ("/zcfg/2023102717583912345/index.html", "2023102717583912345", (2023, 10, 27)),
    (f"/xw/202310/{HEX}.shtml", HEX, (2023, 10)),
    (f"/xw/2023/1/7/{HEX}.shtml", HEX, (2023, 1, 7)),
    (f"/xw/20231027/{HEX}.html", HEX, (2023, 10, 27)),
    (f"/columns/{UUID}/202310/27/{UUID}.html", UUID, (2023, 10, 27)),
    ("/safe/2023/1027/23456.html", "23456", (2023, 10, 27)),
    ("/2023/10/27/ARTI1698372929.shtml", "arti1698372929", (2023, 10, 27)),
    ("/c12345/content.html", "12345", None),
    ("/zwgk/1234567/index.html", "1234567", None),
    ("/gkmlpt/content/9/9103/post_9103540.html", "9103540", None),
    ("/xwzx/tzgg/content/mpost_9103540.html", "9103540", None),
    ("/fabu/xiangqing/12345.html", "12345", None),
    ("/gia/general/202605/27/P2026052600503.htm", "p2026052600503", (2026, 5, 27)),
    ("/2023/10/slug.html", "", (2023, 10)),
    ("/2023/13/40/slug.html", "", None),
    ("/1023/10/27/slug.html", "", None),
    ("/news/content.html", "", None),
    ("/", "", None),
]


@pytest.mark.parametrize(("path", "number", "day"), DIALECTS)
def test_a_path_tells_its_document_id_and_day_in_each_dialect(path, number, day):
    assert document_id(f"http://www.example.gov.cn{path}") == (f"example.gov.cn/{number}" if number else "")
    assert date_in_url(f"http://www.example.gov.cn{path}?d=2001-01-01") == day
    assert date_in_url(path) == day


def test_a_document_id_survives_scheme_www_and_column():
    assert document_id("http://www.example.gov.cn/a/t20231027_12345.html") == document_id(
        "https://example.gov.cn/b/c/t20231027_12345.html?from=x"
    )
    assert document_id("http://other.gov.cn/a/t20231027_12345.html") != document_id(PAGE)


def test_nonsense_has_no_document_id():
    assert document_id("t20231027_12345.html") == document_id("") == ""


def test_hostile_addresses_take_no_time():
    began = perf_counter()
    for piece in ("/", "/(S(", "%", "/../", ";jsessionid=", "&a", "/gate/big5/a.b", "/20231027", "1"):
        url = "http://example.org" + piece * (500_000 // len(piece))
        canonical_url(url)
        join_url("http://example.org/", url)
        document_id(url)
        date_in_url(url)
    assert perf_counter() - began < 20  # quadratic work would take minutes


def test_the_address_for_people_loses_tracking_and_nothing_else() -> None:
    assert plain_url("http://www.example.org/a?utm_source=rss&id=7#x") == "http://www.example.org/a?id=7#x"
    assert plain_url("https://example.org/a?utm_source=rss&utm_medium=feed") == "https://example.org/a"
    assert plain_url("https://example.org/b") == "https://example.org/b"
    assert plain_url("https://example.org/v.do;jsessionid=0A1B2C?id=7") == "https://example.org/v.do?id=7"
    assert plain_url("https://example.org/v.do;jsessionid=0A1B2C") == "https://example.org/v.do"


@pytest.mark.parametrize(
    ("base", "href", "joined"),
    [
        ("https://example.org/a/b", "/c/d.html?e=1#f", "https://example.org/c/d.html?e=1#f"),
        ("HTTPS://example.org:8080/a", "/c/../d", "https://example.org:8080/d"),
        ("https://example.org/a", "/c//d/./e", "https://example.org/c//d/e"),
        ("https://example.org/a", "//other.org/c", "https://other.org/c"),
        ("https://example.org/a", "/?a=/../b", "https://example.org/?a=/../b"),
        ("https://.../a", "/c", ""),
        ("no address", "/c", ""),
    ],
)
def test_a_path_from_the_root_is_joined_to_the_host_of_the_page(base: str, href: str, joined: str) -> None:
    assert join_url(base, href) == joined
