"""What is remembered between two checks: observations, revisions, articles and sources."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from crawler.model.articles import Article, Entry
from crawler.model.expectation import Expectation
from crawler.model.pulse import Pulse
from crawler.model.wire import Validators
from crawler.model.words import ArticleState, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One response, or the lack of one, as evidence. Chained per host by the store.

    ``sha256`` names the snapshot of the body, empty where there was none.
    """

    url: str
    fetched_at: datetime
    status: int | None
    verdict: Verdict
    sha256: str = ""
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    article_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """The uninterrupted observations of a missing article, oldest first."""

    observations: tuple[Observation, ...]
    removed_by: str | None = None

    @property
    def since(self) -> datetime:
        """When it was first seen to be gone."""
        return self.observations[0].fetched_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What ``looks`` looks in a row showed of an article in doubt.

    ``traces`` name the single places that differ from what is known: on a page that is never the same twice they are
    what stays, and of two editions of a page they tell what both have.
    """

    fingerprint: str
    seen_at: datetime
    traces: tuple[str, ...] = ()
    looks: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """An edit seen and not yet told: further looks must show the same.

    ``fingerprint`` is what the latest look showed, ``tries`` counts all looks since the first, ``glances`` are the last
    of them.
    """

    fingerprint: str
    first_seen_at: datetime
    tries: int = 1
    glances: tuple[Glance, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One known state of an article, numbered from 1, append-only.

    ``evidence`` is the observation of the bytes it was read from, None for a revision read from a listing whose
    bytes are not kept.
    """

    article_id: str
    number: int
    article: Article
    fingerprint: str
    seen_at: datetime
    evidence: Observation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileState:
    """What we remember of one attachment: its proof, and what to ask conditionally with.

    ``note`` says why the last look did not get its bytes; empty where it did.
    """

    url: str
    sha256: str
    fetched_at: datetime | None = None
    validators: Validators = field(default_factory=Validators)
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relative:
    """Another article that tells the same: word for word at another source, or in another language.

    ``copy_of`` and ``translation_of`` are its own, as in ``KnownArticle``.
    """

    id: str
    source_id: str
    url: str
    title: str = ""
    state: ArticleState = ArticleState.PRESENT
    changed_at: datetime
    fetched_at: datetime | None = None
    baseline: bool = False
    copy_of: str = ""
    translation_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hallmarks:
    """What an article can be found again by: hashes of some of its sentences and of its rarest figures, its day, and
    the languages that it is told in."""

    article_id: str
    day: date
    marks: tuple[int, ...]
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which articles are looked for: those of the days from ``first`` to ``last`` with at least ``least`` of ``marks``
    that are not of the source ``elsewhere`` and, where ``languages`` are given, may tell the same in another one.
    """

    marks: tuple[int, ...]
    first: date
    last: date
    least: int = 1
    elsewhere: str = ""
    languages: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Bearer:
    """An article that bears marks, and the number of its latest revision."""

    id: str
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownArticle:
    """What we know about an article without its text: its identity, its life, and when to look again.

    ``source_id`` owns it (it was seen there first); ``also_at`` are other sources that list it. ``keys`` are all
    identity keys it was ever seen under, strongest first. ``steps`` counts its changes and makes their ids
    deterministic. ``entry_fingerprint`` is what its listing last said of it. ``entry`` is that saying
    without its text: what only the listing tells stays known when the page is read alone. ``marks``
    are the publisher's announcements of updates as last seen, content changed or not. ``baseline`` is true for the
    articles of a source's first check. ``past`` are the fingerprints of its former revisions, the latest last, and
    ``wavers`` counts how often an edit was seen and gone again at the next look: nodes of a CDN disagree. ``reader`` is
    the version of the reader that its latest revision agrees with, 0 where that was not kept. ``copy_of`` is the
    article that it repeats word for word, ``translation_of`` the one that it tells in another language; ``relatives``
    are all that are tied to it so, whoever repeats or translates whom. The store adds them and never writes them back.
    """

    id: str
    source_id: str
    url: str
    keys: tuple[str, ...]
    state: ArticleState = ArticleState.PRESENT
    revision: int = 1
    fingerprint: str = ""
    title: str = ""
    first_seen_at: datetime
    changed_at: datetime
    fetched_at: datetime | None = None
    due_at: datetime | None = None
    validators: Validators = field(default_factory=Validators)
    body_sha256: str = ""
    entry_fingerprint: str = ""
    steps: int = 0
    baseline: bool = False
    absence: Absence | None = None
    suspicion: Suspicion | None = None
    files: tuple[FileState, ...] = ()
    entry: Entry | None = None
    marks: tuple[tuple[str, str], ...] = ()
    past: tuple[str, ...] = ()
    wavers: int = 0
    reader: int = 0
    also_at: tuple[str, ...] = ()
    copy_of: str = ""
    translation_of: str = ""
    relatives: tuple[Relative, ...] = ()

    @property
    def story(self) -> str:
        """The id of the article that it repeats, or its own: what all copies of one story have in common."""
        return self.copy_of or self.id

    @property
    def copies(self) -> tuple[Relative, ...]:
        """The other articles that say the same in the same words; the one they all repeat is among them."""
        return tuple(each for each in self.relatives if (each.copy_of or each.id) == self.story)

    @property
    def carried_at(self) -> tuple[str, ...]:
        """The other sources that carry it: at its own address, or as a copy that is still there."""
        copies = (each.source_id for each in self.copies if each.state is not ArticleState.REMOVED)
        return tuple(each for each in dict.fromkeys((*self.also_at, *copies)) if each != self.source_id)

    @property
    def translations(self) -> tuple[Relative, ...]:
        """The articles that tell it in another language."""
        return tuple(each for each in self.relatives if each.translation_of in (self.id, self.story))


def speak_apart(one: Collection[str], other: Collection[str]) -> bool:
    """Whether an article in these languages may tell the same as another one in those: one of them speaks another."""
    return any(left != right and (left not in other or right not in one) for left in one for right in other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """That an article was edited, or seen to be gone, lately: many of them within a day are one event of the source."""

    at: datetime
    article_id: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """A line that is the site's and not the article's, by its ``key``; how many articles shared it when last seen.

    ``hidden`` counts the differences that it kept from being told, ``hidden_at`` is when it last did. ``moves`` counts
    the lines that stood in its place one after the other: today's weather, a saying for the day.
    """

    key: str
    sample: str
    since: datetime
    seen_at: datetime
    articles: int
    moves: int = 0
    hidden: int = 0
    hidden_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortList:
    """That the listing has been much shorter than usual in the last ``checks``, with so many entries in the latest."""

    entries: int
    checks: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What the last checks of a source have shown, by which trouble is told from change.

    ``traces`` and ``looks`` (when, and how many known articles were read) reach back a day. ``unread`` counts the
    checks in a row in which the pages could not be read, ``fresh_ids`` those in which known posts came under ids never
    seen before; ``distrusts_ids``: they identify nothing. ``distrusts_tags``: its server called two bodies by one
    ETag or date, last at ``erred_at``, so it is asked without conditions for a while. ``quiet_after`` is how long this
    source never keeps silent. ``widened_at`` is when all articles were last looked at because some of them seemed to be
    part of a mass event. ``masks`` are what its articles share with each other. ``short`` is set while its listing is
    not what it was.
    """

    traces: tuple[Trace, ...] = ()
    looks: tuple[tuple[datetime, int], ...] = ()
    unread: int = 0
    fresh_ids: int = 0
    distrusts_ids: bool = False
    distrusts_tags: bool = False
    erred_at: datetime | None = None
    quiet_after: timedelta | None = None
    widened_at: datetime | None = None
    masks: tuple[Mask, ...] = ()
    short: ShortList | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What we remember of a source between two checks.

    ``kind`` is what an ``auto`` source turned out to be, ``expectation`` how its good article pages look.
    ``moves`` counts the checks since ``moved_at`` in which permanent redirects led from ``moved_from`` to ``moved_to``.
    """

    source_id: str
    address: str = ""
    validators: Validators = field(default_factory=Validators)
    body_sha256: str = ""
    checked_at: datetime | None = None
    well_at: datetime | None = None
    changed_at: datetime | None = None
    newest_at: datetime | None = None
    due_at: datetime | None = None
    baselined_at: datetime | None = None
    failures: int = 0
    verdict: Verdict | None = None
    reason: str = ""
    entry_count: int = 0
    checks: int = 0
    muted: bool = False
    kind: str = ""
    expectation: Expectation = field(default_factory=Expectation)
    moved_from: str = ""
    moved_to: str = ""
    moved_at: datetime | None = None
    moves: int = 0
    habits: Habits = Habits()
    pulse: Pulse = field(default_factory=Pulse)
