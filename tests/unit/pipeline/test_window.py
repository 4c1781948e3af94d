"""Whom a listing has dropped from its midst."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import ArticleState, Entry, KnownArticle, Moment, Precision
from crawler.pipeline.looks import Wanted
from crawler.pipeline.window import (
    MOST_LOOKS,
    MOST_REMEMBERED,
    choose_lapsed,
    find_come_up,
    find_lapsed,
    find_returned,
)

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NAMES = st.lists(st.integers(0, 60).map(str), unique=True, max_size=40)


def known(name: str, **given) -> KnownArticle:
    fields = {"source_id": "harbour", "url": f"https://example.org/{name}", "keys": (f"url:{name}",), **given}
    return KnownArticle(id=name, first_seen_at=NOW, changed_at=NOW, **fields)


@pytest.mark.parametrize(
    ("before", "window", "lapsed"),
    [
        ("abcdef", "abcdef", ""),
        ("abcdef", "xabcde", ""),  # the window slid
        ("abcdef", "xyabcd", ""),
        ("abcdef", "abdefg", "c"),
        ("abcdef", "bcdefg", "a"),  # the newest was taken out, an older one came up
        ("abcdef", "abcde", "f"),  # nothing newer pushed it out
        ("abcdef", "xabde", "c"),
        ("abcdef", "xabcd", "e"),  # one newcomer pushes out one
        ("abcdef", "uvwxyz", ""),  # nothing is known any more: that is for catching up
        ("abcdef", "fedcba", ""),
        ("", "abc", ""),
        ("abc", "", ""),
    ],
)
def test_only_what_nothing_newer_pushed_out_is_missing(before, window, lapsed):
    assert find_lapsed(before, window, exhaustive=False) == list(lapsed)


def test_a_complete_list_names_all_there_is():
    assert find_lapsed("abc", "xab", exhaustive=True) == ["c"]
    assert find_lapsed("abc", "x", exhaustive=True) == ["a", "b", "c"]


@given(before=NAMES, newer=st.integers(0, 20), length=st.integers(1, 60))
def test_a_window_that_only_slides_misses_nobody(before, newer, length):
    slid = [*(f"new{each}" for each in range(newer)), *before][: max(length, len(before))]
    assert find_lapsed(before, slid, exhaustive=False) == []


@given(before=NAMES, window=NAMES, exhaustive=st.booleans())
def test_whoever_is_missing_was_listed_and_is_not_now(before, window, exhaustive):
    lapsed = find_lapsed(before, window, exhaustive=exhaustive)
    assert set(lapsed) <= set(before) - set(window)
    assert len(lapsed) == len(set(lapsed))


def test_an_article_that_was_gone_is_looked_for_when_it_is_listed_again_and_not_while_it_is_listed_all_along():
    def wanted(name, **given):
        return Wanted(known(name, **given), None, (f"url:{name}",))

    named = [
        wanted("back", state=ArticleState.REMOVED),
        wanted("hesitant", state=ArticleState.MISSING),
        wanted("listed all along", state=ArticleState.MISSING),
        wanted("there"),
        wanted("foreign", source_id="other", state=ArticleState.REMOVED),
        Wanted(None, None, ("url:new",)),
    ]
    found = find_returned(["url:listed all along", "url:there"], named, source_id="harbour")
    assert [article.id for article in found] == ["back", "hesitant"]


def listed(names: str, days: str) -> list[Wanted]:
    """One entry a letter, dated by the digit beside it (0: undated); capitals are known."""

    def entry(name: str, day: str) -> Entry:
        if day == "0":
            return Entry(url=f"https://example.org/{name}", title=name)
        published = Moment(instant=datetime(2026, 3, int(day), tzinfo=UTC), precision=Precision.DAY)
        return Entry(url=f"https://example.org/{name}", title=name, published=published)

    pairs = zip(names, days, strict=True)
    return [Wanted(known(name) if name.isupper() else None, entry(name, day), (name,)) for name, day in pairs]


@pytest.mark.parametrize(
    ("names", "days", "came_up"),
    [
        ("ACDe", "9762", "e"),  # B was taken out
        ("nACe", "9872", "e"),  # two were, one is new
        ("ACDe", "9766", "e"),  # of the same day as the last one
        ("nABC", "9876", ""),
        ("ABCDe", "98762", ""),  # the list grew: it may hold everything
        ("ACDe", "6789", ""),  # oldest first
        ("ACDe", "6779", ""),
        ("ACDe", "5555", ""),
        ("ACDe", "9760", ""),
        ("ACDe", "9702", ""),
        ("PACe", "1971", "e"),  # behind a pinned post
        ("AeCD", "9276", ""),  # listed again among the others
        ("vwxy", "9876", ""),
    ],
)
def test_what_a_list_shows_at_its_end_since_others_are_gone_came_up(names, days, came_up):
    assert find_come_up("PACD" if "P" in names else "ABCD", listed(names, days)) == set(came_up)


def choose(lapsed, articles, window=("w",), named=()):
    found = {key: articles[key] for key in lapsed if key in articles}
    return choose_lapsed(lapsed, found, window, source_id="harbour", named=set(named), now=NOW)


def test_only_present_articles_of_the_source_that_no_entry_names_are_looked_for():
    articles = {
        "a": known("a"),
        "gone": known("gone", state=ArticleState.REMOVED),
        "missing": known("missing", state=ArticleState.MISSING),
        "foreign": known("foreign", source_id="other"),
        "renamed": known("renamed"),
        "again": known("a"),
    }
    lapse = choose([*articles, "never seen"], articles, named=["renamed"])
    assert [article.id for article in lapse.articles] == ["a"]
    assert lapse.window == ("w",)


def test_who_was_looked_at_just_now_is_looked_for_next_time():
    article = known("a", fetched_at=NOW - timedelta(minutes=2))
    lapse = choose(["a"], {"a": article})
    assert (lapse.articles, lapse.window, lapse.waits) == ((), ("a", "w"), True)
    later = replace(article, fetched_at=NOW - timedelta(minutes=11))
    assert choose(["a"], {"a": later}).articles == (later,)
    assert not choose(["a"], {"a": later}).waits


def test_looks_and_memory_have_bounds_and_who_waits_is_kept():
    many = [str(number) for number in range(3 * MOST_LOOKS)]
    lapse = choose(many, {name: known(name) for name in many}, window=tuple(f"w{each}" for each in range(1_000)))
    assert len(lapse.articles) == MOST_LOOKS
    assert len(lapse.window) == MOST_REMEMBERED
    assert list(lapse.window[: 2 * MOST_LOOKS]) == many[MOST_LOOKS:]
    assert len(find_lapsed(lapse.window, ["w0", "w1"], exhaustive=False)) >= 2 * MOST_LOOKS
