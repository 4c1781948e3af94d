"""Shapes of pages that mislead a reader: builders' classes, hidden parts, captions, dates without a year."""

from __future__ import annotations

from datetime import UTC, datetime

from crawler.model import Article, BlockKind, Precision
from crawler.parser.article import extract
from crawler.parser.article.furniture import is_caption_hint, is_junk_hint
from crawler.parser.article.reader import Manner, read_markup
from crawler.parser.article.state import find_state_text

MANNER = Manner(url="https://news.example.org/posts/harbour", timezone="Asia/Shanghai")
FIRST = "The harbour authority opened the second quay on Monday, after eleven months of work and two delays by storms."
SECOND = "Ships of up to nine thousand tonnes can now moor there, which the old quay, built in 1931, never allowed."
THIRD = "Dues stay as they are until the end of the year, the authority said, and will be reviewed in the spring."
CHINESE = "青溪港第二码头星期一启用，历时十一个月，期间两度因台风停工，建成后可停靠九千吨级船舶，年内收费标准不变。"
PARAGRAPHS = f"<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>"


def read(body: str, *, head: str = "", manner: Manner = MANNER) -> Article:
    return read_markup(f"<html><head>{head}</head><body>{body}</body></html>", manner)


def texts(article: Article) -> list[str]:
    return [block.text for block in article.blocks if block.kind is not BlockKind.CAPTION]


def test_a_page_builder_calls_the_articles_own_text_a_widget() -> None:
    piece = '<div class="elementor-element elementor-widget elementor-widget-text-editor"><p>{}</p></div>'
    article = read("<h1>Quay opens</h1>" + "".join(piece.format(text) for text in (FIRST, SECOND, THIRD)))
    assert texts(article) == [FIRST, SECOND, THIRD]


def test_a_widget_of_a_sidebar_is_furniture() -> None:
    assert is_junk_hint("widget widget_recent_entries ")
    assert not is_junk_hint("elementor-widget widget ")


def test_cut_overflow_hides_nothing() -> None:
    assert not is_junk_hint("relative overflow-hidden ")
    assert not is_junk_hint("hidden md:block ")
    assert is_junk_hint("hidden ")


def test_a_folded_panel_belongs_to_the_article() -> None:
    folded = f'<div class="accordion-panel" hidden><p>{SECOND}</p></div><div hidden><p>{THIRD}</p></div>'
    assert texts(read(f"<h1>Quay opens</h1><div><p>{FIRST}</p>{folded}</div>")) == [FIRST, SECOND]


def test_suspects_of_one_kind_are_weighed_together() -> None:
    part = f'<div class="teaser-{{0}} promo"><p>{{0}}. {FIRST}</p><p>{{0}}. {SECOND}</p><p>{{0}}. {THIRD}</p></div>'
    body = "<div><p>Three reports of the week, in full.</p></div>" + part.format(1) + part.format(2) + part.format(3)
    assert [text for text in texts(read(body)) if text.endswith(SECOND)] == [f"{n}. {SECOND}" for n in (1, 2, 3)]


def test_code_has_no_furniture_whatever_its_highlighter_calls_it() -> None:
    code = '<pre>make <span class="hljs-comment"># builds the quay</span> all</pre>'
    assert "make # builds the quay all" in texts(read(f"<h1>Quay</h1><div>{PARAGRAPHS}{code}</div>"))


def test_a_heading_in_pieces_is_one_title() -> None:
    head = "<title>Quay opens: a year of work | Harbour News</title>"
    heading = '<h1><span>Quay opens</span><span class="visually-hidden">: </span><span>a year of work</span></h1>'
    assert read(heading + PARAGRAPHS, head=head).title == "Quay opens: a year of work"


def test_a_title_in_a_bare_div_is_confirmed_by_the_declared_one() -> None:
    head = "<title>青溪港第二码头星期一正式启用 港务处_青溪网</title>"
    article = read(f"<div>青溪港第二码头星期一正式启用</div><div>来源于：港务处</div><p>{CHINESE}</p>", head=head)
    assert (article.title, article.publisher) == ("青溪港第二码头星期一正式启用", "港务处")


def test_the_only_heading_beats_a_title_written_for_search_engines() -> None:
    head = '<meta property="og:title" content="Harbour quay opens 2026: dues, ships, dates | Guide">'
    assert read(f"<h1>Second harbour quay opens to ships</h1>{PARAGRAPHS}", head=head).title == (
        "Second harbour quay opens to ships"
    )


def test_a_declared_title_is_read_without_its_second_escaping() -> None:
    head = '<meta property="og:title" content="Quays &amp;amp; dues: what changes in spring">'
    assert read(PARAGRAPHS, head=head).title == "Quays & dues: what changes in spring"


def test_a_class_tells_a_caption() -> None:
    picture = (
        '<div class="news-image"><img src="a.jpg"><div class="info">The quay at dawn, seen from the mole.</div></div>'
    )
    article = read(f"<h1>Quay opens</h1><div><p>{FIRST}</p>{picture}<p>{SECOND}</p><p>{THIRD}</p></div>")
    assert texts(article) == [FIRST, SECOND, THIRD]
    assert is_caption_hint("ImageCaption_caption__x1")


