"""What copies mean for what is told: pure decisions, step by step."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import ArticleState, ChangeKind, KnownArticle, Relative
from crawler.pipeline.context import Step
from crawler.pipeline.kinship import days_around, relative_of
from crawler.pipeline.looks import Kinship
from tests.lives import HOUR, NOON, Life, make_article, make_entry, make_source

EDITED = make_article(text="The fee is 150 euros.")


def make_known(source="port", **values) -> KnownArticle:
    plain = KnownArticle(
        id=source[0] * 16,
        source_id=source,
        url=f"https://{source}.example/dock.html",
        keys=(f"url:https://{source}.example/dock.html",),
        first_seen_at=NOON - HOUR,
        changed_at=NOON - HOUR,
    )
    return replace(plain, **values)


def make_relative(source="port", **values) -> Relative:
    return replace(relative_of(make_known(source)), **values)


@pytest.fixture
def life():
    return Life(source=make_source(confirm_after=timedelta(0)))


def begin(life, kinship=None, **context):
    look = life.read(entry=make_entry(), kinship=kinship or Kinship())
    return life.live(look, **context)


def edit(life, article=EDITED, *beside):
    """An edit of a known article, with what its copies say."""
    beside = tuple((replace(other, copy_of=life.known.id), texts) for other, *texts in beside)
    life.known = replace(life.known, relatives=tuple(other for other, _ in beside))
    return life.later(HOUR).live(life.read(article, kinship=Kinship(beside=beside)))


# -- a new copy ----------------------------------------------------------------------------------------------------


def test_a_new_copy_is_no_change_but_an_echo_for_those_who_have_not_heard(life):
    step = begin(life, Kinship(repeats=make_known()))

    assert step.change is None
    assert (step.echo.kind, step.echo.source, step.echo.told_at) == (ChangeKind.NEW, "harbour", ("port",))
    assert step.echo.article.copy_of == step.article.copy_of == make_known().id
    assert step.echo.article.also_at == ("port",)
    assert (step.revision.number, step.revision.article.text) == (1, make_article().text)


def test_a_copy_of_a_copy_belongs_to_the_first(life):
    repeated = make_known("region", copy_of=make_known().id, relatives=(make_relative(),))

    step = begin(life, Kinship(repeats=repeated))

    assert step.article.copy_of == make_known().id
    assert set(step.echo.told_at) == {"port", "region"}


def test_a_source_that_lists_the_very_page_of_the_first_counts_as_told(life):
    assert set(begin(life, Kinship(repeats=make_known(also_at=("map",)))).echo.told_at) == {"port", "map"}


def test_what_was_only_in_a_baseline_is_told_as_new(life):
    step = begin(life, Kinship(repeats=make_known(baseline=True)))

    assert (step.change.kind, step.echo) == (ChangeKind.NEW, None)
    assert [each.source for each in step.change.elsewhere] == ["port"]


@pytest.mark.parametrize("baseline", [True, False])
def test_a_copy_met_in_a_baseline_is_recorded_as_all_of_it_is(life, baseline):
    step = begin(life, Kinship(repeats=make_known(baseline=baseline)), fresh=True)

    assert (step.change.baseline, step.change.article.copy_of, step.echo) == (True, make_known().id, None)


def test_the_next_change_of_a_copy_has_an_id_of_its_own(life):
    first = begin(life, Kinship(repeats=make_known())).echo
    second = edit(life, EDITED, (make_relative(), make_article())).change

    assert first.id != second.id


# -- an edit -------------------------------------------------------------------------------------------------------


def test_an_edit_says_what_each_other_place_says(life):
    begin(life)
    other = make_article(text="Something else.")
    beside = [(make_relative("port"), make_article()), (make_relative("map"), other)]

    change = edit(life, EDITED, *beside).change

    assert {each.source: each.carries for each in change.elsewhere} == {"port": "before", "map": ""}
    assert change.summary.endswith("as before at port")


def test_an_edit_that_another_made_after_our_last_change_is_an_echo(life):
    begin(life)
    step = edit(life, EDITED, (make_relative(changed_at=NOON + HOUR / 2), EDITED, make_article()))

    assert (step.change, step.echo.told_at) == (None, ("port",))
    assert (step.echo.kind, step.revision.number) == (ChangeKind.EDITED, 2)


def test_an_edit_to_what_another_came_to_from_a_third_text_is_told(life):
    begin(life)
    third = make_article(text="The fee is 90 euros.")
    step = edit(life, EDITED, (make_relative(changed_at=NOON + HOUR / 2), EDITED, third))

    assert (step.echo, step.change.elsewhere[0].carries) == (None, "after")


def test_an_edit_that_another_made_and_went_on_from_is_an_echo(life):
    begin(life)
    further = make_article(text="The fee is 150 euros. Bring a form.")
    later = make_relative(changed_at=NOON + HOUR / 2)

    assert edit(life, EDITED, (later, further, EDITED, make_article())).echo is not None


def test_going_back_to_what_another_always_said_is_an_edit(life):
    begin(life)
    edit(life)
    step = edit(life, make_article(), (make_relative(changed_at=NOON - HOUR), make_article()))

    assert step.echo is None
    assert [(each.source, each.carries) for each in step.change.elsewhere] == [("port", "after")]


def test_an_edit_with_more_in_it_than_another_made_is_told(life):
    begin(life)
    more = make_article(text="The fee is 150 euros. Bring a form.")

    step = edit(life, more, (make_relative(changed_at=NOON + HOUR / 2), EDITED))

    assert (step.echo, step.change.elsewhere[0].carries) == (None, "")


def test_a_copy_that_is_gone_is_named_and_asked_for_nothing(life):
    begin(life)
    gone = make_relative(state=ArticleState.REMOVED, copy_of=life.known.id)
    life.known = replace(life.known, relatives=(gone,))

    change = life.later(HOUR).live(life.read(EDITED)).change

    assert [(each.state, each.carries) for each in change.elsewhere] == [(ArticleState.REMOVED, "")]
    assert change.article.also_at == ()


# -- the very same page at another source -------------------------------------------------------------------------


def sighted(life, **context):
    begin(life)
    other = Life(source=make_source(id="port"), known=life.known, revision=life.revision)
    return other.live(other.read(EDITED, entry=make_entry(), kinship=Kinship(told=make_article())), **context)


def test_a_page_met_at_a_second_source_is_an_echo_with_the_text_that_was_told(life):
    step = sighted(life)

    assert (step.change, step.revision, step.echo.told_at) == (None, None, ("harbour",))
    assert (step.echo.kind, step.echo.source, step.text) == (ChangeKind.NEW, "port", make_article().whole_text)
    assert step.echo.id != life.told[0].id


def test_a_page_that_was_met_elsewhere_long_ago_is_no_echo(life):
    begin(life)
    other = Life(source=make_source(id="port"), known=life.known, revision=life.revision, now=NOON + timedelta(days=15))

    look = other.read(EDITED, entry=make_entry(), kinship=Kinship(told=make_article()))
    assert other.live(look).echo is None


@pytest.mark.parametrize("day", [date.min, date.max, date(2026, 3, 2)])
def test_the_days_around_any_day_are_days(day):
    first, last = days_around(day, timedelta(days=14))

    assert first <= day <= last
    assert last - first >= timedelta(days=14)


def test_a_page_met_in_the_baseline_of_a_second_source_is_no_echo(life):
    assert sighted(life, fresh=True).echo is None


# -- many copies, many edits ---------------------------------------------------------------------------------------

TEXTS = {version: make_article(text=f"The fee is {version}0 euros.") for version in (1, 2, 3)}


class Sources:
    """A story at some sources; each step edits it at one of them and looks there."""

    def __init__(self, count: int) -> None:
        self.lives = [Life(source=make_source(id=f"s{n}", confirm_after=timedelta(0))) for n in range(count)]
        self.shown = [[1] for _ in range(count)]
        first = None
        for number, life in enumerate(self.lives):
            kinship = Kinship(repeats=first) if first else Kinship()
            entry = make_entry(id=f"guid-{number}", url=f"https://s{number}.example/dock.html")
            step = life.live(life.read(TEXTS[1], entry=entry, kinship=kinship))
            first = first or step.article

    def edit(self, number: int, version: int, at: datetime) -> Step:
        life = self.lives[number]
        others = [place for place in range(len(self.lives)) if place != number]
        beside = tuple(
            (relative_of(self.lives[place].known), tuple(TEXTS[each] for each in reversed(self.shown[place])))
            for place in others
        )
        life.now = at
        life.known = replace(life.known, relatives=tuple(other for other, _ in beside))
        self.shown[number].append(version)
        return life.live(life.read(TEXTS[version], kinship=Kinship(beside=beside)))


@given(st.integers(2, 4), st.lists(st.tuples(st.integers(0, 3), st.integers(1, 3)), max_size=14))
def test_whatever_is_edited_where_each_edit_is_told_and_only_what_was_told_is_an_echo(count, edits):
    sources = Sources(count)
    told_since: list[set[tuple[int, int]]] = [set() for _ in range(count)]
    for hour, (number, version) in enumerate(edits, start=1):
        number %= count
        made = (sources.shown[number][-1], version)
        if made[0] == version:
            continue
        step = sources.edit(number, version, NOON + hour * HOUR)

        assert (step.change is None) != (step.echo is None)
        if step.change is None:  # everybody has heard of just this edit since this source last changed
            assert made in told_since[number]
        for others in told_since:
            others.add(made)
        told_since[number].clear()


@given(st.integers(2, 4), st.permutations(range(4)), st.integers(2, 3))
def test_one_correction_that_all_make_in_any_order_is_told_once(count, order, version):
    sources = Sources(count)
    editors = [number for number in order if number < count]
    steps = [sources.edit(number, version, NOON + hour * HOUR) for hour, number in enumerate(editors, start=1)]

    assert [step.change is not None for step in steps] == [True] + [False] * (count - 1)
