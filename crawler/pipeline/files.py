"""The files of articles: fetched within a budget, hashed, and read where the source wants their words.

A file that could not be fetched keeps what was known of it, so that only bytes which came can be an edit; why they
did not come is remembered beside it and told.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from crawler.differ.fields import link_key
from crawler.model import (
    Article,
    Attachment,
    Fetched,
    FetchFailure,
    FileOutcome,
    FileState,
    NotModified,
    Observation,
    Purpose,
    Request,
    Response,
    Source,
    Validators,
    Verdict,
)
from crawler.parser.files import FILES_VERSION
from crawler.pipeline.looks import ArticleLook, observe
from crawler.ports import Fetcher, FileReader
from crawler.sandbox.opening import names_of

Keep = Callable[[Sequence[bytes]], Awaitable[None]]

log = logging.getLogger(__name__)

#: Files of one article that are fetched.
MAX_FILES = 20
#: After so many files that turn out larger than what is left, the others of the article are not asked for.
MAX_OVERSIZE = 3
#: What the fetcher says of a body that is larger than it may be.
_TOO_LARGE = "(fetch.max_bytes)"
_LISTED_ONLY = "listed only"


@dataclass(slots=True)
class Purse:
    """What is left of a check's budget, in bytes, and how many files it was too small for."""

    left: int
    skipped: int = 0

    def tell(self, source: Source) -> None:
        """Says on the log what was not fetched: never in silence."""
        if self.skipped:
            keys = "attachment_budget, attachment_budget_per_check"
            log.warning("%s: %d files were listed and not hashed, beyond %s", source.id, self.skipped, keys)


@dataclass(frozen=True, slots=True)
class FileLook:
    """What became of one file: as it belongs to the record, as it is remembered, and how the server answered."""

    attachment: Attachment
    state: FileState
    observation: Observation | None = None
    cost: int = 0
    is_oversize: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an article's files: by address, and their texts by hash."""

    states: Mapping[str, FileState]
    texts: Mapping[str, Attachment]

    def state(self, attachment: Attachment) -> FileState:
        """What is remembered of a file, whatever counts or signs its address today."""
        found = self.states.get(link_key(attachment.url))
        return replace(found, url=attachment.url) if found else FileState(url=attachment.url, sha256="")

    def with_text(self, attachment: Attachment, sha256: str) -> Attachment:
        """The attachment with this hash, and with the text that is known to have it."""
        bare = replace(attachment, sha256=sha256, blocks=(), note="", read_by=0)
        if (known := self.texts.get(sha256)) is None:
            return bare
        return replace(bare, blocks=known.blocks, note=known.note, read_by=known.read_by)

    def is_read(self, sha256: str) -> bool:
        """Whether this version of the reader has seen these bytes."""
        return sha256 in self.texts and self.texts[sha256].read_by == FILES_VERSION


