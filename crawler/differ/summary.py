"""One sentence a person can read about a change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from crawler.differ.folding import HAN
from crawler.differ.regions import find_regions
from crawler.differ.render import make_harmless
from crawler.model import ChangeKind, Fact, FactType, Hunk, HunkOp
from crawler.text.normalize import shorten

_MAX_TITLE = 80
_MAX_PART = 40
_MAX_LABEL_WORDS = 3
_MAX_LABEL_HAN = 8
_MOST_FACTS = 2

_FIGURES = frozenset({FactType.NUMBER, FactType.MONEY, FactType.PERCENT, FactType.DATE})
_CLAUSE = re.compile(r"[,，.。;；:：!！?？、()（）\n“”\"「」]")
_WORDS = re.compile(f"[{HAN}]+|[^\\W_{HAN}][\\w'’\\-]*")
_FILLERS = (
    "a an the of by to at in on for from with and or is are was were be been has have had it its this that which as "
    "about some more than less over under up down nearly almost around approximately"
)
_EMPTY_WORDS = frozenset(_FILLERS.split())
#: After these the figure belongs to what follows it: "an 11% increase".
_POINTING_ON = frozenset(("a", "an", "the", "of", "with", "for"))
_MAX_BARE = 12
_REACH = 40
_LEFT = re.compile(f"(?:[{HAN}]{{1,6}}|(?:[^\\W_{HAN}]{{1,20}} ){{1,2}})$")
_RIGHT = re.compile(f"[{HAN}]{{1,6}}|(?: ?[^\\W_{HAN}]{{1,20}}){{1,2}}")
_LABELLESS = re.compile(r"[了至到为達达约約共的约超过超過]+$")


def summarize(
    kind: ChangeKind,
    title: str,
    *,
    facts: Sequence[Fact] = (),
    fields: Iterable[str] = (),
    hunks: Sequence[Hunk] = (),
    silent: bool | None = None,
    is_dated: bool = True,
    sightings: int = 0,
    removed_by: str | None = None,
    url: str = "",
) -> str:
    """The sentence for a change of an article called ``title``.

    ``hunks`` (full ones) lend the figures their names, ``is_dated`` says whether the article shows a date,
    ``sightings`` how often a removed one was found gone, ``url`` is where a moved one went.
    """
    name = f"“{shorten(make_harmless(title, one_line=True), _MAX_TITLE)}”"
    if kind is ChangeKind.NEW:
        told = [_part(fact.after) for fact in facts[: _MOST_FACTS + 1] if fact.after]
        return f"New: {name} ({', '.join(told)})" if told else f"New: {name}"
    if kind is ChangeKind.EDITED:
        return _summarize_edit(name, facts, tuple(fields), hunks, silent=silent, is_dated=is_dated)
    if kind is ChangeKind.REMOVED:
        by = f" by the {removed_by}" if removed_by else ""
        return f"{name} was removed{by}" + (f"; found gone {sightings} times" if sightings else "")
    if kind is ChangeKind.MISSING:
        return f"{name} may be gone" + (f": taken down by the {removed_by}" if removed_by else "; not proven yet")
    if kind is ChangeKind.RESTORED:
        return f"{name} is back"
    return f"{name} moved to {make_harmless(url, one_line=True)}" if url else f"{name} moved"


def _summarize_edit(
    name: str,
    facts: Sequence[Fact],
    fields: tuple[str, ...],
    hunks: Sequence[Hunk],
    *,
    silent: bool | None,
    is_dated: bool,
) -> str:
    weightiest = sorted(facts, key=lambda fact: fact.field != "status")  # that a text holds no more says more than any
    told = "; ".join(describe_fact(fact, hunks) for fact in weightiest[:_MOST_FACTS])
    more = len(facts) - _MOST_FACTS
    if more > 0:
        told += f" and {more} more"
    sentence = f"{told or _describe_moves(hunks) or _describe_fields(fields)} in {name}"
    if not silent:
        return sentence
    unmoved = "; page date unchanged" if is_dated and "published_at" not in fields else ""
    return f"{sentence}, unannounced{unmoved}"


def _describe_moves(hunks: Sequence[Hunk]) -> str:
    """``moved: “…”`` where text stands elsewhere and nothing else happened to it."""
    changed = [hunk for hunk in hunks if hunk.op is not HunkOp.EQUAL]
    if not changed or any(hunk.op is not HunkOp.MOVE for hunk in changed):
        return ""
    first = next((text for hunk in changed if (text := hunk.before or hunk.after)), "")
    return f"moved: “{_part(first)}”"


def _describe_fields(fields: Sequence[str]) -> str:
    return f"Changed {', '.join(field.replace('_', ' ') for field in fields)}" if fields else "Changed"


def describe_fact(fact: Fact, hunks: Sequence[Hunk] = ()) -> str:
    """``GDP 11% → 1.1%``: the fact, with the words before it in the text where they name it. One harmless line.

    A fact in the text of a file ends in the file's name: ``rate 5% → 15% (rules.pdf)``.
    """
    return f"{_describe(fact, hunks)} ({_part(fact.file)})" if fact.file else _describe(fact, hunks)


def _describe(fact: Fact, hunks: Sequence[Hunk]) -> str:
    if fact.type is FactType.ATTACHMENT:
        return _describe_swap("attachment", fact)
    if fact.type is FactType.LINK:
        return _describe_swap("link", fact)
    if fact.field == "status":
        return f"status {_arrow(fact)}"
    if fact.field in ("published_at", "publisher", "author"):
        return f"{fact.field.replace('published_at', 'date')} {_arrow(fact)}"
    if fact.type in _FIGURES:
        return f"{_find_label(fact, hunks)} {_arrow(fact)}".lstrip()
    return _in_context(fact, hunks) or _arrow(fact)


def _arrow(fact: Fact) -> str:
    if fact.before and fact.after:
        return f"{_part(fact.before)} → {_part(fact.after)}"
    return f"added: {_part(fact.after)}" if fact.after else f"deleted: {_part(fact.before)}"


def _describe_swap(noun: str, fact: Fact) -> str:
    if fact.before and fact.after:
        return f"{noun} {_part(fact.before)} replaced by {_part(fact.after)}"
    return f"{noun} added: {_part(fact.after)}" if fact.after else f"{noun} taken away: {_part(fact.before)}"


def _part(text: str | None) -> str:
    return shorten(make_harmless(text or "", one_line=True), _MAX_PART)


def _find_label(fact: Fact, hunks: Sequence[Hunk]) -> str:
    """The words that name a figure: those before it in its clause, else those after it."""
    for region in find_regions([hunk for hunk in hunks if hunk.place == (fact.field, fact.file)]):
        for text, value in ((region.after, fact.after), (region.before, fact.before)):
            if value and text.count(value) == 1:
                lead, _, trail = text.partition(value)
                return _label_before(lead) or _label_after(trail)
    return ""


def _label_before(lead: str) -> str:
    words = _WORDS.findall(_CLAUSE.split(make_harmless(lead, one_line=True))[-1])
    while words and words[-1].lower() in _EMPTY_WORDS:
        if words.pop().lower() in _POINTING_ON:
            return ""
    return _join_words(words[-_MAX_LABEL_WORDS:])


def _label_after(trail: str) -> str:
    words = _WORDS.findall(_CLAUSE.split(make_harmless(trail, one_line=True))[0])[: _MAX_LABEL_WORDS + 1]
    while words and words[-1].lower() in _EMPTY_WORDS:
        words.pop()
    return "" if words and words[0].lower() in _EMPTY_WORDS else _join_words(words)


def _in_context(fact: Fact, hunks: Sequence[Hunk]) -> str:
    """A short change of words between the words around it: a lone ``不`` says nothing."""
    if max(len(fact.before or ""), len(fact.after or "")) > _MAX_BARE:
        return ""
    for region in find_regions([hunk for hunk in hunks if hunk.place == (fact.field, fact.file)]):
        for place in () if region.is_stray else region.places:
            before, after = region.before[place.b0 : place.b1], region.after[place.a0 : place.a1]
            if _meets(before, fact.before) and _meets(after, fact.after):
                left, right = _LEFT.search(region.before[: place.b0][-_REACH:]), _RIGHT.match(region.before[place.b1 :])
                head, tail = left[0] if left else "", right[0] if right else ""
                if not (head or tail or (before.strip() and after.strip())):
                    return ""
                return f"“{_part(head + before + tail)}” → “{_part(head + after + tail)}”"
    return ""


def _meets(changed: str, told: str | None) -> bool:
    """Whether the changed text and what a fact tells of it are about the same words."""
    changed = changed.strip()
    return not changed if told is None else bool(changed) and (changed in told or told in changed)


def _join_words(words: list[str]) -> str:
    """Words with spaces between Latin ones, Han runs cut to a readable length."""
    text = re.sub(f"(?<=[{HAN}]) | (?=[{HAN}])", "", " ".join(words))
    text = _LABELLESS.sub("", text)
    if not re.search(f"[{HAN}]", text):
        return text
    return text[-_MAX_LABEL_HAN:] if len(text) > _MAX_LABEL_HAN else text
