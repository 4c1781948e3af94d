"""New articles of one check that find each other by their figures, and the texts that are remembered for the next."""

from __future__ import annotations

from crawler.model import Bearer, KnownArticle
from crawler.pipeline.kindred import CANDIDATES, LONGEST_KEPT, MOST_KEPT, Peers, Texts
from crawler.pipeline.looks import Kinship
from tests.lives import NOON, make_article


def find(figures: dict[str, tuple[int, ...]], *wanted: int, languages: tuple[str, ...] = ("en",)) -> list[str]:
    peers = Peers()
    for name, own in figures.items():
        known = KnownArticle(id=name, source_id="a", url="", keys=(), first_seen_at=NOON, changed_at=NOON)
        peers.add(Kinship(figures=own, languages=("zh",)), (known, make_article(name)))
    return [known.id for known, _ in peers.find(Kinship(figures=wanted, languages=languages))]


def test_who_shares_two_figures_is_found_the_first_come_first():
    figures = {"one": (1, 8, 9), "two": (1, 2), "three": (3, 2, 1), "none": ()}

    assert find(figures, 2, 1, 3) == ["two", "three"]
    assert find(figures, 1, 1) == find(figures) == []


def test_who_tells_it_in_the_same_language_is_not_compared():
    assert find({"one": (1, 2)}, 1, 2, languages=("zh",)) == []
    assert find({"one": (1, 2)}, 1, 2, languages=("zh", "en")) == ["one"]


def test_no_more_are_found_than_are_compared():
    assert len(find({str(each): (1, 2) for each in range(CANDIDATES + 3)}, 1, 2)) == CANDIDATES


def test_texts_are_remembered_by_revision_and_the_longest_unused_is_forgotten():
    texts = Texts()
    first, second = Bearer("a", 1), Bearer("a", 2)
    for bearer in (first, second):
        texts.keep(bearer, make_article(str(bearer.revision)))
    for number in range(MOST_KEPT - 1):
        assert texts.get(first) == make_article("1")
        texts.keep(Bearer("b", number), make_article("b"))

    assert texts.get(first) == make_article("1")
    assert texts.get(second) is None


def test_a_very_long_text_is_not_remembered():
    texts, bearer = Texts(), Bearer("a", 1)
    texts.keep(bearer, make_article("a", "a" * (LONGEST_KEPT + 1)))

    assert texts.get(bearer) is None
