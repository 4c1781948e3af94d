"""The tables of the configuration, one model each: which keys they have, of which form, and what they are for.

The models check one table on its own. What depends on several tables (precedence, names that must exist) is
decided in ``resolve`` and ``checks``. Sub-tables such as ``[source.fetch]`` have models of their own.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from crawler.model import (
    STEPS,
    FetchPolicy,
    GuardPolicy,
    RecheckPolicy,
    RemovalPolicy,
    SchedulePolicy,
    Source,
    Subscription,
)
from crawler.settings.forms import (
    AnyAge,
    AutoOrNever,
    Duration,
    Forever,
    Form,
    Never,
    NotTruth,
    Pause,
    Size,
    SizeOrNone,
    Timezone,
    WebAddress,
)
from crawler.settings.phrases import (
    read_coverage,
    read_encoding,
    read_header_table,
    read_hours,
    read_private_host,
    read_proxy,
    read_quiet_hours,
    read_rhythm,
    read_source_id,
    read_storage_url,
)

_FETCH, _SCHEDULE, _RECHECK = FetchPolicy(), SchedulePolicy(), RecheckPolicy()
_REMOVAL, _GUARD = RemovalPolicy(), GuardPolicy()
_SOURCE, _SUBSCRIPTION = Source(id="", kind="", url=""), Subscription(name="", channel="")

Share = Annotated[float, Field(ge=0, le=1), NotTruth, Form("a number from 0 to 1")]
Count = Annotated[int, Field(ge=1), NotTruth, Form("a whole number from 1 upwards")]
Paces = Literal["breaking", "normal", "slow"]
Texts = tuple[str, ...]
ProxyAddress = Annotated[str, BeforeValidator(read_proxy), Form('"" or an address with http:// https:// or socks5h://')]

PrivateHost = Annotated[
    str, BeforeValidator(read_private_host), Form('a host or network such as "rsshub:1200" "192.168.1.0/24"')
]
Headers = Annotated[
    dict[str, str], BeforeValidator(read_header_table), Form('a table such as { Accept-Language = "zh" }')
]
Encoding = Annotated[str, BeforeValidator(read_encoding), Form('"" or a name such as "gb18030" "shift_jis"')]
Hours = Annotated[
    str, BeforeValidator(read_hours), Form('"auto", "always", or hours such as "mon-fri 08:00-19:00, sat 09:00-12:00"')
]


class Table(BaseModel):
    """What all tables have in common: unknown keys are refused, values are fixed."""

    # Most tables are never written, and are then never checked: each is made ready when it first is.
    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=(), defer_build=True)

    def written(self) -> dict[str, object]:
        """The keys that were written, with their values."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class StorageTable(Table):
    """Where Gazette keeps what it knows."""

    url: Annotated[
        str,
        BeforeValidator(read_storage_url),
        Form('"sqlite:///path/to/file.db" or "postgresql+psycopg://user@host/name"'),
    ] = Field("sqlite:///../data/gazette.db", description="The database; a relative path starts at this folder.")
    snapshots: Annotated[str, Field(min_length=1), Form('a folder, or "db"')] = Field(
        "../data/snapshots",
        description='The folder for raw bodies, relative to this one; "db" keeps them in the database.',
    )


class FetchTable(Table):
    """How pages are requested."""

    user_agent: Annotated[str, Field(pattern=r"^[\x20-\x7e]+$"), Form("text of plain ASCII characters")] = Field(
        _FETCH.user_agent,
        description="How Gazette introduces itself; put an address of yours in it.",
    )
    timeout: Pause = Field(_FETCH.timeout, description="For a whole request, redirects and body included.")
    max_bytes: Size = Field(_FETCH.max_bytes, description="Largest body, after decompression.")
    concurrency: Count = Field(64, description="Requests in flight over all hosts.")
    host_concurrency: Count = Field(
        _FETCH.host_concurrency,
        description="Requests in flight to one host (name and port); Crawl-delay and Retry-After always win.",
    )
    host_delay: Duration = Field(_FETCH.host_delay, description="Between two requests to one host.")
    respect_robots: bool = Field(_FETCH.respect_robots, description="Obey robots.txt, its Crawl-delay included.")
    allow_private_networks: bool = Field(
        _FETCH.allow_private_networks,
        description="Let sources lead to loopback, private, link-local and metadata addresses.",
    )
    private_hosts: tuple[PrivateHost, ...] = Field(
        _FETCH.private_hosts,
        description='Exceptions to that guard: "rsshub:1200", "192.168.1.0/24"; without a port, all ports.',
    )
    proxy: ProxyAddress = Field(_FETCH.proxy, description="Environment proxies are not used.")


class SourceFetchTable(FetchTable):
    """Any key of ``[fetch]``, for this source only, and what only a source can have."""

    headers: Headers = Field({}, description="Further request headers.")
    encoding: Encoding = Field(
        _FETCH.encoding, description="The character encoding, where the site declares a wrong one."
    )
    tls: Literal["default", "legacy"] = Field(
        "default", description='"legacy" accepts the outdated TLS that some old sites still speak.'
    )


