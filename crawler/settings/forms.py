"""The forms a value can take in the configuration: how it is read, and how it is explained to people and editors."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, WithJsonSchema
from pydantic.fields import FieldInfo

from crawler.settings.units import read_duration, read_pause, read_silence, read_size


@dataclass(frozen=True)
class Form:
    """What to write, in words. ``plain`` is the word that stands for ``None``: never, forever, auto."""

    expected: str
    plain: str = ""


_SPAN = 'a duration such as "90s" "15m" "6h" "30d"'
_SPAN_SCHEMA: dict[str, Any] = {"type": "string", "pattern": r"^\s*([0-9]+(\.[0-9]+)? ?(ms|[ywdhms])\s*)+$"}


def _or_word(word: str, read: Any) -> Any:  # noqa: ANN401 - any reader of one value
    def reading(value: object) -> object:
        return None if value is None or value == word else read(value)

    return reading


def _word_schema(word: str) -> dict[str, Any]:
    return {"anyOf": [{"const": word}, _SPAN_SCHEMA]}


Duration = Annotated[timedelta, BeforeValidator(read_duration), WithJsonSchema(_SPAN_SCHEMA), Form(_SPAN)]
Pause = Annotated[timedelta, BeforeValidator(read_pause), WithJsonSchema(_SPAN_SCHEMA), Form(_SPAN)]
Never = Annotated[
    timedelta | None,
    BeforeValidator(_or_word("never", read_duration)),
    WithJsonSchema(_word_schema("never")),
    Form(f'{_SPAN}, or "never"', "never"),
]
Forever = Annotated[
    timedelta | None,
    BeforeValidator(_or_word("forever", read_duration)),
    WithJsonSchema(_word_schema("forever")),
    Form('"forever", or a duration such as "90d" "2y"', "forever"),
]
AutoOrNever = Annotated[
    timedelta | None,
    BeforeValidator(_or_word("auto", read_silence)),
    WithJsonSchema({"anyOf": [{"const": "auto"}, {"const": "never"}, _SPAN_SCHEMA]}),
    Form(f'"auto", "never", or {_SPAN}', "auto"),
]
AnyAge = Annotated[
    timedelta | None,
    BeforeValidator(_or_word("", read_duration)),
    WithJsonSchema(_word_schema("")),
    Form(f'{_SPAN}, or "" for any age', ""),
]
_SIZE_SCHEMA: dict[str, Any] = {
    "anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)? ?([KMGT]i?)?B$"}]
}
Size = Annotated[int, BeforeValidator(read_size), WithJsonSchema(_SIZE_SCHEMA), Form('a size such as "10MiB" "20GiB"')]
SizeOrNone = Annotated[
    int | None,
    BeforeValidator(_or_word("", read_size)),
    WithJsonSchema({"anyOf": [{"const": ""}, *_SIZE_SCHEMA["anyOf"]]}),
    Form('a size such as "20GiB", or "" for no limit', ""),
]


def _refuse_truth(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("is not a number")
    return value


#: Python counts true as 1; people do not.
NotTruth = BeforeValidator(_refuse_truth)
Whole = Annotated[int, NotTruth, Form("a whole number")]
Number = Annotated[float, NotTruth, Form("a number")]


#: An address whose scheme was left out.
_HOST_AND_PATH = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:/\S{0,500})?")
_BLANK = re.compile(r"[\s\x00-\x1f]")


def check_web_address(value: object) -> object:
    """The address as given, where it is one of the web. Raises ``ValueError``."""
    if not isinstance(value, str):
        raise ValueError("is not text")
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise ValueError(f"is not a web address ({error})") from error
    if not usable or _BLANK.search(value):
        meant = f" (did you mean https://{value}?)" if _HOST_AND_PATH.fullmatch(value) else ""
        raise ValueError(f"is not a web address{meant}")
    return value


WebAddress = Annotated[
    str,
    BeforeValidator(check_web_address),
    WithJsonSchema({"type": "string", "pattern": "^https?://"}),
    Form("an address that begins with http:// or https://"),
]


def check_timezone(value: object) -> object:
    """The name as given, where the IANA database knows it. Raises ``ValueError``."""
    if not isinstance(value, str):
        raise ValueError("is not text")
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:  # OSError: a folder of the database, or a name too long
        raise ValueError("is not a known time zone") from error
    return value


Timezone = Annotated[
    str, BeforeValidator(check_timezone), Form('the IANA name of a time zone such as "Asia/Shanghai" "Europe/London"')
]


def form_of(field: FieldInfo) -> Form | None:
    """The form attached to a field's type, if any; the form of a list's elements is not the list's."""
    return _last_form(field.metadata)


def _last_form(marks: Iterable[object]) -> Form | None:
    """The outermost form: a narrower type explains itself better than the one it is made of."""
    return next((mark for mark in reversed([*marks]) if isinstance(mark, Form)), None)


def explain(annotation: Any, form: Form | None = None) -> str:  # noqa: ANN401 - any type expression
    """What to write for a type, in words: for messages and for the reference page."""
    if form is not None:
        return form.expected
    origin = typing.get_origin(annotation)
    arguments = typing.get_args(annotation)
    if origin is Annotated:
        return explain(arguments[0], _last_form(arguments[1:]))
    if origin is Literal:
        return " or ".join(f'"{choice}"' for choice in arguments)
    if origin is tuple:
        return _explain_list(arguments[0])
    if origin in (typing.Union, types.UnionType):
        return explain(next(argument for argument in arguments if argument is not type(None)))
    if origin is dict:
        return 'a table such as { name = "value" }'
    words = {bool: "true or false", int: "a whole number", float: "a number", Path: "a path, from this folder on"}
    return words.get(annotation, "text")


def _explain_list(element: Any) -> str:  # noqa: ANN401 - any type expression
    inner = explain(element)
    if inner == "text":
        return 'a list of texts such as ["a", "b"]'
    if inner.startswith("a duration"):
        return 'a list of durations such as ["10m", "1h", "1d"]'
    if (
        typing.get_origin(typing.get_args(element)[0] if typing.get_origin(element) is Annotated else element)
        is Literal
    ):
        return f"a list of {inner}"
    return f"a list, each {inner}"
