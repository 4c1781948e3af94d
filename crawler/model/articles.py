"""What was read from a response: listings with their entries, and articles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.model.files import Block
from crawler.model.wire import Assessment, Request
from crawler.model.words import Precision


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A point in time as a publisher gave it.

    ``instant`` is aware and keeps the source's offset; a bare day is midnight of that day in the source's zone.
    ``raw`` is the text it was read from, ``origin`` where that text stood (``json-ld``, ``meta``, ``label``…).
    """

    instant: datetime
    precision: Precision
    raw: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that belongs to an article. ``sha256`` is empty until its bytes were fetched.

    ``blocks`` is its text where that is read, ``note`` why there is none, or not all of it. ``read_by`` is the version
    of the reader that tried, 0 where none has.
    """

    url: str
    name: str
    sha256: str = ""
    blocks: tuple[Block, ...] = ()
    note: str = ""
    read_by: int = 0

    @property
    def is_read(self) -> bool:
        """Whether the whole of its text is known: then words are compared, not bytes."""
        return bool(self.blocks) and not self.note


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link inside an article's body."""

    url: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a listing, before its page was read.

    ``id`` is the identifier the listing itself gives (guid, Atom id, JSON id), verbatim. ``body`` is HTML, only
    where the listing carries the full text. ``url`` is absolute and may be empty. ``status`` is the validity that
    the listing declares (废止, withdrawn…); it counts before what the page says of it.
    """

    url: str
    title: str
    id: str = ""
    published: Moment | None = None
    updated: Moment | None = None
    summary: str = ""
    body: str = ""
    authors: tuple[str, ...] = ()
    publisher: str = ""
    language: str = ""
    attachments: tuple[Attachment, ...] = ()
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What a publisher asks of those who poll its listing. Wishes: nothing here is ever owed.

    ``pause`` is how long the listing is good for (RSS ``ttl``, ``sy:updatePeriod``). In the UTC hours (0 to 23) and
    on the weekdays (Monday is 0) named by ``skip_hours`` and ``skip_days`` it does not change. ``hub`` is the WebSub
    hub that would push ``topic``, the listing's own address for it.
    """

    pause: timedelta | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    hub: str = ""
    topic: str = ""

    def __bool__(self) -> bool:
        """Whether anything was said."""
        return bool(self.pause or self.skip_hours or self.skip_days or self.hub)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What one check read from a source: a page of it, or several joined.

    ``next`` is asked for where the listing is followed back, or at once where there are no entries (a signpost).
    ``complete``: its publisher says that nothing else is listed; ``total`` is how many entries there are by its word.
    ``since``: it holds all that is newer than this instant and nothing else, so that it may well be empty.
    """

    entries: tuple[Entry, ...]
    title: str = ""
    next: Request | None = None
    complete: bool = False
    total: int | None = None
    since: datetime | None = None
    hints: Hints = Hints()

    def covers(self, instant: datetime | None) -> bool:
        """Whether nothing that came after ``instant`` can be missing from it."""
        return self.since is not None and instant is not None and self.since <= instant

    @property
    def exhaustive(self) -> bool:
        """Whether it names all there is, so that absence from it means something.

        A count that differs either way proves nothing: one list may count what another shows.
        """
        return self.complete or (self.total is not None and self.total == len({(e.url, e.title) for e in self.entries}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What a page, or a listing's own text, says: the record that is compared.

    ``marks`` are the publisher's own announcements of an update (name, value), the ground for ``silent``.
    ``provenance`` names, field by field, where a value was found. ``native_ids`` are identities the page itself
    carries, strongest first (``wechat:biz/mid/idx``, ``blogger:blog/post``). ``origin`` is ``page``, or ``listing``
    when the page could not be read. ``status`` is the validity an official text declares (废止, withdrawn…).
    """

    url: str
    title: str
    blocks: tuple[Block, ...] = ()
    published: Moment | None = None
    updated: Moment | None = None
    written: Moment | None = None
    publisher: str = ""
    authors: tuple[str, ...] = ()
    place: str = ""
    language: str = ""
    languages: tuple[str, ...] = ()
    document_number: str = ""
    index_number: str = ""
    status: str = ""
    attachments: tuple[Attachment, ...] = ()
    links: tuple[Link, ...] = ()
    images: tuple[str, ...] = ()
    marks: tuple[tuple[str, str], ...] = ()
    native_ids: tuple[str, ...] = ()
    provenance: tuple[tuple[str, str], ...] = ()
    origin: str = "page"

    @property
    def text(self) -> str:
        """The whole text, blocks joined by blank lines."""
        return "\n\n".join(block.text for block in self.blocks)

    @property
    def whole_text(self) -> str:
        """The text, and below it that of every file that was read, under its name."""
        files = (
            "\n\n".join((each.name or each.url, *(block.text for block in each.blocks)))
            for each in self.attachments
            if each.blocks
        )
        return "\n\n".join((self.text, *files))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of reading one article response. ``article`` is set only when the verdict is ``OK``."""

    assessment: Assessment
    article: Article | None = None
