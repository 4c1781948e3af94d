"""The nouns of Gazette: frozen values, without behaviour beyond what can be derived from them.

The words are those of the outer contract (``docs/glossary.md``). Every instant is an aware ``datetime``;
every span of time is a ``timedelta``. Nothing in these files knows how a value came to be or where it is kept.

They appear in the order in which a check meets them:

    Source -> Request -> Fetched | NotModified | FetchFailure -> Assessment -> Listing -> Entry
           -> Article -> Revision -> Change, Incident -> Promise -> Delivery

The files follow that order; import the names from here.
"""

from __future__ import annotations

from crawler.model.articles import Article, Attachment, Entry, Hints, Link, Listing, Moment, Reading
from crawler.model.changes import ArticleSummary, Change, Elsewhere, Evidence, Fact, Hunk, Incident, IncidentArticle
from crawler.model.configuration import (
    ArticleRules,
    ChannelConfig,
    FetchPolicy,
    GuardPolicy,
    Keywords,
    Quiet,
    RecheckPolicy,
    RemovalPolicy,
    Rhythm,
    SchedulePolicy,
    Source,
    Subscription,
    WorkingHours,
)
from crawler.model.deliveries import Delivery, HeldChange, Notice, Outcome, Promise, Ruling
from crawler.model.expectation import Expectation, HostExpectation, PageFacts
from crawler.model.files import Block, FileText
from crawler.model.memory import (
    Absence,
    FileState,
    Glance,
    Habits,
    Hallmarks,
    KnownArticle,
    Mask,
    Observation,
    Relative,
    Revision,
    ShortList,
    SourceState,
    Suspicion,
    Trace,
)
from crawler.model.pulse import Pulse
from crawler.model.wire import (
    Assessment,
    Fetched,
    FetchFailure,
    Hop,
    NotModified,
    Request,
    Response,
    Validators,
    digest,
)
from crawler.model.words import (
    ABSENT,
    STEPS,
    WELL,
    ArticleState,
    BlockKind,
    ChangeKind,
    DeliveryState,
    FactType,
    FileOutcome,
    HunkOp,
    IncidentReason,
    IncidentState,
    Level,
    Precision,
    Purpose,
    Verdict,
)

__all__ = [
    "ABSENT",
    "STEPS",
    "WELL",
    "Absence",
    "Article",
    "ArticleRules",
    "ArticleState",
    "ArticleSummary",
    "Assessment",
    "Attachment",
    "Block",
    "BlockKind",
    "Change",
    "ChangeKind",
    "ChannelConfig",
    "Delivery",
    "DeliveryState",
    "Elsewhere",
    "Entry",
    "Evidence",
    "Expectation",
    "Fact",
    "FactType",
    "FetchFailure",
    "FetchPolicy",
    "Fetched",
    "FileOutcome",
    "FileState",
    "FileText",
    "Glance",
    "GuardPolicy",
    "Habits",
    "Hallmarks",
    "HeldChange",
    "Hints",
    "Hop",
    "HostExpectation",
    "Hunk",
    "HunkOp",
    "Incident",
    "IncidentArticle",
    "IncidentReason",
    "IncidentState",
    "Keywords",
    "KnownArticle",
    "Level",
    "Link",
    "Listing",
    "Mask",
    "Moment",
    "NotModified",
    "Notice",
    "Observation",
    "Outcome",
    "PageFacts",
    "Precision",
    "Promise",
    "Pulse",
    "Purpose",
    "Quiet",
    "Reading",
    "RecheckPolicy",
    "Relative",
    "RemovalPolicy",
    "Request",
    "Response",
    "Revision",
    "Rhythm",
    "Ruling",
    "SchedulePolicy",
    "ShortList",
    "Source",
    "SourceState",
    "Subscription",
    "Suspicion",
    "Trace",
    "Validators",
    "Verdict",
    "WorkingHours",
    "digest",
]
