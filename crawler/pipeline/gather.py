"""Gathering: what the listing and the articles look like now, beside what we knew. Decides nothing.

Raw bodies are stored as soon as they are read and dropped from memory, so that a check of a thousand articles
needs the memory of a few.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from crawler.cadence import read_freshness
from crawler.differ.identity import article_keys, degenerate_ids, entry_keys, match
from crawler.errors import ParseError
from crawler.model import (
    Assessment,
    Entry,
    Fetched,
    FetchFailure,
    KnownArticle,
    Listing,
    NotModified,
    Response,
    Source,
    SourceState,
    Validators,
    Verdict,
)
from crawler.parser.kinds import find_kind, is_own_answer, page_limit
from crawler.pipeline.catchup import MAX_PAGES_BACK, Reach, join_to_overlap, lacks_overlap
from crawler.pipeline.looks import (
    ArticleLook,
    Depth,
    Found,
    Ids,
    ListingLook,
    Wanted,
    article_request,
    can_do_without_text,
    judge_article,
    observe,
    refuse_garbled,
    unasked_look,
    unchanged_listing,
    unread_listing,
    want_again,
)
from crawler.pipeline.moves import heed_move
from crawler.pipeline.resolve import AUTO, Resolved, resolve_kind
from crawler.pipeline.sharing import SharingFetcher
from crawler.pipeline.twins import find_led, find_strangers, has_left_for, join_looks
from crawler.pipeline.writer import StoreThread
from crawler.ports import Fetcher, FileReader
from crawler.sandbox.opening import OpeningFetcher, Unopened, open_document
from crawler.text.urls import canonical_url

if TYPE_CHECKING:
    from crawler.pipeline.files import Files, Purse

#: Whether the entries of one more page are enough.
Judge = Callable[[Sequence[Entry]], Awaitable[bool]]
#: Pages read side by side; their bodies are in memory together. The host's own limit lies in the fetcher.
CHUNK = 32
#: Pages that list nothing and only name where the list is, one behind the other.
MAX_SIGNPOSTS = 3
#: Fewer articles under new ids are chance.
MANY_IDS = 3


class Gatherer:
    """Asks the world through the fetcher and memory through the store's thread."""

    def __init__(self, fetcher: Fetcher, store: StoreThread, reader: FileReader | None = None) -> None:
        self._fetcher = fetcher
        self._shared = SharingFetcher(fetcher)
        self._store = store
        self._reader = reader or Unopened()

    @cached_property
    def _files(self) -> Files:
        from crawler.pipeline.files import Files  # most checks look at no article

        return Files(self._fetcher, self._store.put_snapshots, self._reader)

    # -- the listing --

    async def resolve(self, source: Source, state: SourceState | None) -> Resolved:
        """The source as the kind it is; see ``resolve_kind``."""
        return await resolve_kind(OpeningFetcher(self._fetcher, self._reader), source, state)

    async def look_at_listing(
        self, resolved: Resolved, state: SourceState | None, depth: Depth | None = None
    ) -> ListingLook:
        """Requests the listing and reads it, following its pages as far as the source's options, or ``depth``, say."""
        source = resolved.source
        response = resolved.response
        if source.kind != AUTO:
            request = heed_move(find_kind(source.kind).request_listing(source, state), state)
            if response is None or request.url != response.request.url:
                response = await self._fetcher.fetch(request, source)
        if response is None:
            raise ValueError("a source of unknown kind comes with the response it was not recognised by")
        if resolved.trouble is not None:
            return unread_listing(response, resolved.trouble)
        if isinstance(response, NotModified):
            return unchanged_listing(response, state)
        look = await self._read_all(source, response, state, depth)
        hops = () if isinstance(response, FetchFailure) else response.hops
        return replace(look, asked=response.request.url, found=response.url, hops=hops)

    async def _read_all(
        self, source: Source, response: Response, state: SourceState | None, depth: Depth | None
    ) -> ListingLook:
        look = await self._follow_signposts(source, await self._judge_listing(source, response, state))
        if look.listing is None:
            return look
        look = await self._follow_pages(source, look, Depth(pages=page_limit(source)))
        look = replace(look, usual=len(look.listing.entries) if look.listing else 0)
        return await self._follow_pages(source, look, depth) if depth else look

    async def _judge_listing(self, source: Source, response: Response, state: SourceState | None) -> ListingLook:
        if isinstance(response, FetchFailure):
            return unread_listing(response, Assessment(verdict=response.verdict, reason=response.reason))
        if isinstance(response, NotModified):
            return unchanged_listing(response, state)
        return await self._read_listing(source, response, state)

    async def _read_listing(self, source: Source, fetched: Fetched, state: SourceState | None) -> ListingLook:
        from crawler.parser.verdict import assess, assess_listing, assess_unread  # most listings are as they were

        same = state is not None and bool(state.body_sha256) and state.body_sha256 == fetched.sha256
        if not same:
            fetched = await self._open(fetched)
        assessment = Assessment(verdict=Verdict.NOT_MODIFIED) if same else assess(fetched, expect="listing")
        if assessment.verdict is Verdict.NOT_FOUND and is_own_answer(source, fetched):
            assessment = Assessment(verdict=Verdict.OK, reason="404 says that there is nothing to list")
        listing = None
        if assessment.verdict is Verdict.OK:
            try:
                listing = find_kind(source.kind).parse_listing(source, fetched)
            except ParseError as error:
                assessment = assess_unread(fetched, str(error))
            else:
                assessment = assess_listing(listing)
                listing = listing if assessment.verdict is Verdict.OK else None
        await self._store.put_snapshots([fetched.body] if not same else [])
        return ListingLook(
            assessment=assessment,
            observations=(observe(fetched, assessment.verdict, assessment.reason),),
            listing=listing,
            validators=fetched.validators,
            body_sha256=fetched.sha256,
            retry_at=fetched.retry_at,
            fresh_for=read_freshness(fetched.headers),
        )

    async def _open(self, fetched: Fetched) -> Fetched:
        opened = await open_document(fetched, self._reader)
        return opened if isinstance(opened, Fetched) else fetched

    async def _follow_signposts(self, source: Source, look: ListingLook) -> ListingLook:
        """Where a page lists nothing and names another, the listing is that other one, readable or not.

        What the other server said to repeat is forgotten: the next check asks for the signpost again.
        """
        for _ in range(MAX_SIGNPOSTS):
            if look.listing is None or look.listing.entries or look.listing.next is None:
                break
            page = await self._judge_listing(source, await self._fetcher.fetch(look.listing.next, source), None)
            look = replace(page, observations=(*look.observations, *page.observations), validators=Validators())
        return look

    async def find_news(
        self, source: Source, look: ListingLook, *, trust_ids: bool, follow_back: bool
    ) -> tuple[Found, ListingLook, str]:
        """What the listing wants looked at, followed back where nothing of it is known; and what may be missing."""
        found = await self.find_wanted(source, look, trust_ids=trust_ids)
        if not follow_back or not lacks_overlap(look, found.wanted):
            return found, look, ""
        reach = await self.follow_to_overlap(source, look, trust_ids=trust_ids)
        found = await self.find_wanted(source, reach.look, trust_ids=trust_ids)
        return found, replace(reach.look, usual=look.usual), reach.gap

    async def follow_to_overlap(self, source: Source, look: ListingLook, *, trust_ids: bool = True) -> Reach:
        """Follows a listing of which nothing is known back to where something is, within bounds."""
        met: list[Entry] = []

        async def has_met(entries: Sequence[Entry]) -> bool:
            page = replace(look, listing=Listing(entries=tuple(entries)))
            found = await self.find_wanted(source, page, trust_ids=trust_ids)
            met.extend(each.entry for each in found.wanted if each.known and each.entry)
            return bool(met)

        deeper = await self._follow_pages(source, look, Depth(pages=MAX_PAGES_BACK + 1), has_met)
        return join_to_overlap(look, deeper, met)

    async def _follow_pages(
        self, source: Source, look: ListingLook, depth: Depth, is_far_enough: Judge | None = None
    ) -> ListingLook:
        """Reads on from where the listing ends, until it ends, repeats itself, or is deep enough."""
        if look.listing is None:
            return look
        observations, entries, page = list(look.observations), list(look.listing.entries), look
        following, seen, since = look.listing.next, marks_of(look), look.listing.since
        for _ in range(depth.pages - 1):
            if following is None or depth.is_enough(entries[-1:]):
                break
            page = await self._judge_listing(source, await self._fetcher.fetch(following, source), None)
            observations.extend(page.observations)
            if page.listing is None or marks_of(page) & seen:
                following = None  # the end, or "page n equals page 1", whatever clock or token the page carries
                break
            seen |= marks_of(page)
            entries.extend(page.listing.entries)
            following, since = page.listing.next, since and page.listing.since
            if is_far_enough is not None and await is_far_enough(page.listing.entries):
                break
        whole = replace(look.listing, entries=tuple(entries), next=following, since=since)
        return replace(look, listing=whole, observations=tuple(observations))

    async def find_own_article(self, source: Source) -> KnownArticle | None:
        """The article at the source's own address, if this source has brought it."""
        found = await self._store.find_articles([f"url:{canonical_url(source.url)}"])
        return next((article for article in found.values() if article.source_id == source.id), None)

    # -- the articles --

    async def find_wanted(self, source: Source, look: ListingLook, *, trust_ids: bool = True) -> Found:
        """Pairs each entry with the article we know it as, if any; an article named twice is taken once.

        Ids that identify nothing are left out, and so are all where they are not trusted any more.
        """
        entries = look.listing.entries if look.listing else ()
        degenerate = trust_ids and degenerate_ids(entries)
        trust_ids = trust_ids and not degenerate
        keyed = [(entry, entry_keys(entry, source.id, trust_ids=trust_ids)) for entry in entries]
        known = await self._store.find_articles(key for _, keys in keyed for key in keys)
        fresh = trust_ids and comes_under_fresh_ids(keyed, known)
        if trust_ids and counts_positions(keyed, known):
            degenerate = True
            keyed = [(entry, entry_keys(entry, source.id, trust_ids=False)) for entry in entries]
        proof = next((each for each in look.observations if each.sha256 == look.body_sha256), None)
        wanted: dict[str, Wanted] = {}
        for number, (entry, keys) in enumerate(keyed):
            if keys:
                found = match(keys, known)
                each = Wanted(found, entry, keys, backfilled=number >= look.usual, listed=proof)
                wanted.setdefault(found.id if found else keys[0], each)
        return Found(tuple(wanted.values()), Ids(degenerate=degenerate, fresh=fresh))

    async def match_twins(
        self, source: Source, looks: Sequence[ArticleLook], listed: Collection[str]
    ) -> list[ArticleLook]:
        """Recognises an article by its text where it stands at a new address while the old one is gone.

        ``listed`` are the ids of articles that the list names under addresses we know: those have not moved.
        """
        for old, new in find_led(looks):
            if old.known and old.known.id not in listed:
                joined = await self._load_before(source, join_looks(new, old, old.known))
                looks = [joined if look is new else look for look in looks if look is not old]
        strangers = find_strangers(looks)
        for twin in await self._store.find_twins(source.id, strangers) if strangers else ():
            stranger = strangers.get(twin.fingerprint)
            if stranger is None or twin.id in listed:
                continue
            own = next((look for look in looks if look.known and look.known.id == twin.id), None)
            if own is None:
                own = (await self.look_at_articles(source, [want_again(twin)]))[0]
            if has_left_for(own, stranger):
                moved = await self._load_before(source, join_looks(stranger, own, twin))
                looks = [moved if look is stranger else look for look in looks if look is not own]
                del strangers[twin.fingerprint]
        return list(looks)

    async def look_at_articles(self, source: Source, wanted: Iterable[Wanted]) -> list[ArticleLook]:
        """Looks at every wanted article, a chunk at a time."""
        from crawler.pipeline.files import Purse  # most checks look at no article

        looks: list[ArticleLook] = []
        rest = list(wanted)
        purse = Purse(source.attachment_budget_per_check)
        while rest:
            chunk, rest = rest[:CHUNK], rest[CHUNK:]
            found = await asyncio.gather(*(self._look(source, each, purse) for each in chunk))
            await self._store.put_snapshots([body for _, bodies in found for body in bodies])
            looks.extend(look for look, _ in found)
        purse.tell(source)
        return [replace(look, keys=merge_keys(look, source)) for look in looks]

    async def _look(self, source: Source, wanted: Wanted, purse: Purse) -> tuple[ArticleLook, list[bytes]]:
        request = article_request(source, wanted)
        if request is None:
            look = await self._load_before(source, unasked_look(source, wanted))
            return await self._files.look_at(source, look, purse), []
        # Another source may list the same new post; of one that is known only its own source asks.
        fetcher = self._shared if wanted.known is None else self._fetcher
        response = await fetcher.fetch(request, source)
        if isinstance(response, Fetched) and (wanted.known is None or wanted.known.body_sha256 != response.sha256):
            response = await self._open(response)
        look = replace(judge_article(source, wanted, response), backfilled=wanted.backfilled, listed=wanted.listed)
        bodies = [response.body] if isinstance(response, Fetched) and not look.unchanged else []
        look = await self._files.look_at(source, await self._load_before(source, look), purse)
        return look, bodies

    async def _load_before(self, source: Source, look: ArticleLook) -> ArticleLook:
        if look.known is None or can_do_without_text(look, look.known):
            return look
        look = replace(look, before=await self._store.latest_revision(look.known.id))
        return refuse_garbled(await self._stand_on_ground(source, look))

    async def _stand_on_ground(self, source: Source, look: ArticleLook) -> ArticleLook:
        """The look beside what today's reader makes of the bytes before; see ``grounds``."""
        from crawler.pipeline.grounds import needs_ground, stand_on  # most checks find nothing to compare
        from crawler.pipeline.rereading import reread

        if look.known is None or look.before is None or not needs_ground(look):
            return look
        return stand_on(look, await reread(look.before, look.known, source, self._store.get_snapshot, self._reader))

    async def recognise(self, source: Source, looks: Sequence[ArticleLook]) -> list[ArticleLook]:
        """Recognises articles by identities that only their pages carry, or that another check has just met."""
        strangers = [look for look in looks if look.known is None]
        known = await self._store.find_articles(key for look in strangers for key in look.keys)
        recognised = []
        for look in looks:
            found = match(look.keys, known) if look.known is None else None
            recognised.append(await self._load_before(source, replace(look, known=found)) if found else look)
        return recognised


