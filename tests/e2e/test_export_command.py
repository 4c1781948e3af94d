"""`gazette export` as programs and spreadsheets read it."""

from __future__ import annotations

import csv
import io
import subprocess
import tomllib

import feedparser
import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.commanding import COMMAND, Gazette, clean_environment
from tests.newsroom import source_block


@pytest.fixture
def lived(begun, room):
    """After the baseline of three: one edit, one new post with a dangerous title."""
    room.edit("bridge-1", "120 euros", "150 euros")
    room.publish("lock", title="=1+1 is what the lock costs")
    begun.run("crawl", "--recheck", "all")
    return begun


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_changes_are_the_default_and_the_same_records_as_those_of_changes(lived):
    assert lived.run("export").records == lived.json("changes", "--after", 0)


def test_the_filters_are_those_of_changes(lived):
    def seqs(*words: object) -> list[int]:
        return [record["seq"] for record in lived.run("export", "changes", *words).records]

    assert seqs("--kind", "edited") == [record["seq"] for record in lived.json("changes", "--kind", "edited")]
    assert seqs("--after", 3) == [4, 5]
    assert seqs("--limit", 2) == [1, 2]
    assert seqs("--source", "harbour", "--since", "2020-01-01") == [1, 2, 3, 4, 5]
    assert seqs("--until", "2020-01-01") == []


def test_a_table_of_changes_opens_in_a_spreadsheet_and_calculates_nothing(lived):
    rows = table(lived.run("export", "changes", "--format", "csv").out)
    edited = next(row for row in rows if row["kind"] == "edited")
    assert "money: 120 euros → 150 euros" in edited["facts"]
    assert (edited["silent"], edited["revision"], edited["previous_revision"]) == ("true", "2", "1")
    assert {row["article_title"] for row in rows if "lock" in row["article_url"]} == {"'=1+1 is what the lock costs"}
    assert len(rows) == 5


def test_articles_come_with_their_latest_text_and_revisions_with_every_text(lived, room):
    url = room.url("bridge-1")
    articles = lived.run("export", "articles").records
    assert [article["source"] for article in articles] == ["harbour"] * 4
    (article,) = (each for each in articles if each["url"] == url)
    assert "150 euros" in article["text"]
    texts = [each for each in lived.run("export", "revisions").records if each["url"] == url]
    assert [(each["revision"], each["id"]) for each in texts] == [(1, article["id"]), (2, article["id"])]
    assert ["120 euros" in each["text"] for each in texts] == [True, False]
    assert all(len(each["evidence"]["sha256"]) == 64 for each in texts)
    later = lived.run("export", "revisions", "--since", texts[1]["seen_at"]).records
    assert texts[1] in later
    assert texts[0] not in later


def test_more_than_fits_into_memory_at_once_comes_in_order(begun, room):
    room.window = 500
    room.publish_many(230, name="pier")
    begun.run("crawl")
    assert [record["seq"] for record in begun.run("export").records] == list(range(1, 234))
    seen = [record["first_seen_at"] for record in begun.run("export", "articles").records]
    assert (len(seen), seen) == (233, sorted(seen))


def test_sources_are_exported_as_they_fare(configure, room):
    gazette = configure(
        source_block("harbour", room.feed, title='"Harbour"'), source_block("council", room.list, "html_list")
    )
    gazette.run("crawl", "harbour")
    rows = table(gazette.run("export", "sources", "--format", "csv").out)
    assert [(row["id"], row["health"], row["articles"]) for row in rows] == [
        ("harbour", "well", "3"),
        ("council", "never checked", "0"),
    ]
    assert [each["id"] for each in gazette.run("export", "sources", "--source", "council").records] == ["council"]


def test_sources_exported_as_opml_come_back_the_same_in_an_empty_configuration(configure, room, tmp_path):
    gazette = configure(
        source_block("harbour", room.feed, title='"Harbour & co"', tags='["port", "a, b", "/x/y"]'),
        source_block("council", room.list, "html_list", title='"Council"'),
        f'[[source]]\nid = "levy"\nurl = "{room.feed}?levy=1&a=2"',
    )
    gazette.run("crawl", "levy")
    file = tmp_path / "sources.opml"
    assert gazette.run("export", "sources", "--format", "opml", "-o", file).err == f"3 sources written to {file}\n"
    other = Gazette(tmp_path / "other", tmp_path)
    other.run("init", other.config)
    other.run("import", file)
    found = tomllib.loads((other.config / "sources.toml").read_text(encoding="utf-8"))["source"]
    assert [{key: value for key, value in each.items() if key != "id"} for each in found] == [
        {"title": "Harbour & co", "kind": "feed", "url": room.feed, "tags": ["port", "a, b", "/x/y"]},
        {"title": "Council", "url": room.list},
        {"kind": "feed", "url": f"{room.feed}?levy=1&a=2"},
    ]


def test_a_list_of_sources_needs_no_database(gazette):
    assert 'xmlUrl="' in gazette.run("export", "sources", "--format", "opml", "--source", "harbour").out
    assert "no source is called" in gazette.run("export", "sources", "--format", "opml", "--source", "no", code=2).err


