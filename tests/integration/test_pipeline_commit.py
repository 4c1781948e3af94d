"""What was decided and what is stored are the same, however often it is committed."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.model import Outcome, Subscription, Verdict
from crawler.pipeline.context import Audience
from storage.store import open_store
from tests.lives import HOUR, Desk, make_article, make_entry, make_source

READERS = Audience(
    subscriptions=(
        Subscription(name="mail", channel="desk", incidents=True),
        Subscription(name="hook", channel="hook", changes=frozenset({"edited", "removed"})),
    ),
    batching={"desk": True, "hook": False},
)
NAMES = [f"berth-{number}" for number in range(6)]

what_happens = st.sampled_from(["unchanged", "edited", "edited again", "gone", "trouble", "moved"])
days = st.lists(st.lists(what_happens, min_size=len(NAMES), max_size=len(NAMES)), max_size=6)


def live_through(plans: list[list[str]]) -> list[Outcome]:
    """The outcomes of a baseline, a new post, and one check for each day's plan."""
    desk = Desk(source=make_source(confirm_after=timedelta(0)), audience=READERS)
    outcomes = [desk.begin(NAMES, fresh=True), desk.begin(["lock"])]
    for plan in plans:
        desk.now += 12 * HOUR
        outcomes.append(desk.check([look(desk, name, what) for name, what in zip(NAMES, plan, strict=True)]))
    return outcomes


def look(desk: Desk, name: str, what: str):
    life = desk.life(name)
    if what in ("gone", "trouble"):
        return life.failed(Verdict.NOT_FOUND if what == "gone" else Verdict.CHALLENGE)
    if what == "moved":
        url = f"https://www.example.gov.cn/{desk.now:%d%H}/{name}.html"
        return life.read(make_article(name, url=url), entry=make_entry(name, url=url))
    texts = {"edited": "The fee is 150 euros.", "edited again": "The fee is 170 euros."}
    return life.read(make_article(name, texts[what])) if what in texts else life.unchanged()


def dump(path: Path) -> dict[str, list[tuple]]:
    """Every row of every table; of changes their order counts, and not which numbers a repetition has used up."""
    connection = sqlite3.connect(path)
    try:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables}
    finally:
        connection.close()
    rows.pop("sqlite_sequence", None)
    changes = [row[1:] for row in sorted(rows.pop("change"))]
    return {"change": changes, **{table: sorted(rows[table], key=repr) for table in rows}}


def store_all(path: Path, outcomes: list[Outcome], times: int) -> list[list[str]]:
    with open_store(f"sqlite:///{path}") as store:
        for outcome in outcomes:
            answers = [[change.id for change in store.commit([outcome])] for _ in range(times)]
            assert all(answer == answers[0] for answer in answers)
        return [[change.id for change in store.list_changes(after=0, limit=10_000)]]


@given(days)
@settings(max_examples=25, deadline=None)
def test_committing_an_outcome_twice_equals_committing_it_once(plans):
    outcomes = live_through(plans)
    with TemporaryDirectory() as folder:
        once, twice = Path(folder) / "once.db", Path(folder) / "twice.db"

        assert store_all(once, outcomes, 1) == store_all(twice, outcomes, 2)
        assert dump(once) == dump(twice)


@given(days)
@settings(max_examples=25, deadline=None)
def test_what_is_read_back_is_what_was_decided(plans):
    outcomes = live_through(plans)
    known = {article.id: article for outcome in outcomes for article in outcome.articles}
    revisions = {each.article_id: each for outcome in outcomes for each in outcome.revisions}
    told = [replace(change, seq=0) for outcome in outcomes for change in outcome.changes]
    with TemporaryDirectory() as folder, open_store(f"sqlite:///{folder}/gazette.db") as store:
        for outcome in outcomes:
            store.commit([outcome])

        assert {article.id: article for article, _ in store.list_articles(limit=100)} == known
        assert {identity: store.latest_revision(identity) for identity in revisions} == revisions
        stored = store.list_changes(after=0, limit=10_000)
        assert [replace(change, seq=0) for change in stored] == told
        assert [change.seq for change in stored] == list(range(1, len(stored) + 1))
        assert store.source_states(["harbour"])["harbour"] == outcomes[-1].state
        still_open = [each.id for outcome in outcomes for each in outcome.incidents if each.state == "open"]
        closed = {each.id for outcome in outcomes for each in outcome.incidents if each.state == "closed"}
        found = [each.id for each in store.open_incidents_of(["harbour"])]
        assert found == [one for one in still_open if one not in closed]
