"""Files on the command line: a figure that changes inside a PDF is told with the file's name."""

from __future__ import annotations

import re

import pytest

from tests.newsroom import source_block
from tests.papers import make_docx, make_pdf, scanned_pdf, write_lines

RULES = """Rules on harbour fees
1. The surcharge for late payment is {rate} of the fee, and it is due
within thirty days of the notice.
2. A vessel in distress shall pay no fee at all."""
LATER = "2026-03-03T12:00:00Z"


def rules(rate: str, **values: str) -> bytes:
    return make_pdf([write_lines(RULES.format(rate=rate))], **values)


@pytest.fixture
def serve(site):
    def put(body: bytes, name: str = "rules.pdf", media: str = "application/pdf") -> None:
        site.route(f"/news/files/{name}", body, content_type=media, etag=True)

    return put


@pytest.fixture
def reading(configure, room, serve):
    """A source that reads files, after its baseline; one post carries ``rules.pdf``."""
    serve(rules("5%"))
    room.publish("fees", file="rules.pdf")
    gazette = configure(source_block("harbour", room.feed, attachments='"text"'))
    gazette.run("crawl")
    return gazette


def test_a_figure_that_changes_inside_a_pdf_is_told_with_the_name_of_the_file(reading, serve, room):
    serve(rules("15%"))

    ran = reading.run("crawl", "--recheck", "all")

    line = next(each for each in ran.lines if each.startswith("EDITED"))
    assert re.search(r"^EDITED, unannounced  Notice on the fees works  5% → 15% \(rules\.pdf\)  ", line)
    shown = reading.run(*re.search(r"gazette (diff \w+)", line)[1].split()).out
    assert "percent: 5% → 15% (rules.pdf)" in shown
    assert "attachments: rules.pdf\n" in shown
    assert "surcharge for late payment is [-5%-]{+15%+} of the fee" in shown
    unified = reading.run("diff", room.url("fees"), "--format", "unified").out
    assert "-1. The surcharge for late payment is 5% of the fee" in unified
    (record,) = reading.json("changes", "--kind", "edited")
    assert record["fields"] == ["attachments"]
    assert record["facts"] == [
        {"type": "percent", "field": "attachments", "before": "5%", "after": "15%", "file": "rules.pdf"}
    ]
    assert {hunk.get("file") for hunk in record["diff"]} == {None, "rules.pdf"}
    assert record["level"] == "high"
    assert "rate" not in record["article"]["attachments"][0]
    assert set(record["article"]["attachments"][0]) == {"url", "name"}


def test_an_article_is_shown_with_the_text_of_its_files(reading, room):
    shown = reading.run("show", room.url("fees")).out

    assert re.search(r"file  rules\.pdf  <http\S+/news/files/rules\.pdf>  sha256 [0-9a-f]{12}", shown)
    assert "The surcharge for late payment is 5% of the fee, and it is due within thirty days" in shown
    (life,) = reading.json("show", room.url("fees"))
    (file,) = life["attachments"]
    assert (file["note"], file["sha256"][:1] != "") == (None, True)
    assert file["text_blocks"][-1]["text"] == "2. A vessel in distress shall pay no fee at all."


def test_a_pdf_whose_bytes_differ_and_whose_words_do_not_is_no_edit(reading, serve):
    serve(rules("5%", stamp="printed again at noon"))

    assert reading.run("crawl", "--recheck", "all").lines[-1].startswith("nothing changed")


def test_an_edit_inside_a_file_is_confirmed_by_a_second_look_within_the_crawl(configure, room, serve, site):
    serve(rules("5%"))
    room.publish("fees", file="rules.pdf")
    gazette = configure(source_block("harbour", room.feed, attachments='"text"'), confirm="20s")
    gazette.run("crawl", "--as-of", "2026-03-02T12:00:00Z")
    serve(rules("15%"))
    site.forget()

    edited, _ = gazette.json("crawl", "--recheck", "all", "--as-of", LATER)

    assert (edited["kind"], edited["facts"][0]["after"]) == ("edited", "15%")
    assert site.count("/news/files/rules.pdf") == 2
    assert edited["evidence"]["before"]["url"].endswith("/rules.pdf")
    assert gazette.run("crawl", "--recheck", "all", "--as-of", LATER).lines[-1].startswith("nothing changed")


def test_a_scan_says_so_and_its_swap_is_an_edit_by_its_bytes(reading, serve, room):
    serve(scanned_pdf(), "scan.pdf")
    room.publish("plan", file="scan.pdf")
    reading.run("crawl")
    assert "a scan, or pictures: its pages hold no text" in reading.run("show", room.url("plan")).out

    serve(scanned_pdf(pages=2), "scan.pdf")

    (change, _) = reading.json("crawl", "--recheck", "all")
    assert change["fields"] == ["attachments"]
    assert [fact["type"] for fact in change["facts"]] == ["attachment"]


