"""The parts of a message as templates see them: plain, bounded, harmless strings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of a diff: ``op`` is ``equal``, ``delete``, ``insert`` or ``move``."""

    op: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDiff:
    """All shown pieces of one field."""

    label: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactLine:
    """One fact, old to new; either may be empty."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A labelled value; ``url`` makes it a link, ``proof`` is the most telling fact of a change."""

    label: str
    value: str
    url: str = ""
    proof: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One change as people read it.

    ``headline`` is ``label`` and, for an edit that nobody announced, ``remark``. ``note`` is a sentence or two in the
    reader's language; ``links`` are the page and, where there is a dashboard, its views.
    """

    headline: str
    label: str
    remark: str
    kind: str
    source: str
    detected: str
    title: str
    url: str
    language: str
    level: str
    summary: str
    note: str
    excerpt: str
    facts_label: str
    facts: tuple[FactLine, ...]
    diffs: tuple[FieldDiff, ...]
    is_shortened: bool
    rows: tuple[Row, ...]
    links: tuple[Row, ...]
    evidence: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The changes of one source, the most significant first."""

    source: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One telling of an incident."""

    headline: str
    reason: str
    detail: str
    rows: tuple[Row, ...]
    articles: tuple[Row, ...]
    more: int
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Everything a message shows.

    ``preview`` is what lists of mails show beside the subject. ``glance`` names each change of a message with many, the
    most significant first; ``listed`` are changes beyond what details fit, ``lines`` what is no event.
    """

    language: str
    subject: str
    heading: str
    preview: str
    intro: str
    footer: str
    labels: Mapping[str, str]
    glance: tuple[Row, ...]
    sections: tuple[Section, ...]
    listed: tuple[Row, ...]
    unlisted: int
    troubles: tuple[Trouble, ...]
    lines: tuple[str, ...] = ()
    unsubscribe_url: str = ""
