"""From files and environment to settings: everything read, checked and resolved, or one error that tells all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from crawler.errors import ConfigError
from crawler.model import ChannelConfig, Keywords, Source, Subscription
from crawler.settings.checks import (
    check_ladders,
    check_names,
    check_schedule,
    check_subscriptions,
    check_web,
    warn_of_contact,
    warn_of_metrics,
    warn_of_sources,
)
from crawler.settings.document import read_document
from crawler.settings.elements import check_top_level, read_tables
from crawler.settings.findings import describe, order
from crawler.settings.phrases import parse_quiet_hours, parse_rhythm, place_database, place_path
from crawler.settings.references import apply_overrides, resolve_references
from crawler.settings.resolve import (
    Layer,
    Policies,
    SourceTables,
    SubscriptionTables,
    Tables,
    apply_layers,
    make_source,
    stack_shared,
    stack_source,
)
from crawler.settings.review import Review
from crawler.settings.tables import (
    GLOBAL_TABLES,
    FetchTable,
    LogTable,
    MetricsTable,
    RetentionTable,
    ScheduleTable,
    StorageTable,
    WebTable,
)
from crawler.settings.values import (
    LogSettings,
    MetricsSettings,
    Origin,
    RetentionSettings,
    Settings,
    StorageSettings,
    WebSettings,
)
from crawler.text.zones import default_timezone

DEFAULT_PATH = "config"
PATH_VARIABLE = "GAZETTE_CONFIG"


def load_settings(
    path: Path | None, environ: Mapping[str, str], *, drafts: Mapping[str, str] = MappingProxyType({})
) -> Settings:
    """The settings in ``path``: a TOML file, or a folder's own ``*.toml`` files.

    Without ``path``, ``GAZETTE_CONFIG`` of ``environ`` names it, else it is ``config/`` in the working directory.
    ``drafts`` are texts by file name that are read instead of what those files hold, to check before writing.
    Raises ``ConfigError`` with every problem there is, each with its file and line.
    """
    chosen = path or Path(environ.get(PATH_VARIABLE) or DEFAULT_PATH)
    document, findings = read_document(chosen.expanduser(), drafts)
    review = Review(document, findings)
    known = {name: frozenset(model.model_fields) for name, model in GLOBAL_TABLES.items()}
    review.findings += apply_overrides(document, environ, known)
    review.findings += resolve_references(document, environ)
    check_top_level(review)
    tables = read_tables(review)
    sources = _resolve_sources(review, tables)
    _check_together(review, tables)
    warn_of_contact(review, sources, [each.host for each in tables.sources])
    if review.findings:
        raise ConfigError([describe(document, finding) for finding in order(document, review.findings)])
    return _assemble(review, tables, sources)


def _check_together(review: Review, tables: Tables) -> None:
    check_names(review)
    check_subscriptions(review, tables)
    web = tables.shared["web"]
    assert isinstance(web, WebTable)
    check_web(review, web)
    metrics = tables.shared["metrics"]
    assert isinstance(metrics, MetricsTable)
    warn_of_metrics(review, metrics)
    warn_of_sources(review, tables.sources)


def _resolve_sources(review: Review, tables: Tables) -> tuple[Source, ...]:
    shared = stack_shared(tables.shared)
    common = apply_layers(shared)
    check_schedule(review, shared, common)
    check_ladders(review, shared, common)
    return tuple(_resolve_source(review, source, shared, common) for source in tables.sources)


def _resolve_source(review: Review, source: SourceTables, shared: tuple[Layer, ...], common: Policies) -> Source:
    own = stack_source(source)
    policies = common
    if own:
        layers = shared + own
        policies = apply_layers(layers)
        if policies.schedule != common.schedule:
            check_schedule(review, layers, policies)
        if (policies.recheck, policies.removal) != (common.recheck, common.removal):
            check_ladders(review, layers, policies)
    return make_source(source, policies, choose_timezone(source))


def choose_timezone(source: SourceTables) -> str:
    """The source's zone as written, else the one its address suggests."""
    table = source.table
    return table.timezone or default_timezone(source.host, table.language)


def _make_subscription(each: SubscriptionTables) -> Subscription:
    table = each.table
    return Subscription(
        name=table.name,
        channel=table.channel,
        sources=table.sources,
        tags=table.tags,
        changes=frozenset(table.changes),
        keywords=Keywords(any=each.keywords.any, all=each.keywords.all, none=each.keywords.none),
        min_significance=table.min_significance,
        published_within=table.published_within,
        rhythm=parse_rhythm(table.rhythm),
        gather=table.gather,
        max_per_hour=table.max_per_hour,
        when_empty=table.when_empty,
        timezone=table.timezone,
        language=table.language,
        incidents=table.incidents,
        coverage=table.coverage,
        quiet=parse_quiet_hours(table.quiet_hours),
    )


def _assemble(review: Review, tables: Tables, sources: tuple[Source, ...]) -> Settings:
    document, shared = review.document, tables.shared
    fetch, web, retention, log = shared["fetch"], shared["web"], shared["retention"], shared["log"]
    assert isinstance(fetch, FetchTable)
    assert isinstance(web, WebTable)
    assert isinstance(retention, RetentionTable)
    assert isinstance(log, LogTable)
    schedule, metrics = shared["schedule"], shared["metrics"]
    assert isinstance(schedule, ScheduleTable)
    assert isinstance(metrics, MetricsTable)
    return Settings(
        path=document.path.absolute(),
        folder=document.folder,
        storage=_place_storage(shared["storage"], document.folder),
        fetch=apply_layers(stack_shared(shared)).fetch,
        concurrency=fetch.concurrency,
        sources=sources,
        channels=tuple(
            ChannelConfig(name=channel.table.name, kind=channel.table.kind, options=channel.options)
            for channel in tables.channels
        ),
        subscriptions=tuple(_make_subscription(each) for each in tables.subscriptions),
        web=WebSettings(listen=web.listen, port=web.port, password=web.password, public_url=web.public_url.rstrip("/")),
        retention=RetentionSettings(
            snapshots=retention.snapshots, changes=retention.changes, max_size=retention.max_size
        ),
        log=LogSettings(level=log.level, format=log.format),
        heartbeat_url=schedule.heartbeat_url,
        metrics=MetricsSettings(
            file=Path(place_path(metrics.file, document.folder)) if metrics.file else None, web=metrics.web
        ),
        warnings=tuple(review.warnings),
        origin=Origin(document=document, tables=tables),
    )


def _place_storage(storage: object, folder: Path) -> StorageSettings:
    assert isinstance(storage, StorageTable)
    snapshots = storage.snapshots
    return StorageSettings(
        url=place_database(storage.url, folder),
        snapshots="db" if snapshots == "db" else place_path(snapshots, folder),
    )
