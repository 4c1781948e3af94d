"""Who signed an article that declares no author, and the dates that pages mark only for machines."""

from __future__ import annotations

import pytest

from crawler.model import Article, Precision
from crawler.parser.article import extract
from crawler.parser.article.reader import Manner, read_markup
from crawler.parser.article.signature import find_reporters

MANNER = Manner(url="https://news.example.org/posts/harbour", timezone="Asia/Shanghai")
FIRST = "The harbour authority opened the second quay on Monday, after eleven months of work and two delays by storms."
SECOND = "Ships of up to nine thousand tonnes can now moor there, which the old quay, built in 1931, never allowed."
TEXT = f"<div class=body><p>{FIRST}</p><p>{SECOND}</p></div>"
CHINESE = "青溪港第二码头星期一启用，历时十一个月，期间两度因台风停工，建成后可停靠九千吨级船舶，年内收费标准不变。"


def read(body: str, *, head: str = "", title: str = "Second quay opens in the harbour") -> Article:
    page = f"<html><head><title>{title}</title>{head}</head><body><h1>{title}</h1>{body}</body></html>"
    return read_markup(page, MANNER)


@pytest.mark.parametrize(
    "byline",
    [
        '<a rel="author" href="/x">Ada Example</a>',
        '<span itemprop="author">Ada Example</span>',
        '<a href="/authors/ada-example/">Ada Example</a>',
        '<span class="post-author-name">By Ada Example</span>',
        '<div class="byline">By Ada Example, staff writer</div>',
        "<p>By Ada Example - Mar 27, 2024</p>",
        "<p>Written by Ada Example in Ports on 1 June 2019 at 08:34 PM</p>",
    ],
)
def test_a_name_is_known_by_the_role_of_what_holds_it(byline: str) -> None:
    assert read(f"<div>{byline}</div>{TEXT}").authors == ("Ada Example",)


def test_the_name_in_a_teaser_is_not_the_articles() -> None:
    teaser = '<div class="related-posts"><a href="/p">Old quay</a> <a rel="author" href="/x">Ben Sample</a></div>'
    assert read(f"{TEXT}{teaser}").authors == ()


def test_a_date_behind_a_name_is_read() -> None:
    published = read(f"<p>By Ada Example Published in Ports December 14, 2016 2:24 pm</p>{TEXT}").published
    assert published is not None
    assert published.instant.isoformat() == "2016-12-14T14:24:00+08:00"


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("青溪日报记者 王一山 李文", ["王一山", "李文"]),
        ("青溪新闻·港口报记者王一山/文受访者供图", ["王一山"]),
        ("采写：本报记者 王一山、李文", ["王一山", "李文"]),
        ("记者获悉，码头已经启用", []),
        ("记者手记", []),
        ("码头启用。（本台记者 王一山）", ["王一山"]),
    ],
)
def test_chinese_papers_sign_with_the_reporters_names(line: str, names: list[str]) -> None:
    article = read(f"<div class=body><p>{CHINESE}</p><p>{CHINESE}</p><p>{line}</p></div>", title="码头启用的消息")
    assert list(article.authors) == names


def test_nobody_signs_an_empty_text() -> None:
    assert find_reporters([]) == []


def test_a_reprint_credits_its_source_and_keeps_its_reporter() -> None:
    body = (
        f"<p>2024-03-05 09:30 来源：青溪日报</p><div><p>{CHINESE}</p><p>{CHINESE}</p><p>青溪日报记者 王一山</p></div>"
    )
    assert read(body, title="码头启用的消息").authors == ("王一山",)
    markup = f"<html><head><title>码头启用的消息</title></head><body><h1>码头启用的消息</h1>{body}</body></html>"
    fields = extract(markup.encode(), MANNER.url)
    assert (fields["source"], fields["author"]) == ("青溪日报", [])