def merge_keys(look: ArticleLook, source: Source) -> tuple[str, ...]:
    """All identities of the article: what we knew, what the listing says, what the page says."""
    found = article_keys(look.article, source.id) if look.article else ()
    kept = look.known.keys if look.known else ()
    if look.detoured:
        # Where a passing redirect ends (a consent page, an app page) is nobody's identity: many articles end there.
        found = tuple(key for key in found if not key.startswith(("url:", "doc:")))
    has_landed = (look.article or look.unchanged) and look.final_url and not look.detoured
    landed = (f"url:{canonical_url(look.final_url)}",) if has_landed else ()
    return tuple(dict.fromkeys((*kept, *found, *look.keys, *landed)))


def marks_of(look: ListingLook) -> set[str]:
    """By what a page of a listing is known when it comes again: its bytes, and the articles that it names in order."""
    entries = look.listing.entries if look.listing else ()
    return {look.body_sha256, *(["\n".join(entry.url or entry.title for entry in entries)] if entries else [])}


def counts_positions(keyed: Sequence[tuple[Entry, tuple[str, ...]]], known: Mapping[str, KnownArticle]) -> bool:
    """Whether the listing's ids number places and not posts.

    Then an id names an article whose own address stands elsewhere in the same listing, under another id.
    """
    listed = {canonical_url(entry.url): entry.id for entry, _ in keyed if entry.url}
    for entry, keys in keyed:
        found = next((known[key] for key in keys if key.startswith("id:") and key in known), None)
        if found is None or not entry.url or canonical_url(found.url) == canonical_url(entry.url):
            continue
        if listed.get(canonical_url(found.url), entry.id) != entry.id:
            return True
    return False


def comes_under_fresh_ids(keyed: Sequence[tuple[Entry, tuple[str, ...]]], known: Mapping[str, KnownArticle]) -> bool:
    """Whether most of the known articles in a listing came under ids never seen before, as where ids are drawn anew."""
    met = fresh = 0
    for _, keys in keyed:
        found = match(keys, known)
        ids = [key for key in keys if key.startswith("id:")]
        if found is not None and ids and any(key.startswith("id:") for key in found.keys):
            met += 1
            fresh += not any(key in found.keys for key in ids)
    return fresh >= MANY_IDS and 2 * fresh > met
