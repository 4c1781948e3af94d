"""What is promised to subscribers, and the outcome of a check that holds it all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crawler.model.changes import Change, Incident
from crawler.model.configuration import Subscription
from crawler.model.memory import Hallmarks, KnownArticle, Observation, Revision, SourceState
from crawler.model.words import DeliveryState


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One change (or one telling of an incident) that one subscription shall hear, through one channel.

    Promises with the same ``window`` are told in one message while it is still open. ``window`` is unique per
    event for channels that take one change a message, ``burst`` for gathered mail, ``digest:<instant>`` for digests.
    ``later`` is where it goes instead when the digest of its window is on its way already.
    """

    subscription: str
    channel: str
    event_id: str
    window: str
    due_at: datetime
    later: tuple[str, datetime] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The promise to tell one channel of some changes; kept until sent or dead-lettered.

    ``payload`` is the rendered message, frozen before the first attempt: every retry sends the same bytes under
    the same id.
    """

    id: str
    subscription: str
    channel: str
    window: str
    state: DeliveryState
    due_at: datetime
    created_at: datetime
    attempts: int = 0
    event_ids: tuple[str, ...] = ()
    payload: bytes | None = None
    lease: str = ""
    last_error: str = ""
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a channel renders: the events of one delivery, in the order they were committed.

    ``created_at`` is the decision clock's instant of the first event; ``kind`` is ``change`` (exactly one event),
    ``burst``, ``digest``, ``test``, ``welcome``, ``coverage`` or ``empty`` (a digest without a change); the last three
    tell no event but ``lines``.
    """

    delivery_id: str
    subscription: Subscription
    kind: str
    created_at: datetime
    changes: tuple[Change, ...] = ()
    incidents: tuple[Incident, ...] = ()
    public_url: str = ""
    lines: tuple[str, ...] = ()
    unsubscribe_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldChange:
    """A change for which its incident stands: kept until somebody says that it is real, or noise.

    ``text`` is what keywords are matched in, as for any change.
    """

    incident_id: str
    change: Change
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What an operator decided of an incident: ``real`` or ``noise``, and how many changes it was about."""

    incident_id: str
    word: str
    ruled_at: datetime
    changes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Everything one check wants written, in one transaction.

    ``signs`` (of kind ``missing``) are told to whoever asked for them; they are no changes and have no ``seq``.
    ``held`` are the changes for which one of ``incidents`` stands. ``window`` are the keys of what the listing names
    now, in its order; None leaves what is remembered of it as it is. ``hallmarks`` are what new articles are found
    again by. ``translations`` are articles that turned out to tell another one in their language: their id, and its id.
    """

    source_id: str
    state: SourceState
    observations: tuple[Observation, ...] = ()
    articles: tuple[KnownArticle, ...] = ()
    revisions: tuple[Revision, ...] = ()
    changes: tuple[Change, ...] = ()
    signs: tuple[Change, ...] = ()
    incidents: tuple[Incident, ...] = ()
    promises: tuple[Promise, ...] = ()
    held: tuple[HeldChange, ...] = ()
    window: tuple[str, ...] | None = None
    hallmarks: tuple[Hallmarks, ...] = ()
    translations: tuple[tuple[str, str], ...] = ()