def test_a_portal_marks_the_source_by_its_elements_class() -> None:
    line = '<a href="/gk">港口</a><span class="a_source">潮汐报</span><span class="a_time">2024-03-05 09:30</span>'
    article = read(f"<div>{line}</div><div><p>{CHINESE}</p><p>{CHINESE}</p></div>", title="码头启用的消息")
    assert article.publisher == "潮汐报"


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ('<meta name="w-published-date" content="2025-05-27T06:03:43+08:00">', ""),
        ("", '<time datetime="2025-05-27T06:03:43+08:00">two days ago</time>'),
        ("", '<div data-deploy-dt="2025.05.27 06:03:43" data-re-deploy-dt="2025.05.28 07:00"></div>'),
        ("", '<script>window.state={"post":{"publishedAt":"2025-05-27T06:03:43+08:00"}}</script>'),
    ],
)
def test_a_date_marked_for_machines_is_read_where_nothing_else_tells(head: str, body: str) -> None:
    published = read(f"{body}{TEXT}", head=head).published
    assert published is not None
    assert published.instant.isoformat() == "2025-05-27T06:03:43+08:00"


def test_marks_that_disagree_date_nothing() -> None:
    posts = '<script>s=[{"publishedAt":"2025-05-27T06:03:43Z"},{"publishedAt":"2024-01-02T03:04:05Z"}]</script>'
    assert read(f"{posts}{TEXT}").published is None


def test_a_month_is_never_spelled_as_its_first_day() -> None:
    markup = f"<html><head><title>Quay opens</title></head><body><h1>Quay opens</h1>{TEXT}</body></html>"
    assert extract(markup.encode(), "https://news.example.org/2015/08/quay-opens")["published"] == "2015-08"
    manner = Manner(url="https://news.example.org/2015/08/quay-opens", timezone="UTC")
    published = read_markup(markup, manner).published
    assert published is not None
    assert published.precision is Precision.MONTH


def texts(article: Article) -> list[str]:
    return [block.text for block in article.blocks]


def test_teasers_behind_the_text_are_left_out_and_linked_parts_within_it_stay() -> None:
    card = '<div class="tile"><h3><a href="/{0}">Report number {0} of the port</a></h3><p>{1}</p></div>'
    lead = FIRST.replace("second", "third")
    cards = "".join(card.format(number, lead) for number in range(2))
    text = f"<p>{FIRST}</p><p>{SECOND}</p><p>{FIRST * 2}</p><p>{SECOND * 2}</p>"
    assert texts(read(f"<div class=page>{text}{cards}</div>")) == [FIRST, SECOND, FIRST * 2, SECOND * 2]
    assert texts(read(f"<div class=page>{cards}{text}</div>")).count(lead) >= 1


def test_paragraphs_framed_between_title_and_text_belong_to_it() -> None:
    rest = f"<p>{SECOND}</p><p>{SECOND * 2}</p><p>{FIRST * 2}</p>"
    article = read(f"<div><div class=intro><p>{FIRST}</p></div><div class=article-body>{rest}</div></div>")
    assert texts(article)[0] == FIRST


def test_a_box_within_the_text_is_told_and_one_of_links_is_not() -> None:
    box = f"<aside><p>{SECOND}</p></aside>"
    links = '<aside><p><a href="/1">Storm warning for the week</a></p><p><a href="/2">Old quay closes</a></p></aside>'
    article = read(f"<div class=article-body><p>{FIRST}</p>{box}{links}<p>{FIRST * 2}</p></div>")
    assert texts(article) == [FIRST, SECOND, FIRST * 2]


def test_a_form_within_the_text_is_no_text_unless_it_is_all_of_it() -> None:
    form = "<form><p>Fill out the form to get the harbour's news, please.</p></form>"
    assert texts(read(f"<div><p>{FIRST}</p><p>{SECOND}</p>{form}</div>")) == [FIRST, SECOND]
    assert texts(read(f"<form><div><p>{FIRST}</p><p>{SECOND}</p></div></form>")) == [FIRST, SECOND]
