"""Tables of data are rows, tables of layout are text, and one changed cell is one small change."""

from __future__ import annotations

import pytest

from crawler.differ.compare import compare
from crawler.model import Article, BlockKind, HunkOp
from crawler.parser.article.cells import spread
from crawler.parser.article.reader import Manner, read_markup

LEAD = "<p>各有关单位：经研究决定，自2024年1月1日起调整城区公共停车收费标准，具体标准见下表，请遵照执行。</p>"


def read(body: str) -> Article:
    page = (
        f"<html><body><article><h1>关于调整停车收费标准的通知</h1>{LEAD}{body}{LEAD[:60]}</p></article></body></html>"
    )
    return read_markup(page, Manner(url="https://www.example.gov.cn/1.html", timezone="Asia/Shanghai"))


def rows(article: Article) -> list[str]:
    return [block.text for block in article.blocks if block.kind is BlockKind.TABLE_ROW]


FEES = (
    "<table><thead><tr><th>车型</th><th>时段</th><th>收费</th></tr></thead><tbody>"
    "<tr><td rowspan=2>小型车</td><td>白天</td><td>5元</td></tr><tr><td>夜间</td><td>{fee}</td></tr>"
    "<tr><td>大型车</td><td colspan=2>面议</td></tr></tbody></table>"
)


def test_a_cell_over_several_rows_is_said_in_each_and_one_over_several_columns_once():
    assert rows(read(FEES.format(fee="2元"))) == [
        "车型 | 时段 | 收费",
        "小型车 | 白天 | 5元",
        "小型车 | 夜间 | 2元",
        "大型车 | 面议",
    ]


def test_a_row_left_with_one_cell_below_a_merged_one_stays_a_row():
    table = "<table><tr><td rowspan='3'>A</td><td>one</td></tr><tr><td>two</td></tr><tr><td>three</td></tr></table>"

    assert rows(read(table)) == ["A | one", "A | two", "A | three"]


def test_one_changed_cell_is_one_small_hunk_and_a_fact():
    comparison = compare(read(FEES.format(fee="2元")), read(FEES.format(fee="12元")))

    changed = [hunk for hunk in comparison.hunks if hunk.op is not HunkOp.EQUAL]
    assert [(hunk.before, hunk.after) for hunk in changed] == [("2", "12")]
    assert [(fact.type.value, fact.before, fact.after) for fact in comparison.facts] == [("money", "2元", "12元")]


def test_a_table_around_the_whole_article_is_layout_and_the_one_in_it_data():
    layout = "<table><tr><td width=20>&nbsp;</td><td>{0}<table><tr><td>a</td><td>b</td></tr></table></td></tr></table>"

    article = read(layout.format(LEAD.replace("停车", "停放")))

    assert rows(article) == ["a | b"]
    assert any(block.kind is BlockKind.PARAGRAPH and "停放" in block.text for block in article.blocks)


@pytest.mark.parametrize(
    "caption",
    [
        "<figure><img src='/a.jpg'><figcaption>大桥全景</figcaption></figure>",
        "<p><img src='/a.jpg'></p><p>▲大桥全景</p>",
        "<p><img src='/a.jpg'></p><p>图：大桥全景</p>",
        "<p><img src='/a.jpg'></p><p>写真：大橋の全景</p>",
    ],
)
def test_a_line_that_tells_what_a_picture_shows_is_a_caption(caption):
    captions = [block.text for block in read(caption).blocks if block.kind is BlockKind.CAPTION]

    assert len(captions) == 1


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ([[("a", "rowspan=9999"), ("b", "")], [("c", "")]], ["a b", "a c"]),
        ([[("a", "rowspan=2 colspan=2"), ("b", "")], [("c", "")]], ["a b", "a c"]),
        ([[("a", ""), ("b", 'rowspan="2"')], [("c", "")]], ["a b", "c b"]),
        ([[("a", "rowspan=0"), ("b", "")], [("c", "")]], ["a b", "c"]),
    ],
)
def test_merged_cells_reach_as_far_as_they_say(table, expected):
    reaching, found = {}, []
    for cells in table:
        texts, reaching = spread([text for text, _ in cells], [raw for _, raw in cells], reaching)
        found.append(" ".join(texts))

    assert found == expected
