"""Files whose text was read are compared by their words, and every hunk and fact of one names it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.differ.compare import compare
from crawler.differ.facts import facts_of_new
from crawler.differ.fingerprint import fingerprint
from crawler.differ.hunks import MAX_FILE_HUNKS, MAX_FILE_PIECE, apply, diff_article, shorten_hunks
from crawler.differ.render import render_html, render_terminal
from crawler.differ.summary import summarize
from crawler.model import Article, Attachment, Block, BlockKind, ChangeKind

FEE = "The surcharge is 5% of the fee."


def make_file(*texts: str, name: str = "rules.pdf", **values: object) -> Attachment:
    blocks = tuple(Block(kind=BlockKind.PARAGRAPH, text=text) for text in texts)
    plain = Attachment(url=f"https://example.org/{name}", name=name, sha256=str(hash(texts)), blocks=blocks, read_by=1)
    return replace(plain, **values)


def make_article(*files: Attachment) -> Article:
    block = Block(kind=BlockKind.PARAGRAPH, text="The rules are attached.")
    return Article(url="https://example.org/1", title="Rules", blocks=(block,), attachments=files)


def test_a_figure_in_a_file_is_a_fact_of_the_attachments_with_the_files_name():
    other = make_file("Nothing changes here.", name="other.pdf")
    before = make_article(other, make_file("1. Scope.", FEE))
    after = make_article(other, make_file("1. Scope.", FEE.replace("5%", "15%")))

    comparison = compare(before, after)

    assert comparison.fields == ("attachments",)
    (fact,) = comparison.facts
    assert (fact.type, fact.field, fact.before, fact.after, fact.file) == (
        "percent", "attachments", "5%", "15%", "rules.pdf",
    )  # fmt: skip
    assert {hunk.file for hunk in comparison.hunks} == {"", "rules.pdf"}
    assert comparison.significance >= 0.7
    summary = summarize(ChangeKind.EDITED, "Rules", facts=comparison.facts, hunks=comparison.hunks)
    assert summary == "The surcharge 5% → 15% (rules.pdf) in “Rules”"
    assert "attachments: rules.pdf\n" in render_terminal(comparison.hunks)
    assert "<h3>attachments: rules.pdf</h3>" in render_html(comparison.hunks)


def test_a_typo_in_a_file_weighs_as_little_as_one_in_the_article():
    before, after = make_file("The comittee decides."), make_file("The committee decides.")

    assert compare(make_article(before), make_article(after)).significance < 0.35


@pytest.mark.parametrize(
    ("before", "after", "is_edit"),
    [
        (make_file(FEE, sha256="a"), make_file(FEE, sha256="b"), False),
        (make_file(FEE, sha256="a"), make_file(FEE.replace(" is", "\u3000is"), sha256="b"), False),
        (make_file(FEE, sha256="a", note="1 page is a scan"), make_file(FEE, sha256="b"), True),
        (make_file(sha256="a", note="a scan"), make_file(sha256="b", note="a scan"), True),
        (make_file(sha256="a", read_by=0), make_file(FEE, sha256="a"), False),
        (make_file(sha256="a", read_by=0), make_file(FEE, sha256="b"), True),
        (make_file(sha256="", read_by=0), make_file(FEE, sha256="b"), False),
        (make_file(FEE, sha256="a"), make_file(sha256="", read_by=0), False),
        (make_file(FEE), make_file(FEE, name="rules-2.pdf"), True),
    ],
)
def test_words_decide_where_all_were_read_and_bytes_where_both_are_known(before, after, is_edit):
    assert (compare(make_article(before), make_article(after)) is not None) == is_edit


def test_a_counter_or_a_session_in_the_address_of_a_file_is_no_edit():
    def at(query: str) -> Article:
        return make_article(make_file(sha256="", read_by=0, url=f"https://example.org/download.jsp?id=3{query}"))

    for query in ("&count=18", "&hits=3", "&jsessionid=A0B1C2", "&token=ab12", "&_=1700000000000"):
        assert compare(at(""), at(query)) is None
    assert compare(at(""), make_article(make_file(sha256="", read_by=0, url="https://example.org/download.jsp?id=4")))


def test_the_fingerprint_of_a_file_that_was_read_is_that_of_its_words():
    one, other = make_article(make_file(FEE, sha256="a")), make_article(make_file(FEE, sha256="b"))

    assert fingerprint(one) == fingerprint(other)
    assert fingerprint(one) != fingerprint(make_article(make_file(FEE.replace("5", "15"), sha256="a")))


def test_a_new_article_tells_the_figures_of_its_files():
    found = facts_of_new(make_article(make_file("The fee is 120 euros, due by 2 April 2026.")))

    assert {(fact.after, fact.field, fact.file) for fact in found} == {
        ("120 euros", "attachments", "rules.pdf"),
        ("2 April 2026", "attachments", "rules.pdf"),
    }


def test_a_file_that_was_added_is_told_as_such_and_not_figure_by_figure():
    comparison = compare(make_article(), make_article(make_file(FEE)))

    assert [(fact.type.value, fact.after) for fact in comparison.facts] == [("attachment", "rules.pdf")]


def test_a_file_that_was_rewritten_does_not_make_a_record_of_its_size():
    old, new = (make_file(*(f"{word} {number} is new." for number in range(3_000))) for word in ("Boat", "Berth"))
    hunks = diff_article(make_article(old), make_article(new))

    short = shorten_hunks(hunks)

    assert len([hunk for hunk in short if hunk.file]) <= MAX_FILE_HUNKS
    assert max(len(hunk.before) for hunk in short) <= MAX_FILE_PIECE
    assert sum(len(hunk.before) for hunk in hunks if hunk.file) == len("\n\n".join(b.text for b in old.blocks))


words = st.lists(
    st.sampled_from(["The fee is 5%.", "It is 15 euros.", "No boats.", "收费为五元。"]), min_size=1, max_size=6
)


@given(words, words)
def test_the_hunks_of_a_file_turn_its_old_text_into_the_new(old, new):
    hunks = diff_article(make_article(make_file(*old)), make_article(make_file(*new)))
    of_file = [hunk for hunk in hunks if hunk.file]

    if of_file:
        assert apply("\n\n".join(old), of_file) == "\n\n".join(new)
