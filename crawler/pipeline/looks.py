"""What a listing and an article look like: one response, judged and read, beside what we knew. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from crawler.cadence import read_freshness
from crawler.differ.garbling import is_garbled
from crawler.model import (
    Article,
    ArticleState,
    Assessment,
    Entry,
    Fetched,
    FetchFailure,
    FileState,
    Hop,
    KnownArticle,
    Listing,
    NotModified,
    Observation,
    PageFacts,
    Purpose,
    Reading,
    Relative,
    Request,
    Response,
    Revision,
    Source,
    SourceState,
    Validators,
    Verdict,
)
from crawler.parser.kinds import find_kind
from crawler.pipeline.detours import has_moved, has_retreated
from crawler.text.urls import canonical_url

#: Pages of a listing followed back at most.
MAX_PAGES = 1000
UNCHANGED = Assessment(verdict=Verdict.NOT_MODIFIED)
#: Response headers kept as evidence.
KEPT_HEADERS = frozenset(
    {"content-type", "content-length", "content-encoding", "date", "etag", "last-modified", "server", "location", "via"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingLook:
    """What the listing answered. ``listing`` is None when it is unchanged or could not be read.

    ``asked`` is the address that was requested, ``found`` the one that answered, with the redirects between them.
    Its first ``usual`` entries are those of an everyday check; what follows was found by going back further.
    ``fresh_for`` is how long HTTP says that it is good for.
    """

    assessment: Assessment
    observations: tuple[Observation, ...] = ()
    listing: Listing | None = None
    usual: int = 0
    validators: Validators = field(default_factory=Validators)
    body_sha256: str = ""
    robots: bool = False
    retry_at: datetime | None = None
    asked: str = ""
    found: str = ""
    hops: tuple[Hop, ...] = ()
    fresh_for: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids:
    """What a listing's own ids are worth. ``degenerate``: they name several entries, or places, and no article;
    ``fresh``: known articles came under ids never seen before."""

    degenerate: bool = False
    fresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinship:
    """What tells the same as an article. ``marks`` are what a new one is found again by, ``figures`` those of them that
    a translation shares, ``languages`` what it is told in.

    A new article ``repeats`` another one word for word, or ``translates`` it, or is ``translated_as`` others. Of a
    known one ``beside`` has the copies that are still there, each with what it says today and what it said before, the
    latest first. Of an article that another source owns ``told`` has the text that was told.
    """

    marks: tuple[int, ...] = ()
    figures: tuple[int, ...] = ()
    languages: tuple[str, ...] = ()
    repeats: KnownArticle | None = None
    translates: KnownArticle | None = None
    translated_as: tuple[KnownArticle, ...] = ()
    beside: tuple[tuple[Relative, tuple[Article, ...]], ...] = ()
    told: Article | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleLook:
    """What one article looks like now, beside what we knew of it.

    ``article`` is set when it was read anew (or a file of it changed); ``unchanged`` when the server or the bytes
    say that nothing moved. ``before`` is the latest revision, loaded only where there is something to compare.
    ``asked`` is false when nothing was requested because the listing itself holds the article. ``facts`` are how the
    page looks that was read. ``ground`` is the before as today's reader has it, where an earlier one had read something
    else; ``unproven``: an earlier one had read it, and its bytes cannot be read again. ``left``: the address that we
    knew is its address no more.
    """

    keys: tuple[str, ...]
    assessment: Assessment
    known: KnownArticle | None = None
    entry: Entry | None = None
    article: Article | None = None
    before: Revision | None = None
    unchanged: bool = False
    asked: bool = True
    backfilled: bool = False
    listed: Observation | None = None
    observation: Observation | None = None
    observations: tuple[Observation, ...] = ()
    final_url: str = ""
    detoured: bool = False
    moved_for_good: bool = False
    left: bool = False
    validators: Validators = field(default_factory=Validators)
    body_sha256: str = ""
    files: tuple[FileState, ...] = ()
    retry_at: datetime | None = None
    facts: PageFacts | None = None
    ground: Revision | None = None
    unproven: bool = False
    kinship: Kinship = Kinship()


@dataclass(frozen=True, slots=True)
class Wanted:
    """An article to look at, and the entry that asks for it, if one does. ``backfilled``: found by going back.

    ``listed`` is the observation of the listing that names it: the proof of what is told from the listing alone.
    ``files_only``: its text is its listing's, which says nothing new, but a file of it may have been exchanged.
    ``afresh``: the bytes are wanted, whatever the server may say of what we have.
    """

    known: KnownArticle | None
    entry: Entry | None
    keys: tuple[str, ...]
    backfilled: bool = False
    listed: Observation | None = None
    files_only: bool = False
    afresh: bool = False


class Found(NamedTuple):
    """The entries of a listing as what to look at, and what its ids are worth."""

    wanted: tuple[Wanted, ...]
    ids: Ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How far to follow a listing back: at most ``pages`` pages, and not beyond the day ``since``."""

    pages: int = MAX_PAGES
    since: datetime | None = None

    def is_enough(self, entries: Sequence[Entry]) -> bool:
        """Whether a page reaches behind ``since``: its newest dated entry is older."""
        dated = [entry.published.instant for entry in entries if entry.published]
        return self.since is not None and bool(dated) and max(dated) < self.since


