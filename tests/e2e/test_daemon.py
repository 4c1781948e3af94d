"""The daemon as its operator meets it: a process, signals, a health check, a log."""

from __future__ import annotations

import json
import resource
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.commanding import COMMAND, Gazette, clean_environment
from tests.mailserver import MailServer
from tests.newsroom import Newsroom, source_block

#: Bytes beyond which no file grows: less than the database takes, more than the log.
FULL = 48 * 1024
QUICK = 'every = "1s"\nmin_every = "1s"\njitter = 0.0'
MAIL = """
[[channel]]
name = "desk"
kind = "smtp"
host = "127.0.0.1"
port = {port}
security = "none"
from = "Gazette <gazette@example.org>"
to = ["desk@example.org"]

[[subscription]]
name = "all-to-desk"
channel = "desk"
gather = "{gather}"
"""


@dataclass
class Daemon:
    """A running daemon and what it logged."""

    process: subprocess.Popen[bytes]
    log: Path

    def events(self) -> list[dict]:
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def said(self, text: str) -> list[dict]:
        return [event for event in self.events() if text in event["event"]]

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def end(self, seconds: float = 60) -> int:
        return self.process.wait(seconds)


def until(is_true, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.05)


@contextmanager
def daemon(gazette: Gazette, *options: str) -> Iterator[Daemon]:
    """The daemon, until the test ends it or leaves."""
    log = gazette.folder / "daemon.log"
    with (
        log.open("wb") as stderr,  # a pipe that nobody reads would stop it in the end
        subprocess.Popen(
            [*COMMAND, "--config", str(gazette.config), "daemon", "--no-web", *options],
            cwd=gazette.folder,
            env=clean_environment() | {"GAZETTE_LOG__LEVEL": "info"},
            stdin=subprocess.DEVNULL,
            stderr=stderr,
        ) as process,
    ):
        running = Daemon(process, log)
        try:
            until(lambda: running.said("daemon started") or process.poll() is not None)
            yield running
        finally:
            process.kill()
    assert "Traceback" not in log.read_text(encoding="utf-8")


def quick(*blocks: str) -> tuple[str, ...]:
    return (f"[schedule]\n{QUICK}\n", *blocks)


@pytest.fixture
def harbour(configure, room) -> Gazette:
    patient = source_block("harbour", room.feed, fetch='{ timeout = "300s" }')  # pages that never come are waited for
    return configure(*quick(patient))


@pytest.fixture
def rows(database):
    def read(sql: str) -> list[tuple]:
        if not database.exists():
            return []
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            try:
                return connection.execute(sql).fetchall()
            except sqlite3.OperationalError:  # not made yet
                return []

    return read


def kinds(rows) -> list[str]:
    return [kind for (kind,) in rows("SELECT kind FROM change WHERE NOT baseline ORDER BY seq")]


