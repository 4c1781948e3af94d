"""What a message shows, worked out before any template sees it: plain, bounded, harmless strings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from itertools import groupby

from crawler.model import (
    Change,
    ChangeKind,
    Fact,
    Hunk,
    HunkOp,
    Incident,
    IncidentArticle,
    IncidentState,
    Notice,
    Observation,
)
from crawler.notifier.message.harmless import defuse, one_line, web_address
from crawler.notifier.message.kin import rows_of_kin
from crawler.notifier.message.notes import note_of, show_published
from crawler.notifier.message.parts import FactLine, FieldDiff, Item, Piece, Row, Section, Trouble, View
from crawler.notifier.message.reader import Reader, reader_of

TITLE_LIMIT = 300
VALUE_LIMIT = 300
LINE_LIMIT = 1_500
PIECE_LIMIT = 1_500  # characters of one hunk
BUDGET = 12_000  # characters of diffs in one message; mail clients clip what is longer than about 100 kB
MOST_ITEMS = 12  # changes with details; the others are listed by their titles
MOST_LISTED = 400
TOLD_IN_ENGLISH = frozenset({ChangeKind.NEW, ChangeKind.EDITED})
MANY = 4  # changes in one message that are named at its top
MOST_FACTS = 12
MOST_INCIDENT_ARTICLES = 50


class Budget:
    """How many characters of diffs may still be shown."""

    def __init__(self, characters: int) -> None:
        self._left = characters

    def spend(self, text: str, limit: int) -> str:
        """As much of ``text`` as fits."""
        shown = defuse(text, max(0, min(limit, self._left)))
        self._left -= len(shown)
        return shown

    @property
    def is_spent(self) -> bool:
        """Whether nothing more fits."""
        return self._left <= 0


def view_notice(notice: Notice) -> View:
    """What a message about ``notice`` shows."""
    reader = reader_of(notice.subscription)
    ranked = sorted(notice.changes, key=lambda change: (-change.significance, change.seq))
    detailed, rest = ranked[:MOST_ITEMS], ranked[MOST_ITEMS:]
    subject = subject_of(notice, reader)
    return View(
        language=reader.language,
        subject=subject,
        heading=heading_of(notice, reader) or subject,
        preview=preview_of(ranked),
        intro=reader.labels["test_text"] if notice.kind == "test" else "",
        footer=reader.labels["why"].format(name=one_line(notice.subscription.name, 80)),
        labels=reader.labels,
        glance=tuple(list_change(change, reader) for change in detailed) if len(ranked) >= MANY else (),
        sections=tuple(view_sections(detailed, reader, notice.public_url)),
        listed=tuple(list_change(change, reader) for change in rest[:MOST_LISTED]),
        unlisted=max(0, len(rest) - MOST_LISTED),
        troubles=tuple(view_incident(incident, reader) for incident in notice.incidents),
        lines=tuple(one_line(line, LINE_LIMIT) for line in notice.lines),
        unsubscribe_url=web_address(notice.unsubscribe_url),
    )


def view_sections(changes: Sequence[Change], reader: Reader, public_url: str) -> Iterator[Section]:
    """Changes grouped by source; the source with the most significant change comes first."""
    budget = Budget(BUDGET)
    items = {change.id: view_change(change, reader, budget, public_url) for change in changes}
    rank = {source: place for place, source in enumerate(dict.fromkeys(change.source for change in changes))}
    for source, group in groupby(sorted(changes, key=lambda change: rank[change.source]), key=lambda each: each.source):
        members = list(group)
        title = one_line(members[0].source_title, 120) or source
        yield Section(source=title, items=tuple(items[change.id] for change in members))


# -- subjects ----------------------------------------------------------------------------------------------------


def subject_of(notice: Notice, reader: Reader) -> str:
    """At most 200 characters on one line that say what happened."""
    if len(notice.changes) == 1 and not notice.incidents:
        return subject_of_change(notice.changes[0], reader)
    if len(notice.incidents) == 1 and not notice.changes:
        return subject_of_incident(notice.incidents[0], reader)
    label = reader.labels[notice.kind if notice.lines else "test"]
    return one_line(heading_of(notice, reader) or f"Gazette: {label}", 200)


def subject_of_change(change: Change, reader: Reader) -> str:
    """``EDITED, unannounced: title (11% → 1.1%)``"""
    proof = f" ({found})" if (found := proof_of(change, 24)) else ""
    return one_line(f"{headline_of(change, reader)}: {title_of(change, 120)}{proof}", 200)


def subject_of_incident(incident: Incident, reader: Reader) -> str:
    """``Trouble with a source: zq-news, unreachable``"""
    reason = f"{incident.source}{reader.labels['comma']}{reader.labels[incident.reason]}"
    return one_line(f"{headline_of_incident(incident, reader)}: {reason}", 200)


def heading_of(notice: Notice, reader: Reader) -> str:
    """The heading of a message about several events; empty for a single one."""
    if len(notice.changes) + len(notice.incidents) < 2:
        return ""
    labels = reader.labels
    counts = [
        labels["kind_count"].format(count=count, kind=name_kind(kind, reader))
        for kind in ChangeKind
        if (count := sum(change.kind is kind for change in notice.changes))
    ]
    tellings = Counter(headline_of_incident(incident, reader) for incident in notice.incidents)
    counts += [f"{count} × {telling}" for telling, count in tellings.items()]
    told = labels["comma"].join(counts)
    if not notice.changes:
        return f"Gazette: {told}"
    if notice.kind != "digest" and notice.incidents:
        return f"Gazette: {told}"
    name = labels["digest"] if notice.kind == "digest" else labels["changes"].format(count=len(notice.changes))
    return f"Gazette: {name} – {told}"


def preview_of(changes: Sequence[Change]) -> str:
    """The facts of the most significant changes."""
    return one_line(" · ".join(proof for change in changes[:3] if (proof := proof_of(change, 40))), 140)


def proof_of(change: Change, limit: int) -> str:
    """The first fact that was one thing and is another: ``11% → 1.1%``."""
    telling = next((fact for fact in change.facts if fact.before and fact.after), None)
    return f"{one_line(telling.before or '', limit)} → {one_line(telling.after or '', limit)}" if telling else ""


def name_kind(kind: ChangeKind, reader: Reader) -> str:
    """The kind as it stands within a sentence."""
    name = reader.labels[kind.value]
    return name.lower() if reader.language == "en" else name


def headline_of(change: Change, reader: Reader) -> str:
    """``EDITED, unannounced``"""
    kind = reader.labels[change.kind.value]
    return f"{kind}{reader.labels['comma']}{reader.labels['unannounced']}" if change.silent else kind


def headline_of_incident(incident: Incident, reader: Reader) -> str:
    """What sort of telling it is."""
    if incident.state is IncidentState.CLOSED:
        return reader.labels["recovered"]
    if incident.reminder:
        return reader.labels["reminder"].format(date=reader.show_time(incident.opened_at))
    return reader.labels["mass" if incident.reason.value.startswith("mass_") else "incident"]


def title_of(change: Change, limit: int = TITLE_LIMIT) -> str:
    """The article's title, or its address where it has none."""
    return one_line(change.article.title, limit) or one_line(change.article.url, limit)


