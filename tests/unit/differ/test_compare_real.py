"""Small changes that matter: each gives the right fact, old to new, and a high significance."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.differ.compare import compare
from crawler.model import Attachment, Fact, FactType, Link

#: name | before | after | type of the fact | what it says of before | and of after (-: not looked at)
TABLE = """
decimal_moved | 全区生产总值同比增长11%，位居前列。 | 全区生产总值同比增长1.1%，位居前列。 | percent | 11% | 1.1%
decimal_moved_back | 贷款利率为1.5%。 | 贷款利率为15%。 | percent | 1.5% | 15%
deadline_changed | 截止日期为2023年11月30日。 | 截止日期为2023年11月20日。 | date | 2023年11月30日 | 2023年11月20日
deadline_without_year | 请于11月30日前提交。 | 请于12月1日前提交。 | date | 11月30日 | 12月1日
hour_changed | 会议于9:30开始。 | 会议于8:30开始。 | date | 9:30 | 8:30
deadline_english | Apply by 30 November 2023. | Apply by 3 November 2023. | date | 30 November 2023 | 3 November 2023
fee_changed | 办证费用为每人100元。 | 办证费用为每人150元。 | money | 100元 | 150元
fee_scale | 总投资1.2亿元。 | 总投资1.2万元。 | money | 1.2亿元 | 1.2万元
toll_changed | 事故造成3人死亡。 | 事故造成13人死亡。 | number | 3人 | 13人
toll_numerals | 事故造成三人死亡。 | 事故造成十三人死亡。 | number | 三人 | 十三人
toll_english | The fire killed 3 people. | The fire killed 13 people. | number | 3 people | 13 people
range_joined | 施工时间为24-26时。 | 施工时间为2426时。 | number | - | -
document_number | 根据粤府〔2023〕5号执行。 | 根据粤府〔2023〕6号执行。 | number | 〔2023〕5号 | 〔2023〕6号
code_changed | 适用税目为AB1203X的商品。 | 适用税目为AB1204X的商品。 | number | - | -
modality_softened | 企业应当提交报告。 | 企业可以提交报告。 | negation | 应当 | 可以
modality_reversed | 外来车辆可以进入核心区。 | 外来车辆不得进入核心区。 | negation | 可以 | 不得
negation_added | 本办法适用于个体工商户。 | 本办法不适用于个体工商户。 | negation | - | -
negation_dropped | 申请人无需提供证明。 | 申请人需提供证明。 | negation | - | -
shall_may | The operator shall report. | The operator may report. | negation | shall | may
negation_added_english | The levy does apply here. | The levy does not apply here. | negation | - | -
japanese_negation | この制度を利用できる。 | この制度を利用できない。 | negation | できる | できない
name_changed | 区委书记王小明出席会议。 | 区委书记李建国出席会议。 | name | 王小明 | 李建国
part_of_a_name | 项目负责人张伟明表示赞同。 | 项目负责人张伟民表示赞同。 | name | 张伟明 | 张伟民
part_of_a_short_name | 协会会长王明在会上发言。 | 协会会长王敏在会上发言。 | name | 王明 | 王敏
part_of_a_long_name | 银行行长欧阳振明出席签约仪式。 | 银行行长欧阳振华出席签约仪式。 | name | 欧阳振明 | 欧阳振华
minister | With Minister Anna Berg | With Minister Carl Holm | name | Minister Anna Berg | Minister Carl Holm
"""
REAL = {row[0]: row[1:] for row in (line.split(" | ") for line in TABLE.strip().split("\n"))}


@pytest.mark.parametrize("name", REAL)
def test_a_small_change_that_matters_is_told_as_a_fact_and_ranks_high(name, write):
    one, other, kind, old, new = REAL[name]
    found = compare(write("导语一段。", one, "结尾一段。"), write("导语一段。", other, "结尾一段。"))
    assert found.fields == ("body",)
    assert found.facts[0].type == kind
    if old != "-":
        assert (found.facts[0].before, found.facts[0].after) == (old, new)
    assert all(fact.type == kind for fact in found.facts)
    assert found.significance >= 0.7


@pytest.mark.parametrize("name", REAL)
def test_the_same_change_in_a_title_ranks_higher_still(name, write):
    one, other, kind, *_ = REAL[name]
    found = compare(write("正文。", title=one), write("正文。", title=other))
    assert found.fields == ("title",)
    assert found.facts[0].type == kind
    assert found.significance >= 0.8


@pytest.mark.parametrize(
    ("one", "other"),
    [("利润同比增长-3.5%。", "利润同比增长3.5%。"), ("Profit: -3.5%.", "Profit: 3.5%."), ("气温-5度", "气温5度")],
)
def test_a_changed_sign_is_a_changed_figure(one, other, write):
    found = compare(write(one), write(other))
    assert found.facts[0].type in (FactType.PERCENT, FactType.NUMBER)
    assert found.facts[0].before.startswith("-")
    assert not found.facts[0].after.startswith("-")
    assert found.significance >= 0.7


def test_a_negation_added_is_the_fact_and_not_the_sentence(write):
    found = compare(write("本办法适用于个体工商户。"), write("本办法不适用于个体工商户。"))
    assert found.facts == (Fact(type=FactType.NEGATION, field="body", before=None, after="不"),)


FIGURES = st.from_regex(r"[1-9][0-9]{0,5}(\.[0-9]{1,3})?", fullmatch=True)


@given(
    FIGURES,
    FIGURES,
    st.sampled_from(["增长{}%", "共{}元整", "第{}条规定", "about {} units in all", "编号A{}B", "-{}", "({})"]),
)
@settings(max_examples=200, deadline=None)
def test_no_figure_can_change_without_a_fact_of_a_figure(write, one, other, frame):
    found = compare(write("导语。", frame.format(one), "结尾。"), write("导语。", frame.format(other), "结尾。"))
    if Decimal(one) == Decimal(other):
        assert one != other or found is None
    else:
        assert found.facts[0].type in (FactType.NUMBER, FactType.PERCENT, FactType.MONEY, FactType.DATE)
        assert found.significance >= 0.7


def test_figures_far_apart_are_paired_where_they_stand_and_not_by_value(write):
    found = compare(write("甲镇3人，乙镇5人。"), write("甲镇5人，乙镇3人。"))
    assert {(fact.before, fact.after) for fact in found.facts} == {("3人", "5人"), ("5人", "3人")}


def test_a_figure_changed_in_a_moved_paragraph_is_still_told(write):
    one, two, three = "全区生产总值同比增长11%，位居前列。", "第二段说的是道路工程建设。", "第三段说的是学校招生安排。"
    found = compare(write(one, two, three), write(two, three, one.replace("11%", "1.1%")))
    assert Fact(type=FactType.PERCENT, field="body", before="11%", after="1.1%") in found.facts


def test_figures_of_a_deleted_paragraph_are_told(write):
    found = compare(write("第一段。", "其中罚款200元，另有三项措施不再列出。"), write("第一段。"))
    assert found.facts[0] == Fact(type=FactType.MONEY, field="body", before="200元", after=None)
    assert found.significance >= 0.7


def test_a_simplified_word_flipped_to_its_variant_is_a_change(write):
    assert compare(write("台湾地区"), write("臺湾地区")) is not None


def test_a_swapped_attachment_is_told_with_both_hashes(write):
    old = Attachment(url="https://e.gov.cn/f/1.pdf", name="预算.pdf", sha256="ab" * 32)
    new = Attachment(url="https://e.gov.cn/f/1.pdf", name="预算.pdf", sha256="cd" * 32)
    found = compare(write("正文。", attachments=(old,)), write("正文。", attachments=(new,)))
    assert found.fields == ("attachments",)
    assert found.facts == (
        Fact(
            type=FactType.ATTACHMENT,
            field="attachments",
            before="预算.pdf (sha256 abababababab)",
            after="预算.pdf (sha256 cdcdcdcdcdcd)",
        ),
    )
    assert found.significance >= 0.8


def test_a_file_at_another_address_under_the_same_name_is_told(write):
    old = Attachment(url="https://e.gov.cn/f/1.pdf", name="预算")
    new = Attachment(url="https://e.gov.cn/f/2.pdf", name="预算")
    found = compare(write("正文。", attachments=(old,)), write("正文。", attachments=(new,)))
    assert found.facts[0].after == "预算 <https://e.gov.cn/f/2.pdf>"
    assert found.significance >= 0.7


def test_attachments_added_and_taken_away_are_told_by_name(write):
    file = Attachment(url="https://e.gov.cn/f/1.pdf", name="预算")
    added = compare(write("正文。"), write("正文。", attachments=(file,)))
    gone = compare(write("正文。", attachments=(file,)), write("正文。"))
    assert (added.facts[0].before, added.facts[0].after) == (None, "预算")
    assert (gone.facts[0].before, gone.facts[0].after) == ("预算", None)
    assert added.significance < 0.7 <= gone.significance


def test_a_link_that_points_elsewhere_is_told_old_to_new(write):
    old, new = Link(url="https://e.org/1", text="申报系统"), Link(url="https://evil.example/1", text="申报系统")
    found = compare(write("正文。", links=(old,)), write("正文。", links=(new,)))
    assert found.facts == (
        Fact(type=FactType.LINK, field="links", before="https://e.org/1", after="https://evil.example/1"),
    )


def test_a_validity_flag_ranks_high(write):
    found = compare(write("正文。", status="有效"), write("正文。", status="已废止"))
    assert found.fields == ("status",)
    assert (found.facts[0].before, found.facts[0].after) == ("有效", "已废止")
    assert found.significance >= 0.7


def test_publisher_and_author_are_names(write):
    found = compare(write("正文。", publisher="甲局", authors=("李某",)), write("正文。", publisher="乙局", authors=()))
    assert found.fields == ("publisher", "author")
    assert [(fact.type, fact.before, fact.after) for fact in found.facts] == [
        ("name", "甲局", "乙局"),
        ("name", "李某", None),
    ]


def test_a_changed_quotation_is_told_as_the_whole_quotation(write):
    found = compare(write("他说：“我们会尽快处理。”"), write("他说：“我们会妥善安排。”"))
    assert found.facts[0] == Fact(
        type=FactType.QUOTE, field="body", before="“我们会尽快处理。”", after="“我们会妥善安排。”"
    )


def test_an_edit_without_a_mark_is_unannounced(write, moment):
    mark = ("dateModified", "2023-10-27")
    before = write("增长11%。", marks=(mark,), updated=moment(2023, 10, 27))
    assert compare(before, write("增长1.1%。", marks=(mark,), updated=moment(2023, 10, 27))).silent
    assert compare(before, write("增长1.1%。")).silent


@pytest.mark.parametrize(
    "moved", [(("dateModified", "2023-10-28"),), (("dateModified", "2023-10-27"), ("note", "更正"))]
)
def test_a_mark_that_moved_or_is_new_announces_an_edit(moved, write):
    before = write("增长11%。", marks=(("dateModified", "2023-10-27"),))
    assert not compare(before, write("增长1.1%。", marks=moved)).silent


def test_an_update_date_or_a_stamp_in_the_text_announces_an_edit(write, moment):
    before = write("增长11%。", "更新时间：2023-10-27 15:10", updated=moment(2023, 10, 27))
    stamped = write("增长1.1%。", "更新时间：2023-10-28 15:10", updated=moment(2023, 10, 27))
    dated = write("增长1.1%。", "更新时间：2023-10-27 15:10", updated=moment(2023, 10, 28))
    assert not compare(before, stamped).silent
    assert not compare(before, dated).silent
    assert compare(before, write("增长1.1%。", "更新时间：2023-10-27 15:10", updated=moment(2023, 10, 27))).silent


@pytest.mark.parametrize(
    "note",
    [
        "更正：本文第二段数据有误，现予更正。",
        "更正说明：第一段数据已更正。",
        "（更正：原文误写为11%）",
        "【更正】原文误写为11%。",
        "勘误：应为1.1%。",
        "（本文已于2026年1月10日更正）",
        "（令和8年1月9日訂正：事業費の記載に誤りがあったため修正しました。）",
        "お詫びと訂正：事業費の記載に誤りがありました。",
        "Correction: an earlier version gave the figure as 11%.",
        "Correction (9 January 2026): the figure was wrong.",
        "This article was amended on 9 January 2026 to correct a figure.",
    ],
)
def test_a_note_of_a_correction_in_the_text_announces_an_edit_and_an_old_one_does_not(note, write):
    assert not compare(write("增长11%。"), write("增长1.1%。", note)).silent
    assert not compare(write("增长1.1%。"), write("增长1.1%。", note)).silent
    assert compare(write("增长11%。", note), write("增长1.1%。", note)).silent


@pytest.mark.parametrize(
    "sentence",
    [
        "各单位应当于10日内更正错误登记。",
        "更正登记的，应当提交申请书。",
        "申請者は訂正を求めることができる。",
        "This notice applies to corrections of the register.",
        "Corrections officers must apply by 3 March.",
        "Amendments to the act come into force today.",
    ],
)
def test_a_sentence_about_corrections_announces_nothing(sentence, write):
    assert compare(write("增长11%。"), write("增长1.1%。", sentence)).silent


def test_an_address_that_changed_with_the_text_is_one_of_the_fields(write):
    found = compare(write("增长11%。"), write("增长1.1%。", url="https://www.example.gov.cn/b/2.html"))
    assert found.fields == ("body", "url")


def test_a_numeral_that_is_a_letter_of_a_name_is_told_with_the_name_alone(write):
    found = compare(
        write("田中一郎大臣は「安全を最優先に進める」と述べた。"),
        write("田中二郎大臣は「安全を最優先に進める」と述べた。"),
    )
    assert [(fact.type.value, fact.before, fact.after) for fact in found.facts] == [("name", "田中一郎", "田中二郎")]


def test_a_name_within_a_name_is_told_with_it_alone(write):
    found = compare(write("担当は港湾局の山田太郎課長である。"), write("担当は港湾局の山田次郎課長である。"))
    assert [(fact.type.value, fact.before, fact.after) for fact in found.facts] == [("name", "山田太郎", "山田次郎")]


def test_a_digit_in_a_name_is_still_told_as_a_number(write):
    found = compare(write("负责人为第3中学校长张伟。"), write("负责人为第8中学校长张伟。"))
    assert any(fact.type.value == "number" for fact in found.facts)
