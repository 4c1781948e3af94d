from __future__ import annotations

import contextlib
import json
import time
from datetime import UTC, datetime
from urllib.parse import urljoin

import pytest

from crawler.errors import ParseError
from crawler.model import Fetched, Listing, Purpose, Request, Source
from crawler.parser.lists import ListRules, is_selector, read_anchors, read_list
from crawler.parser.lists.records import unwrap_records

URL = "https://www.example.gov.cn/news/index.html"
UNIT = (
    "/api-gateway/jpaas-publish-server/front/page/build/unit?pageId=7f&tagId=a"
    "&paramJson=%7B%22pageNo%22:2,%22pageSize%22:15%7D"
)
NOW = datetime(2023, 10, 30, 1, tzinfo=UTC)
TITLES = ("关于调整供水价格的通知", "全区森林防火会议召开", "图书馆新馆试行开放公告", "农业龙头企业名单公布")


def receive(body: str | bytes, url: str = URL) -> Fetched:
    raw = body if isinstance(body, bytes) else body.encode()
    request = Request(url=url, purpose=Purpose.LISTING)
    return Fetched(request=request, url=url, status=200, headers=(), body=raw, sha256="", fetched_at=NOW)


def read(body: str | bytes, rules: ListRules | None = None, *, url: str = URL, language: str = "zh") -> Listing:
    source = Source(id="s", kind="html_list", url=url, timezone="Asia/Shanghai", language=language)
    return read_list(receive(body, url), source, rules or ListRules())


def items(pattern: str, count: int = 4) -> str:
    """``count`` items; {t} is the title, {u} the address, {d} the day (27 and down)."""
    rows = range(count)
    return "".join(pattern.format(t=TITLES[i % 4], u=f"/news/t202310{27 - i}_{9000 + i}.html", d=27 - i) for i in rows)


def days(listing: Listing) -> list[int | None]:
    return [entry.published.instant.day if entry.published else None for entry in listing.entries]


PLAIN = '<li><a href="{u}">{t}</a><span>2023-10-{d}</span></li>'


# -- finding the list --


def test_a_date_behind_a_teaser_is_not_given_to_the_next_entry():
    pattern = '<h3><a href="{u}">{t}</a></h3><p>说明事项的来由，附办理时限。</p><p>发布：2023/10/{d} 08:00</p>'
    assert days(read(f"<div>{items(pattern)}</div><p>{'版权所有' * 30}</p>")) == [27, 26, 25, 24]


def test_relative_days_beside_links_are_dates():
    listing = read(f"<ul>{items('<li><a href={u}>{t}</a><span>昨天</span></li>')}</ul>")
    assert days(listing) == [29, 29, 29, 29]


@pytest.mark.parametrize(
    "script", ["var newsList = {};render(newsList)", "window.__NUXT__={{data:[{{list:{}}}]}}", '<i>{{"rows":{}}}</i>']
)
def test_a_list_that_a_script_draws_from_data_in_the_page_is_read_from_the_data(script: str):
    rows = [
        {"id": number, "title": title, "link": f"/news/{number}.html", "date": f"2023-10-2{number}"}
        for number, title in enumerate(TITLES)
    ]
    data = script.format(json.dumps(rows, ensure_ascii=False))
    listing = read(f"<html><body><a href='/'>首页</a><ul id=list></ul><script>{data}</script></body></html>")
    assert [entry.title for entry in listing.entries] == list(TITLES)
    assert days(listing) == [20, 21, 22, 23]


def test_data_without_dates_in_a_script_is_a_menu_and_no_list():
    rows = [{"title": title, "url": f"/{number}/"} for number, title in enumerate(TITLES)]
    with pytest.raises(ParseError, match="no list of links"):
        read(f"<html><body><script>var menu={json.dumps(rows)}</script></body></html>")


def test_arrays_without_end_in_scripts_are_given_up_soon():
    started = time.process_time()
    with pytest.raises(ParseError):
        read("<html><body><script>" + '[{"a":' * 100_000 + "</script></body></html>")
    assert time.process_time() - started < 1.0


def test_a_link_that_only_calls_a_function_is_none():
    rows = items("<li><a href='#' onclick='show({d})'>{t}</a><span>2023-10-{d}</span></li>")
    with pytest.raises(ParseError, match="no list of links"):
        read(f"<ul>{rows}</ul>")


def test_equal_titles_in_rows_of_their_own_are_kept():
    same = "".join(f"<li><a href='/n/{n}000.html'>招标公告</a><span>2023-10-0{n}</span></li>" for n in range(1, 4))
    listing = read(f"<ul>{same}{items(PLAIN)}</ul>")
    assert [entry.title for entry in listing.entries] == ["招标公告"] * 3 + list(TITLES)


