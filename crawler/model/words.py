"""The words of the outer contract as enumerations, and the sets of them that decide something."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What a response turned out to be, before anything is compared. Only ``OK`` may create or edit."""

    OK = "ok"
    NOT_MODIFIED = "not_modified"
    CHALLENGE = "challenge"
    BLOCKED = "blocked"
    RATE_LIMITED = "rate_limited"
    NOT_FOUND = "not_found"
    GONE = "gone"
    SOFT_NOT_FOUND = "soft_not_found"
    REMOVED_BY_OWNER = "removed_by_owner"
    WRONG_PAGE = "wrong_page"
    STUB = "stub"
    MAINTENANCE = "maintenance"
    WAITING_ROOM = "waiting_room"
    LOGIN = "login"
    WRONG_TYPE = "wrong_type"
    DECODE_ERROR = "decode_error"
    TRUNCATED = "truncated"
    UNREACHABLE = "unreachable"
    UNEXPECTED = "unexpected"


#: Verdicts that count as one observation of an article being gone.
ABSENT = frozenset({Verdict.NOT_FOUND, Verdict.GONE, Verdict.SOFT_NOT_FOUND, Verdict.REMOVED_BY_OWNER})
#: Verdicts after which what we know about an article still stands.
WELL = frozenset({Verdict.OK, Verdict.NOT_MODIFIED})


class Precision(StrEnum):
    """How exactly a moment is known. ``APPROX`` is a relative time ("3 hours ago") resolved when it was read."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    APPROX = "approx"


class BlockKind(StrEnum):
    """The part a block of text plays in an article."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    CAPTION = "caption"
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"


class FileOutcome(StrEnum):
    """What came of reading the text of a file. Only ``READ`` and ``PARTIAL`` bring text."""

    READ = "read"
    PARTIAL = "partial"
    NO_TEXT = "no_text"
    UNREADABLE = "unreadable"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    NOT_TRIED = "not_tried"


class ChangeKind(StrEnum):
    """A step in an article's life, and ``MISSING``: the first credible sign that it is gone, which proves nothing."""

    NEW = "new"
    EDITED = "edited"
    REMOVED = "removed"
    RESTORED = "restored"
    MOVED = "moved"
    MISSING = "missing"


#: What is a change: recorded, counted and, unless somebody names other kinds, told.
STEPS = (ChangeKind.NEW, ChangeKind.EDITED, ChangeKind.REMOVED, ChangeKind.RESTORED, ChangeKind.MOVED)


class ArticleState(StrEnum):
    """Where an article stands in its life."""

    PRESENT = "present"
    MISSING = "missing"
    REMOVED = "removed"


class IncidentReason(StrEnum):
    """What is wrong with a source."""

    UNREACHABLE = "unreachable"
    BLOCKED = "blocked"
    CHALLENGE = "challenge"
    SOFT_FAILURE = "soft_failure"
    REDESIGN = "redesign"
    MASS_EDIT = "mass_edit"
    MASS_REMOVAL = "mass_removal"
    EMPTY_LISTING = "empty_listing"
    PARSER_DRIFT = "parser_drift"
    QUIET = "quiet"
    IDENTITY_DRIFT = "identity_drift"
    ROBOTS_DISALLOWED = "robots_disallowed"
    GAP = "gap"


class IncidentState(StrEnum):
    """An incident is told once when it opens and once when it closes."""

    OPEN = "open"
    CLOSED = "closed"


class FactType(StrEnum):
    """The sort of fact that a changed span of text holds."""

    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    DATE = "date"
    NAME = "name"
    NEGATION = "negation"
    QUOTE = "quote"
    LINK = "link"
    ATTACHMENT = "attachment"
    WORDING = "wording"


class HunkOp(StrEnum):
    """What happened to one contiguous piece of a field."""

    EQUAL = "equal"
    INSERT = "insert"
    DELETE = "delete"
    REPLACE = "replace"
    MOVE = "move"


class Level(StrEnum):
    """Significance in three steps, for people."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Purpose(StrEnum):
    """What a request is made for."""

    LISTING = "listing"
    ARTICLE = "article"
    ATTACHMENT = "attachment"


class DeliveryState(StrEnum):
    """Where a promise to tell stands. ``DEAD`` is a dead letter: visible, and sent again only by hand."""

    PENDING = "pending"
    LEASED = "leased"
    SENT = "sent"
    DEAD = "dead"
