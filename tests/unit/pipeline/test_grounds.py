"""A newer reader: what only it reads otherwise is told to nobody, what the publisher changed is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.differ.fingerprint import fingerprint
from crawler.model import ChangeKind, PageFacts, Verdict
from crawler.parser.article import READER_VERSION
from crawler.pipeline.grounds import needs_ground, proofs_of, stand_on
from tests.lives import MINUTE, Life, make_article, make_entry

#: What an earlier reader made of the page: it missed its last sentence.
SHORT = make_article(text="The fee is 120 euros.")
WHOLE = make_article(text="The fee is 120 euros. Payment is by card.")
EDITED = make_article(text="The fee is 150 euros. Payment is by card.")


def begin(reader: int) -> Life:
    life = Life()
    life.live(life.read(SHORT, entry=make_entry()))
    life.known = replace(life.known, reader=reader)
    life.now += MINUTE
    return life


def read(life: Life, article):
    return replace(life.read(article), facts=PageFacts(host="www.example.gov.cn"))


def test_what_was_read_is_remembered_with_its_reader():
    life = Life()

    step = life.live(life.read(SHORT, entry=make_entry(), facts=PageFacts(host="www.example.gov.cn")))

    assert step.article.reader == READER_VERSION


def test_what_only_the_newer_reader_sees_becomes_a_revision_and_no_change():
    life = begin(reader=READER_VERSION - 1)
    look = read(life, WHOLE)

    assert needs_ground(look)
    step = life.live(stand_on(look, WHOLE))

    assert step.change is None
    assert step.article.suspicion is None
    assert (step.ground.number, step.ground.article.text) == (2, WHOLE.text)
    assert (step.article.revision, step.article.fingerprint) == (2, fingerprint(WHOLE))
    assert step.article.reader == READER_VERSION
    assert step.ground.seen_at == life.revision.seen_at


def test_an_edit_under_a_newer_reader_is_told_without_the_reader_s_own_differences():
    life = begin(reader=READER_VERSION - 1)
    first = life.live(stand_on(read(life, EDITED), WHOLE))
    life.revision = first.ground
    life.now += MINUTE

    step = life.live(read(life, EDITED))

    assert first.change is None
    assert step.change.kind is ChangeKind.EDITED
    assert [(fact.before, fact.after) for fact in step.change.facts] == [("120 euros", "150 euros")]
    assert "card" not in "".join(hunk.after for hunk in step.change.diff if hunk.op != "equal")
    assert (step.change.previous_revision, step.change.revision) == (2, 3)


def test_bytes_that_are_gone_hide_no_figure():
    life = begin(reader=READER_VERSION - 1)
    steps = []
    for _ in range(2):
        steps.append(life.live(stand_on(read(life, EDITED), None)))
        life.now += MINUTE

    assert steps[-1].change.kind is ChangeKind.EDITED
    assert ("120 euros", "150 euros") in [(fact.before, fact.after) for fact in steps[-1].change.facts]


def test_bytes_that_are_gone_tell_no_wording():
    life = begin(reader=READER_VERSION - 1)

    step = life.live(stand_on(read(life, WHOLE), None))

    assert step.change is None
    assert (step.article.revision, step.revision.article.text) == (2, WHOLE.text)
    assert step.article.reader == READER_VERSION


def test_an_article_known_through_today_s_reader_needs_no_ground():
    life = begin(reader=READER_VERSION)

    assert not needs_ground(read(life, EDITED))


def test_another_version_of_the_fingerprint_needs_a_ground():
    life = begin(reader=READER_VERSION)
    life.known = replace(life.known, fingerprint="0:abc")

    assert needs_ground(read(life, EDITED))


def test_a_swapped_file_is_no_new_reading():
    life = begin(reader=READER_VERSION - 1)

    look = life.read(EDITED)

    assert not needs_ground(look)
    assert life.live(look).article.reader == READER_VERSION - 1


@pytest.mark.parametrize("verdict", [Verdict.NOT_FOUND, Verdict.BLOCKED])
def test_a_page_that_was_not_read_needs_no_ground(verdict):
    life = begin(reader=READER_VERSION - 1)

    assert not needs_ground(life.failed(verdict))


def test_the_last_bytes_that_agreed_stand_in_for_the_first():
    life = begin(reader=READER_VERSION - 1)
    known = replace(life.known, body_sha256="b" * 64)

    first, last = proofs_of(life.revision, known)

    assert first == life.revision.evidence
    assert (last.sha256, last.url) == ("b" * 64, first.url)
