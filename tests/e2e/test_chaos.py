"""Killed at any moment, answered in any way: nothing that was committed stays untold, nothing else is told.

Every life crawls a site that goes on changing, and tells by mail at once, by mail every hour, and by webhook. Lives
are killed (SIGKILL) at random moments and at every named point of fetching, writing, leasing, rendering, sending and
acknowledging, by themselves or by the receiver that has just taken a message; some have a twin on the same database.
The receivers misbehave, too.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import signal
import sqlite3
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.model import Delivery, DeliveryState
from crawler.record import change_record
from crawler.settings import load_settings
from storage.store import open_store
from tests.chaos import TRAPS, Life, Nursery, open_nursery, settle
from tests.mailserver import Handler, MailServer
from tests.newsroom import Newsroom, source_block, write_config
from tests.siteserver import Asked, Route, SiteServer, make_route

BEGIN = datetime(2030, 3, 30, 20, 0, tzinfo=UTC)  # clocks change in Berlin in the night that follows
STEP = timedelta(minutes=13)
#: How a life ends: at one of its own points, at a moment of ours, or when a receiver has a message.
ENDS = (*TRAPS, "moment", "moment", "moment", "taken")
RULES = 4


@dataclass
class Receivers:
    """What arrived, and who shall be killed for having sent it. ``mood`` draws how the next message is answered."""

    chance: random.Random
    hooks: defaultdict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    victims: list[int] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)

    def kill_senders(self) -> None:
        victims, self.victims = self.victims, []
        for pid in victims:
            kill(pid)

    def take_hook(self, asked: Asked) -> Route:
        """Nine of ten are taken; of those that are not, some had been taken and the answer got lost."""
        if len(asked.body) < int(asked.headers["content-length"]):
            return make_route(raw=b"")  # whoever sent it died while sending
        mood = self.chance.choices(("204", "500", "429", "301", "reset", "lost", "slow"), (70, 5, 5, 5, 5, 5, 5))[0]
        self.answers[mood] += 1
        if mood in ("204", "lost", "slow"):
            self.hooks[asked.headers["webhook-id"]].append(asked.body)
            self.kill_senders()
        if mood in ("reset", "lost"):
            return make_route(raw=b"")
        if mood == "slow":
            return make_route(status=204, delay=0.5)  # later than the sender waits
        return make_route(
            b"" if mood == "204" else b"not now",
            status=int(mood),
            headers={"Retry-After": "1", "Location": "/elsewhere"} if mood != "204" else {},
        )


class HarshHandler(Handler):
    """Takes nine of ten mails; kills whoever sent one where that is wished, before the answer."""

    def __init__(self, receivers: Receivers) -> None:
        super().__init__()
        self.receivers = receivers

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.receivers.chance.random() < 0.1:
            return "451 not now"
        answer = await super().handle_DATA(server, session, envelope)
        self.receivers.kill_senders()
        return answer


@dataclass
class Stage:
    """The site, the receivers, and the configuration that joins them."""

    config: Path
    site: SiteServer
    news: Newsroom
    rules: Newsroom
    mail: MailServer
    receivers: Receivers
    nursery: Nursery
    chance: random.Random
    fees: dict[str, int] = field(default_factory=dict)

    def change(self) -> None:
        """A post comes, and a fee of an old one changes, each more often than not."""
        if self.chance.random() < 0.6:
            self.news.publish(f"lock-{len(self.news.posts)}")
        if self.chance.random() < 0.6:
            slug = self.chance.choice(self.rules.posts).slug
            before = self.fees.get(slug, 120)
            self.fees[slug] = before + self.chance.randrange(1, 90)
            self.rules.edit(slug, f"{before} euros", f"{self.fees[slug]} euros")

    def end_one(self, number: int, end: str) -> list[int]:
        """One life, or two at a time, and how they ended."""
        at = BEGIN + number * STEP
        lives = [Life(str(self.config), at, *self.trap(end))]
        if number % 7 == 3:
            lives.append(Life(str(self.config), at, *self.trap(self.chance.choice(tuple(TRAPS)))))
        return self.nursery.run(lives, lambda pids: self.end(end, pids[:1]))

    def trap(self, end: str) -> tuple[str, int]:
        if end not in TRAPS:
            return "", 1
        deep = {"statement": 60, "fetch": 6, "fetched": 6}.get(end, 3)
        return end, self.chance.randrange(1, deep + 1)

    def end(self, end: str, pids: list[int]) -> None:
        if end == "taken":
            self.receivers.victims = pids
        elif end == "moment":
            time.sleep(self.chance.uniform(0, 0.25))
            for pid in pids:
                kill(pid)


CHANNELS = """
[[channel]]
name = "desk"
kind = "smtp"
host = "127.0.0.1"
port = {mail}
to = ["desk@example.org"]

