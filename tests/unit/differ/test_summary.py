from dataclasses import replace

import pytest

from crawler.differ.compare import compare
from crawler.differ.summary import describe_fact, summarize
from crawler.model import Attachment, ChangeKind, Fact, FactType


def told(before, after, **more):
    found = compare(before, after)
    given = {"facts": found.facts, "fields": found.fields, "hunks": found.hunks, "silent": found.silent, **more}
    return summarize(ChangeKind.EDITED, after.title, **given)


@pytest.mark.parametrize(
    ("one", "other", "start"),
    [
        (
            "导语。前三季度，GDP增长11%，位居前列。",
            "导语。前三季度，GDP增长1.1%，位居前列。",
            "GDP增长 11% → 1.1% in “",
        ),
        (
            "Regional GDP grew by 11% in 2023.",
            "Regional GDP grew by 1.1% in 2023.",
            "Regional GDP grew 11% → 1.1% in “",
        ),
        (
            "It led with an 11% increase in GDP.",
            "It led with an 1.1% increase in GDP.",
            "increase in GDP 11% → 1.1% in “",
        ),
        ("本办法适用于个体户。", "本办法不适用于个体户。", "“本办法适用于个体户” → “本办法不适用于个体户” in “"),
        (
            "The levy does apply here.",
            "The levy does not apply here.",
            "“levy does apply here” → “levy does not apply here”",
        ),
    ],
)
def test_the_sentence_names_what_changed_old_to_new(one, other, start, write):
    assert told(write(one, title="通报"), write(other, title="通报")).startswith(start)


def test_an_unannounced_edit_says_so_and_that_the_date_stands(write):
    before, after = write("税率为1.5%。", title="通报"), write("税率为15%。", title="通报")
    assert told(before, after) == "税率 1.5% → 15% in “通报”, unannounced; page date unchanged"
    assert told(before, after, is_dated=False).endswith("unannounced")
    assert told(before, after, silent=False) == "税率 1.5% → 15% in “通报”"


def test_words_added_to_the_end_of_a_title_are_told_as_added_and_not_as_in_place_of_nothing(write):
    before, after = write("It opens."), write("It opens.", title="Bridge opens to traffic (updated)")
    told_so = told(replace(before, title="Bridge opens to traffic"), after)
    assert told_so.startswith("added: (updated) in “Bridge")


def test_more_facts_than_two_are_counted(write):
    sentence = told(write("甲3人。乙5元。丙7%。"), write("甲4人。乙6元。丙8%。"))
    assert " and 1 more in “" in sentence


def test_a_swapped_file_and_a_status_are_named_as_such(write):
    files = [Attachment(url="https://e.org/1.pdf", name="预算", sha256=digest * 32) for digest in ("ab", "cd")]
    sentence = told(write(attachments=(files[0],)), write(attachments=(files[1],)))
    assert sentence.startswith("attachment 预算 (sha256 abababababab) replaced by 预算 (sha256 cdcdcdcdcdcd)")
    assert told(write(status="有效"), write(status="已废止")).startswith("status 有效 → 已废止 in “")


def test_a_paragraph_that_only_stands_elsewhere_is_called_moved(write):
    one, two, three = "第一段文字内容在这里。", "第二段文字内容也在这里。", "第三段说的是别的事情。"
    assert told(write(one, two, three), write(three, one, two)).startswith("moved: “第三段说的是别的事情。” in “")


def test_the_other_kinds_have_their_sentences():
    fact = Fact(type=FactType.MONEY, field="body", after="191亿元")
    assert summarize(ChangeKind.NEW, "通报", facts=(fact,)) == "New: “通报” (191亿元)"
    assert summarize(ChangeKind.NEW, "通报") == "New: “通报”"
    assert summarize(ChangeKind.REMOVED, "通报", sightings=3) == "“通报” was removed; found gone 3 times"
    assert summarize(ChangeKind.REMOVED, "通报", removed_by="author") == "“通报” was removed by the author"
    assert summarize(ChangeKind.RESTORED, "通报") == "“通报” is back"
    assert summarize(ChangeKind.MOVED, "通报", url="https://e.org/2") == "“通报” moved to https://e.org/2"


def test_hostile_titles_and_facts_stay_on_one_short_line():
    fact = Fact(type=FactType.WORDING, field="body", before="a\r\nb\x1b[2J", after="\u202ec" * 500)
    sentence = summarize(ChangeKind.EDITED, "t\r\nSubject: x\x1b" * 900, facts=(fact,), silent=True)
    assert sentence.isprintable()
    assert len(sentence) < 400


def test_a_fact_without_a_counterpart_is_added_or_deleted():
    assert describe_fact(Fact(type=FactType.NUMBER, field="body", after="3人")) == "added: 3人"
    assert (
        describe_fact(Fact(type=FactType.LINK, field="links", before="https://e.org"))
        == "link taken away: https://e.org"
    )


def test_the_end_of_a_texts_validity_is_said_before_anything_else(write):
    sentence = told(write("正文共三条。", status=""), write("【已废止】正文共五条。", status="已废止"))
    assert sentence.startswith("status added: 已废止")
