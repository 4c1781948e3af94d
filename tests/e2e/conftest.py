"""The command, set up to watch a site that lives."""

from __future__ import annotations

import pytest

from tests.commanding import Gazette
from tests.newsroom import source_block, write_config


@pytest.fixture
def configure(tmp_path, site):
    """Writes the configuration again, with these blocks of TOML."""

    def write(*blocks: str, **settings: str) -> Gazette:
        return Gazette(write_config(tmp_path, site, *blocks, **settings), tmp_path)

    return write


@pytest.fixture
def gazette(configure, room):
    """The command with one source, ``harbour``: the room's feed."""
    return configure(source_block("harbour", room.feed, title='"Harbour Office"', tags='["port"]'))


@pytest.fixture
def begun(gazette):
    """The same after its baseline."""
    gazette.run("crawl")
    return gazette


@pytest.fixture
def database(tmp_path):
    return tmp_path / "data" / "gazette.db"