[[channel]]
name = "hook"
kind = "webhook"
url = "{hook}"
private_hosts = ["127.0.0.1"]

[[subscription]]
name = "at-once"
channel = "desk"
language = "zh"

[[subscription]]
name = "hourly"
channel = "desk"
rhythm = "hourly"
timezone = "Europe/Berlin"

[[subscription]]
name = "programs"
channel = "hook"
incidents = true

[[subscription]]
name = "few"
channel = "hook"
max_per_hour = 2
"""


@pytest.fixture
def stage(tmp_path, site):
    chance = random.Random(20)
    receivers = Receivers(chance)
    news, rules = Newsroom(site), Newsroom(site, name="rules")
    news.publish_many(3)
    rules.publish_many(RULES, name="rule")
    hook = site.compute("/hook", receivers.take_hook)
    with MailServer(handler=HarshHandler(receivers)) as mail, open_nursery() as nursery:
        config = write_config(
            tmp_path,
            site,
            source_block("news", news.feed) + '[source.recheck]\nladder = ["300d"]\n',
            source_block("rules", rules.feed) + '[source.recheck]\nladder = ["1s"]\nthen_every = "1m"\n',
            more=CHANNELS.format(mail=mail.port, hook=hook),
        )
        yield Stage(config, site, news, rules, mail, receivers, nursery, chance)


@pytest.mark.parametrize(
    "deaths",
    [
        pytest.param(25),
        pytest.param(320, marks=pytest.mark.slow),
    ],
)
def test_whatever_dies_when_everything_committed_is_told_and_nothing_else(stage, deaths):
    number, codes, fatal = 0, Counter[int](), Counter[str]()
    assert stage.nursery.run([Life(str(stage.config), BEGIN - STEP)]) == [0]  # the baseline
    while fatal.total() < deaths:
        stage.change()
        end = ENDS[number % len(ENDS)]
        ended = stage.end_one(number, end)
        codes.update(ended)
        fatal[end] += ended.count(-signal.SIGKILL)
        number += 1
        assert number < deaths * 4, fatal
    stage.receivers.victims = []
    last = BEGIN + number * STEP
    assert stage.nursery.run([Life(str(stage.config), last)]) == [0]
    settle(load_settings(stage.config, {}), at=last + timedelta(days=1))

    assert set(codes) <= {0, -signal.SIGKILL}  # no life ends by a mistake
    assert set(fatal) == set(ENDS)
    check(stage, load_settings(stage.config, {}))
    print(f"{fatal.total()} deaths: {dict(fatal)}; answers: {dict(stage.receivers.answers)}")


def check(stage: Stage, settings: Any) -> None:
    with open_store(settings.storage.url, create=False) as store:
        changes = list(store.each_change())
        deliveries = {each.id: each for each in store.list_deliveries(limit=1_000_000)}
        texts = {each.url: store.latest_revision(each.id).article.text for each in store.each_article()}
    assert is_whole(settings.storage.sqlite_path)
    assert Counter(each.state for each in deliveries.values()) == {DeliveryState.SENT: len(deliveries)}
    check_site(stage, changes, texts)
    told = [each for each in changes if not each.baseline]
    check_promises(told, deliveries)
    check_hooks(stage.receivers.hooks, told, {each.id for each in deliveries.values() if each.subscription == "few"})
    check_limit(settings.storage.sqlite_path)
    check_mails(stage.mail, deliveries)


def check_site(stage: Stage, changes: list[Any], texts: dict[str, str]) -> None:
    """Everything that was published is known once, as it stands now."""
    born = Counter(each.article.url for each in changes if each.kind.value == "new")
    assert born == Counter(room.url(post.slug) for room in (stage.news, stage.rules) for post in room.posts)
    for slug, fee in stage.fees.items():
        assert f"{fee} euros" in texts[stage.rules.url(slug)]


def check_promises(told: list[Any], deliveries: dict[str, Delivery]) -> None:
    """Each event is in exactly one delivery of each subscription that hears of it."""
    promised = Counter((each.subscription, event) for each in deliveries.values() for event in each.event_ids)
    names = ("at-once", "hourly", "programs", "few")
    tellings = {("programs", event_id) for _, event_id in promised if event_id.startswith("inc")}
    assert set(promised.values()) <= {1}
    assert set(promised) - tellings == {(name, change.id) for name in names for change in told}
    windows = Counter(
        (each.subscription, each.window) for each in deliveries.values() if each.window.startswith("digest:")
    )
    assert set(windows.values()) == {1}


def check_hooks(hooks: dict[str, list[bytes]], told: list[Any], few: set[str]) -> None:
    """One content for each id; each committed change in one message as it is stored, and no others.

    ``few`` are the ids of messages that may hold several changes.
    """
    assert {name: len(set(bodies)) for name, bodies in hooks.items()} == dict.fromkeys(hooks, 1)
    folded = [json.loads(hooks[name][0])["data"] for name in few]
    heard = Counter(change["id"] for data in folded for change in data.get("changes", [data]))
    assert heard == Counter(change.id for change in told)
    contents = [json.loads(bodies[0]) for name, bodies in hooks.items() if name not in few]
    received = {each["data"]["id"]: each["data"] for each in contents if each["type"].startswith("article.")}
    assert len([each for each in contents if each["type"].startswith("article.")]) == len(received)
    assert received == {change.id: json.loads(json.dumps(change_record(change))) for change in told}


def check_limit(database: Any) -> None:
    """No hour of the clock of decisions has more than two messages of the one that wants no more."""
    connection = sqlite3.connect(database)
    rows = connection.execute("SELECT slot_at FROM delivery WHERE subscription = 'few' AND attempts > 0").fetchall()
    connection.close()
    taken = [datetime.fromisoformat(at) for (at,) in rows]
    assert all(sum(at - timedelta(hours=1) < other <= at for other in taken) <= 2 for at in taken)


def check_mails(mail: MailServer, deliveries: dict[str, Delivery]) -> None:
    """Every letter arrived as it was fixed; there is no other."""
    seen: defaultdict[str, set[str]] = defaultdict(set)
    for each in mail.received:
        seen[str(each.message["X-Gazette-Delivery"])].add(digest(each.content))
    letters = {each.id: each for each in deliveries.values() if each.channel == "desk"}
    assert seen == {name: {digest(each.payload or b"")} for name, each in letters.items()}


def kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # it ended by itself
        os.kill(pid, signal.SIGKILL)


def digest(content: bytes) -> str:
    return hashlib.sha256(content.rstrip(b"\r\n")).hexdigest()


def is_whole(database: Any) -> bool:
    connection = sqlite3.connect(database)
    try:
        fine = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return fine and connection.execute("PRAGMA foreign_key_check").fetchall() == []
    finally:
        connection.close()
