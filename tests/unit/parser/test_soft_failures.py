"""Every soft failure in the tables is recognised, and a true article that speaks of it remains an article."""

from __future__ import annotations

import pytest

from crawler.model import Entry, Fetched, Source, Verdict
from crawler.parser import verdict_rules as rules
from crawler.parser.article import read_article
from crawler.parser.verdict import assess, assess_unread
from tests.unit.parser.test_verdict import TEXT, URL, fetched, notice

SOURCE = Source(id="s", kind="feed", url="http://www.example.gov.cn/rss.xml", timezone="Asia/Shanghai", language="zh")
LONG = "".join(f"<p>第{number}季度，{TEXT}</p>" for number in "一二三四五六七八")
ARTICLE = f"<html><head><title>经济运行情况</title></head><body><h1>经济运行情况</h1><p>{TEXT}</p>{LONG}</body></html>"
FAMILIES = {
    Verdict.SOFT_NOT_FOUND: rules.GONE_PHRASES,
    Verdict.MAINTENANCE: rules.MAINTENANCE_PHRASES,
    Verdict.WAITING_ROOM: rules.WAITING_PHRASES,
    Verdict.LOGIN: rules.LOGIN_PHRASES,
    Verdict.RATE_LIMITED: rules.RATE_PHRASES,
    Verdict.BLOCKED: rules.BLOCK_PHRASES,
    Verdict.CHALLENGE: rules.CHALLENGE_PHRASES,
}
WORDINGS = [(verdict, phrase) for verdict, phrases in FAMILIES.items() for phrase in phrases]
MARKERS = [(product, marker) for product in rules.PRODUCTS for marker in product.markers]
NOTICES = [(product, text) for product in rules.PRODUCTS for text in product.notices]
COOKIES = [(product, cookie) for product in rules.PRODUCTS for cookie in product.cookies]


def read(response: Fetched, listed_as: str = "", **source: object) -> Verdict:
    entry = Entry(url=URL, title=listed_as) if listed_as else None
    return read_article(response, SOURCE, entry=entry).assessment.verdict


def page(title: str, main: str, *, head: str = "", around: str = "") -> Fetched:
    return fetched(
        f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{around}<div class='main'>{main}</div>"
        "<div class='footer'>版权所有 某市人民政府办公室 地址：某市某路一号</div></body></html>"
    )


# -- recognised ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("product", "marker"), MARKERS, ids=[marker for _, marker in MARKERS])
@pytest.mark.parametrize("status", [200, 202, 403, 405, 503, 521])
def test_the_machinery_of_a_gatekeeper_is_a_challenge_and_names_it(product, marker, status):
    shell = f"<html><head><script>{marker}</script></head><body></body></html>"
    found = assess(fetched(shell, status), expect="article")
    assert found.verdict is Verdict.CHALLENGE
    assert product.name in found.reason


@pytest.mark.parametrize(("product", "text"), NOTICES, ids=[text for _, text in NOTICES])
def test_the_notice_of_a_gatekeeper_is_a_refusal_with_and_without_its_status(product, text):
    body = notice("提示", f"很抱歉，{text}，请稍后重试！")
    refused = assess(fetched(body, 403), expect="article")
    assert (refused.verdict, product.name in refused.reason) == (Verdict.BLOCKED, True)
    assert read(fetched(body)) is Verdict.BLOCKED


@pytest.mark.parametrize(("product", "cookie"), COOKIES, ids=[cookie for _, cookie in COOKIES])
def test_a_gatekeepers_cookie_beside_an_odd_status_is_a_challenge_and_beside_an_article_nothing(product, cookie):
    headers = (("set-cookie", f"{cookie}_h=1f2e; path=/"), ("content-type", "text/html"))
    assert assess(fetched("", 202, headers=headers), expect="listing").verdict is Verdict.CHALLENGE
    assert assess(fetched("<p>x</p>", 521, headers=headers), expect="article").verdict is Verdict.CHALLENGE
    assert read(fetched(ARTICLE, headers=headers)) is Verdict.OK


def test_521_of_cloudflare_is_an_outage_of_the_server_behind_it():
    found = assess(fetched("<title>Web server is down</title>", 521, headers=(("cf-ray", "1"),)), expect="article")
    assert (found.verdict, "behind it" in found.reason) == (Verdict.UNREACHABLE, True)


def test_an_empty_answer_with_the_cookie_of_a_challenge_is_one_and_without_it_a_stub():
    cookie = (("set-cookie", "FSSBBIl1UgzbN7N80S=abc; path=/"),)
    assert assess(fetched("", headers=cookie), expect="article").verdict is Verdict.CHALLENGE
    assert assess(fetched(""), expect="article").verdict is Verdict.STUB


