"""What a response is, before anything is compared."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.model import Article, Block, BlockKind, Fetched, Hop, Purpose, Request, Verdict, digest
from crawler.parser.verdict import assess, assess_article, visible_text

URL = "http://www.example.gov.cn/a/202310/t20231027_1.html"
TEXT = "前三季度，全市地区生产总值增长百分之五，工业增加值增长较快，投资持续扩大，消费稳步回升，就业形势总体稳定。"
ARTICLE = (
    f"<html><head><title>经济运行情况</title></head><body><h1>经济运行情况</h1>{f'<p>{TEXT}</p>' * 12}</body></html>"
)


def fetched(
    body: str | bytes = ARTICLE,
    status: int = 200,
    *,
    url: str = URL,
    asked: str = URL,
    headers: tuple[tuple[str, str], ...] = (("content-type", "text/html; charset=utf-8"),),
    truncated: bool = False,
) -> Fetched:
    raw = body.encode() if isinstance(body, str) else body
    return Fetched(
        request=Request(url=asked, purpose=Purpose.ARTICLE),
        url=url,
        status=status,
        headers=headers,
        body=raw,
        sha256=digest(raw),
        fetched_at=datetime(2023, 10, 28, tzinfo=UTC),
        hops=(Hop(url=asked, status=302),) if url != asked else (),
        truncated=truncated,
    )


def verdict_of(response: Fetched, expect: str = "article") -> Verdict:
    return assess(response, expect=expect).verdict


def notice(title: str, text: str, *, more: str = "") -> str:
    return f"<html><head><title>{title}</title></head><body>{more}<div class='m'><p>{text}</p></div></body></html>"


def test_an_ordinary_article_is_ok() -> None:
    assert verdict_of(fetched()) is Verdict.OK


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (404, Verdict.NOT_FOUND),
        (410, Verdict.GONE),
        (429, Verdict.RATE_LIMITED),
        (412, Verdict.CHALLENGE),
        (403, Verdict.BLOCKED),
        (405, Verdict.BLOCKED),
        (418, Verdict.BLOCKED),
        (500, Verdict.UNREACHABLE),
        (502, Verdict.UNREACHABLE),
        (503, Verdict.UNREACHABLE),
        (521, Verdict.UNREACHABLE),
        (204, Verdict.UNEXPECTED),
        (400, Verdict.UNEXPECTED),
    ],
)
def test_a_status_alone_decides_what_it_can(status: int, expected: Verdict) -> None:
    assert verdict_of(fetched(b"<html></html>", status)) is expected


def test_the_reason_of_a_server_error_names_the_status() -> None:
    assert "502" in assess(fetched(b"", 502), expect="article").reason


def test_521_with_a_clearance_cookie_is_a_challenge_and_without_it_an_outage() -> None:
    cookie = (("set-cookie", "__jsluid_h=1f2e; path=/"),)
    assert verdict_of(fetched("<script>go()</script>", 521, headers=cookie)) is Verdict.CHALLENGE
    assert verdict_of(fetched("<script>go()</script>", 521)) is Verdict.UNREACHABLE


def test_503_with_retry_after_is_rate_limiting() -> None:
    assert verdict_of(fetched(b"busy", 503, headers=(("retry-after", "120"),))) is Verdict.RATE_LIMITED


def test_503_that_speaks_of_maintenance_is_maintenance() -> None:
    assert verdict_of(fetched(notice("公告", "网站正在维护，请稍后访问"), 503)) is Verdict.MAINTENANCE


def test_403_of_a_browser_check_is_a_challenge() -> None:
    assert verdict_of(fetched(notice("Just a moment...", "Enable JavaScript"), 403)) is Verdict.CHALLENGE


@pytest.mark.parametrize(
    "script",
    [
        "<meta id='9x' content='q' r='m'><script r='m'>$_ts=window['$_ts'];</script>",
        "<script>var arg1='3F2A';var acw_sc__v2='';</script>",
        "<script>document.cookie=('_')+('_')+('j')+('s');location.href=location.pathname</script>",
        "<script src='/_Incapsula_Resource?x=1'></script>",
    ],
)
def test_a_script_shell_behind_200_is_a_challenge(script: str) -> None:
    assert verdict_of(fetched(f"<html><head>{script}</head><body></body></html>")) is Verdict.CHALLENGE


def test_an_article_may_name_the_machinery_of_challenges() -> None:
    page = ARTICLE.replace(TEXT, TEXT + "脚本中出现 acw_sc__v2 字样。", 1)
    assert verdict_of(fetched(page)) is Verdict.OK


@pytest.mark.parametrize(
    ("phrase", "who"),
    [("该内容已被发布者删除", "author"), ("此内容因违规无法查看", "platform"), ("此内容无法查看", "platform")],
)
def test_a_wechat_notice_of_removal_says_who_removed_it(phrase: str, who: str) -> None:
    page = notice(
        "微信公众平台", "", more=f'<div class="text_area"><div class="global_error_msg warn">{phrase}</div></div>'
    )
    found = assess(fetched(page), expect="article")
    assert (found.verdict, found.removed_by) == (Verdict.REMOVED_BY_OWNER, who)


def test_a_wechat_article_that_quotes_the_notice_is_an_article() -> None:
    page = notice("", "有网友称“该内容已被发布者删除”。", more='<div id="js_content">正文</div>')
    assert verdict_of(fetched(page)) is Verdict.OK


def test_an_expired_link_is_no_removal() -> None:
    assert verdict_of(fetched(notice("微信公众平台", "链接已过期"))) is Verdict.UNEXPECTED


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("404", "抱歉", Verdict.SOFT_NOT_FOUND),
        ("提示信息", "您访问的页面不存在或已删除！", Verdict.SOFT_NOT_FOUND),
        ("Page not found", "Go back to the start page.", Verdict.SOFT_NOT_FOUND),
        ("お知らせ", "お探しのページは移動または削除されました", Verdict.SOFT_NOT_FOUND),
        ("通知", "网站升级改造，暂停访问", Verdict.MAINTENANCE),
        ("Queue", "You are now in line. Your estimated wait time is 4 minutes.", Verdict.WAITING_ROOM),
        ("系统", "请先登录后查看", Verdict.LOGIN),
        ("提示", "您的请求带有不合法参数，已被网站管理员设置拦截！", Verdict.BLOCKED),
        ("环境异常", "完成验证后即可继续访问", Verdict.CHALLENGE),
    ],
)
def test_a_page_that_is_nothing_but_a_notice_is_what_it_says(title: str, text: str, expected: Verdict) -> None:
    assert verdict_of(fetched(notice(title, text))) is expected


def test_a_notice_in_gbk_is_read() -> None:
    page = notice("提示", "您访问的页面不存在").encode("gbk")
    assert verdict_of(fetched(page, headers=(("content-type", "text/html; charset=gbk"),))) is Verdict.SOFT_NOT_FOUND


def test_a_phrase_in_an_article_with_text_decides_nothing() -> None:
    page = ARTICLE.replace(TEXT, "网站迁移期间，部分旧链接会提示“页面不存在”。" + TEXT, 1)
    assert verdict_of(fetched(page)) is Verdict.OK


def test_a_short_page_that_declares_its_article_is_not_judged_by_a_phrase() -> None:
    page = notice("公告", "旧版网站页面不存在的情况已修复。", more='<meta name="ArticleTitle" content="公告">')
    assert verdict_of(fetched(page)) is Verdict.OK


def test_an_article_redirected_to_the_home_page_is_the_wrong_page() -> None:
    assert verdict_of(fetched(url="http://www.example.gov.cn/", asked=URL)) is Verdict.WRONG_PAGE
    assert verdict_of(fetched(url="http://www.example.gov.cn/", asked=URL), "listing") is Verdict.OK


def test_a_redirect_between_http_and_https_is_nothing() -> None:
    assert verdict_of(fetched(url=URL.replace("http:", "https:"))) is Verdict.OK


def test_a_redirect_to_a_login_page_is_a_login() -> None:
    assert verdict_of(fetched(url="http://www.example.gov.cn/sso/login?back=1")) is Verdict.LOGIN


def test_an_empty_body_is_a_stub() -> None:
    assert verdict_of(fetched(b" \n")) is Verdict.STUB
    assert verdict_of(fetched(b"<html><body></body></html>")) is Verdict.STUB


@pytest.mark.parametrize("root", ["urlset", "sitemapindex"])
def test_a_sitemap_without_an_address_is_whole_though_it_is_short(root: str) -> None:
    body = f'<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></{root}>'.encode()
    assert assess(fetched(body), expect="listing").verdict is Verdict.OK
    assert verdict_of(fetched(body)) is Verdict.WRONG_TYPE


def test_a_body_cut_off_is_truncated() -> None:
    assert verdict_of(fetched(truncated=True)) is Verdict.TRUNCATED


def test_a_pdf_where_a_page_was_expected_is_the_wrong_type() -> None:
    assert verdict_of(fetched(b"%PDF-1.7 ...")) is Verdict.WRONG_TYPE


def test_a_page_where_a_pdf_was_expected_is_a_dead_link() -> None:
    name = "http://www.example.gov.cn/P020231027.pdf"
    assert verdict_of(fetched(ARTICLE, asked=name, url=name), "attachment") is Verdict.WRONG_TYPE
    gone = "<!doctype html>" + notice("x", "页面不存在")
    assert verdict_of(fetched(gone, asked=name, url=name), "attachment") is Verdict.SOFT_NOT_FOUND
    assert verdict_of(fetched(b"%PDF-1.7", asked=name, url=name), "attachment") is Verdict.OK


def test_feeds_and_json_are_good_listings() -> None:
    assert verdict_of(fetched(b'<?xml version="1.0"?><rss><channel/></rss>'), "listing") is Verdict.OK
    assert verdict_of(fetched(b'{"items": []}'), "listing") is Verdict.OK
    assert verdict_of(fetched(b"<rss><channel/></rss>"), "article") is Verdict.WRONG_TYPE


def read(title: str, text: str) -> Article:
    blocks = (Block(kind=BlockKind.PARAGRAPH, text=text),) if text else ()
    return Article(url=URL, title=title, blocks=blocks)


def test_what_was_read_as_an_error_text_is_no_article() -> None:
    assert assess_article(read("提示", "您要查看的页面不存在，五秒后返回首页"), "").verdict is Verdict.SOFT_NOT_FOUND


def test_a_title_without_text_is_a_stub() -> None:
    assert assess_article(read("公告", ""), "").verdict is Verdict.STUB
    assert assess_article(read("", ""), "").verdict is Verdict.STUB


def test_scripts_styles_and_comments_are_not_visible() -> None:
    page = "<title>t</title><style>p{}</style><!-- no --><script>var a='<p>no</p>'</script><p>yes &amp; yes</p>"
    assert visible_text(page) == "yes & yes"


@pytest.mark.parametrize("piece", ["<script>", "<!--", "<title", "<style ", "<", "</script>"])
def test_hostile_repetition_takes_no_time(piece: str) -> None:
    started = time.process_time()
    assess(fetched(piece * (59_000 // len(piece))), expect="article")
    assert time.process_time() - started < 1.0


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from([200, 202, 403, 404, 503, 521]),
    st.sampled_from(["listing", "article", "attachment"]),
)
def test_no_bytes_make_it_fail(body: bytes, status: int, expect: str) -> None:
    assert assess(fetched(body, status), expect=expect).verdict in Verdict
