"""What an operator configures, with every setting already resolved: sources, policies, channels, subscriptions."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta

from crawler.model.words import STEPS


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchPolicy:
    """How the requests of one source are made (``[fetch]``, overridden by ``[source.fetch]``)."""

    user_agent: str = "Mozilla/5.0 (compatible; gazette/1.0; +https://example.org/contact)"
    timeout: timedelta = timedelta(seconds=20)
    max_bytes: int = 10 * 1024 * 1024
    host_concurrency: int = 1
    host_delay: timedelta = timedelta(seconds=1)
    respect_robots: bool = True
    allow_private_networks: bool = False
    private_hosts: tuple[str, ...] = ()
    proxy: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    encoding: str = ""
    tls: str = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHours:
    """A span of hours on some weekdays (Monday is 0): minutes after midnight, perhaps over midnight."""

    weekdays: tuple[int, ...]
    from_minute: int
    to_minute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulePolicy:
    """How often the listing is visited (``[schedule]``). ``pinned``: `every` was written on the source itself.

    ``hours`` are those in which the source posts, on its own clock. None: they are learned; empty: it always does.
    """

    every: timedelta = timedelta(minutes=30)
    min_every: timedelta = timedelta(minutes=5)
    max_every: timedelta = timedelta(hours=2)
    jitter: float = 0.1
    hours: tuple[WorkingHours, ...] | None = None
    pinned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecheckPolicy:
    """At which ages, counted from first sight, a known article is fetched again (``[recheck]``)."""

    ladder: tuple[timedelta, ...] = (
        timedelta(minutes=10),
        timedelta(hours=1),
        timedelta(hours=3),
        timedelta(hours=12),
        timedelta(days=1),
        timedelta(days=3),
        timedelta(days=7),
        timedelta(days=30),
    )
    then_every: timedelta = timedelta(days=30)
    stop_after: timedelta | None = timedelta(days=365)  # None: never


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalPolicy:
    """What it takes to call an article removed (``[removal]``)."""

    confirmations: int = 3
    min_span: timedelta = timedelta(hours=24)
    recheck: tuple[timedelta, ...] = (
        timedelta(minutes=10),
        timedelta(hours=2),
        timedelta(hours=12),
        timedelta(hours=24),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardPolicy:
    """When many changes of one source are one incident (``[guard]``). ``quiet_after`` None: learned."""

    mass_fraction: float = 0.3
    mass_minimum: int = 5
    quiet_after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRules:
    """CSS selectors for what the page reader would otherwise find by itself (``[source.article]``)."""

    title: str = ""
    body: str = ""
    published: str = ""
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One place that is watched, with every setting already resolved for it.

    ``options`` is an instance of the kind's own ``Options`` dataclass. ``attachments`` is ``list`` (names and
    addresses only), ``hash`` (their bytes are fetched and hashed) or ``text`` (their words are read, too).
    ``attachment_budget`` is how many bytes of files one article may cost, ``attachment_budget_per_check`` one check.
    """

    id: str
    kind: str
    url: str
    title: str = ""
    publisher: str = ""
    timezone: str = "UTC"
    language: str = ""
    tags: tuple[str, ...] = ()
    enabled: bool = True
    follow: bool = True
    attachments: str = "hash"
    attachment_budget: int = 20 * 1024 * 1024
    attachment_budget_per_check: int = 200 * 1024 * 1024
    options: object = None
    article: ArticleRules = field(default_factory=ArticleRules)
    fetch: FetchPolicy = field(default_factory=FetchPolicy)
    schedule: SchedulePolicy = field(default_factory=SchedulePolicy)
    recheck: RecheckPolicy = field(default_factory=RecheckPolicy)
    removal: RemovalPolicy = field(default_factory=RemovalPolicy)
    guard: GuardPolicy = field(default_factory=GuardPolicy)
    confirm_after: timedelta = timedelta(seconds=20)

    @property
    def address(self) -> str:
        """What makes this the same place as before: a source whose kind or URL changed starts a new baseline."""
        return hashlib.sha256(f"{self.kind} {self.url}".encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keywords:
    """Words that must, or must not, occur; matched on folded text, in any script."""

    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """``at_once``, ``hourly`` or ``daily`` at a local time of day (minutes after midnight)."""

    every: str = "at_once"
    at_minute: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Hours in which nothing is told: minutes after midnight on the subscriber's clock, perhaps over midnight."""

    from_minute: int
    to_minute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Who hears of what, through which channel, in which rhythm.

    ``changes`` holds values of ``ChangeKind``; ``missing`` only if named. ``quiet`` is when nothing is told.
    """

    name: str
    channel: str
    sources: tuple[str, ...] = ("*",)
    tags: tuple[str, ...] = ()
    changes: frozenset[str] = frozenset(kind.value for kind in STEPS)
    keywords: Keywords = field(default_factory=Keywords)
    min_significance: float = 0.0
    published_within: timedelta | None = None
    rhythm: Rhythm = field(default_factory=Rhythm)
    gather: timedelta = timedelta(minutes=2)
    max_per_hour: int = 0
    when_empty: str = "skip"
    timezone: str = "UTC"
    language: str = "en"
    incidents: bool = False
    coverage: str = ""
    quiet: Quiet | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelConfig:
    """A way out, as configured. ``options`` is an instance of the channel's own ``Options`` dataclass."""

    name: str
    kind: str
    options: object = None