@pytest.mark.parametrize(("verdict", "phrase"), WORDINGS, ids=[phrase for _, phrase in WORDINGS])
def test_a_wording_as_the_only_text_or_as_the_title_is_what_it_says(verdict, phrase):
    assert read(fetched(notice("某市人民政府", f"{phrase}。"))) in (verdict, Verdict.BLOCKED)
    assert read(fetched(notice(phrase, "请稍后。"))) in (verdict, Verdict.BLOCKED)
    assert assess(fetched(notice(phrase, "请稍后。")), expect="listing").verdict in (verdict, Verdict.BLOCKED)


def test_a_404_that_jumps_home_by_script_keeps_its_status():
    body = "<html><script>location.href='/'</script><body>" + LONG + "</body></html>"
    assert assess(fetched(body, 404), expect="article").verdict is Verdict.NOT_FOUND


def test_an_error_text_within_the_frame_of_the_site_is_no_article_though_the_address_tells_a_date():
    links = "".join(f'<a href="/c{number}/">栏目导航第{number}项</a>' for number in range(60))
    body = page("某市人民政府", "<p>您要查看的页面不存在或已删除！</p>", around=f"<div class='nav'>{links}</div>")
    assert len(links) > 400
    assert read(body) is Verdict.SOFT_NOT_FOUND


@pytest.mark.parametrize(
    ("landed", "expected"),
    [
        ("http://www.example.gov.cn/", Verdict.WRONG_PAGE),
        ("http://www.example.gov.cn/en/index.html", Verdict.WRONG_PAGE),
        ("http://www.example.gov.cn/?from=old", Verdict.WRONG_PAGE),
        ("http://portal.example.gov.cn/home", Verdict.WRONG_PAGE),
        ("http://www.example.gov.cn/?p=123", Verdict.OK),
        ("http://www.example.gov.cn/error/404.html", Verdict.SOFT_NOT_FOUND),
        ("http://www.example.gov.cn/notFound.jsp", Verdict.SOFT_NOT_FOUND),
        ("http://sso.example.gov.cn/auth", Verdict.LOGIN),
        ("http://example.queue-it.net/?c=x", Verdict.WAITING_ROOM),
        ("http://www.example.gov.cn/maintenance.html", Verdict.MAINTENANCE),
        ("http://www.example.gov.cn/captcha?next=1", Verdict.CHALLENGE),
        ("https://www.example.gov.cn/a/202310/t20231027_1.html", Verdict.OK),
        ("http://www.example.gov.cn/a/202310/t20231027_1.htm", Verdict.OK),
    ],
)
def test_where_a_redirect_ends_tells_what_came(landed, expected):
    assert assess(fetched(url=landed), expect="article").verdict is expected


@pytest.mark.parametrize("name", ["fees.pdf", "form.docx", "list.xlsx"])
def test_a_page_for_a_file_is_the_wrong_type_and_an_error_page_says_so(name):
    address = f"http://www.example.gov.cn/{name}"
    assert assess(fetched(ARTICLE, asked=address, url=address), expect="article").verdict is Verdict.WRONG_TYPE
    gone = fetched(notice("提示", "页面不存在"), asked=address, url=address)
    assert assess(gone, expect="attachment").verdict is Verdict.SOFT_NOT_FOUND
    login = fetched(notice("提示", "请先登录"), asked=address, url=address)
    assert assess(login, expect="attachment").verdict is Verdict.LOGIN


@pytest.mark.parametrize("address", ["/rss.xml", "/api/list.json", "/news/feed"])
def test_a_page_for_a_feed_or_for_data_is_the_wrong_type_and_a_riddle_is_unexpected(address):
    asked = f"http://www.example.gov.cn{address}"
    assert assess_unread(fetched(ARTICLE, asked=asked, url=asked), "no feed").verdict is Verdict.WRONG_TYPE
    assert assess_unread(fetched("{}", asked=asked, url=asked), "no feed").verdict is Verdict.UNEXPECTED
    assert assess_unread(fetched(ARTICLE), "no list").verdict is Verdict.UNEXPECTED


# -- not an article ------------------------------------------------------------------------------------------------

HEADLINES = "".join(
    f'<li><a href="/a/202310/t20231027_{number}.html">某市召开第{number}次重点项目建设工作推进会议</a>'
    f"<span>2023-10-{number}</span></li>"
    for number in range(10, 28)
)


@pytest.mark.parametrize(
    ("title", "main"),
    [
        ("工作动态_某市人民政府", f"<ul>{HEADLINES}</ul>"),
        ("某市人民政府", f"<div class='a'><ul>{HEADLINES}</ul></div><div class='b'><ul>{HEADLINES}</ul></div>"),
        ("要闻", f"<p>全区重点项目建设现场推进会举行。</p><ul>{HEADLINES}</ul>"),
    ],
    ids=["list", "home", "section"],
)
def test_a_list_given_as_an_article_is_the_wrong_page(title, main):
    assert read(page(title, main), listed_as="关于开展消防安全检查的通知") is Verdict.WRONG_PAGE


