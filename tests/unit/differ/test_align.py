import random
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.differ.align import align_blocks, diff_tokens
from crawler.model import HunkOp

EQUAL, DELETE, INSERT, REPLACE, MOVE = HunkOp.EQUAL, HunkOp.DELETE, HunkOp.INSERT, HunkOp.REPLACE, HunkOp.MOVE

TEXTS = st.text(alphabet="增长了百分之35。， ab.\u3000\u200b１1%-“\n", max_size=40)


def changes(before, after):
    return [piece for piece in diff_tokens(before, after) if piece.op is not EQUAL]


def test_similar_paragraphs_are_paired_and_the_rest_is_told_apart():
    before = ["全区生产总值增长11%，位居前列。", "要闻一则，与此无关。", "投资增长5%。"]
    after = ["全区生产总值增长1.1%，位居前列。", "投资增长5%。", "Completely different words here."]
    ops = [(step.op, step.before, step.after) for step in align_blocks(before, after)]
    assert ops == [(REPLACE, 0, 0), (DELETE, 1, None), (EQUAL, 2, 1), (INSERT, None, 2)]


def test_a_paragraph_that_changed_places_is_moved_at_both_of_them():
    one, two, three = "第一段文字内容在这里。", "第二段文字内容也在这里。", "第三段说的是别的事情。"
    ops = [step.op for step in align_blocks([one, two, three], [three, one, two])]
    assert ops == [MOVE, EQUAL, EQUAL, MOVE]


def test_short_pieces_move_along_with_their_paragraph():
    before = ["会议地点在市民中心一楼。", "好。", "甲乙丙丁戊己。", "子丑寅卯辰巳。", "天地玄黄宇宙。"]
    after = ["甲乙丙丁戊己。", "子丑寅卯辰巳。", "天地玄黄宇宙。", "会议地点在市民中心一楼。", "好。"]
    assert [step.op for step in align_blocks(before, after)] == [MOVE, MOVE, EQUAL, EQUAL, EQUAL, MOVE, MOVE]


def test_a_short_piece_that_turns_up_elsewhere_is_chance():
    ops = {step.op for step in align_blocks(["是", "甲" * 9, "乙" * 9], ["甲" * 9, "乙" * 9, "是"])}
    assert MOVE not in ops


@given(st.lists(st.sampled_from("甲乙丙丁"), max_size=8), st.lists(st.sampled_from("甲乙丙丁"), max_size=8))
@settings(max_examples=200, deadline=None)
def test_every_block_occurs_exactly_once_and_in_order(before, after):
    steps = align_blocks([text * 8 for text in before], [text * 8 for text in after])
    assert [step.before for step in steps if step.before is not None] == list(range(len(before)))
    assert [step.after for step in steps if step.after is not None] == list(range(len(after)))


def test_one_digit_changes_one_number_and_not_the_sentence():
    assert changes("生产总值同比增长11%，位居全市前列。", "生产总值同比增长1.1%，位居全市前列。") == [
        (REPLACE, "11%", "1.1%")
    ]


def test_a_latin_word_is_replaced_whole():
    assert changes("The operator shall report.", "The operator may report.") == [(REPLACE, "shall", "may")]


def test_a_han_sentence_changes_by_characters():
    assert changes("外来车辆可以进入核心区。", "外来车辆不得进入核心区。") == [(REPLACE, "可以", "不得")]


def test_width_and_quotes_inside_a_changed_sentence_are_no_change():
    pieces = diff_tokens("“增长”１１％，共3人。", "「增长」11%，共4人。")
    assert [piece for piece in pieces if piece.op is not EQUAL] == [(REPLACE, "3", "4")]


def test_changes_kept_apart_by_a_scrap_are_joined_for_reading():
    pieces = changes("由甲、乙负责实施本项目。", "由丙、丁负责实施本项目。")
    assert pieces == [(REPLACE, "甲、乙", "丙、丁")]


def test_equal_figures_are_never_swallowed_by_the_changes_around_them():
    pieces = diff_tokens("甲乙丙丁3戊己庚辛保留这一段很长的文字", "子丑寅卯3辰巳午未保留这一段很长的文字")
    assert (EQUAL, "3", "3") in pieces


@given(TEXTS, TEXTS)
@settings(max_examples=300, deadline=None)
def test_the_pieces_joined_are_both_texts(before, after):
    pieces = diff_tokens(before, after)
    assert "".join(piece.before for piece in pieces) == before
    assert "".join(piece.after for piece in pieces) == after


def test_a_rewritten_text_of_many_paragraphs_is_compared_in_bounded_time():
    rng = random.Random(3)
    before = ["".join(chr(rng.randrange(0x4E00, 0x9000)) for _ in range(50)) for _ in range(2_000)]
    after = ["".join(chr(rng.randrange(0x4E00, 0x9000)) for _ in range(50)) for _ in range(2_000)]
    start = time.process_time()
    align_blocks(before, after)
    assert time.process_time() - start < 2.0
