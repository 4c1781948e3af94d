"""What every reader of files promises (``ports.FileReader``): words about any bytes, and never an exception."""

from __future__ import annotations

import asyncio
import random
from contextlib import asynccontextmanager

import pytest

from crawler.model import FileOutcome, FileText
from crawler.sandbox.opening import Unopened
from crawler.sandbox.pool import Sandbox
from tests.filereading import PlainReader
from tests.papers import encrypted_pdf, looping_pdf, make_docx, make_pdf, repack_docx, scanned_pdf, write_lines

FEE = "The fee is 120 euros."
PDF = make_pdf([write_lines(FEE)])
DOCX = make_docx([FEE])
FILES = {
    "nothing": b"",
    "pdf": PDF,
    "docx": DOCX,
    "text": FEE.encode(),
    "gb18030": "收费标准为每日一百二十元。".encode("gb18030"),
    "half a character": "收费".encode()[:-1],
    "half a surrogate": b"\xff\xfe\x00\xd8",
    "zeros": bytes(5_000),
    "noise": random.Random(7).randbytes(20_000),
    "pdf cut off": PDF[:300],
    "docx cut off": DOCX[: len(DOCX) // 2],
    "no pdf after all": b"%PDF-1.7\n<html><title>404</title></html>",
    "no docx after all": b"PK\x03\x04word/document.xml" + bytes(100),
    "encrypted": encrypted_pdf(),
    "a loop": looping_pdf(),
    "a picture": scanned_pdf(),
    "xml that opens for ever": repack_docx(DOCX, "word/document.xml", b"<a>" * 50_000),
}
NAMES = [(), ("",), ("https://e.example/f.pdf",), ("费用.docx", "https://[e/f.txt"), ("f.html",), ("\udcff.csv",)]


@asynccontextmanager
async def unopened():
    yield Unopened()


@asynccontextmanager
async def plain():
    yield PlainReader()


READERS = {"sandbox": lambda: Sandbox(size=2), "unopened": unopened, "plain": plain}


@pytest.fixture(params=READERS)
def make(request):
    return READERS[request.param]


def read_all(make, calls) -> list[FileText]:
    """All of them at once by one reader."""

    async def run() -> list[FileText]:
        async with make() as reader:
            return await asyncio.gather(*(reader.read(body, **how) for body, how in calls))

    return asyncio.run(run())


def assert_honest(text: FileText) -> None:
    assert (text.outcome in (FileOutcome.READ, FileOutcome.PARTIAL)) == bool(text.blocks)
    assert bool(text.note) == (text.outcome is not FileOutcome.READ), text
    assert all(block.text.strip() for block in text.blocks)
    "".join((text.title, text.note, *(block.text for block in text.blocks))).encode()


def test_any_bytes_under_any_name_are_text_or_words_why_not(make):
    calls = [(body, {"names": names}) for body in FILES.values() for names in NAMES]
    calls += [(body, {"media_type": kind}) for body in FILES.values() for kind in ("application/pdf", "text/html", "x")]

    for text in read_all(make, calls):
        assert_honest(text)


def test_the_same_file_reads_the_same_again_and_beside_others(make):
    alone = [read_all(make, [(body, {"names": ("f.txt",)})])[0] for body in (PDF, DOCX, FEE.encode())]

    assert read_all(make, [(body, {"names": ("f.txt",)}) for body in (PDF, DOCX, FEE.encode())] * 3) == alone * 3


def test_a_reading_that_is_given_up_leaves_the_reader_in_order(make):
    async def run() -> FileText:
        async with make() as reader:
            given_up = asyncio.create_task(reader.read(PDF))
            await asyncio.sleep(0)
            given_up.cancel()
            await asyncio.gather(given_up, return_exceptions=True)
            return await reader.read(DOCX, names=("fees.docx",))

    text = asyncio.run(run())

    assert_honest(text)
    assert text == read_all(make, [(DOCX, {"names": ("fees.docx",)})])[0]


@pytest.mark.parametrize("name", [name for name in READERS if name != "unopened"])
def test_plain_text_comes_with_every_character(name):
    fee = "收费标准 120 €，①㈱、𠮷"

    (text,) = read_all(READERS[name], [(fee.encode(), {"names": ("f.txt",)})])

    assert (text.outcome, [block.text for block in text.blocks]) == (FileOutcome.READ, [fee])


def test_who_opens_nothing_says_that_nobody_tried():
    assert {text.outcome for text in read_all(unopened, [(PDF, {}), (b"", {})])} == {FileOutcome.NOT_TRIED}