def test_the_same_list_that_somebody_chose_to_watch_as_a_page_is_that_page():
    listing = page("要闻", f"<h1>要闻</h1><p>全区重点项目建设现场推进会举行。</p><ul>{HEADLINES}</ul>")
    chosen = Source(id="s", kind="page", url=URL)
    assert read_article(listing, chosen).assessment.verdict is Verdict.OK


def test_a_form_to_log_in_is_a_login():
    form = "<form><p>办公系统</p><input name='u'><input type='password' name='p'><button>登录</button></form>"
    assert read(page("办公系统", form)) is Verdict.LOGIN
    assert assess(page("办公系统", form), expect="listing").verdict is Verdict.LOGIN


@pytest.mark.parametrize("title", ["站内搜索", "搜索结果_某市人民政府", "Search results", "サイト内検索", "検索結果"])
def test_a_form_to_search_with_is_the_wrong_page(title):
    form = "<form action='/s'><input type='text' name='q'><p>请输入关键词</p><input type='submit'></form>"
    assert read(page(title, f"<h1>{title}</h1>{form}")) is Verdict.WRONG_PAGE


@pytest.mark.parametrize(
    "head", ["", '<meta name="ArticleTitle" content="通知"><meta name="PubDate" content="2023-10-27">']
)
def test_a_shell_that_scripts_should_fill_is_a_stub(head):
    body = "<body><div id='app'></div><script src='/a.js'></script></body>"
    shell = f"<html><head><title>通知</title>{head}</head>{body}</html>"
    assert read(fetched(shell)) is Verdict.STUB


# -- an article all the same ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("verdict", "phrase"), WORDINGS, ids=[phrase for _, phrase in WORDINGS])
def test_an_article_that_quotes_or_reports_the_wording_is_an_article(verdict, phrase):
    assert read(fetched(ARTICLE.replace(TEXT, f"有网友反映，访问时显示{phrase}。{TEXT}", 1))) is Verdict.OK
    short = f"<h1>关于网站访问异常的说明</h1><p>近日部分用户访问时看到“{phrase}”的提示，现已恢复正常。</p>"
    assert read(page("关于网站访问异常的说明_某市人民政府", short)) is Verdict.OK
    dated = (
        f"<h1>情况说明</h1><p>发布时间：2023-10-27 来源：某市政务服务局</p><p>昨日出现{phrase}的情况，现已恢复。</p>"
    )
    assert read(page("情况说明", dated)) is Verdict.OK


@pytest.mark.parametrize(("product", "marker"), MARKERS, ids=[marker for _, marker in MARKERS])
def test_an_article_that_comes_with_the_machinery_of_a_gatekeeper_is_an_article(product, marker):
    assert read(fetched(ARTICLE.replace("</body>", f"<script>{marker}</script></body>"))) is Verdict.OK
    assert read(fetched(ARTICLE.replace("<head>", f"<head><script>{marker}</script>"))) is Verdict.OK


TABLE = "<table><tr><th>项目</th><th>标准</th></tr><tr><td>工本费</td><td>12元</td></tr></table>"


@pytest.mark.parametrize(
    ("title", "main"),
    [
        ("停水通知", "<h1>停水通知</h1><p>今晚十时起停水两小时。</p>"),
        ("收费标准", f"<h1>收费标准</h1>{TABLE}"),
        ("公示", "<h1>公示</h1><p><a href='/files/P020231027.pdf'>公示名单.pdf</a></p>"),
        ("活动照片", "<h1>活动照片</h1><p><img src='/i/1.jpg'></p><p><img src='/i/2.jpg'></p>"),
        ("Road closed", "<h1>Road closed</h1><p>Mill Lane is closed on Friday.</p>"),
        ("視頻", "<h1>視頻</h1><video src='/v.mp4'></video>"),
    ],
    ids=["sentence", "table", "file", "pictures", "english", "film"],
)
@pytest.mark.parametrize(
    "around", ["", f"<div class='sidebar'><h3>相关链接</h3><ul>{HEADLINES}</ul></div>"], ids=["bare", "beside"]
)
def test_a_short_true_notice_is_an_article(title, main, around):
    assert read(page(title, main, around=around), listed_as=title) is Verdict.OK


@pytest.mark.parametrize("title", ["404户居民完成搬迁", "404 households moved to new homes", "系统维护公告"])
def test_a_headline_that_looks_like_an_error_is_none(title):
    assert read(page(title, f"<h1>{title}</h1>{LONG}")) is Verdict.OK
