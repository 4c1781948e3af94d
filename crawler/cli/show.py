"""`gazette show` and `gazette diff`: one article's life, and what changed between two of its revisions."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.context import settings_of
from crawler.cli.crawl import change_line, in_file, read_instant
from crawler.cli.filters import JsonFlag
from crawler.cli.masks import mask_record, masked_lines, print_masks
from crawler.cli.output import as_time, as_title, emit, emit_json

if TYPE_CHECKING:
    from crawler.model import Article, Attachment, Block, Change, KnownArticle, Moment, Relative, Revision

EXAMPLE_SHOW = "Example: gazette show a41"
EXAMPLE_DIFF = "Example: gazette diff a41 --from 1 --to 2 --format unified"

ArticleArgument = Annotated[str, typer.Argument(help="Id of an article, a unique prefix of it, or its URL.")]


class DiffFormat(StrEnum):
    """How a difference is printed."""

    TERMINAL = "terminal"
    UNIFIED = "unified"
    HTML = "html"
    JSON = "json"


def show(
    context: typer.Context,
    article: ArticleArgument,
    at: Annotated[str, typer.Option("--at", help="As it was known at this time (RFC 3339).")] = "",
    masks: Annotated[
        bool, typer.Option("--masks", help="Also what of it is the site's own and left out when it is compared.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Shows an article, its revisions and its changes."""
    from crawler.bootstrap import open_database

    store = open_database(settings_of(context), create=False)
    try:
        known = store.find_article(article)
        revisions, found = store.revisions(known.id), store.changes_of(known.id)
        state = store.source_states([known.source_id]).get(known.source_id)
    finally:
        store.close()
    instant = read_instant(at, "--at") if at else None
    revision = revision_at(revisions, instant, known)
    masked = masked_lines(revision.article, state) if masks else []
    if as_json:
        more = {"masks": [mask_record(mask, text) for mask, text in masked]} if masks else {}
        emit_json({**article_life(known, revision, revisions, found), **more})
        return
    print_article(known, revision, revisions, found)
    if masks:
        print_masks(masked)


def revision_at(revisions: Sequence[Revision], at: datetime | None, known: KnownArticle) -> Revision:
    """The newest revision seen by ``at``. Raises ``UsageError`` when there was none yet."""
    from crawler.errors import UsageError

    seen = [revision for revision in revisions if at is None or revision.seen_at <= at]
    if not seen:
        raise UsageError(f"article {known.id} was not known then; first seen at {as_time(known.first_seen_at)}")
    return seen[-1]


def article_life(
    known: KnownArticle, revision: Revision, revisions: Sequence[Revision], found: Sequence[Change]
) -> dict[str, object]:
    """The article with its text, its revisions and its changes as one JSON object."""
    from crawler.record import change_record, inspect_record, show_utc, summarize_article

    summary = summarize_article(revision.article, known)
    return {
        **inspect_record(revision.article),
        "id": known.id,
        "also_at": list(summary.also_at),
        "copy_of": summary.copy_of,
        "translation_of": summary.translation_of,
        "translation_url": summary.translation_url,
        "translations": list(summary.translations),
        "relatives": [kin_record(each) for each in known.relatives],
        "source": known.source_id,
        "state": known.state.value,
        "first_seen_at": show_utc(known.first_seen_at),
        "revision": revision.number,
        "revisions": [{"number": each.number, "seen_at": show_utc(each.seen_at)} for each in revisions],
        "changes": [change_record(change) for change in found],
    }


def print_article(
    known: KnownArticle, revision: Revision, revisions: Sequence[Revision], found: Sequence[Change]
) -> None:
    """The article for a person: its facts, its text, its life."""
    article = revision.article
    emit(as_title(article.title, 300))
    for label, value in article_facts(known, article):
        if value:
            emit(f"  {label:<12} {value}")
    emit()
    for block in article.blocks:
        emit(as_title(block_line(block), 100_000))
    emit()
    for file in article.attachments:
        print_file(file, known)
    evidence = {each.number: each.evidence.sha256[:12] if each.evidence else "-" for each in revisions}
    for each in revisions:
        emit(f"revision {each.number}  seen {as_time(each.seen_at)}  snapshot {evidence[each.number]}")
    for change in found:
        emit(f"change   {change.seq}  {as_time(change.detected_at)}  {change_line(change)}")


