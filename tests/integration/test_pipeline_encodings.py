"""Bytes that change while the text does not, and bytes that break: neither is an edit."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from crawler.model import Verdict
from tests.crawling import Watch, result_of, told
from tests.newsroom import source_block, write_config

TITLE = "鼎湖区前三季度经济运行情况"
TEXT = "前三季度，鼎湖区地区生产总值增长1.1%，工业增加值增长较快，投资持续扩大，消费稳步回升。"
MORE = "市政府要求各部门认真贯彻落实有关通知精神，确保各项工作顺利推进，切实保障民生。"


def page(encoding: str, *, declared: str = "", text: str = TEXT) -> bytes:
    markup = (
        f'<!doctype html><html lang="zh"><head><meta charset="{declared or encoding}"><title>{TITLE}</title>'
        '<meta property="article:published_time" content="2026-03-01T09:00:00+08:00"></head>'
        f"<body><article><h1>{TITLE}</h1><p>{text}</p><p>{MORE}</p></article></body></html>"
    )
    return markup.encode(encoding)


@pytest.fixture
def newspaper(tmp_path, site):
    def serve(body: bytes, header: str = "") -> None:
        kind = f"text/html; charset={header}" if header else "text/html"
        site.route("/zq/1.html", body, headers={"content-type": kind})

    feed = f"<item><title>{TITLE}</title><link>{site.url('/zq/1.html')}</link><guid>zq-1</guid></item>"
    body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>n</title>{feed}</channel></rss>'
    site.route("/zq/feed.xml", body, headers={"content-type": "application/rss+xml; charset=utf-8"})
    serve(page("utf-8"), "utf-8")
    watch = Watch(write_config(tmp_path, site, source_block("zq", site.url("/zq/feed.xml")), confirm="0s"))
    watch.crawl()
    return watch, serve


def life(watch):
    ((known, article),) = watch.articles().values()
    with closing(sqlite3.connect(watch.folder / "data" / "gazette.db")) as database:
        rows = database.execute("SELECT verdict FROM observation WHERE url LIKE '%/1.html' ORDER BY seq").fetchall()
    return known.revision, article.text, [Verdict(verdict) for (verdict,) in rows]


def last_verdict(watch) -> Verdict:
    return life(watch)[2][-1]


def test_the_same_text_in_another_encoding_is_nothing(newspaper):
    watch, serve = newspaper
    spellings = [
        (page("gb18030", declared="gb2312"), ""),
        (page("gb18030", declared="utf-8"), "utf-8"),
        (page("utf-16-le", declared="utf-16"), ""),
        (page("utf-8", declared="gbk"), "gbk"),
        (page("gb18030", declared=""), "iso-8859-1"),
    ]
    for body, header in spellings:
        serve(body, header)
        assert told(watch.crawl()) == []
        assert last_verdict(watch) is Verdict.OK

    assert life(watch)[0] == 1


def test_broken_bytes_are_a_verdict_and_neither_edit_nor_revision(newspaper):
    watch, serve = newspaper
    whole = page("utf-8")
    place = whole.index("鼎湖区地区".encode()) + 1
    broken = [
        whole.replace("鼎湖区地区".encode(), b"\xe9\xbc\xe6\xb9\x96\xe5\x8c"),
        whole[:place] + whole[place + 1 :],
        whole.decode().replace("生产总值", "\ufffd\ufffd\ufffd\ufffd").encode(),
        whole.decode("gb18030", "replace").encode(),
        whole.decode("latin-1").encode(),
    ]
    for body in broken:
        serve(body, "utf-8")
        assert told(watch.crawl()) == []
        assert last_verdict(watch) is Verdict.DECODE_ERROR
    serve(whole, "utf-8")
    assert told(watch.crawl()) == []

    assert life(watch)[:2] == (1, f"{TEXT}\n\n{MORE}")


def test_after_a_fault_of_decoding_a_real_edit_is_told(newspaper):
    watch, serve = newspaper
    serve(page("utf-8").replace("总值".encode(), b"\xe6\x80"), "utf-8")
    watch.crawl()
    serve(page("utf-8", text=TEXT.replace("1.1%", "11%")), "utf-8")

    (change,) = watch.crawl().changes

    assert [(fact.before, fact.after) for fact in change.facts] == [("1.1%", "11%")]


def test_what_was_broken_when_it_came_is_mended_in_silence(tmp_path, newspaper, site):
    _, serve = newspaper
    serve(page("utf-8").replace("总值".encode(), b"\xe6\x80"), "utf-8")
    (tmp_path / "b").mkdir()
    other = Watch(write_config(tmp_path / "b", site, source_block("zq", site.url("/zq/feed.xml")), confirm="0s"))
    other.crawl()
    assert "\ufffd" in life(other)[1]
    serve(page("utf-8"), "utf-8")

    assert told(other.crawl(after=timedelta(days=1))) == []
    assert life(other)[:2] == (2, f"{TEXT}\n\n{MORE}")


def test_a_listing_whose_titles_cannot_be_read_is_a_fault_and_brings_nothing(newspaper, site):
    watch, _ = newspaper
    items = "".join(
        f"<item><title>{(TITLE + str(each)).encode().decode('latin-1')}</title><link>{site.url(f'/zq/{each}.html')}"
        f"</link><guid>n{each}</guid></item>"
        for each in range(2, 6)
    )
    body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>n</title>{items}</channel></rss>'
    site.route("/zq/feed.xml", body, headers={"content-type": "application/rss+xml; charset=utf-8"})

    report = watch.crawl()

    assert result_of(report, "zq").verdict is Verdict.DECODE_ERROR
    assert told(report) == []
