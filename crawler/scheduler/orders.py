"""What a daemon is told from outside, by signals or by whoever runs it."""

from __future__ import annotations

import asyncio


class Orders:
    """Stop, stop at once, and read the configuration again."""

    def __init__(self) -> None:
        self.stopping = asyncio.Event()
        self.hurrying = asyncio.Event()
        self.reloading = asyncio.Event()

    def stop(self) -> None:
        """Finish what is under way and end; said twice: end at once."""
        (self.hurrying if self.stopping.is_set() else self.stopping).set()

    def reload(self) -> None:
        """Read the configuration again."""
        self.reloading.set()