def test_a_file_beyond_the_budget_is_listed_and_that_is_said(configure, room, serve):
    serve(rules("5%"))
    serve(b"PK" + b"x" * 9_000, "big.zip", "application/zip")
    room.publish("fees", file="big.zip")
    room.publish("rules", file="rules.pdf")
    gazette = configure(source_block("harbour", room.feed, attachment_budget='"8KiB"'))
    said = gazette.run("crawl", GAZETTE_LOG__LEVEL="warning").err

    assert "1 files were listed and not hashed" in said
    shown = gazette.run("show", room.url("fees")).out
    assert "not hashed" in shown
    assert "attachment_budget" in shown
    assert "sha256" in gazette.run("show", room.url("rules")).out
    serve(b"PK" + b"y" * 9_000, "big.zip", "application/zip")
    assert gazette.run("crawl", "--recheck", "all").lines[-1].startswith("nothing changed")


@pytest.mark.parametrize(("first", "then"), [("list", "hash"), ("hash", "text"), ("list", "text"), ("text", "list")])
def test_another_way_to_treat_files_tells_nothing_and_sees_the_next_edit(configure, room, serve, first, then):
    serve(rules("5%"))
    room.publish("fees", file="rules.pdf")
    configure(source_block("harbour", room.feed, attachments=f'"{first}"')).run("crawl")

    gazette = configure(source_block("harbour", room.feed, attachments=f'"{then}"'))

    assert gazette.run("crawl", "--recheck", "all").lines[-1].startswith("nothing changed")
    assert gazette.run("crawl", "--recheck", "all").lines[-1].startswith("nothing changed")
    serve(rules("15%"))
    edits = [each for each in gazette.json("crawl", "--recheck", "all") if each["kind"] == "edited"]
    facts = {"list": [], "hash": [["attachment"]], "text": [["percent"]]}
    assert [[fact["type"] for fact in each["facts"]] for each in edits] == facts[then]


def test_a_pdf_that_is_itself_the_source_is_read_and_compared_like_a_page(configure, site, serve):
    serve(rules("5%", title="Rules on harbour fees 2026"))
    gazette = configure(source_block("rules", site.url("/news/files/rules.pdf"), kind="page"))
    gazette.run("crawl")
    serve(rules("15%", title="Rules on harbour fees 2026"))

    edited = next(each for each in gazette.json("crawl", "--recheck", "all") if each["kind"] == "edited")

    assert edited["article"]["title"] == "Rules on harbour fees 2026"
    assert (edited["fields"], edited["facts"][0]["before"], edited["facts"][0]["after"]) == (["body"], "5%", "15%")


def test_a_list_that_links_to_files_brings_articles_with_their_text(configure, site, serve):
    serve(rules("5%"))
    serve(make_docx(["# Tariff", "The berth fee is 40 euros."], table=[["Class", "Fee"], ["A", "7"]]), "t.docx", "")
    items = "".join(
        f'<li><a href="/news/files/{name}">{title}</a><span>2026-03-0{day}</span></li>'
        for day, (name, title) in enumerate([("rules.pdf", "Rules on fees"), ("t.docx", "Tariff of berths")], 1)
    )
    site.route("/list/", f"<html><body><ul>{items}</ul></body></html>")
    gazette = configure(source_block("lists", site.url("/list/"), kind="html_list"))
    gazette.run("crawl")

    (tariff,) = gazette.json("show", site.url("/news/files/t.docx"))

    assert tariff["title"] == "Tariff of berths"
    assert tariff["published_at"].startswith("2026-03-02")
    assert [block["text"] for block in tariff["text_blocks"]][-2:] == ["Class | Fee", "A | 7"]
    (found,) = gazette.json("show", site.url("/news/files/rules.pdf"))
    assert "5%" in found["text"]


def test_a_file_is_inspected_like_a_page(configure, site, serve, tmp_path):
    gazette = configure()
    serve(rules("5%", title="Rules on fees"))
    (tmp_path / "rules.pdf").write_bytes(rules("5%", title="Rules on fees"))

    for target in (site.url("/news/files/rules.pdf"), str(tmp_path / "rules.pdf")):
        (record,) = gazette.json("inspect", target)
        assert (record["verdict"], record["title"]) == ("ok", "Rules on fees")
        assert "5% of the fee" in record["text"]
    assert "paragraph  en  1. The surcharge" in gazette.run("inspect", str(tmp_path / "rules.pdf")).out
    assert "page, 1 entry" in gazette.run("probe", site.url("/news/files/rules.pdf")).out
