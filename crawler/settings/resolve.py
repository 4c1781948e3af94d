"""Precedence: a key on a source beats its pace, that the global key, that the global pace, that the default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from crawler.model import ArticleRules, FetchPolicy, GuardPolicy, RecheckPolicy, RemovalPolicy, SchedulePolicy, Source
from crawler.settings.lines import KeyPath
from crawler.settings.paces import PACES, Sections
from crawler.settings.phrases import parse_all_hours
from crawler.settings.tables import (
    ChannelTable,
    ConfirmTable,
    FetchTable,
    GuardTable,
    KeywordsTable,
    RecheckTable,
    RemovalTable,
    ScheduleTable,
    SourceTable,
    SubscriptionTable,
    Table,
)

#: The sections that a source can override, and the tables their defaults stand in.
SECTIONS: Mapping[str, type[Table]] = {
    "fetch": FetchTable,
    "schedule": ScheduleTable,
    "recheck": RecheckTable,
    "confirm": ConfirmTable,
    "removal": RemovalTable,
    "guard": GuardTable,
}
#: Keys of ``[schedule]`` stand directly on a source.
SCHEDULE_KEYS = ("every", "min_every", "max_every", "jitter", "hours")


@dataclass(frozen=True, kw_only=True)
class SourceTables:
    """One source as written: its own table, those below it, and its options. ``host`` is that of its address."""

    number: int
    table: SourceTable
    host: str
    subs: Mapping[str, Table]
    options: object
    options_table: Table | None


@dataclass(frozen=True, kw_only=True)
class ChannelTables:
    """One channel as written."""

    number: int
    table: ChannelTable
    options: object
    options_table: Table


@dataclass(frozen=True, kw_only=True)
class SubscriptionTables:
    """One subscription as written."""

    number: int
    table: SubscriptionTable
    keywords: KeywordsTable


@dataclass(frozen=True, kw_only=True)
class Tables:
    """All tables, each checked on its own; every global one is there, if only with its defaults."""

    shared: Mapping[str, Table]
    sources: tuple[SourceTables, ...] = ()
    channels: tuple[ChannelTables, ...] = ()
    subscriptions: tuple[SubscriptionTables, ...] = ()


@dataclass(frozen=True)
class Layer:
    """Values of one rank. ``base`` is the path its keys are written under; None: they are written nowhere."""

    name: str
    values: Sections
    base: KeyPath | None = None


@dataclass(frozen=True)
class Policies:
    """How one source is treated, all layers applied."""

    fetch: FetchPolicy
    schedule: SchedulePolicy
    recheck: RecheckPolicy
    removal: RemovalPolicy
    guard: GuardPolicy
    confirm_after: timedelta
    sections: Mapping[str, Mapping[str, object]] = field(repr=False, compare=False)


def stack_shared(shared: Mapping[str, Table]) -> tuple[Layer, ...]:
    """The layers that hold for every source, weakest first."""
    defaults = {
        name: {key: info.default for key, info in model.model_fields.items()} for name, model in SECTIONS.items()
    }
    layers = [Layer("default", defaults)]
    schedule = shared["schedule"]
    if "pace" in schedule.model_fields_set:
        layers.append(_pace_layer(schedule))
    layers.append(Layer("global", {name: shared[name].written() for name in SECTIONS}, ()))
    return tuple(layers)


def stack_source(source: SourceTables) -> tuple[Layer, ...]:
    """The layers of the source itself, weakest first; empty where it overrides nothing."""
    values: dict[str, Mapping[str, object]] = {name: table.written() for name, table in source.subs.items()}
    values.pop("article", None)
    written = source.table.written()
    values["schedule"] = {key: written[key] for key in SCHEDULE_KEYS if key in written}
    layers = [_pace_layer(source.table)] if "pace" in written else []
    if any(values.values()):
        layers.append(Layer("source", values, ("source", source.number)))
    return tuple(layers)


def _pace_layer(table: Table) -> Layer:
    pace = str(getattr(table, "pace"))  # noqa: B009 - two tables have it, their base has not
    return Layer(f"pace {pace}", PACES[pace])


def find_layer(layers: tuple[Layer, ...], section: str, key: str) -> Layer:
    """The strongest layer that sets ``key``. The lowest sets every key there is."""
    return next((layer for layer in reversed(layers) if key in layer.values.get(section, {})), layers[0])


def key_path(layer: Layer, section: str, key: str) -> KeyPath:
    """Where the layer's key is written, for a layer that is written."""
    inline = layer.name == "source" and section == "schedule"
    return (*(layer.base or ()), key) if inline else (*(layer.base or ()), section, key)


def apply_layers(layers: tuple[Layer, ...]) -> Policies:
    """The policies that result from ``layers``, weakest first."""
    merged: dict[str, dict[str, Any]] = {name: {} for name in SECTIONS}
    for layer in layers:
        for section, values in layer.values.items():
            merged[section].update(values)
    pinned = any(layer.name == "source" and "every" in layer.values.get("schedule", {}) for layer in layers)
    return Policies(
        fetch=_fetch_policy(merged["fetch"]),
        schedule=_schedule_policy(merged["schedule"], layers, pinned=pinned),
        recheck=RecheckPolicy(**merged["recheck"]),
        removal=RemovalPolicy(**merged["removal"]),
        guard=GuardPolicy(**merged["guard"]),
        confirm_after=merged["confirm"]["after"],
        sections=merged,
    )


def _fetch_policy(values: Mapping[str, Any]) -> FetchPolicy:
    kept = {key: value for key, value in values.items() if key != "concurrency"}
    if "headers" in kept:
        kept["headers"] = tuple(kept["headers"].items())
    return FetchPolicy(**kept)


def _schedule_policy(values: dict[str, Any], layers: tuple[Layer, ...], *, pinned: bool) -> SchedulePolicy:
    """A longer ``every`` lifts a ``max_every`` of lower rank: whoever wrote the one did not think of the other."""
    if values["every"] > values["max_every"] and _outranks(layers, "every", "max_every"):
        values["max_every"] = values["every"]
    kept = {key: values[key] for key in SCHEDULE_KEYS if key != "hours"}
    return SchedulePolicy(**kept, hours=parse_all_hours(values["hours"]), pinned=pinned)


def _outranks(layers: tuple[Layer, ...], key: str, other: str) -> bool:
    rank = {id(layer): number for number, layer in enumerate(layers)}
    return rank[id(find_layer(layers, "schedule", key))] > rank[id(find_layer(layers, "schedule", other))]


def make_source(source: SourceTables, policies: Policies, timezone: str) -> Source:
    """The source with everything decided for it."""
    table = source.table
    article = source.subs.get("article")
    return Source(
        id=table.id,
        kind=table.kind,
        url=table.url,
        title=table.title,
        publisher=table.publisher,
        timezone=timezone,
        language=table.language,
        tags=table.tags,
        enabled=table.enabled,
        follow=table.follow,
        attachments=table.attachments,
        attachment_budget=table.attachment_budget,
        attachment_budget_per_check=table.attachment_budget_per_check,
        options=source.options,
        article=ArticleRules(**article.model_dump()) if article else ArticleRules(),
        fetch=policies.fetch,
        schedule=policies.schedule,
        recheck=policies.recheck,
        removal=policies.removal,
        guard=policies.guard,
        confirm_after=policies.confirm_after,
    )
