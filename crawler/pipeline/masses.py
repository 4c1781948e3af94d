"""Many articles of one source that change or vanish together: one event of the source, never a flood. Pure.

Of a mass edit, what all its articles have in common is looked at first. Lines that a new template puts among the text
of every page say nothing: the articles are known anew in silence, and one ``redesign`` is told. Whatever else changed
in one of them is told as ever, and whatever has a figure, a date, a name or a word of permission in it is no template.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from crawler.differ.folding import compare_key
from crawler.differ.guard import close_incident, is_mass, open_incident
from crawler.model import (
    Change,
    ChangeKind,
    FactType,
    HeldChange,
    Hunk,
    HunkOp,
    Incident,
    IncidentArticle,
    IncidentReason,
)
from crawler.pipeline.context import Context, Step
from crawler.pipeline.identifiers import mass_id

MASS_REASONS = {ChangeKind.EDITED: IncidentReason.MASS_EDIT, ChangeKind.REMOVED: IncidentReason.MASS_REMOVAL}
#: A shorter piece of text that came or went in many articles alike may be anything.
LONG = 12


class Held(NamedTuple):
    """The changes of a check: those told singly, mass events told as one incident each, and what these stand for."""

    changes: tuple[Change, ...]
    masses: tuple[Incident, ...]
    held: tuple[HeldChange, ...] = ()


def hold_masses(steps: Sequence[Step], context: Context) -> Held:
    """Splits the changes of a check into those told singly and mass events told as one incident each."""
    changes = [step.change for step in steps if step.change]
    if not changes:
        return Held((), ())
    texts = {step.change.id: step.text for step in steps if step.change}
    masses: list[Incident] = []
    held: list[HeldChange] = []
    for kind in MASS_REASONS:
        for incident, taken in find_masses(kind, [change for change in changes if change.kind is kind], context):
            masses.append(incident)
            held += [HeldChange(incident_id=incident.id, change=each, text=texts[each.id]) for each in taken]
            changes = without(changes, taken)
    return Held(tuple(changes), tuple(masses), tuple(held))


def find_masses(
    kind: ChangeKind, changes: Sequence[Change], context: Context
) -> Iterator[tuple[Incident, Sequence[Change]]]:
    """The incidents that stand for changes of one kind, each with those that it stands for."""
    plain = find_redesigned(changes, context) if kind is ChangeKind.EDITED else []
    if plain:
        yield redesign_incident(plain, context), plain
    rest = without(changes, plain)
    if is_mass(len(rest), max(context.reread, len(rest)), context.source.guard):
        yield mass_incident(MASS_REASONS[kind], rest, context), rest


def without(changes: Iterable[Change], taken: Sequence[Change]) -> list[Change]:
    """The changes but for those that were taken."""
    ids = {change.id for change in taken}
    return [change for change in changes if change.id not in ids]


def find_redesigned(edits: Sequence[Change], context: Context) -> list[Change]:
    """The edits in which nothing changed but the same empty words in all of them."""
    if not is_mass(len(edits), max(context.reread, len(edits)), context.source.guard):
        return []
    shared = {piece for piece in shared_pieces(edits) if not has_weight(piece)}
    if not any(len(before + after) >= LONG for _, before, after in shared):
        return []
    plain = [edit for edit in edits if edit.fields == ("body",) and shared.issuperset(pieces_of(edit))]
    return plain if 2 * len(plain) >= len(edits) else []


Piece = tuple[str, str, str]


def shared_pieces(edits: Sequence[Change]) -> set[Piece]:
    """What came or went in at least half of the edits alike."""
    counts = Counter(piece for edit in edits for piece in set(pieces_of(edit)))
    return {piece for piece, count in counts.items() if 2 * count >= len(edits)}


def pieces_of(edit: Change) -> list[Piece]:
    """The changed pieces of an edit, as they compare."""
    changed = [hunk for hunk in edit.diff if hunk.op is not HunkOp.EQUAL]
    return [(hunk.field, *trimmed(hunk)) for hunk in changed]


def trimmed(hunk: Hunk) -> tuple[str, str]:
    """Both sides of a hunk, folded."""
    return compare_key(hunk.before).strip(), compare_key(hunk.after).strip()


def has_weight(piece: Piece) -> bool:
    """Whether a piece holds anything that no template may be trusted with."""
    from crawler.differ.spans import find_spans  # with all that reads dates and names; hardly any check has a mass

    _, before, after = piece
    spans = [*find_spans(before), *find_spans(after)]
    return any(span.type is not FactType.NAME for span in spans) or any(c.isdigit() for c in before + after)


def redesign_incident(edits: Sequence[Change], context: Context) -> Incident:
    """One telling for the operator; the articles say what they said, and are known anew already."""
    detail = f"the pages of {len(edits)} articles came in a new form, their texts are what they were"
    incident = open_incident(context.source.id, IncidentReason.REDESIGN, context.now, detail=detail)
    return replace(incident, count=len(edits), id=mass_id(each.id for each in edits))


def tell_reshaped(context: Context, told: Sequence[Incident], standing: Sequence[Incident]) -> Iterator[Incident]:
    """A new template in which all reads as it did: one telling for the operator, where nothing else says so."""
    says_so = {IncidentReason.REDESIGN, *MASS_REASONS.values()}
    if context.reshaped and not any(each.reason in says_so for each in (*told, *standing)):
        detail = f"the pages of {context.reshaped} articles came in another template, and read as before"
        incident = open_incident(context.source.id, IncidentReason.REDESIGN, context.now, detail=detail)
        yield replace(incident, count=context.reshaped)


def mass_incident(reason: IncidentReason, held: Sequence[Change], context: Context) -> Incident:
    """One incident that lists every article it speaks for, with its facts.

    A second wave is an incident of its own: it stands for changes that nobody has been told yet.
    """
    verb = "changed" if reason is IncidentReason.MASS_EDIT else "vanished"
    articles = [
        IncidentArticle(id=each.article.id, url=each.article.url, title=each.article.title, facts=each.facts)
        for each in held
    ]
    detail = f"{len(held)} of {max(context.reread, len(held))} articles looked at {verb} together"
    incident = open_incident(context.source.id, reason, context.now, detail=detail, articles=articles)
    return replace(incident, id=mass_id(each.id for each in held))


def end_masses(open_incidents: Sequence[Incident], masses: Sequence[Incident], now: datetime) -> list[Incident]:
    """The mass events that are over: another check went by."""
    begun = {incident.id for incident in masses}
    return [
        close_incident(incident, now)
        for incident in open_incidents
        if incident.reason in MASS_REASONS.values() and incident.id not in begun
    ]
