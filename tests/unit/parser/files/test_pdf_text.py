"""The text of PDFs that were written for the purpose: order, paragraphs, what is dropped and what must stay."""

from __future__ import annotations

from crawler.model import FileOutcome
from crawler.parser.files import FileForm, Limits, read_file
from tests.papers import encrypted_pdf, looping_pdf, make_pdf, scanned_pdf, write_lines

ENGLISH = """Rules on loans
The annual rate of a loan is 5% for a first home and is set by the
committee. A borrower who repays early shall pay no addi-
tional fee.
Section two begins with a line of its own that is as long as others
and goes on."""
CHINESE = """　　各区人民政府、市政府各部门：根据国家有关规定，经研究决定，自二〇二四年一月
一日起，首套住房公积金贷款利率由5%调整为15%，请遵照执行。
　　第一条　本办法适用于本市行政区域内的住房公积金贷款业务。"""


def texts(body: bytes, limits: Limits | None = None) -> list[str]:
    return [block.text for block in read_file(body, FileForm.PDF, limits).blocks]


def test_lines_that_typesetting_broke_are_joined_and_divided_words_made_whole():
    found = texts(make_pdf([write_lines(ENGLISH)]))

    assert "is set by the committee. A borrower who repays early shall pay no additional fee." in found[1]
    assert found[0] == "Rules on loans"


def test_chinese_lines_are_joined_without_a_space_and_an_indent_begins_a_paragraph():
    found = read_file(make_pdf([write_lines(CHINESE, size=12, step=22)], cjk=True), FileForm.PDF)

    assert [block.text for block in found.blocks] == [
        "各区人民政府、市政府各部门：根据国家有关规定，经研究决定，自二〇二四年一月一日起，首套住房公积金贷款利率由5%"
        "调整为15%，请遵照执行。",
        "第一条 本办法适用于本市行政区域内的住房公积金贷款业务。",
    ]
    assert {block.language for block in found.blocks} == {"zh"}


def test_running_heads_and_page_numbers_are_dropped_and_figures_at_the_edge_stay():
    pages = [
        [
            (72, 810, 9, "Official Journal"),
            *write_lines(f"Total of part {word}:\n{figure}"),
            (290, 30, 9, f"- {page} -"),
        ]
        for page, (word, figure) in enumerate([("one", "5%"), ("two", "15%"), ("three", "7%")], 1)
    ]

    assert texts(make_pdf(pages)) == [
        "Total of part one:",
        "5%",
        "Total of part two:",
        "15%",
        "Total of part three:",
        "7%",
    ]


def test_the_head_of_a_table_that_goes_on_is_kept_once():
    pages = [write_lines(f"Head of the table\nrow of page {page} is here", top=700) for page in ("one", "two")]

    joined = " ".join(texts(make_pdf(pages)))
    assert joined.count("Head of the table") == 1
    assert "row of page two is here" in joined


def test_a_row_with_gaps_is_a_row_of_cells():
    rows = [("Item", "Rate", "Sum"), ("Fee", "5%", "100"), ("Tax", "7%", "200")]
    lines = [
        (72 + 160 * column, 700 - 16 * row, 11, cell)
        for row, cells in enumerate(rows)
        for column, cell in enumerate(cells)
    ]

    found = read_file(make_pdf([lines]), FileForm.PDF).blocks

    assert [block.text for block in found] == ["Item | Rate | Sum", "Fee | 5% | 100", "Tax | 7% | 200"]
    assert {block.kind for block in found} == {"table_row"}


def test_lines_drawn_out_of_order_are_read_from_the_top():
    lines = write_lines("First line of it.\nSecond line of it.\nThird line of it.")

    assert texts(make_pdf([[lines[2], lines[0], lines[1]]])) == [
        "First line of it.",
        "Second line of it.",
        "Third line of it.",
    ]


def test_two_columns_are_read_one_after_the_other():
    left = [(72, 700 - 16 * row, 11, f"left {row} of the first column.") for row in range(6)]
    right = [(320, 700 - 16 * row, 11, f"right {row} of the other column.") for row in range(6)]

    found = " ".join(texts(make_pdf([[*left, *right]])))
    assert found.index("left 5") < found.index("right 0")


def test_a_title_that_a_person_gave_is_taken_and_that_of_a_program_is_not():
    page = [write_lines("One sentence of text.")]

    assert read_file(make_pdf(page, title="Rules of 2026"), FileForm.PDF).title == "Rules of 2026"
    assert read_file(make_pdf(page, title="Microsoft Word - rules.doc"), FileForm.PDF).title == ""
    assert read_file(make_pdf(page, title="关于收费的通知"), FileForm.PDF).title == "关于收费的通知"


def test_a_large_line_is_a_heading_and_names_the_file():
    found = read_file(make_pdf([[(72, 760, 20, "Rules on fees"), *write_lines(ENGLISH, top=700)]]), FileForm.PDF)

    assert (found.blocks[0].kind, found.title) == ("heading", "Rules on fees")


def test_what_cannot_be_read_is_an_outcome_with_words():
    whole = make_pdf([write_lines(ENGLISH)])
    cases = {
        encrypted_pdf(): (FileOutcome.ENCRYPTED, "password"),
        scanned_pdf(2): (FileOutcome.NO_TEXT, "a scan"),
        looping_pdf(): (FileOutcome.DAMAGED, "none of its pages"),
        whole[:40]: (FileOutcome.DAMAGED, "cannot be opened"),
        b"%PDF-1.7 and nothing of the kind": (FileOutcome.DAMAGED, "cannot be opened"),
    }
    for body, (outcome, words) in cases.items():
        found = read_file(body, FileForm.PDF)
        assert (found.outcome, found.blocks) == (outcome, ())
        assert words in found.note


def test_pages_and_characters_beyond_the_limits_are_left_out_and_that_is_said():
    body = make_pdf([write_lines(f"This is what sheet {word} says.") for word in ("one", "two", "three")])

    by_page = read_file(body, FileForm.PDF, Limits(pages=2))
    assert (by_page.outcome, by_page.note) == (FileOutcome.PARTIAL, "only its first 2 of 3 pages were read")
    assert "three" not in " ".join(block.text for block in by_page.blocks)
    by_length = read_file(body, FileForm.PDF, Limits(characters=30))
    assert by_length.outcome is FileOutcome.PARTIAL
    assert sum(len(block.text) for block in by_length.blocks) <= 30


def test_a_scanned_page_among_others_is_said():
    text, scan = make_pdf([write_lines(ENGLISH)]), scanned_pdf()
    assert read_file(text, FileForm.PDF).note == ""
    assert "hold no text" in read_file(scan, FileForm.PDF).note