def known(rows) -> int:
    return len(rows("SELECT 1 FROM article"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_checks_again_and_again_until_it_is_told_to_stop(harbour, room, rows, number):
    with daemon(harbour) as running:
        until(lambda: known(rows) == 3)
        room.publish("lock")
        until(lambda: kinds(rows) == ["new"])
        running.signal(number)
        assert running.end() == 0
        (started,) = running.said("daemon started")
        assert (started["sources"], started["pid"]) == (1, running.process.pid)
        assert started["database"].endswith("data/gazette.db")
        said = [event["event"].partition(" ")[0] for event in running.events()]
        assert said == ["daemon", "the", "stopping", "stopped"]  # "the": the database is new


def test_health_goes_with_the_daemon(harbour, rows):
    before = harbour.run("health", code=1)
    assert before.out.startswith("FAULT: there is no database yet")
    assert "gazette daemon" in before.out
    with daemon(harbour) as running:
        until(lambda: rows("SELECT 1 FROM meta WHERE key = 'daemon'"))
        assert harbour.run("health").out.startswith("well: last tick ")
        (record,) = harbour.json("health")
        assert (record["well"], record["pid"], record["sources"]) == (True, running.process.pid, 1)
        running.signal(signal.SIGTERM)
        assert running.end() == 0
    assert "was stopped" in harbour.run("health", code=1).out


def test_health_finds_a_killed_daemon_by_its_last_tick(harbour, rows):
    with daemon(harbour) as running:
        until(lambda: rows("SELECT 1 FROM meta WHERE key = 'daemon'"))
        running.signal(signal.SIGKILL)
        running.end()
    time.sleep(1)
    assert harbour.run("health").out.startswith("well:")
    found = harbour.run("health", "--max-age", "500ms", code=1)
    assert found.out.startswith("FAULT: last tick ")
    assert "it was killed, hangs" in found.out
    assert harbour.run("health", "--max-age", "soon", code=2).err.startswith("gazette: --max-age 'soon'")


def test_health_without_a_daemon_ever_says_what_to_do(begun):
    assert "no daemon has ever run on this database; start it" in begun.run("health", code=1).out


def test_a_second_daemon_is_refused_and_a_crawl_is_not(harbour, room, rows):
    with daemon(harbour) as running:
        until(lambda: known(rows) == 3)
        refused = harbour.run("daemon", code=3)
        assert f"another daemon (pid {running.process.pid}) works on this database" in refused.err
        for number in range(3):
            room.publish(f"lock-{number}")
            harbour.run("crawl")
        until(lambda: len(kinds(rows)) == 3)
        assert running.process.poll() is None
    assert kinds(rows) == ["new"] * 3


def test_a_killed_daemon_is_continued_by_the_next(harbour, room, site, rows):
    with daemon(harbour) as running:
        until(lambda: known(rows) == 3)
        room.publish("lock")
        site.route("/news/lock.html", "<p>late</p>", delay=300)
        until(lambda: site.count("/news/lock.html"))
        running.signal(signal.SIGKILL)
        running.end()
    assert kinds(rows) == []
    room.restore("lock")
    with daemon(harbour) as running:
        until(lambda: kinds(rows) == ["new"])
        running.signal(signal.SIGTERM)
        assert running.end() == 0
    assert rows("PRAGMA integrity_check") == [("ok",)]


def test_the_check_under_way_is_finished_before_it_ends(harbour, site, rows):
    site.route("/news/bridge-1.html", "<p>late</p>", delay=2)
    with daemon(harbour) as running:
        until(lambda: site.count("/news/bridge-1.html"))
        running.signal(signal.SIGTERM)
        assert running.end() == 0
    assert known(rows) == 3


def test_a_second_signal_ends_it_at_once(harbour, site, rows):
    site.route("/news/bridge-1.html", "<p>late</p>", delay=300)
    with daemon(harbour, "--grace", "300s") as running:
        until(lambda: site.count("/news/bridge-1.html"))
        running.signal(signal.SIGTERM)
        until(lambda: running.said("stopping"))
        running.signal(signal.SIGTERM)
        assert running.end() == 0
        assert running.said("stopped")[0]["cut_off"] == 1
    assert known(rows) == 0


def test_sighup_takes_a_good_configuration_and_refuses_a_half_written_one(harbour, configure, site, room, rows):
    other = Newsroom(site, name="other")
    other.publish_many(2, name="pier")
    with daemon(harbour) as running:
        until(lambda: known(rows) == 3)
        whole = harbour.config.read_text()
        harbour.config.write_text(whole[: whole.rindex('"')] + "\nkind = \n")
        running.signal(signal.SIGHUP)
        until(lambda: running.said("the configuration cannot be used; the old one goes on"))
        assert "gazette.toml" in running.said("the configuration cannot be used")[0]["problems"][0]
        room.publish("lock")
        until(lambda: kinds(rows) == ["new"])
        configure(*quick(source_block("harbour", room.feed), source_block("other", other.feed)))
        running.signal(signal.SIGHUP)
        until(lambda: known(rows) == 6)
        assert running.said("configuration read again")[0]["sources"] == 2


@pytest.mark.slow
def test_gathered_mail_comes_in_one_message_after_its_time(configure, room, rows):
    with MailServer() as mail:
        channel = MAIL.format(port=mail.port, gather="10s")
        harbour = configure(*quick(source_block("harbour", room.feed)), more=channel)
        with daemon(harbour):
            until(lambda: len(mail.received) == 1)
            assert "watch" in str(mail.received[0].message["Subject"]).lower()
            room.publish("lock")
            until(lambda: kinds(rows) == ["new"])
            began = time.monotonic()
            room.publish("pier")
            until(lambda: kinds(rows) == ["new", "new"])
            assert len(mail.received) == 1
            until(lambda: len(mail.received) == 2)
            assert time.monotonic() - began > 1  # neither was sent at once
            text = mail.received[1].message.get_body(("plain",)).get_content()
            assert "lock works" in text
            assert "pier works" in text


def test_what_is_gathered_goes_out_when_the_daemon_stops(configure, room, rows):
    with MailServer() as mail:
        harbour = configure(*quick(source_block("harbour", room.feed)), more=MAIL.format(port=mail.port, gather="1h"))
        with daemon(harbour) as running:
            until(lambda: len(mail.received) == 1)
            room.publish("lock")
            until(lambda: kinds(rows) == ["new"])
            running.signal(signal.SIGTERM)
            assert running.end() == 0
        assert len(mail.received) == 2


def test_a_configuration_that_cannot_be_used_at_the_start_is_exit_2(harbour):
    harbour.config.write_text("[fetch]\nhost_dealy = '1s'\n")
    refused = harbour.run("daemon", code=2)
    assert "host_delay" in refused.err


def test_a_wrong_grace_is_exit_2(harbour):
    assert "--grace" in harbour.run("daemon", "--grace", "long", code=2).err


@pytest.mark.slow
def test_a_full_disk_is_told_and_nothing_is_lost_once_there_is_room_again(harbour, room, rows, database):
    with daemon(harbour) as running:
        until(lambda: known(rows) == 3)
        for number in range(12):
            room.publish(f"lock-{number}", text=(f"The lock {number} is closed. " * 500,))
        _, hard = resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (FULL, hard))  # what a full disk does to one file
        until(lambda: running.said("the database cannot be used"))
        resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        until(lambda: running.said("the database can be used again"))
        until(lambda: known(rows) == 15, 90)
        assert "free some space" in running.said("the database cannot be used")[0]["event"]
        running.signal(signal.SIGTERM)
        assert running.end() == 0
    assert kinds(rows) == ["new"] * 12
    assert rows("PRAGMA integrity_check") == [("ok",)]
