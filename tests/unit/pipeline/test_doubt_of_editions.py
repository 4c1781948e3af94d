"""Pages that are served in several editions: nothing is told that only one look showed, and nothing true is lost."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.differ.folding import compare_key
from crawler.model import Article, Attachment, Block, BlockKind, ChangeKind
from crawler.pipeline.doubt import MOST_LOOKS
from tests.lives import HOST, HOUR, MINUTE, Life, make_article, make_source

LINES = (
    "The fee for a berth is 120 euros a night.",
    "Applications are taken until 3 May 2026 at the harbour office.",
    "Ships longer than 40 metres must register two days ahead.",
    "The office may refuse a ship that carries no insurance.",
    "Questions are answered by Anna Berg on weekdays.",
)
#: Every state of the page after the first holds one more critical edit: line, old, new.
EDITS = ((0, "120 euros", "150 euros"), (1, "3 May", "13 May"), (3, "may refuse", "shall refuse"))
FILE = Attachment(url=f"{HOST}/fees.pdf", name="Fees", sha256="a" * 64)


@dataclass(frozen=True)
class View:
    """What one look is shown: the page after so many edits, in one of its editions."""

    state: int
    edition: str = "whole"
    visit: int = 0

    @property
    def article(self) -> Article:
        lines = list(LINES)
        for line, old, new in EDITS[: self.state]:
            lines[line] = lines[line].replace(old, new)
        files = (FILE,)
        if self.edition == "mobile":
            lines, files = lines[:-1], ()
        elif self.edition == "half":
            lines, files = [*lines[:1], lines[1][:21]], ()
        elif self.edition == "noisy":
            lines.insert(2, f"Readers of this page so far today: {700 + 13 * self.visit}.")
        blocks = tuple(Block(kind=BlockKind.PARAGRAPH, text=line, language="en") for line in lines)
        return make_article(blocks=blocks, attachments=files)


class Page:
    """One article's life at a page with editions."""

    def __init__(self) -> None:
        self.life = Life(source=make_source())
        self.life.begin(View(0).article)
        self.visits = 0
        self.seen: list[Article] = []

    def look(self, state: int, edition: str = "whole", *, pause=HOUR):
        """One look; what it told. Nothing told may have been shown by this look alone."""
        self.visits += 1
        article = View(state, edition, self.visits).article
        before = self.life.revision.article
        self.seen.append(article)
        change = self.life.later(pause).live(self.life.read(article)).change
        if change is not None:
            self.prove(before, self.life.revision.article)
            self.seen.clear()
        return change

    def prove(self, before: Article, told: Article) -> None:
        """Every line that came was shown by two looks at least, and every line that went was missing from two."""
        old, new = lines_of(before), lines_of(told)
        shown = [lines_of(each) for each in self.seen]
        for line in new - old:
            assert sum(line in each for each in shown) >= 2, line
        for line in old - new:
            assert sum(line not in each for each in shown) >= 2, line

    @property
    def lines(self) -> set[str]:
        return lines_of(self.life.revision.article)


def lines_of(article: Article) -> set[str]:
    return {compare_key(block.text) for block in article.blocks} | {each.url for each in article.attachments}


def spread(editions: list[str]) -> list[str]:
    """The same editions, but never one that is not whole right after another that is not."""
    return [each for edition in editions for each in ((edition,) if edition == "whole" else (edition, "whole"))]


EDITIONS = st.sampled_from(["whole", "mobile", "half", "noisy"])
MANY = st.lists(EDITIONS, max_size=12)


@settings(deadline=None)
@given(MANY.map(spread))
def test_editions_of_a_page_that_nobody_edits_tell_nothing(editions):
    page = Page()

    told = [page.look(0, edition) for edition in editions]

    assert [each for each in told if each is not None] == []


@settings(deadline=None)
@given(MANY.map(spread), st.booleans())
def test_one_edit_of_a_page_with_editions_is_one_change_with_nothing_beside_it(editions, whole_first):
    page = Page()
    shown = ["whole", *editions] if whole_first else editions

    told = [page.look(1, edition, pause=MINUTE) for edition in [*shown, *["whole"] * MOST_LOOKS]]

    changes = [each for each in told if each is not None]
    assert [(each.kind, each.fields) for each in changes] == [(ChangeKind.EDITED, ("body",))]
    assert [(fact.before, fact.after) for fact in changes[0].facts] == [("120 euros", "150 euros")]
    assert page.lines == lines_of(View(1).article)


@pytest.mark.parametrize("edition", ["mobile", "half", "noisy"])
@pytest.mark.parametrize("turn", [0, 1])
def test_an_edit_is_told_though_every_other_look_is_shown_another_edition(edition, turn):
    page = Page()

    told = [page.look(1, edition if number % 2 == turn else "whole", pause=MINUTE) for number in range(8)]

    changes = [each for each in told if each is not None]
    assert [[(fact.before, fact.after) for fact in each.facts] for each in changes] == [[("120 euros", "150 euros")]]
    assert page.lines == lines_of(View(1).article)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(EDITS)), EDITIONS), max_size=20), st.integers(0, len(EDITS)))
def test_whatever_was_shown_a_page_that_settles_is_known_as_it_is_and_no_edit_is_lost(looks, state):
    page = Page()
    for at, edition in looks:
        page.look(at, edition)

    for _ in range(2 * MOST_LOOKS + 1):
        page.look(state)

    assert page.lines == lines_of(View(state).article)
    assert page.life.known.suspicion is None


@settings(deadline=None)
@given(st.integers(1, 2), st.integers(0, 3), st.integers(0, 3))
def test_two_quick_edits_are_told_both(first, early, late):
    page = Page()
    told = [page.look(first, pause=MINUTE) for _ in range(early)]

    told += [page.look(first + 1, pause=MINUTE) for _ in range(late + MOST_LOOKS)]

    assert page.lines == lines_of(View(first + 1).article)
    changes = [each for each in told if each is not None]
    assert len(changes) == (2 if early > 1 else 1)
    assert sum(len(each.facts) for each in changes) == first + 1
    kept = [lines_of(step.revision.article) for step in page.life.steps if step.revision]
    assert lines_of(View(first + 1).article) in kept
    assert (lines_of(View(first).article) in kept) == (early > 1)


def test_a_page_that_is_never_whole_twice_tells_what_all_editions_show():
    page = Page()
    shown = ["mobile", "noisy", "noisy", "noisy", "noisy"]

    told = [page.look(1, edition, pause=MINUTE) for edition in shown]

    assert told[:4] == [None] * 4
    assert [(fact.before, fact.after) for fact in told[4].facts] == [("120 euros", "150 euros")]
    assert page.lines == lines_of(View(1).article)


def test_a_date_that_is_another_at_every_look_is_never_told():
    life = Life(source=make_source())
    life.begin()
    plain = make_article().published

    for day in range(1, 9):
        moved = type(plain)(instant=plain.instant + 31 * HOUR * day, precision=plain.precision, origin="meta")
        life.later(HOUR).live(life.read(make_article(published=moved)))

    assert [change.kind for change in life.told] == [ChangeKind.NEW]
