"""Articles that tell the same: found by their hallmarks, and loaded beside each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache

from crawler.model import ArticleState, Bearer, Hallmarks, Relative, Sought, speak_apart
from storage import rows
from storage.database import Database, Row
from storage.statements import delete, insert_new, select, update

_RELATIVE = (
    "id", "source_id", "url", "title", "state", "changed_at", "fetched_at", "baseline", "copy_of", "translation_of",
    "first_seen_at",
)  # fmt: skip
_HALLMARK = insert_new("hallmark", ("mark", "day", "article_id", "languages"))
_TRANSLATION = update(
    "article",
    "translation_of = ?",
    "id = ? AND id <> ? AND translation_of IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM article AS other"
    " WHERE other.id = ? AND article.id IN (other.copy_of, other.translation_of))",
)
_BY_TIE = ("copy_of", "translation_of")
_COPY_OF = update("article", "copy_of = ?", "id = ?")
#: Where ``copy_of`` and ``translation_of`` stand in a row of ``rows.ARTICLE``.
_TIES = slice(rows.ARTICLE.index("copy_of"), None)
#: A mark that more articles of those days bear tells none of them from the others.
COMMON = 40
_REMOVED = ArticleState.REMOVED.value


def write_hallmarks(database: Database, found: Iterable[Hallmarks]) -> None:
    """What new articles are found again by."""
    values = [
        (mark, each.day.toordinal(), each.article_id, " ".join(each.languages)) for each in found for mark in each.marks
    ]
    database.run_many(_HALLMARK, values)


def write_translations(database: Database, found: Iterable[tuple[str, str]]) -> None:
    """Says of articles that they tell others in their language; what was said of one or the other stands."""
    database.run_many(_TRANSLATION, [(other, article, other, other) for article, other in found])


def find_bearers(database: Database, sought: Sequence[Sought], limit: int) -> list[list[Bearer]]:
    """See ``Store.find_alike``. However many articles there are, at most ``COMMON`` rows are read for each mark."""
    counts = [_count_marks(database, each) for each in sought]
    wanted = set().union(*counts)
    if not wanted:  # as for nearly all articles
        return [[] for _ in sought]
    sql = select("article", ("id", "source_id", "revision"), f"WHERE {database.among('id')} AND state <> '{_REMOVED}'")
    known = {row[0]: row for row in database.fetch(sql, (database.listed(list(wanted)),))}
    return [_choose(found, each.elsewhere, known, limit) for each, found in zip(sought, counts, strict=True)]


def _count_marks(database: Database, sought: Sought) -> dict[str, int]:
    """The ids of the articles that bear enough of the marks, and how many; common marks do not count."""
    if not sought.marks:
        return {}
    span = (sought.first.toordinal(), sought.last.toordinal())
    rows = database.fetch(_find_all(len(sought.marks)), [value for mark in sought.marks for value in (mark, *span)])
    borne = Counter([mark for mark, _, _ in rows])
    rare = {mark for mark, count in borne.items() if count <= COMMON}
    spoken = {each for _, _, each in rows if _may_be(each, sought.languages)}
    counts = Counter(identity for _, identity in {row[:2] for row in rows if row[0] in rare and row[2] in spoken})
    return {identity: count for identity, count in counts.items() if count >= sought.least}


def _may_be(spoken: str | None, languages: tuple[str, ...] | None) -> bool:
    """Whether an article may tell in another language what one in ``languages`` tells; of older ones nobody knows."""
    return languages is None or spoken is None or speak_apart(languages, spoken.split())


def _choose(counts: dict[str, int], elsewhere: str, known: dict[str, Row], limit: int) -> list[Bearer]:
    best = sorted(counts, key=lambda identity: (-counts[identity], identity))
    found = (known[identity] for identity in best if identity in known)
    return [Bearer(identity, revision) for identity, source, revision in found if source != elsewhere][:limit]


@cache
def _find_all(marks: int) -> str:
    one = f"SELECT mark, article_id, languages FROM hallmark WHERE mark = ? AND day BETWEEN ? AND ? LIMIT {COMMON + 1}"  # noqa: S608
    return " UNION ALL ".join(f"SELECT * FROM ({one}) AS found_{number}" for number in range(marks))  # noqa: S608


def load_relatives(database: Database, found: Sequence[Row]) -> dict[str, list[Relative]]:
    """What tells the same as each article of ``found`` (rows of ``rows.ARTICLE``), in the order of first sight."""
    ties = {row[0]: {tie for tie in row[_TIES] if tie} for row in found}
    tied = set().union(*ties.values())
    heads = database.listed(list(tied.union(ties)))
    met = database.fetch(_find_relatives(database, _BY_TIE), (heads, heads))
    if tied:
        met += database.fetch(_find_relatives(database, ("id",)), (database.listed(list(tied)),))
    relatives = [_relative(row) for row in sorted(set(met), key=_first_seen)]
    if not relatives:  # as for nearly all articles
        return {}
    near: defaultdict[str, set[int]] = defaultdict(set)  # so that no article has to be held against all of them
    for place, each in enumerate(relatives):
        for head in (each.id, each.copy_of, each.translation_of):
            near[head].add(place)
    around = {identity: set().union(*(near[head] for head in {identity, *others})) for identity, others in ties.items()}
    return {
        identity: [relatives[place] for place in sorted(places) if relatives[place].id != identity]
        for identity, places in around.items()
    }


def _find_relatives(database: Database, columns: Sequence[str]) -> str:
    return " UNION ALL ".join(select("article", _RELATIVE, f"WHERE {database.among(column)}") for column in columns)


def _first_seen(row: Row) -> tuple[datetime, str]:
    with rows.intact("article", row[0]):
        return rows.instant(row[-1]), row[0]


def _relative(row: Row) -> Relative:
    with rows.intact("article", row[0]):
        return Relative(
            id=row[0],
            source_id=row[1],
            url=row[2],
            title=row[3],
            state=ArticleState(row[4]),
            changed_at=rows.instant(row[5]),
            fetched_at=rows.maybe_instant(row[6]),
            baseline=bool(row[7]),
            copy_of=row[8] or "",
            translation_of=row[9] or "",
        )


def forget_originals(database: Database, forgotten: str, parameters: Sequence[object]) -> None:
    """Frees the copies and translations of articles that are about to be forgotten (a query for their ids).

    What repeated one of them repeats from now on the one of these copies that was seen first.
    """
    among = f"copy_of IN ({forgotten}) AND id NOT IN ({forgotten})"
    copies = database.fetch(
        select("article", ("id", "copy_of"), f"WHERE {among} ORDER BY first_seen_at, id"), (*parameters, *parameters)
    )
    heirs: dict[str, str] = {}
    for identity, original in copies:
        heir = heirs.setdefault(original, identity)
        database.run(_COPY_OF, (None if heir == identity else heir, identity))
    database.run(update("article", "translation_of = NULL", f"translation_of IN ({forgotten})"), parameters)
    database.run(delete("hallmark", f"article_id IN ({forgotten})"), parameters)
