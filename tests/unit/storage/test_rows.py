"""What is written can be read: any noun, any text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.errors import StoreError
from crawler.model import (
    Absence,
    Article,
    Block,
    BlockKind,
    FileState,
    KnownArticle,
    Moment,
    Observation,
    Precision,
    Revision,
    SourceState,
    Suspicion,
    Validators,
    Verdict,
)
from storage import rows
from storage.statements import Where, insert_new, upsert

QUICK = settings(max_examples=60, deadline=None)
TEXTS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=30)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.datetimes(datetime(1, 2, 1), datetime(9999, 11, 1), timezones=ZONES)  # noqa: DTZ001 - zones follow
PAIRS = st.lists(st.tuples(TEXTS, TEXTS), max_size=3).map(tuple)
OBSERVATIONS = st.builds(
    Observation,
    url=TEXTS,
    fetched_at=INSTANTS,
    status=st.none() | st.integers(100, 599),
    verdict=st.sampled_from(Verdict),
    reason=TEXTS,
    headers=PAIRS,
)
VALIDATORS = st.builds(Validators, etag=TEXTS, last_modified=TEXTS)
KNOWN = st.builds(
    KnownArticle,
    id=TEXTS,
    source_id=TEXTS,
    url=TEXTS,
    keys=st.just(("k",)),
    title=TEXTS,
    first_seen_at=INSTANTS,
    changed_at=INSTANTS,
    due_at=st.none() | INSTANTS,
    validators=VALIDATORS,
    baseline=st.booleans(),
    absence=st.none()
    | st.builds(Absence, observations=st.lists(OBSERVATIONS, min_size=1, max_size=3).map(tuple), removed_by=TEXTS),
    suspicion=st.none() | st.builds(Suspicion, fingerprint=TEXTS, first_seen_at=INSTANTS, tries=st.integers(1, 9)),
    files=st.lists(st.builds(FileState, url=TEXTS, sha256=TEXTS, validators=VALIDATORS), max_size=2).map(tuple),
    also_at=st.just(("b",)),
)
ARTICLES = st.builds(
    Article,
    url=TEXTS,
    title=TEXTS,
    blocks=st.lists(st.builds(Block, kind=st.sampled_from(BlockKind), text=TEXTS), max_size=3).map(tuple),
    published=st.none() | st.builds(Moment, instant=INSTANTS, precision=st.sampled_from(Precision), raw=TEXTS),
    marks=PAIRS,
    languages=st.lists(TEXTS, max_size=2).map(tuple),
)


@QUICK
@given(KNOWN)
def test_any_article_survives_its_row(known):
    assert rows.known_article(rows.article_values(known), known.keys, known.also_at) == known


@QUICK
@given(ARTICLES, OBSERVATIONS)
def test_any_revision_survives_its_row(article, evidence):
    revision = Revision(
        article_id="a",
        number=1,
        article=article,
        fingerprint="f",
        seen_at=datetime(2024, 3, 1, tzinfo=UTC),
        evidence=evidence,
    )
    again = rows.revision(rows.revision_values(revision))
    assert again == revision
    if article.published:  # equal instants may still differ in their offset, which is the publisher's word
        assert again.article.published.instant.utcoffset() == article.published.instant.utcoffset()


@QUICK
@given(TEXTS, INSTANTS, st.none() | st.sampled_from(Verdict), st.booleans())
def test_any_source_state_survives_its_row(text, instant, verdict, muted):
    state = SourceState(source_id=text, address=text, checked_at=instant, verdict=verdict, reason=text, muted=muted)
    assert rows.source_state(rows.source_state_values(state)) == state


@QUICK
@given(INSTANTS, INSTANTS)
def test_columns_order_like_the_instants_they_hold(first, second):
    assert (rows.to_column(first) < rows.to_column(second)) == (first < second)


@QUICK
@given(st.text())
def test_any_text_becomes_storable_and_stays_so(text):
    stored = rows.storable(text)
    stored.encode()
    assert "\0" not in stored
    assert rows.storable(stored) == stored


@QUICK
@given(st.text(max_size=3_000))
def test_any_key_fits_an_index_and_is_not_shortened_twice(key):
    stored = rows.storable_key(key)
    assert len(stored.encode()) < 2_600
    assert rows.storable_key(stored) == stored


def test_different_long_keys_stay_different():
    assert rows.storable_key("k" * 1_000) != rows.storable_key("k" * 1_001)


def test_lone_surrogates_in_json_become_question_marks():
    article = Article(url="u", title="a\ud83dz", blocks=(Block(kind=BlockKind.PARAGRAPH, text="通\udfff"),))
    again = rows.from_json(Article, rows.to_json(Article, article))
    assert (again.title, again.blocks[0].text) == ("a?z", "通?")


@pytest.mark.parametrize("instant", [datetime.min, datetime.max])  # noqa: DTZ901 - zones follow
@pytest.mark.parametrize("hours", [-14, 14])
def test_an_instant_beyond_the_calendar_stays_at_its_edge(instant, hours):
    edge = instant.replace(tzinfo=timezone(timedelta(hours=hours)))
    assert abs(rows.instant(rows.to_column(edge)).replace(tzinfo=None) - instant) <= timedelta(hours=14)


def test_a_naive_instant_is_refused():
    with pytest.raises(StoreError, match="without a time zone"):
        rows.to_column(datetime(2024, 3, 1))  # noqa: DTZ001 - the point


@pytest.mark.parametrize("damage", [(3, "vanished"), (7, "yesterday"), (7, None), (17, "{"), (19, '[{"url": 1}]')])
def test_a_damaged_article_names_table_and_id(damage):
    known = KnownArticle(
        id="abc",
        source_id="s",
        url="u",
        keys=(),
        first_seen_at=datetime(2024, 3, 1, tzinfo=UTC),
        changed_at=datetime(2024, 3, 1, tzinfo=UTC),
    )
    values = list(rows.article_values(replace(known, files=())))
    values[damage[0]] = damage[1]
    with pytest.raises(StoreError, match="article abc in the database cannot be read"):
        rows.known_article(tuple(values), (), ())


def test_statements_name_their_columns():
    assert insert_new("t", ("a", "window")) == 'INSERT INTO t ("a", "window") VALUES (?, ?) ON CONFLICT DO NOTHING'
    assert upsert("t", ("id", "a", "b"), key="id", keep=("b",), only_if="x") == (
        'INSERT INTO t ("id", "a", "b") VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET "a" = excluded."a" WHERE x'
    )


def test_conditions_add_up():
    where = Where()
    assert str(where) == ""
    where.add("a = ?", 1)
    where.add("b = ? OR c", 2)
    assert str(where) == "WHERE (a = ?) AND (b = ? OR c)"
    assert where.parameters == [1, 2]
