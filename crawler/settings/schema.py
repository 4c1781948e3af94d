"""JSON Schema (2020-12) of a whole configuration, for editors that complete and check TOML."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic.fields import FieldInfo

from crawler.notifier.channels import channel_names, find_channel
from crawler.parser.kinds import find_kind, kind_names
from crawler.settings.elements import AUTO
from crawler.settings.forms import explain, form_of
from crawler.settings.options import describe_fields, model_options
from crawler.settings.show import write_setting
from crawler.settings.tables import ARRAY_TABLES, GLOBAL_TABLES, SUB_TABLES, Table

Schema = dict[str, Any]

_REFERENCE: Schema = {"$ref": "#/$defs/reference"}
_DEFINITIONS: Schema = {
    "reference": {
        "type": "string",
        "pattern": "^(env|file):.+",
        "description": 'Read from elsewhere: "env:NAME" or "file:PATH".',
    }
}


def json_schema() -> Schema:
    """The schema of the configuration with every table, and the options of every kind and channel there is."""
    properties: Schema = {name: _schema_of(model) for name, model in GLOBAL_TABLES.items()}
    for name, model in ARRAY_TABLES.items():
        properties[name] = {"type": "array", "items": _schema_of_element(name, model)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Gazette configuration",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "$defs": _DEFINITIONS,
    }


def _schema_of(model: type[Table], described: Mapping[str, str] | None = None) -> Schema:
    """One table: each key with its form, its default as it would be written, and what it is for."""
    plain = model.model_json_schema(by_alias=True)
    properties = {
        key: _schema_of_key(name, plain["properties"][key], info, (described or {}).get(name, ""))
        for name, info in model.model_fields.items()
        for key in [info.alias or name]
    }
    schema: Schema = {"type": "object", "description": model.__doc__ or "", "properties": properties}
    if plain.get("required"):
        schema["required"] = plain["required"]
    return schema | {"additionalProperties": False}


def _schema_of_key(name: str, plain: Schema, info: FieldInfo, described: str) -> Schema:
    mark = form_of(info)
    told = {"description": info.description or described or explain(info.annotation, mark)}
    form = {word: value for word, value in plain.items() if word not in ("title", "description", "default")}
    if "items" in form:
        form["items"] = {"anyOf": [form["items"], _REFERENCE]}
    if not info.is_required():
        told["description"] += f" Default: {write_setting(name, info.default, mark.plain if mark else '')}."
    return told | {"anyOf": [form, _REFERENCE]}


def _schema_of_element(name: str, model: type[Table]) -> Schema:
    schema = _schema_of(model)
    schema["properties"] |= {sub: _schema_of(table) for sub, table in SUB_TABLES[name].items()}
    if name == "source":
        schema["properties"]["kind"]["anyOf"][0] = {"enum": [*kind_names(), AUTO]}
        schema["properties"]["options"] = {"type": "object"}
        schema["allOf"] = list(_branches(kind_names(), find_kind, _options_of_source))
    if name == "channel":
        schema["properties"]["kind"]["anyOf"][0] = {"enum": list(channel_names())}
        del schema["additionalProperties"]
        schema["allOf"] = list(_branches(channel_names(), find_channel, _keys_of_channel))
    return schema


def _branches(
    names: Iterable[str], find: Callable[[str], Any], describe: Callable[[Schema], Schema]
) -> Iterable[Schema]:
    """For each kind, what else holds where it is chosen."""
    for name in names:
        options = find(name).Options
        chosen = {"properties": {"kind": {"const": name}}, "required": ["kind"]}
        yield {"if": chosen, "then": describe(_schema_of(model_options(options), describe_fields(options)))}


def _options_of_source(options: Schema) -> Schema:
    return {"properties": {"options": options}}


def _keys_of_channel(options: Schema) -> Schema:
    own = dict.fromkeys(ARRAY_TABLES["channel"].model_fields, True)
    return options | {"properties": options["properties"] | own}
