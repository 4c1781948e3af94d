"""Every kind of WeChat page: posts whose text stands elsewhere, and what is no article although the server says 200."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.model import Fetched, Purpose, Reading, Request, Source, Verdict
from crawler.parser.article import read_article

URL = "https://mp.weixin.qq.com/s/QingHuAbCdEfGhIjKlMn01"
SOURCE = Source(id="s", kind="wechat", url=URL, timezone="Asia/Shanghai")
NUMBERS = (
    '<script>var biz = "MzIxNTest==" || ""; var mid = "2247001" || ""; var idx = "1" || ""; '
    'var ct = "1773824400";</script>'
)


def read(body: str) -> Reading:
    request = Request(url=URL, purpose=Purpose.ARTICLE)
    headers = (("content-type", "text/html; charset=utf-8"),)
    now = datetime(2026, 3, 20, tzinfo=UTC)
    fetched = Fetched(
        request=request, url=URL, status=200, headers=headers, body=body.encode(), sha256="", fetched_at=now
    )
    return read_article(fetched, SOURCE)


def post(kind: int, body: str, script: str = "") -> str:
    head = f'<meta property="og:title" content="清江一周图集"><title></title>{NUMBERS}'
    script += f'window.item_show_type = "{kind}";'
    shown = f'<div id="js_article"><a id="js_name">清江发布</a>{body}</div>'
    return f"<html><head>{head}</head><body>{shown}<script>{script}</script></body></html>"


def test_a_post_of_pictures_has_its_text_and_pictures_from_the_script():
    script = r"""window.cgiDataNew = { content_noencode: '本周完成加固三处，\x0a总投资\x26quot;2.3亿元\x26quot;。',
      picture_page_info_list: [ { cdn_url: 'https://mmbiz.qpic.cn/a/0', width: '1' * 1,
      watermark_info: { cdn_url: 'https://mmbiz.qpic.cn/a/w' } }, { cdn_url: 'https://mmbiz.qpic.cn/b/0' } ] };"""
    article = read(post(8, '<div id="js_image_content"><h1>清江一周图集</h1></div>', script)).article
    assert article is not None
    assert [block.text for block in article.blocks] == ["本周完成加固三处，", '总投资"2.3亿元"。']
    assert article.images == ("https://mmbiz.qpic.cn/a/0", "https://mmbiz.qpic.cn/b/0")
    assert article.native_ids == ("wechat:MzIxNTest==/2247001/1",)


def test_a_post_of_words_alone_is_read_from_the_script():
    article = read(
        post(10, '<div id="js_article_content"></div>', "d = {content_noencode: '明日停水，请储水备用。'};")
    ).article
    assert article is not None
    assert article.text == "明日停水，请储水备用。"


def test_a_shared_post_leads_to_its_original():
    source = '<div id="js_content"></div><a id="js_share_source" data-url="http://mp.weixin.qq.com/s?__biz=Mz&amp;mid=1">原文</a>'
    article = read(post(0, source)).article
    assert article is not None
    assert [link.url for link in article.links] == ["http://mp.weixin.qq.com/s?__biz=Mz&mid=1"]


@pytest.mark.parametrize(("kind", "body"), [(5, '<div id="js_mpvedio"></div>'), (7, "<mpvoice name='x'></mpvoice>")])
def test_a_post_of_sound_or_film_is_an_article_without_text(kind: int, body: str):
    reading = read(post(kind, f'<div id="js_content">{body}</div>'))
    assert reading.assessment.verdict is Verdict.OK
    assert reading.article is not None
    assert (reading.article.title, reading.article.text) == ("清江一周图集", "")
    assert reading.article.published is not None


def test_the_text_of_an_ordinary_article_is_that_of_the_page():
    article = read(
        post(0, '<div id="js_content"><p>河堤加固工程开工。</p></div>', "d = {content_noencode: '别的'};")
    ).article
    assert article is not None
    assert article.text == "河堤加固工程开工。"


@pytest.mark.parametrize("title", ["", "微信公众平台", "Weixin Official Accounts Platform"])
@pytest.mark.parametrize(
    ("words", "verdict", "removed_by"),
    [
        ("该内容已被发布者删除", Verdict.REMOVED_BY_OWNER, "author"),
        ("此内容因违规无法查看", Verdict.REMOVED_BY_OWNER, "platform"),
        ("此帐号已注销, 内容无法查看", Verdict.UNEXPECTED, None),
        ("该公众号已被封禁", Verdict.UNEXPECTED, None),
        ("根据作者隐私设置，无法查看该内容", Verdict.UNEXPECTED, None),
        ("链接已过期", Verdict.UNEXPECTED, None),
        ("当前环境异常，完成验证后即可继续访问。", Verdict.CHALLENGE, None),
        ("访问过于频繁，请用微信扫描二维码进行访问", Verdict.CHALLENGE, None),
        ("系统出错", Verdict.UNEXPECTED, None),
        ("该公众号已迁移至新的账号", Verdict.STUB, None),
        ("从来没人见过的一句话", Verdict.STUB, None),
    ],
)
def test_a_notice_is_told_from_an_article_and_an_unknown_one_removes_nothing(
    title: str, words: str, verdict: Verdict, removed_by: str | None
):
    body = f"<body><div class='weui-msg'><div class='weui-msg__title warn'>{words}</div></div></body>"
    assessment = read(f"<html><head><title>{title}</title></head>{body}</html>" + " " * 600).assessment
    assert (assessment.verdict, assessment.removed_by) == (verdict, removed_by)


def test_an_article_may_quote_any_notice():
    quoted = "<p>谣言称“该内容已被发布者删除”，又称“此内容因违规无法查看”，均不属实。</p>"
    assert read(post(0, f'<div id="js_content">{quoted}</div>')).assessment.verdict is Verdict.OK
