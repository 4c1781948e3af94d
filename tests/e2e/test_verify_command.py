"""`gazette verify`: the proof that people can repeat."""

from __future__ import annotations

import json
import sqlite3


def test_what_was_crawled_is_proven(begun, room):
    room.edit("bridge-1", "120 euros", "150 euros")
    begun.run("crawl", "--recheck", "all")
    run = begun.run("verify")
    assert "4 revisions" in run.out
    assert run.out.rstrip().endswith("all as it was written")


def test_an_altered_database_and_a_lost_file_end_with_1_and_say_which(begun, database, tmp_path):
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE observation SET reason = 'forged' WHERE seq = 2")
    next(tmp_path.rglob("*.zst")).unlink()
    run = begun.run("verify", code=1)
    assert run.out.count("FLAW  ") == 2
    assert "FLAW  observation 2 of 127.0.0.1" in run.out
    assert "is gone; restore it from a backup" in run.out
    assert run.out.rstrip().endswith("2 flaws found")


def test_heads_kept_elsewhere_prove_that_nothing_was_written_anew(begun, database, tmp_path):
    heads = tmp_path / "heads.jsonl"
    heads.write_text(begun.run("verify", "--json").out, encoding="utf-8")
    summary = json.loads(heads.read_text().splitlines()[-1])
    assert (summary["kind"], summary["flaws"], summary["revisions"]) == ("summary", 0, 3)
    begun.run("crawl", "--recheck", "all")
    begun.run("verify", "--against", heads)
    with sqlite3.connect(database) as connection:
        connection.execute("DELETE FROM observation")
    flaws = begun.run("verify", "--against", heads, "--json", code=1).records
    assert {"noted earlier" in flaw["problem"] for flaw in flaws if flaw.get("what") == "observation"} == {True}


def test_a_file_of_something_else_is_refused_by_name_and_line(begun, tmp_path):
    for text, words in (("[]\n", "line 1 is none"), ("\n", "tells of no chain"), ('{"kind":"chain"}', "line 1")):
        (tmp_path / "odd.jsonl").write_text(text, encoding="utf-8")
        run = begun.run("verify", "--against", tmp_path / "odd.jsonl", code=2)
        assert words in run.err
    assert "cannot be read" in begun.run("verify", "--against", tmp_path / "none", code=2).err
