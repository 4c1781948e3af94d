"""Pages for people, made of what the store knows. Pure; every expression is escaped, and all works without scripts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from crawler.dashboard.words import words_for
from crawler.differ.render import render_html
from crawler.model import (
    Article,
    ArticleState,
    Change,
    ChangeKind,
    Hunk,
    KnownArticle,
    Observation,
    Revision,
    Subscription,
)
from crawler.notifier.message.harmless import defuse, one_line, web_address
from crawler.notifier.message.reader import Reader, reader_of
from crawler.notifier.message.view import Budget, list_change, view_change, view_fact
from crawler.record import show_utc

#: Characters of text on one page: what browsers still scroll through, and what is made in a fraction of a second.
LONGEST = 400_000
MOST_FACTS = 200
MOST_OBSERVATIONS = 50
MOST_KIN = 50


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whom a page is for. ``prefix`` is the path that the dashboard has at its public address."""

    language: str = "en"
    prefix: str = ""

    @property
    def reader(self) -> Reader:
        """Their words and their clock, as messages have them."""
        return reader_of(Subscription(name="web", channel="", language=self.language))

    @property
    def words(self) -> Mapping[str, str]:
        """Their words."""
        return words_for(self.language)


@cache
def environment() -> Environment:
    """Jinja2 with every expression escaped."""
    return Environment(
        loader=PackageLoader("crawler.dashboard", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, visitor: Visitor, title: str, **values: object) -> str:
    """A page in the visitor's language."""
    return (
        environment()
        .get_template(template)
        .render(language=visitor.language, prefix=visitor.prefix, words=visitor.words, title=title, **values)
    )


def note_page(visitor: Visitor, name: str, text: str = "") -> str:
    """A page that says why there is no other: ``name`` is that of its heading."""
    words = visitor.words
    return render("note.html.j2", visitor, words[name], text=text or words[f"{name}_text"])


def home_page(changes: Sequence[Change], visitor: Visitor) -> str:
    """The latest changes."""
    return render("home.html.j2", visitor, visitor.words["web_home"], rows=list(list_changes(changes, visitor)))


def list_changes(changes: Iterable[Change], visitor: Visitor) -> Iterator[dict[str, object]]:
    """Each change on one line, with where its comparison is."""
    reader = visitor.reader
    for change in changes:
        yield {
            "href": f"{visitor.prefix}/changes/{change.id}",
            "kind": change.kind.value,
            "at": reader.show_time(change.detected_at),
            "source": one_line(change.source_title or change.source, 120),
            "revision": change.revision,
            "shown": list_change(change, reader),
        }


def change_page(change: Change, visitor: Visitor) -> str:
    """One change: its facts, and the whole of its diff."""
    reader = visitor.reader
    item = view_change(change, reader, Budget(0), "")
    hunks, is_cut = bound_hunks(change.diff)
    is_new = change.kind is ChangeKind.NEW
    return render(
        "change.html.j2",
        visitor,
        item.title,
        item=item,
        facts=[view_fact(fact, reader) for fact in change.facts[:MOST_FACTS]],
        excerpt=item.excerpt if is_new or not hunks else "",
        diff=Markup("") if is_new else Markup(render_html(hunks, visitor.words)),  # noqa: S704 - escapes all it shows
        is_cut=is_cut,
        change=change,
    )


def bound_hunks(hunks: Sequence[Hunk]) -> tuple[list[Hunk], bool]:
    """As many as a page can hold, and whether that left some out."""
    left, kept = LONGEST, list[Hunk]()
    for hunk in hunks:
        left -= len(hunk.before) + len(hunk.after)
        if left < 0:
            return kept, True
        kept.append(hunk)
    return kept, False


def evidence_page(change: Change, visitor: Visitor) -> str:
    """What proves a change: every response with its hash, and where its bytes are."""
    item = view_change(change, visitor.reader, Budget(0), "")
    labelled = list(observations_of(change))[:MOST_OBSERVATIONS]
    return render(
        "evidence.html.j2",
        visitor,
        item.title,
        item=item,
        change=change,
        proofs=[show_proof(name, observation, visitor) for name, observation in labelled],
    )


def observations_of(change: Change) -> Iterator[tuple[str, Observation]]:
    """The responses that a change rests on, each with the name of its part in it."""
    evidence = change.evidence
    if evidence.before:
        yield "before", evidence.before
    yield from (("observed", each) for each in evidence.observations)
    if evidence.after and evidence.after not in evidence.observations:
        yield "after", evidence.after


def show_proof(name: str, observation: Observation, visitor: Visitor) -> dict[str, object]:
    """One response as a page shows it."""
    words = visitor.words
    rows = [
        (words["web_fetched"], show_utc(observation.fetched_at)),
        (words["url"], one_line(observation.url, 2000)),
        (words["web_answer"], f"HTTP {observation.status}" if observation.status else ""),
        (words["web_verdict"], observation.verdict.value),
        (words["web_reason"], one_line(observation.reason, 400)),
        ("SHA-256", observation.sha256),
    ]
    return {
        "heading": words[name],
        "rows": [(label, value) for label, value in rows if value],
        "headers": [(one_line(key, 100), one_line(value, 1000)) for key, value in observation.headers],
        "sha256": observation.sha256,
    }


def article_page(
    known: KnownArticle, revision: Revision | None, changes: Sequence[Change], visitor: Visitor, *, is_latest: bool
) -> str:
    """An article as one of its revisions has it, and its life."""
    article = revision.article if revision else Article(url=known.url, title=known.title)
    return render(
        "article.html.j2",
        visitor,
        one_line(article.title, 300) or one_line(known.url, 300),
        known=known,
        url=web_address(known.url),
        revision=revision,
        is_latest=is_latest,
        at=visitor.reader.show_time(revision.seen_at if revision else known.first_seen_at),
        first_seen=visitor.reader.show_time(known.first_seen_at),
        article_language=one_line(article.language, 20),
        blocks=list(show_blocks(article)),
        files=[(one_line(each.name or each.url, 200), web_address(each.url)) for each in article.attachments[:100]],
        kin=list(show_kin(known, visitor)),
        rows=list(list_changes(changes, visitor)),
    )


def show_kin(known: KnownArticle, visitor: Visitor) -> Iterator[tuple[str, str, str]]:
    """The articles that tell the same: how they do, where they stand, and their ids."""
    words, copies = visitor.words, {each.id for each in known.copies}
    translations = {each.id for each in known.translations}
    for other in known.relatives[:MOST_KIN]:
        if other.id in copies:
            label = words["also_at"]
        elif other.id == known.translation_of:
            label = words["translation_of"]
        elif other.id in translations:
            label = words["translations"]
        else:
            continue
        gone = f" · {words['removed']}" if other.state is ArticleState.REMOVED else ""
        yield label, one_line(f"{other.source_id} · {other.title or other.url}", 200) + gone, other.id


def show_blocks(article: Article) -> Iterator[tuple[str, str]]:
    """The text block by block, as much as a page can hold, with what each block is."""
    left = LONGEST
    for block in article.blocks:
        if left <= 0:
            return
        text = defuse(block.text, left)
        left -= len(text)
        yield block.kind.value, text
