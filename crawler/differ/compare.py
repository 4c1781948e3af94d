"""Two readings of one article: is the later one an edit, and if so, what of it is to be told?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crawler.differ.facts import facts_of_fields, find_facts, rank_facts
from crawler.differ.fields import FIELDS, is_same_field
from crawler.differ.hunks import diff_field
from crawler.differ.significance import rate_change
from crawler.differ.stamps import find_notes, find_stamps
from crawler.model import Article, Fact, Hunk, Moment
from crawler.text.normalize import fold

_RUNNING_TEXT = frozenset(("title", "body"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What an edit changed.

    ``fields`` are those that differ, ``hunks`` are full (see ``shorten_hunks`` for the record), ``facts`` come the
    most telling first. ``silent``: content changed and no mark by which the publisher announces an update moved along.
    """

    fields: tuple[str, ...]
    hunks: tuple[Hunk, ...]
    facts: tuple[Fact, ...]
    silent: bool
    significance: float


def compare(before: Article, after: Article) -> Comparison | None:
    """What changed between two readings of an article, or None where nothing did that counts (contract §4).

    A new address alone is no edit: telling ``moved`` takes a look at the old address.
    """
    fields = tuple(field for field in FIELDS if not is_same_field(field, before, after))
    if not set(fields) - {"url"}:
        return None
    hunks = tuple(hunk for field in fields for hunk in diff_field(field, before, after))
    facts = find_facts([hunk for hunk in hunks if hunk.field in _RUNNING_TEXT or hunk.file])
    facts = rank_facts((*facts, *facts_of_fields(before, after, fields)))
    return Comparison(
        fields=fields,
        hunks=hunks,
        facts=facts,
        silent=not is_announced(before, after),
        significance=rate_change(before, after, fields, hunks, facts),
    )


def is_another_page(before: Article, after: Article) -> bool:
    """Whether ``after`` is no text of this article at all, but what a site shows in its place.

    An editor may rewrite everything, but not the title, every paragraph and the date at once: an error page does.
    """
    is_dated = [any(field == "published" for field, _ in article.provenance) for article in (before, after)]
    if is_dated != [True, False] or fold(before.title) == fold(after.title):
        return False
    kept = {fold(block.text) for block in before.blocks} & {fold(block.text) for block in after.blocks}
    return not kept - {""} and fold(before.title) not in fold(after.text)


def is_announced(before: Article, after: Article) -> bool:
    """Whether a mark by which the publisher announces an update is new or has another value in ``after``.

    Marks are those the reader found, the update date, and update stamps and notes of a correction in the text itself.
    """
    old = {(name, fold(value)) for name, value in before.marks}
    if any((name, fold(value)) not in old for name, value in after.marks):
        return True
    if after.updated is not None and not _is_same_instant(before.updated, after.updated):
        return True
    return bool(set(_stamps(after)) - set(_stamps(before)))


def _is_same_instant(before: Moment | None, after: Moment) -> bool:
    return before is not None and before.instant == after.instant


def _stamps(article: Article) -> Iterable[str]:
    texts = [block.text for block in article.blocks]
    return (*find_stamps(texts), *find_notes(texts))
