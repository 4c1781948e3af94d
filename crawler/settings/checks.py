"""What depends on several tables: values that must fit together, names that must exist once, silent gaps."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from datetime import timedelta
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from crawler.model import Source
from crawler.notifier.routing import lies_in
from crawler.settings.lines import KeyPath
from crawler.settings.phrases import parse_quiet_hours, parse_rhythm
from crawler.settings.resolve import (
    ChannelTables,
    Layer,
    Policies,
    SourceTables,
    SubscriptionTables,
    Tables,
    find_layer,
    key_path,
)
from crawler.settings.review import Review, check_name
from crawler.settings.secrets import mask_address
from crawler.settings.tables import MetricsTable, WebTable
from crawler.settings.units import spell_duration

#: Endings that lead nowhere on the public web (RFC 2606, RFC 6762).
_PRIVATE_NAMES = (
    *(".localhost", ".local", ".internal", ".test", ".example", ".invalid"),
    *(".example.com", ".example.net", ".example.org"),
)
#: The order in which the three pauses of a schedule must stand.
_ORDERED = (("every", "min_every"), ("max_every", "min_every"), ("max_every", "every"))


def check_schedule(review: Review, layers: tuple[Layer, ...], policies: Policies) -> None:
    """Notes pauses that contradict each other, with both values and where they come from."""
    values = {key: getattr(policies.schedule, key) for key in ("every", "min_every", "max_every")}
    for larger, smaller in _ORDERED:
        if values[larger] >= values[smaller]:
            continue
        path = _path_of(layers, "schedule", larger, smaller)
        review.add(
            path,
            f"{larger} {spell_duration(values[larger])} is below {smaller} {spell_duration(values[smaller])}"
            f" ({_origin(review, layers, 'schedule', smaller)})",
            f"{smaller} <= {larger}",
            'lower min_every beside it, or choose pace = "breaking"' if larger == "every" else "",
        )
        return


def check_ladders(review: Review, layers: tuple[Layer, ...], policies: Policies) -> None:
    """Notes ages that do not rise."""
    ladders = (("recheck", "ladder", policies.recheck.ladder), ("removal", "recheck", policies.removal.recheck))
    for section, key, ages in ladders:
        if any(later <= earlier for earlier, later in zip((timedelta(0), *ages), ages, strict=False)):
            review.add(
                _path_of(layers, section, key), "the ages do not rise", 'rising ages such as ["10m", "1h", "1d"]'
            )


def _path_of(layers: tuple[Layer, ...], section: str, *keys: str) -> KeyPath:
    """Where the strongest of the keys is written."""
    found = [
        (layers.index(layer), key_path(layer, section, key))
        for key in keys
        if (layer := find_layer(layers, section, key))
    ]
    return max(found, key=lambda item: item[0])[1]


def _origin(review: Review, layers: tuple[Layer, ...], section: str, key: str) -> str:
    layer = find_layer(layers, section, key)
    return layer.name if layer.base is None else review.document.place(key_path(layer, section, key))


def check_unique(review: Review, names: Iterable[tuple[str, KeyPath]]) -> None:
    """Notes names that are taken, with both places."""
    first: dict[str, KeyPath] = {}
    for name, path in names:
        if name in first:
            review.add(path, f'"{name}" is taken', hint=f"the other one is at {review.document.place(first[name])}")
        else:
            first[name] = path


def check_names(review: Review) -> None:
    """Notes sources, channels and subscriptions that share a name."""
    for array, key in (("source", "id"), ("channel", "name"), ("subscription", "name")):
        elements = enumerate(review.document.tree.get(array, []))
        check_unique(review, ((str(raw[key]), (array, number, key)) for number, raw in elements if key in raw))


def check_subscriptions(review: Review, tables: Tables) -> None:
    """Notes channels that do not exist; warns of patterns without a source and of what nobody hears."""
    tree = review.document.tree
    channels = [str(raw.get("name", "")) for raw in tree.get("channel", [])]
    for number, raw in enumerate(tree.get("subscription", [])):
        path = ("subscription", number, "channel")
        check_name(review, raw.get("channel"), path, channels, "channel that is configured")
    ids = [str(raw.get("id", "")) for raw in tree.get("source", [])]
    tags = {tag for source in tables.sources for tag in source.table.tags}
    for each in tables.subscriptions:
        review.warnings += _warn_of_patterns(review, each, ids)
        review.warnings += [
            f"{_place(review, each)}: subscription {each.table.name}: no source carries the tag {tag!r}"
            for tag in each.table.tags
            if tag not in tags
        ]
        review.warnings += _warn_of_quiet_digest(review, each)
    review.warnings += _warn_of_silence(tables.channels, tables.subscriptions)
    review.warnings += _warn_of_unsigned(tables.channels)


def _place(review: Review, each: SubscriptionTables) -> str:
    return review.document.place(("subscription", each.number, "sources"))


def _warn_of_patterns(review: Review, each: SubscriptionTables, ids: Sequence[str]) -> list[str]:
    named = [pattern for pattern in each.table.sources if pattern != "*"]  # whatever there is, be it nothing yet
    unmatched = [pattern for pattern in named if not any(fnmatchcase(name, pattern) for name in ids)]
    return [
        f"{_place(review, each)}: subscription {each.table.name}: {pattern!r} matches no source"
        for pattern in unmatched
    ]


def _warn_of_quiet_digest(review: Review, each: SubscriptionTables) -> list[str]:
    """A digest at an hour at which nothing is told comes when the quiet hours are over."""
    quiet, rhythm = parse_quiet_hours(each.table.quiet_hours), parse_rhythm(each.table.rhythm)
    if quiet is None or rhythm.every != "daily" or not lies_in(quiet, rhythm.at_minute):
        return []
    told = f"the digest falls into its quiet hours; it comes at {each.table.quiet_hours[-5:]}"
    return [f"{_place(review, each)}: subscription {each.table.name}: {told}"]


def _warn_of_silence(channels: Sequence[ChannelTables], subscriptions: Sequence[SubscriptionTables]) -> list[str]:
    used = {each.table.channel for each in subscriptions}
    warnings = [
        f"channel {each.table.name}: no subscription uses it" for each in channels if each.table.name not in used
    ]
    if not subscriptions:
        warnings.append("there is no [[subscription]]: changes are recorded, and nobody is told")
    elif not any(each.table.incidents for each in subscriptions):
        warnings.append("no subscription has incidents = true: nobody hears when a source is in trouble")
    return warnings


def _warn_of_unsigned(channels: Sequence[ChannelTables]) -> list[str]:
    return [
        f"channel {each.table.name}: no secret: its messages are not signed"
        for each in channels
        if each.table.kind == "webhook" and not getattr(each.options, "secret", "")
    ]


def check_web(review: Review, web: WebTable) -> None:
    """Notes a dashboard that would be open to strangers."""
    if not _is_loopback(web.listen) and not web.password:
        review.add(
            ("web", "listen"),
            f'"{web.listen}" can be reached from other machines and there is no password',
            '"127.0.0.1", or a password beside it',
            'write password = "file:…" or "env:…"',
        )
    elif web.public_url and not web.password and not _is_loopback(urlsplit(web.public_url).hostname or ""):
        review.warnings.append(
            f"{review.document.place(('web', 'public_url'))}: public_url without a password: whoever reaches "
            f"{mask_address(web.public_url)} through a proxy is let in, unless the proxy itself asks who comes; "
            'write password = "file:…" beside it'
        )


def warn_of_metrics(review: Review, metrics: MetricsTable) -> None:
    """Warns of a file of measures that nobody would read: the textfile collector passes over every other name."""
    if metrics.file and not metrics.file.endswith(".prom"):
        place = review.document.place(("metrics", "file"))
        review.warnings.append(
            f"{place}: file does not end in .prom: the node exporter's textfile collector reads no other files"
        )


def _is_loopback(address: str) -> bool:
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False


def warn_of_contact(review: Review, sources: Sequence[Source], hosts: Sequence[str]) -> None:
    """Warns where the operators of sites, the sources' ``hosts``, are told to write to ``example.org``, to nobody."""
    shy = [
        host
        for source, host in zip(sources, hosts, strict=True)
        if source.enabled and "example.org" in source.fetch.user_agent
    ]
    at_home = {host for host in set(shy) if is_private_name(host)}
    away = [host for host in shy if host not in at_home]
    if away:
        review.warnings.append(
            f"{review.document.place(('fetch', 'user_agent'))}: user_agent says example.org, where nobody can be "
            f"reached: put an address of yours into it, for the operators of {_count(len(away), 'source')}"
        )


def is_private_name(host: str) -> bool:
    """Whether a host is of this machine or this network, or one of the names that are kept for examples (RFC 2606)."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        name = f".{host.rstrip('.').lower()}"
    return name.endswith(_PRIVATE_NAMES) or name.count(".") < 2


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def warn_of_sources(review: Review, sources: Sequence[SourceTables]) -> None:
    """Warns of settings on sources that have no effect."""
    if not review.document.tree.get("source"):
        review.warnings.append("there is no [[source]]: nothing is watched")
    elif sources and not any(source.table.enabled for source in sources):
        review.warnings.append("every source is switched off (enabled = false): nothing is watched")
    for source in sources:
        fetch = source.subs.get("fetch")
        if fetch is not None and "concurrency" in fetch.model_fields_set:
            place = review.document.place(("source", source.number, "fetch", "concurrency"))
            review.warnings.append(
                f"{place}: source {source.table.id}: concurrency counts over all hosts and has no effect on one source;"
                " host_concurrency has"
            )
