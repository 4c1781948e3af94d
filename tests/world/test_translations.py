"""How surely translations are told from all else: pairs and non-pairs by the hundred, in three languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import combinations, permutations
from random import Random

import pytest

from crawler.differ.translations import LEAST_MARKS, is_translation, translation_marks
from crawler.model import Article, Block, BlockKind
from tests.world.grammar import write_notice
from tests.world.parallel import DAY, LANGUAGES, Story, draw_story, join_languages, redraw, write_story

SEEDS = (1, 2, 3)
STORIES = 40
#: All but these few in a thousand true pairs are found; of non-pairs none may be taken for one.
LEAST_RECALL = 0.97

Pair = tuple[str, Article, Article]


def true_pairs(rng: Random) -> Iterator[Pair]:
    """A story in two languages, worded freely; translators leave out and pages add."""
    for _ in range(STORIES):
        story = draw_story(rng)
        mine, theirs = rng.sample(LANGUAGES, 2)
        one = write_story(rng, story, mine)
        yield "whole", one, write_story(rng, story, theirs)
        if len(story.sentences) > 7:
            yield "shortened", one, write_story(rng, story.part(0, len(story.sentences) - 1), theirs)
        third = next(each for each in LANGUAGES if each not in (mine, theirs))
        both = join_languages(write_story(rng, story, theirs), write_story(rng, story, third))
        yield "bilingual", one, both
        with_own = join_languages(write_story(rng, story, mine), write_story(rng, story, theirs))
        yield "beside its original", one, with_own


def non_pairs(rng: Random) -> Iterator[Pair]:
    """What comes near to a translation and is none."""
    for _ in range(STORIES):
        story, other = draw_story(rng), draw_story(rng)
        mine, theirs = rng.sample(LANGUAGES, 2)
        one, half = write_story(rng, story, mine), len(story.sentences) // 2
        later = {"at": DAY + timedelta(days=30)}
        yield "another story", one, write_story(rng, other, theirs)
        yield "the same form, filled anew", one, write_story(rng, redraw(rng, story, 1.0), theirs)
        yield "the next bulletin, a third as it was", one, write_story(rng, redraw(rng, story, 0.66), theirs)
        yield "a report that repeats the first half", one, write_story(rng, mix(story, other, half), theirs)
        yield "two lines of it", one, write_story(rng, story.part(0, 2), theirs)
        yield "the same language", one, write_story(rng, story, mine)
        yield "a month later", one, write_story(rng, story, theirs, **later)
        backwards = replace(story, sentences=story.sentences[::-1])
        yield "the same figures in another order", one, write_story(rng, backwards, theirs)


def mix(story: Story, other: Story, half: int) -> Story:
    """The first half of a story, gone on with otherwise."""
    return replace(story, sentences=story.sentences[:half] + other.sentences[: len(story.sentences) - half])


@pytest.mark.parametrize("seed", SEEDS)
def test_nearly_all_translations_are_found_and_by_their_marks(seed):
    found, met, marked = Counter(), Counter(), 0
    for sort, one, other in true_pairs(Random(seed)):
        met[sort] += 1
        shared = set(translation_marks(one)) & set(translation_marks(other))
        marked += len(shared) >= LEAST_MARKS
        found[sort] += is_translation(one, other) and is_translation(other, one)

    assert met.total() > 100
    assert {sort: found[sort] / met[sort] for sort in met if found[sort] < LEAST_RECALL * met[sort]} == {}
    assert marked >= LEAST_RECALL * met.total()


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_else_is_taken_for_a_translation(seed):
    taken, met = Counter(), Counter()
    for sort, one, other in non_pairs(Random(seed)):
        met[sort] += 1
        taken[sort] += is_translation(one, other) or is_translation(other, one)

    assert met.total() == 8 * STORIES
    assert taken.total() == 0, taken


def test_none_of_the_simulated_worlds_notices_translates_another():
    rng = Random(5)
    notices = []
    for number, language in enumerate(LANGUAGES * 25):
        draft = write_notice(rng, language, str(number))
        blocks = (Block(kind=BlockKind.PARAGRAPH, text=text, language=language) for text in draft.texts)
        url = f"https://{language}.example/{number}"
        notices.append(Article(url=url, title=draft.title, blocks=tuple(blocks), language=language))

    pairs = [(one, other) for one, other in combinations(notices, 2) if one.language != other.language]
    assert len(pairs) > 1_500
    assert [pair for pair in pairs if is_translation(*pair)] == []


def test_all_pairs_of_languages_are_met():
    pairs = {(one.language, other.language) for sort, one, other in true_pairs(Random(1)) if sort == "whole"}

    assert pairs == set(permutations(LANGUAGES, 2))
