"""Looks at articles in the light of what their source's good pages look like. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from crawler.model import Assessment, Expectation, GuardPolicy, PageFacts, Verdict
from crawler.pipeline.looks import ArticleLook
from crawler.pipeline.pages import present_among

#: A text that broke off is shorter than so much of what it was.
_MOST_OF_IT = 0.9


def refuse_unexpected(looks: Sequence[ArticleLook], expectation: Expectation) -> list[ArticleLook]:
    """The looks, those without an article whose page is nothing like this source's pages."""
    return [look if look.facts is None or look.article is None else _judged(look, expectation) for look in looks]


def learn_from(looks: Iterable[ArticleLook], expectation: Expectation) -> Expectation:
    """What is expected after these looks; pages that were refused count as strangers."""
    pages = _pages(looks)
    if not pages:
        return expectation
    from crawler.parser.expectation import learn  # most checks read no page

    for facts in pages:
        expectation = learn(expectation, facts)
    return expectation


def _pages(looks: Iterable[ArticleLook]) -> list[PageFacts]:
    return [
        look.facts
        for look in looks
        if look.facts is not None and look.assessment.verdict in (Verdict.OK, Verdict.UNEXPECTED)
    ]


def count_reshaped(looks: Sequence[ArticleLook], expectation: Expectation, policy: GuardPolicy) -> int:
    """How many known articles came in the same new containers, where most of those looked at did; else 0."""
    present = present_among(looks)
    read = [look.facts for look in present if look.facts and look.article]
    if len(read) < max(policy.mass_minimum, 1):
        return 0
    from crawler.parser.expectation import new_places  # most checks read few pages

    found = [new_places(expectation, facts) for facts in read]
    count = max(Counter(place for places in found for place in places).values(), default=0)
    return count if count >= max(policy.mass_minimum, 1) and 2 * count > len(present) else 0


def has_lost_its_end(look: ArticleLook) -> bool:
    """Whether the text that is known went on for longer, and its last paragraph is gone."""
    before, after = look.before.article if look.before else None, look.article
    if before is None or after is None or not before.blocks:
        return False
    shortened = len(after.text) < _MOST_OF_IT * len(before.text)
    return shortened and before.blocks[-1].text not in {block.text for block in after.blocks}


def _judged(look: ArticleLook, expectation: Expectation) -> ArticleLook:
    from crawler.parser.expectation import judge, lacks_end  # most checks read no page

    assert look.facts is not None
    found: Assessment = judge(expectation, look.facts)
    if found.verdict is Verdict.OK and has_lost_its_end(look) and lacks_end(expectation, look.facts):
        found = Assessment(verdict=Verdict.TRUNCATED, reason="markup and text break off before their end")
    if found.verdict is Verdict.OK:
        return look
    seen = look.observation
    noted = replace(seen, verdict=found.verdict, reason=found.reason) if seen else None
    return replace(look, article=None, assessment=found, observation=noted)