@pytest.mark.parametrize(
    "pattern",
    [
        '<li><a href="{u}">{t}</a><span>2023-10-{d}</span></li>',
        '<li><a href="{u}">{t}<em>2023-10-{d}</em></a></li>',
        '<li><a href="{u}">{t} [2023-10-{d}]</a></li>',
        '<li><a href="{u}"><strong>{t}</strong><span>2023. 10. {d}.</span></a></li>',
        '<li><a href="{u}">[2023-10-{d}]{t}</a></li>',
        '<tr><td><a href="{u}">·{t}</a></td><td>2023年10月{d}日</td></tr>',
        '<dt>2023.10.{d}</dt><dd><a href="{u}">{t}</a></dd>',
        '<p><a href="{u}">{t}</a></p><p class="d">发布时间：2023-10-{d} 08:00</p>',
        '<div><a href="{u}"><img src="x.png"></a><a href="{u}">{t}</a><i>10-{d}</i></div>',
        '<a href="{u}"><div><h4>{t}</h4><p>摘要一句话。</p><span>2023-10-{d}</span></div></a>',
        '<li><b>{d}</b><i>2023-10</i><a href="{u}">{t}</a></li>',
        '<h3><a href="{u}">{t}</a></h3><p>说明事项的来由，附办理时限。</p><p>发布：2023/10/{d} 08:00</p>',
        f'<h3><a href="{{u}}">{{t}}</a></h3><p>{"说明事项的来由，附办理时限。" * 9}</p><p>发布：2023/10/{{d}}</p>',
        '<div><h3>{t}</h3><span>2023-10-{d}</span><p>摘要一句话。</p><a href="{u}">查看全文</a></div>',
        '<li><a href="javascript:void(0)" data-href="{u}">{t}</a><span>2023-10-{d}</span></li>',
        "<li><a href=\"#\" onclick=\"window.open('{u}','_blank');return false\">{t}</a><span>2023-10-{d}</span></li>",
        "<li onclick=\"location.href='{u}'\"><span>{t}</span><span>2023-10-{d}</span></li>",
        "<li><a href=\"javascript:window.open('{u}')\">{t}</a><span>2023-10-{d}</span></li>",
        '<tr><td>2023.10.{d}</td><td>[公告]</td><td><a href="{u}">{t}</a></td><td><a href="{u}.pdf">PDF</a></td></tr>',
        '<li><i>2023</i><b>10/{d}</b><a href="{u}">{t}</a></li>',
        '<li><time datetime="2023-10-{d}T08:00:00+08:00">last week</time><a href="{u}">{t}</a></li>',
    ],
)
@pytest.mark.parametrize("around", ["<ul>{}</ul>", '<table><tbody class="list">{}</tbody></table>', "<div>{}</div>"])
def test_titles_and_dates_are_found_in_every_common_layout(pattern: str, around: str):
    if pattern.startswith("<tr") != around.startswith("<table"):
        around = "<table>{}</table>" if pattern.startswith("<tr") else "<div>{}</div>"
    listing = read(f"<html><body>{around.format(items(pattern))}</body></html>")
    assert [entry.title for entry in listing.entries] == list(TITLES)
    assert days(listing) == [27, 26, 25, 24]


def test_navigation_of_the_same_shape_is_not_taken_for_the_list():
    menu = "".join(
        f'<li><a href="/{i}/">{name}</a></li>'
        for i, name in enumerate(["首页", "机构职能", "政策文件库", "互动交流", "办事", "数据", "专题"])
    )
    listing = read(f"<div><ul>{menu}</ul></div><div><ul>{items(PLAIN)}</ul></div>")
    assert [entry.title for entry in listing.entries] == list(TITLES)


def test_a_longer_list_without_dates_in_a_sidebar_loses_against_the_dated_one():
    hot = "".join(f'<li><a href="/hot/{i}.html">热门专题报道之第{i}期精彩回顾</a></li>' for i in range(10))
    listing = read(f'<div class="sidebar"><ul>{hot}</ul></div><div class="main"><ul>{items(PLAIN)}</ul></div>')
    assert [entry.title for entry in listing.entries] == list(TITLES)


def test_section_links_beside_the_same_dates_lose_against_the_titles():
    rows = "".join(
        f'<p><a class="s" href="/{name}">{name}</a> <i>2023-10-2{n}</i><a class="t" href="/n/{n}">{TITLES[n]}</a></p>'
        for n, name in enumerate(["要闻", "经济", "社会", "专题"])
    )
    assert [entry.title for entry in read(rows).entries] == list(TITLES)


