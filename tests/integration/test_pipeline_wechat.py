"""A WeChat article that is itself the source: nothing lists it, so its own page has to prove what became of it."""

from __future__ import annotations

from datetime import timedelta

from crawler.model import ChangeKind
from tests.crawling import Watch, told
from tests.newsroom import source_block, write_config

HALF_DAY = timedelta(hours=12)
ARTICLE = """<!DOCTYPE html><html><head><meta property="og:title" content="关于河堤加固工程的公告"><title></title>
<script>var biz = "MzIxNTest==" || ""; var mid = "2247001" || ""; var idx = "1" || ""; var ct = "1698414960";</script>
</head><body><div id="js_article"><h1 id="activity-name">关于河堤加固工程的公告</h1><a id="js_name">清江发布</a>
<div class="rich_media_content" id="js_content" style="visibility: hidden;">
<p>河堤加固工程将于十一月一日开工，总投资2.3亿元，
预计明年六月底完工，请沿线居民注意安全。</p><p>施工期间部分路段实行交通管制，具体安排另行通知。</p></div></div></body></html>"""
DELETED = """<!DOCTYPE html><html><head><title></title></head><body><div class="weui-msg">
<div class="weui-msg__text-area">
<div class="weui-msg__title warn">该内容已被发布者删除</div></div></div></body></html>"""
HTML = {"content-type": "text/html; charset=utf-8"}


def test_an_article_that_is_its_own_source_is_removed_when_its_owner_takes_it_down(tmp_path, site):
    site.route("/s/qingjiangGonggao01", body=ARTICLE, headers=HTML)
    watch = Watch(write_config(tmp_path, site, source_block("dyke", site.url("/s/qingjiangGonggao01"), "wechat")))
    baseline = watch.crawl()
    site.route("/s/qingjiangGonggao01", body=DELETED, headers=HTML)

    signs = [watch.crawl(after=HALF_DAY) for _ in range(3)]

    assert baseline.known == 1
    assert [told(report) for report in signs] == [[], [], [("removed", "关于河堤加固工程的公告")]]
    assert not any(report.failed for report in signs)
    removed = next(change for change in watch.changes() if change.kind is ChangeKind.REMOVED)
    assert (removed.cause, removed.removed_by) == ("tombstone_page", "author")
