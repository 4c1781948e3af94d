"""The facts of a change: figures, dates, names and words of permission, old to new.

A change that touches a digit always gives a fact of a figure or a date: no rule here can make a figure a wording.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from crawler.differ.fields import is_same_attachment, link_key, moment_text, pair_attachments, reworded_attachments
from crawler.differ.folding import compare_key
from crawler.differ.regions import Place, Region, find_regions
from crawler.differ.spans import (
    Span,
    figures_of,
    find_figures,
    find_quotes,
    find_spans,
    is_numeral,
    widen_figure,
)
from crawler.model import Article, Attachment, Fact, FactType, Hunk
from crawler.text.normalize import shorten

#: Facts of one change and of a new article, at most.
MAX_FACTS = 30
MAX_NEW_FACTS = 12
#: A fact quotes at most so much text.
MAX_QUOTE = 160
#: Of a new article so much text is searched for facts.
MAX_READ = 20_000
#: Where more than this is replaced at once, words of permission and names are no longer compared one by one.
MAX_PLACE = 100
#: Of one field so many changed regions are searched for facts; a text with more of them was rewritten.
MAX_REGIONS = 500
#: In longer regions (a rewritten article) only the beginning is searched for typed spans.
MAX_REGION = 6_000

_RANK = {
    FactType.NEGATION: 0,
    FactType.MONEY: 1,
    FactType.PERCENT: 1,
    FactType.NUMBER: 1,
    FactType.DATE: 2,
    FactType.NAME: 3,
    FactType.ATTACHMENT: 3,
    FactType.QUOTE: 4,
    FactType.LINK: 5,
    FactType.WORDING: 6,
}
_FIGURES = frozenset({FactType.NUMBER, FactType.MONEY, FactType.PERCENT, FactType.DATE})
_FIGURE = re.compile(r"(?<![0-9A-Za-z])[-+]?\d[\d.,]*|\d[\d.,]*")
_DEADLINE_BEFORE = re.compile(
    r"(?:截止|截至|不晚于|不迟于|至|by|until|before|no later than|deadline|due|締切|期限)\W{0,8}$", re.I
)
_DEADLINE_AFTER = re.compile(r"\s?(?:之?前|以前|截止|为止|止|まで|以内|deadline|at the latest)", re.I)


def find_facts(hunks: Sequence[Hunk]) -> tuple[Fact, ...]:
    """The facts of the full hunks of running text (title, body…), field by field, the most telling first."""
    facts: list[Fact] = []
    for (name, file), group in groupby(hunks, key=lambda hunk: hunk.place):
        regions = find_regions(list(group))[:MAX_REGIONS]
        facts.extend(replace(fact, file=file) if file else fact for fact in _facts_of_regions(name, regions))
    return rank_facts(facts)


def rank_facts(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Each fact once, the most telling first, at most ``MAX_FACTS``."""
    return tuple(sorted(dict.fromkeys(facts), key=lambda fact: _RANK[fact.type])[:MAX_FACTS])


def _facts_of_regions(field: str, regions: Sequence[Region]) -> Iterator[Fact]:
    strays = [region for region in regions if region.is_stray]
    for region in regions:
        if not region.is_stray:
            yield from _facts_of_region(field, region)
    yield from _facts_of_strays(field, strays)


def _facts_of_region(field: str, region: Region) -> list[Fact]:
    find = find_spans if any(_is_small(place) for place in region.places) else find_figures
    old_spans, new_spans = find(region.before[:MAX_REGION]), find(region.after[:MAX_REGION])
    facts: list[Fact] = []
    gone: list[Span] = []
    come: list[Span] = []
    for places in _group_places(region.places, old_spans, new_spans):
        touched_old = _touched(old_spans, [(place.b0, place.b1) for place in places])
        touched_new = _touched(new_spans, [(place.a0, place.a1) for place in places])
        old, new = _without_common(touched_old, touched_new)
        found = [_paired(field, *pair) for pair in _take_pairs(old, new, (_same_unit, _same_type, _both_figures))]
        found.extend(_bare_figures(field, region, places, touched_old, touched_new))
        quotes = list(_quotations(field, region, places))
        if not (found or old or new or quotes):
            found.extend(_wordings(field, region, places))
        found.extend(quotes)
        facts.extend(found)
        gone.extend(old)
        come.extend(new)
    gone, come = _without_common(gone, come)
    facts.extend(_paired(field, *pair) for pair in _take_pairs(gone, come, (_same_named_unit,)))
    facts.extend(_one_sided(field, gone, come))
    return facts or list(_wordings(field, region, region.places))


def _is_small(place: Place) -> bool:
    return min(place.b1 - place.b0, place.a1 - place.a0) <= MAX_PLACE


def _group_places(places: Iterable[Place], old: Sequence[Span], new: Sequence[Span]) -> list[list[Place]]:
    """Places that touch one and the same figure or date belong together."""
    groups: list[list[Place]] = []
    for place in places:
        if groups and (_share_span(old, groups[-1][-1].b1, place.b0) or _share_span(new, groups[-1][-1].a1, place.a0)):
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups


