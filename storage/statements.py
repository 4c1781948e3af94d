"""SQL built from the names of our own tables and columns; values always travel as parameters."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def names(columns: Sequence[str], *, of: str = "") -> str:
    """The columns as a list. They are quoted because ``window`` is a word of SQL; ``of`` is a table's alias."""
    prefix = f"{of}." if of else ""
    return ", ".join(f'{prefix}"{column}"' for column in columns)


def select(table: str, columns: Sequence[str], rest: str = "") -> str:
    """Reads ``columns``; ``rest`` is what follows the table's name."""
    return f"SELECT {names(columns)} FROM {table} {rest}"  # noqa: S608 - our own names


def insert_new(table: str, columns: Sequence[str]) -> str:
    """Inserts a row unless one of its unique keys is taken: writing twice is writing once."""
    places = ", ".join("?" * len(columns))
    return f"INSERT INTO {table} ({names(columns)}) VALUES ({places}) ON CONFLICT DO NOTHING"  # noqa: S608 - ditto


def upsert(
    table: str,
    columns: Sequence[str],
    *,
    key: str,
    keep: Collection[str] = (),
    gather: Collection[str] = (),
    fill: Collection[str] = (),
    only_if: str = "",
) -> str:
    """Inserts a row or overwrites the one with that ``key``, but for the columns to ``keep``.

    Those to ``gather`` are yes or no, and once yes they stay it; those to ``fill`` keep the first value they get.
    """
    places = ", ".join("?" * len(columns))
    values = {column: f'excluded."{column}"' for column in columns if column not in {key, *keep}}
    values |= {column: f'{table}."{column}" OR excluded."{column}"' for column in gather}
    values |= {column: f'COALESCE({table}."{column}", excluded."{column}")' for column in fill}
    settings = ", ".join(f'"{column}" = {value}' for column, value in values.items())
    condition = f" WHERE {only_if}" if only_if else ""
    return (
        f"INSERT INTO {table} ({names(columns)}) VALUES ({places}) "  # noqa: S608 - ditto
        f"ON CONFLICT ({key}) DO UPDATE SET {settings}{condition}"
    )


def update(table: str, settings: str, condition: str) -> str:
    """Changes the rows that meet ``condition``."""
    return f"UPDATE {table} SET {settings} WHERE {condition}"  # noqa: S608 - ditto


def delete(table: str, condition: str) -> str:
    """Removes the rows that meet ``condition``."""
    return f"DELETE FROM {table} WHERE {condition}"  # noqa: S608 - ditto


class Where:
    """A condition that grows filter by filter, with its parameters."""

    def __init__(self) -> None:
        self._clauses: list[str] = []
        self.parameters: list[object] = []

    def add(self, clause: str, *parameters: object) -> None:
        """Another condition that must hold."""
        self._clauses.append(f"({clause})")
        self.parameters.extend(parameters)

    def __str__(self) -> str:
        return "WHERE " + " AND ".join(self._clauses) if self._clauses else ""
