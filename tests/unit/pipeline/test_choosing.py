"""What one check asks for without conditions: once a day, and always where a server called two bodies alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.model import Habits, SourceState, Validators
from crawler.pipeline.choosing import ask_afresh, has_erred
from crawler.pipeline.looks import Wanted, article_request
from tests.lives import HOUR, NOON, Life, listing_look, make_article, make_entry

TAG = Validators(etag='"a"')


@pytest.fixture
def life():
    life = Life()
    life.live(life.read(entry=make_entry(), validators=TAG))
    return life


def conditions(life, pause, habits=None):
    """The validators that a look after this pause repeats."""
    wanted = Wanted(life.known, None, life.known.keys)
    (wanted,) = ask_afresh([wanted], habits or Habits(), NOON + pause)
    return article_request(life.source, wanted).validators


def test_the_first_look_of_a_day_wants_the_bytes(life):
    assert conditions(life, 11 * HOUR) == TAG
    assert conditions(life, 13 * HOUR) == Validators()


def test_a_source_that_was_caught_is_never_asked_with_conditions(life):
    assert conditions(life, HOUR, Habits(distrusts_tags=True)) == Validators()


@pytest.mark.parametrize(
    ("text", "tag", "erred"),
    [
        ("The fee is 150 euros.", '"a"', True),
        ("The fee is 150 euros.", '"b"', False),
        ("The fee is 120 euros.", '"a"', False),
    ],
)
def test_two_bodies_under_one_tag_are_an_error_of_the_server(life, text, tag, erred):
    look = life.later(HOUR).read(make_article(text=text), validators=Validators(etag=tag))

    assert has_erred([look]) is erred


def test_without_validators_nothing_was_claimed(life):
    life.known = replace(life.known, validators=Validators())

    assert not has_erred([life.later(HOUR).read(make_article(text="The fee is 150 euros."))])


def test_two_lists_under_one_date_are_an_error_too():
    date = Validators(last_modified="Mon, 02 Mar 2026 00:00:00 GMT")
    state = SourceState(source_id="a", validators=date, body_sha256="1" * 64, checked_at=NOON - timedelta(days=1))

    assert has_erred([], listing_look(validators=date, body_sha256="2" * 64), state)
    assert not has_erred([], listing_look(validators=date, body_sha256="1" * 64), state)
