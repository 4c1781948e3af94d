"""Connections kept for the next request to the same origin.

A request costs the same however many connections there are: one look at the end of its origin's list, no system call.
httpcore's own pool asks every connection for its state at the beginning and at the end of every request; with thirty
connections that costs more than all the rest.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from crawler.fetcher.connection import Connection

#: Scheme, host and port: who may share a connection.
Origin = tuple[str, str, int]


class IdleConnections:
    """The ``most`` connections used last, each for at most ``seconds``."""

    def __init__(self, *, most: int, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._seconds = seconds
        self._monotonic = monotonic
        self._by_origin: dict[Origin, list[Connection]] = {}  # the one used last comes last
        self._all: OrderedDict[Connection, Origin] = OrderedDict()  # the one used last comes last

    def __len__(self) -> int:
        return len(self._all)

    def take(self, origin: Origin) -> Connection | None:
        """The connection to ``origin`` used last that is still good, if there is one."""
        oldest = self._monotonic() - self._seconds
        kept = self._by_origin.get(origin, [])
        while kept:
            connection = kept[-1]
            self._drop(connection)
            if connection.is_usable and connection.idle_since > oldest:
                return connection
            connection.abort()
        return None

    def put(self, connection: Connection, origin: Origin) -> None:
        """Keeps a connection that is good for another request; the longest unused give way."""
        connection.idle_since = self._monotonic()
        self._by_origin.setdefault(origin, []).append(connection)
        self._all[connection] = origin
        oldest = connection.idle_since - self._seconds
        while self._all:
            first = next(iter(self._all))
            if len(self._all) <= self._most and first.idle_since > oldest:
                return
            self._drop(first)
            first.abort()

    def close(self) -> None:
        """Closes all of them, and keeps none from now on."""
        self._most = 0
        for connection in self._all:
            connection.abort()
        self._all.clear()
        self._by_origin.clear()

    def _drop(self, connection: Connection) -> None:
        origin = self._all.pop(connection)
        kept = self._by_origin[origin]
        kept.remove(connection)
        if not kept:
            del self._by_origin[origin]
