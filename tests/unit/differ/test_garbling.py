"""Broken characters are no edit, and their end is none either."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.differ.garbling import is_garbled, is_mended
from crawler.model import Article, Block, BlockKind

TEXT = ("鼎湖区前三季度生产总值增长1.1%。", "市政府要求各部门认真落实。", "本通知自发布之日起施行。")


def article(*texts: str, title: str = "前三季度经济运行情况") -> Article:
    return Article(
        url="http://example.org/1",
        title=title,
        blocks=tuple(Block(kind=BlockKind.PARAGRAPH, text=text) for text in texts),
    )


BEFORE = article(*TEXT)


@pytest.mark.parametrize(
    "after",
    [
        article(TEXT[0].replace("湖", "\ufffd"), *TEXT[1:]),
        article(TEXT[0][:6] + "幼\ufffd", *TEXT[1:]),  # a lost byte shifts the rest of the line
        article(*TEXT[:1], TEXT[1][:4] + "\ufffd"),  # cut off
        article(*TEXT, title="前三季度经济\ufffd行情况"),
        article("\ufffd" * 30, "别的内容"),
    ],
    ids=["one", "shifted", "cut", "title", "most"],
)
def test_a_text_that_only_lost_characters_is_garbled(after):
    assert is_garbled(BEFORE, after)
    assert not is_garbled(after, BEFORE)


def test_a_text_that_says_something_new_is_an_edit_though_a_character_is_broken_elsewhere():
    long = [f"第{number}条，各部门应当认真落实有关要求，确保各项工作顺利推进。" for number in range(20)]
    after = article(TEXT[0].replace("1.1%", "11%"), *long, "本通知\ufffd施行")
    assert not is_garbled(article(TEXT[0], *long, "本通知施行"), after)


def test_a_character_that_was_broken_from_the_start_does_not_hide_later_edits():
    broken = article(TEXT[0], "本通知\ufffd施行")
    assert not is_garbled(broken, article(TEXT[0].replace("1.1%", "11%"), "本通知\ufffd施行"))


def test_a_text_whose_broken_characters_were_mended_is_mended_and_an_edited_one_is_not():
    broken = article(TEXT[0].replace("湖", "\ufffd"), *TEXT[1:])
    assert is_mended(broken, BEFORE)
    assert not is_mended(broken, article(TEXT[0], TEXT[1], "本通知自即日起施行。"))
    assert not is_mended(broken, article(*TEXT, "新增一条。"))


@given(st.lists(st.text(max_size=20), max_size=5), st.lists(st.text(max_size=20), max_size=5))
def test_no_text_is_garbled_and_mended_at_once(before, after):
    left, right = article(*before), article(*after)
    assert not (is_garbled(left, right) and is_mended(left, right))
    assert not is_garbled(left, left)
    assert not is_mended(left, left)
