"""What a daemon asks of the store: what is due, single facts, and the right to be the only one."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.errors import StoreError
from storage.exclusive import AnotherDaemon, lock_daemon

ROOT = Path(__file__).parents[2]
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
HOLD = (
    "import sys; from storage.exclusive import lock_daemon; lock = lock_daemon(sys.argv[1]); "
    "print('held', flush=True); sys.stdin.read()"
)


# -- due -------------------------------------------------------------------------------------------------------------


def test_due_sources_come_longest_overdue_first(store, made):
    for source, minutes in (("late", -30), ("later", -60), ("now", 0), ("soon", 1)):
        store.commit([made.outcome(source, state=made.state(source, due_at=made.now + minutes * MINUTE))])
    assert store.due_sources(now=made.now) == ["later", "late", "now"]


def test_a_source_remembered_without_a_due_time_comes_last(store, made):
    store.commit([made.outcome(state=made.state("never", checked_at=None))])
    store.commit([made.outcome("late", state=made.state("late", due_at=made.now - MINUTE))])
    assert store.due_sources(now=made.now) == ["late", "never"]


def test_muted_sources_are_never_due(store, made):
    late = made.state("late", due_at=made.now - MINUTE)
    store.commit([made.outcome("late", state=late, articles=(made.known("a", "late"),))])
    store.mute_sources(["late"], muted=True)
    assert store.due_sources(now=made.now) == []
    assert store.sources_with_due_articles(now=made.now + timedelta(days=1)) == []


def test_sources_with_due_articles_are_told_by_their_longest_overdue_one(store, made):
    for source, minutes in (("a", (5, -5)), ("b", (-9, 60)), ("c", (1, 2)), ("d", ())):
        articles = tuple(made.known(f"{source}{each}", source, due_at=made.now + each * MINUTE) for each in minutes)
        store.commit([made.outcome(source, articles=articles)])
    store.commit([made.outcome("e", articles=(made.known("old", "e", due_at=None),))])
    assert store.sources_with_due_articles(now=made.now) == ["b", "a"]


def test_of_several_sources_those_with_due_articles_are_told(store, made):
    for source, minutes in (("a", (5, -5)), ("b", (-9, 60)), ("c", (1, 2)), ("d", ())):
        articles = tuple(made.known(f"{source}{each}", source, due_at=made.now + each * MINUTE) for each in minutes)
        store.commit([made.outcome(source, state=made.state(source), articles=articles)])
    assert sorted(store.owners_of_due_articles(["a", "c", "d"], now=made.now)) == ["a"]
    assert sorted(store.owners_of_due_articles(["a", "b", "c"], now=made.now + 3 * MINUTE)) == ["a", "b", "c"]
    assert store.owners_of_due_articles([], now=made.now) == []


# -- clocks that were wrong ------------------------------------------------------------------------------------------


def mend(store, made) -> int:
    limit = made.now + 60 * DAY
    return store.mend_due_times(now=made.now, listings=limit, articles=limit, deliveries=limit)


def test_what_is_due_later_than_it_can_be_is_due_now(store, made):
    far, near = made.now + 4000 * DAY, made.now + 30 * DAY
    articles = (
        made.known("far", "harbour", due_at=far),
        made.known("given-up", "harbour", due_at=None, fetched_at=far),
        made.known("near", "harbour", due_at=near, fetched_at=made.now),
        made.known("old", "harbour", due_at=None, fetched_at=made.now),
    )
    store.commit([made.outcome("harbour", state=made.state("harbour", due_at=far), articles=articles)])
    store.commit([made.outcome("port", state=made.state("port", due_at=near))])
    store.commit([made.told("message", due_at=far)])

    assert mend(store, made) == 4
    assert store.due_sources(now=made.now)[0] == "harbour"
    assert "port" not in store.due_sources(now=made.now)
    assert {each.title for each in store.due_articles("harbour", now=made.now, limit=9)} == {
        made.known("far").title,
        made.known("given-up").title,
    }
    assert store.standing(now=made.now).oldest_due_at == made.now


def test_where_no_clock_was_wrong_nothing_is_touched(store, made):
    store.commit([made.found("a", promises=True)])
    assert mend(store, made) == 0


# -- how it stands ---------------------------------------------------------------------------------------------------


def test_an_empty_store_has_nothing_waiting(store, made):
    standing = store.standing(now=made.now)
    assert (standing.oldest_due_at, standing.waiting, standing.dead, standing.incidents) == (None, 0, 0, 0)


def test_what_waits_and_what_was_given_up_is_counted(store, made):
    store.commit([made.told("a", window="event:a", due_at=made.now - 7 * MINUTE)])
    store.commit([made.told("b", window="event:b", due_at=made.now + DAY)])
    store.commit([made.outcome(incidents=(made.incident(),))])

    standing = store.standing(now=made.now)
    assert (standing.oldest_due_at, standing.waiting) == (made.now - 7 * MINUTE, 2)
    assert (standing.dead, standing.incidents) == (0, 1)

    (delivery,) = store.lease_deliveries(now=made.now, lease_until=made.now + DAY, limit=9, close_bursts=False)
    store.bury(delivery, error="410")
    standing = store.standing(now=made.now)
    assert (standing.oldest_due_at, standing.waiting, standing.dead) == (None, 1, 1)


# -- facts -----------------------------------------------------------------------------------------------------------


def test_a_fact_is_kept_until_it_is_replaced(store):
    assert store.read_fact("daemon") is None
    store.write_fact("daemon", "one")
    store.write_fact("daemon", "two")
    assert store.read_fact("daemon") == "two"


# -- one daemon ------------------------------------------------------------------------------------------------------


def test_a_second_daemon_is_refused_with_the_pid_of_the_first(store, url):
    with lock_daemon(url), pytest.raises(AnotherDaemon, match=rf"another daemon \(pid {os.getpid()}\b.*stop it first"):
        lock_daemon(url)


def test_the_lock_is_free_when_its_holder_ended_in_good_order(store, url):
    lock_daemon(url).release()
    with lock_daemon(url) as lock:
        lock.renew()


def test_the_lock_is_free_when_its_holder_was_killed(store, url):
    command = [sys.executable, "-c", HOLD, url]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(AnotherDaemon, match=f"pid {process.pid}"):
            lock_daemon(url)
        process.kill()
        process.wait(10)
    lock_when_free(url)


def lock_when_free(url: str) -> None:
    """PostgreSQL notices a killed client a moment later."""
    give_up_at = time.monotonic() + 60
    while time.monotonic() < give_up_at:
        try:
            lock_daemon(url).release()
        except AnotherDaemon:
            time.sleep(0.05)
            continue
        return
    pytest.fail("the lock outlived its holder")


def test_others_use_the_database_while_a_daemon_holds_it(store, url, made):
    with lock_daemon(url):
        store.commit([made.found("a")])
    assert store.count_articles() == 1


def test_a_lock_file_that_was_tidied_away_is_made_again(tmp_path):
    url = f"sqlite:///{tmp_path}/gazette.db"
    with lock_daemon(url) as lock:
        (tmp_path / "gazette.db.daemon.lock").unlink()
        lock.renew()
        with pytest.raises(AnotherDaemon):
            lock_daemon(url)


def test_a_lock_that_another_daemon_took_meanwhile_is_lost(tmp_path):
    url = f"sqlite:///{tmp_path}/gazette.db"
    with lock_daemon(url) as lock:
        (tmp_path / "gazette.db.daemon.lock").unlink()
        with lock_daemon(url), pytest.raises(AnotherDaemon):
            lock.renew()


def test_two_names_of_one_file_are_one_database(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "gazette.db").touch()
    (tmp_path / "link.db").symlink_to(tmp_path / "real" / "gazette.db")
    with lock_daemon(f"sqlite:///{tmp_path}/real/gazette.db"), pytest.raises(AnotherDaemon):
        lock_daemon(f"sqlite:///{tmp_path}/link.db")


def test_a_lock_that_cannot_be_written_is_trouble_of_the_store(tmp_path):
    with pytest.raises(StoreError, match=r"daemon\.lock cannot be written"):
        lock_daemon(f"sqlite:///{tmp_path}/nowhere/gazette.db")


def test_a_session_that_broke_takes_its_lock_again(postgres_databases):
    import psycopg

    url = postgres_databases()
    with lock_daemon(url) as lock:
        with psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'pid %' "
                "AND datname = current_database()"
            )
        lock.renew()
        with pytest.raises(AnotherDaemon):
            lock_daemon(url)


def test_a_lock_that_a_broken_session_of_ours_still_holds_is_taken_from_it(postgres_databases):
    url = postgres_databases()
    with lock_daemon(url) as lock:
        unnoticed = lock._connection  # the server believes in it, and we do not: the network broke
        lock._connection = closed_connection(url)
        with pytest.raises(StoreError, match="broken session of ours"):
            lock.renew()
        give_up_at = time.monotonic() + 60
        while not renews(lock):
            assert time.monotonic() < give_up_at
            time.sleep(0.05)
        with pytest.raises(AnotherDaemon):
            lock_daemon(url)
        unnoticed.close()


def closed_connection(url: str):
    import psycopg

    connection = psycopg.connect(url.replace("postgresql+psycopg", "postgresql"))
    connection.close()
    return connection


def renews(lock) -> bool:
    try:
        lock.renew()
    except AnotherDaemon:
        raise
    except StoreError:
        return False
    return True
