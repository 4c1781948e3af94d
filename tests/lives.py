"""What tests of the decisions share: one article's life, look by look, without network, clock or database."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from crawler.differ.identity import entry_keys
from crawler.model import (
    Article,
    Assessment,
    Block,
    BlockKind,
    Entry,
    KnownArticle,
    Listing,
    Moment,
    Observation,
    Outcome,
    Precision,
    Revision,
    Source,
    SourceState,
    Verdict,
    digest,
)
from crawler.pipeline.context import Audience, Context, Step
from crawler.pipeline.decide import decide_check, decide_confirmation
from crawler.pipeline.looks import ArticleLook, ListingLook
from crawler.pipeline.steps import decide_article

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
HOST = "https://www.example.gov.cn"

STATUS = {Verdict.NOT_FOUND: 404, Verdict.GONE: 410, Verdict.UNREACHABLE: 503, Verdict.CHALLENGE: 412}


def make_entry(name: str = "dock", **values: object) -> Entry:
    plain = Entry(
        id=f"guid-{name}",
        url=f"{HOST}/news/{name}.html",
        title=f"Notice on the {name}",
        published=Moment(instant=NOON - HOUR, precision=Precision.MINUTE),
    )
    return replace(plain, **values)


def make_article(name: str = "dock", text: str = "The fee is 120 euros.", **values: object) -> Article:
    plain = Article(
        url=f"{HOST}/news/{name}.html",
        title=f"Notice on the {name}",
        blocks=(Block(kind=BlockKind.PARAGRAPH, text=text, language="en"),),
        published=Moment(instant=NOON - HOUR, precision=Precision.MINUTE),
        language="en",
    )
    return replace(plain, **values)


def make_source(**values: object) -> Source:
    plain = Source(id="harbour", kind="feed", url=f"{HOST}/feed.xml", title="Harbour", confirm_after=20 * MINUTE / 60)
    return replace(plain, **values)


@dataclass
class Life:
    """One article at one source: each call looks at it and remembers what was decided."""

    source: Source = field(default_factory=make_source)
    name: str = "dock"
    now: datetime = NOON
    known: KnownArticle | None = None
    revision: Revision | None = None
    told: list = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def context(self, **values: object) -> Context:
        state = SourceState(source_id=self.source.id, address=self.source.address, baselined_at=NOON, checked_at=NOON)
        plain = Context(source=self.source, now=self.now, state=state, fresh=False, well=True)
        return replace(plain, **values)

    def observation(self, verdict: Verdict, body: str = "", url: str = "") -> Observation:
        return Observation(
            url=url or f"{HOST}/news/{self.name}.html",
            fetched_at=self.now,
            status=STATUS.get(verdict, 200),
            verdict=verdict,
            sha256=digest(body.encode()) if body else "",
        )

    def read(self, article: Article | None = None, *, entry: Entry | None = None, **values: object) -> ArticleLook:
        """The look at a page that was read."""
        article = article or make_article(self.name)
        body = values.pop("body", article.text)
        plain = ArticleLook(
            keys=entry_keys(entry, self.source.id) if entry else self.known.keys if self.known else (),
            assessment=Assessment(verdict=Verdict.OK),
            known=self.known,
            entry=entry,
            article=article,
            before=self.revision,
            observation=self.observation(Verdict.OK, body),
            final_url=article.url,
            body_sha256=digest(body.encode()),
        )
        return replace(plain, **values)

    def failed(self, verdict: Verdict, *, entry: Entry | None = None, **values: object) -> ArticleLook:
        """The look at a page that could not be read, or is gone."""
        plain = ArticleLook(
            keys=entry_keys(entry, self.source.id) if entry else self.known.keys if self.known else (),
            assessment=Assessment(verdict=verdict, reason="as the test has it"),
            known=self.known,
            entry=entry,
            before=self.revision,
            observation=self.observation(verdict),
        )
        return replace(plain, **values)

    def unchanged(self, *, entry: Entry | None = None, **values: object) -> ArticleLook:
        """The look at a page that the server, or its bytes, call unchanged."""
        assert self.known is not None
        plain = ArticleLook(
            keys=entry_keys(entry, self.source.id) if entry else self.known.keys,
            assessment=Assessment(verdict=Verdict.NOT_MODIFIED),
            known=self.known,
            entry=entry,
            unchanged=True,
            before=self.revision,
            observation=self.observation(Verdict.NOT_MODIFIED),
            body_sha256=self.known.body_sha256,
        )
        return replace(plain, **values)

    def live(self, look: ArticleLook, **context: object) -> Step:
        """Decides one look and remembers it."""
        step = decide_article(look, self.context(**context))
        self.known = step.article
        self.revision = step.revision or step.ground or self.revision
        self.told += [step.change] if step.change else []
        self.steps.append(step)
        return step

    def begin(self, article: Article | None = None, *, entry: Entry | None = None, **context: object) -> Step:
        """The first sight of the article."""
        return self.live(self.read(article, entry=entry or make_entry(self.name)), **context)

    def later(self, span: timedelta) -> Life:
        self.now += span
        return self


@dataclass
class Desk:
    """A source's checks as outcomes, many articles at once."""

    source: Source = field(default_factory=make_source)
    now: datetime = NOON
    lives: dict[str, Life] = field(default_factory=dict)
    incidents: dict = field(default_factory=dict)
    audience: Audience = field(default_factory=Audience)

    def life(self, name: str) -> Life:
        life = self.lives.setdefault(name, Life(source=self.source, name=name))
        life.now = self.now
        return life

    def context(self, **values: object) -> Context:
        state = SourceState(source_id=self.source.id, address=self.source.address, baselined_at=NOON, checked_at=NOON)
        plain = Context(source=self.source, now=self.now, state=state, fresh=False, well=True)
        return replace(plain, **values)

    def check(self, looks: list[ArticleLook], **context: object) -> Outcome:
        """One check that looked at these articles; what is known is counted as re-read."""
        reread = sum(look.known is not None for look in looks)
        at = self.context(**{"reread": reread, **context})
        steps = [decide_article(look, at) for look in looks]
        outcome = decide_check(
            listing_look(len(looks)), steps, at, open_incidents=self.open, audience=self.audience, chance=0.5
        )
        return self.remember(outcome)

    def confirm(self, looks: list[ArticleLook]) -> Outcome:
        """The second look at doubtful edits."""
        at = self.context(reread=len(self.lives), confirming=True)
        steps = [decide_article(look, at) for look in looks]
        outcome = decide_confirmation(steps, at, at.state, open_incidents=self.open, audience=self.audience)
        return self.remember(outcome)

    @property
    def open(self) -> list:
        return [incident for incident in self.incidents.values() if incident.state == "open"]

    def remember(self, outcome: Outcome) -> Outcome:
        for article in outcome.articles:
            self._whose(article.keys).known = article
        for revision in outcome.revisions:
            next(life for life in self.lives.values() if life.known.id == revision.article_id).revision = revision
        self.incidents |= {incident.id: incident for incident in outcome.incidents}
        return outcome

    def _whose(self, keys: tuple[str, ...]) -> Life:
        return next(life for life in self.lives.values() if entry_keys(make_entry(life.name), "harbour")[0] in keys)

    def begin(self, names: list[str], **context: object) -> Outcome:
        return self.check([self.life(name).read(entry=make_entry(name)) for name in names], **context)


def listing_look(entries: int = 1, *, verdict: Verdict = Verdict.OK, **values: object) -> ListingLook:
    listing = Listing(entries=tuple(make_entry(str(number)) for number in range(entries)))
    plain = ListingLook(assessment=Assessment(verdict=verdict), listing=listing, usual=entries)
    return replace(plain, **values)
