"""Changes to one ``[[source]]`` in the text of a TOML file; every other byte of the text stays as it was. Pure.

Only the block itself is read and written by tomlkit, which keeps its comments and layout.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import tomlkit

from crawler.errors import UsageError
from crawler.settings.lines import find_lines
from crawler.settings.references import REFERENCES


@dataclass(frozen=True, slots=True)
class Block:
    """The lines of one element of an array of tables, from its header up to the next table's."""

    first: int
    end: int


def write_source(values: Mapping[str, object]) -> str:
    """A ``[[source]]`` with these keys, in their order; tables are written inline, so that it works wherever pasted.

    Most values are what a site or a list says: none is ever a reference to the environment or to a file.
    """
    document, array, table = tomlkit.document(), tomlkit.aot(), tomlkit.table()
    for key, value in values.items():
        table[key] = _inline(value) if isinstance(value, Mapping) else _plain(value)
    array.append(table)
    document["source"] = array
    return tomlkit.dumps(document)


def append_block(text: str, block: str) -> str:
    """The text with one more block at its end, a blank line before it."""
    kept = text.rstrip("\n")
    return f"{kept}\n\n{block}" if kept else block


def rename_in_text(text: str, old: str, new: str) -> str:
    """The text with the source's id changed, also where a subscription names it."""
    for number, source in enumerate(_elements(text, "source")):
        if source.get("id") == old:
            text = _edit(text, "source", number, lambda table: table.update({"id": new}))
    for number, subscription in enumerate(_elements(text, "subscription")):
        if old in _names(subscription):
            text = _edit(text, "subscription", number, lambda table: _replace_name(table["sources"], old, new))
    return text


def remove_from_text(text: str, source_id: str) -> str:
    """The text without the source's block, and without the comment lines that stand directly on top of it."""
    number = _number_of(text, source_id)
    lines = text.splitlines(keepends=True)
    block = _find_block(text, "source", number)
    first, end = _with_comment(lines, block.first), _own_end(lines, block)
    while end < len(lines) and first > 0 and not lines[end].strip() and not lines[first - 1].strip():
        end += 1
    left = "".join((*lines[:first], *lines[end:]))
    return left.rstrip("\n") + "\n" if end >= len(lines) and left.strip() else left


def add_article(text: str, source_id: str, link: str) -> str:
    """The text with one more link in ``options.articles`` of the source."""

    def add(table: Any) -> None:  # noqa: ANN401 - a table of tomlkit
        if "options" not in table:
            table["options"] = tomlkit.inline_table()
        if "articles" not in table["options"]:
            table["options"]["articles"] = []
        table["options"]["articles"].append(link)

    return _edit(text, "source", _number_of(text, source_id), add)


def has_source(text: str, source_id: str) -> bool:
    """Whether the text holds this source."""
    return any(source.get("id") == source_id for source in _elements(text, "source"))


# -- where things stand --------------------------------------------------------------------------------------------


def _elements(text: str, array: str) -> list[dict[str, Any]]:
    found = tomllib.loads(text).get(array, [])
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _names(subscription: Mapping[str, Any]) -> list[Any]:
    names = subscription.get("sources")
    return names if isinstance(names, list) else []


def _number_of(text: str, source_id: str) -> int:
    ids = [source.get("id") for source in _elements(text, "source")]
    if source_id not in ids:
        raise UsageError(f"no [[source]] has the id {source_id}")
    return ids.index(source_id)


def _find_block(text: str, array: str, number: int) -> Block:
    """Where the element stands. Raises ``UsageError`` for one that has no header of its own."""
    lines = find_lines(text)
    own = (array, number)
    if own not in lines:
        raise UsageError(f"{array} is written as one list instead of [[{array}]] blocks: change it by hand")
    first = lines[own] - 1
    later = (line - 1 for path, line in lines.items() if line - 1 > first and path[:2] != own)
    return Block(first=first, end=min(later, default=text.count("\n") + 1))


def _own_end(lines: list[str], block: Block) -> int:
    """The end of the block without what stands after its last blank line: a comment there is on what follows."""
    end = min(block.end, len(lines))
    while end > block.first + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    while end < min(block.end, len(lines)) and lines[end].strip():
        end += 1
    return end


def _with_comment(lines: list[str], first: int) -> int:
    while first > 0 and lines[first - 1].startswith("#"):
        first -= 1
    return first


# -- changing a block ----------------------------------------------------------------------------------------------


def _edit(text: str, array: str, number: int, change: Callable[[Any], object]) -> str:
    lines = text.splitlines(keepends=True)
    block = _find_block(text, array, number)
    document: Any = tomlkit.parse("".join(lines[block.first : block.end]))
    change(document[array][0])
    return "".join((*lines[: block.first], tomlkit.dumps(document), *lines[block.end :]))


def _replace_name(names: Any, old: str, new: str) -> None:  # noqa: ANN401 - an array of tomlkit
    for place, name in enumerate(names):
        if name == old:
            names[place] = new


def _inline(values: Mapping[str, object]) -> Any:  # noqa: ANN401 - an item of tomlkit
    table = tomlkit.inline_table()
    for key, value in values.items():
        table[key] = _plain(value)
    return table


def _plain(value: object) -> object:
    if isinstance(value, str):
        return f" {value}" if value.startswith(REFERENCES) else value
    return [_plain(each) for each in value] if isinstance(value, list | tuple | frozenset) else value
