"""The configuration as text: its files found, read and merged, and every key's place remembered."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from crawler.errors import ConfigError
from crawler.settings.findings import Finding
from crawler.settings.lines import KeyPath, find_lines

#: Top-level names that are arrays of tables, written with double brackets.
ARRAYS = ("source", "channel", "subscription")
#: A configuration larger than this is another file given by mistake.
LARGEST_FILE = 32 * 1024 * 1024

_TOML_POSITION = re.compile(r"\s*\(at line (\d+), column (\d+)\)$")


@dataclass(frozen=True)
class SourceFile:
    """One TOML file. ``offsets``: how many elements of each array stand in the files before it."""

    name: str
    text: str
    data: Mapping[str, Any]
    offsets: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def lines(self) -> dict[KeyPath, int]:
        """The line of every key, by its path in the merged configuration."""
        return {self._shift(path): line for path, line in find_lines(self.text).items()}

    def _shift(self, path: KeyPath) -> KeyPath:
        if len(path) > 1 and isinstance(path[1], int):
            return (path[0], path[1] + self.offsets.get(str(path[0]), 0), *path[2:])
        return path


@dataclass(frozen=True)
class Document:
    """All files of a configuration as one tree, and where everything in it was written.

    ``variables`` and ``references`` are filled while the tree is completed: which environment variable
    replaced a key, which ``env:`` or ``file:`` reference a value was read through, and which could not be read.
    """

    path: Path
    folder: Path
    files: tuple[SourceFile, ...]
    tree: dict[str, Any]
    variables: dict[KeyPath, str] = field(default_factory=dict)
    references: dict[KeyPath, str] = field(default_factory=dict)
    unreadable: set[KeyPath] = field(default_factory=set)

    def value(self, path: KeyPath) -> Any:  # noqa: ANN401 - a TOML value
        """The value at ``path`` as it stands in the tree, or None."""
        value: Any = self.tree
        for part in path:
            try:
                value = value[part]
            except (LookupError, TypeError):
                return None
        return value

    def place(self, path: KeyPath) -> str:
        """Where ``path``, or the nearest thing around it, was written: ``sources.toml:12``."""
        return self.position(path)[0]

    def position(self, path: KeyPath) -> tuple[str, str, int]:
        """The place as text, and the file and line to sort by."""
        if path in self.variables:
            return f"environment {self.variables[path]}", "", 0
        for length in range(len(path), 0, -1):
            for file in self.files:
                if line := file.lines.get(path[:length]) or file.lines.get((*path[:length], 0)):
                    return f"{file.name}:{line}", file.name, line
        name = self.files[0].name if len(self.files) == 1 else str(self.path)
        return name, "", 0


def read_document(path: Path, drafts: Mapping[str, str] = MappingProxyType({})) -> tuple[Document, list[Finding]]:
    """Reads the file, or the folder's own ``*.toml`` files, in the order of their names.

    ``drafts`` are texts to read instead of what the files of those names hold: a configuration that is not yet
    written can be checked. Raises ``ConfigError`` where nothing can be read at all or a file is no TOML; what is
    wrong with the arrangement of tables comes back as findings.
    """
    found = _find_files(path, drafts)
    folder = path if path.is_dir() else path.parent
    files, problems = [], []
    for file in found:
        try:
            files.append(_parse_file(file, drafts[file.name]) if file.name in drafts else _read_file(file))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return _merge(path, folder.resolve(), files)


def _find_files(path: Path, drafts: Mapping[str, str]) -> list[Path]:
    if path.is_file():
        return [path]
    remedy = "name a TOML file or a folder of them with --config PATH or GAZETTE_CONFIG, or begin with `gazette init`"
    remedy += " (docs/getting-started.md)"
    if not path.exists():
        raise ConfigError([f"{path.absolute()}: there is no configuration here; {remedy}"])
    try:
        files = sorted(
            {file for file in path.iterdir() if file.suffix == ".toml" and not file.name.startswith(".")}
            | {path / name for name in drafts}
        )
    except OSError as error:
        raise ConfigError([f"{path.absolute()}: cannot be read ({error.strerror}); {remedy}"]) from error
    if not files:
        raise ConfigError([f"{path.absolute()}: the folder holds no *.toml file; {remedy}"])
    return files


def _read_file(file: Path) -> SourceFile:
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise ConfigError([f"{file}: is larger than {LARGEST_FILE >> 20} MiB; expected a TOML configuration"])
        return _parse_file(file, file.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise ConfigError([f"{file}: cannot be read ({error.strerror})"]) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError([f"{file.name}:{line}: is not UTF-8 text; save the file as UTF-8"]) from error


def _parse_file(file: Path, text: str) -> SourceFile:
    text = text.replace("\r\n", "\n")
    try:
        return SourceFile(name=file.name, text=text, data=tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([_describe_syntax(file.name, str(error))]) from error
    except RecursionError as error:
        raise ConfigError([f"{file.name}: is nested too deeply to be a configuration"]) from error


def _describe_syntax(name: str, message: str) -> str:
    position = _TOML_POSITION.search(message)
    if not position:
        return f"{name}: is not valid TOML: {message}"
    return f"{name}:{position[1]}: is not valid TOML at column {position[2]}: {message[: position.start()]}"


def _merge(path: Path, folder: Path, files: list[SourceFile]) -> tuple[Document, list[Finding]]:
    document = Document(path=path, folder=folder, files=tuple(_number_arrays(files)), tree={})
    findings: list[Finding] = []
    for file in document.files:
        for name, value in file.data.items():
            if name in ARRAYS:
                findings += _append(document.tree, name, value)
            elif isinstance(value, dict):
                findings += _join(document, file, name, value)
            else:
                document.tree.setdefault(name, value)
    return document, findings


def _number_arrays(files: list[SourceFile]) -> list[SourceFile]:
    counts = dict.fromkeys(ARRAYS, 0)
    numbered = []
    for file in files:
        numbered.append(SourceFile(name=file.name, text=file.text, data=file.data, offsets=dict(counts)))
        for name in ARRAYS:
            value = file.data.get(name)
            counts[name] += len(value) if isinstance(value, list) else 0
    return numbered


def _append(tree: dict[str, Any], name: str, value: object) -> list[Finding]:
    """Adds the elements of an array of tables; what is no table is kept out and told."""
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        tree.setdefault(name, []).extend(value)
        return []
    return [Finding((name,), "is not a list of tables", hint=f"write [[{name}]] with double brackets")]


def _join(document: Document, file: SourceFile, name: str, value: dict[str, Any]) -> list[Finding]:
    """Merges one table into the tree. The same key in two files has no winner: that is told, naming both."""
    table = document.tree.setdefault(name, {})
    if not isinstance(table, dict):
        return []
    findings = []
    for key, item in value.items():
        if key in table:
            here = f"{file.name}:{file.lines.get((name, key), 0)}"
            findings.append(Finding((name, key), f"is set a second time at {here}", hint="keep one of the two"))
        else:
            table[key] = item
    return findings
