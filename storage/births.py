"""An article is born once: of two finders in the same moment, the first to commit has found it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from crawler.model import ChangeKind, Outcome
from storage import rows
from storage.database import Database
from storage.statements import select


def drop_second_births(database: Database, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes without the ``new`` of articles that somebody else has found meanwhile, and without its promises.

    The ids of an article's changes hold its first sight. Two programs that meet the same post at different instants
    would tell it under two ids; it is told by the one whose sight of it is on record.
    """
    births = _births_on_record(database, outcomes)
    return [_without_second_births(outcome, births) for outcome in outcomes]


def _births_on_record(database: Database, outcomes: Sequence[Outcome]) -> dict[str, datetime]:
    found = [article for outcome in outcomes for article in outcome.articles if article.steps == 1]
    if not found:
        return {}
    sql = select("article", ("id", "first_seen_at"), "WHERE " + database.among("id"))
    stored = database.fetch(sql, (database.listed([article.id for article in found]),))
    births = {row[0]: rows.instant(row[1]) for row in stored}
    for article in found:
        births.setdefault(article.id, article.first_seen_at)
    return births


def _without_second_births(outcome: Outcome, births: dict[str, datetime]) -> Outcome:
    own = {article.id for article in outcome.articles if article.source_id == outcome.source_id}
    echoes = (sign for sign in outcome.signs if sign.article.id in own)  # the others tell what was born elsewhere
    late = {
        change.id
        for change in (*outcome.changes, *echoes)
        if change.kind is ChangeKind.NEW and change.detected_at != births.get(change.article.id, change.detected_at)
    }
    if not late:
        return outcome
    return replace(
        outcome,
        changes=tuple(change for change in outcome.changes if change.id not in late),
        signs=tuple(sign for sign in outcome.signs if sign.id not in late),
        promises=tuple(promise for promise in outcome.promises if promise.event_id not in late),
    )
