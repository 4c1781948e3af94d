"""PostgreSQL that goes away under a running daemon, and comes back: a real server, stopped and started."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest

from crawler.settings import load_settings
from tests.daemoning import MINUTE, TOLD, Running
from tests.newsroom import source_block, write_config
from tests.postgres import serving_postgres


@pytest.fixture
def server(tmp_path_factory):
    with serving_postgres(tmp_path_factory.mktemp("postgres")) as found:
        yield found


class OnPostgres(Running):
    """A daemon whose database is a server's."""

    url = ""

    def load(self):
        return load_settings(self.config, {"GAZETTE_STORAGE__URL": self.url})


@pytest.fixture
def running(server, tmp_path, site, room):
    config = write_config(tmp_path, site, source_block("harbour", room.feed), more=TOLD)
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    running = OnPostgres(config, load_settings(config, {"GAZETTE_STORAGE__URL": url}))
    running.url = url
    return running


@pytest.mark.slow
def test_a_server_that_is_away_for_a_while_is_told_once_and_nothing_is_lost(running, server, room, site, caplog):
    caplog.set_level(logging.INFO, "crawler.scheduler")

    async def live():
        async with running.work():
            await running.until(lambda: len(running.changes()) == 3)
            await asyncio.to_thread(server.stop)
            await running.until(lambda: "the database cannot be used" in caplog.text)
            room.publish("lock")
            running.pass_time(timedelta(hours=2))
            asked = len(site.requests)
            await running.rest(3)  # dozens of signs of life that come to nothing
            assert len(site.requests) == asked
            await asyncio.to_thread(server.ensure_postgres_running)
            await running.until(lambda: "can be used again" in caplog.text)
            running.pass_time(2 * MINUTE)
            await running.until(running.delivered)
            room.edit("lock", "120 euros", "150 euros")
            running.pass_time(timedelta(hours=2))
            await running.until(lambda: len(running.delivered()) == 2)

    asyncio.run(live())
    title = "Notice on the lock works"
    assert running.told() == [("new", title), ("edited", title)]
    assert [each["kind"] for each in running.delivered()] == ["new", "edited"]
    troubles = [each.getMessage() for each in caplog.records if each.getMessage().startswith("the database can")]
    assert [each.partition(" be used")[0] for each in troubles] == ["the database cannot", "the database can"]
    assert "PostgreSQL" in troubles[0]
    assert "Traceback" not in caplog.text