class Files:
    """Looks at the files of articles through the fetcher; ``keep`` stores each body at once."""

    def __init__(self, fetcher: Fetcher, keep: Keep, reader: FileReader) -> None:
        self._fetcher = fetcher
        self._keep = keep
        self._reader = reader

    async def look_at(self, source: Source, look: ArticleLook, purse: Purse) -> ArticleLook:
        """The look with the article's files: one that was swapped under its name makes another article of it."""
        article = look.article or (look.before.article if look.unchanged and look.before else None)
        if article is None or not article.attachments:
            return look
        known = known_files(look, article)
        if source.attachments == "list":
            return replace(look, files=tuple(_listed(known.state(each)) for each in article.attachments))
        found = await self._look_at_each(source, article, known, purse)
        attachments = tuple(each.attachment for each in found)
        swapped = attachments != article.attachments
        return replace(
            look,
            article=replace(article, attachments=attachments) if look.article or swapped else None,
            unchanged=look.unchanged and not swapped,
            files=tuple(each.state for each in found),
            observations=tuple(each.observation for each in found if each.observation is not None),
        )

    async def _look_at_each(self, source: Source, article: Article, known: Known, purse: Purse) -> list[FileLook]:
        """One after the other, so that what each costs is known before the next is asked for."""
        left, oversize = source.attachment_budget, 0
        found: list[FileLook] = []
        for number, attachment in enumerate(article.attachments):
            if is_itself(attachment, article):
                found.append(FileLook(attachment, known.state(attachment)))
                continue
            room = min(left, purse.left) if oversize < MAX_OVERSIZE else 0
            if number >= MAX_FILES or room <= 0:
                reason = f"one of more than {MAX_FILES} files" if number >= MAX_FILES else _beyond(source)
                each = skip(attachment, known, reason)
            else:
                each = await self._look_at_one(source, attachment, known, room)
            left -= each.cost
            purse.left -= each.cost
            oversize += each.is_oversize
            purse.skipped += each.is_oversize or each.observation is None
            found.append(each)
        return found

    async def _look_at_one(self, source: Source, attachment: Attachment, known: Known, room: int) -> FileLook:
        state = known.state(attachment)
        wants_text = source.attachments == "text" and not known.is_read(state.sha256)
        request = Request(
            url=attachment.url,
            purpose=Purpose.ATTACHMENT,
            validators=Validators() if wants_text else state.validators,
        )
        bounded = source
        if room < source.fetch.max_bytes:
            bounded = replace(source, fetch=replace(source.fetch, max_bytes=room))
        response = await self._fetcher.fetch(request, bounded)
        if not isinstance(response, Fetched):
            return unfetched(attachment, known, response, _beyond(source) if bounded is not source else "")
        await self._keep([response.body])
        from crawler.parser.verdict import assess  # most checks find no file

        assessment = assess(response, expect="attachment")
        observation = observe(response, assessment.verdict, assessment.reason)
        if assessment.verdict is not Verdict.OK:
            kept = replace(state, note=assessment.reason or assessment.verdict.value)
            return FileLook(known.with_text(attachment, state.sha256), kept, observation, len(response.body))
        fresh = FileState(
            url=attachment.url,
            sha256=response.sha256,
            fetched_at=response.fetched_at,
            validators=response.validators,
        )
        read = await self._read(source, known.with_text(attachment, response.sha256), response, known)
        return FileLook(read, fresh, observation, len(response.body))

    async def _read(self, source: Source, attachment: Attachment, response: Fetched, known: Known) -> Attachment:
        """The attachment with its text, where that is wanted. Bytes that were read once are not read again."""
        if source.attachments != "text" or known.is_read(response.sha256):
            return attachment
        names = (attachment.name, *names_of(response), response.header("content-disposition").rpartition("=")[2])
        text = await self._reader.read(
            response.body, names=[name.strip("\"' ;") for name in names], media_type=response.media_type
        )
        tried = text.outcome is not FileOutcome.NOT_TRIED
        return replace(attachment, blocks=text.blocks, note=text.note, read_by=FILES_VERSION if tried else 0)


def known_files(look: ArticleLook, article: Article) -> Known:
    """What is known of the files of the article that a look is at."""
    states = look.known.files if look.known else ()
    told = (*article.attachments, *(look.before.article.attachments if look.before else ()))
    return Known(
        {link_key(state.url): state for state in states},
        {each.sha256: each for each in told if each.sha256 and each.read_by},
    )


def is_itself(attachment: Attachment, article: Article) -> bool:
    """Whether the file is the article: its bytes were fetched as that."""
    return bool(attachment.sha256) and link_key(attachment.url) == link_key(article.url)


def skip(attachment: Attachment, known: Known, reason: str) -> FileLook:
    """A file that was not asked for: what is known of it stands."""
    state = known.state(attachment)
    return FileLook(known.with_text(attachment, state.sha256), replace(state, note=f"not hashed: {reason}"))


def unfetched(attachment: Attachment, known: Known, response: Response, beyond: str) -> FileLook:
    """A file that did not come, because it is what we have (304), or for a reason that is remembered.

    ``beyond`` is what to say of one larger than what is left of the budget; empty where that is not the bound.
    """
    state = known.state(attachment)
    kept = known.with_text(attachment, state.sha256)
    if isinstance(response, NotModified):
        return FileLook(kept, replace(state, note=""), observe(response, Verdict.NOT_MODIFIED))
    if not isinstance(response, FetchFailure):
        raise TypeError("a body that came is judged, not missed")
    oversize = _TOO_LARGE in response.reason
    reason = beyond if oversize and beyond else response.reason
    note = f"not hashed: {reason}"
    observation = observe(response, response.verdict, reason)
    return FileLook(kept, replace(state, note=note), observation, is_oversize=oversize and bool(beyond))


def _listed(state: FileState) -> FileState:
    """A file whose bytes nobody asked for; that it exists is kept, so that a later "hash" knows where to begin."""
    return state if state.sha256 else replace(state, note=_LISTED_ONLY)


def _beyond(source: Source) -> str:
    mebibytes = source.attachment_budget / (1024 * 1024)
    return f"beyond attachment_budget ({mebibytes:g} MiB an article) or attachment_budget_per_check"
