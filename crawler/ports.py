"""What the core needs from the world, as protocols. Each has one contract suite in ``tests/contract``.

Kinds and channels are modules: the folder is their registry and the file's name is the word in the configuration.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from crawler.model import (
    Bearer,
    Change,
    Delivery,
    Entry,
    Fetched,
    FileText,
    Incident,
    KnownArticle,
    Listing,
    Notice,
    Outcome,
    Request,
    Response,
    Revision,
    Sought,
    Source,
    SourceState,
)


class Clock(Protocol):
    """The clock of everything that is decided (``--as-of`` replaces it); pauses on the wire keep the real one."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
        ...


class Fetcher(Protocol):
    """The only door to the network for sources. Polite, guarded, bounded in time and size; never raises."""

    async def fetch(self, request: Request, source: Source) -> Response:
        """Performs ``request`` under the source's fetch policy: redirects, robots, pauses and limits included."""
        ...


class FileReader(Protocol):
    """Reads the text of files that strangers made: bounded in time and memory, apart from the rest. Never raises."""

    async def read(self, body: bytes, *, names: Sequence[str] = (), media_type: str = "") -> FileText:
        """The text of a file, or in words why there is none. ``names`` are what it is called, the best name first."""
        ...


class Measures(NamedTuple):
    """Measures of a daemon in a text format of Prometheus, and that format's media type."""

    body: bytes
    media_type: str


class Kind(Protocol):
    """A source kind: pure, says what to request and turns bytes into facts. One module in ``parser/kinds``."""

    Options: type

    def request_listing(self, source: Source, state: SourceState | None) -> Request:
        """The first request of a check. ``state`` allows asking only for what is newer, where the site can."""
        ...

    def parse_listing(self, source: Source, fetched: Fetched) -> Listing:
        """The entries of one response, in the order of the page. Raises ``ParseError``."""
        ...

    def request_article(self, source: Source, entry: Entry) -> Request | None:
        """How to get the entry's own page, or None where the listing already holds the article."""
        ...


class Channel(Protocol):
    """A way out: one module in ``notifier/channels``. ``BATCHES``: one message may hold several changes."""

    Options: type
    BATCHES: bool

    def render(self, notice: Notice, options: object) -> bytes:
        """The message as the exact bytes to send, on every try. Pure."""
        ...

    async def send(self, payload: bytes, delivery: Delivery, options: object) -> None:
        """Hands the bytes over. Raises a ``DeliveryError``; returning means the receiver took responsibility."""
        ...


class Store(Protocol):
    """What is remembered. Synchronous; used from one thread at a time. Raises ``StoreError``."""

    # -- a check reads --
    def source_states(self, source_ids: Iterable[str]) -> dict[str, SourceState]:
        """The states of those sources that were ever checked."""
        ...

    def find_articles(self, keys: Iterable[str]) -> dict[str, KnownArticle]:
        """Key to article, for those keys that are known."""
        ...

    def due_articles(self, source_id: str, *, now: datetime | None, limit: int) -> list[KnownArticle]:
        """Articles the source owns that are due at ``now`` (None: all of them), longest overdue first."""
        ...

    def listing_window(self, source_id: str) -> tuple[str, ...]:
        """The keys of what the source's listing named when it was last read well, in its order."""
        ...

    def find_twins(self, source_id: str, fingerprints: Iterable[str]) -> list[KnownArticle]:
        """Articles the source owns that say exactly the same as one of ``fingerprints``; the newest 100."""
        ...

    def find_alike(self, sought: Sequence[Sought], *, limit: int) -> list[list[Bearer]]:
        """For each question the ``limit`` articles that bear the most of its marks, those with the most first.

        Removed articles are left out. Marks that many articles bear do not count: what is asked costs the same, however
        many articles there are.
        """
        ...

    def load_articles(self, ids: Iterable[str]) -> list[KnownArticle]:
        """The articles of those ids, in no order."""
        ...

    def latest_revision(self, article_id: str) -> Revision | None:
        """The newest revision with its full text."""
        ...

    def revision_of(self, article_id: str, number: int) -> Revision | None:
        """One revision with its full text."""
        ...

    def owners_of_due_articles(self, source_ids: Iterable[str], *, now: datetime) -> list[str]:
        """Which of these sources, all checked before, own an article that is due at ``now``."""
        ...

    def open_incidents_of(self, source_ids: Iterable[str]) -> list[Incident]:
        """The incidents of these sources that have not closed, oldest first."""
        ...

    # -- a check writes --
    def commit(self, outcomes: Sequence[Outcome]) -> list[Change]:
        """Writes whole checks in one transaction and returns their changes with ``seq``, in commit order.

        Committing the same outcome twice equals committing it once: changes, revisions and promises are known by id.
        """
        ...

    # -- the outbox --
    def lease_deliveries(
        self,
        *,
        now: datetime,
        lease_until: datetime,
        limit: int,
        close_bursts: bool,
        real_now: datetime | None = None,
        limits: Mapping[str, int] | None = None,
    ) -> list[Delivery]:
        """Claims due deliveries, and those whose lease ran out. ``close_bursts`` counts open bursts as due.

        ``now``, of the clock of decisions, closes bursts and digests; ``real_now`` (None: the same) ends leases and
        brings on retries. What was due the moment it was promised is due by any clock. ``limits`` are the messages an
        hour of subscriptions that have a limit: what finds no place waits, and is folded into one message.
        """
        ...

    def events(self, delivery: Delivery) -> tuple[tuple[Change, ...], tuple[Incident, ...]]:
        """The changes (by seq) and tellings of incidents that the delivery promises."""
        ...

    def freeze_payload(self, delivery: Delivery, payload: bytes) -> Delivery:
        """Fixes the bytes of a delivery, once; afterwards nothing joins it. Returns it with the payload that holds."""
        ...

    def acknowledge(self, delivery: Delivery, *, sent_at: datetime) -> None:
        """Marks as sent, if the lease is still ours."""
        ...

    def postpone(self, delivery: Delivery, *, due_at: datetime, error: str, rest: bytes | None = None) -> None:
        """Back to pending after a failed attempt, if the lease is still ours; ``rest`` replaces the fixed bytes."""
        ...

    def bury(self, delivery: Delivery, *, error: str, rest: bytes | None = None) -> None:
        """Makes it a dead letter, if the lease is still ours; ``rest`` replaces the fixed bytes."""
        ...


class Snapshots(Protocol):
    """Raw bodies by SHA-256, stored once. Written before the transaction that refers to them."""

    def put(self, bodies: Sequence[bytes]) -> list[str]:
        """Stores bodies durably and returns their SHA-256 names; storing again is free."""
        ...

    def get(self, sha256: str) -> bytes:
        """The body of that name, verified. Raises ``SnapshotLost``, ``SnapshotGone`` where it is not there."""
        ...

    def sizes(self) -> Iterator[tuple[str, int]]:
        """The names of all bodies, with the bytes that each takes up, in any order."""
        ...

    def remove(self, names: Iterable[str]) -> int:
        """Forgets bodies (retention); returns how many were there."""
        ...
