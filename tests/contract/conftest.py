"""Stores of both engines, empty and fresh for each test, and what to put into them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from crawler.model import (
    Absence,
    Article,
    ArticleSummary,
    Attachment,
    Block,
    BlockKind,
    Change,
    ChangeKind,
    Evidence,
    Fact,
    FactType,
    FileState,
    Hunk,
    HunkOp,
    Incident,
    IncidentReason,
    IncidentState,
    KnownArticle,
    Moment,
    Observation,
    Outcome,
    Precision,
    Promise,
    Revision,
    SourceState,
    Suspicion,
    Validators,
    Verdict,
    digest,
)
from storage.store import open_store
from tests.postgres import serving_postgres

NOW = datetime(2024, 3, 1, 8, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory):
    with serving_postgres(tmp_path_factory.mktemp("postgres")) as found:
        yield found


@pytest.fixture(scope="session")
def postgres_databases(postgres_server):
    """Makes databases, empty or with today's schema."""
    numbers = itertools.count(1)

    def make(template: str = "template0") -> str:
        name = f"test_{next(numbers)}"
        with psycopg.connect(postgres_server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return postgres_server.get_uri(database=name).replace("postgresql://", "postgresql+psycopg://")

    return make


@pytest.fixture(scope="session")
def postgres_template(postgres_databases):
    url = postgres_databases()
    open_store(url).close()
    return url.partition("?")[0].rpartition("/")[2]


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request):
    return request.param


@pytest.fixture
def empty_url(engine, tmp_path, request):
    """The address of a database without a schema."""
    if engine == "sqlite":
        return f"sqlite:///{tmp_path}/empty.db"
    return request.getfixturevalue("postgres_databases")()


@pytest.fixture
def url(engine, tmp_path, request):
    """The address of an empty store."""
    if engine == "sqlite":
        address = f"sqlite:///{tmp_path}/gazette.db"
        open_store(address).close()
        return address
    return request.getfixturevalue("postgres_databases")(request.getfixturevalue("postgres_template"))


@pytest.fixture
def store(url):
    with open_store(url, busy_timeout=timedelta(seconds=1)) as opened:
        yield opened


