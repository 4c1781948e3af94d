"""What of a text any translation keeps, and when that is proof."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.differ.translations import find_designations, is_translation, length_of, read_clues, translation_marks
from crawler.model import Attachment, Block, BlockKind, Link
from tests.world.parallel import DAY, LANGUAGES, draw_story, redraw, write_story

SEEDS = st.integers(0, 10**6)
QUICK = settings(max_examples=40, deadline=None)


def pair(seed, length=6, **values):
    """A story in Chinese and in English."""
    rng = Random(seed)
    story = draw_story(rng, length)
    return write_story(rng, story, "zh"), write_story(rng, story, "en", **values)


# -- clues ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zh", "ja", "en"),
    [
        ("总投资191亿元", "総投資額は191億元", "a total of 19.1 billion yuan"),
        ("增长16.9%", "16.9パーセント増", "up 16.9 per cent"),
        ("百分之四十七", "47％", "47%"),
        ("面积3.5万平方米", "面積は3万5000平方メートル", "35,000 square metres"),
        ("于10月27日施行", "10月27日に施行", "in force from October 27"),
        ("于2023年10月27日施行", "2023年10月27日に施行", "in force from 27 October 2023"),
        ("20至30公里", "20～30キロ", "20 to 30 kilometres"),
    ],
)
def test_a_figure_is_the_same_clue_in_every_language(zh, ja, en):
    assert read_clues(zh).weights == read_clues(ja).weights == read_clues(en).weights != {}


@pytest.mark.parametrize("text", ["11周年", "共3项", "2023年", "in 2024", "twelve", "电话0758-1234567"[:7], "第5号"])
def test_years_and_what_is_written_in_words_elsewhere_are_no_clues(text):
    assert read_clues(text).weights == {}


def test_a_figure_weighs_more_the_seldomer_it_is():
    weights = read_clues("20%, 47%, 16.9%, 1,234 homes, 1234567").weights

    assert weights["%20"] < weights["%47"] < weights["%16.9"] < weights["n1234"]
    assert weights["n1234567"] < weights["%47"]


def test_designations_are_read_in_any_script():
    assert find_designations("按GB50016-2014和H5N1的要求") == find_designations("as GB50016-2014 and H5N1 ask")
    assert find_designations("按GB50016-2014和H5N1的要求") == {"gb50016-2014", "h5n1"}


def test_a_month_is_known_in_any_letters_that_it_is_written_in():
    assert read_clues("on ſept 5").weights.keys() == {"d9-5"} == read_clues("on 5 SEPT").weights.keys()


@QUICK
@given(SEEDS, st.sampled_from(LANGUAGES), st.sampled_from(LANGUAGES))
def test_a_story_is_about_as_long_in_every_language(seed, one, other):
    rng = Random(seed)
    story = draw_story(rng, 8)

    lengths = [length_of(write_story(rng, story, language).text) for language in (one, other)]
    assert max(lengths) < 1.8 * min(lengths)


# -- pairs ---------------------------------------------------------------------------------------------------------


@QUICK
@given(SEEDS)
def test_the_order_of_the_two_does_not_matter(seed):
    rng = Random(seed)
    story = draw_story(rng)
    one, other = write_story(rng, story, "zh"), write_story(rng, redraw(rng, story, rng.random() / 2), "ja")

    assert is_translation(one, other) == is_translation(other, one)


@QUICK
@given(SEEDS)
def test_an_article_is_no_translation_of_one_in_its_own_language(seed):
    rng = Random(seed)
    story = draw_story(rng)

    assert not is_translation(write_story(rng, story, "en"), write_story(rng, story, "en"))


@QUICK
@given(SEEDS)
def test_whatever_is_told_a_month_apart_is_no_translation(seed):
    assert not is_translation(*pair(seed, at=DAY + timedelta(days=40)))


@QUICK
@given(SEEDS)
def test_marks_are_few_and_the_same_for_the_same_text(seed):
    one, _ = pair(seed)

    assert translation_marks(one) == translation_marks(replace(one, url="https://other.example/1"))
    assert len(translation_marks(one)) <= 8


def test_a_text_without_rare_figures_has_no_marks_and_no_translation():
    one, other = (write_story(Random(1), draw_story(Random(1), 5).part(0, 0), language) for language in ("zh", "en"))

    assert translation_marks(one) == ()
    assert not is_translation(one, other)


def short_pair(**values):
    """Too few figures to be proof by themselves."""
    rng = Random(4)
    story = draw_story(rng, 3)
    one, other = write_story(rng, story, "zh"), write_story(rng, story, "en")
    assert not is_translation(one, other)
    return one, replace(other, **values)


def test_a_link_to_the_other_makes_fewer_figures_proof():
    one, _ = short_pair()
    _, linked = short_pair(links=(Link(url=f"{one.url}?utm_source=x", text="original"),))
    _, astray = short_pair(links=(Link(url="https://zh.example/another.html", text="original"),))

    assert is_translation(one, linked)
    assert is_translation(linked, one)
    assert not is_translation(one, astray)


@pytest.mark.parametrize(
    "shared",
    [
        {"images": ("https://mmbiz.example/3f0a77c1/640.jpg",)},
        {"attachments": (Attachment(url="https://a.example/f.pdf", name="f.pdf", sha256="a" * 64),)},
    ],
)
def test_a_shared_picture_or_file_makes_fewer_figures_proof(shared):
    one, other = short_pair(**shared)

    assert is_translation(replace(one, **shared), other)


def test_a_link_alone_is_no_proof():
    rng = Random(2)
    one = write_story(rng, draw_story(rng), "zh")
    other = write_story(rng, draw_story(rng), "en", links=(Link(url=one.url, text="see also"),))

    assert not is_translation(one, other)


ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=200) | st.text(
    "0123456789.,%万億月日-/: ", max_size=80
)


@given(ANY_TEXT, ANY_TEXT)
def test_any_text_can_be_marked_and_held_against_any_other(one, other):
    mine, theirs = (
        replace(
            write_story(Random(1), draw_story(Random(1)).part(0, 0), language),
            blocks=(Block(kind=BlockKind.PARAGRAPH, text=text, language=language),),
        )
        for language, text in (("zh", one), ("en", other))
    )

    assert is_translation(mine, theirs) == is_translation(theirs, mine)
    assert all(-(2**63) <= mark < 2**63 for mark in translation_marks(mine))
    assert all(weight > 0 for weight in read_clues(one).weights.values())
