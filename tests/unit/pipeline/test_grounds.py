"""A newer reader: what only it reads otherwise is told to nobody, what the publisher changed is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.differ.fingerprint import fingerprint
from crawler.model import Attachment, ChangeKind, PageFacts, Verdict
from crawler.parser.article import READER_VERSION
from crawler.pipeline.grounds import as_answered, needs_ground, proofs_of, read_again, stand_on, with_known_files
from tests.lives import HOST, MINUTE, Life, make_article, make_entry

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


RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>t</title><link>https://www.example.gov.cn/</link>
<item><title>Notice on the quay</title><link>https://www.example.gov.cn/news/quay.html</link>
<description>Another notice.</description></item>
<item><title>Notice on the dock</title><link>https://www.example.gov.cn/news/dock.html</link><guid>guid-dock</guid>
<description>The fee is 120 euros. Payment is by card.</description></item></channel></rss>"""


def test_what_a_listing_itself_told_is_read_again_out_of_that_listing():
    life = Life()
    life.live(life.read(replace(SHORT, origin="listing"), entry=make_entry()))
    proof = replace(life.revision.evidence, headers=(("content-type", "application/rss+xml"),))

    article = read_again(as_answered(proof, RSS.encode()), life.revision, life.known, life.source)

    assert (article.origin, article.text) == ("listing", WHOLE.text)


def test_a_listing_that_names_it_no_more_is_no_ground():
    life = Life()
    life.live(life.read(replace(SHORT, origin="listing"), entry=make_entry()))
    other = RSS.replace("guid-dock", "guid-pier").replace("news/dock", "news/pier")

    assert (
        read_again(as_answered(life.revision.evidence, other.encode()), life.revision, life.known, life.source) is None
    )
    assert read_again(as_answered(life.revision.evidence, b"?"), life.revision, life.known, life.source) is None


def test_the_bytes_of_a_file_are_no_ground_for_the_page_around_it():
    life = Life()
    file = Attachment(url=f"{HOST}/f.pdf", name="f", sha256="f" * 64)
    life.live(life.read(replace(SHORT, attachments=(file,)), entry=make_entry()))
    of_file = replace(life.revision, evidence=replace(life.revision.evidence, url=file.url))

    assert proofs_of(of_file, life.known) == []


def test_a_ground_keeps_what_is_known_of_its_files():
    file = Attachment(url=f"{HOST}/f.pdf", name="f", sha256="f" * 64, read_by=1, blocks=SHORT.blocks)
    bare = Attachment(url=f"{HOST}/f.pdf", name="File")

    (kept,) = with_known_files(replace(SHORT, attachments=(bare,)), replace(SHORT, attachments=(file,))).attachments

    assert kept == replace(file, name="File")


def test_a_dry_run_that_wrote_no_ground_finds_it_again():
    life = begin(reader=READER_VERSION)
    life.known = replace(life.known, revision=life.known.revision + 1)

    assert needs_ground(read(life, EDITED))
