"""What really happened in a world, and how well it was told: the scorer."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from urllib.parse import urlsplit

from crawler.model import Change, Fact, FactType, Incident, IncidentState, Level
from crawler.text.urls import canonical_url
from tests.world.play import Heard
from tests.world.site import Post, Site

#: Checks that may go by until something is told; a removal needs proof over a day.
GRACE = {"new": 1, "edited": 2, "moved": 2, "restored": 2, "removed": 6}
_FIGURE = re.compile(r"[\d.,〇零一二三四五六七八九十百千万亿億%-]")
_FIGURES = frozenset({FactType.NUMBER, FactType.PERCENT, FactType.MONEY, FactType.DATE})


@dataclass(slots=True, kw_only=True)
class Happening:
    """One true event. ``fact`` is the critical one: type, old and new as printed. ``silent`` None: not scored."""

    kind: str
    site: Site
    post: Post
    step: int
    sort: str = ""
    fact: tuple[FactType, str, str] | None = None
    silent: bool | None = None
    removed_by: str | None = None
    told: Change | None = None


@dataclass(slots=True, kw_only=True)
class Illness:
    """Trouble of a whole site from check ``begin`` to before ``end``. ``reasons`` empty: nothing is to be told.

    ``posts`` are those that a mass event must list.
    """

    site: Site
    name: str
    begin: int
    end: int
    reasons: frozenset[str]
    posts: list[Post] = field(default_factory=list)


@dataclass(slots=True)
class Truth:
    """The record of a world."""

    happenings: list[Happening] = field(default_factory=list)
    illnesses: list[Illness] = field(default_factory=list)

    def deadline(self, event: Happening) -> int:
        """The check by which an event must be told; what happens on an ill site waits until that is well."""
        met = [each.end for each in self.illnesses if each.site is event.site and each.begin <= event.step < each.end]
        return max([event.step, *met]) + GRACE[event.kind]


@dataclass(slots=True)
class Score:
    """How well a world was told. Shares are between 0 and 1; ``complaints`` say what went wrong, one line each."""

    told: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)
    facts: Counter[str] = field(default_factory=Counter)
    facts_found: Counter[str] = field(default_factory=Counter)
    silent_right: int = 0
    silent_asked: int = 0
    typos: int = 0
    typos_low: int = 0
    duplicates: int = 0
    flooded: int = 0
    incidents: Counter[str] = field(default_factory=Counter)
    article_checks: int = 0
    requests: int = 0
    complaints: list[str] = field(default_factory=list)

    def __add__(self, other: Score) -> Score:
        """Both worlds together."""
        return Score(**{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(Score)})

    def recall(self, kind: str) -> float:
        return share(self.told[kind], self.told[kind] + self.missed[kind])

    def precision(self, kind: str) -> float:
        return share(self.told[kind], self.told[kind] + self.false[kind])

    @property
    def figures(self) -> dict[str, float]:
        """The scorecard: more is better but for those that begin with ``false``, ``flooded`` and ``duplicates``."""
        kinds = sorted({*self.told, *self.missed, *self.false})
        card = {f"recall {kind}": self.recall(kind) for kind in kinds}
        card |= {f"precision {kind}": self.precision(kind) for kind in kinds}
        card |= {f"facts {sort}": share(self.facts_found[sort], self.facts[sort]) for sort in sorted(self.facts)}
        card["silent flag"] = share(self.silent_right, self.silent_asked)
        card["typo told low"] = share(self.typos_low, self.typos)
        card["incidents right"] = share(self.incidents["right"], self.incidents["expected"])
        card["false alerts per 1000"] = 1000 * sum(self.false.values()) / max(1, self.article_checks)
        card["flooded"] = float(self.flooded + self.incidents["unexpected"])
        card["duplicates"] = float(self.duplicates)
        return card


def share(part: int, whole: int) -> float:
    """A share; of nothing, everything is right."""
    return part / whole if whole else 1.0


def score(truth: Truth, heard: Sequence[Heard], sites: Iterable[Site]) -> Score:
    """Compares what was told with what happened."""
    result = Score(article_checks=sum(each.rechecked for each in heard))
    places = {path_key(site, path): post for site in sites for post in site.posts for path in post.paths}
    open_events: defaultdict[tuple[str, int], list[Happening]] = defaultdict(list)
    for event in truth.happenings:
        open_events[event.kind, id(event.post)].append(event)
    for each in heard:
        for change in each.changes:
            _take(result, truth, open_events, change, find_post(places, change), each.step)
    for event in truth.happenings:
        if event.told is None and truth.deadline(event) < len(heard):
            result.missed[event.kind] += 1
            result.complaints.append(f"missed {event.kind} {event.sort} at {event.site.id}: {event.fact}")
            if event.fact:
                result.facts[event.fact[0].value] += 1
    for illness in truth.illnesses:
        _judge_illness(result, illness, heard)
    _count_unexpected(result, truth, heard)
    return result


def path_key(site: Site, path: str) -> str:
    """A post's address without host and spelling."""
    return f"{site.id} {path.rstrip('/')}"


