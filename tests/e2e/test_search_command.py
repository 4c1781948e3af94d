"""`gazette search` as a person asks it."""

from __future__ import annotations

import sqlite3


def test_an_article_is_found_by_its_words_with_the_passage(begun, room):
    ran = begun.run("search", '"bridge-1 works"', "appl*")
    head, passage, *rest = ran.out.splitlines()
    assert rest == []
    assert "harbour" in head
    assert "bridge-1 works" in passage or "appl" in passage
    (record,) = begun.json("search", '"bridge-1 site is 120 euros"')
    assert record["url"] == room.url("bridge-1")
    assert "120 euros" in record["passage"]


def test_what_was_edited_away_is_found_in_the_past(begun, room):
    room.edit("bridge-1", "120 euros", "150 euros")
    begun.run("crawl", "--recheck", "all")
    old = '"bridge-1 site is 120 euros"'
    assert begun.run("search", old).out == ""
    assert "nothing known says that" in begun.run("search", old).err
    assert "(said so in revision 1)" in begun.run("search", old, "--past").out
    assert "150 euros" in begun.run("search", '"150 euros"').out


def test_a_query_without_a_word_is_refused(begun):
    ran = begun.run("search", "—", code=2)
    assert "holds no word to look for" in ran.err


def test_without_a_database_there_is_nothing_to_search(gazette):
    assert "there is no database yet" in gazette.run("search", "x", code=3).err


def test_a_database_that_another_writes_to_is_searched_as_far_as_it_is_known(begun, room, database):
    assert len(begun.json("search", "bridge*")) == 3
    room.publish("lock", title="Another bridge")
    begun.run("crawl")
    holder = sqlite3.connect(database, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    ran = begun.run("search", "bridge*", "--json")
    holder.close()
    assert len(ran.records) == 3
    assert "what was recorded last is not searched" in ran.err
    assert len(begun.json("search", "bridge*")) == 4
