"""What was fetched becomes a web archive, on both engines; read back by a reader that is not ours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.model import Verdict, digest
from storage import warc
from storage.snapshots import DatabaseSnapshots, FolderSnapshots
from storage.warc import Selection, write_warc

HOUR = timedelta(hours=1)


@pytest.fixture(params=["folder", "database"])
def snapshots(request, store, tmp_path):
    return FolderSnapshots(tmp_path / "snapshots") if request.param == "folder" else DatabaseSnapshots(store)


@dataclass
class Record:
    """One record as a reader of archives sees it."""

    sort: str
    url: str
    body: bytes
    http: dict[str, str]
    status: str
    head: dict[str, str]


def read(raw: bytes) -> list[Record]:
    """All records; a digest that is wrong raises."""
    found = []
    for record in ArchiveIterator(BytesIO(raw), check_digests="raise"):
        http = record.http_headers
        found.append(
            Record(
                record.rec_type,
                record.rec_headers.get_header("WARC-Target-URI"),
                record.content_stream().read(),
                dict(http.headers) if http else {},
                http.statusline if http else "",
                dict(record.rec_headers.headers),
            )
        )
    return found


def look(made, name, hours=0, body="", **values):
    """A response an hour or more after the first one, whose body reads as it is called."""
    return made.observation(name, at=made.now + hours * HOUR, sha256=digest((body or name).encode()), **values)


@pytest.fixture
def archive(store, snapshots):
    """Writes an archive and reads it: its records after the first, and the tally."""

    def write(selection=None, **options):
        file = BytesIO()
        tally = write_warc(store, snapshots, file, selection or Selection(), software="gazette/test", **options)
        first, *records = read(file.getvalue())
        assert (first.sort, first.head["WARC-Date"][-1]) == ("warcinfo", "Z")
        return records, tally

    return write


def keep(store, snapshots, made, *observations, bodies=()):
    snapshots.put([body.encode() for body in bodies])
    store.commit([made.outcome(observations=observations)])


def test_each_response_is_a_record_with_its_bytes_and_the_headers_that_were_kept(store, snapshots, made, archive):
    headers = (("content-type", "text/html"), ("content-encoding", "gzip"), ("content-length", "3"), ("etag", '"1"'))
    keep(store, snapshots, made, look(made, "a", headers=headers), look(made, "b", 1, status=404), bodies=["a", "b"])
    (first, second), tally = archive()
    assert (first.sort, first.url, first.body, first.status) == ("response", made.url("a"), b"a", "200 OK")
    assert first.http == {"content-type": "text/html", "etag": '"1"', "content-length": "1"}
    assert first.head["WARC-Date"] == "2024-03-01T08:30:00.000000Z"
    assert first.head["WARC-Payload-Digest"] == f"sha256:{digest(b'a')}"
    assert (second.status, second.body) == ("404 Not Found", b"b")
    assert (tally.responses, tally.repeats, tally.released, tally.lost) == (2, 0, 0, 0)


def test_the_same_bytes_of_the_same_address_are_written_once(store, snapshots, made, archive):
    seen = (look(made, "a"), look(made, "a", 1), look(made, "b", 2, body="a"), look(made, "a", 3, body="new"))
    keep(store, snapshots, made, *seen, bodies=["a", "new"])
    records, tally = archive()
    assert [(each.sort, each.body) for each in records] == [
        *(("response", b"a"), ("revisit", b"")),
        *(("response", b"a"), ("response", b"new")),
    ]
    original, repeat = records[0].head, records[1].head
    assert repeat["WARC-Profile"] == "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    assert repeat["WARC-Refers-To"] == original["WARC-Record-ID"]
    assert repeat["WARC-Refers-To-Date"] == original["WARC-Date"]
    assert repeat["WARC-Payload-Digest"] == original["WARC-Payload-Digest"]
    assert records[1].http["content-length"] == "1"
    assert (tally.responses, tally.repeats) == (3, 1)


def test_records_stand_in_the_order_of_fetching_however_many_pages_that_takes(
    store, snapshots, made, archive, monkeypatch
):
    monkeypatch.setattr(warc, "_PAGE", 2)
    names = [f"n{number}" for number in range(7)]
    seen = [replace(look(made, name, -number // 3), url=f"https://{name}.org/") for number, name in enumerate(names)]
    keep(store, snapshots, made, *seen, bodies=names)
    records, _ = archive()
    dates = [each.head["WARC-Date"] for each in records]
    assert (len(records), dates) == (7, sorted(dates))
    assert len({each.url for each in records}) == 7


def test_the_filters_choose_by_article_and_by_time(store, snapshots, made, archive):
    for number, (name, source) in enumerate((("a", "zq-news"), ("b", "gd-gov"), ("c", "zq-news"))):
        known = made.known(name, source)
        seen = look(made, name, number, article_id=known.id)
        snapshots.put([name.encode()])
        store.commit([made.outcome(source, articles=(known,), observations=(seen,))])

    def bodies(**selection):
        return [each.body for each in archive(Selection(**selection))[0]]

    assert bodies(sources=["zq-news"]) == [b"a", b"c"]
    assert bodies(since=made.now + HOUR) == [b"b", b"c"]
    assert bodies(until=made.now + HOUR) == [b"a"]
    assert bodies(limit=2) == [b"a", b"b"]
    assert bodies(sources=["nobody"]) == []


def test_what_was_not_answered_with_a_body_is_no_record(store, snapshots, made, archive):
    silent = look(made, "a", status=None, verdict=Verdict.UNREACHABLE)
    keep(store, snapshots, made, replace(silent, sha256=""), replace(look(made, "b", 1), status=304, sha256=""))
    assert archive()[0] == []


def test_a_body_that_retention_let_go_is_counted_and_one_that_is_lost_is_told_once(store, snapshots, made, archive):
    seen = (look(made, "a"), look(made, "b", 10), look(made, "b", 11), look(made, "c", 12))
    keep(store, snapshots, made, *seen, bodies=["c"])
    told = []
    records, tally = archive(released_before=made.now + HOUR, tell=told.append)
    assert [each.body for each in records] == [b"c"]
    assert (tally.released, tally.lost, len(told)) == (1, 1, 1)
    assert digest(b"b") in told[0]


def test_a_body_that_is_needed_was_not_let_go_by_retention(store, snapshots, made, archive):
    store.commit([made.outcome(articles=(made.known("a"),), observations=(look(made, "a"),))])
    told = []
    _, tally = archive(released_before=made.now + HOUR, tell=told.append)
    assert (tally.released, tally.lost, len(told)) == (0, 1, 1)


def test_no_header_of_a_publisher_begins_a_record_of_its_own(store, snapshots, made, archive):
    forged = (("server", "x\r\n\r\nWARC/1.1\r\nWARC-Type: response"), ("via", "é"))
    keep(store, snapshots, made, look(made, "a", headers=forged, status=799), bodies=["a"])
    ((record,), _) = archive()
    assert (record.body, record.status) == (b"a", "799")
    assert record.http["server"] == "x WARC/1.1 WARC-Type: response"


def test_a_record_has_the_same_name_in_every_export_and_gzip_is_by_record(store, snapshots, made, archive):
    keep(store, snapshots, made, look(made, "a"), look(made, "a", 1), bodies=["a"])
    (packed, _), (plain, _) = archive(), archive(compressed=False)
    assert [each.head["WARC-Record-ID"] for each in packed] == [each.head["WARC-Record-ID"] for each in plain]
    file = BytesIO()
    write_warc(store, snapshots, file, Selection(), software="gazette/test")
    assert file.getvalue().count(b"\x1f\x8b\x08") == 3
