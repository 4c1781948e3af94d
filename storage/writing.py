"""What a commit writes, noun by noun; each function needs the transaction of the commit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from crawler.model import Change, HeldChange, Incident, KnownArticle, Outcome, Revision
from storage import rows
from storage.database import Database
from storage.held import HELD, held_values
from storage.statements import insert_new, select, update, upsert

# Who has not seen the latest step of an article must not write it back: of two checks that gathered at the same time,
# the one that commits last may have decided on an older view. Its owner and its first sight are facts for good, and so
# is what it repeats or translates: the check of another source may have found that out.
_ARTICLE = upsert(
    "article",
    rows.ARTICLE,
    key="id",
    keep=("source_id", "first_seen_at"),
    fill=("copy_of", "translation_of"),
    only_if="excluded.steps >= article.steps AND excluded.revision >= article.revision",
)
_KEY = insert_new("article_key", ("key", "article_id", "position"))
_SIGHTING = insert_new("article_sighting", ("article_id", "source_id", "position"))
# Two sources may find the same new article in the same moment, each believing that it is the first.
_SECOND_FINDER = (
    "INSERT INTO article_sighting (article_id, source_id, position) "
    "SELECT id, CAST(? AS VARCHAR), 0 FROM article WHERE id = ? AND source_id <> ? ON CONFLICT DO NOTHING"
)
_REVISION = insert_new("revision", rows.REVISION)
# Asked first, for an insertion that is refused takes a number all the same.
_SEARCH_ENTRY = (
    "INSERT INTO search_entry (article_id, number) SELECT CAST(? AS VARCHAR), CAST(? AS INTEGER) "
    "WHERE NOT EXISTS (SELECT 1 FROM search_entry WHERE article_id = ? AND number = ?)"
)
_CHANGE = insert_new("change", rows.CHANGE)
_SIGN = insert_new("sign", rows.SIGN)
_HELD = insert_new("held", HELD)
_INCIDENT = upsert(
    "incident",
    rows.INCIDENT,
    key="id",
    keep=("source", "reason", "opened_at", "opening"),
    only_if="excluded.state = 'closed' AND incident.state = 'open'",
)
# The opening can be told from its last reminder: it differs in nothing but the number and the instant.
_REMINDER = update("incident", "opening = ?", "id = ? AND state = 'open'")
# An operator may silence a source while it is being checked.
_SOURCE_STATE = upsert("source_state", rows.SOURCE_STATE, key="source_id", gather=("muted",))
_WINDOW = upsert("listing_window", ("source_id", "keys"), key="source_id")


def write_articles(database: Database, outcomes: Sequence[Outcome]) -> None:
    """Articles with their keys and sightings. A key that another article owns stays with it."""
    articles = [article for outcome in outcomes for article in outcome.articles]
    database.run_many(_ARTICLE, [rows.article_values(article) for article in articles])
    database.run_many(_KEY, [values for article in articles for values in _keys(article)])
    database.run_many(
        _SIGHTING,
        [(article.id, source, place) for article in articles for place, source in enumerate(article.also_at)],
    )
    finders = [(article.source_id, article.id, article.source_id) for article in articles if article.steps <= 1]
    database.run_many(_SECOND_FINDER, finders)


def _keys(article: KnownArticle) -> Iterable[tuple[str, str, int]]:
    return ((rows.storable_key(key), article.id, place) for place, key in enumerate(article.keys))


def write_revisions(database: Database, revisions: Iterable[Revision]) -> None:
    """Revisions that are not there yet; what is there is never altered. Search goes through them later."""
    written = list(revisions)
    database.run_many(_REVISION, [rows.revision_values(revision) for revision in written])
    database.run_many(_SEARCH_ENTRY, [(each.article_id, each.number) * 2 for each in written])


def write_changes(database: Database, changes: Sequence[Change]) -> list[Change]:
    """Changes that are not there yet. Returns all of them once, with ``seq`` and in its order."""
    if not changes:
        return []
    database.run_many(_CHANGE, [rows.change_values(change) for change in changes])
    sql = select("change", ("id", "seq"), "WHERE " + database.among("id"))
    seqs: dict[str, int] = dict(database.fetch(sql, (database.listed([change.id for change in changes]),)))
    once = {change.id: change for change in reversed(changes)}
    return sorted((replace(change, seq=seqs[change.id]) for change in once.values()), key=lambda change: change.seq)


def write_signs(database: Database, signs: Iterable[Change]) -> None:
    """First signs that articles are gone, each once."""
    database.run_many(_SIGN, [rows.sign_values(sign) for sign in signs])


def write_held(database: Database, held: Iterable[HeldChange]) -> None:
    """Changes that are not told singly, each once, in the order of their incident's articles."""
    values = [held_values(each, place) for place, each in enumerate(held)]
    database.run_many(_HELD, values)


def write_incidents(database: Database, incidents: Iterable[Incident]) -> None:
    """The first telling of an opening, of each reminder and of a closing; later ones are repetitions."""
    tellings = list(incidents)
    database.run_many(_INCIDENT, [rows.incident_values(each) for each in tellings if not each.reminder])
    database.run_many(_REMINDER, [(rows.to_json(Incident, each), each.id) for each in tellings if each.reminder])


def write_states(database: Database, outcomes: Sequence[Outcome]) -> None:
    """What each source will be asked with next time."""
    database.run_many(_SOURCE_STATE, [rows.source_state_values(outcome.state) for outcome in outcomes])


def write_windows(database: Database, outcomes: Sequence[Outcome]) -> None:
    """What listings named, where they were read."""
    read = {outcome.source_id: outcome.window for outcome in outcomes if outcome.window is not None}
    if read:
        database.run_many(_WINDOW, [(each, rows.to_json(tuple[str, ...], keys)) for each, keys in read.items()])