def test_a_list_without_any_date_is_found_by_its_addresses():
    listing = read(f"<ul>{items('<li><a href={u}>{t}</a></li>')}</ul>")
    assert len(listing.entries) == 4
    assert days(listing) == [None] * 4


def test_a_single_dated_entry_is_a_list():
    assert len(read(f"<ul>{items(PLAIN, 1)}</ul>").entries) == 1


def test_a_highlighted_first_item_belongs_to_the_list():
    first = (
        '<li class="top"><a class="red" href="/news/t20231028_1.html">置顶：重要公告</a><span>2023-10-28</span></li>'
    )
    listing = read(f"<ul>{first}{items(PLAIN)}</ul>")
    assert days(listing) == [28, 27, 26, 25, 24]


def test_links_to_other_hosts_and_to_files_stay_entries():
    extra = '<li><a href="https://mp.weixin.qq.com/s/Ab3dE_fGh-IjKlMnOpQrSt">公众号文章也在列表里</a><span>2023-10-20</span></li>'
    extra += '<li><a href="/files/P020231019.pdf">扫描件形式的批复文件</a><span>2023-10-19</span></li>'
    assert [entry.url[-4:] for entry in read(f"<ul>{items(PLAIN)}{extra}</ul>").entries][-2:] == ["QrSt", ".pdf"]


@pytest.mark.parametrize("hint", ["关于调整供水价格的通知", "别的文字"])
def test_a_cut_title_is_completed_by_its_attribute_only_if_that_continues_it(hint: str):
    row = f'<li><a title="{hint}" href="/news/t20231027_9.html">关于调整供水…</a><span>2023-10-27</span></li>'
    title = read(f"<ul>{row}{items(PLAIN, 3)}</ul>").entries[0].title
    assert title == (hint if hint.startswith("关于调整供水") else "关于调整供水…")


@pytest.mark.parametrize(
    "body",
    [
        "<p>只有一段话。</p>",
        "<ul><li><a href='/'>首页</a></li><li><a href='/a/'>机构</a></li><li><a href='/b/'>新闻</a></li></ul>",
        "<h1>标题</h1><p>正文<a href='/x.html'>链接</a></p>",
        "plain text",
    ],
)
def test_what_holds_no_list_says_so_and_names_the_way_out(body: str):
    with pytest.raises(
        ParseError,
        match=r"https://www\.example\.gov\.cn/news/index\.html: no list of links found; options\.item would say",
    ):
        read(body)


@pytest.mark.parametrize(
    ("body", "word"), [("", "empty body"), ('{"a": []}', "JSON"), ("<rss><channel/></rss>", "is a feed")]
)
def test_other_things_than_pages_are_named(body: str, word: str):
    with pytest.raises(ParseError, match=word):
        read(body)


def test_addresses_stand_against_the_base_element():
    listing = read(
        f'<base href="https://static.example.gov.cn/x/"><ul>{items("<li><a href=.{u}>{t}</a> 2023-10-{d}</li>")}</ul>'
    )
    assert listing.entries[0].url == "https://static.example.gov.cn/x/news/t20231027_9000.html"


# -- selectors --


def test_selectors_decide_where_they_are_given():
    body = (
        "".join(f'<div class=r><a href="/n/{i}">短{i}</a><b>2023/10/{20 + i}</b></div>' for i in range(3))
        + f"<ul>{items(PLAIN)}</ul>"
    )
    listing = read(body, ListRules(item="div.r", date="b"))
    assert [entry.title for entry in listing.entries] == ["短0", "短1", "短2"]
    assert days(listing) == [20, 21, 22]


def test_a_link_selector_alone_names_the_entries():
    listing = read(
        f"<ul>{items(PLAIN)}</ul><p><a class=go href=/1.html>唯一</a> 2023-10-01</p>", ListRules(link="a.go")
    )
    assert [(entry.title, entry.published and entry.published.instant.day) for entry in listing.entries] == [
        ("唯一", 1)
    ]


def test_a_link_selector_may_name_what_holds_the_link():
    body = '<div class=i><a href="/pic">图</a><h3><a href="/real">标题</a></h3></div>'
    assert read(body, ListRules(item=".i", link="h3")).entries[0].url.endswith("/real")


