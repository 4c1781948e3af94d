"""What the pages of one check say together: a wall, a template without the text, or nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.model import ArticleState, Assessment, GuardPolicy, IncidentReason, Verdict
from crawler.parser.second_look import WITHOUT_TEXT
from crawler.pipeline.pages import judge_pages, present_among
from tests.lives import Life

POLICY = GuardPolicy()


def looks(verdict: Verdict, reason: str, number: int = 6):
    found = []
    for each in range(number):
        life = Life(name=f"post-{each}")
        life.begin()
        found.append(replace(life.failed(verdict), assessment=Assessment(verdict=verdict, reason=reason)))
    return found


@pytest.mark.parametrize(
    ("verdict", "reason", "trouble"),
    [
        (Verdict.CHALLENGE, "a script", IncidentReason.CHALLENGE),
        (Verdict.STUB, "an empty body", IncidentReason.SOFT_FAILURE),
        (Verdict.STUB, WITHOUT_TEXT, IncidentReason.PARSER_DRIFT),
        (Verdict.UNEXPECTED, "another container", IncidentReason.REDESIGN),
    ],
)
def test_pages_that_cannot_be_read_are_one_trouble_by_its_name(verdict, reason, trouble):
    pages = judge_pages(looks(verdict, reason), (), POLICY)

    assert (pages.trouble, pages.bad, pages.detail) == (trouble, 6, f"6 of 6 pages: {reason}")


def test_articles_that_were_removed_before_make_no_trouble_of_the_others_smaller():
    gone = [replace(each, known=replace(each.known, state=ArticleState.REMOVED)) for each in looks(Verdict.GONE, "", 9)]

    assert judge_pages([*looks(Verdict.CHALLENGE, "a script"), *gone], (), POLICY).trouble is IncidentReason.CHALLENGE
    assert present_among(gone) == []


def test_a_few_pages_that_cannot_be_read_are_no_trouble_of_the_source():
    few = judge_pages(looks(Verdict.STUB, WITHOUT_TEXT, number=4), (), POLICY)

    assert (few.trouble, few.bad) == (None, 4)
