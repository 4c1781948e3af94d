"""Where each language of an article begins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import Block, BlockKind
from crawler.text.language_parts import find_language_parts
from crawler.text.languages import language_runs

ENGLISH = (
    "The new town was officially established, and the district said that its output grew by more than ten percent."
)
JAPANESE = "新区は正式に設立され、今年上半期の生産額は前年同期より十パーセント以上増えたと発表しました。"
CHINESE = "鼎湖区今年上半年生产总值同比增长百分之十以上，经济运行总体平稳、稳中向好。"


def blocks(*texts: str) -> list[Block]:
    languages = language_runs(texts)
    kinds = [BlockKind.HEADING if text.startswith("#") else BlockKind.PARAGRAPH for text in texts]
    return [
        Block(kind=kind, text=text.removeprefix("#"), language=language)
        for kind, text, language in zip(kinds, texts, languages, strict=True)
    ]


def parts(title: str, *texts: str) -> list[tuple[str, int, int, str]]:
    return [(each.language, each.block, each.blocks, each.title) for each in find_language_parts(title, blocks(*texts))]


def test_a_bilingual_post_has_two_parts_the_second_with_its_own_title():
    title = "The new town sets out for the bay"
    texts = ("October 27, 2013", ENGLISH, "▲ From the air", ENGLISH, "青渓ニュータウンが「新」へ出発", "11%", JAPANESE)
    assert parts(title, *texts) == [("en", 0, 4, title), ("ja", 4, 3, "青渓ニュータウンが「新」へ出発")]


def test_a_byline_or_a_sentence_is_no_title_of_a_part():
    title = "The new town sets out for the bay"
    assert parts(title, ENGLISH, "鼎湖公開 2023-10-27 21:56 広東省で公開", JAPANESE)[1] == ("ja", 1, 2, "")
    assert parts(title, ENGLISH, JAPANESE)[1][3] == ""


def test_a_heading_of_han_characters_alone_is_of_the_part_it_heads():
    assert parts("新区", JAPANESE, "#鼎湖区上半期生産総額", JAPANESE, ENGLISH)[0] == ("ja", 0, 3, "新区")


def test_languages_that_alternate_begin_with_their_first_paragraph():
    found = parts("新区成立", CHINESE, ENGLISH, CHINESE, ENGLISH, CHINESE, ENGLISH)
    assert found == [("zh", 0, 3, "新区成立"), ("en", 1, 3, "")]


def test_a_quotation_is_no_part_and_no_beginning_of_one():
    long = [CHINESE] * 12
    assert [each[0] for each in parts("新区成立", *long, "お知らせ", *long)] == ["zh"]
    assert parts("新区成立", *long, "お知らせ", *long, *[JAPANESE] * 20)[1][:2] == ("ja", 25)


def test_traditional_and_simplified_chinese_are_one_language():
    assert [each[0] for each in parts("新區", "鼎湖區今年上半年生產總值同比增長百分之十以上", CHINESE)] == ["zh"]


def test_three_languages_are_three_parts():
    korean = "정부는 올해 상반기 경제성장률을 발표했다. 새로운 정책도 함께 발표되었다."
    assert [each[:2] for each in parts("新区成立", CHINESE, JAPANESE, korean)] == [("zh", 0), ("ja", 1), ("ko", 2)]


@pytest.mark.parametrize("title", ["", "新区成立", "2023"])
def test_an_article_without_text_has_no_part(title):
    assert find_language_parts(title, ()) == ()


@given(
    st.lists(st.sampled_from([ENGLISH, JAPANESE, CHINESE, "11%", "お知らせ", "Photo"]), max_size=12),
    st.text(max_size=9),
)
def test_parts_are_in_order_and_each_language_is_there_once(texts, title):
    made = blocks(*texts)
    found = find_language_parts(title, made)
    assert [part.block for part in found] == sorted({part.block for part in found})
    assert len({part.language for part in found}) == len(found)
    assert all(made[part.block].language == part.language for part in found)