def unread_listing(response: Response, assessment: Assessment) -> ListingLook:
    """The look at a listing that nothing can be read from."""
    return ListingLook(
        assessment=assessment,
        observations=(observe(response, assessment.verdict, assessment.reason),),
        robots=isinstance(response, FetchFailure) and response.robots,
        retry_at=None if isinstance(response, NotModified) else response.retry_at,
    )


def unchanged_listing(response: NotModified, state: SourceState | None) -> ListingLook:
    """The look at a listing of which the server says that it is as it was."""
    return ListingLook(
        assessment=UNCHANGED,
        observations=(observe(response, Verdict.NOT_MODIFIED),),
        validators=state.validators if state else Validators(),
        body_sha256=state.body_sha256 if state else "",
        asked=response.request.url,
        found=response.url,
        hops=response.hops,
        fresh_for=read_freshness(response.headers),
    )


def article_request(source: Source, wanted: Wanted) -> Request | None:
    """How to ask for the article's page, or None where the listing's own text is the article."""
    if wanted.files_only or (not source.follow and wanted.entry is not None):
        return None
    if wanted.entry is not None:
        request = find_kind(source.kind).request_article(source, wanted.entry)
    else:
        request = Request(url=wanted.known.url, purpose=Purpose.ARTICLE) if wanted.known else None
    if request is None or wanted.known is None or wanted.known.suspicion is not None:
        return request  # a doubtful edit is asked for unconditionally: we want to see the bytes again
    if wanted.afresh:
        return request
    if is_restated(wanted):
        return request  # its listing calls it invalid now: the same bytes mean something else
    if canonical_url(request.url) != canonical_url(wanted.known.url):
        return request  # what the old address told us to repeat means nothing at a new one
    return replace(request, validators=wanted.known.validators)


def is_restated(wanted: Wanted) -> bool:
    """Whether the listing declares another validity of the article than when it was last read."""
    if wanted.known is None or wanted.entry is None:
        return False
    before = wanted.known.entry.status if wanted.known.entry else ""
    return wanted.entry.status != before


def can_do_without_text(look: ArticleLook, known: KnownArticle) -> bool:
    """Whether nothing can come of the look that would have to be told with the article's text."""
    named = look.entry.url if look.entry else look.final_url if look.moved_for_good else known.url
    moved = canonical_url(named) != canonical_url(known.url)
    return look.unchanged and not moved and not known.files and known.state is not ArticleState.REMOVED


def unasked_look(source: Source, wanted: Wanted) -> ArticleLook:
    """The look at an article whose page is not asked for: what its listing says of it, or that this is what it was."""
    if not wanted.files_only or wanted.known is None:
        return listing_look(source, wanted)
    known = wanted.known
    return ArticleLook(
        keys=wanted.keys,
        known=known,
        assessment=Assessment(verdict=Verdict.NOT_MODIFIED),
        unchanged=True,
        asked=False,
        files=known.files,
    )


def listing_look(source: Source, wanted: Wanted) -> ArticleLook:
    """The look at an article whose text the listing itself holds."""
    from crawler.parser.article import article_from_entry  # most checks find nothing to read

    article = article_from_entry(wanted.entry, source) if wanted.entry else None
    return ArticleLook(
        keys=wanted.keys,
        known=wanted.known,
        entry=wanted.entry,
        assessment=Assessment(verdict=Verdict.OK),
        article=article,
        asked=False,
        backfilled=wanted.backfilled,
        listed=wanted.listed,
    )


def _read(response: Fetched, source: Source, entry: Entry | None) -> Reading:
    from crawler.parser.article import read_article  # most checks find nothing to read

    return read_article(response, source, entry=entry)


