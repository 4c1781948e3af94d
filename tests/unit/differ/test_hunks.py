import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.differ.folding import compare_key
from crawler.differ.hunks import apply, diff_article, diff_items, diff_texts, shorten_hunks
from crawler.differ.stamps import body_key
from crawler.model import Attachment, Hunk, HunkOp, Link

PARAGRAPHS = st.lists(
    st.text(alphabet="增长了百分之35。， ab.!\u3000\u200b１1%-“”\n&;", max_size=30)
    | st.sampled_from(
        ["全区生产总值增长11%。位居前列。", "全区生产总值增长1.1%。位居前列。", "更新时间：2023-10-27 15:10"]
    ),
    max_size=6,
)


def joined(hunks, side):
    return "".join(getattr(hunk, side) for hunk in hunks)


def marked(hunks):
    return [(hunk.op.value, hunk.before, hunk.after) for hunk in hunks if hunk.op is not HunkOp.EQUAL]


@given(PARAGRAPHS, PARAGRAPHS)
@settings(max_examples=400, deadline=None)
def test_applying_the_hunks_to_the_old_text_gives_the_new_one(before, after):
    hunks = diff_texts("body", before, after)
    old, new = "\n\n".join(before), "\n\n".join(after)
    assert joined(hunks, "before") == old
    assert joined(hunks, "after") == new
    assert apply(old, hunks) == new


@given(PARAGRAPHS, PARAGRAPHS)
@settings(max_examples=400, deadline=None)
def test_there_is_a_marked_hunk_exactly_where_the_texts_differ(before, after):
    if body_key(before) != body_key(after):
        assert marked(diff_texts("body", before, after))


@given(PARAGRAPHS)
@settings(max_examples=100, deadline=None)
def test_a_text_does_not_differ_from_itself(texts):
    assert not marked(diff_texts("body", texts, texts))


def test_only_the_changed_word_is_marked_among_many_paragraphs():
    before = [f"第{number}段：这一段的文字没有变化。" for number in range(1, 30)] + [
        "费用为每人100元。",
        "联系人：李某。",
    ]
    after = [*before]
    after[29] = "费用为每人150元。"
    assert marked(diff_texts("body", before, after)) == [("replace", "100", "150")]


def test_a_paragraph_split_in_two_is_no_change_beside_one():
    before = ["第一句在这里。第二句也在这里。", "增长11%。"]
    after = ["第一句在这里。", "第二句也在这里。", "增长1.1%。"]
    assert marked(diff_texts("body", before, after)) == [("replace", "11%", "1.1%")]


def test_an_update_stamp_beside_a_change_is_not_marked():
    before = ["费用为100元。", "更新时间：2023-10-27 15:10"]
    after = ["费用为150元。", "更新时间：2023-10-28 09:00"]
    assert marked(diff_texts("body", before, after)) == [("replace", "100", "150")]


def test_a_moved_paragraph_is_marked_where_it_was_and_where_it_is():
    one, two, three = "第一段文字内容在这里。", "第二段文字内容也在这里。", "第三段说的是别的事情。"
    hunks = diff_texts("body", [one, two, three], [three, one, two])
    assert [(op, before.strip(), after.strip()) for op, before, after in marked(hunks)] == [
        ("move", "", three),
        ("move", three, ""),
    ]


def test_lists_differ_by_whole_items():
    hunks = diff_items("links", [("a", "A <a>"), ("b", "B <b>")], [("a", "A <a>"), ("c", "C <c>")])
    assert marked(hunks) == [("replace", "B <b>", "C <c>")]


def test_hunks_of_another_text_are_refused():
    hunks = diff_texts("body", ["甲乙丙。"], ["甲乙丁。"])
    with pytest.raises(ValueError, match="do not fit"):
        apply("别的文字。", hunks)
    with pytest.raises(ValueError, match="end at character"):
        apply("甲乙丙。还有", hunks)


def test_equal_runs_are_shortened_to_context_and_changes_are_kept_whole():
    long = "没有变化的文字" * 40
    hunks = diff_texts("body", [f"{long}，共11人，{long}，共12人，{long}"], [f"{long}，共21人，{long}，共22人，{long}"])
    short = shorten_hunks(hunks, context=10)
    assert marked(short) == marked(hunks)
    assert short[0].before.startswith("…")
    assert len(short[0].before) == 11
    assert len(short[2].after) == 21
    assert short[2].after[10] == "…"
    assert short[-1].after.endswith("…")


def test_short_equal_runs_stay_as_they_are():
    hunks = (
        Hunk(field="title", op=HunkOp.EQUAL, before="短", after="短"),
        Hunk(field="title", op=HunkOp.INSERT, after="了"),
    )
    assert shorten_hunks(hunks) == hunks


def test_every_field_that_differs_has_hunks_in_the_order_of_the_contract(write, moment):
    before = write("正文。", publisher="甲局", authors=("李某",), status="有效", published=moment(2023, 10, 27))
    after = write(
        "正文改了。",
        title="另一个标题",
        publisher="乙局",
        authors=("王某",),
        status="已废止",
        published=moment(2023, 10, 28),
        url="https://www.example.gov.cn/other/1.html",
        attachments=(Attachment(url="https://www.example.gov.cn/f.pdf", name="附件"),),
        links=(Link(url="https://www.example.gov.cn/l.html", text="链接"),),
    )
    hunks = diff_article(before, after)
    assert list(dict.fromkeys(hunk.field for hunk in hunks)) == [
        *("title", "body", "published_at", "publisher", "author", "attachments", "links", "status", "url")
    ]
    assert [h.after for h in hunks if h.field == "published_at"] == ["2023-10-28"]


def test_an_article_does_not_differ_from_itself(write):
    article = write("正文。", "第二段。")
    assert diff_article(article, article) == ()


def han(rng, length):
    return "".join(chr(rng.randrange(0x4E00, 0x9000)) for _ in range(length))


@pytest.mark.parametrize("length", [40, 400, 20_000])
def test_a_rewritten_article_of_20_000_characters_is_compared_in_bounded_time(length):
    rng = random.Random(5)
    before = [han(rng, length) + "。" for _ in range(20_000 // length)]
    after = [han(rng, length) + "。" for _ in range(20_000 // length)]
    start = time.process_time()
    diff_texts("body", before, after)
    assert time.process_time() - start < 1.0


def test_the_comparison_key_folds_what_typesetting_varies():
    assert compare_key("2012 年 10 月 27 日，“新区”成立！ 好") == compare_key("２０１２年10月27日，「新区」成立！好")
    assert compare_key("24-26") != compare_key("2426")
    assert compare_key("3. 5") != compare_key("3.5")
    assert compare_key("R&amp;D") == compare_key("R&D")
