"""The official table of facts in every shape it is built in, and labels that are none of its."""

from __future__ import annotations

import pytest

from crawler.model import Article, BlockKind
from crawler.parser.article.reader import Manner, read_markup

MANNER = Manner(url="https://linye.example.gov.cn/tz/post_31.html", timezone="Asia/Shanghai")
TITLE = "关于做好青溪林区春季防火工作的通知"
FACTS = [
    ("索引号", "006984512/2026-00031"),
    ("主题分类", "农业、林业"),
    ("发布机构", "青溪县林业局"),
    ("成文日期", "2026年03月02日"),
    ("名称", TITLE),
    ("文号", "青林〔2026〕12号"),
    ("发布日期", "2026-03-05 09:30:00"),
    ("有效性", "有效"),
]
TEXT = [
    f"第{number}条：林区各村要在月底前完成{number}处隔离带的清理，并把结果报送县林业局备案。" for number in "一二三四"
]
PAIRS = [FACTS[index : index + 2] for index in range(0, len(FACTS), 2)]


def cells(pairs: list[tuple[str, str]], form: str) -> str:
    return "".join(form.format(name, value) for name, value in pairs)


SHAPES = {
    "definition list": f"<dl>{cells(FACTS, '<dt>{}：</dt><dd>{}</dd>')}</dl>",
    "definition list without colons": f"<dl>{cells(FACTS, '<dt>{}</dt><dd>{}</dd>')}</dl>",
    "list": f"<ul>{cells(FACTS, '<li><b>{}：</b><span>{}</span></li>')}</ul>",
    "list without colons": f"<ul>{cells(FACTS, '<li><b>{}</b><span>{}</span></li>')}</ul>",
    "frames": f"<div class=head>{cells(FACTS, '<div><span>{}：</span><span>{}</span></div>')}</div>",
    "frames without colons": f"<div class=head>{cells(FACTS, '<div><span>{}</span><span>{}</span></div>')}</div>",
    "frames in frames": f"<div class=head>{cells(FACTS, '<div><div>{}</div><div>{}</div></div>')}</div>",
    "table of two columns": f"<table>{cells(FACTS, '<tr><th>{}：</th><td>{}</td></tr>')}</table>",
    "table of four columns": "<table>"
    + "".join(f"<tr>{cells(pair, '<td>{}：</td><td>{}</td>')}</tr>" for pair in PAIRS)
    + "</table>",
    "table of four columns without colons": "<table>"
    + "".join(f"<tr>{cells(pair, '<td>{}</td><td>{}</td>')}</tr>" for pair in PAIRS)
    + "</table>",
    "table of whole cells": "<table>"
    + "".join(f"<tr>{cells(pair, '<td>{}：{}</td>')}</tr>" for pair in PAIRS)
    + "</table>",
    "lines": cells(FACTS, "<p>{}：{}</p>"),
    "one line": f"<p>{cells(FACTS, '{}：{}&nbsp;&nbsp;&nbsp;')}</p>",
}


def page(table: str, place: str) -> str:
    text = "".join(f"<p>{line}</p>" for line in TEXT)
    heading = f"<h1>{TITLE}</h1>"
    inner = {
        "above the title": f'{table}{heading}<div class="content">{text}</div>',
        "below the title": f'{heading}{table}<div class="content">{text}</div>',
        "within the text's frame": f'<div class="content">{table}{heading}{text}</div>',
    }[place]
    foot = '<div>责任编辑：王一　审核：李二</div><div>上一篇：<a href="/1">关于植树的通知</a></div>'
    return f"<html><head><title>{TITLE}_青溪县林业局</title></head><body><div>{inner}{foot}</div></body></html>"


@pytest.mark.parametrize("place", ["above the title", "below the title", "within the text's frame"])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_official_table_is_read_and_is_no_text(shape: str, place: str) -> None:
    article = read_markup(page(SHAPES[shape], place), MANNER)
    assert article.published is not None
    assert article.written is not None
    assert (article.title, article.index_number, article.document_number) == (TITLE, FACTS[0][1], FACTS[5][1])
    assert (article.publisher, article.status) == (FACTS[2][1], "有效")
    assert article.published.instant.isoformat() == "2026-03-05T09:30:00+08:00"
    assert article.written.instant.date().isoformat() == "2026-03-02"
    assert [block.text for block in article.blocks] == TEXT


def read(body: str, title: str = TITLE) -> Article:
    return read_markup(f"<html><head><title>{title}</title></head><body>{body}</body></html>", MANNER)


def test_a_table_of_data_with_one_label_is_text() -> None:
    rows = "".join(f"<tr><td>路段{number}</td><td>{number * 120}</td></tr>" for number in range(1, 5))
    table = f"<table><tr><td>名称</td><td>长度</td></tr>{rows}</table>"
    article = read(f"<h1>{TITLE}</h1><div class=content><p>{TEXT[0]}</p>{table}<p>{TEXT[1]}</p></div>")
    assert [block.text for block in article.blocks if block.kind is BlockKind.TABLE_ROW][:2] == [
        "名称 | 长度",
        "路段1 | 120",
    ]
    assert article.blocks[0].text == TEXT[0]


def test_a_sentence_behind_a_print_button_is_not_its_value() -> None:
    lines = "".join(
        f"<p>{text}</p>" for text in ("市では、大規模な地震に備え、防災訓練を実施します。", "参加は無料です。")
    )
    article = read(f"<h1>防災訓練のお知らせ</h1><p>掲載日：2026年3月1日</p><p>印刷</p><div>{lines}</div>", "防災訓練")
    assert article.blocks[0].text.startswith("市では")


def test_labels_without_colons_tell_publication_from_update() -> None:
    facts = "<li><strong>등록일</strong> 2026-02-03</li><li><strong>수정일</strong> 2026-02-05</li>"
    text = "<p>예시부는 겨울철 화재를 예방하기 위한 종합 대책을 발표했다.</p>"
    article = read(
        f"<h3>화재 예방 대책 발표</h3><ul>{facts}</ul><div>{text}<p>예산은 모두 120억 원이다.</p></div>", "대책"
    )
    assert article.published is not None
    assert article.updated is not None
    assert (article.published.instant.day, article.updated.instant.day) == (3, 5)
    assert dict(article.marks) == {"수정일": "2026-02-05"}


def test_an_update_alone_is_no_publication() -> None:
    article = read(f"<h1>{TITLE}</h1><p>更新时间：2026-05-06 10:00</p><div><p>{TEXT[0]}</p><p>{TEXT[1]}</p></div>")
    assert article.published is None
    assert article.updated is not None


def test_a_document_number_stands_beside_the_title() -> None:
    article = read(
        f"<h2>{TITLE}</h2><h3>青林〔2026〕12号</h3><div class=content><p>{TEXT[0]}</p><p>{TEXT[1]}</p></div>"
    )
    assert article.document_number == "青林〔2026〕12号"


def test_a_title_in_two_lines_is_spelled_as_declared() -> None:
    shown = f"<h2>青溪县林业局<br>{TITLE}</h2>"
    article = read(f"{shown}<div class=content><p>{TEXT[0]}</p><p>{TEXT[1]}</p></div>", f"青溪县林业局{TITLE}")
    assert article.title == f"青溪县林业局{TITLE}"


def test_the_only_heading_is_the_title_although_the_declared_one_is_shorter() -> None:
    body = f"<h1>关于计划停电的通知</h1><div class=content><p>{TEXT[0]}</p><p>{TEXT[1]}</p></div>"
    assert read(body, "停电通知").title == "关于计划停电的通知"
