"""Reading whole pages: what belongs to an article, and what never does."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from crawler.model import (
    Article,
    Attachment,
    BlockKind,
    Entry,
    Fetched,
    FetchPolicy,
    Moment,
    Precision,
    Purpose,
    Request,
    Source,
    Verdict,
    digest,
)
from crawler.parser.article import article_from_entry, extract, read_article
from crawler.parser.article.page import MAX_DEPTH, parse_page
from crawler.parser.article.reader import Manner, read_markup
from crawler.parser.article.title import strip_site
from crawler.parser.article.walker import segment_page
from crawler.parser.tree import cut_depth

DAY = '<meta name="PubDate" content="2023-10-27">'
URL = "http://www.example.gov.cn/zwdt/202310/t20231027_41.html"
MANNER = Manner(url=URL, timezone="Asia/Shanghai", language="zh")
LONG = "前三季度，全市地区生产总值同比增长5.2%，其中工业增加值增长较快，投资持续扩大，消费稳步回升，就业形势总体稳定。"


def read(body: str, *, head: str = "<title>经济运行情况_青溪市人民政府</title>", manner: Manner = MANNER) -> Article:
    return read_markup(f"<html><head>{head}</head><body>{body}</body></html>", manner)


def texts(article: Article) -> list[str]:
    return [block.text for block in article.blocks]


def fetch(body: str | bytes, content_type: str = "text/html") -> Fetched:
    raw = body.encode() if isinstance(body, str) else body
    return Fetched(
        request=Request(url=URL, purpose=Purpose.ARTICLE),
        url=URL,
        status=200,
        headers=(("content-type", content_type),),
        body=raw,
        sha256=digest(raw),
        fetched_at=datetime(2023, 10, 28, tzinfo=UTC),
    )


SOURCE = Source(
    id="qx", kind="html_list", url="http://www.example.gov.cn/zwdt/", timezone="Asia/Shanghai", language="zh"
)


# -- what is the text ------------------------------------------------------------------------------------------------


def test_every_line_of_a_short_notice_is_kept() -> None:
    lines = [
        "各街道：",
        "现将收费标准公布如下。",
        "停车费每小时5元。",
        "本通知自2023年11月1日起施行。",
        "青溪市发展和改革局",
        "2023年10月20日",
    ]
    page = "<div class='top'><ul class='nav'><li><a href='/'>首页</a></li></ul></div><h1>关于收费标准的通知</h1>"
    page += f"<div class='x9'>{''.join(f'<p>{line}</p>' for line in lines)}</div><div class='foot'>版权所有</div>"
    head = '<title>关于收费标准的通知</title><meta name="PubDate" content="2023-10-27 10:02">'
    assert texts(read(page, head=head)) == lines


def test_paragraphs_parted_by_line_breaks_equal_paragraphs_in_elements() -> None:
    parts = [LONG, LONG.replace("5.2", "6.1"), LONG.replace("5.2", "7.3")]
    broken = read(f"<h1>经济运行情况</h1><div class='txt'>{'<br><br>'.join(parts)}</div>")
    marked = read(f"<h1>经济运行情况</h1><div class='txt'>{''.join(f'<p>{part}</p>' for part in parts)}</div>")
    assert texts(broken) == texts(marked) == parts


def test_a_page_laid_out_with_tables_is_read() -> None:
    page = (
        "<table><tr><td><a href='/'>首页</a></td><td><a href='/b'>政务</a></td></tr></table>"
        f"<table><tr><td>经济运行情况</td></tr><tr><td>{LONG}<br><br>{LONG.replace('5.2', '6')}</td></tr></table>"
    )
    assert texts(read(page))[-2:] == [LONG, LONG.replace("5.2", "6")]


def test_rows_of_data_are_joined_by_bars() -> None:
    table = "<table><tr><th>车型</th><th>费用</th></tr><tr><td>小型车</td><td>2元</td></tr></table>"
    page = f"<div><p>{LONG}</p>{table}</div>"
    rows = [block.text for block in read(page).blocks if block.kind is BlockKind.TABLE_ROW]
    assert rows == ["车型 | 费用", "小型车 | 2元"]


def test_captions_are_marked_and_kept() -> None:
    figure = "<figure><img src='a.jpg'><figcaption>会议现场</figcaption></figure>"
    page = f"<div><p>{LONG}</p>{figure}<p>▲新区全景</p><p>{LONG}</p></div>"
    captions = [block.text for block in read(page).blocks if block.kind is BlockKind.CAPTION]
    assert captions == ["会议现场", "▲新区全景"]


def test_bracketed_subheadings_stay_and_control_words_go() -> None:
    page = f"<div><p>【基本案情】</p><p>{LONG}</p><p>【打印】 【关闭窗口】</p><p>{LONG.replace('5.2', '3')}</p></div>"
    assert texts(read(page)) == ["【基本案情】", LONG, LONG.replace("5.2", "3")]


def test_neighbours_related_articles_and_comments_are_no_text() -> None:
    page = f"""<div class="detail"><p>{LONG}</p><p>{LONG.replace("5.2", "3")}</p>
    <p>上一篇：<a href="1.html">关于秋季防火的通知</a></p>
    <div class="related"><h3>相关阅读</h3><ul><li><a href="2.html">另一篇文章的标题</a></li></ul></div>
    <div id="comments"><p>{"网友说了很多很多话，观点各不相同，讨论热烈。" * 20}</p></div></div>"""
    assert texts(read(page)) == [LONG, LONG.replace("5.2", "3")]


@pytest.mark.parametrize(
    "name", ["page-with-sidebar", "content-ads-wrapper", "article has-sidebar menu", "subscribe-wall"]
)
def test_a_misleading_class_around_the_article_does_not_hide_it(name: str) -> None:
    page = f"<div class='{name}'><h1>经济运行情况</h1><div><p>{LONG}</p><p>{LONG.replace('5.2', '3')}</p></div></div>"
    assert texts(read(page)) == [LONG, LONG.replace("5.2", "3")]


def test_counters_clocks_banners_and_tokens_change_nothing() -> None:
    def visit(number: int) -> Article:
        return read(
            f"<div class='top'>今天是2023年10月{number + 10}日 {number}℃</div>"
            f"<div class='tips'>{'维护公告。' * (number % 3)}</div><h1>经济运行情况</h1>"
            f"<div class='info'><span>发布时间：2023-10-27 09:00</span><span>浏览次数：{number}</span></div>"
            f"<div class='TRS_Editor'><p>{LONG}</p></div>"
            f"<div class='xg'><a href='{number}.html'>第{number}篇相关文章</a></div>"
            f"<input type='hidden' value='{number * 7919}'>"
        )

    assert len({visit(number) for number in range(12)}) == 1


def test_one_digit_in_the_text_changes_the_record() -> None:
    page = f"<h1>经济运行情况</h1><div><p>{LONG}</p></div>"
    assert read(page) != read(page.replace("5.2%", "5.3%"))


# -- facts -----------------------------------------------------------------------------------------------------------


def test_the_site_is_cut_off_a_declared_title() -> None:
    assert strip_site("Import checks - GOV.EXAMPLE", "GOV.EXAMPLE") == "Import checks"
    assert strip_site("经济运行情况_青溪市人民政府", "") == "经济运行情况"
    assert (
        strip_site("水道料金の減免について｜青渓市公式ウェブサイト", "青渓市公式ウェブサイト")
        == "水道料金の減免について"
    )


def test_the_heading_that_the_title_confirms_wins_over_the_portals_name() -> None:
    page = f"<h1>青溪市人民政府</h1><h2>经济运行情况</h2><div><p>{LONG}</p></div>"
    assert read(page).title == "经济运行情况"


LISTED = "关于调整自来水价格的通告"
SITE_ONLY = "<title>青溪市政府</title>"


def listed_manner(title: str = LISTED) -> Manner:
    return replace(MANNER, listed_as=title)


def test_the_list_knows_the_title_where_all_pages_are_named_after_the_site() -> None:
    body = (
        "<table><tr><td><a href='/'>首页</a> → 公告</td></tr></table>"
        f"<table><tr><td align=center><font size=4><b>{LISTED}</b></font></td></tr>"
        "<tr><td>来源：市水务局　发布时间：2023/10/27</td></tr>"
        f"<tr><td><div>{LONG}<br><br>{LONG}</div></td></tr></table>"
    )
    article = read(body, head=SITE_ONLY, manner=listed_manner())
    assert article.title == LISTED
    assert LISTED not in texts(article)


def test_a_title_in_a_cell_of_the_official_table_is_the_one_the_list_gave() -> None:
    rows = f"<tr><th>标题</th><td>{LISTED}</td></tr><tr><th>发布日期</th><td>2023-10-27</td></tr>"
    body = f"<table>{rows}</table><p>{LONG}</p>"
    assert read(body, head=SITE_ONLY, manner=listed_manner()).title == LISTED


def test_a_title_that_the_list_cut_off_is_taken_whole_from_the_page() -> None:
    body = f"<h2>通知公告</h2><h3>{LISTED}</h3><p>发布时间：2023-10-27</p><p>{LONG}</p>"
    cut = read(body, head="<title>通知公告</title>", manner=listed_manner(f"{LISTED[:8]}..."))
    assert cut.title == LISTED


def test_a_list_that_adds_the_department_to_a_title_names_it_all_the_same() -> None:
    body = f"<h3>{LISTED}</h3><p>发布时间：2023-10-27</p><p>{LONG}</p>"
    assert read(body, head="<title>通知公告</title>", manner=listed_manner(f"{LISTED}市水务局")).title == LISTED


def test_a_heading_that_says_more_than_the_list_stays_the_title() -> None:
    body = f"<h1>{LISTED}（第二号）</h1><p>发布时间：2023-10-27</p><p>{LONG}</p>"
    article = read(body, head=f"<title>{LISTED}（第二号）_青溪市人民政府</title>", manner=listed_manner())
    assert article.title == f"{LISTED}（第二号）"


def test_a_new_title_is_read_though_the_list_still_has_the_old_one() -> None:
    related = f"<ul><li><a href='/9.html'>{LISTED}</a></li></ul>"
    body = f"<h1>关于停止供水的公告</h1><p>发布时间：2023-10-27</p><p>{LONG}</p>{related}"
    article = read(body, head="<title>关于停止供水的公告</title>", manner=listed_manner())
    assert article.title == "关于停止供水的公告"


def test_the_one_main_heading_is_the_title_where_the_page_declares_a_column() -> None:
    body = f"<h1>{LISTED}</h1><p>发布时间：2023-10-27</p><p>{LONG}</p>"
    assert read(body, head="<title>公告</title>").title == LISTED


def test_the_entry_of_a_list_gives_the_reader_its_title() -> None:
    page = f"<html><head>{SITE_ONLY}</head><body><p><b>{LISTED}</b></p><p>{LONG}</p><p>{LONG}</p></body></html>"
    reading = read_article(fetch(page), SOURCE, entry=Entry(url=URL, title=LISTED))
    assert reading.article is not None
    assert reading.article.title == LISTED


def test_a_table_of_fees_that_no_element_but_the_body_holds_is_kept() -> None:
    rows = "<tr><th>项目</th><th>标准</th></tr><tr><td>登记费</td><td>80元</td></tr>"
    rows += "<tr><td>污水费</td><td>0.95元</td></tr>"
    head = "<div class=nav><a href='/'>首页</a></div><h1>收费目录清单公告</h1>"
    body = f"{head}<table>{rows}</table><p>本目录自公布之日起施行，由市发展和改革局负责解释。</p>"
    assert texts(read(body, head="<title>收费目录清单公告</title>"))[1:3] == ["登记费 | 80元", "污水费 | 0.95元"]


def test_a_finer_time_of_the_same_day_completes_a_declared_day() -> None:
    head = '<title>经济运行情况</title><meta name="PubDate" content="2023-10-27">'
    page = f"<h1>经济运行情况</h1><p>2023-10-27 21:56 来源：青溪日报</p><div><p>{LONG}</p></div>"
    published = read(page, head=head).published
    assert published is not None
    assert published.instant == datetime(2023, 10, 27, 21, 56, tzinfo=timezone(timedelta(hours=8)))


def test_a_time_of_another_day_does_not_change_the_declared_day() -> None:
    head = '<title>经济运行情况</title><meta name="PubDate" content="2023-10-27">'
    published = read(f"<h1>经济运行情况</h1><p>2023-10-29 21:56</p><div><p>{LONG}</p></div>", head=head).published
    assert published is not None
    assert (published.instant.day, published.precision) == (27, Precision.DAY)


def test_metas_are_found_whatever_their_case() -> None:
    head = '<META NAME="pubdate" CONTENT="2023-10-27 08:00:00"><meta name="CONTENTSOURCE" content="教育局">'
    article = read(f"<h1>标题标题标题</h1><p>{LONG}</p>", head=head)
    assert article.published is not None
    assert article.published.precision is Precision.SECOND
    assert article.publisher == "教育局"


@pytest.mark.parametrize("ourselves", ["本站", "本网", "本"])
def test_a_site_that_calls_itself_the_source_is_named(ourselves: str) -> None:
    metas = f'<meta name="SiteName" content="青溪市人民政府"><meta name="ContentSource" content="{ourselves}">'
    article = read(f"<h1>经济运行情况</h1><p>来源：{ourselves}</p><p>{LONG}</p>", head=f"{metas}{DAY}")
    assert article.publisher == "青溪市人民政府"


def test_a_date_in_the_far_future_is_no_publication_date() -> None:
    head = '<title>x</title><meta name="PubDate" content="2123-10-27 08:00:00">'
    manner = Manner(
        url="http://www.example.gov.cn/a.html", timezone="Asia/Shanghai", now=datetime(2023, 10, 28, tzinfo=UTC)
    )
    assert read(f"<h1>标题</h1><p>{LONG}</p>", head=head, manner=manner).published is None


def test_broken_json_ld_still_gives_its_dates() -> None:
    script = '{"@type":"NewsArticle","headline":"A "quoted" word","datePublished":"2023-10-27T21:56:00+08:00"'
    head = f'<title>T</title><script type="application/ld+json">{script}</script>'
    published = read(f"<p>{LONG}</p>", head=head).published
    assert published is not None
    assert published.origin == "json-ld"


def test_attachments_after_the_text_are_collected_with_their_names() -> None:
    page = f"""<div><p>{LONG}</p><p>{LONG}</p></div><p>相关附件：</p>
    <ul><li><a href="./P020231027.pdf">附件1.pdf</a></li>
    <li><a href="/download?file=table.xlsx&id=3">附表</a></li></ul>"""
    assert read(page).attachments == (
        Attachment(url="http://www.example.gov.cn/zwdt/202310/P020231027.pdf", name="附件1.pdf"),
        Attachment(url="http://www.example.gov.cn/download?file=table.xlsx&id=3", name="附表"),
    )


# -- verdict and entry -----------------------------------------------------------------------------------------------


def test_a_page_that_is_no_article_gives_a_verdict_and_no_record() -> None:
    reading = read_article(fetch("<html><title>提示</title><p>您访问的页面不存在</p></html>"), SOURCE)
    assert (reading.assessment.verdict, reading.article) == (Verdict.SOFT_NOT_FOUND, None)


def test_a_page_of_which_most_cannot_be_read_is_a_decode_error() -> None:
    forced = replace(SOURCE, fetch=FetchPolicy(encoding="utf-8"))
    body = f"<html><head><title>{LONG}</title></head><body>{LONG * 40}</body></html>".encode("gb18030")
    assert read_article(fetch(body), forced).assessment.verdict is Verdict.DECODE_ERROR
    assert read_article(fetch(body), SOURCE).assessment.verdict is Verdict.OK


def moment(text: str, precision: Precision) -> Moment:
    return Moment(instant=datetime.fromisoformat(text), precision=precision)


def test_an_entry_completes_what_the_page_does_not_tell() -> None:
    entry = Entry(
        url=URL,
        title="列表中的标题",
        published=moment("2023-10-27T08:30:00+08:00", Precision.MINUTE),
        updated=moment("2023-10-28T10:00:00+08:00", Precision.SECOND),
        authors=("王芳",),
        attachments=(Attachment(url="http://www.example.gov.cn/a.pdf", name="a"),),
    )
    page = f"<html><head>{DAY}</head><body><h1>页面标题</h1><div><p>{LONG}</p></div></body></html>"
    article = read_article(fetch(page), SOURCE, entry=entry).article
    assert article is not None
    assert article.title == "页面标题"
    assert article.published is not None
    assert article.published.precision is Precision.MINUTE
    assert article.authors == ("王芳",)
    assert article.marks == (("feed:updated", "2023-10-28T10:00:00+08:00"),)
    assert [item.name for item in article.attachments] == ["a"]


def test_an_article_can_be_made_from_the_listing_alone() -> None:
    entry = Entry(
        url=URL, title="标题", body=f"<p>{LONG}</p><p>第二段<a href='/x.pdf'>附件</a></p>", publisher="青溪发布"
    )
    article = article_from_entry(entry, SOURCE)
    assert (article.origin, article.title, article.publisher) == ("listing", "标题", "青溪发布")
    assert texts(article) == [LONG, "第二段附件"]
    assert article.attachments[0].url == "http://www.example.gov.cn/x.pdf"
    assert texts(article_from_entry(Entry(url=URL, title="t", summary="只有摘要。"), SOURCE)) == ["只有摘要。"]


def test_extract_gives_plain_values() -> None:
    page = f"<html><head>{DAY}</head><body><h1>经济运行情况</h1><p>{LONG}</p></body></html>"
    found = extract(page.encode(), "http://www.example.gov.cn/a.html")
    assert found["published"] == "2023-10-27"
    assert (found["title"], found["language"], found["body"]) == ("经济运行情况", "zh", [LONG])


# -- bounds ----------------------------------------------------------------------------------------------------------


def test_deep_nesting_is_flattened_and_its_text_kept() -> None:
    page = parse_page("<div>" * 900 + LONG + "</div>" * 900)
    segment_page(page)
    assert LONG in page.root.text()
    assert max(element.depth for element in page.elements) <= MAX_DEPTH + 1


def test_markup_that_nests_without_end_is_cut() -> None:
    assert len(cut_depth("<div>" * 50_000)) < 20_000
    assert len(cut_depth("<div><table><tr><td></div></table>" * 50_000)) < 300_000


def test_markup_of_ordinary_depth_is_not_cut() -> None:
    page = "<div><ul><li>a<li>b</ul><p>c<svg><path/><g></svg></div>" * 4_000
    assert cut_depth(page) == page


@pytest.mark.parametrize(
    "markup",
    [
        "<div>" * 200_000,
        "<ul><li>" * 100_000,
        "<x " + "<<<<<<<< " * 200_000,
        "<b><div>" * 100_000,
        "<table><tr><td>" * 60_000,
        "<p>" + "来源：" * 300_000,
        "<a href='x.pdf'>a</a>" * 60_000,
        "<meta name=a content=b>" * 60_000,
        "<p>2023-10-27 21:56</p>" * 60_000,
        '<script type="application/ld+json">' + "[" * 400_000 + "</script>",
        "<div " + "a=1 " * 300_000 + ">",
        LONG * 30_000,
    ],
    ids=["div", "ul", "names", "b-div", "table", "labels", "files", "metas", "dates", "json", "attributes", "text"],
)
def test_hostile_pages_take_bounded_time(markup: str) -> None:
    started = time.process_time()
    extract(markup.encode(), URL)
    assert time.process_time() - started < 10


@pytest.mark.parametrize("attribute", ["download", "download=''", "download='form'"])
def test_a_link_that_offers_a_download_is_a_file_whatever_it_is_called(attribute):
    text = "<p>The harbour office publishes the form for berths, which is to be handed in by the first of May.</p>" * 3
    link = f"<p><a href='/media/4711' {attribute}>The form</a></p>"
    page = f"<h1>Form for berths</h1><div class='content'>{text}{link}</div>"
    found = read_markup(page, Manner(url="https://example.org/a", timezone="UTC"))
    assert [file.url for file in found.attachments] == ["https://example.org/media/4711"]
