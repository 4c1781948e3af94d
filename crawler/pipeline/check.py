"""One check: gather, decide, commit. A source's failure is a result, never a crash."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from crawler.differ.guard import judge_listing
from crawler.errors import GazetteError, describe_mistake
from crawler.model import (
    ABSENT,
    ArticleState,
    Assessment,
    Expectation,
    IncidentReason,
    KnownArticle,
    Source,
    SourceState,
    Validators,
    Verdict,
)
from crawler.pipeline.choosing import MAX_LOOKS, ask_afresh, choose, has_erred, must_see_bytes
from crawler.pipeline.context import Audience, Context
from crawler.pipeline.decide import (
    decide_all,
    decide_check,
    decide_confirmation,
    decide_failure,
    forget_validators,
    is_fresh,
    is_well,
    needs_another_look,
)
from crawler.pipeline.doubt import RETURN_LOOKS, is_worth_more_looks
from crawler.pipeline.expected import count_reshaped, learn_from, refuse_unexpected
from crawler.pipeline.gather import Gatherer
from crawler.pipeline.habits import shorten
from crawler.pipeline.kinship import needs_the_others
from crawler.pipeline.lapses import bears_out, find_lapses, set_apart
from crawler.pipeline.looks import ArticleLook, Depth, Found, ListingLook, want_again, want_files
from crawler.pipeline.masking import learn_masks
from crawler.pipeline.pages import is_absent, is_proof_alone, judge_pages, present_among, refuse_lost, shows_a_mass
from crawler.pipeline.resolve import Resolved
from crawler.pipeline.result import CheckResult, Recheck, finish
from crawler.pipeline.returns import look_where_listed
from crawler.pipeline.signposts import see_signposts
from crawler.pipeline.window import Lapse
from crawler.pipeline.writer import StoreThread
from crawler.ports import Clock, Fetcher, FileReader

if TYPE_CHECKING:
    from crawler.pipeline.kindred import Kindred

log = logging.getLogger(__name__)


class Checker:
    """Checks sources. ``chance`` gives numbers in [0, 1) that spread due times; no ``reader``: no file is read."""

    def __init__(
        self,
        *,
        fetcher: Fetcher,
        store: StoreThread,
        clock: Clock,
        audience: Audience,
        chance: Callable[[], float],
        reader: FileReader | None = None,
    ) -> None:
        self._gatherer = Gatherer(fetcher, store, reader)
        self._store = store
        self._clock = clock
        self._audience = audience
        self._chance = chance
        # Two sources may meet one story, or its edit, at once: whoever holds this decides, the other recognises it.
        self._recognising = asyncio.Lock()

    async def check(
        self,
        source: Source,
        state: SourceState | None,
        recheck: Recheck = Recheck.DUE,
        depth: Depth | None = None,
    ) -> CheckResult:
        """Visits the source and the articles that are due, and commits what came of it.

        ``depth`` follows the listing's pages back; what only they name is recorded as baseline. A mistake of our own
        fails this source and no other. Raises ``StoreError``: then no source can be checked.
        """
        try:
            return await self._check(source, state, recheck, depth)
        except GazetteError:
            raise
        except Exception as error:
            log.exception("the check of %s broke off", source.id)
            return await self._fail_inside(source, state, error)

    async def _check(
        self, source: Source, state: SourceState | None, recheck: Recheck, depth: Depth | None
    ) -> CheckResult:
        resolved = await self._gatherer.resolve(source, state)
        source = resolved.source
        fresh = is_fresh(source, state)
        due = [] if fresh else await self._due(source, recheck)
        asked_state = None if fresh else state
        if depth or (not source.follow and any(needs_another_look(article) for article in due)):
            asked_state = forget_validators(asked_state)
        elif asked_state and must_see_bytes(asked_state.well_at, asked_state.habits, self._clock.now()):
            asked_state = replace(asked_state, validators=Validators())
        look = await self._gatherer.look_at_listing(resolved, asked_state, depth)
        if look.assessment.verdict in ABSENT and (own := await self._gatherer.find_own_article(source)):
            # The source is one article, and that is gone: its removal is for the article's own look to prove.
            look = replace(look, assessment=Assessment(verdict=Verdict.OK))
            is_wanted = recheck is not Recheck.NONE and own.id not in {article.id for article in due}
            due = [*due, own] if is_wanted and own.state is ArticleState.PRESENT else due
        counts = look.listing is not None and look.listing.since is None
        judged = judge_listing(None if fresh else state, look.usual) if counts else None
        # A partial listing is read for what it has; only that something is missing from it proves nothing.
        expected = Expectation() if fresh or state is None else state.expectation
        now = self._clock.now()
        context = Context(source=source, now=now, state=state, fresh=fresh, well=True, expectation=expected)
        short = shorten(context.habits.short, judged, look, context.now)
        context = context if short is None else replace(context, short=short, well=False)
        if judged and judged.reason is IncidentReason.EMPTY_LISTING:
            look = replace(look, listing=None, assessment=Assessment(verdict=Verdict.UNEXPECTED, reason=judged.detail))
            return await self._fail(look, context, judged.reason)
        if not is_well(look.assessment.verdict):
            return await self._fail(look, context, None)
        if look.listing is None and not due:
            return await self._commit(look, (), context, listed=0)  # as most checks: nothing new, and nothing due
        return await self._look_and_commit(look, context, due, recheck, follow_back=depth is None)

    async def recheck(self, source: Source, state: SourceState) -> CheckResult:
        """Looks at the source's due articles alone, without asking for its listing, and commits what came of it.

        What is remembered of the source stays as its last check left it, and absence is believed only if that one
        went well. A mistake of our own leaves everything as it was. Raises ``StoreError``.
        """
        try:
            return await self._recheck(source, state)
        except GazetteError:
            raise
        except Exception as error:
            log.exception("looking at the articles of %s again broke off", source.id)
            return CheckResult(source=source, state=state, verdict=Verdict.UNEXPECTED, reason=describe_mistake(error))

    async def _recheck(self, source: Source, state: SourceState) -> CheckResult:
        due = await self._due(source, Recheck.DUE)
        begun = CheckResult(source=source, state=state, verdict=Verdict.NOT_MODIFIED, reread=len(due))
        if not due:
            return begun
        now = self._clock.now()
        wanted = ask_afresh(map(want_again, due), state.habits, now)
        looks = refuse_unexpected(await self._gatherer.look_at_articles(source, wanted), state.expectation)
        context = Context(source=source, now=now, state=state, fresh=False, well=True, expectation=state.expectation)
        looks, widened = await self._widen(looks, context)
        looks = await self._see_signposts(looks, (), context)
        well, pages = is_proof_alone(looks, state, source.guard), judge_pages(looks, (), source.guard)
        context = replace(context, well=well, reread=len(present_among(looks)), pages=pages, widened=widened)
        return await self._commit_looks(refuse_lost(looks, pages), context, begun)

    async def confirm(self, result: CheckResult) -> CheckResult:
        """The second look at the doubtful edits of a check, committed on its own. Raises ``StoreError``.

        Where it breaks off, the edits stay doubtful and the next check confirms them.
        """
        try:
            return await self._confirm(result)
        except GazetteError:
            raise
        except Exception:
            log.exception("the second look at %s broke off", result.source.id)
            return result

    async def _confirm(self, result: CheckResult) -> CheckResult:
        """One more look at each, and a few more where an old copy may have answered instead of the publisher."""
        confirmed = result
        for _ in range(RETURN_LOOKS - 1):
            confirmed = await self._confirm_once(confirmed)
            still = tuple(article for article in confirmed.doubtful if is_worth_more_looks(article))
            confirmed = replace(confirmed, doubtful=still)
            if not still:
                break
        return replace(confirmed, doubtful=result.doubtful)

    async def _confirm_once(self, result: CheckResult) -> CheckResult:
        now = self._clock.now()
        looks = await self._look_again(result.source, result)
        context = Context(
            source=result.source,
            now=now,
            state=result.state,
            fresh=False,
            well=is_proof_alone(looks, result.state, result.source.guard),
            confirming=True,
            reread=result.reread,
        )
        return await self._commit_looks(looks, context, result)

    async def _commit_looks(self, looks: Sequence[ArticleLook], context: Context, begun: CheckResult) -> CheckResult:
        """Writes what looks at articles alone came to. Of the source they tell how its pages look, and its habits."""
        if any(needs_the_others(each, context.source) for each in looks):
            async with self._recognising:
                return await self._commit_known(await self._bring_kin(context.source, looks), context, begun)
        return await self._commit_known(looks, context, begun)

    async def _bring_kin(self, source: Source, looks: Sequence[ArticleLook]) -> list[ArticleLook]:
        """The looks with what tells the same elsewhere."""
        return await self._kindred.bring(source, looks)

    @cached_property
    def _kindred(self) -> Kindred:
        from crawler.pipeline.kindred import Kindred  # with all that compares; most checks have nothing to compare

        return Kindred(self._store)

    async def _commit_known(self, looks: Sequence[ArticleLook], context: Context, begun: CheckResult) -> CheckResult:
        source = context.source
        # The looks may have taken minutes, in which another program may have checked the source.
        state = (await self._store.source_states([source.id])).get(source.id, begun.state)
        looks = refuse_unexpected(looks, state.expectation)
        reshaped = count_reshaped(looks, state.expectation, source.guard)
        context = replace(context, errs=has_erred(looks), reshaped=reshaped)
        state = replace(state, expectation=learn_from(looks, state.expectation))
        if context.confirming and not source.follow:
            # It may have been an old copy of the list that answered: the next check reads it, whatever it was before.
            state = replace(state, validators=Validators(), body_sha256="")
        steps = list(decide_all(looks, context).values())
        incidents = await self._store.open_incidents(source.id)
        outcome = decide_confirmation(steps, context, state, open_incidents=incidents, audience=self._audience)
        changes = await self._store.commit(outcome)
        doubtful = tuple(step.article for step in steps if needs_another_look(step.article))
        return finish(replace(begun, doubtful=doubtful), outcome, changes, begun.verdict)

    async def _look_again(self, source: Source, result: CheckResult) -> list[ArticleLook]:
        doubtful = {article.id: article for article in result.doubtful}
        if source.follow:
            wanted = [want_again(article) for article in doubtful.values()]
            return await self._gatherer.look_at_articles(source, wanted)
        look = await self._gatherer.look_at_listing(Resolved(source=source), forget_validators(result.state))
        if look.listing is None or judge_listing(result.state, look.usual) is not None:
            return []  # the files alone would say that nothing is in doubt
        found = await self._gatherer.find_wanted(source, look, trust_ids=not result.state.habits.distrusts_ids)
        again = [each for each in found.wanted if each.known and each.known.id in doubtful]
        named = {each.known.id for each in again if each.known}
        files = [want_files(article) for article in doubtful.values() if article.id not in named]
        return await self._gatherer.look_at_articles(source, [*again, *files])

    async def _due(self, source: Source, recheck: Recheck) -> list[KnownArticle]:
        if recheck is Recheck.NONE:
            return []
        if recheck is Recheck.ALL:
            return await self._store.due_articles(source.id, now=None, limit=1_000_000)
        now = self._clock.now()
        if not await self._store.owns_due_articles(source.id, now=now):
            return []
        return await self._store.due_articles(source.id, now=now, limit=MAX_LOOKS)

    async def _fail(self, look: ListingLook, context: Context, trouble: IncidentReason | None) -> CheckResult:
        incidents = await self._store.open_incidents(context.source.id)
        outcome = decide_failure(
            look, context, trouble=trouble, open_incidents=incidents, audience=self._audience, chance=self._chance()
        )
        await self._store.commit(outcome)
        return CheckResult(
            source=context.source,
            state=outcome.state,
            verdict=look.assessment.verdict,
            reason=look.assessment.reason,
            incidents=outcome.incidents,
        )

    async def _fail_inside(self, source: Source, state: SourceState | None, error: Exception) -> CheckResult:
        look = ListingLook(assessment=Assessment(verdict=Verdict.UNEXPECTED, reason=describe_mistake(error)))
        fresh = is_fresh(source, state)
        context = Context(source=source, now=self._clock.now(), state=state, fresh=fresh, well=False)
        return await self._fail(look, context, IncidentReason.PARSER_DRIFT)

    async def _look_and_commit(
        self,
        look: ListingLook,
        context: Context,
        due: Sequence[KnownArticle],
        recheck: Recheck,
        *,
        follow_back: bool,
    ) -> CheckResult:
        source = context.source
        misses_nothing = look.listing is not None and look.listing.covers(context.well_at)
        follow_back = follow_back and not context.fresh and not misses_nothing
        found, look, gap = await self._gatherer.find_news(
            source, look, trust_ids=not context.habits.distrusts_ids, follow_back=follow_back
        )
        lapse = Lapse() if recheck is Recheck.NONE else await find_lapses(self._store, look, found.wanted, context)
        found = found._replace(wanted=set_apart(found.wanted, lapse))
        seen = {article.id for article in due}
        due = [*due, *(each for each in lapse.articles if each.id not in seen)]
        entries = look.listing.entries if look.listing else ()
        wanted, untouched = choose(found.wanted, due, source) if found.wanted or due else ([], [])
        wanted = ask_afresh(wanted, context.habits, context.now)
        looks = [*await self._gatherer.look_at_articles(source, wanted), *untouched]
        lapsed = {article.id for article in lapse.articles}
        looks = await look_where_listed(source, looks, found.wanted, lapsed, self._gatherer.look_at_articles)
        if context.short and bears_out(looks, lapse):
            context = replace(context, short=None, well=True)
        context = replace(context, window=(lapse.window or None) if context.well else None)
        if lapse.waits and context.well:  # so that the next check reads the list, whether it has changed or not
            look = replace(look, validators=Validators(), body_sha256="")
        looks = refuse_unexpected(looks, context.expectation)
        looks, widened = (looks, False) if recheck is Recheck.NONE else await self._widen(looks, context)
        reshaped = count_reshaped(looks, context.expectation, source.guard)
        context = replace(context, widened=widened, reshaped=reshaped)
        expectation = learn_from(looks, context.expectation)
        context = replace(context, gap=gap, ids=found.ids, expectation=expectation, masks=learn_masks(looks, context))
        context = replace(context, errs=has_erred(looks, look, context.state))
        looks, context = await self._judge_pages(looks, found, look, context)
        if context.gap and any(each.known is not None and each.entry is not None for each in looks):
            context = replace(context, gap="")  # it was the addresses that changed, not the articles
        if any(needs_the_others(each, source) for each in looks):
            async with self._recognising:
                looks = await self._gatherer.recognise(source, looks)
                looks = await self._bring_kin(source, looks)
                return await self._commit(look, looks, context, listed=len(entries))
        return await self._commit(look, looks, context, listed=len(entries))

    async def _judge_pages(
        self, looks: Sequence[ArticleLook], found: Found, look: ListingLook, context: Context
    ) -> tuple[list[ArticleLook], Context]:
        """The looks as far as they can be believed, and the context with what the pages say together."""
        named = {each.known.id for each in found.wanted if each.known}
        looks = await self._see_signposts(looks, named, context)
        if look.listing is None and sum(map(is_absent, looks)) >= context.source.guard.mass_minimum:
            named = await self._list_again(context)
        pages = judge_pages(looks, named, context.source.guard)
        looks = refuse_lost(looks, pages)
        if not context.fresh:
            looks = await self._gatherer.match_twins(context.source, looks, named)
        well = context.well and not pages.denied
        return looks, replace(context, reread=len(present_among(looks)), well=well, pages=pages)

    async def _widen(self, looks: Sequence[ArticleLook], context: Context) -> tuple[list[ArticleLook], bool]:
        """Looks at all articles of a source where many of those that were due seem to have changed together."""
        source = context.source
        if not source.follow or not shows_a_mass(looks, context.habits, source.guard, context.now):
            return list(looks), False
        seen = {each.known.id for each in looks if each.known}
        known = await self._store.due_articles(source.id, now=None, limit=MAX_LOOKS)
        others = [each for each in known if each.id not in seen and each.state is ArticleState.PRESENT]
        again = ask_afresh(map(want_again, others), context.habits, context.now)
        more = await self._gatherer.look_at_articles(source, again)
        return [*looks, *refuse_unexpected(more, context.expectation)], True

    async def _see_signposts(
        self, looks: Sequence[ArticleLook], named: Collection[str], context: Context
    ) -> list[ArticleLook]:
        again = partial(self._list_again, context)
        return await see_signposts(looks, named, context.source, self._gatherer, self._store, again)

    async def _list_again(self, context: Context) -> set[str]:
        """The ids of the articles that the list names, whether it changed or not."""
        again = forget_validators(context.state)
        look = await self._gatherer.look_at_listing(Resolved(source=context.source), again)
        found = await self._gatherer.find_wanted(context.source, look, trust_ids=not context.habits.distrusts_ids)
        return {each.known.id for each in found.wanted if each.known}

    async def _commit(
        self, look: ListingLook, looks: Sequence[ArticleLook], context: Context, *, listed: int
    ) -> CheckResult:
        source = context.source
        incidents = await self._store.open_incidents(source.id)
        steps = decide_all(looks, context)
        outcome = decide_check(
            look,
            list(steps.values()),
            context,
            open_incidents=incidents,
            audience=self._audience,
            chance=self._chance(),
        )
        changes = await self._store.commit(outcome)
        return CheckResult(
            source=source,
            state=outcome.state,
            verdict=look.assessment.verdict,
            baseline=context.fresh,
            listed=listed,
            reread=context.reread,
            changes=tuple(changes),
            incidents=outcome.incidents,
            doubtful=tuple(step.article for step in steps.values() if needs_another_look(step.article)),
        )
