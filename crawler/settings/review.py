"""Checks tables one by one and collects everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from crawler.settings.document import Document
from crawler.settings.findings import Finding, find_nearest
from crawler.settings.forms import explain, form_of
from crawler.settings.lines import KeyPath
from crawler.settings.secrets import HIDDEN, is_secret, mask_address
from crawler.settings.show import spell
from crawler.settings.tables import ARRAY_TABLES, GLOBAL_TABLES, SUB_TABLES, Table

TableType = TypeVar("TableType", bound=Table)

_WRONG = {
    "string_type": "is not text",
    "string_too_short": "is empty",
    "string_pattern_mismatch": "does not have the right form",
    "bool_type": "is neither true nor false",
    "bool_parsing": "is neither true nor false",
    "int_type": "is not a whole number",
    "int_parsing": "is not a whole number",
    "int_from_float": "is not a whole number",
    "float_type": "is not a number",
    "float_parsing": "is not a number",
    "greater_than_equal": "is too small",
    "less_than_equal": "is too large",
    "finite_number": "is not a number",
    "literal_error": "is not known",
    "tuple_type": "is not a list",
    "dict_type": "is not a table",
    "path_type": "is not a path",
}


@dataclass
class Review:
    """The configuration under examination and what was found so far."""

    document: Document
    findings: list[Finding] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def add(self, path: KeyPath, wrong: str, expected: str = "", hint: str = "") -> None:
        """Notes a problem with the key at ``path``."""
        self.findings.append(Finding(path, wrong, expected, hint))

    def check(
        self, model: type[TableType], raw: object, path: KeyPath, options: Iterable[str] = ()
    ) -> TableType | None:
        """The table, or None where something in it is wrong. ``options``: keys that belong to ``[….options]``."""
        if not isinstance(raw, Mapping):
            brackets = f"[[{path[0]}]]" if path[0] in ARRAY_TABLES else f"[{path[0]}]"
            self.add(path, f"{mask_address(spell(raw))} is not a table", hint=f"write {brackets} and its keys below it")
            return None
        try:
            return model.model_validate(raw)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                self._add_detail(model, detail, path, options)
            return None

    def _add_detail(self, model: type[Table], detail: ErrorDetails, path: KeyPath, options: Iterable[str]) -> None:
        key = str(detail["loc"][0])
        where = (*path, *detail["loc"])
        if detail["type"] == "extra_forbidden":
            known = [info.alias or name for name, info in model.model_fields.items()]
            self.add(where, "is not a known key", hint=suggest_key(key, path, known, options))
        elif detail["type"] != "missing":
            self._add_wrong(where, detail, explain_key(model, key))
        elif where not in self.document.unreadable:
            self.add(where, "is missing", explain_key(model, key))

    def _add_wrong(self, where: KeyPath, detail: ErrorDetails, expected: str) -> None:
        wrong = _WRONG.get(detail["type"], "")
        if detail["type"] == "value_error":
            wrong = str(detail["ctx"]["error"])
        elif not wrong:
            wrong = f"is wrong: {detail['msg'][:1].lower()}{detail['msg'][1:]}"
        given = detail["input"]
        hidden = self.hides(where)
        nearest = find_nearest(given, _choices(expected)) if isinstance(given, str) and not hidden else ""
        shown = "the value" if hidden else mask_address(spell(given))
        self.add(where, f"{shown} {wrong}", expected, f'did you mean "{nearest}"?' if nearest else "")

    def conceal(self, text: str, path: KeyPath) -> str:
        """``text`` without the values below ``path`` that were given by reference."""
        for where in self.document.references:
            value = self.document.value(where) if where[: len(path)] == path else ""
            if value and isinstance(value, str):
                text = text.replace(value, HIDDEN)
        return text

    def hides(self, path: KeyPath) -> bool:
        """Whether the value at ``path`` must not be repeated: a secret by name, or given by reference."""
        read_elsewhere = any(path[:length] in self.document.references for length in range(1, len(path) + 1))
        return read_elsewhere or is_secret(path) or "headers" in path


def explain_key(model: type[Table], key: str) -> str:
    """What to write for ``key`` of a table, in words."""
    for name, info in model.model_fields.items():
        if key in (name, info.alias):
            return explain(info.annotation, form_of(info))
    return ""


def suggest_key(key: str, path: KeyPath, own: Iterable[str], options: Iterable[str] = ()) -> str:
    """Where an unknown key belongs, or which one was probably meant."""
    if path[0] == "source" and key == "schedule":
        return "write its keys (pace, every, …) directly under [[source]]"
    if path[0] == "source" and key in SUB_TABLES["source"] | {"options": None}:
        return f"write [source.{key}]"
    others = list(_tables_around(path, options))
    for label, keys in others:
        if key in keys:
            return f"`{key}` belongs to {label}"
    if nearest := find_nearest(key, own):
        return f"did you mean `{nearest}`?"
    for label, keys in others:
        if nearest := find_nearest(key, keys):
            return f"did you mean `{nearest}` of {label}?"
    return ""


def _tables_around(path: KeyPath, options: Iterable[str]) -> Iterable[tuple[str, list[str]]]:
    """The other tables a key may have strayed from, the nearest first."""
    here = str(path[0])
    arrays = sorted(ARRAY_TABLES, key=lambda name: name != here)
    if here in ARRAY_TABLES:
        yield from _tables_of_array(here, options)
    yield from ((f"[{name}]", list(model.model_fields)) for name, model in GLOBAL_TABLES.items())
    for name in arrays:
        if name != here:
            yield from _tables_of_array(name, ())


def _tables_of_array(name: str, options: Iterable[str]) -> Iterable[tuple[str, list[str]]]:
    yield f"[[{name}]]", list(ARRAY_TABLES[name].model_fields)
    yield f"[{name}.options]", list(options)
    yield from ((f"[{name}.{sub}]", list(model.model_fields)) for sub, model in SUB_TABLES[name].items())


def _choices(expected: str) -> list[str]:
    """The quoted words of an explanation: what may be suggested for a misspelt value."""
    return expected.split('"')[1::2] if "duration" not in expected else []


def check_name(review: Review, raw: Any, path: KeyPath, known: Iterable[str], what: str) -> bool:  # noqa: ANN401
    """Whether ``raw`` is one of the ``known`` words; tells where not."""
    words = list(known)
    if not isinstance(raw, str) or raw in words:
        return isinstance(raw, str)
    nearest = find_nearest(raw, words)
    hint = f'did you mean "{nearest}"?' if nearest else ""
    expected = " or ".join(f'"{word}"' for word in words[:12]) or "one that is defined; there is none"
    shown = "the value" if review.hides(path) else spell(raw)
    review.add(path, f"{shown} is no {what}", expected, hint)
    return False
