"""The sandbox: few processes for many files, and whatever a file does, an outcome with words."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.model import Block, BlockKind, FileOutcome, FileText
from crawler.parser.files import Limits
from crawler.sandbox.child import read_bounded
from crawler.sandbox.frames import HEADER, read_answer, write_answer
from crawler.sandbox.pool import Allowance, Sandbox
from tests.papers import (
    encrypted_pdf,
    looping_pdf,
    make_docx,
    make_pdf,
    repack_docx,
    scanned_pdf,
    swelling_pdf,
    write_lines,
)

W = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def read_all(*bodies: bytes, size: int = 1, **allowance) -> tuple[list[FileText], int]:
    """The texts of the files, and how many processes that took."""

    async def read() -> tuple[list[FileText], int]:
        async with Sandbox(size=size, allowance=Allowance(**allowance)) as box:
            return [await box.read(body, names=["file"]) for body in bodies], box.started

    return asyncio.run(read())


def test_ten_files_take_one_process_and_the_poll_path_imports_no_reader_of_files():
    texts, started = read_all(*(make_pdf([write_lines(f"The rate is {rate}%.")]) for rate in range(10)))

    assert [text.blocks[0].text for text in texts] == [f"The rate is {rate}%." for rate in range(10)]
    assert started == 1
    loaded = "import sys, crawler.bootstrap, crawler.pipeline.check, crawler.sandbox.pool, crawler.scheduler.crawl; "
    loaded += "print([name for name in ('pypdfium2', 'docx') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True).stdout == "[]\n"


def test_nothing_is_started_for_files_that_are_text_or_that_nobody_reads():
    texts, started = read_all(b"\x89PNG\r\n\x1a\n", b"\xd0\xcf\x11\xe0" + b"\0" * 600)

    assert [text.outcome for text in texts] == [FileOutcome.UNREADABLE] * 2
    assert started == 0


def test_a_process_is_replaced_after_its_share_of_files_and_the_same_bytes_are_read_once():
    files = [make_pdf([write_lines(f"The rate is {rate}%.")]) for rate in range(4)]

    assert read_all(*files, jobs=2)[1] == 2
    assert read_all(*[files[0]] * 4, jobs=1)[1] == 1


def test_hostile_files_are_outcomes_and_the_next_file_is_read():
    plain = make_docx(["The fee is 5 euros."])
    hostile = {
        encrypted_pdf(): FileOutcome.ENCRYPTED,
        looping_pdf(): FileOutcome.DAMAGED,
        scanned_pdf(): FileOutcome.NO_TEXT,
        make_pdf([write_lines("cut off")])[:300]: FileOutcome.DAMAGED,
        swelling_pdf(300 << 20): FileOutcome.DAMAGED,
        repack_docx(plain, "word/bomb.xml", b" " * 3_000_000): FileOutcome.TOO_LARGE,
    }

    texts, _ = read_all(*hostile, plain, cpu_seconds=10, memory=300 << 20, limits=Limits(unpacked=2_000_000))

    assert [text.outcome for text in texts] == [*hostile.values(), FileOutcome.READ]
    assert all(text.note for text in texts[:-1])


def test_a_file_that_takes_more_processor_time_than_is_given_is_too_slow():
    xml = (
        b"<w:document " + W + b"><w:body>" + b"<w:p><w:r><w:t>a</w:t></w:r></w:p>" * 300_000 + b"</w:body></w:document>"
    )
    slow = repack_docx(make_docx(), "word/document.xml", xml)

    texts, started = read_all(slow, make_docx(["next"]), cpu_seconds=0)

    assert texts[0].outcome is FileOutcome.TOO_SLOW
    assert texts[1].blocks[0].text == "next"
    assert started == 2


def test_a_process_that_hangs_is_ended_at_its_deadline():
    texts, _ = read_all(make_pdf([write_lines("never")]), wall_seconds=0.01)

    assert texts[0].outcome is FileOutcome.TOO_SLOW


def test_ten_thousand_pages_are_read_up_to_the_limit_and_that_is_said():
    body = make_pdf([write_lines(f"This is sheet {number}.") for number in range(10_000)])

    (text,), _ = read_all(body, limits=Limits(pages=500))

    assert (text.outcome, text.note) == (FileOutcome.PARTIAL, "only its first 500 of 10000 pages were read")


def test_inside_there_is_no_network_no_file_no_child_and_no_environment():
    script = """
import os, socket, json
from crawler.sandbox.child import import_everything, give_up_the_rest
import_everything(); give_up_the_rest(1 << 30)
def can(act):
    try: act()
    except (OSError, MemoryError) as error: return type(error).__name__
    return "could"
acts = socket.socket, lambda: open("/etc/hostname"), lambda: bytearray(2 << 30), os.pipe
print(json.dumps([can(act) for act in acts]))
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, close_fds=True)

    assert "could" not in json.loads(ran.stdout)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="only Linux shows a process its environment")
def test_a_process_is_given_none_of_our_environment(monkeypatch):
    monkeypatch.setenv("GAZETTE_HOOK_SECRET", "whsec_x")

    async def environment() -> bytes:
        async with Sandbox() as box:
            await box.read(make_pdf([write_lines("one")]))
            (child,) = box._idle
            return await asyncio.to_thread(Path(f"/proc/{child.process.pid}/environ").read_bytes)

    assert asyncio.run(environment()).split(b"\0") == [f"PATH={os.defpath}".encode(), b"LC_ALL=C.UTF-8", b""]


@pytest.mark.parametrize(
    "payload",
    [b"", b"[]", b"not json", b'{"outcome":"read"}', b'{"outcome":"?","title":"","note":"","blocks":[]}',
     b'{"outcome":"read","title":1,"note":"","blocks":[]}', b'{"outcome":"read","title":"","note":"","blocks":[["p"]]}',
     b'{"outcome":"read","title":"","note":"","blocks":[["paragraph",3,""]]}', b"[" * 100_000],
)  # fmt: skip
def test_an_answer_of_another_shape_is_refused(payload):
    with pytest.raises(ValueError, match=r"\w"):
        read_answer(payload)


def test_an_answer_comes_back_as_it_was():
    text = FileText(
        outcome=FileOutcome.PARTIAL,
        title="通知",
        note="cut",
        blocks=(Block(kind=BlockKind.TABLE_ROW, text="a | b", language="en"),),
    )

    assert read_answer(write_answer(text)[HEADER:]) == text


def test_a_mistake_of_a_library_is_the_fault_of_the_file(monkeypatch):
    for error, outcome in (
        (MemoryError, FileOutcome.TOO_LARGE),
        (RecursionError, FileOutcome.DAMAGED),
        (ZeroDivisionError, FileOutcome.DAMAGED),
    ):

        def fail(*_, error=error):
            raise error

        monkeypatch.setattr("crawler.sandbox.child.read_file", fail)
        assert read_bounded(b"", None, Limits()).outcome is outcome
