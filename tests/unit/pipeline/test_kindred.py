"""New articles of one check that find each other by their figures."""

from __future__ import annotations

from crawler.model import KnownArticle
from crawler.pipeline.kindred import CANDIDATES, Peers
from tests.lives import NOON, make_article


def find(figures: dict[str, tuple[int, ...]], *wanted: int) -> list[str]:
    peers = Peers()
    for name, own in figures.items():
        known = KnownArticle(id=name, source_id="a", url="", keys=(), first_seen_at=NOON, changed_at=NOON)
        peers.add(own, (known, make_article(name)))
    return [known.id for known, _ in peers.find(wanted)]


def test_who_shares_two_figures_is_found_the_first_come_first():
    figures = {"one": (1, 8, 9), "two": (1, 2), "three": (3, 2, 1), "none": ()}

    assert find(figures, 2, 1, 3) == ["two", "three"]
    assert find(figures, 1, 1) == find(figures) == []


def test_no_more_are_found_than_are_compared():
    assert len(find({str(each): (1, 2) for each in range(CANDIDATES + 3)}, 1, 2)) == CANDIDATES