def block_line(block: Block) -> str:
    """A block with a mark of what it is."""
    marker = {"heading": "## ", "caption": "[caption] ", "list_item": "- ", "table_row": "| "}.get(block.kind, "")
    return marker + block.text


def print_file(file: Attachment, known: KnownArticle | None = None) -> None:
    """One file: its name and address, what proves it, why it was not hashed or read, and its text."""
    state = next((each for each in known.files if each.url == file.url), None) if known else None
    sha256 = (state.sha256 if state else "") or file.sha256
    proof = f"sha256 {sha256[:12]}" if sha256 else "not hashed"
    emit(f"file  {as_title(file.name or file.url, 200)}  <{as_title(file.url, 300)}>  {proof}")
    for note in dict.fromkeys((file.note, state.note if state else "")):
        if note:
            emit(f"  ({as_title(note, 300)})")
    for block in file.blocks:
        emit(as_title(f"  {block_line(block)}", 100_000))
    if file.blocks:
        emit()


def article_lines(article: Article) -> list[tuple[str, str, str]]:
    """What an article says of itself: label, name of the field, value for a person."""
    return [
        ("published", "published", moment_text(article.published)),
        ("updated", "updated", moment_text(article.updated)),
        ("written", "written", moment_text(article.written)),
        ("publisher", "publisher", as_title(article.publisher, 120)),
        ("author", "authors", as_title(", ".join(article.authors), 200)),
        ("place", "place", as_title(article.place)),
        ("languages", "languages", language_text(article)),
        ("document no.", "document_number", as_title(article.document_number)),
        ("index no.", "index_number", as_title(article.index_number)),
        ("status", "status", as_title(article.status)),
        ("attachments", "attachments", as_title(", ".join(file.name or file.url for file in article.attachments), 300)),
    ]


def language_text(article: Article) -> str:
    """The article's languages; of several, where each begins and what its part is called."""
    from crawler.text.language_parts import find_language_parts

    parts = find_language_parts(article.title, article.blocks)
    if len(parts) < 2:
        return ", ".join(article.languages)
    named = [(part, f" “{as_title(part.title)}”" if part.title else "") for part in parts]
    return ", ".join(f"{part.language} from block {part.block + 1}{title}" for part, title in named)


def article_facts(known: KnownArticle, article: Article) -> list[tuple[str, str]]:
    """What is known about the article, label by label."""
    return [
        ("id", known.id),
        ("url", as_title(known.url, 300)),
        ("state", known.state.value),
        *((label, value) for label, _, value in article_lines(article)),
        ("also at", ", ".join(known.carried_at)),
        *kin_facts(known),
        ("first seen", as_time(known.first_seen_at)),
    ]


def kin_facts(known: KnownArticle) -> list[tuple[str, str]]:
    """What it repeats or translates, and what repeats or translates it."""
    labels = {known.copy_of: "copy of", known.translation_of: "translation of"}
    copies = {each.id for each in known.copies}
    translations = {each.id for each in known.translations}
    lines = []
    for other in known.relatives:
        label = labels.get(other.id) or ("copy" if other.id in copies else "translated as")
        if other.id in labels or other.id in copies | translations:
            state = "" if other.state.value == "present" else f"  {other.state.value}"
            lines.append((label, f"{other.id[:8]}  {other.source_id}  {as_title(other.url, 200)}{state}"))
    return lines


