"""A daemon process whose PostgreSQL goes away for a full minute: what its operator sees, and what nobody misses."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from tests.e2e.test_daemon import daemon, quick, until
from tests.newsroom import TO_FILE, source_block
from tests.postgres import serving_postgres

AWAY = 60.0
#: Seconds of CPU for everything a test starts: a loop that waits for nothing takes the whole minute.
LITTLE = 20.0


@pytest.fixture
def server(tmp_path_factory):
    with serving_postgres(tmp_path_factory.mktemp("postgres")) as found:
        yield found


@pytest.fixture
def harbour(configure, room, server):
    gazette = configure(*quick(source_block("harbour", room.feed)), more=TO_FILE)
    text = gazette.config.read_text()
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    gazette.config.write_text(text.replace("sqlite:///data/gazette.db", url))
    return gazette


def told(gazette) -> list[str]:
    path = gazette.folder / "told.jsonl"
    return [json.loads(line)["article"]["title"] for line in path.read_text().splitlines()] if path.exists() else []


def spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.slow
def test_a_minute_without_its_server_costs_two_lines_of_log_and_no_change(harbour, room, server, site):
    before = spent()
    with daemon(harbour) as running:
        until(lambda: len(harbour.json("articles")) == 3)
        room.publish("lock")
        until(lambda: len(told(harbour)) == 1)
        server.stop()
        until(lambda: running.said("the database cannot be used"))
        room.publish("pier")
        assert "PostgreSQL cannot be reached" in harbour.run("health", code=1).out
        asked = len(site.requests)
        time.sleep(AWAY)
        assert len(site.requests) == asked
        assert harbour.run("health", code=1).out.startswith("FAULT: PostgreSQL cannot be reached")
        server.ensure_postgres_running()
        until(lambda: running.said("the database can be used again"))
        until(lambda: len(told(harbour)) == 2, 120)
        assert harbour.run("health").out.startswith("well: ")
        running.signal(signal.SIGTERM)
        assert running.end() == 0
        said = [event["event"] for event in running.events()]
    assert told(harbour) == ["Notice on the lock works", "Notice on the pier works"]
    news = [each["article"]["title"] for each in harbour.json("changes", "--kind", "new") if not each["baseline"]]
    assert sorted(news) == told(harbour)
    assert sum(each.startswith("the database can") for each in said) == 2
    assert [each.partition(" ")[0] for each in said] == ["daemon", "the", "the", "the", "stopping", "stopped"]
    assert spent() - before < LITTLE


@contextmanager
def frozen(harbour) -> Iterator[None]:
    """The server's processes for the daemon neither answer nor close."""
    found = re.search(r'url = "postgresql\+psycopg://([^"]+)"', harbour.config.read_text())
    with psycopg.connect(f"postgresql://{found[1]}") as connection:
        others = "backend_type = 'client backend' AND pid <> pg_backend_pid()"
        pids = [pid for (pid,) in connection.execute(f"SELECT pid FROM pg_stat_activity WHERE {others}")]
    try:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@pytest.mark.slow
def test_a_server_that_is_frozen_is_told_of_and_does_not_keep_the_daemon_from_stopping(harbour, room):
    with daemon(harbour, "--grace", "1s") as running:
        until(lambda: len(harbour.json("articles")) == 3)
        with frozen(harbour):
            room.publish("lock")
            until(lambda: running.said("the database cannot be used"), 120)
        until(lambda: running.said("the database can be used again"))
        until(lambda: len(told(harbour)) == 1, 120)
        with frozen(harbour):
            time.sleep(2)  # until something waits for it
            running.signal(signal.SIGTERM)
            assert running.end() == 0
        assert "has not answered for 60 s" in running.said("the database cannot be used")[0]["event"]
        assert running.said("stopped without it")
    assert told(harbour) == ["Notice on the lock works"]