def test_a_table_in_a_figure_is_no_caption() -> None:
    table = (
        "<figure><table><tr><td>Quay</td><td>Tonnes</td></tr><tr><td>Second</td><td>9,000</td></tr></table></figure>"
    )
    assert "Second | 9,000" in texts(read(f"<h1>Quay opens</h1><div>{PARAGRAPHS}{table}</div>"))


def test_a_plain_list_of_links_amid_the_text_is_part_of_it() -> None:
    links = '<ul><li><a href="/a">Tariff of the old quay</a></li><li><a href="/b">Tariff of the new quay</a></li></ul>'
    kept = texts(read(f"<h1>Quay opens</h1><div><p>{FIRST}</p>{links}<p>{SECOND}</p><p>{THIRD}</p></div>"))
    assert kept[1:3] == ["Tariff of the old quay", "Tariff of the new quay"]
    styled = links.replace("<ul>", '<ul class="more">')
    assert texts(read(f"<h1>Quay</h1><div><p>{FIRST}</p>{styled}<p>{SECOND}</p><p>{THIRD}</p></div>"))[1] == SECOND


def test_the_authors_introduction_at_the_foot_is_not_text() -> None:
    head = '<meta name="author" content="Mina Castellane">'
    foot = "<p>Mina Castellane is a reporter of this paper, who has followed the port for many years.</p>"
    assert texts(read(f"<h1>Quay opens</h1><div>{PARAGRAPHS}{foot}</div>", head=head)) == [FIRST, SECOND, THIRD]


def test_a_shown_day_without_a_year_takes_it_from_a_date_that_agrees() -> None:
    body = f"<h2>青溪港第二码头启用</h2><div>发布时间：10-0812:00优质作者</div><p>{CHINESE}</p>"
    dated = read(body, head='<meta itemprop="dateUpdate" content="2019-10-08 12:03:57">').published
    assert dated is not None
    assert (dated.instant.isoformat(), dated.precision) == ("2019-10-08T12:00:00+08:00", Precision.MINUTE)
    assert read(body, head='<meta itemprop="dateUpdate" content="2019-11-02 12:03:57">').published is None


def test_a_shown_day_without_a_year_is_the_latest_one_when_fetched() -> None:
    body = f"<h2>青溪港第二码头启用</h2><div>发布时间：12-30 08:15 阅读</div><p>{CHINESE}</p>"
    manner = Manner(url=MANNER.url, timezone="Asia/Shanghai", now=datetime(2024, 1, 5, tzinfo=UTC))
    dated = read(body, manner=manner).published
    assert dated is not None
    assert dated.instant.isoformat() == "2023-12-30T08:15:00+08:00"


def test_a_caption_that_ends_in_a_day_dates_nothing() -> None:
    caption = "<p>Heavy cranes at work on the quay of Examplehaven, 24 April 2023</p>"
    assert read(f"<h1>Quay opens</h1>{caption}{PARAGRAPHS}").published is None


def test_a_forum_is_dated_by_its_first_signed_post() -> None:
    post = "<p>{}</p><p>港口论坛 发布时间 2005/03/{} 22:36:13 by qingxi</p>"
    body = (
        f"<div><p>{CHINESE}</p>{post.format(CHINESE, 15)}{post.format(CHINESE * 2, 18)}{f'<p>{CHINESE}</p>' * 4}</div>"
    )
    dated = read(body).published
    assert dated is not None
    assert dated.instant.isoformat() == "2005-03-15T22:36:13+08:00"


def test_words_for_nobody_name_nobody() -> None:
    article = read(f"<h2>码头启用</h2><div>来源：本站原创 作者：未知 2023-10-27 21:56</div><p>{CHINESE}</p>")
    assert (article.authors, article.publisher) == ((), "")


def test_a_site_is_its_own_author_only_where_nobody_else_is() -> None:
    site = '<meta property="og:site_name" content="Harbour News"><meta name="author" content="Harbour News">'
    named = site + '<meta name="dc.creator" content="Mina Castellane">'
    assert read(PARAGRAPHS, head=named).authors == ("Mina Castellane",)
    assert read(PARAGRAPHS, head=site).authors == ("Harbour News",)


def test_the_source_line_is_what_the_page_shows_not_the_name_of_the_site() -> None:
    head = '<meta property="og:site_name" content="Harbour News">'
    assert extract(f"<head>{head}</head>{PARAGRAPHS}".encode(), MANNER.url)["source"] == ""
    shown = f"<h2>码头启用</h2><div>来源：青溪日报 2023-10-27 21:56</div><p>{CHINESE}</p>"
    assert extract(shown.encode(), MANNER.url)["source"] == "青溪日报"


def test_a_page_that_draws_itself_is_read_from_its_first_state() -> None:
    state = (
        r'{"title":"Quay","contentHtml":"\u003cp\u003e' + FIRST + r"\u003c/p\u003e\u003cp class=\"x\"\u003e" + SECOND
    )
    page = f'<div id="app"></div><script>state = {state}\\u003c/p\\u003e","n":1}}</script>'
    assert texts(read(page)) == [FIRST, SECOND]


def test_a_state_without_markup_or_without_an_end_is_no_text() -> None:
    assert find_state_text('{"content":"' + FIRST * 3 + '"}') == ""
    assert find_state_text('{"content":"\\u003cp' + "\\" * 4001) == ""
    assert find_state_text('"body":"' * 50_000) == ""
