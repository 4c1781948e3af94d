"""Every family a probe recognises: what it prints is pasted into a configuration and crawled, on loopback."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import pytest

from crawler.bootstrap import SystemClock
from crawler.fetcher.client import HttpFetcher
from crawler.model import FetchPolicy
from crawler.onboarding.discover import Discovery, Unreadable, discover, source_block
from crawler.onboarding.naming import name_source
from tests.crawling import Watch, result_of
from tests.newsroom import write_config
from tests.siteserver import make_route

GOLDEN = Path(__file__).parents[1] / "golden"
HOSTS = re.compile(rb"https?://(?:www\.|api\.|archive\.)?(?:qinghu\.)?(?:hu\.)?example\.(?:gov\.cn|gov\.uk|org|go\.jp)")
ARTICLE = """<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>关于节水灌溉的公告</title>
<meta name="ArticleTitle" content="关于节水灌溉的公告"><meta name="PubDate" content="2026-03-01 09:00:00"></head><body>
<p class="crumbs"><a href="/">首页</a> <a href="/tzgg/">通知公告</a></p>
<div id="zoom"><p>节水灌溉补助办法已经区人民政府常务会议审议通过，现予公布，自二〇二六年四月一日起施行。</p>
<p>补助标准为每亩一百二十元，由区水务局会同区财政局组织实施，任何单位和个人不得截留。</p></div></body></html>"""
WECHAT = """<!DOCTYPE html><html><head><meta property="og:title" content="河堤加固公告"><title></title>
<script>var biz = "MzIxNTest==" || ""; var mid = "2247001" || ""; var idx = "1" || ""; var ct = "1773824400";</script>
</head><body><div id="js_article"><h1 id="activity-name">河堤加固公告</h1><a id="js_name">清江发布</a>
<div class="rich_media_content" id="js_content" style="visibility: hidden;">
<p>河堤加固工程将于十一月一日开工，总投资2.3亿元，
预计明年六月底完工，请沿线居民注意安全。</p><p>施工期间部分路段实行交通管制，具体安排另行通知。</p></div></div></body></html>"""
HOME = """<html><head><title>青湖区人民政府</title>
<link rel="alternate" type="application/rss+xml" href="/rss.xml"></head>
<body><p>欢迎访问青湖区人民政府门户网站，本站公布要闻与通知。</p>
<a href="/tzgg/">通知公告</a><a href="/xwzx/">新闻动态</a></body></html>"""
BLOG = """<html><head><title>Harbour notes</title><meta name="generator" content="blogger">
<link rel="alternate" type="application/atom+xml" href="/feeds/posts/default"></head>
<body><p>Hello from the harbour: notes of a small office, weekly.</p></body></html>"""
UCAP = """<html><head><title>新闻发布</title><meta name="channelid" content="0a1b2c3d4e5f60718293a4b5c6d7e8f0"></head>
<body><p>首页 新闻发布 政务信息 办事服务 互动交流 统计数据 投资者保护 专题专栏</p><div id="list"></div>
<script>load("/searchList/" + channel)</script></body></html>"""
GOVUK = """<html><head><title>Mooring fees</title><meta name="govuk:content-id" content="x"></head>
<body><p>Guidance on mooring fees, which rise in April.</p></body></html>"""

#: What lies at which path: a golden case, or a body.
FAMILIES: dict[str, tuple[str, str, dict[str, str]]] = {
    "feed": ("feed", "/rss.xml", {"/rss.xml": "feed/rss-2.0"}),
    "broken feed": ("feed", "/rss.xml", {"/rss.xml": "feed/tag-soup-behind-a-warning"}),
    "json feed": ("feed", "/feed.json", {"/feed.json": "feed/json-feed-1.1"}),
    "home with a feed": ("feed", "/", {"/": HOME, "/rss.xml": "feed/rss-2.0"}),
    "sitemap": ("sitemap", "/sitemap.xml", {"/sitemap.xml": "sitemap/pages"}),
    "TRS": ("html_list", "/xwzx/", {"/xwzx/": "html_list/trs-columns"}),
    "Hanweb": ("html_list", "/col/col45/index.html", {"/col/col45/index.html": "html_list/hanweb-records"}),
    "script arrays": ("html_list", "/col/2380/", {"/col/2380/": "html_list/script-arrays"}),
    "jpaas": (
        "html_list",
        "/col/7f3a/index.html",
        {
            "/col/7f3a/index.html": "html_list/jpaas-page-that-shows-nothing",
            "/api-gateway/jpaas-publish-server/front/page/build/unit": "html_list/jpaas-answer-of-the-unit",
        },
    ),
    "jpaas interface": (
        "json_list",
        "/front/page/build/unit?pageId=7f3a",
        {"/front/page/build/unit": "json_list/jpaas-fragment"},
    ),
    "UCAP page": (
        "json_list",
        "/zjh/list.shtml",
        {"/zjh/list.shtml": UCAP, "/searchList/0a1b2c3d4e5f60718293a4b5c6d7e8f0": "json_list/ucap-results"},
    ),
    "policy library": ("json_list", "/search-gov/data?t=x", {"/search-gov/data": "json_list/policy-library"}),
    "rolling list": ("json_list", "/zuixin/Z.json", {"/zuixin/Z.json": "json_list/rolling-list"}),
    "rows of any API": ("json_list", "/v2/news", {"/v2/news": "json_list/evident-rows"}),
    "gkmlpt": (
        "gkmlpt",
        "/gkmlpt/index",
        {"/gkmlpt/index": "gkmlpt/index-of-a-tree", "/gkmlpt/api/all/0": "gkmlpt/list-of-documents"},
    ),
    "Blogger": ("blogger", "/", {"/": BLOG, "/feeds/posts/default": "blogger/whole-blog"}),
    "WeChat article": ("wechat", "/s/QingjiangGonggao01", {"/s/QingjiangGonggao01": WECHAT}),
    "GOV.UK": (
        "govuk",
        "/guidance/mooring-fees",
        {"/guidance/mooring-fees": GOVUK, "/api/content/guidance/mooring-fees": "govuk/document-with-history"},
    ),
    "Federal Register": (
        "federal_register",
        "/api/v1/documents.json",
        {"/api/v1/documents.json": "federal_register/page-of-results"},
    ),
    "one article": ("page", "/tzgg/2026/t20260301_9.html", {"/tzgg/2026/t20260301_9.html": ARTICLE}),
}


def serve(site, routes: dict[str, str]) -> None:
    """The routes, with every address of the golden cases leading back to this server; all else is one article."""
    site.fall_back(ARTICLE)
    for path, what in routes.items():
        found = next(iter(sorted((GOLDEN / what).glob("response.*"))), None) if "<" not in what else None
        body = found.read_bytes() if found else what.encode()
        kind = "application/json" if body.lstrip()[:1] in (b"{", b"[") else "text/html" if b"<html" in body else ""
        site.route(path, HOSTS.sub(site.base.encode(), body), content_type=kind or "application/xml")


def discover_at(url: str) -> Discovery:
    async def look() -> Discovery:
        async with HttpFetcher(clock=SystemClock()) as fetcher:
            return await discover(url, fetcher, FetchPolicy(allow_private_networks=True, host_delay=NO_PAUSE))

    return asyncio.run(look())


NO_PAUSE = FetchPolicy().host_delay * 0


@pytest.mark.parametrize("family", FAMILIES)
def test_the_block_of_every_family_works_as_pasted(tmp_path, site, family):
    kind, path, routes = FAMILIES[family]
    serve(site, routes)

    found = discover_at(site.url(path))
    block = source_block(found.probed, id=name_source(found.probed.url, found.probed.title, set()))
    # as pasted anywhere: in front of and behind other tables
    watch = Watch(write_config(tmp_path, site, f"{block}\n[retention]\nchanges = 'forever'\n"))
    report = watch.crawl(recheck="none")

    (result,) = report.results
    assert (found.probed.kind, result.source.kind) == (kind, kind)
    assert found.listed == result.listed >= 1
    assert 1 <= len(found.probed.entries) <= 3
    assert not report.failed, result.reason
    assert len(watch.articles()) >= 1


def test_a_home_page_without_a_readable_feed_is_proposed_as_what_it_shows(site):
    items = "".join(
        f"<li><a href='/t2026030{n}_9{n}.html'>关于第{n}批补助资金的公示通知</a> 2026-03-0{n}</li>" for n in range(1, 6)
    )
    serve(site, {"/": HOME.replace("</body>", f"<ul>{items}</ul></body>")})
    site.route("/rss.xml", "<html><head><title>404</title></head><body>页面不存在</body></html>", status=404)

    found = discover_at(site.url("/"))

    assert (found.probed.kind, found.listed) == ("html_list", 5)
    assert any("通知公告" in note for note in found.probed.notes)


def test_a_deleted_wechat_article_is_not_proposed_and_says_why(site):
    notice = "<div class='weui-msg__title warn'>该内容已被发布者删除</div>"
    site.route("/s/QingjiangGonggao02", f"<html><head><title></title></head><body>{notice}</body></html>")
    with pytest.raises(Unreadable, match="removed by owner"):
        discover_at(site.url("/s/QingjiangGonggao02"))


def test_an_auto_source_whose_list_lies_elsewhere_says_where(tmp_path, site):
    serve(site, FAMILIES["UCAP page"][2])
    block = f'[[source]]\nid = "zjh"\nkind = "auto"\nurl = "{site.url("/zjh/list.shtml")}"\n'
    result = result_of(Watch(write_config(tmp_path, site, block)).crawl(), "zjh")
    assert not result.is_well
    assert f"the list lies at {site.url('/searchList/0a1b')}" in result.reason


def test_a_list_hands_its_wechat_entries_over_to_their_reader(tmp_path, site):
    """One list with a page of the site and an article of its WeChat account; the latter is deleted later."""
    link = "<li><a href='{}'>{}</a><span>2026-03-1{}</span></li>"
    items = link.format("/t20260312_1.html", "关于节水灌溉的公告全文", 2) + link.format(
        "/s/Qj01AbCdEf", "河堤加固公告一图读懂", 1
    )
    items += link.format("/t20260310_2.html", "关于节水灌溉补助的问答", 0)
    serve(site, {"/jd/": f"<html><body><ul>{items}</ul></body></html>", "/s/Qj01AbCdEf": WECHAT})
    block = f'[[source]]\nid = "jd"\nkind = "html_list"\nurl = "{site.url("/jd/")}"\ntimezone = "Asia/Shanghai"\n'
    watch = Watch(write_config(tmp_path, site, block))
    watch.crawl()

    known, article = watch.articles()["Qj01AbCdEf"]
    assert article.publisher == "清江发布"
    assert "wechat:MzIxNTest==/2247001/1" in known.keys
    assert article.published is not None
    assert article.published.instant.isoformat() == "2026-03-18T17:00:00+08:00"

    site.route("/s/Qj01AbCdEf", WECHAT.replace("2.3亿元", "3.2亿元"))
    edited = watch.crawl()
    assert [(change.kind.value, change.article.title) for change in edited.changes] == [("edited", "河堤加固公告")]


def test_a_list_asked_by_post_is_crawled_page_by_page(tmp_path, site):
    def answer(asked):
        page = int(json.loads(asked.body)["pageIndex"])
        rows = [
            {"TITLE": f"关于第{page}{n}号文件的通知", "URL": f"/f{page}{n}.html", "PUBLISHED_TIME_FORMAT": "2026-03-01"}
            for n in range(2)
        ]
        return make_route(json.dumps({"data": {"list": rows if page < 3 else []}}), content_type="application/json")

    site.fall_back(ARTICLE)
    site.compute("/loadData", answer)
    options = "{ post = '{\"pageIndex\":1}', max_pages = 9 }"
    block = f'[[source]]\nid = "sz"\nkind = "json_list"\nurl = "{site.url("/loadData")}"\noptions = {options}\n'

    report = Watch(write_config(tmp_path, site, block)).crawl()

    assert result_of(report, "sz").listed == 4
    assert [asked.method for asked in site.requests if asked.path == "/loadData"] == ["POST"] * 3


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (404, "", "not found (404); has it been misspelt or moved? try the site's first page: gazette probe {base}/"),
        (500, "", "unreachable (the server answered 500); try again later"),
        (412, "", "it turns programs away: look for a feed or an interface of the site that is open (docs/faq.md#the-"),
        (200, "<title>用户登录</title><p>请登录</p><input type=password>", "what stands behind a login is not watched"),
        (200, "<div id=app></div><script src=/a.js></script>", "drawn by scripts: give the address of the JSON"),
    ],
)
def test_an_address_that_cannot_be_watched_is_answered_with_what_to_try_next(site, status, body, words):
    site.route("/news/", f"<html>{body}</html>", status=status)
    with pytest.raises(Unreadable) as told:
        discover_at(site.url("/news/"))
    assert words.format(base=site.base) in str(told.value)
    assert str(told.value).count(site.url("/news/")) == 1


def test_the_page_of_a_wechat_account_is_not_even_asked_for():
    with pytest.raises(Unreadable, match=r"is the page of an account\. WeChat offers no public list"):
        discover_at("https://mp.weixin.qq.com/mp/profile_ext?action=home&__biz=MzA5")
