"""What each source's good pages have in common, and whether a page is one of them. Pure.

A list of known failures is never complete. So every page that was read well teaches what is usual at its host: the
type, the shape of the address, the metas and the container. A page that matches no known failure, yet has hardly any
of that and says by nothing that it is the article asked for, is ``unexpected``: neither edit nor removal. Pages that do
say so teach a new shape, so a redesign is learned in passing and what it does to the texts is for the guard to judge.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from functools import lru_cache

from crawler.model import Article, Assessment, Expectation, Fetched, HostExpectation, PageFacts, Verdict
from crawler.parser.page_signs import names_article
from crawler.parser.second_look import is_declared, weigh
from crawler.text.urls import host_of, path_shape

#: Fewer good pages teach too little to judge by.
ENOUGH = 5.0
#: A mark is usual where this share of the pages has it.
USUAL = 0.9
#: A page that lacks this share of what is usual does not fit.
FOREIGN = 0.7
#: … and half of it where the others name themselves and this one does not.
_HALF = 0.5
_STRUCTURE = 3
#: Each further page makes the earlier ones count so much less: some sixty of them are remembered.
DECAY = 0.984
#: So many different pages in a row that do not fit are the new shape.
PERSISTENT = 8
_MOST_MARKS = 40
_MOST_HOSTS = 6
_HEAD = 30_000
_LOOKED_AT = 100_000
_FORGOTTEN = 0.05  # of the weight of all pages
#: Below this share of the shortest text that was ever seen, a text is no longer one of them.
_MUCH_SHORTER = 0.2
_OK = Assessment(verdict=Verdict.OK)
#: A page that was written to its end. Many sites leave the tag out; where most pages have it, one may have broken off.
_WHOLE = "end of the markup"
_MOSTLY = 0.5
_PLACE = "place "
#: Marks that say too little to be missed begin so.
_LOOSE = ("type ", _WHOLE)
_END = b"</html"
_TAIL = 2_000
#: Both patterns begin with a literal, which makes the search through a page cheap.
_METAS = re.compile(
    rb"""<(?i:meta\b[^>]{0,80}\b(?:name|property)\s?=\s?["']?([A-Za-z][\w:.\-]{2,40})["']?[^>]{0,200}\bcontent\s?=\s?["'][^"'])"""
)
_PLACES = re.compile(rb"""=(?:(?<=class=)|(?<=id=))["']([^"'<>]{2,120})""")
_TELLING = re.compile("content|article|editor|zoom|detail|entry|post|body|main|text|news|info")
#: Metas that every page of the web has.
_COMMON_METAS = frozenset({"viewport", "description", "keywords", "generator", "robots", "renderer", "referrer"})


def facts_of(fetched: Fetched, article: Article, *, known_as: tuple[str, ...] = ()) -> PageFacts:
    """How a page looks that was read. ``known_as`` are the titles by which listing and memory know the article."""
    return PageFacts(
        host=host_of(fetched.url),
        marks=_marks(fetched),
        own=is_declared(article) or any(names_article(title, article.title) for title in known_as),
        length=weigh(article.text),
        title=hashlib.sha256(article.title.encode("utf-8", "replace")).hexdigest()[:12],
    )


def _marks(fetched: Fetched) -> tuple[str, ...]:
    body = fetched.body[:_LOOKED_AT]
    metas = {found.decode("ascii").lower() for found in _METAS.findall(body[:_HEAD])} - _COMMON_METAS
    words = b" ".join(set(_PLACES.findall(body))).decode("latin-1").split()
    places = set(filter(_is_telling, words))
    structure = [
        *(f"meta {name}" for name in sorted(metas)),
        *(f"{_PLACE}{word}" for word in sorted(places)[:_MOST_MARKS]),
    ]
    ending = (_WHOLE,) if _END in fetched.body[-_TAIL:].lower() else ()
    return (f"type {fetched.media_type}", *ending, f"path {path_shape(fetched.url)}", *structure)[: 2 * _MOST_MARKS]


@lru_cache(maxsize=8_192)
def _is_telling(word: str) -> bool:
    """Whether a class or an id speaks of content; the pages of a source use the same ones again and again."""
    return _TELLING.search(word.lower()) is not None


def judge(expectation: Expectation, facts: PageFacts) -> Assessment:
    """Whether the page is what this source's pages are; ``ok`` also where too little is known to say."""
    known = _of_host(expectation, facts.host)
    if facts.own or known is None or known.weight < ENOUGH:
        return _OK
    usual = [mark for mark, weight in known.marks if weight >= USUAL * known.weight and not mark.startswith(_LOOSE)]
    missing = [mark for mark in usual if mark not in facts.marks]
    owned = known.own >= USUAL * known.weight
    lacks = FOREIGN * len(usual) if len(usual) >= _STRUCTURE else len(usual)
    if usual and len(missing) >= (min(lacks, _HALF * len(usual)) if owned else lacks):
        named = ", ".join(missing[:3])
        return Assessment(verdict=Verdict.UNEXPECTED, reason=f"lacks what this source's pages have: {named}"[:300])
    if owned and facts.length < _MUCH_SHORTER * known.shortest:
        return Assessment(
            verdict=Verdict.UNEXPECTED, reason="no date, no known title, and much shorter than the others"
        )
    return _OK


def new_places(expectation: Expectation, facts: PageFacts) -> frozenset[str]:
    """The containers that no page of the host had before, where this one lacks half of the usual ones; else nothing."""
    known = _of_host(expectation, facts.host)
    if known is None or known.weight < ENOUGH:
        return frozenset()
    places = {mark: weight for mark, weight in known.marks if mark.startswith(_PLACE)}
    usual = [mark for mark, weight in places.items() if weight >= USUAL * known.weight]
    missing = [mark for mark in usual if mark not in facts.marks]
    if not usual or len(missing) < _HALF * len(usual):
        return frozenset()
    return frozenset(mark for mark in facts.marks if mark.startswith(_PLACE) and mark not in places)


def lacks_end(expectation: Expectation, facts: PageFacts) -> bool:
    """Whether the page's markup does not end as most pages of its host do."""
    known = _of_host(expectation, facts.host)
    if known is None or _WHOLE in facts.marks:
        return False
    return dict(known.marks).get(_WHOLE, 0.0) >= _MOSTLY * known.weight


def learn(expectation: Expectation, facts: PageFacts) -> Expectation:
    """What is expected after one more page: a good one teaches; those that do not fit do so once they persist."""
    known = _of_host(expectation, facts.host) or HostExpectation(host=facts.host)
    if judge(expectation, facts).verdict is Verdict.OK:
        return _with_host(expectation, _taught(known, facts))
    strangers = tuple(dict.fromkeys((*known.strangers, facts.title)))
    if len(strangers) >= PERSISTENT:
        return _with_host(expectation, _taught(HostExpectation(host=facts.host), facts))
    return _with_host(expectation, replace(known, strangers=strangers))


def _taught(known: HostExpectation, facts: PageFacts) -> HostExpectation:
    marks = {mark: weight * DECAY for mark, weight in known.marks}
    for mark in facts.marks:
        marks[mark] = marks.get(mark, 0.0) + 1.0
    weight = known.weight * DECAY + 1.0
    kept = sorted(((weight, mark) for mark, weight in marks.items()), key=lambda each: (-each[0], each[1]))
    return replace(
        known,
        weight=round(weight, 3),
        marks=tuple(
            (mark, round(share, 3))
            for share, mark in kept[:_MOST_MARKS]
            if mark in facts.marks or share > _FORGOTTEN * weight
        ),
        own=round(known.own * DECAY + facts.own, 3),
        shortest=facts.length if known.weight == 0 else min(round(known.shortest / DECAY), facts.length),
        strangers=(),
    )


def _of_host(expectation: Expectation, host: str) -> HostExpectation | None:
    return next((known for known in expectation.hosts if known.host == host), None)


def _with_host(expectation: Expectation, known: HostExpectation) -> Expectation:
    """The host learned of last stands first; those not met for long fall off."""
    others = [each for each in expectation.hosts if each.host != known.host]
    return Expectation(hosts=(known, *others)[:_MOST_HOSTS])
