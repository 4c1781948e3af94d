"""What is stored can be proven, and whatever was altered or lost is found, on both engines."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.model import digest
from storage.proof import Tally, find_rewritten, verify, verify_chains
from storage.snapshots import DatabaseSnapshots, FolderSnapshots

DAY = timedelta(days=1)


@pytest.fixture(params=["folder", "database"])
def snapshots(request, store, tmp_path):
    return FolderSnapshots(tmp_path / "snapshots") if request.param == "folder" else DatabaseSnapshots(store)


def look(made, name, days_ago=0, **values):
    """An observation of a body that is called as it reads."""
    return made.observation(name, at=made.now - days_ago * DAY, sha256=digest(name.encode()), **values)


def fill(store, snapshots, made, *names):
    """Looks at pages whose bodies are kept, each the proof of the first revision of an article."""
    snapshots.put([name.encode() for name in names])
    for name in names:
        known = made.known(name)
        proof = look(made, name, 40)
        revision = replace(made.revision(name), article_id=known.id, evidence=proof)
        seen = replace(proof, article_id=known.id)
        store.commit([made.outcome(articles=(known,), revisions=(revision,), observations=(seen,))])


def flaws(store, snapshots, **options):
    return [" ".join(flaw) for flaw in verify(store, snapshots, Tally(), **options)]


def test_what_was_written_is_whole_and_counted(store, snapshots, made):
    fill(store, snapshots, made, *"abc")
    tally = Tally()
    assert list(verify(store, snapshots, tally)) == []
    assert (tally.observations, tally.revisions, tally.snapshots, tally.released) == (3, 3, 3, 0)
    ((host, (number, head)),) = tally.heads.items()
    assert (host, number, len(head)) == (made.host, 3, 64)


@pytest.mark.parametrize(
    ("forgery", "words"),
    [
        ("UPDATE observation SET status = 404 WHERE seq = 2", "observation 2 .* was altered"),
        ("UPDATE observation SET fetched_at = '2024-01-01 00:00:00.000000' WHERE seq = 2", "observation 2 .* altered"),
        ('UPDATE observation SET headers = \'[["x", "y"]]\' WHERE seq = 3', "observation 3 .* altered"),
        ("DELETE FROM observation WHERE seq = 2", "observation 3 .* the one before it is lost"),
        ("DELETE FROM observation WHERE seq < 3", "observation 3 .* 2 before it are lost"),
        ("UPDATE observation SET hash = 'forged' WHERE seq = 1", "observation 2 .* does not continue"),
    ],
)
def test_a_forged_chain_is_found_out(store, made, forgery, words):
    store.commit([made.outcome(observations=tuple(made.observation(name) for name in "abcd"))])
    store.database.run(forgery)
    found = [" ".join(flaw) for flaw in verify_chains(store)]
    assert any(re.search(words, problem) for problem in found), found


def test_a_chain_that_was_cut_short_is_found_out_by_what_was_read_from_it(store, snapshots, made):
    fill(store, snapshots, made, *"abc")
    store.database.run("DELETE FROM observation WHERE seq = 3")
    (flaw,) = flaws(store, snapshots)
    assert re.fullmatch("revision 1 of .* the observation that proves it is lost or altered", flaw)


def test_the_damaged_evidence_of_a_revision_is_a_flaw_and_no_end(store, snapshots, made):
    fill(store, snapshots, made, *"ab")
    identity = made.known("a").id
    store.database.run("UPDATE revision SET evidence = '{' WHERE article_id = ?", (identity,))
    assert flaws(store, snapshots) == [f"revision 1 of {identity} its evidence was damaged"]


def test_a_chain_that_was_written_anew_differs_from_the_head_that_was_noted(store, snapshots, made):
    fill(store, snapshots, made, *"abc")
    noted = Tally()
    list(verify_chains(store, noted))
    fill(store, snapshots, made, "d")
    assert list(find_rewritten(store, noted.heads)) == []
    store.database.run("UPDATE observation SET hash = 'anew' WHERE seq = 3")
    (flaw,) = find_rewritten(store, noted.heads)
    assert (flaw.name, flaw.problem) == (f"3 of {made.host}", "is not the one that was noted earlier")
    store.database.run("DELETE FROM observation")
    (flaw,) = find_rewritten(store, noted.heads)
    assert flaw.problem == "is gone, though it was noted earlier"


def test_a_lost_body_is_a_flaw(store, snapshots, made):
    fill(store, snapshots, made, *"ab")
    snapshots.remove([digest(b"a")])
    assert flaws(store, snapshots) == [f"snapshot {digest(b'a')} is gone; restore it from a backup"]


def test_a_body_that_retention_let_go_is_none_unless_it_is_needed_still(store, snapshots, made):
    snapshots.put([b"old", b"young", b"needed"])
    store.commit(
        [
            made.outcome(
                state=made.state(body_sha256=digest(b"needed")),
                observations=(look(made, "old", 40), look(made, "young", 1), look(made, "needed", 40)),
            )
        ]
    )
    snapshots.remove([digest(name) for name in (b"old", b"young", b"needed")])
    tally = Tally()
    found = {flaw.name for flaw in verify(store, snapshots, tally, released_before=made.now - 30 * DAY)}
    assert found == {digest(b"young"), digest(b"needed")}
    assert tally.released == 1


def test_a_body_with_other_bytes_is_a_flaw(store, made, tmp_path):
    snapshots = FolderSnapshots(tmp_path)
    fill(store, snapshots, made, *"ab")
    first, second = (next(tmp_path.rglob(f"{digest(name)}.zst")) for name in (b"a", b"b"))
    first.write_bytes(second.read_bytes())
    second.write_bytes(b"no archive")
    found = sorted(flaws(store, snapshots))
    assert len(found) == 2
    assert any("holds other bytes than were stored" in flaw for flaw in found)
    assert any("is damaged" in flaw for flaw in found)


def test_a_body_that_no_observation_names_yet_is_none(store, snapshots, made):
    fill(store, snapshots, made, "a")
    snapshots.put([b"of a check under way"])
    assert flaws(store, snapshots) == []