def _share_span(spans: Iterable[Span], left: int, right: int) -> bool:
    return any(span.start < left and right < span.end for span in spans if span.type in _FIGURES)


def _touched(spans: Iterable[Span], stretches: Sequence[tuple[int, int]]) -> list[Span]:
    """The spans that a change overlaps; figures and dates also where it only adjoins them."""
    return [span for span in spans if any(_meets(span, start, end) for start, end in stretches)]


def _meets(span: Span, start: int, end: int) -> bool:
    if span.type in _FIGURES:
        return span.start <= end and start <= span.end
    if span.type is FactType.NEGATION and start == end:  # "must" and "not" put beside it are one matter
        return span.start <= end + 1 and start <= span.end + 1
    return span.start < end and start < span.end and end - start <= MAX_PLACE


def _without_common(old: Sequence[Span], new: Sequence[Span]) -> tuple[list[Span], list[Span]]:
    """Both sides without what they have in common."""
    rest_old, rest_new = list(old), list(new)
    for span in old:
        twin = next((other for other in rest_new if (other.type, other.key) == (span.type, span.key)), None)
        if twin is not None:
            rest_old.remove(span)
            rest_new.remove(twin)
    return rest_old, rest_new


def _take_pairs(
    old: list[Span], new: list[Span], rules: Sequence[Callable[[Span, Span], bool]]
) -> Iterator[tuple[Span, Span]]:
    """Takes counterparts out of both lists, in order, by one rule after the other."""
    for is_counterpart in rules:
        for span in list(old):
            partner = next((other for other in new if is_counterpart(span, other)), None)
            if partner is not None:
                old.remove(span)
                new.remove(partner)
                yield span, partner


def _paired(field: str, old: Span, new: Span) -> Fact:
    return _fact(new.type, field, old.raw, new.raw)


def _one_sided(field: str, gone: Iterable[Span], come: Iterable[Span]) -> Iterator[Fact]:
    yield from (_fact(span.type, field, span.raw, None) for span in gone)
    yield from (_fact(span.type, field, None, span.raw) for span in come)


def _same_unit(left: Span, right: Span) -> bool:
    return left.type is right.type and left.unit == right.unit


def _same_type(left: Span, right: Span) -> bool:
    return left.type is right.type


def _both_figures(left: Span, right: Span) -> bool:
    return left.type in _FIGURES and right.type in _FIGURES


def _same_named_unit(left: Span, right: Span) -> bool:
    return _same_unit(left, right) and bool(left.unit)


def _bare_figures(
    field: str, region: Region, places: Iterable[Place], old: Sequence[Span], new: Sequence[Span]
) -> Iterator[Fact]:
    """Changed digits and Han numerals that no typed span covers (codes, designations)."""
    for place in places:
        before = _uncovered(region.before, place.b0, place.b1, old)
        after = _uncovered(region.after, place.a0, place.a1, new)
        if _figures(before) != _figures(after) or is_numeral(before + after):
            b0, b1 = widen_figure(region.before, place.b0, place.b1)
            a0, a1 = widen_figure(region.after, place.a0, place.a1)
            yield _fact(FactType.NUMBER, field, region.before[b0:b1] or None, region.after[a0:a1] or None)


def _uncovered(text: str, start: int, end: int, spans: Iterable[Span]) -> str:
    """``text[start:end]`` with a space for every character of a figure or date that is known as such.

    So for numerals that are letters of a name (田中一郎): the name tells them. A digit in a name is told twice.
    """
    characters = list(text[start:end])
    for span in spans:
        if span.type in _FIGURES or span.type is FactType.NAME:
            for place in range(max(span.start, start), min(span.end, end)):
                if span.type in _FIGURES or not text[place].isdecimal():
                    characters[place - start] = " "
    return "".join(characters).strip()


def _figures(text: str) -> list[str]:
    """The figures in ``text`` with their signs, without the grouping of thousands."""
    return [figure.rstrip(".,").replace(",", "") for figure in _FIGURE.findall(compare_key(text))]


def _quotations(field: str, region: Region, places: Sequence[Place]) -> Iterator[Fact]:
    """What stands between quotation marks and was changed, whatever sort of words changed in it."""
    old = _changed_inside(region.before, [(place.b0, place.b1) for place in places])
    new = _changed_inside(region.after, [(place.a0, place.a1) for place in places])
    old, new = _without_common(old, new)
    for before, after in zip(old, new, strict=False):
        yield _fact(FactType.QUOTE, field, before.raw, after.raw)
    yield from _one_sided(field, old[len(new) :], new[len(old) :])


def _changed_inside(text: str, stretches: Sequence[tuple[int, int]]) -> list[Span]:
    """The quotations in ``text`` that a change overlaps, or was put into."""
    quotes = find_quotes(text[:MAX_REGION])
    return [quote for quote in quotes if any(quote.start < max(b, a + 1) and a < quote.end for a, b in stretches)]


def _wordings(field: str, region: Region, places: Iterable[Place]) -> Iterator[Fact]:
    for place in places:
        before, after = region.before[place.b0 : place.b1], region.after[place.a0 : place.a1]
        yield _fact(FactType.WORDING, field, before or None, after or None)


