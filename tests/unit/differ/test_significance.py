import pytest

from crawler.differ.compare import compare
from crawler.differ.significance import REMOVED, is_typo


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The comittee met on Monday.", "The committee met on Monday."),
        ("the Committee met", "The Committee met"),
        ("全市人民团结一至。", "全市人民团结一致。"),
        ("全区工作会议召开", "全区工作会议召开。"),
    ],
)
def test_a_typo_mended_is_low_but_told(one, other, write):
    found = compare(write("导语一段。", one), write("导语一段。", other))
    assert 0.05 < found.significance < 0.35


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("会议强调，要加快推进项目建设。", "会议强调，要加快项目建设和产业发展。"),
        ("The council welcomed the plan.", "The council criticised the plan."),
        ("公园免费开放。", "公园收费开放。"),
    ],
)
def test_wording_is_medium(one, other, write):
    found = compare(write("导语一段。", one, "结尾一段。"), write("导语一段。", other, "结尾一段。"))
    assert 0.35 <= found.significance < 0.7


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("comittee", "committee", True),
        ("至", "致", True),
        ("，", "。", True),
        ("免", "收", False),
        ("上", "下", False),
        ("北京", "南京", False),
        ("war", "wax", False),
        ("approved", "rejected", False),
        ("committee", "committees met", False),
    ],
)
def test_a_typo_is_a_slip_in_one_word_that_turns_nothing_around(old, new, expected):
    assert is_typo(old, new) is expected


def test_captions_and_footers_weigh_less_than_the_matter(write):
    text = compare(write("拍摄人数为11人。", "正文。"), write("拍摄人数为12人。", "正文。")).significance
    caption = compare(
        write("正文。", ("caption", "▲现场共11人")), write("正文。", ("caption", "▲现场共12人"))
    ).significance
    footer = compare(write("正文。", "责任编辑：李小明"), write("正文。", "责任编辑：王建国")).significance
    assert caption < 0.7 <= text
    assert footer < 0.7


def test_a_change_in_the_text_is_not_weighed_down_by_one_in_a_caption(write):
    before = write("死亡11人。", ("caption", "▲现场甲"))
    assert compare(before, write("死亡12人。", ("caption", "▲现场乙"))).significance >= 0.7


def test_many_grave_facts_weigh_more_than_one(write):
    one = compare(write("收费100元。限期3天。"), write("收费150元。限期3天。")).significance
    two = compare(write("收费100元。限期3天。"), write("收费150元。限期5天。")).significance
    assert one < two <= 1


def test_a_paragraph_moved_weighs_little(write):
    one, two, three = "第一段文字内容在这里。", "第二段文字内容也在这里。", "第三段说的是别的事情。"
    found = compare(write(one, two, three), write(three, one, two))
    assert found.facts == ()
    assert 0.05 < found.significance < 0.35


def test_a_removal_is_the_gravest():
    assert REMOVED == 1.0
