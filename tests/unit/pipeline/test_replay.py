"""What a reader would have told of stored looks: only what two looks agree on, or what was believed then."""

from __future__ import annotations

from dataclasses import replace

from crawler.model import Verdict
from crawler.pipeline.replay import Look, replay
from tests.lives import Life, make_article


def looks(*texts: str) -> list[Look]:
    life = Life()
    return [
        Look(replace(life.observation(Verdict.OK, text), sha256=str(place)), make_article(text=text))
        for place, text in enumerate(texts)
    ]


A, B, C = "The fee is 120 euros.", "The fee is 150 euros.", "The fee is 170 euros."


def told(*texts: str, believed: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    return [(each.before.article.text, each.after.article.text) for each in replay(looks(*texts), believed)]


def test_nothing_is_told_of_no_look_or_one():
    assert (told(), told(A)) == ([], [])


def test_an_edit_is_told_when_a_second_look_shows_it():
    assert told(A, B) == []
    assert told(A, B, B) == [(A, B)]
    assert told(A, A, B, B, B, C, C) == [(A, B), (B, C)]


def test_looks_that_disagree_are_not_told():
    assert told(A, B, C, B, C, A) == []
    assert told(A, B, A, B, A) == []


def test_an_edit_back_is_an_edit():
    assert told(A, B, B, A, A) == [(A, B), (B, A)]


def test_what_was_believed_then_needs_no_second_look():
    assert told(A, B, believed=("1",)) == [(A, B)]