class ScheduleTable(Table):
    """How often the listings are visited. ``pace`` sets the others together."""

    pace: Paces = Field("normal", description="Presets for the keys below and for the recheck ladder.")
    every: Pause = Field(
        _SCHEDULE.every,
        description="Where a source starts; then adaptive. Written on a source it means: never rarer than this.",
    )
    min_every: Pause = Field(_SCHEDULE.min_every, description="Never more often than this.")
    max_every: Pause = Field(_SCHEDULE.max_every, description="Never rarer than this.")
    jitter: Share = Field(_SCHEDULE.jitter, description="The share by which a pause varies at random.")
    hours: Hours = Field(
        "auto",
        description='When it posts, on the clock of its timezone; outside it is visited rarely. "auto" learns it.',
    )
    heartbeat_url: Annotated[str, Form('"" or an address that begins with http:// or https://')] = Field(
        "",
        pattern=r"^(https?://\S+)?$",
        description="The daemon calls it every minute while all goes well, so that somebody notices when it stops.",
    )


class MetricsTable(Table):
    """Measures of the daemon for Prometheus."""

    file: Annotated[str, Form('"" or the path of a file that ends in ".prom"')] = Field(
        "", description="Written every ten seconds for the node exporter's textfile collector; relative to this folder."
    )
    web: bool = Field(False, description="The same at /metrics of the daemon's dashboard; with its password.")


class RecheckTable(Table):
    """At which ages a known article is fetched again."""

    ladder: tuple[Duration, ...] = Field(_RECHECK.ladder, description="Ages, counted from first sight.")
    then_every: Pause = Field(_RECHECK.then_every, description="The pause after the last rung.")
    stop_after: Never = Field(_RECHECK.stop_after, description="Counted from first sight or the last change.")


class ConfirmTable(Table):
    """How an edit is confirmed before it is told. New posts never wait."""

    after: Duration = Field(
        _SOURCE.confirm_after, description='The page is fetched a second time after this; "0s" tells at once.'
    )


class RemovalTable(Table):
    """What it takes to call an article removed."""

    confirmations: Count = Field(_REMOVAL.confirmations, description="Separate checks that found it gone.")
    min_span: Duration = Field(_REMOVAL.min_span, description="Between the first and the last of them.")
    recheck: tuple[Duration, ...] = Field(
        _REMOVAL.recheck, description="A missing article leaves the ladder for these ages."
    )


class GuardTable(Table):
    """When many changes of one source are one incident."""

    mass_fraction: Share = Field(
        _GUARD.mass_fraction, description="The share of a source's re-read articles that change or vanish in one check."
    )
    mass_minimum: Count = Field(_GUARD.mass_minimum, description="And at least so many.")
    quiet_after: AutoOrNever = Field(
        _GUARD.quiet_after, description='No new post for so long is an incident; "auto" learns the source\'s habit.'
    )


class WebTable(Table):
    """The dashboard."""

    listen: Annotated[str, Field(min_length=1), Form('an address of this machine such as "127.0.0.1" "0.0.0.0"')] = (
        Field("127.0.0.1", description="Any address but loopback needs a password.")
    )
    port: Annotated[int, Field(ge=0, le=65535), NotTruth, Form("a port number from 0 to 65535")] = Field(
        8500, description="0 takes any free port."
    )
    password: str = Field("", description='Best given as "file:…" or "env:…".')
    public_url: Annotated[str, Form('"" or an address that begins with http:// or https://')] = Field(
        "", pattern=r"^(https?://\S+)?$", description="For links in mails and records, and for unsubscribing."
    )


class RetentionTable(Table):
    """How long what was seen is kept. The chain of observations is never broken."""

    snapshots: Forever = Field(None, description="Raw bodies of pages.")
    changes: Forever = Field(None, description="Changes and their texts.")
    max_size: SizeOrNone = Field(None, description="Of all snapshots together.")


