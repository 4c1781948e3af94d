"""Fixtures that several kinds of tests share: a site that lives, and a watch over it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.newsroom import Newsroom
from tests.siteserver import SiteServer

# The same inputs every time: a suite that fails must fail for whoever runs it next, too. New ones are found with
# HYPOTHESIS_PROFILE=seeking, which draws by chance.
# No deadline, and nothing said of slow data: a busy machine proves nothing about the code.
_UNTIMED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("steady", derandomize=True, **_UNTIMED)
settings.register_profile("seeking", derandomize=False, max_examples=1000, **_UNTIMED)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

#: A file system in memory, where there is one.
MEMORY = Path("/dev/shm")
ENOUGH = 2 * 1024**3


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Keeps the tests' own folders in memory where that is possible.

    They make thousands of databases, each of which waits for the disk at every commit, as it should: on a busy disk
    that is most of the time the tests take. ``--basetemp`` and ``TMPDIR`` still win.
    """
    if hasattr(config, "workerinput") or config.option.basetemp or "TMPDIR" in os.environ:
        return
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH:
        config.option.basetemp = str(MEMORY / f"gazette-tests-{os.getpid()}")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leaves nothing behind in memory."""
    base = config.option.basetemp
    if not hasattr(config, "workerinput") and base and Path(base).parent == MEMORY:
        shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def site():
    """A web server on loopback."""
    with SiteServer() as server:
        yield server


@pytest.fixture
def room(site):
    """An official site with three posts: a feed, a list page, and their pages."""
    room = Newsroom(site)
    room.publish_many(3)
    return room
