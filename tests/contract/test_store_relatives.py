"""What every store knows of articles that tell the same: copies at other sources, and translations."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from crawler.model import ArticleState, Bearer, Hallmarks, Sought
from storage.relatives import COMMON

TODAY = date(2024, 3, 1)
WEEK = {"first": TODAY - timedelta(days=7), "last": TODAY + timedelta(days=7)}


def keep(store, made, *names, marks=(), day=TODAY, source="zq-news", languages=("zh",), **values):
    """Commits articles, all with the same marks."""
    articles = [made.known(name, source, **values) for name in names]
    hallmarks = tuple(Hallmarks(article_id=each.id, day=day, marks=marks, languages=languages) for each in articles)
    store.commit([made.outcome(source, articles=tuple(articles), hallmarks=hallmarks)])
    return [each.id for each in articles]


def found(store, *marks, limit=5, **values):
    (alike,) = store.find_alike([Sought(marks=marks, **WEEK, **values)], limit=limit)
    return [each.id for each in alike]


# -- found by their marks ------------------------------------------------------------------------------------------


def test_articles_are_found_by_their_marks_those_with_the_most_first(store, made):
    (one,) = keep(store, made, "one", marks=(1,))
    (three,) = keep(store, made, "three", marks=(1, 2, 3))
    (two,) = keep(store, made, "two", marks=(2, 3, 9))
    keep(store, made, "none", marks=(8, -(2**63), 2**63 - 1))

    assert found(store, 1, 2, 3) == [three, two, one]
    assert found(store, 1, 2, 3, limit=1) == [three]
    assert found(store, 1, 2, 3, least=2) == [three, two]
    assert found(store, 7) == found(store) == []
    assert len(found(store, -(2**63))) == len(found(store, 2**63 - 1)) == 1


def test_only_the_articles_of_those_days_are_found(store, made):
    (near,) = keep(store, made, "near", marks=(1,), day=TODAY - timedelta(days=7))
    keep(store, made, "old", marks=(1,), day=TODAY - timedelta(days=8))
    keep(store, made, "new", marks=(1,), day=TODAY + timedelta(days=8))

    assert found(store, 1) == [near]


def test_a_mark_that_many_bear_finds_nobody(store, made):
    keep(store, made, *(f"a{number}" for number in range(COMMON + 1)), marks=(1,))
    (rare,) = keep(store, made, "rare", marks=(1, 2))

    assert found(store, 1, 2, limit=100) == [rare]
    assert found(store, 1, limit=100) == []


def test_what_is_asked_at_once_is_answered_one_by_one(store, made):
    (one,) = keep(store, made, "one", marks=(1,), revision=4)
    (two,) = keep(store, made, "two", marks=(2,))
    questions = [Sought(marks=marks, **WEEK) for marks in ((2,), (7,), (), (1, 2))]

    assert store.find_alike(questions, limit=5) == [
        [Bearer(two, 1)],
        [],
        [],
        [Bearer(each, {one: 4, two: 1}[each]) for each in sorted((one, two))],
    ]
    assert store.find_alike([], limit=5) == []


def test_a_source_that_is_left_out_takes_no_place_of_another(store, made):
    keep(store, made, "one", "two", marks=(1, 2))
    (there,) = keep(store, made, "three", marks=(1,), source="gd-gov")

    assert found(store, 1, 2, elsewhere="zq-news", limit=1) == [there]


def test_what_was_removed_is_not_found(store, made):
    keep(store, made, "gone", marks=(1,), state=ArticleState.REMOVED)
    (missing,) = keep(store, made, "missing", marks=(1,), state=ArticleState.MISSING)

    assert found(store, 1) == [missing]


def test_only_what_may_be_told_in_another_language_is_found(store, made):
    (zh,), (ja,) = keep(store, made, "zh", marks=(1,)), keep(store, made, "ja", marks=(1,), languages=("ja",))
    (both,) = keep(store, made, "both", marks=(1,), languages=("zh", "en"))
    keep(store, made, "none", marks=(1,), languages=())

    assert found(store, 1, languages=("zh",)) == sorted([ja, both])
    assert found(store, 1, languages=("ja", "zh")) == sorted([zh, ja, both])
    assert found(store, 1, languages=()) == []


def test_an_article_whose_languages_were_not_kept_may_be_told_in_any(store, made):
    (older,) = keep(store, made, "older", marks=(1,))
    store.database.run("UPDATE hallmark SET languages = NULL")

    assert found(store, 1, languages=("zh",)) == [older]


def test_marks_are_kept_once_however_often_they_are_committed(store, made):
    (identity,) = keep(store, made, "a", marks=(1, 2))
    assert keep(store, made, "a", marks=(1, 2)) == [identity]

    assert found(store, 1, 2) == [identity]
    assert store.database.fetch("SELECT count(*) FROM hallmark") == [(2,)]


# -- loaded beside each other --------------------------------------------------------------------------------------


def keep_family(store, made):
    """An article, its copies at two sources, and its translation; in the order of their first sight."""
    first = made.known("a")
    later = [replace(made.known(name, source), **ties) for name, source, ties in (
        ("b", "gd-gov", {"copy_of": first.id}),
        ("c", "cn-gov", {"copy_of": first.id}),
        ("d", "blog", {"translation_of": first.id}),
    )]  # fmt: skip
    family = [replace(each, first_seen_at=made.now + timedelta(hours=n)) for n, each in enumerate([first, *later])]
    for each in family:
        store.commit([made.outcome(each.source_id, articles=(each,))])
    keep(store, made, "stranger")
    return family


def test_an_article_is_loaded_with_all_that_repeat_or_translate_it(store, made):
    family = keep_family(store, made)
    loaded = {each.id: each for each in store.load_articles([each.id for each in family])}
    first, copy, other, translation = (loaded[each.id] for each in family)

    assert [each.id for each in first.relatives] == [copy.id, other.id, translation.id]
    assert [each.source_id for each in first.copies] == ["gd-gov", "cn-gov"]
    assert [each.id for each in first.translations] == [translation.id]
    assert first.carried_at == ("gd-gov", "cn-gov")


def test_a_copy_knows_the_others_as_if_it_were_the_first(store, made):
    first, copy, other, translation = keep_family(store, made)
    (loaded,) = store.load_articles([copy.id])

    assert loaded.story == first.id
    assert [each.id for each in loaded.copies] == [first.id, other.id]
    assert loaded.carried_at == ("zq-news", "cn-gov")
    assert [each.id for each in loaded.translations] == [translation.id]


def test_a_translation_knows_what_it_translates(store, made):
    first, *_, translation = keep_family(store, made)
    (loaded,) = store.load_articles([translation.id])

    (original,) = [each for each in loaded.relatives if each.id == loaded.translation_of]
    assert (original.id, original.url, original.title) == (first.id, first.url, first.title)
    assert loaded.copies == loaded.translations == ()


def test_what_an_article_repeats_is_not_forgotten_by_who_did_not_know(store, made):
    first, copy, *_ = keep_family(store, made)
    store.commit([made.outcome("gd-gov", articles=(replace(copy, copy_of="", title="again"),))])

    (loaded,) = store.load_articles([copy.id])
    assert (loaded.title, loaded.copy_of) == ("again", first.id)


def test_a_translation_may_be_recognised_later_and_only_once(store, made):
    original, translation = keep(store, made, "a", "b")
    ties = ((translation, original), (translation, "another"), (original, original))
    store.commit([made.outcome(translations=ties)])

    (loaded, first) = sorted(store.load_articles([original, translation]), key=lambda each: not each.translation_of)
    assert (loaded.id, loaded.translation_of, first.translation_of) == (translation, original, "")


# -- two that recognise each other at once -------------------------------------------------------------------------


@pytest.mark.parametrize("tie", ["copy_of", "translation_of"])
def test_of_two_programs_that_tie_two_articles_to_each_other_the_first_to_commit_is_believed(store, made, tie):
    one, other = made.known("a"), made.known("b", "gd-gov")
    store.commit([made.outcome(articles=(one,)), made.outcome("gd-gov", articles=(other,))])
    # Both were decided on what stands now.
    store.commit([made.outcome(articles=(replace(one, **{tie: other.id}),))])
    store.commit([made.outcome("gd-gov", articles=(replace(other, title="later", **{tie: one.id}),))])

    loaded = {each.id: each for each in store.load_articles([one.id, other.id])}
    assert (getattr(loaded[one.id], tie), getattr(loaded[other.id], tie)) == (other.id, "")
    assert loaded[other.id].title == "later"


def test_a_tie_found_out_later_never_points_back(store, made):
    one, other = made.known("a"), made.known("b", "gd-gov")
    store.commit([made.outcome(articles=(one,)), made.outcome("gd-gov", articles=(replace(other, copy_of=one.id),))])
    store.commit([made.outcome(translations=((one.id, other.id),))])

    assert store.load_articles([one.id])[0].translation_of == ""


def test_of_two_ties_in_one_commit_the_first_stands(store, made):
    one, other = made.known("a"), made.known("b", "gd-gov")
    first = made.outcome(articles=(replace(one, copy_of=other.id),))
    store.commit([first, made.outcome("gd-gov", articles=(replace(other, copy_of=one.id),))])

    loaded = {each.id: each.copy_of for each in store.load_articles([one.id, other.id])}
    assert loaded == {one.id: other.id, other.id: ""}


def test_a_copy_of_what_turned_out_to_be_a_copy_points_to_the_first(store, made):
    one, two, three, word = (made.known(f"a{number}", f"s{number}") for number in range(1, 5))
    for each in (one, two, replace(three, copy_of=two.id), replace(word, translation_of=two.id)):
        store.commit([made.outcome(each.source_id, articles=(each,))])
    late = replace(made.known("e", "s5"), copy_of=two.id)
    store.commit([made.outcome("s2", articles=(replace(two, copy_of=one.id),))])
    store.commit([made.outcome("s5", articles=(late,))])

    ids = [each.id for each in (two, three, late)]
    assert {each.copy_of for each in store.load_articles(ids)} == {one.id}
    assert store.load_articles([word.id])[0].translation_of == one.id
    assert {each.id for each in store.load_articles([one.id])[0].copies} == set(ids)


def test_nothing_repeats_what_was_forgotten_meanwhile(store, made):
    first, *_ = keep_family(store, made)
    late = replace(made.known("late", "gd-gov"), copy_of=first.id)
    store.forget_source("zq-news")
    store.commit([made.outcome("gd-gov", articles=(late,))])

    assert store.load_articles([late.id])[0].copy_of == ""


# -- forgetting ----------------------------------------------------------------------------------------------------


def test_when_the_first_is_forgotten_the_oldest_copy_takes_its_place(store, made):
    first, copy, other, translation = keep_family(store, made)
    store.forget_source("zq-news")

    loaded = {each.id: each for each in store.load_articles([first.id, copy.id, other.id, translation.id])}
    assert first.id not in loaded
    assert {each.id: (each.copy_of, each.translation_of) for each in loaded.values()} == {
        copy.id: ("", ""),
        other.id: (copy.id, ""),
        translation.id: ("", ""),
    }


def test_a_forgotten_copy_leaves_the_others_together(store, made):
    first, copy, other, _ = keep_family(store, made)
    store.forget_source("gd-gov")

    assert [each.id for each in store.load_articles([first.id])[0].copies] == [other.id]
    assert store.load_articles([copy.id]) == []


def test_a_forgotten_source_leaves_no_marks(store, made):
    keep(store, made, "a", marks=(1, 2))
    keep(store, made, "b", marks=(1,), source="gd-gov")
    store.forget_source("zq-news")

    assert store.database.fetch("SELECT mark, article_id FROM hallmark") == [(1, made.known("b").id)]
