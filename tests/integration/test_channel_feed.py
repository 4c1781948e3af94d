"""Changes as a feed in a file, read back by readers of feeds that are not ours."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
from datetime import timedelta

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from crawler.errors import TemporaryDeliveryError
from crawler.model import ChangeKind
from crawler.notifier.channels import feed
from crawler.notifier.message.feed import FeedHead, answer_feed, item_of, items_of, write_feed
from crawler.notifier.message.reader import reader_of
from tests.notices import NOW, make_change, make_delivery, make_incident, make_notice, make_summary

HEAD = FeedHead(name="changes", title="Changes", home="https://gazette.example.org")


@pytest.fixture(params=["atom", "json"])
def options(request, tmp_path):
    return feed.Options(path=tmp_path / "out" / f"changes.{request.param}", format=request.param, limit=5)


def tell(options, *changes, **values):
    payload = feed.render(make_notice(*changes, **values), options)
    asyncio.run(feed.send(payload, make_delivery(), options))


def titles(options):
    if options.format == "json":
        return [item["title"] for item in json.loads(options.path.read_bytes())["items"]]
    parsed = feedparser.parse(options.path.read_bytes())
    assert not parsed.bozo
    return [entry.title for entry in parsed.entries]


def numbered(number, **values):
    return make_change(
        str(number),
        detected_at=NOW + timedelta(hours=number),
        silent=False,
        facts=(),
        article=make_summary(title=f"Notice {number}"),
        **values,
    )


def test_new_entries_stand_above_and_the_oldest_go(options):
    for number in range(8):
        tell(options, numbered(number))
    assert titles(options) == [f"EDITED: Notice {number}" for number in (7, 6, 5, 4, 3)]


def test_what_is_told_again_stands_there_once(options):
    for number in (1, 2, 1):
        tell(options, numbered(number))
    assert titles(options) == ["EDITED: Notice 2", "EDITED: Notice 1"]


def test_the_second_change_of_an_article_is_an_entry_of_its_own(options):
    tell(options, make_change("1"))
    tell(options, make_change("2", detected_at=NOW + timedelta(hours=1)))
    assert len(titles(options)) == 2


def test_an_independent_reader_finds_everything(tmp_path):
    options = feed.Options(path=tmp_path / "changes.atom", title="官报")
    tell(options, make_change())
    parsed = feedparser.parse(options.path.read_bytes())
    (entry,) = parsed.entries
    assert (parsed.bozo, parsed.version, parsed.feed.title) == (False, "atom10", "官报")
    assert entry.id == "tag:gazette,2026:change/chg_1"
    assert entry.link == "https://www.example.gov.cn/xw/41.html"
    assert entry.updated == "2024-05-06T07:30:00Z"
    assert {tag.term for tag in entry.tags} == {"edited", "guangdong"}
    assert entry.author == "某区人民政府"
    assert "<del" in entry.content[0].value
    assert "11%" in entry.content[0].value


def test_a_file_that_is_none_of_ours_is_begun_anew(options):
    options.path.parent.mkdir()
    options.path.write_bytes(b"<html>")
    tell(options, numbered(1))
    assert titles(options) == ["EDITED: Notice 1"]


def test_a_full_disk_leaves_the_feed_as_it_was(options, monkeypatch):
    tell(options, numbered(1))
    before = options.path.read_bytes()

    def refuse(file):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(TemporaryDeliveryError, match="No space left"):
        tell(options, numbered(2))
    assert options.path.read_bytes() == before
    assert [path.name for path in options.path.parent.iterdir() if "partial" in path.name] == []


def tell_many(options, first):
    for number in range(first, first + 10):
        tell(options, numbered(number))


def test_two_processes_lose_nothing_to_each_other(tmp_path):
    options = feed.Options(path=tmp_path / "changes.json", format="json")
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=tell_many, args=(options, first)) for first in (0, 10)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert len(titles(options)) == 20


def test_trouble_and_a_test_are_entries_too(options):
    tell(options, incidents=(make_incident(),))
    tell(options, kind="test")
    assert sorted(titles(options)) == ["Test message", "Trouble with a source: zq-news, blocked"]


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_no_text_whatsoever_breaks_a_feed(text):
    change = make_change(
        kind=ChangeKind.NEW, source_title=text, article=make_summary(title=text, url=text, publisher=text, excerpt=text)
    )
    items = items_of(make_notice(change))
    document = etree.fromstring(write_feed("atom", items, HEAD))
    assert len(document.findall("{http://www.w3.org/2005/Atom}entry")) == 1
    assert json.loads(write_feed("json", items, HEAD))["items"][0]["id"] == "tag:gazette,2026:change/chg_1"


def test_a_limit_of_nothing_is_refused(tmp_path):
    with pytest.raises(ValueError, match="limit"):
        feed.Options(path=tmp_path, limit=0)


def test_over_http_a_reader_who_has_it_gets_nothing():
    item = item_of(make_change(), reader_of(make_notice().subscription), "")
    first = answer_feed("atom", [item], HEAD)
    again = answer_feed("atom", [item], HEAD, if_none_match=f'"other", W/{first.headers["ETag"]}')
    assert (first.status, first.headers["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    assert (again.status, again.body) == (304, b"")
    assert answer_feed("json", [item], HEAD, if_none_match=first.headers["ETag"]).status == 200
