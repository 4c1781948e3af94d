"""Articles that tell the same: found by their hallmarks, and loaded beside each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache

from crawler.model import ArticleState, Hallmarks, Relative
from storage import rows
from storage.database import Database, Row
from storage.statements import delete, insert_new, select, update

_RELATIVE = (
    "id", "source_id", "url", "title", "state", "changed_at", "fetched_at", "baseline", "copy_of", "translation_of",
    "first_seen_at",
)  # fmt: skip
_HALLMARK = insert_new("hallmark", ("mark", "day", "article_id"))
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


def write_hallmarks(database: Database, found: Iterable[Hallmarks]) -> None:
    """What new articles are found again by."""
    values = [(mark, each.day.toordinal(), each.article_id) for each in found for mark in each.marks]
    database.run_many(_HALLMARK, values)


def write_translations(database: Database, found: Iterable[tuple[str, str]]) -> None:
    """Says of articles that they tell others in their language; what was said of one or the other stands."""
    database.run_many(_TRANSLATION, [(other, article, other, other) for article, other in found])


def find_marked(database: Database, marks: Sequence[int], first: date, last: date) -> Counter[str]:
    """The ids of the articles of those days that bear some of the marks, and how many; common marks do not count.

    However many articles there are, at most ``COMMON`` rows are read for each mark.
    """
    if not marks:
        return Counter()
    span = (first.toordinal(), last.toordinal())
    bearers = database.fetch(_find_all(len(marks)), [value for mark in marks for value in (mark, *span)])
    by_mark: defaultdict[int, list[str]] = defaultdict(list)
    for mark, article_id in bearers:
        by_mark[mark].append(article_id)
    return Counter(each for ids in by_mark.values() if len(ids) <= COMMON for each in set(ids))


@cache
def _find_all(marks: int) -> str:
    one = f"SELECT mark, article_id FROM hallmark WHERE mark = ? AND day BETWEEN ? AND ? LIMIT {COMMON + 1}"  # noqa: S608
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
