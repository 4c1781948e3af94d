"""Values from elsewhere: ``env:NAME``, ``file:PATH`` and ``GAZETTE_FETCH__HOST_DELAY``.

What is read this way may be a secret: it is marked in the document and never repeated in a message.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from crawler.settings.document import ARRAYS, Document
from crawler.settings.findings import ENVIRONMENT, Finding, find_nearest
from crawler.settings.lines import KeyPath
from crawler.settings.phrases import place_path

#: A secret, a certificate, a list of addresses: more than this is a slip.
LARGEST_VALUE = 1024 * 1024
#: How a value begins that stands elsewhere.
REFERENCES = ("env:", "file:")
_PREFIX = "GAZETTE_"


class Unreadable(Exception):
    """A reference that leads nowhere; the message says what is missing."""


def resolve_references(document: Document, environ: Mapping[str, str]) -> list[Finding]:
    """Replaces every ``env:`` and ``file:`` value in the tree, lists included, by what it refers to."""
    findings = []
    for holder, key, path in list(_walk(document.tree, ())):
        reference = holder[key]
        try:
            holder[key] = _unfold(_dereference(reference, environ, document.folder))
            document.references[path] = reference
        except Unreadable as error:
            findings.append(Finding(path, str(error), hint="set it, or write the value itself"))
            document.unreadable.add(path)
            _drop(holder, key)
    return findings


def apply_overrides(
    document: Document, environ: Mapping[str, str], known: Mapping[str, frozenset[str]]
) -> list[Finding]:
    """Lets ``GAZETTE_TABLE__KEY`` variables replace single keys. ``known``: the keys of each table.

    A variable that names no key is a slip and told, unless the configuration itself refers to it as ``env:``.
    """
    referred = {holder[key][4:] for holder, key, _ in _walk(document.tree, ()) if holder[key].startswith("env:")}
    findings = []
    for name in sorted(environ):
        table, mark, key = name.removeprefix(_PREFIX).lower().partition("__")
        if not name.startswith(_PREFIX) or not mark or name in referred:
            continue
        if key not in known.get(table, frozenset()):
            findings.append(_refuse_variable(document, name, table, key, known))
            continue
        holder = document.tree.setdefault(table, {})
        if isinstance(holder, dict):
            holder[key] = _unfold(environ[name])
            document.variables[(table, key)] = name
    return findings


def _refuse_variable(
    document: Document, name: str, table: str, key: str, known: Mapping[str, frozenset[str]]
) -> Finding:
    path = (ENVIRONMENT, name)
    document.variables[path] = name
    if table in ARRAYS:
        return Finding(path, f"a [[{table}]] cannot be replaced from the environment", hint='write "env:NAME" instead')
    keys = [f"{_PREFIX}{first}__{second}".upper() for first, seconds in known.items() for second in seconds]
    nearest = find_nearest(name.lower(), [word.lower() for word in keys]).upper()
    hint = f"did you mean {nearest}?" if nearest else ""
    return Finding(path, "names no key of the configuration", "GAZETTE_TABLE__KEY", hint)


def _walk(value: Any, path: KeyPath) -> Iterator[tuple[Any, Any, KeyPath]]:  # noqa: ANN401 - a TOML tree
    """Every reference in the tree: what holds it, under which key, and its path."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        if isinstance(item, str):
            if item.startswith(REFERENCES):
                yield value, key, (*path, key)
        else:
            yield from _walk(item, (*path, key))


def _dereference(reference: str, environ: Mapping[str, str], folder: Path) -> str:
    sort, _, name = reference.partition(":")
    if sort == "env":
        if name not in environ:
            raise Unreadable(f"the environment variable {name or '(no name)'} is not set")
        return environ[name]
    return _read_value(place_path(name, folder))


def _read_value(file: Path) -> str:
    """The text of a file without the line end that editors add. Raises ``Unreadable``."""
    try:
        with file.open("rb") as stream:
            body = stream.read(LARGEST_VALUE + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise Unreadable(f"the file {file} cannot be read ({getattr(error, 'strerror', None) or error})") from error
    if len(body) > LARGEST_VALUE:
        raise Unreadable(f"the file {file} is too large for one value")
    try:
        return body.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise Unreadable(f"the file {file} is not UTF-8 text") from error


def _unfold(text: str) -> Any:  # noqa: ANN401 - a TOML value
    """Text as it stands, or the list or table it spells: ``["a", "b"]``."""
    if not text.startswith(("[", "{")):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (tomllib.TOMLDecodeError, RecursionError):
        return text


def _drop(holder: Any, key: Any) -> None:  # noqa: ANN401 - a TOML table or list
    """Takes an unreadable value out, so that it is told once and not again as a wrong value."""
    if isinstance(holder, dict):
        del holder[key]
    else:
        holder[key] = ""
