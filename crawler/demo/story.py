"""The story of the demo: a baseline, a noisy few days, real changes, and how they were told. Nothing is canned."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import time
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment

from crawler.bootstrap import open_application, open_database
from crawler.demo.receivers import Hook, Mailbox, receive_mail, receive_webhooks
from crawler.demo.server import PageHashes, serve_sites
from crawler.demo.world import Post, World, load_world
from crawler.differ.render import render_terminal
from crawler.errors import UsageError
from crawler.model import Article, BlockKind, Change, ChangeKind, Hunk, HunkOp, IncidentState, KnownArticle
from crawler.scheduler.crawl import CrawlReport, CrawlRequest, crawl
from crawler.settings import Settings, load_settings

Say = Callable[[str], None]

MARK = "# The configuration of `gazette demo`"
REFUSALS = 2
OWN_SOURCE = r'[[source]]\nid = "mine"\nkind = "html_list"\nurl = "https://www.example.org/news"\n'
#: Seconds to wait for the receiver that refused at first; the first retry comes after five.
PATIENCE = 20.0

NOISE_AT = (timedelta(minutes=11), timedelta(hours=1, minutes=2), timedelta(hours=3, minutes=2))
TROUBLE_AT = (timedelta(hours=12, minutes=2), timedelta(hours=13))
CALM_AT = (timedelta(days=1, minutes=2), timedelta(days=1, minutes=20))
CHANGE_AT = timedelta(days=3, minutes=5)
PROOF_AT = tuple(CHANGE_AT + timedelta(minutes=each) for each in (11, 125, 725, 1445))
END_AT = timedelta(days=7, minutes=5)


@dataclass(slots=True)
class Stage:
    """Everything the story plays with."""

    say: Say
    settings: Settings
    world: World
    hashes: PageHashes
    began: datetime
    new_post: Post
    mailbox: Mailbox
    hook: Hook
    told: list[Change] = field(default_factory=list)

    def crawl_at(self, offset: timedelta) -> CrawlReport:
        """One crawl at a moment of the simulated week."""
        self.world.now = self.began + offset
        return asyncio.run(crawl(self.settings, CrawlRequest(as_of=self.world.now)))


def play(folder: Path, say: Say) -> None:
    """Plays the whole story in ``folder``. Raises ``UsageError`` when that is somebody else's folder."""
    clear(folder)
    began = datetime.now(UTC).replace(microsecond=0) - END_AT
    world, new_post = load_world(began)
    hook = Hook(secret="whsec_" + b64encode(secrets.token_bytes(24)).decode())
    with (
        serve_sites(world) as hashes,
        receive_mail(folder / "mail") as (mailbox, smtp_port),
        receive_webhooks(hook) as hook_url,
    ):
        write_configuration(folder, world, smtp_port, hook_url, hook.secret)
        stage = Stage(
            say=say,
            settings=load_settings(folder, {}),
            world=world,
            hashes=hashes,
            began=began,
            new_post=new_post,
            mailbox=mailbox,
            hook=hook,
        )
        say("Gazette, on this machine alone: five sample sites, one simulated week. Every figure is measured.\n")
        tell_baseline(stage)
        tell_noise(stage)
        tell_changes(stage)
        tell_delivery(stage)
    tell_what_next(stage, folder)


def clear(folder: Path) -> None:
    """Makes an empty folder; what an earlier demo left is removed, anything else is left alone."""
    if folder.exists() and any(folder.iterdir()):
        settings = folder / "gazette.toml"
        if not settings.is_file() or not settings.read_text("utf-8").startswith(MARK):
            raise UsageError(f"{folder} exists and is not from an earlier demo; name another with --dir")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)


def write_configuration(folder: Path, world: World, smtp_port: int, hook_url: str, secret: str) -> None:
    """The demo's configuration, with the addresses of this run."""
    template = files("crawler.demo").joinpath("gazette.toml.j2").read_text("utf-8")
    environment = Environment(autoescape=False)  # noqa: S701 - the result is TOML, made of our own values
    text = environment.from_string(template).render(
        folder=folder, smtp_port=smtp_port, hook=hook_url, secret=secret, **world.bases
    )
    (folder / "gazette.toml").write_text(text + "\n", "utf-8")


# -- baseline ------------------------------------------------------------------------------------------------------