class LogTable(Table):
    """What is written to stderr."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least that is written.")
    format: Literal["auto", "console", "json"] = Field("auto", description='"auto": console on a terminal, else json.')


class SourceTable(Table):
    """One place that is watched."""

    id: Annotated[str, BeforeValidator(read_source_id), Form("a-z, 0-9 and hyphens")] = Field(
        description="Unique and stable: records and subscriptions refer to it."
    )
    title: str = Field(_SOURCE.title, description="For people.")
    kind: str = Field("auto", description='What the address leads to; "auto" finds out once.')
    url: WebAddress = Field(description="The feed, list page or site.")
    publisher: str = Field(_SOURCE.publisher, description="Where the pages do not name one.")
    timezone: Timezone = Field("", description="Where its dates are at home; by default from the address, else UTC.")
    language: Annotated[
        str, Field(pattern=r"^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$"), Form('a tag such as "zh" "en"')
    ] = Field(_SOURCE.language, description="Where the pages do not tell.")
    tags: Texts = Field(_SOURCE.tags, description="For subscriptions and filters.")
    enabled: bool = Field(_SOURCE.enabled, description="false: it is not visited.")
    follow: bool = Field(
        _SOURCE.follow, description="false: the listing's own text is the article, its pages are not fetched."
    )
    attachments: Literal["list", "hash", "text"] = Field(
        "hash", description="list: names and addresses; hash: their bytes too; text: the words of PDF and DOCX too."
    )
    attachment_budget: Size = Field(
        _SOURCE.attachment_budget,
        description="Bytes of files fetched for one article; beyond it files are listed and not hashed.",
    )
    attachment_budget_per_check: Size = Field(
        _SOURCE.attachment_budget_per_check, description="The same for all articles of one check together."
    )
    pace: Paces = Field("normal", description="As in [schedule], for this source.")
    every: Pause = Field(_SCHEDULE.every, description="Never rarer than this.")
    min_every: Pause = Field(_SCHEDULE.min_every, description="As in [schedule].")
    max_every: Pause = Field(_SCHEDULE.max_every, description="As in [schedule].")
    jitter: Share = Field(_SCHEDULE.jitter, description="As in [schedule].")
    hours: Hours = Field("auto", description="As in [schedule]; outside them `every` does not bind.")


class ArticleTable(Table):
    """CSS selectors for what the page reader would otherwise find by itself."""

    title: str = Field("", description="The headline.")
    body: str = Field("", description="The element that holds the text.")
    published: str = Field("", description="The element that holds the date.")
    ignore: Texts = Field((), description="Elements inside the text that are none of it.")


class ChannelTable(Table):
    """A way out. The keys beside these two are those of its kind."""

    name: str = Field(min_length=1, description="Unique: subscriptions refer to it.")
    kind: str = Field(description="How messages leave.")


class KeywordsTable(Table):
    """Words in title or text; in the changed text of an edit."""

    any: Texts = Field((), description="At least one of them.")
    all: Texts = Field((), description="Every one of them.")
    none: Texts = Field((), description="Not one of them.")


class SubscriptionTable(Table):
    """Who hears of what, through which channel, in which rhythm."""

    name: str = Field(min_length=1, description="Unique.")
    channel: str = Field(description="The name of a [[channel]].")
    sources: Texts = Field(_SUBSCRIPTION.sources, description='Ids, or patterns such as "zq-*".')
    tags: Texts = Field((), description="Only sources that carry one of them.")
    changes: tuple[Literal["new", "edited", "removed", "restored", "moved", "missing"], ...] = Field(
        tuple(kind.value for kind in STEPS),
        description="missing, the first credible sign that an article is gone, only if named.",
    )
    min_significance: Share = Field(_SUBSCRIPTION.min_significance, description="For edits.")
    published_within: AnyAge = Field(None, description="Leaves out old notices that are listed again.")
    rhythm: Annotated[
        str,
        BeforeValidator(read_rhythm),
        Form('"at_once", "hourly" or "daily 08:00"'),
    ] = Field("at_once", description="The times of digests are those of timezone.")
    gather: Duration = Field(
        _SUBSCRIPTION.gather, description="Mail and chat at_once: one message for a burst; webhook and file never wait."
    )
    max_per_hour: Annotated[int, Field(ge=0), NotTruth, Form("a whole number, 0 for no limit")] = Field(
        0, description="More are folded into one message, never dropped."
    )
    quiet_hours: Annotated[str, BeforeValidator(read_quiet_hours), Form('"" or hours such as "22:00-07:00"')] = Field(
        "", description="When nothing is told, on the clock of timezone; it is held, and told together afterwards."
    )
    when_empty: Literal["skip", "send"] = Field("skip", description='Digests: "send" proves that nothing changed.')
    timezone: Timezone = Field(_SUBSCRIPTION.timezone, description="Of digests and of times in messages.")
    language: Literal["en", "zh", "ja"] = Field("en", description="Of labels and summaries.")
    incidents: bool = Field(False, description="Hear of trouble with sources, too.")
    coverage: Annotated[str, BeforeValidator(read_coverage), Form('"" or "weekly mon 09:00" or "daily 09:00"')] = Field(
        "", description="A sign of life: what was checked, gaps and why, changes."
    )


#: ``[name]``: the tables that stand once.
GLOBAL_TABLES: dict[str, type[Table]] = {
    "storage": StorageTable,
    "fetch": FetchTable,
    "schedule": ScheduleTable,
    "recheck": RecheckTable,
    "confirm": ConfirmTable,
    "removal": RemovalTable,
    "guard": GuardTable,
    "web": WebTable,
    "retention": RetentionTable,
    "log": LogTable,
    "metrics": MetricsTable,
}
#: ``[[name]]``: the tables that stand any number of times.
ARRAY_TABLES: dict[str, type[Table]] = {
    "source": SourceTable,
    "channel": ChannelTable,
    "subscription": SubscriptionTable,
}
#: Tables inside those, by the array they stand in. ``[source.options]`` is the kind's own.
SUB_TABLES: dict[str, dict[str, type[Table]]] = {
    "source": {
        "article": ArticleTable,
        "fetch": SourceFetchTable,
        "recheck": RecheckTable,
        "confirm": ConfirmTable,
        "removal": RemovalTable,
        "guard": GuardTable,
    },
    "channel": {},
    "subscription": {"keywords": KeywordsTable},
}
