"""The options of source kinds and channels: frozen dataclasses of theirs, checked as strictly as our own tables."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import textwrap
import typing
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import UnionType
from typing import Any

from pydantic import Field, create_model

from crawler.settings.forms import Duration, Number, Whole
from crawler.settings.phrases import place_path
from crawler.settings.tables import Table

#: How a plain type of a dataclass is read from TOML.
_READERS: dict[Any, Any] = {timedelta: Duration, int: Whole, float: Number}


@cache
def model_options(options: type) -> type[Table]:
    """The table that a kind's or channel's ``Options`` dataclass describes.

    A field whose name ends in an underscore (``from_``) is written without it.
    """
    hints = typing.get_type_hints(options, include_extras=True)
    fields: dict[str, Any] = {}
    for field in dataclasses.fields(options):
        if field.init:
            reading = _read_as(hints[field.name])
            fields[field.name] = (reading, _describe(field, dict if reading == dict[str, str] else None))
    return create_model("OptionsTable", __base__=Table, __doc__=options.__doc__, **fields)


def make_options(options: type, table: Table, folder: Path) -> object:
    """An instance of ``options`` from its checked table; relative paths start at ``folder``.

    Raises ``ValueError`` where the dataclass itself refuses the values together.
    """
    return options(**{name: _place(value, folder) for name, value in table.written().items()})


def written_name(field: str) -> str:
    """The key in the configuration for a field of a dataclass: ``from`` for ``from_``."""
    return field.removesuffix("_")


def describe_fields(options: type) -> dict[str, str]:
    """The sentence below each field of a dataclass (PEP 257: attribute docstrings), by the field's name."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(options)))
    except (OSError, TypeError, SyntaxError):  # no source at hand: an installation from byte code
        return {}
    body = tree.body[0].body if tree.body and isinstance(tree.body[0], ast.ClassDef) else []
    return {
        field.target.id: " ".join(text.value.value.split())
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def _describe(field: dataclasses.Field[Any], convert: type | None) -> Any:  # noqa: ANN401 - pydantic's own field
    alias = written_name(field.name) if field.name.endswith("_") else None
    description = str(field.metadata.get("description", ""))
    if field.default is not dataclasses.MISSING:
        return Field(convert(field.default) if convert else field.default, alias=alias, description=description)
    if field.default_factory is not dataclasses.MISSING:
        return Field(field.default_factory(), alias=alias, description=description)
    return Field(alias=alias, description=description)


def _read_as(hint: Any) -> Any:  # noqa: ANN401 - any type expression
    """The type to check with: durations and numbers are read our way, everywhere inside ``hint``."""
    if hint in _READERS:
        return _READERS[hint]
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, UnionType):
        return typing.Union[tuple(_read_as(argument) for argument in arguments)]  # noqa: UP007 - made at run time
    if origin is tuple and arguments == (tuple[str, str], ...):
        return dict[str, str]
    if origin is tuple:
        return tuple[tuple(_read_as(argument) if argument is not ... else ... for argument in arguments)]  # type: ignore[misc]
    return hint


def _place(value: object, folder: Path) -> object:
    if isinstance(value, Path):
        return place_path(str(value), folder)
    if isinstance(value, Mapping):
        return tuple(value.items())
    return value