def test_a_file_is_written_whole_and_the_count_is_told(lived, tmp_path):
    there = tmp_path / "deep.csv"
    ran = lived.run("export", "articles", "--format", "csv", "--bom", "-o", there)
    assert ran.err == f"4 articles written to {there}\n"
    assert ran.out == ""
    assert there.read_bytes().startswith(b"\xef\xbb\xbfid,source,")
    assert len(table(there.read_text(encoding="utf-8-sig"))) == 4


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["articles", "--kind", "new"], "--kind and --after choose changes"),
        (["sources", "--since", "2026-01-01"], "say nothing of sources"),
        (["changes", "--kind", "never"], "--kind never"),
        (["-o", "/nonexistent/changes.jsonl"], "-o /nonexistent/changes.jsonl: cannot be written"),
        (["-o", "/"], "cannot be written"),
        (["articles", "--since", "yesterday"], "--since"),
        (["articles", "--format", "opml"], "articles are written as jsonl or csv, and not as opml"),
        (["changes", "--format", "warc"], "changes are written as jsonl or csv or atom, and not as warc"),
        (["snapshots", "--format", "csv"], "snapshots are written as warc, and not as csv"),
        (["snapshots", "--kind", "new"], "--kind and --after choose changes"),
        (["sources", "--format", "opml", "--bom"], "--bom is for spreadsheets"),
    ],
)
def test_what_makes_no_sense_is_exit_2(begun, words, said):
    assert said in begun.run("export", *words, code=2).err


def test_without_a_database_there_is_nothing_to_export(gazette):
    assert "there is no database yet" in gazette.run("export", code=3).err


@pytest.mark.parametrize("words", [["export", "revisions"], ["show", "--json"], ["show"]], ids=" ".join)
def test_a_reader_that_leaves_early_is_no_trouble(begun, room, words):
    room.publish("berths", text=("A list of berths and fees. " * 10_000,))
    begun.run("crawl")
    with subprocess.Popen(
        [*COMMAND, "--config", str(begun.config), *words, *([room.url("berths")] if "show" in words else [])],
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.read(1)
        process.stdout.close()
        assert (process.stderr.read(), process.wait(30)) == (b"", 0)


def test_changes_come_as_a_feed_that_a_reader_understands(begun, room):
    room.edit("bridge-1", "120 euros", "150 euros")
    begun.run("crawl", "--recheck", "all")

    whole = feedparser.parse(begun.run("export", "--format", "atom").out.encode())
    edits = feedparser.parse(begun.run("export", "changes", "--format", "atom", "--kind", "edited").out.encode())

    assert (whole.bozo, whole.version, len(whole.entries)) == (False, "atom10", 4)
    assert [entry.title for entry in edits.entries] == [
        "EDITED, unannounced: Notice on the bridge-1 works (120 euros → 150 euros)"
    ]
    assert "sources" in begun.run("export", "sources", "--format", "atom", code=2).err


# -- snapshots ------------------------------------------------------------------------------------------------------


def records_of(raw: bytes) -> list[tuple[str, str, bytes]]:
    found = []
    for record in ArchiveIterator(io.BytesIO(raw), check_digests="raise"):
        url = record.rec_headers.get_header("WARC-Target-URI") or ""
        found.append((record.rec_type, url, record.content_stream().read()))
    return found


def test_snapshots_come_as_a_web_archive_that_other_programs_read(lived, room, tmp_path):
    file = tmp_path / "evidence.warc.gz"
    run = lived.run("export", "snapshots", "--format", "warc", "-o", file)
    sort, *records = records_of(file.read_bytes())
    assert sort[0] == "warcinfo"
    assert run.err == f"{len(records)} responses and 0 repeats written to {file}\n".replace(
        "0 repeats", repeats(records)
    )
    texts = [body.decode() for _, url, body in records if url == room.url("bridge-1")]
    assert ["120 euros" in texts[0], "150 euros" in texts[-1]] == [True, True]
    assert room.feed in {url for _, url, _ in records}


def repeats(records) -> str:
    number = sum(sort == "revisit" for sort, *_ in records)
    return "1 repeat" if number == 1 else f"{number} repeats"


def test_a_file_called_warc_is_plain_and_standard_output_is_packed(lived, tmp_path):
    lived.run("export", "snapshots", "-o", tmp_path / "a.warc", "--limit", 2)
    assert (tmp_path / "a.warc").read_bytes().startswith(b"WARC/1.1\r\n")
    assert len(records_of((tmp_path / "a.warc").read_bytes())) == 3
    command = [*COMMAND, "--config", str(lived.config), "export", "snapshots", "--source", "harbour"]
    done = subprocess.run(command, env=clean_environment(), capture_output=True, timeout=60)
    assert (done.returncode, done.stderr, done.stdout[:2]) == (0, b"", b"\x1f\x8b")
    assert all(url.endswith(".html") for _, url, _ in records_of(done.stdout)[1:])


def test_a_damaged_snapshot_is_named_and_all_others_are_written(lived, tmp_path):
    lived.run("export", "snapshots", "-o", tmp_path / "whole.warc.gz")
    damaged = sorted((tmp_path / "data").rglob("*.zst"))[0]
    damaged.write_bytes(b"no zstandard")
    run = lived.run("export", "snapshots", "-o", tmp_path / "rest.warc.gz", code=1)
    assert f"left out: snapshot {damaged.stem} is damaged" in run.err
    assert "1 snapshot damaged or lost: gazette verify tells more" in run.err
    whole, rest = (records_of((tmp_path / name).read_bytes()) for name in ("whole.warc.gz", "rest.warc.gz"))
    assert 0 < len(whole) - len(rest) < 3


def test_what_retention_let_go_is_counted_and_is_no_failure(lived, tmp_path):
    config = lived.config / "gazette.toml" if lived.config.is_dir() else lived.config
    config.write_text(f"{config.read_text(encoding='utf-8')}\n[retention]\nmax_size = '1B'\n", encoding="utf-8")
    lived.run("db", "prune")
    run = lived.run("export", "snapshots", "-o", tmp_path / "rest.warc.gz")
    assert "left out: [retention] has let go of the body" in run.err
    assert len(records_of((tmp_path / "rest.warc.gz").read_bytes())) > 3