def tell_baseline(stage: Stage) -> None:
    """The first crawl, and the article that started the project as a record."""
    report = stage.crawl_at(timedelta(0))
    articles = read_articles(stage.settings)
    languages = {language for _, article in articles for language in article.languages}
    well = sum(result.is_well for result in report.results)
    stage.say(
        f"BASELINE  {well} official sites, {len(languages)} languages,"
        f" {report.count(ChangeKind.NEW)} articles recorded."
        f" {told_at_baseline(report, len(stage.mailbox.received) + len(stage.hook.taken))}"
    )
    known, article = next(
        each for each in articles if each[0].source_id == "zhaoqing-notes" and "four" in each[1].title
    )
    tell_record(stage, known, article)
    shared = [each for each, _ in articles if each.carried_at]
    for each in shared:
        stage.say(
            f"  told once       {clip(each.title, 44)}  at {each.source_id}, also at {', '.join(each.carried_at)}"
        )
    by_id = {each.id: each for each, _ in articles}
    for each in by_id.values():
        if (original := by_id.get(each.translation_of)) is not None:
            stage.say(f"  translated      {clip(original.title, 44)}  at {each.source_id}, known by figures and dates")


def told_at_baseline(report: CrawlReport, received: int) -> str:
    """What the mailbox and the webhook got at the baseline: a welcome for whoever reads mail, and nothing else."""
    welcomes = len(report.welcomed)
    if received != welcomes:
        return f"{received - welcomes} alerts were sent!"
    return f"No alerts: this is the baseline ({welcomes} welcome by mail)."


def tell_record(stage: Stage, known: KnownArticle, article: Article) -> None:
    """The article that started the project, as Gazette reads it."""
    captions = [block.text for block in article.blocks if block.kind is BlockKind.CAPTION]
    parts = {language: sum(block.language == language for block in article.blocks) for language in article.languages}
    published = article.published.instant.strftime("%Y-%m-%d %H:%M %z") if article.published else "no date"
    teaser = "lanterns" in article.text
    stage.say(f"  the first one   {clip(article.title, 70)}   {known.id[:8]}")
    stage.say(f"  byline          {published} · {article.place} · {article.publisher}")
    stage.say(
        f"  text            {', '.join(f'{number} blocks {language}' for language, number in parts.items())}"
        f" · {len(captions)} captions: {clip(captions[0] if captions else '-', 40)}"
    )
    stage.say(f"  next post's teaser on the page: {'LEAKED into the text' if teaser else 'left out'}")


# -- noise ---------------------------------------------------------------------------------------------------------


def tell_noise(stage: Stage) -> None:
    """Days in which everything moves and nothing changes."""
    stage.world.noisy = True
    before = stage.hashes.alarms
    reports = [stage.crawl_at(offset) for offset in NOISE_AT]
    stage.world.trouble = {"district": "challenge", "agency": "outage"}
    reports += [stage.crawl_at(offset) for offset in TROUBLE_AT]
    stage.world.trouble = {}
    reports += [stage.crawl_at(offset) for offset in CALM_AT]
    false_alerts = sum(len(report.changes) for report in reports)
    stage.say(
        f"\nNOISE     counters, clocks, related links, banners, tokens; a challenge page (412); an outage (503)\n"
        f"  {sum(report.rechecked for report in reports)} rechecks: {false_alerts} false alerts."
        f"  A page hash would have fired {stage.hashes.alarms - before} times."
    )
    tellings = [incident for report in reports for incident in report.incidents]
    for opened in (each for each in tellings if each.state is IncidentState.OPEN):
        closed = next((each for each in tellings if each.id == opened.id and each.state is IncidentState.CLOSED), None)
        end = f"closed by itself after {hours(closed.detected_at - opened.opened_at)}" if closed else "still open"
        stage.say(f"  one incident    {opened.source}: {opened.reason}, {end}")


# -- change --------------------------------------------------------------------------------------------------------


def tell_changes(stage: Stage) -> None:
    """What really happens: a new post, an unannounced edit, a swapped file, a withdrawal."""
    stage.world.publish("district", stage.new_post)
    stage.world.edit("wechat", "k3yF0urBattlesDinghu", "同比增长11%", "同比增长1.1%")
    stage.world.pdf_version = 2
    stage.world.withdrawn.add("news/charger-labels")
    stage.hook.refusals_left = REFUSALS
    stage.say("\nCHANGE    a new post, a figure quietly corrected, a PDF swapped under its name, a post withdrawn")
    reports = [stage.crawl_at(offset) for offset in (CHANGE_AT, *PROOF_AT, END_AT)]
    stage.told = [change for report in reports for change in report.changes]
    for change in stage.told:
        tell_change(stage, change)


