"""The schema is checked with a small validator of our own: it knows the keywords that the schema uses, and no other."""

from __future__ import annotations

import copy
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from crawler.notifier.channels import channel_names
from crawler.parser.kinds import kind_names
from crawler.settings import json_schema

SCHEMA = json_schema()
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float)}
ANNOTATIONS = {"$schema", "$defs", "title", "description", "then"}


def errors(schema: Any, value: Any, where: str = "$") -> list[str]:
    """What JSON Schema 2020-12 says against `value`."""
    if schema is True:
        return []
    found: list[str] = []
    for keyword, rule in schema.items():
        if keyword not in ANNOTATIONS:
            found += KEYWORDS[keyword](schema, rule, value, where)
    return found


def check_type(schema: Any, rule: str, value: Any, where: str) -> list[str]:
    fits = isinstance(value, TYPES[rule]) and not (isinstance(value, bool) and rule in ("integer", "number"))
    return [] if fits else [f"{where}: no {rule}"]


def check_properties(schema: Any, rule: dict[str, Any], value: Any, where: str) -> list[str]:
    if not isinstance(value, dict):
        return []
    return [error for key in value if key in rule for error in errors(rule[key], value[key], f"{where}.{key}")]


def check_additional(schema: Any, rule: Any, value: Any, where: str) -> list[str]:
    if not isinstance(value, dict):
        return []
    others = [key for key in value if key not in schema.get("properties", {})]
    if rule is False:
        return [f"{where}.{key}: unknown" for key in others]
    return [error for key in others for error in errors(rule, value[key], f"{where}.{key}")]


def check_items(schema: Any, rule: Any, value: Any, where: str) -> list[str]:
    items = enumerate(value) if isinstance(value, list) else ()
    return [error for number, item in items for error in errors(rule, item, f"{where}[{number}]")]


def check_if(schema: Any, rule: Any, value: Any, where: str) -> list[str]:
    return errors(schema["then"], value, where) if not errors(rule, value) else []


def outcome(fits: bool, where: str, wrong: str) -> list[str]:
    return [] if fits else [f"{where}: {wrong}"]


KEYWORDS: dict[str, Any] = {
    "type": check_type,
    "properties": check_properties,
    "additionalProperties": check_additional,
    "items": check_items,
    "if": check_if,
    "required": lambda s, rule, v, w: [f"{w}.{key}: missing" for key in rule if isinstance(v, dict) and key not in v],
    "anyOf": lambda s, rule, v, w: outcome(any(not errors(each, v) for each in rule), w, "fits nothing"),
    "allOf": lambda s, rule, v, w: [error for each in rule for error in errors(each, v, w)],
    "enum": lambda s, rule, v, w: outcome(v in rule, w, "not listed"),
    "const": lambda s, rule, v, w: outcome(v == rule, w, "another value"),
    "pattern": lambda s, rule, v, w: outcome(not isinstance(v, str) or bool(re.search(rule, v)), w, "form"),
    "minLength": lambda s, rule, v, w: outcome(not isinstance(v, str) or len(v) >= rule, w, "short"),
    "minimum": lambda s, rule, v, w: outcome(not isinstance(v, int | float) or v >= rule, w, "small"),
    "maximum": lambda s, rule, v, w: outcome(not isinstance(v, int | float) or v <= rule, w, "large"),
    "format": lambda s, rule, v, w: outcome(rule == "path", w, "unknown format"),
    "$ref": lambda s, rule, v, w: errors(SCHEMA["$defs"][rule.removeprefix("#/$defs/")], v, w),
}

SHIPPED = [Path(__file__).parents[3] / "config" / f"{name}.toml" for name in ("gazette", "sources", "channels")]
GOOD = tomllib.loads("""
[fetch]
timeout = "20s"
max_bytes = "env:MOST"
private_hosts = ["rsshub:1200", "env:HOST"]
[recheck]
ladder = ["10m", "1h30m"]
stop_after = "never"
[[source]]
id = "a"
url = "https://example.org/"
kind = "html_list"
every = "15m"
[source.options]
item = "li"
max_pages = 2
[source.fetch]
headers = { Accept = "x" }
[[channel]]
name = "desk"
kind = "smtp"
port = 25
from = "a@example.org"
to = ["a@example.org"]
[[subscription]]
name = "s"
channel = "desk"
changes = ["new", "missing"]
rhythm = "daily 08:00"
keywords = { any = ["x"] }
""")


def test_the_schema_is_json_and_says_which_dialect_it_speaks() -> None:
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_a_good_configuration_fits() -> None:
    assert errors(SCHEMA, GOOD) == []


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.name)
def test_what_is_shipped_fits(file: Path) -> None:
    assert errors(SCHEMA, tomllib.loads(file.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("fetch", "timeout"), "20 parsecs"),
        (("fetch", "timeout"), 20),
        (("fetch", "timeouts"), "20s"),
        (("fetch", "concurrency"), 0),
        (("fetch", "respect_robots"), "perhaps"),
        (("recheck", "ladder"), ["10m", 3]),
        (("fetsch",), {}),
        (("source", 0, "url"), "ftp://example.org/"),
        (("source", 0, "kind"), "html_lists"),
        (("source", 0, "options", "max_pages"), "two"),
        (("source", 0, "options", "itme"), "li"),
        (("source", 0, "fetch", "tls"), "ancient"),
        (("channel", 0, "kind"), "stmp"),
        (("channel", 0, "hots"), "x"),
        (("channel", 0, "port"), "twenty-five"),
        (("subscription", 0, "changes"), ["news"]),
        (("subscription", 0, "language"), "fr"),
        (("subscription", 0, "keywords"), {"some": []}),
    ],
)
def test_a_mistake_does_not_fit(path: tuple[Any, ...], value: object) -> None:
    wrong = copy.deepcopy(GOOD)
    holder: Any = wrong
    for part in path[:-1]:
        holder = holder[part]
    holder[path[-1]] = value
    assert errors(SCHEMA, wrong)


def test_every_kind_and_channel_there_is_can_be_chosen() -> None:
    source, channel = (SCHEMA["properties"][name]["items"]["properties"]["kind"] for name in ("source", "channel"))
    assert source["anyOf"][0]["enum"] == [*kind_names(), "auto"]
    assert channel["anyOf"][0]["enum"] == [*channel_names()]


def test_defaults_are_told_as_they_would_be_written() -> None:
    fetch = SCHEMA["properties"]["fetch"]["properties"]
    assert fetch["max_bytes"]["description"].endswith('Default: "10MiB".')
    assert SCHEMA["properties"]["recheck"]["properties"]["stop_after"]["description"].endswith('Default: "365d".')
