"""One connection to one database, as little of it as the store needs.

Statements are written once, with ``?`` for parameters, in the SQL that SQLite and PostgreSQL share. All trouble leaves
as ``StoreError`` with the name of the database and what to do.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from crawler.errors import StoreError

Row = tuple[Any, ...]


class Database(ABC):
    """What differs between engines. ``name`` is for messages: a path, or host and database without the password."""

    name: str
    #: What the driver raises.
    driver_error: type[Exception]
    #: Appended to a query that claims rows, so that two workers never claim the same.
    skip_locked = ""
    #: What rows written in the same instant are told in the order of.
    arrival = "id"
    #: Appended to a query for a row that this transaction will build upon.
    lock_row = ""

    def __init__(self) -> None:
        # One connection serves one transaction at a time, whichever thread it comes from.
        self._lock = threading.RLock()
        self._in_transaction = False

    @abstractmethod
    def close(self) -> None:
        """Gives the connection back. Using the database afterwards is an error."""

    @abstractmethod
    def among(self, column: str) -> str:
        """The condition that ``column`` is one of the texts passed as one parameter made by ``listed``.

        One parameter for any number of texts keeps the statement the same, so that the driver prepares it once.
        """

    @abstractmethod
    def listed(self, values: Sequence[str]) -> object:
        """The parameter of a condition made by ``among``."""

    @abstractmethod
    def queue_commits(self) -> None:
        """Makes this transaction wait for every other one that called this: the order of commits is then total.

        Only so ``change.seq`` and the chains of observations grow in commit order.
        """

    @abstractmethod
    def _begin(self, *, durable: bool) -> None: ...

    @abstractmethod
    def _execute(self, sql: str, parameters: Sequence[object]) -> Any:  # noqa: ANN401 - a driver's cursor
        ...

    @abstractmethod
    def _execute_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None: ...

    @abstractmethod
    def explain(self, error: Exception) -> StoreError:
        """The driver's error in our words: who must act, and how."""

    def fetch(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """All rows of a query."""
        with self._lock:
            try:
                rows: list[Row] = self._execute(sql, parameters).fetchall()
            except self.driver_error as error:
                raise self.explain(error) from error
            return rows

    def fetch_one(self, sql: str, parameters: Sequence[object] = ()) -> Row | None:
        """The first row of a query, if there is one."""
        rows = self.fetch(sql, parameters)
        return rows[0] if rows else None

    def run(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Executes one statement and returns how many rows it touched."""
        with self._lock:
            try:
                count: int = self._execute(sql, parameters).rowcount
            except self.driver_error as error:
                raise self.explain(error) from error
            return count

    def run_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Executes one statement for each row of parameters."""
        if not rows:
            return
        with self._lock:
            try:
                self._execute_many(sql, rows)
            except self.driver_error as error:
                raise self.explain(error) from error

    @contextmanager
    def writing(self, *, durable: bool) -> Iterator[None]:
        """A transaction that takes the right to write before it reads.

        ``durable``: it survives a power cut once committed. Others survive a crash of the program, and are on disk no
        later than the next durable one.
        """
        with self._lock:
            self._start(durable=durable)
            self._in_transaction = True
            try:
                yield
                self.run("COMMIT")
            except BaseException:
                self._roll_back()
                raise
            finally:
                self._in_transaction = False

    def _start(self, *, durable: bool) -> None:
        try:
            self._begin(durable=durable)
        except self.driver_error as error:
            raise self.explain(error) from error

    def _roll_back(self) -> None:
        # Whatever stops a rollback, such as a lost connection, has already rolled back.
        with suppress(self.driver_error):
            self._execute("ROLLBACK", ())
