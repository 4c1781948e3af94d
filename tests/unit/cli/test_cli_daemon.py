"""What `gazette daemon` says before it works."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest

from crawler.cli.daemon import obey
from crawler.settings import load_settings


@pytest.mark.parametrize(("web", "said"), [(True, ["no dashboard in this version"]), (False, [])])
def test_whoever_expects_a_dashboard_is_told_that_there_is_none(tmp_path, monkeypatch, caplog, web, said):
    async def end_at_once(*_: object, **__: object) -> None:
        """Works no longer than it takes to begin."""

    monkeypatch.setattr("crawler.scheduler.daemon.run_daemon", end_at_once)
    (tmp_path / "gazette.toml").write_text("")
    settings = load_settings(tmp_path / "gazette.toml", {})
    with caplog.at_level(logging.INFO, logger="crawler.cli.daemon"):
        asyncio.run(obey(settings, lambda: settings, timedelta(seconds=1), web=web))
    assert caplog.messages == said
