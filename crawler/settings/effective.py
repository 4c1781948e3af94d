"""What holds in the end, and where each value comes from: the answer of ``gazette config show``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from crawler.errors import UsageError
from crawler.settings.document import Document
from crawler.settings.findings import find_nearest
from crawler.settings.forms import form_of
from crawler.settings.lines import KeyPath
from crawler.settings.options import written_name
from crawler.settings.resolve import (
    SCHEDULE_KEYS,
    SECTIONS,
    ChannelTables,
    Layer,
    SourceTables,
    apply_layers,
    find_layer,
    key_path,
    stack_shared,
    stack_source,
)
from crawler.settings.secrets import HIDDEN, is_secret, mask_address, mask_hook
from crawler.settings.show import write_setting, write_value
from crawler.settings.tables import ArticleTable, SourceFetchTable, Table
from crawler.settings.values import Settings

#: A key, its value in TOML notation with secrets hidden, and where the value comes from.
Row = tuple[str, str, str]

_PACE_KEYS = ("pace", *SCHEDULE_KEYS)


def effective(settings: Settings, source_id: str) -> list[Row]:
    """Every setting of one source with its origin, e.g. ``sources.toml:12``, ``pace breaking``, ``default``.

    Raises ``UsageError`` for an unknown id.
    """
    source = _find_source(settings, source_id)
    document = settings.origin.document
    path: KeyPath = ("source", source.number)
    rows: list[Row] = [*_rows_of_table(document, source.table, path, skip=_PACE_KEYS)]
    zone = next(each.timezone for each in settings.sources if each.id == source_id)
    if not source.table.timezone:
        rows = [
            (key, write_value(zone), "its address") if key == "timezone" else row for row in rows for key in row[:1]
        ]
    if source.options_table:
        rows += _rows_of_options(document, source.options_table, source.options, (*path, "options"), "options.")
    article = source.subs.get("article", ArticleTable())
    rows += _rows_of_table(document, article, (*path, "article"), "article.")
    return rows + list(_rows_of_layers(document, stack_shared(settings.origin.tables.shared), source))


def effective_everywhere(settings: Settings) -> list[Row]:
    """Every global setting, and what is written on sources, channels and subscriptions, with its origin."""
    document, tables = settings.origin.document, settings.origin.tables
    rows: list[Row] = []
    for name, table in tables.shared.items():
        rows += _rows_of_global(settings, name, table)
    for source in tables.sources:
        rows += _written_rows(document, source.table, ("source", source.number), f"source.{source.table.id}.")
        for name, sub in (*source.subs.items(), ("options", source.options_table)):
            if sub:
                rows += _written_rows(
                    document, sub, ("source", source.number, name), f"source.{source.table.id}.{name}."
                )
    for channel in tables.channels:
        rows += _rows_of_channel(document, channel)
    for each in tables.subscriptions:
        path: KeyPath = ("subscription", each.number)
        rows += _written_rows(document, each.table, path, f"subscription.{each.table.name}.")
        rows += _written_rows(document, each.keywords, (*path, "keywords"), f"subscription.{each.table.name}.keywords.")
    return rows


def _find_source(settings: Settings, source_id: str) -> SourceTables:
    known = {source.table.id: source for source in settings.origin.tables.sources}
    if source_id in known:
        return known[source_id]
    nearest = find_nearest(source_id, known)
    hint = f"did you mean {nearest!r}?" if nearest else f"there are {len(known)} sources; `gazette sources` lists them"
    raise UsageError(f"there is no source {source_id!r}; {hint}")


def _rows_of_table(
    document: Document, table: Table, path: KeyPath, prefix: str = "", skip: tuple[str, ...] = ()
) -> Iterator[Row]:
    for name in type(table).model_fields:
        if name not in skip:
            value = _show(document, (*path, name), getattr(table, name), table, name)
            yield f"{prefix}{name}", value, _origin_of(document, table, path, name)


def _written_rows(document: Document, table: Table, path: KeyPath, prefix: str) -> list[Row]:
    rows = _rows_of_table(document, table, path, prefix)
    return [row for row, name in zip(rows, type(table).model_fields, strict=True) if name in table.model_fields_set]


def _rows_of_options(document: Document, table: Table, options: object, path: KeyPath, prefix: str) -> Iterator[Row]:
    """Options as the kind or channel got them, paths made absolute."""
    for name, info in type(table).model_fields.items():
        key = info.alias or written_name(name)
        value = _show(document, (*path, key), getattr(options, name), table, name)
        yield f"{prefix}{key}", value, _origin_of(document, table, path, name)


def _rows_of_channel(document: Document, channel: ChannelTables) -> list[Row]:
    path: KeyPath = ("channel", channel.number)
    prefix = f"channel.{channel.table.name}."
    rows = [*_rows_of_table(document, channel.table, path, prefix)]
    return rows + list(_rows_of_options(document, channel.options_table, channel.options, path, prefix))


def _rows_of_global(settings: Settings, name: str, table: Table) -> Iterator[Row]:
    resolved = {"url": settings.storage.url, "snapshots": settings.storage.snapshots} if name == "storage" else {}
    if name in SECTIONS:
        layers = stack_shared(settings.origin.tables.shared)
        sections = apply_layers(layers).sections
        for key in SECTIONS[name].model_fields:
            yield _row_of_layer(settings.origin.document, layers, sections[name], name, key, f"{name}.{key}")
        return
    for key, value, origin in _rows_of_table(settings.origin.document, table, (name,), f"{name}."):
        bare = key.rpartition(".")[2]
        shown = _show(settings.origin.document, (name, bare), resolved[bare]) if bare in resolved else value
        yield key, shown, origin


def _rows_of_layers(document: Document, shared: tuple[Layer, ...], source: SourceTables) -> Iterator[Row]:
    layers = shared + stack_source(source)
    sections = apply_layers(layers).sections
    pace = next((layer.name for layer in reversed(layers) if layer.name.startswith("pace ")), "")
    where = ("source", source.number, "pace") if "pace" in source.table.model_fields_set else ("schedule", "pace")
    yield "pace", write_value(pace.removeprefix("pace ") or "normal"), document.place(where) if pace else "default"
    for section, model in SECTIONS.items():
        keys = (
            SCHEDULE_KEYS if section == "schedule" else (SourceFetchTable if section == "fetch" else model).model_fields
        )
        for key in keys:
            name = key if section == "schedule" else f"{section}.{key}"
            yield _row_of_layer(document, layers, sections[section], section, key, name)


def _row_of_layer(
    document: Document, layers: tuple[Layer, ...], values: Mapping[str, object], section: str, key: str, name: str
) -> Row:
    layer = find_layer(layers, section, key)
    table = SourceFetchTable() if section == "fetch" else SECTIONS[section]()
    path = key_path(layer, section, key)
    value = _show(document, path, values.get(key, getattr(table, key)), table, key)
    if (section, key) == ("schedule", "max_every") and values[key] != layer.values[section][key]:
        return name, value, "raised to `every`"
    if layer.base is None:
        return name, value, layer.name
    table_name = f" [{section}]" if layer.name == "global" and path not in document.variables else ""
    return name, value, _place(document, path) + table_name


def _origin_of(document: Document, table: Table, path: KeyPath, name: str) -> str:
    key = type(table).model_fields[name].alias or name
    return _place(document, (*path, key)) if name in table.model_fields_set else "default"


def _place(document: Document, path: KeyPath) -> str:
    reference = document.references.get(path)
    return document.place(path) + (f" ({reference})" if reference else "")


def _show(document: Document, path: KeyPath, value: object, table: Table | None = None, name: str = "") -> str:
    """The value in TOML notation, as it would be written; secrets hidden."""
    if value not in ("", (), None) and (is_secret(path) or _has_reference(document, path)):
        return f'"{HIDDEN}"'
    form = form_of(type(table).model_fields[name]) if table else None
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        value = dict(value)
    if isinstance(value, Mapping):
        return write_value({key: HIDDEN if is_secret((*path, key)) else item for key, item in value.items()})
    mask = mask_hook if path[0] == "channel" and name == "url" else mask_address
    return mask(write_setting(name, value, form.plain if form else ""))


def _has_reference(document: Document, path: KeyPath) -> bool:
    return any(reference[: len(path)] == path for reference in document.references)