def _facts_of_strays(field: str, strays: Sequence[Region]) -> Iterator[Fact]:
    """Sentences that were added or taken away whole: their figures, then the sentences themselves."""
    old = [span for region in strays for span in find_figures(region.before[:MAX_REGION])]
    new = [span for region in strays for span in find_figures(region.after[:MAX_REGION])]
    yield from _one_sided(field, *_without_common(old, new))
    for region in strays:
        yield _fact(FactType.WORDING, field, region.before or None, region.after or None)


def _fact(kind: FactType, field: str, before: str | None, after: str | None) -> Fact:
    return Fact(type=kind, field=field, before=_quote(before), after=_quote(after))


def _quote(text: str | None) -> str | None:
    return shorten(" ".join(text.split()), MAX_QUOTE) if text is not None else None


def facts_of_fields(before: Article, after: Article, fields: Iterable[str]) -> Iterator[Fact]:
    """The facts of those ``fields`` that are no running text."""
    differing = set(fields)
    if "published_at" in differing:
        old, new = moment_text(before.published), moment_text(after.published)
        yield Fact(type=FactType.DATE, field="published_at", before=old or None, after=new or None)
    if "publisher" in differing:
        yield _fact(FactType.NAME, "publisher", before.publisher or None, after.publisher or None)
    if "author" in differing:
        old, new = ", ".join(before.authors), ", ".join(after.authors)
        yield _fact(FactType.NAME, "author", old or None, new or None)
    if "status" in differing:
        yield _fact(FactType.WORDING, "status", before.status or None, after.status or None)
    if "attachments" in differing:
        yield from _attachment_facts(before, after)
    if "links" in differing:
        yield from _link_facts(before, after)


def _attachment_facts(before: Article, after: Article) -> Iterator[Fact]:
    told_in_words = {id(new) for old, new in reworded_attachments(before, after) if old.name == new.name}
    for old, new in pair_attachments(before.attachments, after.attachments):
        if not is_same_attachment(old, new) and id(new) not in told_in_words:
            yield _fact(FactType.ATTACHMENT, "attachments", _file_name(old, new), _file_name(new, old))


def _file_name(file: Attachment | None, other: Attachment | None) -> str | None:
    """The name of a file, with what tells it from ``other``."""
    if file is None:
        return None
    name = file.name or file.url
    if other is None or compare_key(file.name) != compare_key(other.name):
        return name
    return f"{name} (sha256 {file.sha256[:12]})" if file.sha256 and other.sha256 else f"{name} <{file.url}>"


def _link_facts(before: Article, after: Article) -> Iterator[Fact]:
    old, new = {link_key(link.url) for link in before.links}, {link_key(link.url) for link in after.links}
    gone = [link for link in before.links if link_key(link.url) not in new]
    come = [link for link in after.links if link_key(link.url) not in old]
    for link in gone:
        twin = next((other for other in come if compare_key(other.text) == compare_key(link.text)), None)
        if twin is not None:
            come.remove(twin)
        yield _fact(FactType.LINK, "links", link.url, twin.url if twin else None)
    for link in come:
        yield _fact(FactType.LINK, "links", None, link.url)


def facts_of_new(article: Article) -> tuple[Fact, ...]:
    """What a new article tells in figures: deadlines, sums, percentages, dates; the most telling first, at most 12."""
    scored: dict[tuple[FactType, str], tuple[float, int, Fact]] = {}
    for field, file, text in _places_of_new(article):
        for span in figures_of(text):
            weight = _weigh(field, text, span)
            if weight > 0 and (span.type, span.key) not in scored:
                fact = replace(_fact(span.type, field, None, span.raw), file=file)
                scored[span.type, span.key] = (-weight, len(scored), fact)
    return tuple(fact for _, _, fact in sorted(scored.values(), key=lambda item: item[:2])[:MAX_NEW_FACTS])


def _places_of_new(article: Article) -> Iterator[tuple[str, str, str]]:
    """Field, file and text of all that is searched; of all files together as much as of the article."""
    yield "title", "", article.title
    yield "body", "", article.text[:MAX_READ]
    left = MAX_READ
    for each in article.attachments:
        text = "\n\n".join(block.text for block in each.blocks)[:left] if left and each.blocks else ""
        left -= len(text)
        if text:
            yield "attachments", each.name or each.url, text


def _weigh(field: str, text: str, span: Span) -> float:
    """How telling a figure is: a bare number (list numbering, years) tells nothing."""
    weight = {FactType.MONEY: 3.0, FactType.PERCENT: 2.5, FactType.DATE: 1.0}.get(span.type, 1.5 if span.unit else 0.0)
    if span.type is FactType.DATE and _is_deadline(text, span):
        weight = 4.0
    return weight + 0.5 if weight and field == "title" else weight


def _is_deadline(text: str, span: Span) -> bool:
    before, after = text[max(0, span.start - 24) : span.start], text[span.end : span.end + 12]
    return bool(_DEADLINE_BEFORE.search(before) or _DEADLINE_AFTER.match(after))
