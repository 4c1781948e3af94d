"""Some of the changes of an article: all of them are the new text, none the old one, and each can be had alone."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.differ.compare import compare
from crawler.differ.partial import keep_changes
from crawler.model import Attachment, Block, BlockKind, HunkOp, Link, Moment, Precision
from tests.lives import NOON, make_article

LINES = st.lists(
    st.sampled_from(
        [
            "全区生产总值增长11%。位居前列。",
            "全区生产总值增长1.1%。位居前列。",
            "The fee is 120 euros. Boats pay less.",
            "The fee is 150 euros. Boats pay less.",
            "Questions are answered on weekdays.",
            "The office may refuse a ship without insurance.",
        ]
    ),
    unique=True,
    max_size=6,
)
FILES = st.lists(st.sampled_from(["a", "b", "c"]), unique=True, max_size=3)


@st.composite
def articles(draw):
    names = draw(FILES)
    return make_article(
        blocks=tuple(Block(kind=BlockKind.PARAGRAPH, text=line, language="en") for line in draw(LINES)),
        title=draw(st.sampled_from(["Notice on fees", "Notice on all fees"])),
        attachments=tuple(
            Attachment(url=f"https://x.example/{name}.pdf", name=name, sha256=draw(st.sampled_from("12")) * 64)
            for name in names
        ),
        links=tuple(Link(url=f"https://x.example/{name}", text=name) for name in draw(FILES)),
        authors=tuple(draw(FILES)),
    )


@given(articles(), articles())
@settings(deadline=None)
def test_all_changes_make_the_new_article_and_none_the_old(before, after):
    found = compare(before, after)
    hunks = found.hunks if found else ()

    assert compare(after, keep_changes(before, after, hunks, hunks)) is None
    assert compare(before, keep_changes(before, after, hunks, ())) is None


def words_of(article):
    return set(re.split(r"\s+|(?<=。)", article.text)) - {""}


@given(articles(), articles(), st.data())
@settings(deadline=None)
def test_whatever_is_kept_no_line_comes_that_neither_side_has(before, after, data):
    found = compare(before, after)
    hunks = [hunk for hunk in found.hunks if hunk.op is not HunkOp.EQUAL] if found else []
    wanted = data.draw(st.lists(st.sampled_from(hunks), unique_by=id) if hunks else st.just([]))

    part = keep_changes(before, after, found.hunks if found else (), wanted)

    assert words_of(part) <= words_of(before) | words_of(after)
    assert {*part.attachments} <= {*before.attachments, *after.attachments}


@pytest.mark.parametrize("field", ["body", "title", "published_at", "author", "attachments", "links"])
def test_each_field_can_be_kept_alone(field):
    day = Moment(instant=NOON, precision=Precision.DAY)
    plain = make_article(text="The fee is 120 euros.\n\nAsk on weekdays.", published=day)
    after = make_article(
        blocks=(replace(plain.blocks[0], text="The fee is 150 euros. Ask on weekdays."),),
        title="Another title of it",
        published=replace(day, instant=NOON.replace(day=9)),
        authors=("Anna Berg",),
        attachments=(Attachment(url="https://x.example/a.pdf", name="a"),),
        links=(Link(url="https://x.example/b", text="b"),),
    )
    found = compare(plain, after)

    part = keep_changes(plain, after, found.hunks, [hunk for hunk in found.hunks if hunk.field == field])

    assert compare(plain, part).fields == (field,)


def test_a_last_paragraph_that_stays_is_a_paragraph_of_its_own():
    lines = ["The fee is 120 euros.", "Boats pay less.", "Ask on weekdays."]
    blocks = [Block(kind=BlockKind.PARAGRAPH, text=line, language="en") for line in lines]
    before = make_article(blocks=tuple(blocks))
    after = make_article(blocks=(replace(blocks[0], text="The fee is 150 euros."), blocks[1]))
    found = compare(before, after)

    part = keep_changes(before, after, found.hunks, [hunk for hunk in found.hunks if hunk.op is HunkOp.REPLACE])

    assert [block.text for block in part.blocks] == ["The fee is 150 euros.", *lines[1:]]