# -- one change --------------------------------------------------------------------------------------------------


def view_change(change: Change, reader: Reader, budget: Budget, public_url: str) -> Item:
    """One change: what it is, its facts, its diff, where it was seen and what proves it."""
    is_new = change.kind is ChangeKind.NEW
    diffs = () if is_new else tuple(view_diff(change.diff, reader, budget))
    shows_excerpt = change.kind in (ChangeKind.NEW, ChangeKind.REMOVED) or not diffs
    return Item(
        headline=headline_of(change, reader),
        label=reader.labels[change.kind.value],
        remark=reader.labels["unannounced"] if change.silent else "",
        source=one_line(change.source_title or change.source, 120),
        detected=reader.show_time(change.detected_at),
        kind=change.kind.value,
        title=title_of(change),
        url=web_address(change.article.url),
        language=one_line(change.article.language, 20),
        level=reader.labels[change.level.value] if change.kind is ChangeKind.EDITED else "",
        summary=one_line(change.summary, 400) if reader.language == "en" and change.kind in TOLD_IN_ENGLISH else "",
        note=one_line(note_of(change, reader), 400),
        excerpt=one_line(change.article.excerpt, 240) if shows_excerpt else "",
        facts_label=reader.labels["facts_new" if is_new else "facts"],
        facts=tuple(view_fact(fact, reader) for fact in change.facts[:MOST_FACTS]),
        diffs=diffs,
        is_shortened=not is_new and (budget.is_spent or len(change.facts) > MOST_FACTS),
        rows=tuple(rows_of(change, reader)),
        links=tuple(links_of(change, reader, public_url)),
        evidence=tuple(evidence_of(change, reader)),
    )


def view_fact(fact: Fact, reader: Reader) -> FactLine:
    """One fact, old to new."""
    return FactLine(
        label=reader.labels[fact.type.value] + (f" ({one_line(fact.file, 60)})" if fact.file else ""),
        before=one_line(fact.before or "", VALUE_LIMIT),
        after=one_line(fact.after or "", VALUE_LIMIT),
    )


def show_fact(fact: Fact, kind: ChangeKind) -> str:
    """``11% → 1.1%``, ``+ 1.1%`` or ``− 11%``; just the value where everything is new."""
    before, after = one_line(fact.before or "", 60), one_line(fact.after or "", 60)
    if before and after:
        return f"{before} → {after}"
    if kind is ChangeKind.NEW:
        return after
    return f"+ {after}" if after else f"− {before}"


def view_diff(hunks: Iterable[Hunk], reader: Reader, budget: Budget) -> Iterator[FieldDiff]:
    """The diff field by field, until the budget is spent."""
    for (name, file), group in groupby(hunks, key=lambda hunk: hunk.place):
        pieces = tuple(piece for hunk in group for piece in view_hunk(hunk, budget))
        if any(piece.op != "equal" for piece in pieces):
            label = reader.labels.get(name, one_line(name, 40))
            yield FieldDiff(label=f"{label}: {one_line(file, 80)}" if file else label, pieces=pieces)


