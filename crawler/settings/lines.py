"""On which line of a TOML text each key stands, so that a message can say ``sources.toml:12``.

The text was accepted by ``tomllib`` before, so this only needs to know where values begin and end.
Keys inside inline tables are not listed; whoever asks falls back to the key that holds them.
"""

from __future__ import annotations

import re

#: A path into a configuration: names of tables and keys, and positions in arrays of tables.
KeyPath = tuple[str | int, ...]

_PART = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*(\.?)""")
_HEADER = re.compile(r"\s*(\[\[?)")
_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|[\[\]{}\n]",
    re.DOTALL,
)


def find_lines(text: str) -> dict[KeyPath, int]:
    """The line (from 1) of every table header and key. Elements of an array of tables are numbered from 0."""
    found: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    position, line = 0, 1
    while position < len(text):
        end = _end_of_statement(text, position)
        statement = text[position:end]
        if header := _HEADER.match(statement):
            table = _enter(_read_key(statement, header.end()), header[1] == "[[", counts)
            found.setdefault(table, line + statement[: header.end()].count("\n"))
        elif (key := _read_key(statement, 0)) != ():
            found.setdefault(table + key, line)
        line += statement.count("\n")
        position = end
    return found


def _end_of_statement(text: str, start: int) -> int:
    """Just behind the line end that closes the statement: brackets and quotes may span lines."""
    depth = 0
    for token in _TOKEN.finditer(text, start):
        mark = token[0]
        if mark in ("[", "{"):
            depth += 1
        elif mark in ("]", "}"):
            depth -= 1
        elif mark == "\n" and depth <= 0:
            return token.end()
    return len(text)


def _read_key(statement: str, start: int) -> KeyPath:
    """The dotted key that starts at ``start``, or an empty path for blank lines and comments."""
    parts: list[str] = []
    while matched := _PART.match(statement, start):
        parts.append(next(part for part in matched.group(1, 2, 3) if part is not None))
        start = matched.end()
        if not matched[4]:
            break
    return tuple(parts)


def _enter(key: KeyPath, repeated: bool, counts: dict[KeyPath, int]) -> KeyPath:
    """The full path of a table header: names of arrays are followed by the position of their newest element."""
    path: KeyPath = ()
    for number, name in enumerate(key, start=1):
        path += (name,)
        if repeated and number == len(key):
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path += (counts[path],)
    return path
