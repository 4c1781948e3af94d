"""The commands that show what is known: for people, for programs, and for those who mistype."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
import typer
from typer.testing import CliRunner

from crawler import cli
from tests.commanding import COMMAND, Gazette
from tests.newsroom import Newsroom, source_block, write_config
from tests.records import (
    ARTICLE,
    BLOCK,
    CHANGE,
    ENTRY,
    FACT,
    HUNK,
    INCIDENT,
    INSPECTED,
    KNOWN,
    Every,
    faults_of,
)
from tests.siteserver import SiteServer

MONDAY, TUESDAY = "2026-03-02T12:00:00Z", "2026-03-03T12:00:00Z"


@pytest.fixture(scope="module")
def life(tmp_path_factory):
    """A baseline on Monday; on Tuesday a new post and an edit. Only read by those who use it."""
    folder = tmp_path_factory.mktemp("lived")
    with SiteServer() as site:
        room = Newsroom(site)
        room.publish_many(3)
        gazette = Gazette(write_config(folder, site, source_block("harbour", room.feed)), folder)
        gazette.run("crawl", "--as-of", MONDAY)
        room.publish("lock")
        room.edit("bridge-1", "120 euros", "150 euros")
        gazette.run("crawl", "--recheck", "all", "--as-of", TUESDAY)
        yield gazette, room


@pytest.fixture
def lived(life):
    return life[0]


@pytest.fixture
def place(life):
    """The site of ``lived``."""
    return life[1]


# -- changes ---------------------------------------------------------------------------------------------------------


def test_changes_are_newest_first_and_with_after_oldest_first(lived):
    newest = lived.json("changes")
    after = lived.json("changes", "--after", "3")

    assert [record["seq"] for record in newest] == [5, 4, 3, 2, 1]
    assert [record["seq"] for record in after] == [4, 5]
    assert [faults_of(CHANGE, record) for record in newest] == [[]] * 5


def test_changes_are_filtered(lived):
    def seqs(*filters: str) -> list[int]:
        return [record["seq"] for record in lived.json("changes", *filters)]

    edited = next(record["seq"] for record in lived.json("changes", "--kind", "edited"))
    assert seqs("--kind", "edited", "--kind", "new", "--since", TUESDAY) == [5, 4]
    assert seqs("--until", TUESDAY) == [3, 2, 1]
    assert seqs("--kind", "edited", "--source", "harbour") == [edited]
    assert seqs("--source", "nobody") == []
    assert "no source is called nobody; there are: harbour" in lived.run("changes", "--source", "nobody").err
    assert seqs("--limit", "2") == [5, 4]
    assert seqs("--after", "5") == []


def test_changes_for_people_say_when_where_and_what(lived):
    ran = lived.run("changes", "--limit", "2")

    assert len(ran.lines) == 2
    edit = "2026-03-03 12:00Z  harbour  EDITED, unannounced  Notice on the bridge-1 works  120 euros → 150 euros"
    assert edit in ran.out
    assert "(baseline)" in lived.run("changes").out


def test_a_change_is_the_same_record_from_crawl_and_from_memory(gazette, room):
    gazette.run("crawl")
    room.edit("bridge-1", "120 euros", "150 euros")

    (told, _) = gazette.json("crawl", "--recheck", "all")

    assert gazette.json("changes", "--limit", "1") == [told]


# -- articles and sources --------------------------------------------------------------------------------------------


def test_articles_are_article_objects_with_source_revision_and_state(lived, place):
    records = lived.json("articles")

    assert [faults_of(KNOWN, record) for record in records] == [[]] * 4
    by_url = {record["url"]: record for record in records}
    edited = by_url[place.url("bridge-1")]
    assert (edited["source"], edited["revision"], edited["state"]) == ("harbour", 2, "present")
    assert records[0]["url"] == place.url("lock")
    assert len(lived.json("articles", "--since", TUESDAY)) == 1
    assert len(lived.json("articles", "--limit", "2")) == 2
    assert "Notice on the lock works" in lived.run("articles").out


def test_sources_say_how_each_fares(configure, room, site):
    gazette = configure(
        source_block("harbour", room.feed),
        source_block("gone", site.url("/gone.xml")),
        source_block("later", room.list, kind="html_list", enabled="false"),
    )
    before = {record["id"]: record["health"] for record in gazette.json("sources")}
    gazette.run("crawl", code=1)
    after = {record["id"]: record["health"] for record in gazette.json("sources")}

    assert before == {"harbour": "never checked", "gone": "never checked", "later": "disabled"}
    assert (after["harbour"], after["later"]) == ("well", "disabled")
    assert "not_found" in after["gone"]
    table = gazette.run("sources").lines
    assert len(table) == 4
    assert table[0].split()[:2] == ["id", "kind"]


def test_incidents_are_listed_as_they_stand(begun, room):
    room.break_feed()
    for _ in range(2):
        begun.run("crawl", code=1)
    (opened,) = begun.json("incidents")
    room.mend_feed()
    begun.run("crawl")
    (closed,) = begun.json("incidents", "--source", "harbour")

    assert faults_of(INCIDENT, opened) == faults_of(INCIDENT, closed) == []
    assert (opened["id"], opened["state"], closed["state"]) == (closed["id"], "open", "closed")
    assert "unreachable" in begun.run("incidents").out


# -- show and diff ---------------------------------------------------------------------------------------------------


def test_an_article_is_found_by_id_prefix_and_address_in_any_spelling(lived, place):
    identity = lived.json("articles", "--limit", "1")[0]["id"]
    spellings = (identity, identity[:6], place.url("lock"), place.url("lock") + "?utm_source=mail#top")

    shown = [lived.json("show", spelling)[0]["id"] for spelling in spellings]

    assert shown == [identity] * 4


def test_show_is_the_article_its_revisions_and_its_changes(lived, place):
    (record,) = lived.json("show", place.url("bridge-1"))
    people = lived.run("show", place.url("bridge-1")).out

    assert faults_of(ARTICLE, record) == []
    assert faults_of(Every(BLOCK), record["text_blocks"]) == []
    assert [revision["number"] for revision in record["revisions"]] == [1, 2]
    assert [change["kind"] for change in record["changes"]] == ["new", "edited"]
    assert record["first_seen_at"] == "2026-03-02T12:00:00Z"
    assert "150 euros" in people
    assert "revision 2  seen 2026-03-03 12:00Z" in people


def test_show_goes_back_in_time(lived, place):
    assert "120 euros" in lived.run("show", place.url("bridge-1"), "--at", "2026-03-02T18:00:00Z").out
    ran = lived.run("show", place.url("bridge-1"), "--at", "2026-03-01", code=2)
    assert "first seen" in ran.err


def test_a_diff_marks_what_changed_within_the_sentence(lived, place):
    plain = lived.run("diff", place.url("bridge-1")).out
    unified = lived.run("diff", place.url("bridge-1"), "--format", "unified").out
    html = lived.run("diff", place.url("bridge-1"), "--format", "html").out
    (record,) = lived.json("diff", place.url("bridge-1"))

    assert "[-120-]{+150+} euros" in plain
    assert "120 euros → 150 euros" in plain
    assert "\x1b[" not in plain
    assert "-The fee for a permit at the bridge-1 site is 120 euros" in unified
    assert re.search(r"<del[^>]*>120</del><ins[^>]*>150</ins>", html)
    assert faults_of(Every(FACT), record["facts"]) == faults_of(Every(HUNK), record["diff"]) == []
    assert json.loads(lived.run("diff", place.url("bridge-1"), "--format", "json").out) == record


def test_a_diff_reads_backwards_too(lived, place):
    assert "[-150-]{+120+}" in lived.run("diff", place.url("bridge-1"), "--from", "2", "--to", "1").out


def test_a_diff_of_what_was_never_edited_says_so(lived, place):
    assert "never edited" in lived.run("diff", place.url("lock"), code=2).err
    assert "revisions 1 to 2" in lived.run("diff", place.url("bridge-1"), "--to", "7", code=2).err


def test_an_unknown_or_ambiguous_article_says_how_to_find_it(lived):
    for command in ("show", "diff"):
        assert "gazette articles" in lived.run(command, "ffffffffffffffff", code=2).err
        assert "gazette articles" in lived.run(command, "https://www.example.org/none", code=2).err
        assert "could be several" in lived.run(command, "", code=2).err


# -- inspect ---------------------------------------------------------------------------------------------------------


def test_inspect_shows_a_listing_and_an_article_of_an_address(gazette, room):
    (listing,) = gazette.json("inspect", room.feed)
    (listed,) = gazette.json("inspect", room.list, "--kind", "html_list")
    (article,) = gazette.json("inspect", room.url("bridge-1"))

    assert [faults_of(ENTRY, entry) for entry in (*listing["entries"], *listed["entries"])] == [[]] * 6
    assert faults_of(INSPECTED, article) == []
    assert article["verdict"] == "ok"
    assert article["text"].count("\n\n") == 2
    assert "Notice on the bridge-1 works" in gazette.run("inspect", room.url("bridge-1")).out
    assert "3 entries" in gazette.run("inspect", room.feed).out


@pytest.mark.parametrize("asked", [(), ("--kind", "auto")])
def test_inspect_shows_an_address_that_is_a_list_as_one_without_being_told(gazette, room, asked):
    room.publish_many(5, name="quay")

    assert "8 entries" in gazette.run("inspect", room.list, *asked).out
    (feed,) = gazette.json("inspect", room.feed, *asked)
    assert len(feed["entries"]) == 8
    assert "text" in gazette.json("inspect", room.url("bridge-1"), *asked)[0]


def test_inspect_reads_a_saved_page_as_if_it_came_from_its_address(gazette, tmp_path):
    (tmp_path / "saved.html").write_text(
        "<html><body><h1>Fees</h1><p>发布时间：昨天 21:56</p><p>" + "The fee is 150 euros. " * 9 + "</p></body></html>"
    )

    (article,) = gazette.json(
        *("inspect", "saved.html", "--url", "https://www.example.gov.cn/a/1.html", "--at", "2026-03-03T12:00:00+08:00")
    )

    assert article["url"] == "https://www.example.gov.cn/a/1.html"
    assert article["published_at"] == "2026-03-02T21:56:00+08:00"


def test_inspect_needs_no_configuration_for_a_file(tmp_path):
    text = "<p>The fee for a permit is 150 euros, to be paid at the office.</p>" * 5
    (tmp_path / "saved.html").write_text(f"<html><body><h1>Fees</h1>{text}</body></html>")

    ran = subprocess.run([*COMMAND, "inspect", "saved.html"], cwd=tmp_path, capture_output=True, timeout=60, check=True)

    assert b"Fees" in ran.stdout


def test_inspect_says_what_it_cannot_read(gazette, room, site):
    room.break_page("bridge-1")

    assert gazette.json("inspect", room.url("bridge-1"), code=1)[0]["verdict"] == "not_found"
    assert "verdict: not_found" in gazette.run("inspect", room.url("bridge-1"), code=1).out
    assert "none.html" in gazette.run("inspect", "none.html", code=2).err
    assert "127.0.0.1:9" in gazette.run("inspect", "http://127.0.0.1:9/", code=1).err
    assert "html_list" in gazette.run("inspect", room.feed, "--kind", "htmllist", code=2).err
    assert "nobody" in gazette.run("inspect", room.feed, "--source", "nobody", code=2).err
    assert gazette.run("inspect", room.url("bridge-2"), "--kind", "feed", code=1).err


# -- db --------------------------------------------------------------------------------------------------------------


def test_a_backup_is_a_database_one_can_go_on_with(begun, tmp_path, database):
    begun.run("db", "backup", "copy.db")
    database.unlink()
    (tmp_path / "copy.db").rename(database)

    assert len(begun.json("changes")) == 3
    assert begun.json("crawl")[-1]["new"] == 0


def test_a_backup_never_replaces_a_file(begun, tmp_path):
    (tmp_path / "copy.db").write_text("precious")

    assert "copy.db" in begun.run("db", "backup", "copy.db", code=2).err
    assert (tmp_path / "copy.db").read_text() == "precious"


def test_copying_brings_everything_into_another_database(begun, tmp_path, database):
    begun.run("db", "copy", f"sqlite:///{tmp_path}/other.db")

    copied = begun.run("changes", "--json", GAZETTE_STORAGE__URL=f"sqlite:///{tmp_path}/other.db")

    assert copied.records == begun.json("changes")


def test_pruning_keeps_what_is_to_be_kept_for_ever(begun):
    begun.run("db", "prune")
    begun.run("db", "upgrade")

    assert len(begun.json("changes")) == 3


# -- help ------------------------------------------------------------------------------------------------------------


def application() -> typer.Typer:
    if not cli.app.registered_commands:
        cli.add_commands()
    return cli.app


def every_command() -> list[tuple[str, ...]]:
    """All commands and groups of commands, as they are typed."""

    def walk(command, path):
        yield path
        for name, each in getattr(command, "commands", {}).items():
            yield from walk(each, (*path, name))

    return list(walk(typer.main.get_command(application()), ()))


@pytest.mark.parametrize("path", every_command(), ids=lambda path: " ".join(path) or "gazette")
def test_every_command_explains_itself_with_an_example(path):
    result = CliRunner().invoke(application(), [*path, "--help"])

    assert result.exit_code == 0
    assert re.search(r"Example: gazette( --config \S+)? " + " ".join(path), result.output)


def test_help_needs_no_configuration(tmp_path, gazette):
    gazette.config.unlink()

    assert "Example" in gazette.run("crawl", "--help").out