def view_hunk(hunk: Hunk, budget: Budget) -> Iterator[Piece]:
    """A replacement is a deletion and an insertion."""
    sides = {
        HunkOp.EQUAL: (("equal", hunk.after or hunk.before),),
        HunkOp.DELETE: (("delete", hunk.before),),
        HunkOp.INSERT: (("insert", hunk.after),),
        HunkOp.REPLACE: (("delete", hunk.before), ("insert", hunk.after)),
        HunkOp.MOVE: (("move", hunk.after or hunk.before),),
    }[hunk.op]
    for op, text in sides:
        if shown := budget.spend(text, PIECE_LIMIT):
            yield Piece(op=op, text=shown)


def rows_of(change: Change, reader: Reader) -> Iterator[Row]:
    """Source, times and places."""
    labels, article = reader.labels, change.article
    yield Row(label=labels["source"], value=one_line(change.source_title or change.source, 120))
    if article.published_at:
        value = show_published(article.published_at, article.published_precision, reader)
        yield Row(label=labels["published_at"], value=value)
    if article.updated_at:
        yield Row(label=labels["updated_at"], value=reader.show_time(article.updated_at))
    yield Row(label=labels["detected_at"], value=reader.show_time(change.detected_at))
    for name, value in (("place", article.place), ("document_number", article.document_number)):
        if value:
            yield Row(label=labels[name], value=one_line(value, 120))
    yield from rows_of_kin(change, reader)
    if change.removed_by in ("author", "platform"):
        yield Row(label=labels["removed_by"], value=labels[f"by_{change.removed_by}"])


def links_of(change: Change, reader: Reader, public_url: str) -> Iterator[Row]:
    """The page, and where there is a dashboard its views of the change and of what proves it."""
    addresses = [("page", change.article.url)]
    if public_url:  # as ``links`` of the change record has them
        base = f"{public_url.rstrip('/')}/changes/{change.id}"
        addresses += [("diff", base), ("evidence", f"{base}/evidence")]
    for name, url in addresses:
        yield Row(label=reader.labels[name], value=one_line(url, 500), url=web_address(url))


def evidence_of(change: Change, reader: Reader) -> Iterator[Row]:
    """What proves the change: hashes of the bytes and when they were received."""
    labels, evidence = reader.labels, change.evidence
    if evidence.before:
        yield Row(label=labels["before"], value=show_observation(evidence.before))
    for observation in evidence.observations[:10]:
        yield Row(label=labels["observed"], value=show_observation(observation))
    if evidence.after and not evidence.observations:
        yield Row(label=labels["after"], value=show_observation(evidence.after))


def show_observation(observation: Observation) -> str:
    """``2023-10-27T13:56:00Z HTTP 200 sha256 …``: in UTC, as it stands in the archive."""
    parts = [f"{observation.fetched_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"]
    parts += [f"HTTP {observation.status}"] if observation.status else [observation.verdict.value]
    parts += [f"sha256 {observation.sha256}"] if observation.sha256 else []
    return " ".join(parts)


def list_change(change: Change, reader: Reader) -> Row:
    """One change on one line."""
    return Row(
        label=headline_of(change, reader),
        value=title_of(change, 160),
        url=web_address(change.article.url),
        proof=proof_of(change, 40),
    )


# -- one incident ------------------------------------------------------------------------------------------------


def view_incident(incident: Incident, reader: Reader) -> Trouble:
    """One telling of an incident, with the articles it speaks for."""
    labels = reader.labels
    rows = [
        Row(label=labels["source"], value=one_line(incident.source, 120)),
        Row(label=labels["detected_at"], value=reader.show_time(incident.detected_at)),
    ]
    return Trouble(
        headline=headline_of_incident(incident, reader),
        reason=labels[incident.reason.value],
        detail=one_line(incident.detail, 400),
        rows=tuple(rows),
        articles=tuple(view_incident_article(each) for each in incident.articles[:MOST_INCIDENT_ARTICLES]),
        more=max(0, len(incident.articles) - MOST_INCIDENT_ARTICLES),
        is_over=incident.state is IncidentState.CLOSED,
    )


def incident_line(incident: Incident, reader: Reader) -> str:
    """``Trouble with a source: zq-news, unreachable (no answer within 20 s)``"""
    detail = f" ({one_line(incident.detail, 200)})" if incident.detail else ""
    headline, reason = headline_of_incident(incident, reader), reader.labels[incident.reason.value]
    return f"{headline}: {one_line(incident.source, 60)}{reader.labels['comma']}{reason}{detail}"


def view_incident_article(article: IncidentArticle) -> Row:
    """An article of an incident on one line, with its first fact."""
    title = one_line(article.title, 160) or one_line(article.url, 160)
    fact = next((each for each in article.facts if each.before and each.after), None)
    proof = f"{one_line(fact.before or '', 60)} → {one_line(fact.after or '', 60)}" if fact else ""
    return Row(label=proof, value=title, url=web_address(article.url))
