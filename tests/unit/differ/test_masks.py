"""Lines that are the site's and not the article's: learnt from siblings, and never a line that says something."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.differ.masks import FEWEST, MOST, RIPE, cover, find_heirs, hidden_by, is_maskable, learn, mask_key, ripe
from crawler.differ.spans import find_quotes, find_spans
from crawler.model import Article, Attachment, Block, BlockKind, Link, Mask
from crawler.pipeline.masking import note_hidden

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TEMPLATE = "Tell us what you think of this page."
TELLING = [
    "The fee is 120 euros.",
    "增长百分之三点五。",
    "申请人应当提交材料。",
    "Applications may not be sent by mail.",
    "All vessels shall report to the master.",
    "The works begin on 14 April.",
    "He said “everything is open” to the press.",
    "广东省人民政府",
    "Minister Ann Miller opened the bridge.",
    "共计三千元。",
    "本办法予以废止，不得继续执行。",
]


def paragraph(text: str, kind: BlockKind = BlockKind.PARAGRAPH) -> Block:
    return Block(kind=kind, text=text)


def article(*texts: str, name: str = "a") -> Article:
    return Article(url=f"https://example.org/{name}", title=name, blocks=tuple(map(paragraph, texts)))


def siblings(number: int, *shared: str) -> list[Article]:
    return [article(f"Words of number {each} alone.", *shared, name=str(each)) for each in range(number)]


def test_a_line_that_most_siblings_share_is_masked():
    masks = learn(siblings(FEWEST, TEMPLATE), (), NOON)

    assert [(mask.sample, mask.articles, mask.since) for mask in masks] == [(TEMPLATE, FEWEST, NOON)]
    covered = cover(article("The only text.", TEMPLATE), masks)
    assert [block.text for block in covered.article.blocks] == ["The only text."]
    assert covered.taken == ((masks[0].key, TEMPLATE),)


SAYINGS = ["Patience brings roses.", "Still waters run deep.", "Well begun is half done.", "Early birds catch worms."]


def days(number: int) -> tuple[Mask, ...]:
    """What is learnt of a source whose pages end with another saying every day."""
    masks: tuple[Mask, ...] = ()
    for day in range(number):
        masks = learn(siblings(FEWEST, SAYINGS[day]), masks, NOON + day * DAY)
    return masks


def test_a_line_that_is_another_every_day_is_masked_at_once_from_its_second_move_on():
    assert [mask.moves for mask in days(4)] == [3, 2, 1, 0]
    assert [mask.sample for mask in ripe(days(2), NOON + DAY)] == SAYINGS[:1]
    assert [mask.sample for mask in ripe(days(3), NOON + 2 * DAY)] == [SAYINGS[2], SAYINGS[1], SAYINGS[0]]


def test_a_second_line_that_comes_is_nobodys_heir():
    masks = learn(siblings(FEWEST, SAYINGS[1], TEMPLATE), days(1), NOON + DAY)

    assert [mask.moves for mask in masks] == [0, 0, 0]


def test_what_stands_in_a_moving_place_is_left_out_before_siblings_were_read():
    masks, text = days(3), "The only text."
    before, after = article(text, SAYINGS[2]), article(text, SAYINGS[3])

    assert find_heirs(before, after, masks) == {mask_key(paragraph(SAYINGS[3]))}
    assert cover(after, masks, find_heirs(before, after, masks)).article.blocks == (paragraph(text),)
    assert find_heirs(before, article("Another text.", SAYINGS[3]), masks) == frozenset()
    assert find_heirs(before, article(text, SAYINGS[3], "More."), masks) == frozenset()
    assert find_heirs(before, after, days(2)) == frozenset()


@pytest.mark.parametrize("line", TELLING)
def test_a_line_that_says_something_is_no_heir_of_a_moving_place(line):
    text = "The only text."

    assert find_heirs(article(text, SAYINGS[2]), article(text, line), days(3)) == frozenset()


def test_few_articles_teach_nothing():
    assert learn(siblings(FEWEST - 1, TEMPLATE), (), NOON) == ()


def test_a_line_of_a_minority_is_no_template():
    assert learn([*siblings(FEWEST, TEMPLATE), *siblings(FEWEST)], (), NOON) == ()


@pytest.mark.parametrize("text", TELLING)
def test_a_line_that_says_something_is_never_masked(text):
    assert not is_maskable(paragraph(text))
    assert learn(siblings(FEWEST, text), (), NOON) == ()
    forged = Mask(key=mask_key(paragraph(text)), sample=text, since=NOON, seen_at=NOON, articles=99)
    assert cover(article(text), (forged,)).article == article(text)


@pytest.mark.parametrize("kind", [BlockKind.HEADING, BlockKind.CAPTION, BlockKind.TABLE_ROW])
def test_headings_captions_and_tables_are_never_masked(kind):
    assert not is_maskable(paragraph(TEMPLATE, kind))


def test_another_spelling_of_the_same_line_is_masked_too():
    masks = learn(siblings(FEWEST, TEMPLATE), (), NOON)

    assert cover(article("Tell us  what you think of\u00a0this page."), masks).article.blocks == ()


def test_a_mask_is_in_force_once_it_has_been_shared_for_a_day():
    masks = learn(siblings(FEWEST, TEMPLATE), (), NOON)

    assert ripe(masks, NOON + RIPE - timedelta(seconds=1)) == ()
    assert ripe(learn(siblings(FEWEST, TEMPLATE), masks, NOON + DAY), NOON + RIPE) != ()


def test_what_was_seen_least_lately_is_forgotten_first():
    masks: tuple[Mask, ...] = ()
    names = [f"line {chr(97 + each // 26)}{chr(97 + each % 26)} of the template" for each in range(MOST + 5)]
    for number, name in enumerate(names):
        masks = learn(siblings(FEWEST, name), masks, NOON + number * DAY)

    assert len(masks) == MOST
    assert masks[0].sample == names[-1]
    assert names[0] not in {mask.sample for mask in masks}


def test_a_mask_keeps_account_of_what_it_hid():
    masks = learn(siblings(FEWEST, TEMPLATE), (), NOON)
    with_line, without = cover(article("Text.", TEMPLATE), masks), cover(article("Text."), masks)

    hidden = hidden_by(with_line, without)

    assert hidden == hidden_by(without, with_line) == (masks[0].key,)
    assert hidden_by(with_line, with_line) == ()
    (noted,) = note_hidden(masks, hidden, NOON + DAY)
    assert (noted.hidden, noted.hidden_at) == (1, NOON + DAY)
    assert note_hidden(masks, (), NOON + DAY) == masks


words = st.sampled_from([*TELLING, TEMPLATE, "See the other pages.", "更多内容请看首页", "Thank you for reading.", "x"])
texts = st.lists(st.one_of(words, st.text(max_size=40)), max_size=8)


def weight(of: Article) -> Counter:
    """All that a reader could be misled about, counted."""
    return Counter(
        (span.type, block.text[span.start : span.end])
        for block in of.blocks
        for span in (*find_spans(block.text), *find_quotes(block.text))
    ) + Counter(character for block in of.blocks for character in block.text if character.isnumeric())


@given(shared=texts, own=texts, place=st.integers(0, 8))
def test_masking_hides_no_figure_date_name_quote_or_denial(shared, own, place):
    masks = learn([article(*shared, name=str(each)) for each in range(FEWEST)], (), NOON)
    whole = replace(
        article(*own[:place], *shared, *own[place:]),
        attachments=(Attachment(url="https://example.org/f.pdf", name="f"),),
        links=(Link(url="https://example.org/", text="x"),),
    )

    covered = cover(whole, masks).article

    assert weight(covered) == weight(whole)
    assert replace(covered, blocks=()) == replace(whole, blocks=())
    assert [block for block in whole.blocks if block in covered.blocks] == list(covered.blocks)


@given(shared=texts, own=texts)
def test_covering_twice_is_covering_once(shared, own):
    masks = learn([article(*shared, name=str(each)) for each in range(FEWEST)], (), NOON)
    once = cover(article(*own, *shared), masks).article

    assert cover(once, masks) == (once, ())
