"""Fixtures that several kinds of tests share: a site that lives, and a watch over it."""

from __future__ import annotations

import pytest

from tests.newsroom import Newsroom
from tests.siteserver import SiteServer


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
