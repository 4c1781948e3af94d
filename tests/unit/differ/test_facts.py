from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.differ.facts import MAX_FACTS, MAX_NEW_FACTS, MAX_QUOTE, facts_of_new, find_facts
from crawler.differ.hunks import diff_texts
from crawler.model import FactType

TEXTS = st.lists(st.text(alphabet="增长不得应当3.5%元年月日，。 abNo「」“”-〔〕号\u200b", max_size=40), max_size=5)


def told(before, after):
    return [(fact.type.value, fact.before, fact.after) for fact in find_facts(diff_texts("body", [before], [after]))]


def test_the_same_quantity_in_another_spelling_is_no_changed_figure():
    assert told("总额1.2亿元，共三项。", "总额12000万元，共四项。")[0] == ("number", "三项", "四项")
    assert {kind for kind, *_ in told("增长11%左右。", "增长11%以上。")} <= {"wording", "negation"}


def test_figures_are_paired_with_figures_of_their_own_unit():
    facts = told("投入100万元，建成3公里。", "建成5公里，投入200万元。")
    assert ("money", "100万元", "200万元") in facts
    assert ("number", "3公里", "5公里") in facts


def test_a_changed_unit_gives_both_figures_whole():
    assert told("面积为300亩。", "面积为300公顷。") == [("number", "300亩", "300公顷")]


def test_several_parts_of_one_date_are_one_fact():
    assert told("于2023年10月27日起施行。", "于2024年11月28日起施行。") == [
        ("date", "2023年10月27日", "2024年11月28日")
    ]


def test_words_of_permission_in_a_sentence_rewritten_are_not_compared_one_by_one():
    before = "各有关单位应当按照本通知的要求组织开展自查工作，发现问题的必须立即整改到位，不得拖延。" * 3
    after = "本次活动面向全体市民免费开放，欢迎大家踊跃参加，可以通过网站进行预约登记，名额不限。" * 3
    assert FactType.NEGATION not in {kind for kind, *_ in told(before, after)}


def test_an_inserted_sentence_gives_its_figures_and_itself():
    facts = find_facts(diff_texts("body", ["甲。"], ["甲。", "另收手续费20元。"]))
    assert [(fact.type, fact.before, fact.after) for fact in facts] == [
        (FactType.MONEY, None, "20元"),
        (FactType.WORDING, None, "另收手续费20元。"),
    ]


def test_the_most_telling_facts_come_first():
    kinds = [kind for kind, *_ in told("企业应当于3日内改善环境。", "企业可以于5日内改变环境。")]
    assert kinds[0] == "negation"
    assert kinds[-1] == "wording"


def test_facts_are_bounded_in_number_and_length():
    before = "".join(f"第{number}项收费{number}元。" for number in range(1, 200))
    after = "".join(f"第{number}项收费{number + 1}元。" for number in range(1, 200))
    assert len(find_facts(diff_texts("body", [before], [after]))) <= MAX_FACTS
    facts = find_facts(diff_texts("body", ["甲" * 5_000], ["乙" * 5_000]))
    assert all(len(fact.before) <= MAX_QUOTE for fact in facts)


@given(TEXTS, TEXTS)
@settings(max_examples=300, deadline=None)
def test_facts_quote_the_texts_they_are_about(before, after):
    hunks = diff_texts("body", before, after)
    old, new = (" ".join(" ".join(texts).split()) for texts in (before, after))
    for fact in find_facts(hunks):
        assert fact.before != fact.after
        assert fact.before is None or len(fact.before) == MAX_QUOTE or fact.before in old
        assert fact.after is None or len(fact.after) == MAX_QUOTE or fact.after in new


def test_a_new_article_tells_deadlines_sums_and_percentages_first(write):
    article = write(
        "2023年10月27日，会议召开。2022年，新区有3个镇。",
        "项目47个，总投资191亿元，同比增长11%。",
        "申请请于2023年11月30日前提交。",
        title="关于申报补贴的通知",
    )
    facts = facts_of_new(article)
    assert [fact.type for fact in facts[:3]] == [FactType.DATE, FactType.MONEY, FactType.PERCENT]
    assert [fact.after for fact in facts[:3]] == ["2023年11月30日", "191亿元", "11%"]
    assert all(fact.before is None for fact in facts)


def test_facts_of_a_new_article_are_at_most_twelve_and_each_told_once(write):
    facts = facts_of_new(write(*[f"收费{number % 30}元。" for number in range(1, 90)]))
    assert len(facts) == MAX_NEW_FACTS == len(set(facts))


def test_a_new_article_without_figures_tells_none(write):
    assert facts_of_new(write("要闻一则。", "第一，加强领导。")) == ()
