"""Which articles are one story in the same words, and what of an edit another copy shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.differ.copies import carries, copy_marks, is_copy, letters_of
from crawler.model import Article, Attachment, Block, BlockKind, Moment, Precision
from tests.world.grammar import IN_TEXT, Draft, other_value, write_notice

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SEEDS = st.integers(0, 10**6)
LANGUAGES = st.sampled_from(["zh", "ja", "en"])

NOTICE = (
    "云溪区今年前三季度实现渡口货运量一百二十万吨，同比增长1.1%，其中内河航线占七成以上。",
    "新建的东浦码头将于6月18日试运行，过渡期内原有班次照常开行，票价维持每人3元不变。",
    "区交通局提醒，渡口两侧的停车区域只供候船车辆使用，请沿线居民提前安排出行路线。",
)


def write(*text, title="云溪区公布前三季度渡口运行情况", at=MONDAY, **values):
    plain = Article(
        url="https://www.example.gov.cn/a.html",
        title=title,
        blocks=tuple(Block(kind=BlockKind.PARAGRAPH, text=each) for each in text or NOTICE),
        published=Moment(instant=at, precision=Precision.MINUTE) if at else None,
    )
    return replace(plain, **values)


def printed(draft: Draft, **values) -> Article:
    return write(*draft.texts, **{"title": draft.title, **values})


# -- what is a copy -------------------------------------------------------------------------------------------------


@given(SEEDS, LANGUAGES)
def test_any_text_is_a_copy_of_itself_on_another_site(seed, language):
    draft = write_notice(Random(seed), language, "7")
    there = printed(draft, at=MONDAY + timedelta(days=1), publisher="Another office", url="https://other.example/1")

    assert is_copy(printed(draft), there)
    assert set(copy_marks(printed(draft))) == set(copy_marks(there))


@given(SEEDS, LANGUAGES, st.sampled_from(IN_TEXT), st.randoms(use_true_random=False))
def test_another_figure_date_name_or_word_of_permission_makes_another_story(seed, language, kind, rng):
    draft = write_notice(Random(seed), language, "7")
    place = rng.choice(list(draft.slots(kind)))
    other = draft.put(place, other_value(Random(seed + 1), language, draft.at(place)))

    assert not is_copy(printed(draft), printed(other))
    assert not is_copy(printed(other), printed(draft))


@given(SEEDS, LANGUAGES)
def test_notices_of_one_template_are_two_stories(seed, language):
    one, other = (write_notice(Random(number), language, "7") for number in (seed, seed + 1))

    assert not is_copy(printed(one), printed(other, title=one.title)) or one.texts == other.texts


def test_marks_spaces_and_widths_do_not_matter():
    other = [part.replace("，", ", ").replace("1.1%", "１.１％").replace("今年", " 今年 ") for part in NOTICE]

    assert is_copy(write(), write(*other))


@pytest.mark.parametrize(
    "line",
    [
        "来源：云溪发布 2026-03-02 08:40",
        "（责任编辑：陈海燕）",
        "转自：云溪日报",
        "更新时间：2026-03-02 10:15",
        "欢迎关注我们的公众号。",
    ],
)
def test_a_credit_or_a_line_that_says_nothing_may_be_added(line):
    assert is_copy(write(), write(*NOTICE, line))
    assert is_copy(write(line, *NOTICE), write())


@pytest.mark.parametrize(
    "line",
    [
        "咨询电话：0758-1234567。",
        "本通知自4月1日起施行。",
        "逾期不予受理。",
        "记者在现场看到，码头两侧正在铺设新的护栏，不少居民驻足观看，纷纷表示期待新航线早日开通。" * 2,
    ],
)
def test_a_line_that_says_something_makes_another_story(line):
    assert not is_copy(write(), write(*NOTICE, line))


def test_a_replaced_word_makes_another_story_even_where_it_is_only_a_place():
    assert not is_copy(write(), write(*(part.replace("东浦", "西浦") for part in NOTICE)))


def test_a_title_may_have_a_word_more():
    assert is_copy(write(), write(title="【要闻】云溪区公布前三季度渡口运行情况"))
    assert not is_copy(write(), write(title="东浦区公布前三季度渡口运行情况"))
    assert not is_copy(write(), write(title="云溪区公布前三季度渡口运行情况（2）"))


def test_a_long_text_is_one_story_under_any_title():
    long = [part.replace("今年", f"{word}今年") for word in "甲乙丙丁戊" for part in NOTICE]

    assert is_copy(write(*long), write(*long, title="渡口货运量增长1.1%"))
    assert not is_copy(write(*long), write(*long, "欢迎关注。", title="渡口货运量增长1.1%"))


def test_a_short_text_is_no_proof():
    assert not is_copy(write("现将名单予以公布，见附件。"), write("现将名单予以公布，见附件。"))


def test_the_same_words_a_year_later_are_another_notice():
    assert not is_copy(write(), write(at=MONDAY + timedelta(days=365)))
    assert is_copy(write(), write(at=None))


def test_another_number_or_validity_makes_another_document():
    assert not is_copy(write(document_number="云府〔2026〕5号"), write(document_number="云府〔2026〕6号"))
    assert is_copy(write(document_number="云府〔2026〕5号"), write())
    assert not is_copy(write(status="有效"), write(status="废止"))


def file(name="名单.pdf", sha256="a" * 64):
    return Attachment(url=f"https://www.example.gov.cn/{sha256[:3]}/{name}", name=name, sha256=sha256)


def test_a_notice_around_another_file_is_another_notice():
    with_list = write(attachments=(file(),))

    assert is_copy(with_list, write(attachments=(file(),)))
    assert is_copy(with_list, write(attachments=(file(sha256=""),)))
    assert not is_copy(with_list, write(attachments=(file(sha256="b" * 64),)))
    assert not is_copy(with_list, write(attachments=(file("other.pdf"),)))
    assert not is_copy(with_list, write())


def test_letters_keep_what_belongs_to_a_figure():
    assert letters_of("增长 1.1%，") == letters_of("增长１.１％。") != letters_of("增长11%")
    assert letters_of("同比-3.5") != letters_of("同比3.5")


# -- what of an edit another copy shows --------------------------------------------------------------------------


@given(SEEDS, LANGUAGES, st.sampled_from(IN_TEXT), st.randoms(use_true_random=False))
def test_a_copy_shows_the_old_text_the_new_one_or_neither(seed, language, kind, rng):
    draft = write_notice(Random(seed), language, "7")
    place = rng.choice(list(draft.slots(kind)))
    other = draft.put(place, other_value(Random(seed + 1), language, draft.at(place)))
    before, after = printed(draft), printed(other)

    assert carries(before, after, printed(draft, publisher="elsewhere")) == "before"
    assert carries(before, after, printed(other, publisher="elsewhere")) == "after"
    assert carries(before, after, write("别的事情。", title="别的事情")) == ""


def test_a_copy_with_a_line_of_its_own_is_still_told_apart():
    after = write(*(part.replace("1.1%", "11%") for part in NOTICE))

    assert carries(write(), after, write(*NOTICE, "转自：云溪日报", title="【要闻】" + write().title)) == "before"


def test_an_added_and_a_dropped_paragraph_are_seen_too():
    longer = write(*NOTICE, "咨询电话：0758-1234567。")

    assert carries(write(), longer, write()) == carries(longer, write(), longer) == "before"
    assert carries(write(), longer, longer) == carries(longer, write(), write()) == "after"


def test_a_swapped_file_is_seen_by_its_bytes():
    before, after = write(attachments=(file(),)), write(attachments=(file(sha256="b" * 64),))

    assert carries(before, after, before) == "before"
    assert carries(before, after, after) == "after"


def test_half_of_an_edit_is_neither():
    after = write(*(part.replace("1.1%", "11%").replace("3元", "5元") for part in NOTICE))
    half = write(*(part.replace("1.1%", "11%") for part in NOTICE))

    assert carries(write(), after, half) == ""


def test_a_date_alone_is_nothing_that_copies_share():
    assert carries(write(), write(at=MONDAY + timedelta(days=1)), write()) == ""


# -- whatever a page may hold -----------------------------------------------------------------------------------

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=200)


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_any_text_can_be_marked_and_held_against_any_other(title, one, other):
    mine, theirs = write(one, title=title), write(other, title=title)

    assert is_copy(mine, theirs) == is_copy(theirs, mine)
    assert all(-(2**63) <= mark < 2**63 for mark in copy_marks(mine))
    assert carries(mine, theirs, mine) in ("before", "")