def tell_change(stage: Stage, change: Change) -> None:
    """One change on one or two lines."""
    kind = change.kind.upper() + (", unannounced" if change.silent else "")
    facts = "  ".join(f"{fact.before or ''} → {fact.after or ''}" for fact in change.facts[:1] if fact.before)
    title = clip(change.article.title, 34)
    if change.kind is ChangeKind.EDITED and "body" in change.fields:
        stage.say(f"  {kind}  {title}  {facts}{still_dated(change)}")
        stage.say(f"      {sentence(change.diff)}")
    elif change.kind is ChangeKind.REMOVED:
        seen = change.evidence.observations
        span = hours(seen[-1].fetched_at - seen[0].fetched_at)
        stage.say(f"  {kind}  {title}  {len(seen)} proofs over {span}: {', '.join(str(each.status) for each in seen)}")
    elif change.kind is ChangeKind.EDITED:
        stage.say(f"  {kind}  {title}  {', '.join(change.fields)}: {clip(facts or change.summary, 50)}")
    else:
        figures = ", ".join(fact.after for fact in change.facts[:3] if fact.after)
        stage.say(f"  {kind}  {title}  {figures}")


def still_dated(change: Change) -> str:
    """That the page's date did not move with its text, where that is so."""
    if "published_at" in change.fields:
        return ""
    dated = change.article.published_at.date() if change.article.published_at else "without a date"
    return f"  (page still dated {dated})"


def sentence(hunks: Sequence[Hunk]) -> str:
    """The changed sentence, with what was deleted and inserted marked in it."""
    body = [hunk for hunk in hunks if hunk.field == "body"]
    first = next((number for number, hunk in enumerate(body) if hunk.op is not HunkOp.EQUAL), 0)
    return clip(" ".join(render_terminal(tuple(body[max(0, first - 1) : first + 2]), color=False).split()), 96)


# -- delivery ------------------------------------------------------------------------------------------------------


def tell_delivery(stage: Stage) -> None:
    """How the changes were told, to receivers that are real and at first unwilling."""
    deadline = time.monotonic() + PATIENCE
    while asyncio.run(send_due(stage.settings)) and time.monotonic() < deadline:
        time.sleep(0.5)
    hook, mails = stage.hook, stage.mailbox.received
    exact = "each delivered once, same id and bytes on every try" if hook.was_exact else "NOT exactly once"
    stage.say(
        f"\nDELIVERY  mail: {len(mails)} messages over SMTP, kept in {mails[0].parent if mails else '-'}\n"
        f"  webhook: {len(hook.taken)} events; the receiver refused the first {hook.refused} tries (503);"
        f" {exact}; {hook.forged} wrong signatures"
    )


async def send_due(settings: Settings) -> int:
    """Sends what is due; answers how many deliveries still wait."""
    async with open_application(settings) as application:
        await application.outbox.drain()
        return await application.thread.call(application.store.waiting_count)


def tell_what_next(stage: Stage, folder: Path) -> None:
    """Where everything is, and three commands to try."""
    edited = next(
        (change for change in stage.told if change.kind is ChangeKind.EDITED and "body" in change.fields), None
    )
    article = edited.article.id[:8] if edited else "ARTICLE"
    stage.say(
        f"\nThe database is {stage.settings.storage.sqlite_path}. Try:\n"
        f"  gazette --config {folder} changes\n"
        f"  gazette --config {folder} diff {article}\n"
        "  and on a source of your own (set the address):\n"
        f"  printf '{OWN_SOURCE}' > mine.toml\n"
        "  gazette --config mine.toml crawl"
    )


# -- small things --------------------------------------------------------------------------------------------------


def read_articles(settings: Settings) -> list[tuple[KnownArticle, Article]]:
    """Every known article with its latest text."""
    store = open_database(settings, create=False)
    try:
        return store.list_articles(limit=1000)
    finally:
        store.close()


def hours(span: timedelta) -> str:
    """A length of time in hours."""
    return f"{span / timedelta(hours=1):.0f} h"


def clip(text: str, limit: int) -> str:
    """The beginning of a text, at most ``limit`` characters."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
