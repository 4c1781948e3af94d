"""Looks at articles in the light of what their source's good pages look like. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from crawler.model import Assessment, Expectation, PageFacts, Verdict
from crawler.parser.expectation import judge, learn
from crawler.pipeline.looks import ArticleLook


def refuse_unexpected(looks: Sequence[ArticleLook], expectation: Expectation) -> list[ArticleLook]:
    """The looks, those without an article whose page is nothing like this source's pages."""
    return [_judged(look, expectation) for look in looks]


def learn_from(looks: Iterable[ArticleLook], expectation: Expectation) -> Expectation:
    """What is expected after these looks; pages that were refused count as strangers."""
    for facts in _pages(looks):
        expectation = learn(expectation, facts)
    return expectation


def _pages(looks: Iterable[ArticleLook]) -> list[PageFacts]:
    return [
        look.facts
        for look in looks
        if look.facts is not None and look.assessment.verdict in (Verdict.OK, Verdict.UNEXPECTED)
    ]


def _judged(look: ArticleLook, expectation: Expectation) -> ArticleLook:
    if look.facts is None or look.article is None:
        return look
    found: Assessment = judge(expectation, look.facts)
    if found.verdict is Verdict.OK:
        return look
    seen = look.observation
    noted = replace(seen, verdict=found.verdict, reason=found.reason) if seen else None
    return replace(look, article=None, assessment=found, observation=noted)