def _facts(response: Fetched, article: Article, known_as: tuple[str, str]) -> PageFacts:
    from crawler.parser.expectation import facts_of  # most checks find nothing to read

    return facts_of(response, article, known_as=known_as)


def judge_article(source: Source, wanted: Wanted, response: Response) -> ArticleLook:
    """Reads one article response; what is not a readable article keeps its verdict and nothing else."""
    known = wanted.known
    bare = ArticleLook(
        keys=wanted.keys, known=known, entry=wanted.entry, assessment=Assessment(verdict=Verdict.NOT_MODIFIED)
    )
    if isinstance(response, FetchFailure):
        return _as(bare, response, Assessment(verdict=response.verdict, reason=response.reason))
    if isinstance(response, NotModified) or _says_the_same(response, wanted):
        return _unchanged_look(bare, response)
    if has_retreated(response, source):
        wrong = Assessment(verdict=Verdict.WRONG_PAGE, reason=f"redirected to {response.url}")
        return _as(bare, response, wrong)
    reading = _read(response, source, wanted.entry or (known.entry if known else None))
    known_as = (wanted.entry.title if wanted.entry else "", known.title if known else "")
    return replace(
        _as(bare, response, reading.assessment),
        article=reading.article,
        final_url=response.url,
        moved_for_good=has_moved(response),
        detoured=bool(response.hops) and not has_moved(response),
        validators=response.validators,
        body_sha256=response.sha256,
        files=known.files if known else (),
        facts=_facts(response, reading.article, known_as) if reading.article else None,
    )


def _says_the_same(response: Fetched, wanted: Wanted) -> bool:
    """Whether the bytes are those we know; they say the same, unless they are read in another light."""
    known = wanted.known
    return (
        known is not None
        and known.body_sha256 == response.sha256
        and known.suspicion is None
        and not is_restated(wanted)
    )


def _as(bare: ArticleLook, response: Response, assessment: Assessment) -> ArticleLook:
    """The look with what was judged of its response, and when its server wants to be asked again."""
    return replace(
        bare,
        assessment=assessment,
        observation=observe(response, assessment.verdict, assessment.reason),
        retry_at=None if isinstance(response, NotModified) else response.retry_at,
    )


def _unchanged_look(bare: ArticleLook, response: Fetched | NotModified) -> ArticleLook:
    known = bare.known
    kept = known.validators if known else Validators()
    return replace(
        bare,
        observation=observe(response, Verdict.NOT_MODIFIED),
        unchanged=True,
        validators=response.validators if isinstance(response, Fetched) else kept,
        body_sha256=known.body_sha256 if known else "",
        final_url=response.url,
        moved_for_good=has_moved(response),
        files=known.files if known else (),
    )


def refuse_garbled(look: ArticleLook) -> ArticleLook:
    """A look whose bytes were broken on the way shows nothing: a fault of decoding is a verdict, not an edit."""
    if look.article is None or look.before is None or not is_garbled(look.before.article, look.article):
        return look
    fault = Assessment(verdict=Verdict.DECODE_ERROR, reason="characters that could be read before cannot be read now")
    seen = look.observation
    return replace(
        look,
        article=None,
        assessment=fault,
        observation=replace(seen, verdict=fault.verdict, reason=fault.reason) if seen else None,
    )


def want_files(article: KnownArticle) -> Wanted:
    """A known article whose text comes with its listing: its files are looked at again."""
    return Wanted(article, None, article.keys, files_only=True)


def want_again(article: KnownArticle) -> Wanted:
    """A known article to look at; a doubtful edit that came with a new address is looked for there."""
    entry = article.entry if article.suspicion is not None else None
    has_moved_on = entry is not None and bool(entry.url) and canonical_url(entry.url) != canonical_url(article.url)
    return Wanted(article, entry if has_moved_on else None, article.keys)


def observe(response: Response, verdict: Verdict, reason: str = "") -> Observation:
    """The evidence row of one response; its body's name is kept when there was a body."""
    headers = () if isinstance(response, FetchFailure) else response.headers
    return Observation(
        url=response.url,
        fetched_at=response.fetched_at,
        status=response.status,
        verdict=verdict,
        sha256=response.sha256 if isinstance(response, Fetched) else "",
        reason=reason,
        headers=tuple((name, value) for name, value in headers if name in KEPT_HEADERS),
    )
