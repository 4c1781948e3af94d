"""The dashboard as its operator meets it: beside the daemon, or alone; a port, a signal, a log."""

from __future__ import annotations

import json
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager

import httpx
import pytest

from crawler.notifier.unsubscribe import token_of
from crawler.settings import load_settings
from storage.store import open_store
from tests.commanding import COMMAND, clean_environment
from tests.newsroom import source_block

QUICK = '[schedule]\nevery = "1s"\nmin_every = "1s"\njitter = 0.0\n'
EDITS = '[[channel]]\nname = "desk"\nkind = "console"\n\n[[subscription]]\nname = "edits"\nchannel = "desk"\n'


def until(ask, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not (found := ask()):
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.05)
    return found


@pytest.fixture
def harbour(configure, room):
    return configure(QUICK, source_block("harbour", room.feed), EDITS, "[web]\nport = 0\n")


@contextmanager
def daemon(gazette):
    """The daemon and what it logs, event by event."""
    log = gazette.folder / "daemon.log"
    with (
        log.open("wb") as stderr,
        subprocess.Popen(
            [*COMMAND, "--config", str(gazette.config), "daemon"],
            cwd=gazette.folder,
            env=clean_environment() | {"GAZETTE_LOG__LEVEL": "info", "GAZETTE_LOG__FORMAT": "json"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
        ) as process,
    ):
        try:
            yield (
                process,
                lambda text: [
                    event
                    for event in map(json.loads, log.read_text(encoding="utf-8").splitlines())
                    if text in event["event"]
                ],
            )
        finally:
            process.kill()
    assert "Traceback" not in log.read_text(encoding="utf-8")


def count_changes(gazette):
    with closing(sqlite3.connect(gazette.folder / "data" / "gazette.db")) as connection:
        try:
            return connection.execute("SELECT count(*) FROM change WHERE NOT baseline").fetchone()[0]
        except sqlite3.OperationalError:  # not made yet
            return 0


def test_a_daemon_serves_its_feed_takes_an_unsubscription_and_stops_with_its_dashboard(harbour, room):
    with daemon(harbour) as (process, said):
        (listens,) = until(lambda: said("dashboard listens"))
        with httpx.Client(base_url=listens["address"], timeout=10, trust_env=False) as client:
            until(lambda: client.get("/health").status_code == 200)
            until(lambda: known(harbour) == 3)  # what is published sooner belongs to the baseline
            room.publish("lock")
            until(lambda: count_changes(harbour) == 1)
            assert b"Notice on the lock works" in client.get("/feed.atom").content

            settings = load_settings(harbour.config, {})
            with open_store(settings.storage.url) as store:
                token = token_of(store.unsubscribe_key(), settings.subscriptions[0])
            answer = client.post(f"/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"})
            assert answer.status_code == 200
            told = harbour.run("alerts", "list").err
            assert "subscription edits is switched off: a reader unsubscribed" in told

            began = time.monotonic()
            process.send_signal(signal.SIGTERM)  # while a connection is open
            assert process.wait(60) == 0
            assert time.monotonic() - began < 30  # the connection is given three seconds
    with pytest.raises(httpx.ConnectError):
        httpx.get(listens["address"], trust_env=False)


def test_a_port_in_use_costs_the_daemon_its_dashboard_and_nothing_else(configure, room):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        gazette = configure(QUICK, source_block("harbour", room.feed), f"[web]\nport = {port}\n")
        with daemon(gazette) as (process, said):
            (warning,) = until(lambda: said("there is no dashboard"))
            assert f"[web] listen and port: cannot listen at 127.0.0.1, port {port}" in warning["event"]
            until(lambda: said("daemon started"))
            until(lambda: (gazette.folder / "data" / "gazette.db").exists() and known(gazette) == 3)
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0


def known(gazette):
    with closing(sqlite3.connect(gazette.folder / "data" / "gazette.db")) as connection:
        try:
            return connection.execute("SELECT count(*) FROM article").fetchone()[0]
        except sqlite3.OperationalError:
            return 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_is_the_dashboard_alone(harbour, number):
    harbour.run("crawl")
    with harbour.start("serve") as process:
        line = process.stdout.readline().decode()
        address = line.split()[1].rstrip(";")
        assert httpx.get(address, trust_env=False).status_code == 200
        health = httpx.get(f"{address}health", trust_env=False)
        assert (health.status_code, health.json()["well"]) == (503, False)
        process.send_signal(number)
        assert process.wait(60) == 0


def test_serve_says_what_it_needs(harbour, configure, room):
    assert "there is no database yet" in harbour.run("serve", code=3).err
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        gazette = configure(source_block("harbour", room.feed), f"[web]\nport = {port}\n")
        assert "[web] listen and port" in gazette.run("serve", code=2).err


@pytest.mark.parametrize("arguments", [["--help"], ["crawl"], ["status"], ["serve", "--help"], ["daemon", "--help"]])
def test_nothing_but_a_listener_loads_a_web_server(begun, arguments):
    script = (
        "import sys\nfrom crawler.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('starlette', 'uvicorn')], file=sys.stderr)"
    )
    command = [sys.executable, "-c", script, "--config", str(begun.config), *arguments]
    ran = subprocess.run(command, cwd=begun.folder, capture_output=True, text=True, timeout=60, check=True)
    assert ran.stderr.splitlines()[-1] == "[]"
