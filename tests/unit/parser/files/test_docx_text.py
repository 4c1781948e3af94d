"""The text of DOCX files, and what hostile ones come to."""

from __future__ import annotations

from docx import Document
from docx.oxml import OxmlElement

from crawler.model import FileOutcome
from crawler.parser.files import FileForm, Limits, read_file
from tests.papers import make_docx, repack_docx, save_docx

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def blocks(body: bytes) -> list[tuple[str, str]]:
    return [(block.kind.value, block.text) for block in read_file(body, FileForm.DOCX).blocks]


def test_paragraphs_headings_lists_and_tables_come_in_the_order_of_the_document():
    body = make_docx(["# Tariff", "The fee is 5 euros.", "* boats", "* ships"], table=[["Class", "Fee"], ["A", "7"]])

    assert blocks(body) == [
        ("heading", "Tariff"),
        ("paragraph", "The fee is 5 euros."),
        ("list_item", "boats"),
        ("list_item", "ships"),
        ("table_row", "Class | Fee"),
        ("table_row", "A | 7"),
    ]


def test_a_table_between_paragraphs_stays_between_them_and_a_merged_cell_is_said_in_each_row():
    document = Document()
    document.add_paragraph("before")
    table = document.add_table(rows=3, cols=3)
    for row, cells in enumerate([("Class", "Year", "Fee"), ("A", "2025", "5"), ("", "2026", "7")]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    document.add_paragraph("after")

    assert [text for _, text in blocks(save_docx(document))] == [
        "before",
        "Class | Year | Fee",
        "A | 2025 | 5",
        "A | 2026 | 7",
        "after",
    ]


def test_a_table_of_one_cell_is_a_frame_and_no_row():
    document = Document()
    document.add_table(rows=1, cols=1).cell(0, 0).text = "a framed notice"

    assert blocks(save_docx(document)) == [("paragraph", "a framed notice")]


def test_what_is_marked_as_deleted_is_no_text_and_what_is_inserted_is():
    xml = f"<w:document {W}><w:body><w:p><w:r><w:t>The fee is </w:t></w:r>"
    xml += "<w:del><w:r><w:delText>5</w:delText></w:r></w:del><w:ins><w:r><w:t>7</w:t></w:r></w:ins>"
    xml += "<w:r><w:tab/><w:t>euros</w:t></w:r></w:p></w:body></w:document>"

    assert blocks(repack_docx(make_docx(["x"]), "word/document.xml", xml.encode())) == [
        ("paragraph", "The fee is 7 euros")
    ]


def test_a_text_box_is_a_paragraph_after_its_own():
    document = Document()
    run = document.add_paragraph("anchor").add_run()
    box, paragraph, inner, text = (OxmlElement(f"w:{name}") for name in ("txbxContent", "p", "r", "t"))
    text.text = "boxed"
    for outer, child in ((run._r, box), (box, paragraph), (paragraph, inner), (inner, text)):
        outer.append(child)

    assert blocks(save_docx(document)) == [("paragraph", "anchor"), ("paragraph", "boxed")]


def test_the_title_is_what_the_properties_say_else_the_first_heading():
    assert read_file(make_docx(["# Tariff"], title="Tariff of 2026"), FileForm.DOCX).title == "Tariff of 2026"
    assert read_file(make_docx(["# Tariff"], title="Document1"), FileForm.DOCX).title == "Tariff"


def test_hostile_packages_are_outcomes():
    plain = make_docx(["The fee is 5 euros."])
    entity = b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]><d>&x;</d>'
    cases = {
        repack_docx(plain, "word/media/bomb.bin", b"\0" * 4_000_000): (FileOutcome.TOO_LARGE, "unpacks"),
        repack_docx(plain, "word/document.xml", entity): (FileOutcome.DAMAGED, "entities"),
        repack_docx(plain, "word/document.xml", b"<not xml"): (FileOutcome.DAMAGED, "damaged"),
        plain[: len(plain) // 2]: (FileOutcome.DAMAGED, "damaged"),
    }
    for body, (outcome, words) in cases.items():
        found = read_file(body, FileForm.DOCX, Limits(unpacked=2_000_000))
        assert (found.outcome, found.blocks) == (outcome, ())
        assert words in found.note
    assert read_file(make_docx(), FileForm.DOCX).outcome is FileOutcome.NO_TEXT