@dataclass
class Made:
    """Builds nouns with invented but complete content."""

    now: datetime = NOW
    host: str = "www.example.gov.cn"
    numbers: itertools.count = field(default_factory=lambda: itertools.count(1))

    def url(self, name: object = "a") -> str:
        return f"https://{self.host}/xwzx/{name}.html"

    def observation(self, name: object = "a", *, at: datetime | None = None, **values: object) -> Observation:
        plain = Observation(
            url=self.url(name),
            fetched_at=at or self.now,
            status=200,
            verdict=Verdict.OK,
            sha256=digest(str(name).encode()),
            headers=(("content-type", "text/html"), ("etag", '"1"')),
        )
        return replace(plain, **values)

    def known(self, name: str = "a", source: str = "zq-news", **values: object) -> KnownArticle:
        plain = KnownArticle(
            id=digest(name.encode())[:16],
            source_id=source,
            url=self.url(name),
            keys=(f"url:{self.url(name)}", f"doc:{self.host}/{name}"),
            fingerprint=f"1:{name}",
            title=f"关于{name}的通知",
            first_seen_at=self.now,
            changed_at=self.now,
            fetched_at=self.now,
            due_at=self.now + timedelta(minutes=10),
            validators=Validators(etag='"1"', last_modified="Fri, 01 Mar 2024 08:00:00 GMT"),
            body_sha256=digest(name.encode()),
            entry_fingerprint="e1",
            steps=1,
        )
        return replace(plain, **values)

    def troubled(self, name: str = "a") -> KnownArticle:
        """An article with everything a life can bring."""
        signs = tuple(
            self.observation(
                name, at=self.now + timedelta(hours=hour), status=404, verdict=Verdict.NOT_FOUND, sha256=""
            )
            for hour in (0, 12)
        )
        return self.known(
            name,
            absence=Absence(observations=signs, removed_by="author"),
            suspicion=Suspicion(fingerprint="1:other", first_seen_at=self.now, tries=2),
            files=(FileState(url=self.url("f.pdf"), sha256="0" * 64, validators=Validators(etag='"f"')),),
            baseline=True,
            past=("1:first", "1:second"),
            wavers=2,
            also_at=("gd-gov", "cn-gov"),
        )

    def article(self, name: str = "a") -> Article:
        return Article(
            url=self.url(name),
            title=f"关于{name}的通知",
            blocks=(
                Block(kind=BlockKind.PARAGRAPH, text="增长1.1%。\n第二行", language="zh"),
                Block(kind=BlockKind.CAPTION, text="▲ 会场 🏛"),
            ),
            published=Moment(
                instant=datetime.fromisoformat("2024-03-01T16:30:00+08:00"), precision=Precision.MINUTE, raw="16:30"
            ),
            attachments=(Attachment(url=self.url("f.pdf"), name="附件"),),
            marks=(("dateModified", "2024-03-01"),),
            languages=("zh",),
        )

    def revision(self, name: str = "a", number: int = 1) -> Revision:
        return Revision(
            article_id=self.known(name).id,
            number=number,
            article=self.article(name),
            fingerprint=f"1:{name}",
            seen_at=self.now,
            evidence=self.observation(name),
        )

    def change(self, name: str = "a", source: str = "zq-news", **values: object) -> Change:
        known = self.known(name)
        plain = Change(
            id=f"chg_{digest(name.encode())[:20]}",
            kind=ChangeKind.EDITED,
            source=source,
            source_title="要闻",
            tags=("guangdong",),
            article=ArticleSummary(
                id=known.id,
                url=known.url,
                title=known.title,
                published_at=self.article(name).published.instant,
                published_precision=Precision.MINUTE,
                first_seen_at=self.now,
            ),
            detected_at=self.now,
            revision=2,
            previous_revision=1,
            fields=("body",),
            silent=True,
            significance=0.8,
            facts=(Fact(type=FactType.PERCENT, field="body", before="11%", after="1.1%"),),
            diff=(Hunk(field="body", op=HunkOp.REPLACE, before="11%", after="1.1%"),),
            evidence=Evidence(before=self.observation(name), after=self.observation(name)),
        )
        return replace(plain, **values)

    def incident(self, name: str = "i", state: IncidentState = IncidentState.OPEN, **values: object) -> Incident:
        plain = Incident(
            id=f"inc_{name}",
            source="zq-news",
            reason=IncidentReason.BLOCKED,
            state=state,
            detected_at=self.now if state is IncidentState.OPEN else self.now + timedelta(hours=1),
            opened_at=self.now,
            detail="412, challenge page",
        )
        return replace(plain, **values)

    def promise(self, event_id: str, window: str = "burst", **values: object) -> Promise:
        plain = Promise(subscription="all-to-desk", channel="desk", event_id=event_id, window=window, due_at=self.now)
        return replace(plain, **values)

    def state(self, source: str = "zq-news", **values: object) -> SourceState:
        return replace(SourceState(source_id=source, checked_at=self.now), **values)

    def outcome(self, source: str = "zq-news", **values: object) -> Outcome:
        return replace(Outcome(source_id=source, state=self.state(source)), **values)

    def found(self, name: str = "a", source: str = "zq-news", *, promises: bool = False) -> Outcome:
        """The whole outcome of a check that found one new article."""
        change = self.change(name, source, kind=ChangeKind.NEW)
        return self.outcome(
            source,
            observations=(self.observation(name),),
            articles=(self.known(name, source),),
            revisions=(self.revision(name),),
            changes=(change,),
            promises=(self.promise(change.id),) if promises else (),
        )

    def told(self, *names: str, window: str = "burst", **values: object) -> Outcome:
        """An outcome that promises the changes of those names."""
        changes = tuple(self.change(name) for name in names)
        promises = tuple(self.promise(change.id, window, **values) for change in changes)
        return self.outcome(changes=changes, promises=promises)


@pytest.fixture
def made():
    return Made()
