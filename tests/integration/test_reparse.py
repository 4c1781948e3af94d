"""A newer reader in a running system: known anew in silence, true edits told, and its alerts known before."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest

from crawler.differ.fingerprint import fingerprint
from crawler.model import Article, ChangeKind
from crawler.parser.article import READER_VERSION
from storage.rows import to_json
from tests.commanding import Gazette
from tests.crawling import Watch, told
from tests.newsroom import TO_FILE, source_block, write_config

LOST = "Visitors and their children are welcome on the pier."


@pytest.fixture
def watch(tmp_path, site, room):
    room.posts[:] = [replace(post, text=(*post.text[:2], f"{post.text[2]} {LOST}")) for post in room.posts]
    watch = Watch(write_config(tmp_path, site, source_block("harbour", room.feed), more=TO_FILE))
    watch.crawl()
    return watch


@pytest.fixture
def gazette(watch):
    return Gazette(watch.config, watch.folder)


def make_older(watch: Watch) -> None:
    """As if an earlier reader, which missed the last sentence of every post, had read all that is known."""
    with watch.store() as store:
        for known, article in store.list_articles():
            short = without_sentence(article)
            with store.database.writing(durable=False):
                values = (to_json(Article, short), fingerprint(short), known.id, known.revision)
                sql = "UPDATE revision SET article = ?, fingerprint = ? WHERE article_id = ? AND number = ?"
                store.database.run(sql, values)
                sql = "UPDATE article SET reader = ?, fingerprint = ? WHERE id = ?"
                store.database.run(sql, (READER_VERSION - 1, fingerprint(short), known.id))


def without_sentence(article: Article) -> Article:
    blocks = tuple(replace(block, text=block.text.replace(LOST, "").strip()) for block in article.blocks)
    assert blocks != article.blocks
    return replace(article, blocks=blocks)


def revisions(watch: Watch, slug: str) -> list[Article]:
    known, _ = watch.articles()[slug]
    with watch.store() as store:
        return [each.article for each in store.revisions(known.id)]


def test_an_edit_after_an_upgrade_is_told_without_what_only_the_reader_sees(watch, room):
    make_older(watch)
    room.edit("bridge-1", "120 euros", "150 euros")

    report = watch.crawl()

    (change,) = (each for each in report.changes if not each.baseline)
    assert [(fact.before, fact.after) for fact in change.facts] == [("120 euros", "150 euros")]
    assert LOST not in "".join(hunk.after for hunk in change.diff if hunk.op != "equal")
    short, whole, edited = revisions(watch, "bridge-1")
    assert LOST not in short.text
    assert (LOST in whole.text, "120 euros" in whole.text) == (True, True)
    assert "150 euros" in edited.text


def test_new_bytes_that_say_the_same_are_known_anew_in_silence(watch, room):
    make_older(watch)
    room.edit("bridge-1", "120 euros", "120 euros", updated=room.find("bridge-1").published)

    report = watch.crawl()

    assert told(report) == []
    assert report.incidents == []
    assert LOST in revisions(watch, "bridge-1")[-1].text
    assert watch.articles()["bridge-1"][0].reader == READER_VERSION


def test_an_edit_is_told_where_the_old_bytes_are_gone(watch, room):
    make_older(watch)
    shutil.rmtree(watch.folder / "data/snapshots")
    room.edit("bridge-1", "120 euros", "150 euros")

    assert [kind for kind, _ in told(watch.crawl())] == ["edited"]


def test_wording_is_known_anew_where_the_old_bytes_are_gone(watch, room):
    make_older(watch)
    shutil.rmtree(watch.folder / "data/snapshots")
    room.edit("bridge-1", "120 euros", "120 euros", updated=room.find("bridge-1").published)

    assert told(watch.crawl()) == []
    assert LOST in revisions(watch, "bridge-1")[-1].text


def test_reparse_renews_all_that_is_known_and_tells_nobody(watch, room, gazette):
    make_older(watch)
    before = len(watch.changes())

    ran = gazette.run("reparse")
    again = gazette.run("reparse", "--json")

    assert "3 articles read again, 3 known anew in silence; nobody was told" in ran.out
    assert [(each["articles"], each["renewed"], each["unreadable"]) for each in again.records] == [(3, 0, 0)]
    assert len(watch.changes()) == before
    assert not (watch.folder / "told.jsonl").exists()
    assert [LOST in each.text for each in revisions(watch, "bridge-2")] == [False, True]
    assert told(watch.crawl()) == []


def test_a_dry_run_writes_nothing(watch, gazette):
    make_older(watch)

    ran = gazette.run("reparse", "--dry-run", "--days", "9999", "--json")

    assert [(len(each["differing"]), each["renewed"], each["would_tell"]) for each in ran.records] == [(3, 0, [])]
    assert len(revisions(watch, "bridge-1")) == 1
    assert watch.articles()["bridge-1"][0].reader == READER_VERSION - 1


def test_a_dry_run_names_the_edit_that_an_earlier_reader_has_not_seen(watch, room, gazette):
    room.edit("bridge-1", "master", "harbour master")
    watch.crawl()
    room.edit("bridge-2", "120 euros", "150 euros")
    watch.crawl()
    watch.crawl()
    article, _ = watch.articles()["bridge-2"]
    with watch.store() as store, store.database.writing(durable=False):
        store.database.run("DELETE FROM change WHERE article_id = ? AND kind = 'edited'", (article.id,))

    (report,) = gazette.run("reparse", "--dry-run", "--days", "9999", "--json").records
    people = gazette.run("reparse", "--dry-run", "--days", "9999")

    assert (report["told"], report["would_not_tell"]) == (1, [])
    assert [(each["article"], each["facts"][0]["after"]) for each in report["would_tell"]] == [
        (article.id, "150 euros")
    ]
    assert "WOULD TELL" in people.out
    assert "1 edit more and 0 fewer" in people.out


def test_a_dry_run_names_the_edits_that_a_new_mask_would_hide(watch, room, gazette, site):
    room.edit("bridge-1", "3 of the 7", "5 of the 7")
    watch.crawl()
    hidden = '[source.article]\nignore = ["article p:nth-of-type(3)"]\n'
    write_config(watch.folder, site, source_block("harbour", room.feed) + hidden, more=TO_FILE)

    (report,) = gazette.run("reparse", "--dry-run", "--days", "9999", "--json").records

    (change,) = (each for each in watch.changes() if each.kind is ChangeKind.EDITED)
    assert [each["id"] for each in report["would_not_tell"]] == [change.id]
    assert len(report["differing"]) == 3


def test_a_new_mask_is_put_in_force_in_silence(watch, room, gazette, site):
    hidden = '[source.article]\nignore = ["article p:nth-of-type(3)"]\n'
    write_config(watch.folder, site, source_block("harbour", room.feed) + hidden, more=TO_FILE)

    gazette.run("reparse", "--source", "harbour")
    room.edit("bridge-1", "3 of the 7", "5 of the 7")

    assert told(watch.crawl()) == []


def test_what_cannot_be_read_again_is_counted_and_left(watch, gazette):
    make_older(watch)
    shutil.rmtree(watch.folder / "data/snapshots")

    (report,) = gazette.run("reparse", "--json").records

    assert (report["articles"], report["unreadable"], report["renewed"]) == (3, 3, 0)
    assert json.dumps(report)
    assert watch.articles()["bridge-1"][0].reader == READER_VERSION - 1
