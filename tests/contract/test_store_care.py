"""Backups, copies and retention."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from crawler.differ import copies, translations
from crawler.errors import StoreError, UsageError
from crawler.model import Absence, ChangeKind, FileState, Hallmarks, HeldChange, IncidentState, Ruling, Sought, digest
from storage.maintenance import MARKED_FOR, backup, copy, forget_marks, prune
from storage.proof import verify_chains
from storage.snapshots import DatabaseSnapshots, FolderSnapshots
from storage.store import open_store

DAY = timedelta(days=1)


def fill(store, made):
    """A little of everything."""
    store.commit([made.found("a", promises=True), made.found("b", "gd-gov")])
    store.commit([made.outcome(articles=(made.troubled("c"),), incidents=(made.incident(),))])
    store.commit([made.outcome(incidents=(made.incident(state=IncidentState.CLOSED),))])
    store.commit([made.outcome(signs=(replace(made.change("s"), kind=ChangeKind.MISSING),))])
    held = HeldChange(incident_id="inc_i", change=made.change("h"))
    store.commit([made.outcome(held=(held,))])
    store.rule_noise(Ruling(incident_id="inc_i", word="noise", ruled_at=made.now, changes=1), [held.change])
    (delivery,) = store.lease_deliveries(now=made.now, lease_until=made.now + DAY, limit=9, close_bursts=True)
    store.freeze_payload(delivery, b"\0bytes\xff")
    store.disable_channel("hook", "410")
    DatabaseSnapshots(store).put([b"page", b""])
    store.commit([made.outcome(window=("url:a",))])
    marks = Hallmarks(article_id=made.known("a").id, day=made.now.date(), marks=(1, 2))
    store.commit([made.outcome(hallmarks=(marks,), translations=((made.known("b").id, made.known("a").id),))])


def contents(store):
    return {
        "changes": store.list_changes(after=0),
        "articles": store.list_articles(),
        "incidents": store.list_incidents(),
        "deliveries": store.list_deliveries(),
        "held": store.held_changes("zq-news"),
        "rulings": store.rulings(["inc_i"]),
        "states": store.source_states(["zq-news", "gd-gov"]),
        "window": store.listing_window("zq-news"),
        "channels": store.disabled_channels(),
        "revisions": store.revisions(store.list_articles()[0][0].id),
        "snapshot": DatabaseSnapshots(store).get(digest(b"page")),
        "alike": store.find_alike([Sought(marks=(1, 2), first=date.min, last=date.max)], limit=9),
    }


# -- backup ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def file_store(tmp_path):
    with open_store(f"sqlite:///{tmp_path}/gazette.db", busy_timeout=timedelta(milliseconds=200)) as store:
        yield store


def test_a_backup_holds_everything(file_store, made, tmp_path):
    fill(file_store, made)
    backup(file_store, tmp_path / "copy.bak")
    with open_store(f"sqlite:///{tmp_path}/copy.bak") as copied:
        assert not copied.created
        assert contents(copied) == contents(file_store)
        assert list(verify_chains(copied)) == []


def test_a_backup_is_made_while_another_writes(file_store, made, tmp_path):
    fill(file_store, made)
    with open_store(file_store.url) as writer, writer.database.writing(durable=False):
        writer.database.run("DELETE FROM meta")
        backup(file_store, tmp_path / "copy.bak")
    with open_store(f"sqlite:///{tmp_path}/copy.bak") as copied:
        assert copied.disabled_channels() == {"hook": "410"}


def test_a_backup_never_replaces_a_file(file_store, tmp_path):
    target = tmp_path / "precious"
    target.write_text("precious")
    with pytest.raises(UsageError, match="never replaces"):
        backup(file_store, target)
    assert target.read_text() == "precious"
    assert [file.name for file in tmp_path.iterdir() if "partial" in file.name] == []


def test_a_backup_into_nowhere_is_explained(file_store, tmp_path):
    with pytest.raises(StoreError, match="cannot be written as a backup"):
        backup(file_store, tmp_path / "nowhere" / "copy.bak")


def test_postgresql_is_backed_up_by_its_own_tools(postgres_databases, postgres_template, tmp_path):
    with (
        open_store(postgres_databases(postgres_template)) as store,
        pytest.raises(UsageError, match="pg_dump"),
    ):
        backup(store, tmp_path / "copy.bak")


# -- copy -----------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgresql"])
def target_url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/target.db"
    return request.getfixturevalue("postgres_databases")()


def test_a_copy_holds_everything_and_goes_on_from_there(store, target_url, made):
    fill(store, made)
    counts = copy(store, target_url)
    assert counts["change"] == 2
    assert counts["article"] == 3
    assert all(counts.values())
    with open_store(target_url) as target:
        assert contents(target) == contents(store)
        assert list(verify_chains(target)) == []
        (change,) = target.commit([made.found("d")])
        assert change.seq == 3
        assert list(verify_chains(target)) == []


def test_an_empty_database_can_be_copied(store, target_url, made):
    assert not any(copy(store, target_url).values())
    with open_store(target_url) as target:
        assert [change.seq for change in target.commit([made.found("d")])] == [1]


def test_a_copy_never_mixes_with_what_is_there(store, target_url, made):
    with open_store(target_url) as target:
        target.commit([made.found("x")])
    fill(store, made)
    with pytest.raises(UsageError, match="empty database"):
        copy(store, target_url)
    with open_store(target_url) as target:
        assert target.count_articles() == 1


# -- retention ------------------------------------------------------------------------------------------------------


def seen(made, name, days_ago, **values):
    at = made.now - days_ago * DAY
    return made.observation(name, at=at, sha256=digest(name.encode()), **values)


def test_snapshots_go_by_age_unless_something_still_looks_so(store, made):
    snapshots = DatabaseSnapshots(store)
    names = ["old", "seen-again", "recent", "current", "attachment", "listing"]
    snapshots.put([name.encode() for name in names])
    observations = [seen(made, name, 40) for name in names if name != "recent"]
    observations += [seen(made, "seen-again", 1), seen(made, "recent", 2)]
    known = made.known("current", files=(FileState(url="f", sha256=digest(b"attachment")),))
    state = made.state(body_sha256=digest(b"listing"))
    store.commit([made.outcome(state=state, articles=(known,), observations=tuple(observations))])
    report = prune(store, snapshots, now=made.now, snapshots_after=30 * DAY, changes_after=None)
    assert str(report) == "removed 1 snapshots, 0 sent deliveries, 0 changes"
    assert set(snapshots.names()) == {digest(name.encode()) for name in names[1:]}
    assert list(verify_chains(store)) == []


@pytest.fixture(params=["folder", "database"])
def snapshots(request, store, tmp_path):
    return FolderSnapshots(tmp_path / "snapshots") if request.param == "folder" else DatabaseSnapshots(store)


def test_the_oldest_snapshots_go_where_there_are_too_many_bytes(store, made, snapshots):
    names = [f"page-{number}" for number in range(6)]
    snapshots.put([name.encode() for name in names])
    store.commit([made.outcome(observations=tuple(seen(made, name, 40 - day) for day, name in enumerate(names)))])
    sizes = dict(snapshots.sizes())
    room_for_two = sum(sizes[digest(name.encode())] for name in names[-2:])

    report = prune(store, snapshots, now=made.now, snapshots_after=None, changes_after=None, max_size=room_for_two + 1)

    assert (report.snapshots, report.over) == (4, 0)
    assert set(snapshots.names()) == {digest(name.encode()) for name in names[-2:]}
    assert list(verify_chains(store)) == []
    again = prune(store, snapshots, now=made.now, snapshots_after=None, changes_after=None, max_size=room_for_two + 1)
    assert not again.is_some


def test_what_is_still_needed_stays_however_little_room_there_is(store, made, snapshots):
    names = ["current", "evidence", "gone", "attachment", "listing", "old"]
    snapshots.put([name.encode() for name in [*names, "under way"]])
    observations = {name: seen(made, name, 40) for name in names}
    known = made.known(
        "current",
        files=(FileState(url="f", sha256=digest(b"attachment")),),
        absence=Absence(observations=(observations["gone"],)),
    )
    revision = replace(made.revision("current"), evidence=observations["evidence"])
    state = made.state(body_sha256=digest(b"listing"))
    store.commit(
        [made.outcome(state=state, articles=(known,), revisions=(revision,), observations=tuple(observations.values()))]
    )

    report = prune(store, snapshots, now=made.now, snapshots_after=DAY, changes_after=None, max_size=1)

    assert report.snapshots == 1
    assert report.over > 0
    kept = [*names[:-1], "under way"]
    assert set(snapshots.names()) == {digest(name.encode()) for name in kept}
    assert list(verify_chains(store)) == []


def test_changes_go_by_age_but_never_what_is_still_promised(store, made):
    old = replace(made, now=made.now - 40 * DAY)
    store.commit(
        [old.told("sent"), old.told("waiting", window="event:waiting"), old.outcome(changes=(old.change("old"),))]
    )
    store.commit([made.outcome(changes=(made.change("recent"),))])
    sent, _ = sorted(
        store.lease_deliveries(now=old.now, lease_until=old.now, limit=9, close_bursts=False),
        key=lambda each: each.window,
    )
    store.acknowledge(sent, sent_at=old.now)
    report = prune(store, DatabaseSnapshots(store), now=made.now, snapshots_after=None, changes_after=30 * DAY)
    assert (report.snapshots, report.deliveries, report.changes) == (0, 1, 2)
    assert {change.article.title for change in store.list_changes()} == {"关于waiting的通知", "关于recent的通知"}
    assert store.waiting_count() == 1


def test_nothing_goes_where_everything_is_kept_for_ever(store, made):
    fill(store, made)
    before = contents(store)
    report = prune(store, DatabaseSnapshots(store), now=made.now + 999 * DAY, snapshots_after=None, changes_after=None)
    assert (report.snapshots, report.deliveries, report.changes, report.marks) == (0, 0, 0, 2)
    assert not report.is_some
    assert contents(store) == {**before, "alike": [[]]}  # by which nobody looks for what is that old


def test_what_articles_are_found_again_by_goes_when_it_is_too_old_to_matter_piece_by_piece(store, made):
    today, old = made.now.date(), made.now - MARKED_FOR - DAY
    seen = {
        "old": (old, old.date()),
        "dated ahead": (old, today + timedelta(days=2000)),
        "listed late": (made.now - DAY, date(1999, 1, 1)),
        "updated": (old, today),
        "new": (made.now, today),
    }
    for name, (at, day) in seen.items():
        known = replace(made.known(name), first_seen_at=at)
        marks = Hallmarks(article_id=known.id, day=day, marks=(1, 2, 3))
        store.commit([made.outcome(articles=(known,), hallmarks=(marks,))])

    assert [forget_marks(store, now=made.now, limit=4) for _ in range(3)] == [4, 2, 0]
    left = [article_id for (article_id,) in store.database.fetch("SELECT article_id FROM hallmark")]
    assert sorted(left) == sorted([made.known(name).id for name in ("listed late", "updated", "new")] * 3)


def test_hallmarks_are_kept_for_longer_than_they_are_looked_for():
    assert 2 * max(copies.NEAR, translations.NEAR) < MARKED_FOR
