"""What `gazette daemon` says before it works."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from crawler.cli.daemon import obey
from crawler.settings import load_settings


@pytest.mark.parametrize("web", [True, False])
def test_the_daemon_has_a_dashboard_beside_it_unless_none_is_wanted(tmp_path, monkeypatch, web):
    given: dict[str, object] = {}

    async def end_at_once(*_: object, **options: object) -> None:
        """Works no longer than it takes to begin."""
        given.update(options)

    monkeypatch.setattr("crawler.scheduler.daemon.run_daemon", end_at_once)
    (tmp_path / "gazette.toml").write_text("")
    settings = load_settings(tmp_path / "gazette.toml", {})
    asyncio.run(obey(settings, lambda: settings, timedelta(seconds=1), web=web))
    assert ("beside" in given) is web
