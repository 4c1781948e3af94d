"""Every critical edit gives its fact, by the thousand: texts alone, without any site around them."""

from __future__ import annotations

from random import Random

import pytest

from crawler.differ.compare import compare
from crawler.differ.hunks import apply, diff_article
from crawler.model import Article, Block, BlockKind, FactType
from tests.world.grammar import IN_TEXT, Draft, other_value, write_notice
from tests.world.truth import is_told

EDITS = 60


def read(draft: Draft) -> Article:
    blocks = tuple(Block(kind=BlockKind.PARAGRAPH, text=text) for text in draft.texts)
    return Article(url="https://office.example/1", title=draft.title, blocks=blocks)


def edits(language: str, kind: FactType, seed: int = 1):
    """Notices before and after one edit of a kind, with the two values."""
    rng = Random(f"{seed} {language} {kind}")
    for number in range(EDITS):
        draft = write_notice(rng, language, f"n{number}")
        place = rng.choice(list(draft.slots(kind)))
        old = draft.at(place)
        new = other_value(rng, language, old)
        yield read(draft), read(draft.put(place, new)), old.text, new.text


@pytest.mark.parametrize("language", ["zh", "ja", "en"])
@pytest.mark.parametrize("kind", IN_TEXT, ids=str)
def test_an_edit_of_one_value_is_told_with_its_old_and_new(language, kind):
    missed = []
    for before, after, old, new in edits(language, kind):
        comparison = compare(before, after)
        if comparison is None or not any(is_told((kind, old, new), fact) for fact in comparison.facts):
            told = [(str(f.type), f.before, f.after) for f in comparison.facts] if comparison else None
            missed.append((old, new, told))

    assert missed == []


@pytest.mark.parametrize("language", ["zh", "ja", "en"])
@pytest.mark.parametrize("kind", IN_TEXT, ids=str)
def test_an_edit_of_one_value_matters(language, kind):
    for before, after, old, new in edits(language, kind, seed=2):
        assert compare(before, after).significance >= 0.35, (old, new)


@pytest.mark.parametrize("language", ["zh", "ja", "en"])
def test_the_diff_applied_to_before_gives_after(language):
    rng = Random(language)
    for number in range(60):
        one, other = (write_notice(rng, language, f"n{number}") for _ in range(2))
        before, after = read(one), read(other)
        body = [hunk for hunk in diff_article(before, after) if hunk.field == "body"]

        assert apply(before.text, body) == after.text
