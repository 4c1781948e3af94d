"""When the database cannot be used: what is said, and that what was known stays known."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from crawler.errors import StoreError, StoreLocked, StoreNewer
from storage.proof import verify_chains
from storage.sqlite import SqliteDatabase
from storage.store import open_store

ROOT = Path(__file__).parents[2]
BRIEF = timedelta(milliseconds=200)


def run_child(script, *arguments):
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


# -- both engines ---------------------------------------------------------------------------------------------------


def test_an_empty_database_is_made_ready_and_says_so(empty_url, made):
    with open_store(empty_url) as store:
        assert store.created
        store.commit([made.found()])
    with open_store(empty_url) as store:
        assert not store.created
        assert store.count_articles() == 1


def test_a_newer_schema_is_refused_and_left_alone(url):
    with open_store(url) as store:
        store.database.run("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreNewer, match="schema 9999"):
        open_store(url)


@pytest.mark.parametrize("keys", ["", "{", '{"a": 1}', '["a", 1]'])
def test_a_damaged_window_of_a_listing_names_table_and_source(store, made, keys):
    store.commit([made.outcome(window=("a", "b"))])
    store.database.run("UPDATE listing_window SET keys = ?", (keys,))
    with pytest.raises(StoreError, match="listing_window zq-news in the database cannot be read"):
        store.listing_window("zq-news")


def test_a_copy_that_was_first_seen_at_no_instant_is_named(tmp_path, made):
    with open_store(f"sqlite:///{tmp_path}/gazette.db") as store:
        copy = made.known("b", "gd-gov", copy_of=made.known("a").id)
        store.commit([made.outcome(articles=(made.known("a"), made.known("c"), copy))])
        store.database.run("UPDATE article SET first_seen_at = x'ff' WHERE id = ?", (copy.id,))
        with pytest.raises(StoreError, match=f"article {copy.id} in the database cannot be read"):
            store.load_articles([made.known("a").id])


def test_an_article_that_repeats_bytes_is_no_mistake_of_ours(tmp_path, made):
    with open_store(f"sqlite:///{tmp_path}/gazette.db") as store:
        store.commit([made.found("a")])
        store.database.run("UPDATE article SET copy_of = x'ff'")
        with pytest.raises(StoreError, match="a name that is no text"):
            store.load_articles([made.known("a").id])


def test_an_incident_that_claims_millions_of_reminders_is_forgotten_all_the_same(store, made):
    absurd = made.incident(reminder=10**12)
    store.commit([made.outcome(incidents=(made.incident(),))])
    store.commit([made.outcome(incidents=(absurd,), promises=(made.promise(absurd.event_id),))])
    store.forget_source("zq-news")
    assert store.list_deliveries() == []


def test_a_damaged_sign_names_table_and_id(store, made):
    store.commit([made.outcome(signs=(made.change("a"),))])
    store.database.run("UPDATE sign SET record = ?", ("{",))
    with pytest.raises(StoreError, match=f"sign {made.change('a').id} in the database cannot be read"):
        store.list_signs(since=made.now)


def test_a_failed_commit_leaves_nothing_and_the_store_usable(store, made, monkeypatch):
    def fail(*_):
        raise KeyboardInterrupt

    store.commit([made.found("a")])
    with monkeypatch.context() as patch:
        patch.setattr("storage.checks.write_states", fail)
        with pytest.raises(KeyboardInterrupt):
            store.commit([made.found("b", promises=True)])
    assert store.count_articles() == 1
    assert store.waiting_count() == 0
    store.commit([made.found("b")])
    assert store.count_articles() == 2


KILLED_IN_COMMIT = """
import os, signal, sys
import storage.checks
from crawler.model import Observation, Outcome, SourceState, Verdict
from datetime import UTC, datetime
from storage.store import open_store

storage.checks.write_states = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
now = datetime(2024, 3, 1, tzinfo=UTC)
observation = Observation(url="https://example.org/", fetched_at=now, status=200, verdict=Verdict.OK)
with open_store(sys.argv[1]) as store:
    store.commit([Outcome(source_id="s", state=SourceState(source_id="s"), observations=(observation,))])
