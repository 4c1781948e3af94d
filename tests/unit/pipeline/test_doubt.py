"""How often an edit must be seen: looks in a row, disagreement remembered, former texts doubted longer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.model import ArticleState, ChangeKind
from crawler.pipeline.doubt import MOST_LOOKS, MOST_PAST, RETURN_LOOKS, past_after
from tests.lives import HOUR, MINUTE, make_article

EDITED = make_article(text="The fee is 150 euros.")
OLD = make_article()


def look_at(life, *articles):
    """One look after the other, an hour apart, each seen again at once; what was told."""
    told = []
    for article in articles:
        life.later(HOUR)
        told.append(life.live(life.read(article)).change)
    return told


def test_looks_that_disagree_make_more_of_them_necessary(life):
    life.begin()
    look_at(life, EDITED, OLD)

    told = look_at(life, EDITED, EDITED, EDITED)

    assert life.known.wavers == 1
    assert [bool(each) for each in told] == [False, False, True]


def test_disagreement_is_never_a_reason_to_stay_silent_for_good(life):
    life.begin()
    look_at(life, *[EDITED, OLD] * 20)

    told = look_at(life, *[EDITED] * 6)

    assert sum(each is not None for each in told) == 1


def test_a_former_text_on_a_node_that_wavers_is_not_told_within_the_hour(life):
    life.begin()
    look_at(life, EDITED, EDITED)
    look_at(life, OLD, EDITED)
    told = []
    for _ in range(RETURN_LOOKS + 2):
        life.later(5 * MINUTE)
        told.append(life.live(life.read(OLD)).change)

    assert told == [None] * (RETURN_LOOKS + 2)
    assert look_at(life, OLD)[0].kind is ChangeKind.EDITED


def test_a_page_that_is_never_the_same_twice_still_tells_what_stays_changed(life):
    life.begin(make_article(text="The fee is 120 euros.\n\nRead by 7 people in the past hour so far."))
    readers = (31, 58, 12, 99, 104)
    texts = [f"The fee is 150 euros.\n\nRead by {count} people in the past hour so far." for count in readers]

    *early, told = look_at(life, *[make_article(text=text) for text in texts])

    assert early == [None] * (MOST_LOOKS - 1)
    assert [(fact.before, fact.after) for fact in told.facts] == [("120 euros", "150 euros")]
    assert life.revision.article.text == "The fee is 150 euros.\n\nRead by 7 people in the past hour so far."


def test_a_page_of_which_only_a_counter_moves_tells_nothing(life):
    life.begin(make_article(text="The fee is 120 euros.\n\nRead by 7 people in the past hour so far."))
    readers = (31, 58, 12, 99, 104, 3)
    texts = [f"The fee is 120 euros.\n\nRead by {count} people in the past hour so far." for count in readers]

    told = look_at(life, *[make_article(text=text) for text in texts])

    assert told == [None] * len(readers)
    assert life.known.state is ArticleState.PRESENT


@pytest.mark.parametrize("number", [0, 3, MOST_PAST, 20])
def test_the_latest_former_texts_are_remembered_once_each(life, number):
    known = life.begin().article
    for each in range(number):
        known = replace(known, past=past_after(known, f"1:{each}"), fingerprint=f"1:{each}")

    assert known.past == tuple(dict.fromkeys(known.past))
    assert len(known.past) == min(number, MOST_PAST)
    assert known.fingerprint not in known.past
    if number > 1:
        assert known.past[-1] == f"1:{number - 2}"
