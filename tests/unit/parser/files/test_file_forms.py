"""What a file is, by its bytes first, and the files that are text already."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import FileOutcome
from crawler.parser.files import FileForm, Limits, name_form, needs_sandbox, read_file
from crawler.parser.files.forms import is_document
from tests.papers import make_docx, make_pdf, repack_docx

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


@pytest.mark.parametrize(
    ("body", "name", "form"),
    [
        (make_pdf([[]]), "notice.doc", FileForm.PDF),
        (b"\r\n\r\n%PDF-1.4", "", FileForm.PDF),
        (make_docx(["a"]), "https://example.org/download.jsp?id=3", FileForm.DOCX),
        (make_docx(["a" * 99])[:9_000], "half.docx", FileForm.DOCX),
        (repack_docx(make_docx(), "xl/workbook.xml", b"")[:0] + b"PK\x05\x06" + b"\0" * 18, "", FileForm.ARCHIVE),
        (OLE, "fees.doc", FileForm.OLD_OFFICE),
        (OLE, "fees.wps", FileForm.OLD_OFFICE),
        (OLE, "fees.hwp", FileForm.HANGUL),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "fees.docx", FileForm.LOCKED),
        (b"{\\rtf1 a}", "", FileForm.RICH_TEXT),
        (b"\x89PNG\r\n", "fees.pdf", FileForm.PICTURE),
        (b"Rar!\x1a", "", FileForm.ARCHIVE),
        (b"a,b\n1,2", "附件1：收费标准.csv", FileForm.SHEET),
        (b"plain words", "https://example.org/a.txt?x=1", FileForm.TEXT),
        (b"\x00\x01\x02", "a.txt", FileForm.UNKNOWN),
        (b"whatever", "", FileForm.UNKNOWN),
    ],
)
def test_the_bytes_decide_what_a_file_is(body, name, form):
    assert name_form(body, names=[name]) is form


@pytest.mark.parametrize("form", [form for form in FileForm if form.value not in ("pdf", "docx", "txt", "csv", "html")])
def test_a_form_that_is_not_read_says_so_by_name(form):
    found = read_file(b"x", form)

    assert found.outcome in (FileOutcome.UNREADABLE, FileOutcome.ENCRYPTED)
    assert found.note
    assert not needs_sandbox(form)


def test_a_plain_text_is_decoded_like_a_page():
    found = read_file("收费标准为五元。\r\n\r\n自二〇二四年起执行。".encode("gb18030"), FileForm.TEXT)

    assert [block.text for block in found.blocks] == ["收费标准为五元。", "自二〇二四年起执行。"]


def test_a_sheet_is_rows_and_a_saved_page_is_blocks():
    sheet = read_file(b'Class,Fee\n"A, small",5\n,\n', FileForm.SHEET)
    page = read_file(
        b"<html><body><h1>Fees</h1><p>The fee for all boats is 5 euros a day.</p></body></html>", FileForm.MARKUP
    )

    assert [(block.kind.value, block.text) for block in sheet.blocks] == [
        ("table_row", "Class | Fee"),
        ("table_row", "A, small | 5"),
    ]
    assert "The fee for all boats is 5 euros a day." in [block.text for block in page.blocks]


def test_a_text_beyond_the_limit_is_cut_and_that_is_said():
    found = read_file(b"one line\n" * 100, FileForm.TEXT, Limits(characters=20))

    assert (found.outcome, len(found.blocks)) == (FileOutcome.PARTIAL, 2)


@given(st.binary(max_size=300))
def test_whatever_bytes_come_a_form_is_named_and_text_forms_never_raise(body):
    form = name_form(body, names=["a.csv"])
    is_document(body)
    if not needs_sandbox(form):
        assert read_file(body, form).outcome in FileOutcome


@pytest.mark.parametrize("body", [b"<!doctype html><p>a %PDF-1.4 is not one", b"", b"PK\x05\x06", b"\x89PNG"])
def test_a_page_a_picture_and_an_archive_are_no_documents(body):
    assert not is_document(body)