def test_selectors_that_match_nothing_are_a_fault_and_named():
    with pytest.raises(ParseError, match=r"options\.item 'div\.gone'"):
        read(f"<ul>{items(PLAIN)}</ul>", ListRules(item="div.gone"))


@pytest.mark.parametrize(
    ("text", "good"), [("ul li a", True), ("#zoom > p", True), ("li[", False), ("ul >> li", False), ("", False)]
)
def test_a_selector_can_be_checked_without_a_page(text: str, good: bool):
    assert is_selector(text) is good


# -- the next page --


def next_of(tail: str, *, url: str = URL, head: str = "", rules: ListRules | None = None) -> str | None:
    listing = read(f"<html><head>{head}</head><body><ul>{items(PLAIN)}</ul>{tail}</body></html>", rules, url=url)
    return listing.next.url if listing.next else None


@pytest.mark.parametrize(
    ("tail", "path"),
    [
        ('<script>createPageHTML(5, 0, "index", "html");</script>', "index_1.html"),
        ("<script>createPageHTML(5,3,'index','shtml')</script>", "index_4.shtml"),
        (
            "<script>var all = 9;\nvar at = 2;createPageHTML(all, at, 'list', 'htm');</script>",
            "list_3.htm",
        ),
        ("<script>createPageHTML('pages', 34, 1, 'index', 'html', 680)</script>", "index_2.html"),
        ('<a href="p2.html">下一页</a>', "p2.html"),
        ('<a href="p2.html">[下一页]</a>', "p2.html"),
        ('<a href="p2.html">下页 &gt;</a>', "p2.html"),
        ('<a href="p2.html">Next &raquo;</a>', "p2.html"),
        ('<a href="p2.html">次へ</a>', "p2.html"),
        ('<div class="pager"><a href="p2.html">&gt;</a></div>', "p2.html"),
        ('<a href="p9.html" rel="nofollow next">more</a>', "p9.html"),
        ('<a href="index_3.html">3</a><a href="index_2.html">2</a>', "index_2.html"),
        ("<script>createPage(5, 0, 'index', 'html')</script>", "index_1.html"),
        ("<script>var currentPage = 1; var countPage = 3;</script>", "index_2.html"),
        ("<script>p({totalData: 41, showData: 20})</script>", "index_pc_2.html"),
        ('<a href="p2.html" title="下一页"><img src="r.gif"></a>', "p2.html"),
        ('<a href="p2.html">次の10件</a>', "p2.html"),
        ('<a href="p2.html">다음</a>', "p2.html"),
        ('<ul class="pager"><li class="pager-next"><a href="p2.html"><i></i></a></li></ul>', "p2.html"),
        ('<div class="page"><b>1</b><a href="?p=2">2</a><a href="?p=3">3</a></div>', "?p=2"),
        ('<div class="page"><a href="?p=1">1</a><b>2</b><a href="?p=3">3</a></div>', "?p=3"),
        ("<nextgroup><![CDATA[<a href='/proxy?page=2&amp;c=7'></a>]]></nextgroup>", "/proxy?page=2&c=7"),
        ("<script>queryData=\"{'pageId':'7f','tagId':'a'}\"</script>", UNIT),
    ],
)
def test_the_next_page_is_found_in_every_dialect(tail: str, path: str):
    assert next_of(tail) == urljoin(URL, path)


@pytest.mark.parametrize(
    "tail",
    [
        '<script>createPageHTML(1, 0, "index", "html");</script>',
        '<script>createPageHTML(5, 4, "index", "html");</script>',
        "<script>createPageHTML(total, n, 'index', 'html');</script>",
        '<a href="javascript:next()">下一页</a>',
        '<a href="index.html">下一页</a>',
        '<a href="https://elsewhere.example/p2.html">下一页</a>',
        '<p><a href="p2.html">&gt;</a></p>',
        "<script>var currentPage = 2; var countPage = 3;</script>",
        "<script>p({totalData: 20, showData: 20})</script>",
        "<nextgroup><![CDATA[]]></nextgroup>",
        "<script>queryData=\"{'webId':'7f'}\"</script>",
        '<div class="page"><a href="?p=1">1</a><a href="?p=9">9</a></div>',
        '<p><a href="?p=2">2</a> <a href="?p=3">3</a></p>',
        "",
    ],
)
def test_there_is_no_next_page_where_nothing_leads_to_one(tail: str):
    assert next_of(tail) is None


def test_a_numbered_page_leads_to_the_one_after_it():
    links = "".join(f'<a href="index_{n}.html">{n}</a>' for n in (1, 2, 3, 4, 9))
    assert (
        next_of(links, url="https://www.example.gov.cn/news/index_3.html")
        == "https://www.example.gov.cn/news/index_4.html"
    )


