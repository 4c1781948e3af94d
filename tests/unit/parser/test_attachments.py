"""Which links are files of the article, where they lead and what they are called."""

from __future__ import annotations

import pytest

from crawler.model import Attachment
from crawler.parser.article.reader import Manner, read_markup

BASE = "https://www.example.gov.cn/zwgk/202401/t20240102_1.html"
TEXT = "".join(
    f"<p>第{n}条　本办法所称收费，是指依照法律规定收取的费用，任何单位不得擅自提高标准。</p>" for n in "一二三四"
)


def files(markup: str) -> list[Attachment]:
    page = f"<html><body><div class=TRS_Editor><h1>关于调整收费标准的通知</h1>{TEXT}{markup}</div></body></html>"
    return list(read_markup(page, Manner(url=BASE, timezone="Asia/Shanghai")).attachments)


@pytest.mark.parametrize(
    ("markup", "url", "name"),
    [
        ('<p><a href="./P020240102331122334455.pdf">附件1：收费标准.pdf</a></p>',
         "/zwgk/202401/P020240102331122334455.pdf", "附件1：收费标准.pdf"),
        ('<p><a oldsrc="W020240102.doc">收费标准</a></p>', "/zwgk/202401/W020240102.doc", "收费标准"),
        ('<p><a href="javascript:void(0)" oldsrc="/W1.doc">收费标准</a></p>', "/W1.doc", "收费标准"),
        ("<p><a href=\"javascript:openFile('/files/x.pdf?v=2')\">收费标准</a></p>", "/files/x.pdf?v=2", "收费标准"),
        ("<p><a href=\"#\" onclick=\"down('/files/x.xlsx', 3)\">收费标准</a></p>", "/files/x.xlsx", "收费标准"),
        ('<p><a href="#" data-url="/files/x.ofd">收费标准</a></p>', "/files/x.ofd", "收费标准"),
        ('<p><a href="/download.jsp?id=31">收费标准</a></p>', "/download.jsp?id=31", "收费标准"),
        ('<p><a href="/c/downfile.do?attachId=a1">收费标准</a></p>', "/c/downfile.do?attachId=a1", "收费标准"),
        ('<p><a href="/servlet/get?k=31">收费标准.docx</a></p>', "/servlet/get?k=31", "收费标准.docx"),
        ('<p><a href="/u/31" download="fees.xlsx">下载</a></p>', "/u/31", "fees.xlsx"),
        ('<p><a href="/u/31.pdf" title="收费标准">点击下载</a></p>', "/u/31.pdf", "收费标准"),
        ('<p><a href="/u/fees.pdf">下载附件</a></p>', "/u/fees.pdf", "fees.pdf"),
        ('<ul class="list"><li><a class="appendix" href="/u/31">收费标准</a></li></ul>', "/u/31", "收费标准"),
        ('<iframe src="/u/fees.pdf#page=1"></iframe>', "/u/fees.pdf#page=1", "fees.pdf"),
        ('<embed type="application/pdf" src="fees.pdf">', "/zwgk/202401/fees.pdf", "fees.pdf"),
        ('<object data="/u/fees.pdf" width=1></object>', "/u/fees.pdf", "fees.pdf"),
        ('<iframe src="/pdfjs/web/viewer.html?file=%2Fu%2Ffees.pdf"></iframe>', "/u/fees.pdf", "fees.pdf"),
    ],
)  # fmt: skip
def test_a_file_is_found_however_the_page_leads_to_it(markup, url, name):
    path = url if url.startswith("http") else f"https://www.example.gov.cn{url}"

    assert [(each.url, each.name) for each in files(markup)] == [(path, name)]


@pytest.mark.parametrize(
    "markup",
    [
        '<p>详见<a href="/zwgk/2.html?id=3">上一份通知</a></p>',
        '<p><a href="javascript:window.print()">打印</a></p>',
        '<p><a href="/app/download.html">下载客户端</a></p>',
        '<iframe src="/player.html?v=3"></iframe>',
        '<p><a href="/search?key=fees">fees</a></p>',
    ],
)
def test_a_link_to_a_page_or_a_program_is_no_file(markup):
    assert files(markup) == []


def test_a_link_to_a_file_that_nobody_closed_ends_with_its_block():
    page = f"<html><body><div class=con><h1>关于调整收费标准的通知</h1>{TEXT}<p>附件：<a href='/u/fees.pdf'>收费目录"
    page += "<p>联系人：王科长，电话四五六七八九。<div class=footer><p>主办单位：青溪市人民政府办公室"
    article = read_markup(page, Manner(url=BASE, timezone="Asia/Shanghai"))
    assert [each.name for each in article.attachments] == ["收费目录"]
    assert "联系人：王科长" in article.text


def test_a_closed_link_to_a_file_may_hold_blocks():
    found = files('<a href="/u/f.pdf"><p>收费</p><p>目录</p></a><a href="/1.html">更多')
    assert [each.name for each in found] == ["收费目录"]