def find_post(places: dict[str, Post], change: Change) -> Post | None:
    """The post a change is about."""
    return places.get(f"{change.source} {urlsplit(canonical_url(change.article.url)).path}")


def _take(
    result: Score,
    truth: Truth,
    events: dict[tuple[str, int], list[Happening]],
    change: Change,
    post: Post | None,
    step: int,
) -> None:
    kind = change.kind.value
    waiting = events.get((kind, id(post)), [])
    fitting = [e for e in waiting if e.told is None and e.step <= step <= truth.deadline(e)]
    if fitting:
        fitting[0].told = change
        result.told[kind] += 1
        _judge(result, fitting[0], change)
        return
    result.false[kind] += 1
    result.duplicates += any(e.told is not None and e.step <= step <= truth.deadline(e) for e in waiting)
    ill = next((i for i in truth.illnesses if i.site.id == change.source and i.begin <= step <= i.end + 2), None)
    result.flooded += ill is not None
    result.complaints.append(
        f"false {kind} at {change.source} step {step}{' in ' + ill.name if ill else ''}: {change.article.title} "
        f"{change.fields} {[(f.type.value, f.before, f.after) for f in change.facts][:3]}"
    )


def _judge(result: Score, event: Happening, change: Change) -> None:
    if event.silent is not None:
        result.silent_asked += 1
        result.silent_right += change.silent is event.silent
        if change.silent is not event.silent:
            result.complaints.append(
                f"silent {change.silent}, not {event.silent}, at {event.site.id}: {change.summary}"
            )
    if event.sort == "typo":
        result.typos += 1
        result.typos_low += change.level is Level.LOW
    if event.fact:
        sort = event.fact[0].value
        result.facts[sort] += 1
        if any(is_told(event.fact, fact) for fact in change.facts):
            result.facts_found[sort] += 1
        else:
            told = [(fact.type.value, fact.before, fact.after) for fact in change.facts]
            result.complaints.append(f"fact {event.fact} at {event.site.id}, told {told}")


def is_told(wanted: tuple[FactType, str, str], fact: Fact) -> bool:
    """Whether a fact says what was changed: its type, its old and its new value."""
    kind, old, new = wanted
    if fact.type is not kind:
        return False
    return is_value(kind, old, fact.before) and is_value(kind, new, fact.after)


def is_value(kind: FactType, printed: str, told: str | None) -> bool:
    """Whether one side of a fact is the printed value. Every figure of it must be there; units may be left out."""
    if kind is FactType.ATTACHMENT:
        return bool(told)
    if told is None:
        return False
    if kind in _FIGURES:
        return core(printed) == core(told) and core(told) != ""
    told, printed = unicodedata.normalize("NFKC", told), unicodedata.normalize("NFKC", printed)
    return plain(told) in plain(printed) or plain(printed) in plain(told)


def plain(text: str) -> str:
    """Letters and digits alone: a quotation may be told with other marks than it was printed with."""
    return "".join(character for character in text if character.isalnum())


def core(text: str) -> str:
    """The figures of a value, in one width and without the grouping of thousands."""
    return "".join(_FIGURE.findall(unicodedata.normalize("NFKC", text))).replace(",", "").strip(".-")


def _judge_illness(result: Score, illness: Illness, heard: Sequence[Heard]) -> None:
    told = [
        incident
        for each in heard[illness.begin : illness.end + 8]
        for incident in each.incidents
        if incident.source == illness.site.id
    ]
    states = [incident.state for incident in told]
    if not illness.reasons:
        result.incidents["unexpected"] += len(told)
        return
    result.incidents["expected"] += 1
    right = states == [IncidentState.OPEN, IncidentState.CLOSED] and told[0].reason in illness.reasons
    right = right and _lists_all(illness, told[0])
    result.incidents["right"] += right
    if not right:
        found = [(each.reason.value, each.state.value, each.count) for each in told]
        result.complaints.append(
            f"incident {illness.name} of {len(illness.posts)} at {illness.site.id} step {illness.begin}: told {found}"
        )


def _lists_all(illness: Illness, incident: Incident) -> bool:
    wanted = {path.rstrip("/") for post in illness.posts for path in post.paths}
    listed = {urlsplit(canonical_url(each.url)).path for each in incident.articles}
    return not illness.posts or (len(listed) == len(illness.posts) and listed <= wanted)


def _count_unexpected(result: Score, truth: Truth, heard: Sequence[Heard]) -> None:
    for each in heard:
        for incident in each.incidents:
            spans = [i for i in truth.illnesses if i.site.id == incident.source and i.begin <= each.step < i.end + 8]
            if not spans:
                result.incidents["unexpected"] += 1
                result.complaints.append(
                    f"unexpected incident {incident.reason} {incident.state} at {incident.source} step {each.step}: "
                    f"{incident.detail}"
                )
