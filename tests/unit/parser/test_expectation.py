"""What a source's good pages have in common, and what is none of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.model import Article, Block, BlockKind, Expectation, Fetched, PageFacts, Purpose, Request, Verdict, digest
from crawler.parser.expectation import DECAY, ENOUGH, PERSISTENT, facts_of, judge, lacks_end, learn, new_places
from crawler.text.urls import path_shape

HOST = "www.example.gov.cn"
USUAL = ("type text/html", "path /a/#/~.html", "meta articletitle", "meta siteidcode", "place trs_editor")


def facts(number: int = 0, **changes: object) -> PageFacts:
    plain = PageFacts(host=HOST, marks=USUAL, own=True, length=900, title=f"t{number}")
    return replace(plain, **changes)  # type: ignore[arg-type]


def taught(pages: int = 10, **changes: object) -> Expectation:
    expectation = Expectation()
    for number in range(pages):
        expectation = learn(expectation, facts(number, **changes))
    return expectation


def foreign(number: int = 0) -> PageFacts:
    return facts(
        number, marks=("type text/html", "path /", "place home-main"), own=False, length=300, title=f"x{number}"
    )


def test_a_page_that_is_nothing_like_the_others_is_unexpected_and_says_what_it_lacks():
    found = judge(taught(), foreign())
    assert found.verdict is Verdict.UNEXPECTED
    assert "meta articletitle" in found.reason


def test_a_page_like_the_others_is_well_though_it_says_nothing_of_itself():
    assert judge(taught(), facts(own=False)).verdict is Verdict.OK


def test_a_page_in_a_new_dress_that_is_the_article_asked_for_is_well():
    assert judge(taught(), replace(foreign(), own=True)).verdict is Verdict.OK


def test_containers_that_no_page_had_are_new_where_usual_ones_are_missing():
    dressed = (*USUAL[:4], "place rich-text")
    assert new_places(taught(), facts(marks=dressed)) == {"place rich-text"}
    assert new_places(taught(), facts(marks=(*dressed, "place trs_editor"))) == frozenset()
    assert new_places(taught(), facts()) == frozenset()
    assert new_places(taught(int(ENOUGH) - 1), facts(marks=dressed)) == frozenset()


def test_the_other_template_of_a_source_of_two_is_not_new():
    expectation = Expectation()
    for number in range(20):
        marks = USUAL if number % 5 else (*USUAL[:4], "place rich-text")
        expectation = learn(expectation, facts(number, marks=marks))
    assert new_places(expectation, facts(marks=(*USUAL[:4], "place rich-text"))) == frozenset()


def test_too_few_pages_teach_nothing_and_another_host_is_another_matter():
    assert judge(taught(int(ENOUGH) - 1), foreign()).verdict is Verdict.OK
    assert judge(taught(), replace(foreign(), host="mp.weixin.qq.com")).verdict is Verdict.OK


def test_a_source_of_two_templates_expects_neither():
    expectation = Expectation()
    for number in range(20):
        marks = USUAL if number % 2 else ("type text/html", "path /b/*.html", "place zoom")
        expectation = learn(expectation, facts(number, marks=marks))
    assert judge(expectation, foreign()).verdict is Verdict.OK


def test_a_much_shorter_text_without_date_or_title_is_unexpected_where_pages_have_them():
    bare = facts(own=False, length=40)
    assert judge(taught(), bare).verdict is Verdict.UNEXPECTED
    assert judge(taught(), replace(bare, length=700)).verdict is Verdict.OK


def test_markup_that_does_not_end_is_noticed_only_where_most_pages_end():
    whole = (*USUAL, "end of the markup")
    ending, open_ended = Expectation(), Expectation()
    for number in range(20):
        ending = learn(ending, facts(number, marks=whole if number % 4 else USUAL))
        open_ended = learn(open_ended, facts(number, marks=USUAL))
    assert lacks_end(ending, facts())
    assert not lacks_end(ending, facts(marks=whole))
    assert not lacks_end(open_ended, facts())


def test_a_redesign_that_shows_the_known_titles_becomes_what_is_expected():
    expectation = taught(40)
    new = ("type text/html", "path /n/*.html", "place article-body", "meta pubdate")
    for number in range(200):
        expectation = learn(expectation, facts(number, marks=new))
    assert judge(expectation, facts(own=False, marks=new)).verdict is Verdict.OK
    assert judge(expectation, foreign()).verdict is Verdict.UNEXPECTED
    assert not {"meta articletitle", "meta siteidcode"} & {mark for mark, _ in expectation.hosts[0].marks}


def test_different_pages_of_one_new_shape_are_learned_when_they_persist_and_one_page_again_and_again_is_not():
    same = different = taught()
    for number in range(PERSISTENT):
        same = learn(same, foreign(0))
        different = learn(different, foreign(number))
    assert judge(same, foreign(0)).verdict is Verdict.UNEXPECTED
    assert judge(different, foreign(99)).verdict is Verdict.OK


def test_a_good_page_ends_the_row_of_strangers():
    expectation = taught()
    for number in range(3 * PERSISTENT):
        expectation = learn(expectation, foreign(number))
        expectation = learn(expectation, facts(number))
    assert judge(expectation, foreign(99)).verdict is Verdict.UNEXPECTED


def test_facts_are_read_from_the_page_its_address_and_the_titles_it_is_known_by():
    body = (
        b'<html><head><meta name="ArticleTitle" content="x"><meta name="SiteIDCode" content="44"><meta name="viewport" '
        b'content="w"></head><body class="page"><div class="TRS_Editor" id="zoom">x</div></body></html>'
    )
    url = f"http://{HOST}/a/202310/t20231027_1.html"
    fetched = Fetched(
        request=Request(url=url, purpose=Purpose.ARTICLE),
        url=url,
        status=200,
        headers=(("content-type", "text/html; charset=utf-8"),),
        body=body,
        sha256=digest(body),
        fetched_at=datetime(2026, 3, 2, tzinfo=UTC),
    )
    article = Article(url=url, title="停水通知 - 某市", blocks=(Block(kind=BlockKind.PARAGRAPH, text="今晚停水。"),))
    found = facts_of(fetched, article, known_as=("", "停水通知"))
    assert found.marks == (
        "type text/html",
        "end of the markup",
        "path /a/#/~.html",
        "meta articletitle",
        "meta siteidcode",
        "place TRS_Editor",
        "place zoom",
    )
    assert (found.host, found.own, found.length) == (HOST, True, 9)
    assert not facts_of(fetched, article).own


@pytest.mark.parametrize(
    ("url", "shape"),
    [
        ("http://x.cn/a/202310/t20231027_1.html", "/a/#/~.html"),
        ("http://x.org/news/2023/10/new-rules-for-harbours", "/news/#/#/*"),
        ("http://x.org/", "/"),
        ("not an address", ""),
    ],
)
def test_addresses_of_one_sort_have_one_shape(url, shape):
    assert path_shape(url) == shape


FACTS = st.builds(
    PageFacts,
    host=st.sampled_from(["a", "b", "c"]),
    marks=st.lists(st.sampled_from([*USUAL, "place x", "path y"]), unique=True, max_size=7).map(tuple),
    own=st.booleans(),
    length=st.integers(0, 10_000),
    title=st.text("abc", max_size=2),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(FACTS, max_size=40))
def test_what_is_remembered_stays_small_and_weights_stay_within_their_pages(pages):
    expectation = Expectation()
    for page in pages:
        expectation = learn(expectation, page)
    for known in expectation.hosts:
        assert all(0 < weight <= known.weight + 0.01 for _, weight in known.marks)
        assert known.weight <= 1 / (1 - DECAY) + 1
        assert len(known.strangers) < PERSISTENT
    assert len({known.host for known in expectation.hosts}) == len(expectation.hosts) <= 6
