"""Pages that only send their readers on: which they are, and where they lead."""

from __future__ import annotations

import time

import pytest

from crawler.fetcher.doorways import find_doorway

PROSE = "<p>关于调整自来水价格的通告全文如下，请各用水户知悉。</p>" * 3

LEADING = {
    '<meta http-equiv="refresh" content="0; url=/web/tzgg/index.html">': "/web/tzgg/index.html",
    "<META CONTENT='3;URL=http://a.example.gov.cn/x?a=1&amp;b=2' HTTP-EQUIV=Refresh><p>正在跳转，请稍候…</p>": (
        "http://a.example.gov.cn/x?a=1&b=2"
    ),
    '<title>要闻</title><script>window.location.href="/web/real/1.html";</script>': "/web/real/1.html",
    "<script>top.location='index.jsp'</script>": "index.jsp",
    "<script>location.replace('/a/')</script>": "/a/",
    '<script>setTimeout(function(){location.href="/a"},3000)</script>': "/a",
    '<frameset><frame src="top.html"><frame src=list.html name="mainFrame"><frame src="foot.html"></frameset>': (
        "list.html"
    ),
    '<frameset><frame src="menu.html"><frame src="text.html"></frameset><noframes>no frames</noframes>': "text.html",
}
STAYING = [
    f'<meta http-equiv="refresh" content="0; url=/x">{PROSE}',
    f'<script>if (top == self) location.href="/frame.html";</script>{PROSE}',
    '<meta http-equiv="refresh" content="300;url=/x">',
    '<meta http-equiv="refresh" content="5">',
    "<script>location.href='/a?'+Math.random()</script>",
    "<script>location.href=location.pathname+location.search</script>",
    "<script>if(navigator.userAgent.match(/mobile/)) location.href='/m/';</script>",
    "<script>document.cookie='C3VK=a; max-age=300';location.href='/x'</script>",
    "<script>if(a){location.href='/1'}else{location.href='/2'}</script>",
    "<script>location.href='javascript:void(0)'</script>",
    "<script>if (location.href == '/x') {}</script>",
    "<iframe src='/list.html'></iframe>",
    "",
]


@pytest.mark.parametrize("markup", LEADING)
def test_a_page_that_only_leads_elsewhere_says_where(markup):
    assert find_doorway("text/html; charset=gb2312", f"<html><body>{markup}</body></html>".encode()) == LEADING[markup]


@pytest.mark.parametrize("markup", STAYING)
def test_a_text_a_gatekeeper_and_a_computed_address_lead_nowhere(markup):
    assert find_doorway("text/html", f"<html><body>{markup}</body></html>".encode()) == ""


def test_what_is_no_page_leads_nowhere():
    assert find_doorway("application/json", b"<script>location.href='/a'</script>") == ""


@pytest.mark.parametrize(
    "piece", [b"<meta http-equiv=refresh content=", b"location.href=", b"<frameset><frame ", b"<!--", b"<script>"]
)
def test_a_hostile_page_is_judged_at_once(piece):
    started = time.process_time()
    find_doorway("text/html", b"location" + (piece * 4096)[:4000])
    assert time.process_time() - started < 0.1
