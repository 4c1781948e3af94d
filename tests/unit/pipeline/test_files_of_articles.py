"""Files of articles: what is asked for, what is read, and what a budget leaves out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from crawler.model import (
    Attachment,
    Fetched,
    FetchFailure,
    FileOutcome,
    NotModified,
    Validators,
    Verdict,
    digest,
)
from crawler.parser.files import FILES_VERSION
from crawler.pipeline.files import MAX_FILES, MAX_OVERSIZE, Files, Purse
from tests.filereading import PlainReader
from tests.lives import HOST, NOON, Life, make_article, make_source


@dataclass
class Shelf:
    """Files by address, fetched and read; remembers what was asked of it."""

    bodies: dict[str, bytes] = field(default_factory=dict)
    asked: list = field(default_factory=list)
    reader: PlainReader = field(default_factory=PlainReader)

    async def fetch(self, request, source):
        self.asked.append(request)
        body = self.bodies.get(request.url)
        if body is None or len(body) > source.fetch.max_bytes:
            reason = "404" if body is None else f"larger than {source.fetch.max_bytes} B (fetch.max_bytes)"
            return FetchFailure(
                request=request, url=request.url, fetched_at=NOON, verdict=Verdict.UNEXPECTED, reason=reason
            )
        if request.validators.etag == digest(body):
            return NotModified(request=request, url=request.url, fetched_at=NOON)
        return Fetched(
            request=request, url=request.url, status=200, headers=(("etag", digest(body)),), body=body,
            sha256=digest(body), fetched_at=NOON,
        )  # fmt: skip

    async def keep(self, bodies):
        """Bodies are kept elsewhere."""

    def look(self, source, look, purse=None):
        files = Files(self, self.keep, self.reader)
        return asyncio.run(files.look_at(source, look, purse or Purse(source.attachment_budget_per_check)))


def file(path: str, name: str = "") -> Attachment:
    return Attachment(url=f"{HOST}/files/{path}", name=name or path)


def shelf(**bodies: bytes) -> Shelf:
    return Shelf({f"{HOST}/files/{name}": body for name, body in bodies.items()})


@pytest.fixture
def life():
    return Life(source=make_source(attachments="text"))


def test_unchanged_bytes_are_neither_sent_nor_read_again(life):
    things = shelf(a=b"The fee is 5%.")
    life.begin(things.look(life.source, life.read(make_article(attachments=(file("a"),)))).article)
    life.known = replace(life.known, files=things.look(life.source, life.read(life.revision.article)).files)
    things.asked.clear()
    things.reader.bodies.clear()

    look = things.look(life.source, life.read(make_article(attachments=(file("a"),))))

    assert things.asked[0].validators == Validators(etag=digest(b"The fee is 5%."))
    assert things.reader.bodies == []
    assert look.article.attachments == life.revision.article.attachments


def test_a_file_at_an_address_that_counts_is_remembered_by_its_lasting_part(life):
    things = shelf(**{"a?id=3&count=17": b"five", "a?id=3&count=18": b"five"})
    first = things.look(life.source, life.read(make_article(attachments=(file("a?id=3&count=17", name="a"),))))
    life.begin(first.article)
    life.known = replace(life.known, files=first.files)

    look = things.look(life.source, life.read(make_article(attachments=(file("a?id=3&count=18", name="a"),))))

    assert things.asked[-1].validators.etag == digest(b"five")
    assert look.article.attachments[0].blocks[0].text == "five"


def test_a_file_nobody_could_try_is_tried_again_and_a_file_that_failed_is_not():
    for outcome, read_by in ((FileOutcome.NOT_TRIED, 0), (FileOutcome.ENCRYPTED, FILES_VERSION)):
        things = replace(shelf(a=b"x"), reader=PlainReader(outcome))
        (found,) = things.look(
            make_source(attachments="text"), Life().read(make_article(attachments=(file("a"),)))
        ).article.attachments
        assert (found.sha256, found.read_by) == (digest(b"x"), read_by)


def test_files_beyond_the_budget_are_not_asked_for_and_keep_what_is_known():
    things = shelf(a=b"x" * 60, b=b"x" * 60, c=b"x" * 10)
    source = make_source(attachment_budget=100)
    purse = Purse(10_000)

    look = things.look(source, Life().read(make_article(attachments=(file("a"), file("b"), file("c")))), purse)

    assert [bool(each.sha256) for each in look.article.attachments] == [True, False, True]
    assert [state.note for state in look.files][0::2] == ["", ""]
    assert "beyond attachment_budget" in look.files[1].note
    assert (purse.left, purse.skipped) == (10_000 - 70, 1)


def test_a_check_whose_budget_is_spent_asks_for_no_further_file():
    things = shelf(a=b"x")

    look = things.look(make_source(), Life().read(make_article(attachments=(file("a"),))), Purse(0))

    assert things.asked == []
    assert look.article.attachments[0].sha256 == ""
    assert "attachment_budget_per_check" in look.files[0].note


def test_after_several_oversize_files_and_after_many_files_the_rest_is_left_alone():
    names = [f"f{number}" for number in range(MAX_FILES + 2)]
    large = shelf(**dict.fromkeys(names, b"x" * 200))
    small = shelf(**dict.fromkeys(names, b"x"))
    article = make_article(attachments=tuple(file(name) for name in names))

    large.look(make_source(attachment_budget=100), Life().read(article))
    look = small.look(make_source(), Life().read(article))

    assert len(large.asked) == MAX_OVERSIZE
    assert len(small.asked) == MAX_FILES
    assert "more than 20 files" in look.files[-1].note


def test_a_file_that_does_not_come_keeps_its_hash_and_its_text(life):
    things = shelf(a=b"The fee is 5%.")
    first = things.look(life.source, life.read(make_article(attachments=(file("a"),))))
    life.begin(first.article)
    life.known = replace(life.known, files=first.files)
    things.bodies.clear()

    look = things.look(life.source, life.read(make_article(attachments=(file("a"),))))

    assert look.article.attachments == first.article.attachments
    assert look.files[0].note == "not hashed: 404"
    assert look.files[0].sha256 == digest(b"The fee is 5%.")


def test_listed_files_are_not_asked_for_and_are_remembered_so_that_hashing_can_begin():
    things = shelf(a=b"x")

    look = things.look(make_source(attachments="list"), Life().read(make_article(attachments=(file("a"),))))

    assert things.asked == []
    assert (look.files[0].sha256, look.files[0].note) == ("", "listed only")