def kin_record(other: Relative) -> dict[str, object]:
    """One article that tells the same."""
    from crawler.record import show_utc

    return {
        "id": other.id,
        "source": other.source_id,
        "url": other.url,
        "title": other.title,
        "state": other.state.value,
        "changed_at": show_utc(other.changed_at),
        "copy_of": other.copy_of or None,
        "translation_of": other.translation_of or None,
    }


def moment_text(moment: Moment | None) -> str:
    """A publisher's moment as precisely as it is known."""
    if moment is None:
        return ""
    if moment.precision in ("day", "month", "year"):
        length = {"day": 10, "month": 7, "year": 4}[moment.precision.value]
        return moment.instant.isoformat()[:length]
    return f"{moment.instant.isoformat(sep=' ', timespec='minutes')}"


def diff(
    context: typer.Context,
    article: ArticleArgument,
    from_: Annotated[
        int | None, typer.Option("--from", min=1, help="Revision before; default the one before --to.")
    ] = None,
    to: Annotated[int | None, typer.Option("--to", min=1, help="Revision after; default the latest.")] = None,
    format_: Annotated[DiffFormat, typer.Option("--format", help="How to print it.")] = DiffFormat.TERMINAL,
    as_json: JsonFlag = False,
) -> None:
    """Shows what changed between two revisions of an article."""
    from crawler.bootstrap import open_database

    store = open_database(settings_of(context), create=False)
    try:
        known = store.find_article(article)
        revisions = store.revisions(known.id)
    finally:
        store.close()
    before, after = choose_revisions(revisions, from_, to, known)
    print_diff(known, before, after, DiffFormat.JSON if as_json else format_)


def choose_revisions(
    revisions: Sequence[Revision], from_: int | None, to: int | None, known: KnownArticle
) -> tuple[Revision, Revision]:
    """The two revisions to compare. Raises ``UsageError`` where there are not two."""
    from crawler.errors import UsageError

    by_number = {revision.number: revision for revision in revisions}
    newest = max(by_number)
    last = to or newest
    first = from_ or last - 1
    for number in (first, last):
        if number not in by_number:
            have = "only revision 1: it was never edited" if newest == 1 else f"revisions 1 to {newest}"
            raise UsageError(f"article {known.id} has {have}")
    return by_number[first], by_number[last]


def print_diff(known: KnownArticle, before: Revision, after: Revision, format_: DiffFormat) -> None:
    """The difference in the wanted form."""
    from crawler.differ.compare import compare
    from crawler.differ.hunks import diff_article, shorten_hunks
    from crawler.differ.render import render_html, render_terminal, render_unified

    hunks = diff_article(before.article, after.article)
    if format_ is DiffFormat.UNIFIED:
        names = (f"revision {before.number}", f"revision {after.number}")
        emit(
            render_unified(
                before.article.whole_text, after.article.whole_text, before_name=names[0], after_name=names[1]
            )
        )
    elif format_ is DiffFormat.HTML:
        emit(render_html(hunks))
    elif format_ is DiffFormat.JSON:
        emit_json(diff_record(known, before, after))
    else:
        comparison = compare(before.article, after.article)
        emit(f"{as_title(after.article.title, 200)}  revision {before.number} → {after.number}")
        for fact in comparison.facts if comparison else ():
            emit(f"  {fact.type}: {as_title(fact.before or '-')} → {as_title(fact.after or '-')}{in_file(fact.file)}")
        emit(render_terminal(shorten_hunks(hunks, context=80), color=sys.stdout.isatty()))


def diff_record(known: KnownArticle, before: Revision, after: Revision) -> dict[str, object]:
    """The difference as one JSON object."""
    from crawler.differ.compare import compare
    from crawler.record import fact_record, hunk_record

    comparison = compare(before.article, after.article)
    return {
        "article": known.id,
        "from": before.number,
        "to": after.number,
        "fields": list(comparison.fields) if comparison else [],
        "significance": comparison.significance if comparison else 0.0,
        "facts": [fact_record(each) for each in (comparison.facts if comparison else ())],
        "diff": [hunk_record(each) for each in (comparison.hunks if comparison else ())],
    }
