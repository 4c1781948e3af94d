"""One article's life, and one source's desk, fresh for each test."""

from __future__ import annotations

import pytest

from tests.lives import Desk, Life


@pytest.fixture
def life():
    return Life()


@pytest.fixture
def desk():
    return Desk()
