"""A new template in which all reads as it did: seen where most pages of one check come in the same new container."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.differ.guard import open_incident
from crawler.model import ArticleState, Expectation, GuardPolicy, IncidentReason, PageFacts
from crawler.parser.expectation import learn
from crawler.pipeline.expected import count_reshaped
from crawler.pipeline.masses import tell_reshaped
from tests.lives import HOST, NOON, Life

POLICY = GuardPolicy()
OLD, NEW = ("place editor",), ("place rich-text",)


@pytest.fixture
def expectation():
    known = Expectation()
    for number in range(10):
        known = learn(known, facts(OLD, number))
    return known


def facts(marks, number: int = 0) -> PageFacts:
    return PageFacts(host=HOST, marks=marks, own=True, length=900, title=f"t{number}")


def looks(new: int, old: int = 0):
    found = []
    for number in range(new + old):
        life = Life(name=f"post-{number}")
        life.begin()
        found.append(life.read(facts=facts(NEW if number < new else OLD, number)))
    return found


@pytest.mark.parametrize(("new", "old", "count"), [(6, 0, 6), (6, 5, 6), (6, 6, 0), (4, 0, 0), (0, 9, 0)])
def test_most_pages_of_a_check_and_enough_of_them_must_have_the_new_container(expectation, new, old, count):
    assert count_reshaped(looks(new, old), expectation, POLICY) == count


def test_pages_in_a_new_container_each_are_no_new_template(expectation):
    each = [replace(look, facts=facts((f"place text-{n}",), n)) for n, look in enumerate(looks(6))]

    assert count_reshaped(each, expectation, POLICY) == 0


def test_pages_that_were_not_read_and_articles_that_were_removed_do_not_count(expectation):
    unread = [replace(look, article=None) for look in looks(6)]
    removed = [replace(look, known=replace(look.known, state=ArticleState.REMOVED)) for look in looks(6)]

    assert count_reshaped(unread, expectation, POLICY) == count_reshaped(removed, expectation, POLICY) == 0


def test_a_new_template_is_told_where_nothing_else_says_so():
    context = replace(Life().context(), reshaped=7)
    mass, drift, wall = (
        open_incident("harbour", reason, NOON)
        for reason in (IncidentReason.MASS_EDIT, IncidentReason.REDESIGN, IncidentReason.CHALLENGE)
    )

    (told,) = tell_reshaped(context, (), (wall,))

    assert (told.reason, told.count) == (IncidentReason.REDESIGN, 7)
    assert list(tell_reshaped(context, (mass,), ())) == list(tell_reshaped(context, (), (drift,))) == []
    assert list(tell_reshaped(Life().context(), (), ())) == []
