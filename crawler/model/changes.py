"""What changed: changes with their facts, hunks and evidence, and incidents of sources."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from crawler.model.articles import Attachment
from crawler.model.memory import Observation
from crawler.model.words import (
    ArticleState,
    ChangeKind,
    FactType,
    HunkOp,
    IncidentReason,
    IncidentState,
    Level,
    Precision,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """One contiguous piece of a field's change. Long equal runs are shortened to context.

    ``file`` names the attachment in whose text it lies; empty for the article's own fields.
    """

    field: str
    op: HunkOp
    before: str = ""
    after: str = ""
    file: str = ""

    @property
    def place(self) -> tuple[str, str]:
        """The text it is a piece of: hunks of one place join to one text."""
        return self.field, self.file


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A typed span that changed, old to new; only ``after`` for a new article. ``file`` as in ``Hunk``."""

    type: FactType
    field: str
    before: str | None = None
    after: str | None = None
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Another place that carries the same story, when a change was told.

    ``carries`` is what of an edit that place shows: ``before``, ``after``, or nothing where neither is sure.
    ``seen_at`` is when it was last read.
    """

    source: str
    article_id: str
    url: str
    state: ArticleState = ArticleState.PRESENT
    carries: str = ""
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Another article as people are shown it: its title and its address."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleSummary:
    """The ``article`` object of a change record, field by field as in the outer contract §4.

    ``translation_url`` is the address of what ``translation_of`` names, and ``translation_title`` its title;
    ``translations`` are ids as well, and ``translated_as`` says of each what people want to know.
    """

    id: str
    url: str
    title: str
    published_at: datetime | None = None
    updated_at: datetime | None = None
    published_precision: Precision | None = None
    publisher: str = ""
    author: tuple[str, ...] = ()
    place: str = ""
    language: str = ""
    languages: tuple[str, ...] = ()
    document_number: str = ""
    attachments: tuple[Attachment, ...] = ()
    excerpt: str = ""
    first_seen_at: datetime | None = None
    published_raw: str = ""
    previous_url: str | None = None
    also_at: tuple[str, ...] = ()
    translation_of: str | None = None
    translation_url: str | None = None
    translations: tuple[str, ...] = ()
    copy_of: str | None = None
    translation_title: str = ""
    translated_as: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The observations that prove a change."""

    before: Observation | None = None
    after: Observation | None = None
    observations: tuple[Observation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A step in an article's life, complete: it can be told without looking anything else up.

    ``seq`` is 0 until the store has committed it. ``elsewhere`` are the other places that carry the same story, and
    what they say today. ``shared_with`` are the sources that list the very same page: their readers hear of it too.
    An echo was ``told_at`` other sources before; whoever follows one of those does not hear of it again.
    """

    id: str
    kind: ChangeKind
    source: str
    source_title: str
    article: ArticleSummary
    detected_at: datetime
    tags: tuple[str, ...] = ()
    baseline: bool = False
    revision: int | None = None
    previous_revision: int | None = None
    fields: tuple[str, ...] = ()
    silent: bool | None = None
    significance: float = 0.0
    facts: tuple[Fact, ...] = ()
    diff: tuple[Hunk, ...] = ()
    summary: str = ""
    evidence: Evidence = field(default_factory=Evidence)
    removed_by: str | None = None
    cause: str | None = None
    elsewhere: tuple[Elsewhere, ...] = ()
    shared_with: tuple[str, ...] = ()
    told_at: tuple[str, ...] = ()
    seq: int = 0

    @property
    def level(self) -> Level:
        """Significance in words: below 0.35 low, below 0.7 medium, else high."""
        if self.significance < 0.35:
            return Level.LOW
        return Level.MEDIUM if self.significance < 0.7 else Level.HIGH


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentArticle:
    """One article of an incident: enough to find it, and for mass edits its facts."""

    id: str
    url: str
    title: str
    facts: tuple[Fact, ...] = ()


#: More than any trouble is called to mind in eighty years.
MOST_REMINDERS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Something wrong with a source; told once when it opens and once when it closes, and called to mind in between.

    ``detected_at`` is the instant of the state it is in, or of its last reminder; ``reminder`` counts those, 0 for the
    opening and the closing. ``articles`` lists all that a mass event held back.
    """

    id: str
    source: str
    reason: IncidentReason
    state: IncidentState
    detected_at: datetime
    opened_at: datetime
    detail: str = ""
    count: int = 0
    articles: tuple[IncidentArticle, ...] = ()
    reminder: int = 0

    @property
    def sample(self) -> tuple[IncidentArticle, ...]:
        """The first five articles."""
        return self.articles[:5]

    @property
    def event_id(self) -> str:
        """Names this telling of the incident: its opening, a reminder of it, or its closing."""
        return f"{self.id}:reminder-{self.reminder}" if self.reminder else f"{self.id}:{self.state}"

    @property
    def opening(self) -> Incident:
        """The telling that it began with."""
        return replace(self, state=IncidentState.OPEN, detected_at=self.opened_at, reminder=0)

    @property
    def tellings(self) -> tuple[Incident, ...]:
        """This telling; where it is a reminder, the opening and the reminders before it too, the last of very many."""
        if not self.reminder:
            return (self,)
        before = range(max(1, self.reminder - MOST_REMINDERS), self.reminder)
        return (self.opening, *(replace(self, reminder=number) for number in before), self)
