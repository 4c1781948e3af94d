"""Sources, channels and subscriptions: read one by one from the tree, with the options of their kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from crawler.errors import ConfigError
from crawler.notifier.channels import channel_names, find_channel
from crawler.parser.kinds import find_kind, kind_names
from crawler.settings.findings import find_nearest
from crawler.settings.lines import KeyPath
from crawler.settings.options import make_options, model_options, written_name
from crawler.settings.resolve import ChannelTables, SourceTables, SubscriptionTables, Tables
from crawler.settings.review import Review, check_name, suggest_key
from crawler.settings.show import spell
from crawler.settings.tables import (
    ARRAY_TABLES,
    GLOBAL_TABLES,
    SUB_TABLES,
    ChannelTable,
    KeywordsTable,
    SourceTable,
    SubscriptionTable,
    Table,
)

#: The kind that is found out at the first check.
AUTO = "auto"


def read_tables(review: Review) -> Tables:
    """Every table of the document, checked. What is wrong is noted in ``review``, and left out."""
    tree = review.document.tree
    shared: dict[str, Table] = {}
    for name, model in GLOBAL_TABLES.items():
        written = review.check(model, tree[name], (name,)) if name in tree else None
        shared[name] = written or model.model_construct()
    return Tables(
        shared=shared,
        sources=_present(_read_source(review, raw, number) for number, raw in enumerate(tree.get("source", []))),
        channels=_present(_read_channel(review, raw, number) for number, raw in enumerate(tree.get("channel", []))),
        subscriptions=_present(
            _read_subscription(review, raw, number) for number, raw in enumerate(tree.get("subscription", []))
        ),
    )


def _present(elements: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(element for element in elements if element is not None)


def _split(raw: Mapping[str, Any], subs: Iterable[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The element's own keys, and its sub-tables."""
    own = dict(raw)
    return own, {name: own.pop(name) for name in subs if name in own}


def _read_source(review: Review, raw: Mapping[str, Any], number: int) -> SourceTables | None:
    path: KeyPath = ("source", number)
    own, subs = _split(raw, [*SUB_TABLES["source"], "options"])
    known = len(review.findings)
    kind = own.get("kind", AUTO)
    model = None
    if check_name(review, kind, (*path, "kind"), (*kind_names(), AUTO), "source kind") and kind != AUTO:
        model = model_options(find_kind(kind).Options)
    keys = [info.alias or name for name, info in model.model_fields.items()] if model else []
    table = review.check(SourceTable, own, path, keys)
    options_table = _read_options(review, model, subs.pop("options", {}), path, kind)
    checked = {name: review.check(SUB_TABLES["source"][name], sub, (*path, name), keys) for name, sub in subs.items()}
    _check_selectors(review, checked.get("article"), (*path, "article"))
    if table is None or len(review.findings) > known:
        return None
    options = _make(review, find_kind(kind).Options, options_table, (*path, "options")) if options_table else None
    kept = {name: sub for name, sub in checked.items() if sub is not None}
    host = urlsplit(table.url).hostname or ""  # split here, where Python still has what the check of it split
    return SourceTables(number=number, table=table, host=host, subs=kept, options=options, options_table=options_table)


def _check_selectors(review: Review, table: Table | None, path: KeyPath) -> None:
    """Notes what is no CSS selector in ``[source.article]``."""
    if table is None:
        return
    from crawler.parser.lists import is_selector  # with all that reads pages; few sources name selectors

    for key, value in table.written().items():
        selectors = [((*path, key), value)]
        if isinstance(value, tuple):
            selectors = [((*path, key, number), each) for number, each in enumerate(value)]
        for where, selector in selectors:
            if selector and not is_selector(str(selector)):
                review.add(where, f"{spell(selector)} is no CSS selector", 'a selector such as "#zoom" "div.text p"')


def _read_options(review: Review, model: type[Table] | None, raw: object, path: KeyPath, kind: object) -> Table | None:
    if model is not None:
        return review.check(model, raw, (*path, "options"))
    if raw and kind == AUTO:
        review.add((*path, "options"), "has no meaning before the kind is known", hint='write kind = "…" first')
    return None


def _make(review: Review, options: type, table: Table, path: KeyPath) -> object:
    """The options as their owner wants them; what the owner refuses is noted at the key it names.

    Not where a value could not be read: that is told already, and its owner would refuse the gap it left.
    """
    if any(each[: len(path)] == path for each in review.document.unreadable):
        return None
    try:
        return make_options(options, table, review.document.folder)
    except ConfigError as error:
        problems = [problem.removeprefix("options.") for problem in error.problems]
    except (ValueError, TypeError) as error:
        problems = [str(error)]
    keys = {written_name(name) for name in type(table).model_fields}
    for problem in problems:
        word, _, rest = problem.partition(" ")
        key = word.removesuffix(":")
        told = review.conceal(rest if key in keys else problem, path)
        review.add((*path, key) if key in keys else path, told)
    return None


def _read_channel(review: Review, raw: Mapping[str, Any], number: int) -> ChannelTables | None:
    path: KeyPath = ("channel", number)
    known = len(review.findings)
    own = {key: raw[key] for key in ChannelTable.model_fields if key in raw}
    table = review.check(ChannelTable, own, path)
    kind = own.get("kind")
    if not check_name(review, kind, (*path, "kind"), channel_names(), "kind of channel") or not isinstance(kind, str):
        return None
    options = find_channel(kind).Options
    rest = {key: value for key, value in raw.items() if key not in own}
    options_table = review.check(model_options(options), rest, path, own)
    if table is None or options_table is None or len(review.findings) > known:
        return None
    made = _make(review, options, options_table, path)
    return ChannelTables(number=number, table=table, options=made, options_table=options_table)


def _read_subscription(review: Review, raw: Mapping[str, Any], number: int) -> SubscriptionTables | None:
    path: KeyPath = ("subscription", number)
    own, subs = _split(raw, SUB_TABLES["subscription"])
    table = review.check(SubscriptionTable, own, path)
    keywords = review.check(KeywordsTable, subs.get("keywords", {}), (*path, "keywords"))
    if table is None or keywords is None:
        return None
    return SubscriptionTables(number=number, table=table, keywords=keywords)


def check_top_level(review: Review) -> None:
    """Notes what stands outside of any known table."""
    for name, value in review.document.tree.items():
        if name in GLOBAL_TABLES or name in ARRAY_TABLES:
            continue
        if isinstance(value, dict) or (isinstance(value, list) and value and isinstance(value[0], dict)):
            nearest = find_nearest(name, [*GLOBAL_TABLES, *ARRAY_TABLES])
            brackets = f"[[{nearest}]]" if nearest in ARRAY_TABLES else f"[{nearest}]"
            review.add((name,), "is not a known table", hint=f"did you mean {brackets}?" if nearest else "")
        else:
            review.add((name,), "stands outside of any table", hint=suggest_key(name, (name,), ()))