"""


def test_a_process_killed_in_a_commit_leaves_nothing_of_it(url, made):
    with open_store(url) as store:
        store.commit([made.found("a")])
    child = run_child(KILLED_IN_COMMIT, url)
    assert child.returncode == -signal.SIGKILL, child.stderr
    with open_store(url) as store:
        assert store.database.fetch("SELECT count(*) FROM observation") == [(1,)]
        assert list(verify_chains(store)) == []
        store.commit([made.found("b")])
        assert store.count_articles() == 2


def test_two_that_make_one_database_at_once_both_get_it(empty_url):
    script = "import sys; from storage.store import open_store; print(open_store(sys.argv[1]).created)"
    children = [
        subprocess.Popen([sys.executable, "-c", script, empty_url], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    answers = [child.communicate(timeout=60)[0].strip() for child in children]
    assert [child.returncode for child in children] == [0, 0, 0]
    assert "True" in answers


# -- SQLite ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def path(tmp_path):
    return tmp_path / "gazette.db"


def open_file(path, **options):
    return open_store(f"sqlite:///{path}", busy_timeout=BRIEF, **options)


HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def held(path):
    """The database, held by another process."""
    open_file(path).close()
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield path
        process.stdin.close()


def test_a_database_held_by_another_process_is_locked_after_a_short_wait(held, made):
    with open_file(held) as store:
        began = time.monotonic()
        with pytest.raises(StoreLocked, match=str(held)) as caught:
            store.commit([made.found()])
        assert 0.1 < time.monotonic() - began < 60
        assert caught.value.exit_code == 3
        assert store.count_articles() == 0  # reading goes on


def test_a_database_that_is_locked_while_it_is_opened_is_closed_again(path):
    with sqlite3.connect(path, isolation_level=None) as holder:  # no write-ahead log yet: even reading must wait
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreLocked):
            open_file(path)
        holder.execute("ROLLBACK")
    holder.close()
    open_file(path).close()


@pytest.mark.parametrize("content", [b"garbage" * 1_000, b"x", b"SQLite format 3\0" + b"\xff" * 4_000])
def test_a_file_that_is_no_database_is_named_and_kept(path, content):
    path.write_bytes(content)
    with pytest.raises(StoreError, match=f"{path} .*not a SQLite database"):
        open_file(path)
    assert path.read_bytes() == content


def test_a_database_of_another_program_is_left_alone(path):
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE songs (name)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"not one of Gazette .*songs"):
        open_file(path)
    assert path.read_bytes() == before


def test_an_empty_file_is_a_new_database(path):
    path.touch()
    with open_file(path) as store:
        assert store.created


def test_a_missing_database_is_not_made_on_a_mere_look(path):
    with pytest.raises(StoreError, match=f"no database at {path}"):
        open_file(path, create=False)
    assert not path.exists()


def test_a_folder_is_no_database(tmp_path):
    with pytest.raises(StoreError, match="is a folder"):
        open_file(tmp_path)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(StoreError, match="check that the folder exists"):
        open_file(tmp_path / "nowhere" / "gazette.db")


@pytest.mark.parametrize("url", ["sqlite:///", "sqlite:///:memory:", "mysql://root:secret@localhost/x"])
def test_an_address_of_no_usable_database_is_refused_without_its_password(url):
    with pytest.raises(StoreError) as caught:
        open_store(url)
    assert "secret" not in str(caught.value)


AS_NOBODY = """
import os, sys
from crawler.errors import StoreError
from storage.store import open_store
if os.geteuid() == 0:  # permissions do not bind root
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    with open_store(sys.argv[1]) as store:
        store.disable_channel("x")
except StoreError as error:
    print(error)
"""


@pytest.mark.parametrize("exists", [True, False])
def test_a_folder_we_may_not_write_to_is_explained(tmp_path_factory, exists):
    folder = tmp_path_factory.mktemp("readonly")
    path = folder / "gazette.db"
    if exists:
        open_file(path).close()
        path.chmod(0o444)
    for parent in (folder, *folder.parents):
        if parent.stat().st_uid == os.getuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o055)
    folder.chmod(0o555)
    child = run_child(AS_NOBODY, f"sqlite:///{path}")
    folder.chmod(0o755)
    assert child.returncode == 0, child.stderr
    assert str(path) in child.stdout
    assert "user that runs Gazette" in child.stdout


def test_a_full_disk_is_explained(path, made):
    with open_file(path) as store:
        pages = store.database.fetch("PRAGMA page_count")[0][0]
        store.database.run(f"PRAGMA max_page_count={pages}")
        with pytest.raises(StoreError, match="free some space"):
            store.commit([made.found(str(number)) for number in range(50)])
        assert store.count_articles() == 0


def test_commits_that_matter_survive_a_power_cut(path, made, monkeypatch):
    levels = []
    write = SqliteDatabase.queue_commits

    def look(database):
        levels.append(database.fetch("PRAGMA synchronous")[0][0])
        write(database)

    monkeypatch.setattr(SqliteDatabase, "queue_commits", look)
    with open_file(path) as store:
        assert store.database.fetch("PRAGMA journal_mode") == [("wal",)]
        assert store.database.fetch("PRAGMA foreign_keys") == [(1,)]
        store.commit([made.outcome()])
        store.commit([made.found()])
        store.commit([made.outcome(observations=(made.observation("z"),))])
    assert levels == [1, 2, 1]  # NORMAL, FULL, NORMAL


# -- PostgreSQL -----------------------------------------------------------------------------------------------------


@pytest.fixture
def postgres_url(postgres_databases, postgres_template):
    return postgres_databases(postgres_template)


def test_a_commit_that_another_holds_up_is_locked_after_a_short_wait(postgres_url, made):
    with open_store(postgres_url, busy_timeout=BRIEF) as store, open_store(postgres_url) as holder:
        with holder.database.writing(durable=False):
            holder.database.queue_commits()
            with pytest.raises(StoreLocked, match="PostgreSQL database test_"):
                store.commit([made.found()])
        store.commit([made.found()])


def test_a_lost_connection_comes_back(postgres_url, made):
    with open_store(postgres_url) as store:
        store.commit([made.found("a")])
        with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        with pytest.raises(StoreError):
            store.commit([made.found("b")])
        store.commit([made.found("b")])
        assert store.count_articles() == 2


def test_a_lost_connection_comes_back_for_reading(postgres_url):
    with open_store(postgres_url) as store:
        with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        with pytest.raises(StoreError):
            store.count_articles()
        assert store.count_articles() == 0


def test_an_unreachable_server_is_explained_without_the_password():
    with pytest.raises(StoreError, match="cannot be reached") as caught:
        open_store("postgresql+psycopg://gazette:secret@127.0.0.1:1/gazette")
    assert "secret" not in str(caught.value)


def test_other_tables_beside_ours_are_no_trouble(postgres_databases, made):
    url = postgres_databases()
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as other:
        other.execute("CREATE TABLE procrastinate_jobs (id int)")
    with open_store(url) as store:
        assert store.created
        store.commit([made.found()])
