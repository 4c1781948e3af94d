"""Texts as search finds them: cut into terms, the same for what is searched and for what is asked.

A word of a script with spaces is one term, without case, width and Latin marks (``México`` is ``mexico``). Scripts
without spaces are cut into pairs of neighbours, and the last character of a run stands once more alone: 国务院 gives
国务, 务院, 院. So every piece of a run is found as a phrase of its pairs, two characters as well as ten, and a single
character by the terms that begin with it. (A trigram index finds nothing shorter than three.)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

#: Raised whenever the same text may give other terms: whoever keeps them makes them anew.
TERMS_VERSION = 1

_LONGEST = 60
#: Thai, Lao, Myanmar, Khmer; kana and bopomofo; Hangul; Han, with its marks of repetition and its later blocks.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035"
    "\u3038-\u303b\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u3131-\u318e\u31a0-\u31bf"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9f"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_RUN = re.compile(rf"([{_UNSPACED}]+)|(?:[^\W_{_UNSPACED}][\u0300-\u036f]*)+")
_UNSPACED_RUN = re.compile(f"[{_UNSPACED}]+")
_MARKS = re.compile("[\u0300-\u036f]")
#: A part of a query: perhaps taken back by a minus, perhaps in quotes, perhaps the beginning of a word only.
_PART = re.compile(r"""(?P<minus>(?<!\S)[-−－])?(?:"(?P<quoted>[^"]*)"|“(?P<curly>[^”]*)”|(?P<plain>[^\s"“]+))""")


class Term(NamedTuple):
    """A term, and where in the text it stands."""

    text: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """Terms that must follow each other; ``open``: the last one may go on."""

    terms: tuple[str, ...]
    open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What must all be there, and what must not."""

    wanted: tuple[Phrase, ...] = ()
    unwanted: tuple[Phrase, ...] = ()


def list_terms(text: str) -> list[str]:
    """The terms of ``text`` in order."""
    terms: list[str] = []
    for run in _RUN.finditer(text):
        plain = _plain(run[0])
        if run[1] is not None:
            terms += [plain[place : place + 2] for place in range(len(plain))]
        elif plain:
            terms.append(plain[:_LONGEST])
    return terms


def cut(text: str) -> Iterator[Term]:
    """The terms of ``text`` with their places. Two that follow each other in a script without spaces overlap."""
    for run in _RUN.finditer(text):
        plain, (start, stop) = _plain(run[0]), run.span()
        if run[1] is None:
            if plain:
                yield Term(plain[:_LONGEST], start, stop)
            continue
        exact = len(plain) == stop - start  # else a character became several, and all that is known is the run
        for place in range(len(plain)):
            begin, end = (start + place, min(start + place + 2, stop)) if exact else (start, stop)
            yield Term(plain[place : place + 2], begin, end)


def _plain(word: str) -> str:
    if word.isascii():
        return word.lower()
    wide = unicodedata.normalize("NFKC", word).casefold()
    bare = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", wide)))
    if bare.isalnum() or _UNSPACED_RUN.fullmatch(bare):  # the vowels of Thai are marks, and no letters
        return bare
    return "".join(filter(str.isalnum, bare))


def read_query(text: str) -> Query:
    """What a person asks for: words that must all be there, ``"in this order"``, ``-without``, ``beginning*``."""
    wanted: list[Phrase] = []
    unwanted: list[Phrase] = []
    for part in _PART.finditer(text):
        phrase = _read_phrase(next(filter(None, (part["quoted"], part["curly"], part["plain"])), ""))
        if phrase.terms:
            (unwanted if part["minus"] else wanted).append(phrase)
    return Query(wanted=tuple(dict.fromkeys(wanted)), unwanted=tuple(dict.fromkeys(unwanted)))


def _read_phrase(text: str) -> Phrase:
    found = list(cut(text))
    terms = tuple(term.text for term in found)
    if len(found) > 1 and found[-2].stop > found[-1].start:
        return Phrase(terms[:-1])  # without the last character alone: where it is found, its run may go on
    is_open = text.rstrip().endswith("*") or (bool(terms) and _UNSPACED_RUN.fullmatch(terms[-1]) is not None)
    return Phrase(terms, open=is_open)


def find_passages(text: str, query: Query) -> list[tuple[int, int]]:
    """Where in ``text`` something stands that was wanted: from and to, in order, none overlapping the one before."""
    terms = list(cut(text))
    spans = sorted(span for phrase in query.wanted for span in _find_phrase(terms, phrase))
    passages: list[tuple[int, int]] = []
    for start, stop in spans:
        if passages and start < passages[-1][1]:
            passages[-1] = (passages[-1][0], max(stop, passages[-1][1]))
        else:
            passages.append((start, stop))
    return passages


def _find_phrase(terms: Sequence[Term], phrase: Phrase) -> Iterator[tuple[int, int]]:
    *before, last = phrase.terms
    for place in range(len(terms) - len(before)):
        end = terms[place + len(before)]
        is_there = end.text.startswith(last) if phrase.open else end.text == last
        if is_there and all(
            term.text == wanted for term, wanted in zip(terms[place : place + len(before)], before, strict=True)
        ):
            stop = min(end.start + len(last), end.stop) if phrase.open else end.stop
            yield terms[place].start, stop