def test_a_link_element_names_the_next_page():
    assert next_of("", head='<link rel="next" href="/news/2">') == "https://www.example.gov.cn/news/2"


def test_the_operators_selector_for_the_next_page_comes_first():
    tail = '<a class="n" href="mine.html">翻</a><a href="p2.html">下一页</a>'
    assert next_of(tail, rules=ListRules(next="a.n")) == "https://www.example.gov.cn/news/mine.html"


# -- records, anchors, bounds --


PROXY = (
    "<script>$('#u').jpage({totalRecord: %d, perPage:15, proxyUrl:'/proxy/dataproxy.jsp',"
    "ajaxParam:{col:1,unitid:'u',path:'/'}})</script>"
)


def test_the_proxy_is_asked_for_the_records_behind_those_shown_until_there_are_no_more():
    column, asked = (
        "http://www.example.gov.cn/col/",
        "http://www.example.gov.cn/proxy/dataproxy.jsp?col=1&unitid=u&path=/",
    )
    numbers = "&startrecord={}&endrecord={}&perpage=15"
    shown = len(read(f"<ul>{items(PLAIN)}</ul>").entries)
    assert next_of(PROXY % 200, url=column) == asked + numbers.format(shown + 1, shown + 45)
    assert next_of(PROXY % shown, url=column) is None
    answer = asked + numbers.format(46, 90)
    assert next_of("<totalrecord>200</totalrecord>", url=answer) == asked + numbers.format(91, 135)
    assert next_of("<totalrecord>90</totalrecord>", url=answer) is None


def test_a_page_that_only_names_its_interface_is_a_signpost_and_with_selectors_a_fault():
    body = "<p>通知公告</p><div queryData=\"{'pageId':'7f','tagId':'当前栏目_list'}\"></div>"
    listing = read(body)
    assert listing.entries == ()
    assert listing.next is not None
    assert "%22pageNo%22:1" in listing.next.url
    with pytest.raises(ParseError, match="no entry with a link matches"):
        read(body, ListRules(item="li"))


def test_columns_that_a_script_fills_unevenly_are_left_alone():
    body = "<script>urls[i]='a.html';headers[i]='A';urls[i]='b.html';</script>"
    with pytest.raises(ParseError, match="no list of links found"):
        read(body)


def test_broken_records_are_unwrapped_by_searching():
    text = "<script><recordset><record><![CDATA[<li>1]]></record><record><![CDATA[<li>2]]><record><![CDATA[<li>3"
    assert unwrap_records(text) == "<div><div><li>1</div><div><li>2</div></div>"
    assert unwrap_records("<p>none</p>") == "<p>none</p>"


def test_all_links_of_a_page_come_with_their_texts():
    found = read_anchors('<a href="/1">一 <b>个</b></a><a href="#x">no</a><a href="mailto:a@b">no</a>', URL)
    assert found == [("https://www.example.gov.cn/1", "一 个")]


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 30_000 + f"<ul>{items(PLAIN)}</ul>",
        "<ul>" + '<li><a href="/t20231027_1.html">同一个地址的标题</a>2023-10-27' * 20_000,
        "<b><i>" * 5_000 + '<a href="/a">' * 5_000,
        "createPageHTML(" * 50_000,
        "<recordset" + "<![CDATA[" * 50_000,
        '<div class="nav ' + "nav-" * 50_000 + '">',
    ],
)
def test_hostile_pages_are_read_in_bounded_time(body: str):
    started = time.process_time()
    with contextlib.suppress(ParseError):
        read(body)
    assert time.process_time() - started < 8


def test_links_without_any_text_are_named_by_their_attribute_and_have_no_date():
    links = "".join(
        f'<li><a href="/t2023102{n}_1{n}.html" title="关于第{n}批补助资金的公示"></a></li>' for n in range(5)
    )
    listing = read(f"<html><body><ul>{links}</ul></body></html>")
    assert [entry.title for entry in listing.entries] == [f"关于第{n}批补助资金的公示" for n in range(5)]
    assert {entry.published for entry in listing.entries} == {None}


@pytest.mark.parametrize(
    ("body", "kind"), [("[]", "json_list"), ('<rss version="2.0"><channel/></rss>', "feed"), ("%PDF-1.7", "page")]
)
def test_what_is_no_list_page_is_told_with_the_kind_that_reads_it(body: str, kind: str):
    with pytest.raises(ParseError, match=f'not a list page; use kind = "{kind}"'):
        read(body)
