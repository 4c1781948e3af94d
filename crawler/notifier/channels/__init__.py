"""Ways out: the folder is the registry. One module here is one word for ``kind`` of a ``[[channel]]``.

A channel satisfies :class:`crawler.ports.Channel`. Three attributes are a module's own choice: ``BATCHES`` says
whether one message may hold several changes; ``PARALLEL`` (1 where it is missing) says how many messages may be under
way at once; ``GREETS`` (``BATCHES`` where it is missing) says whether people read it, who are told when watching has
begun and, where they ask for it, that it goes on. No channel knows another.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from functools import lru_cache
from typing import cast

from crawler.errors import UsageError
from crawler.ports import Channel


@lru_cache(maxsize=1)
def channel_names() -> tuple[str, ...]:
    """The names of all channels, sorted."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")))


def find_channel(name: str) -> Channel:
    """The channel of that name. Raises ``UsageError`` that names the nearest known channels."""
    if name not in channel_names():
        near = difflib.get_close_matches(name, channel_names(), n=2, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f"known channels: {', '.join(channel_names())}"
        raise UsageError(f"unknown channel kind {name!r}; {hint}")
    return cast(Channel, importlib.import_module(f"{__name__}.{name}"))
