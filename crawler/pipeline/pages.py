"""What the pages of one check say together: a wall, a list that contradicts them, a mass event in the making. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from crawler.differ.guard import incident_for, is_mass
from crawler.differ.removal import SIGNS_OF_ABSENCE
from crawler.model import (
    WELL,
    ArticleState,
    Assessment,
    GuardPolicy,
    Habits,
    IncidentReason,
    SourceState,
    Verdict,
)
from crawler.pipeline.looks import ArticleLook

#: Traces of single changes are kept for so long.
WINDOW = timedelta(days=1)
#: Of a text that was longer than this, less than this share is left: the reader missed it.
WHOLE, REST = 200, 0.4
#: This share of what makes a mass makes us look at the other articles.
SUSPICIOUS = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The known articles that were asked for in one check.

    ``trouble`` is set where most of them could not be read, or say what cannot be: ``denied`` means that they claim to
    be gone while the list still names them.
    """

    read: int = 0
    bad: int = 0
    trouble: IncidentReason | None = None
    detail: str = ""
    denied: bool = False


def judge_pages(looks: Sequence[ArticleLook], listed: Collection[str], policy: GuardPolicy) -> Pages:
    """What is wrong with the pages as a whole, if anything is. ``listed`` are the ids that the list names."""
    asked = present_among(looks)
    denied = [look for look in asked if is_absent(look) and look.known and look.known.id in listed]
    bad = [look for look in asked if look.assessment.verdict not in WELL and not is_absent(look)]
    lost = [look for look in asked if has_lost_its_text(look)]
    for group, reason in ((denied, IncidentReason.SOFT_FAILURE), (lost, IncidentReason.PARSER_DRIFT), (bad, None)):
        if len(group) >= max(policy.mass_minimum, 1) and 2 * len(group) > len(asked):
            verdict = Counter(look.assessment.verdict for look in group).most_common(1)[0][0]
            detail = f"{len(group)} of {len(asked)} pages: " + (
                "gone, though the list still names them" if group is denied else describe(group, verdict)
            )
            trouble = reason or name_trouble(group, verdict)
            return Pages(read=len(asked), bad=len(group), trouble=trouble, detail=detail, denied=group is denied)
    return Pages(read=len(asked), bad=len(bad))


def present_among(looks: Iterable[ArticleLook]) -> list[ArticleLook]:
    """Those at known articles that were asked for. What was removed before can neither change nor vanish."""
    return [look for look in looks if look.known and look.asked and look.known.state is not ArticleState.REMOVED]


def name_trouble(group: Sequence[ArticleLook], verdict: Verdict) -> IncidentReason | None:
    """What pages that answer like this amount to. Where their titles stand as ever, it is the text that is missed."""
    from crawler.parser.second_look import WITHOUT_TEXT  # most checks find no such page

    if verdict is Verdict.STUB and describe(group, verdict) == WITHOUT_TEXT:
        return IncidentReason.PARSER_DRIFT
    return incident_for(verdict)


def describe(group: Sequence[ArticleLook], verdict: Verdict) -> str:
    """What most of the pages answered."""
    if verdict in WELL:
        return "most of the text is missing"
    return next(look.assessment.reason or str(verdict) for look in group if look.assessment.verdict is verdict)


def is_absent(look: ArticleLook) -> bool:
    """Whether the page says that the article is gone."""
    return look.assessment.verdict in SIGNS_OF_ABSENCE


def is_proof_alone(looks: Iterable[ArticleLook], state: SourceState, policy: GuardPolicy) -> bool:
    """Whether pages that are gone prove something though the list was not asked beside them.

    Only the list can deny that they are: while it may, or while many are, nothing is concluded without it.
    """
    many_gone = sum(map(is_absent, looks)) >= max(policy.mass_minimum, 1)
    return not (state.failures or state.habits.unread or state.habits.short or many_gone)


def has_lost_its_text(look: ArticleLook) -> bool:
    """Whether little is left of a text that was long."""
    if look.article is None or look.before is None:
        return False
    before = len(look.before.article.text)
    return before > WHOLE and len(look.article.text) < REST * before


def refuse_lost(looks: Sequence[ArticleLook], pages: Pages) -> list[ArticleLook]:
    """The looks, where the reader misses the text of most pages, without what it read of those."""
    if pages.trouble is not IncidentReason.PARSER_DRIFT:
        return list(looks)
    missed = Assessment(verdict=Verdict.UNEXPECTED, reason="most of the text is missing, as on other pages")
    return [replace(look, article=None, assessment=missed) if has_lost_its_text(look) else look for look in looks]


def seems_changed(look: ArticleLook) -> bool:
    """Whether a known article looks edited, or gone, for the first time."""
    known = look.known
    if known is None or known.state is not ArticleState.PRESENT or known.suspicion is not None:
        return False
    if look.article is None:
        return is_absent(look)
    from crawler.differ.fingerprint import fingerprint  # most checks read no article

    return look.before is not None and fingerprint(look.article) != known.fingerprint


def shows_a_mass(looks: Sequence[ArticleLook], habits: Habits, policy: GuardPolicy, now: datetime) -> bool:
    """Whether so much of what was looked at changed, this time and within a day, that the rest must be looked at too.

    Articles are looked at again when they are due, so a change of all of them would drip in over days.
    """
    if habits.widened_at is not None and now - habits.widened_at < WINDOW:
        return False
    signs = {look.known.id for look in looks if look.known and seems_changed(look)}
    if not signs:
        return False
    recent = [trace for trace in habits.traces if now - trace.at < WINDOW]
    begun = min((trace.at for trace in recent), default=now)
    read = len(present_among(looks))
    read += sum(count for at, count in habits.looks if at >= begun)
    sooner = replace(policy, mass_minimum=math.ceil(policy.mass_minimum * SUSPICIOUS))
    return is_mass(len(signs | {trace.article_id for trace in recent}), read, sooner)
