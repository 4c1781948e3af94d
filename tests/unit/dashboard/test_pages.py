"""Pages, from changes to HTML."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from crawler.dashboard.pages import LONGEST, Visitor, article_page, change_page, evidence_page, home_page, note_page
from crawler.model import (
    Article,
    ArticleState,
    Block,
    BlockKind,
    ChangeKind,
    Evidence,
    Hunk,
    HunkOp,
    KnownArticle,
    Relative,
    Revision,
)
from tests.notices import NOW, make_change, make_observation, make_summary

KNOWN = KnownArticle(
    id="a41",
    source_id="zq-news",
    url="https://www.example.gov.cn/xw/41.html",
    keys=(),
    first_seen_at=NOW,
    changed_at=NOW,
)


def parse(html):
    return LexborHTMLParser(html)


def revision_of(*blocks, **values):
    article = Article(url=KNOWN.url, title="通知", blocks=blocks, **values)
    return Revision(article_id="a41", number=1, article=article, fingerprint="", seen_at=NOW)


@pytest.mark.parametrize(("language", "field"), [("en", "Text"), ("zh", "正文"), ("ja", "本文")])
def test_a_comparison_speaks_the_readers_language(language, field):
    page = parse(change_page(make_change(), Visitor(language)))
    assert page.css_first("html").attributes["lang"] == language
    assert page.css_first(".diff h3").text() == field
    assert (page.css_first(".diff del").text(), page.css_first(".diff ins").text()) == ("11%", "1.1%")


def test_the_whole_of_a_long_comparison_is_shown():
    hunks = tuple(Hunk(field="body", op=HunkOp.INSERT, after=f"{number} " + "长" * 3_000) for number in range(20))
    page = change_page(make_change(diff=hunks), Visitor())
    assert page.count("长") == 60_000
    assert "left out" not in page


def test_a_comparison_without_end_is_cut_and_says_so():
    hunks = tuple(Hunk(field="body", op=HunkOp.INSERT, after="x" * 50_000) for _ in range(50))
    page = change_page(make_change(diff=hunks), Visitor())
    assert len(page) < LONGEST + 20_000
    assert "left out" in page


def test_evidence_names_hash_time_status_verdict_and_headers():
    before, after = make_observation("a"), make_observation("b", headers=(("last-modified", "Mon, 6 May 2024"),))
    change = make_change(evidence=Evidence(before=before, after=after))
    page = parse(evidence_page(change, Visitor(prefix="/g")))
    text = page.css(".proof")[1].text()
    for shown in ("b" * 64, "2024-05-06T07:30:00Z", "HTTP 200", "ok", "last-modified: Mon, 6 May 2024"):
        assert shown in text
    assert [link.attributes["href"] for link in page.css(".proof a")] == [
        f"/g/changes/chg_1/evidence/{letter * 64}" for letter in "ab"
    ]


def test_every_look_that_found_an_article_gone_is_evidence():
    looks = tuple(make_observation("c", sha256="", status=404, url=f"https://x.example/{each}") for each in range(3))
    change = make_change(kind=ChangeKind.REMOVED, evidence=Evidence(after=looks[-1], observations=looks))
    page = parse(evidence_page(change, Visitor()))
    assert len(page.css(".proof")) == 3
    assert page.css(".proof a") == []


def test_a_change_that_nothing_proves_says_so():
    assert "No response is kept" in evidence_page(make_change(evidence=Evidence()), Visitor())


def test_an_article_without_a_kept_text_still_has_its_life():
    page = article_page(KNOWN, None, [make_change()], Visitor(), is_latest=True)
    assert "/changes/chg_1" in page


def test_an_article_leads_to_its_copies_and_to_what_it_translates():
    kin = (
        Relative(id="c0", source_id="city", url="https://x.example/c", changed_at=NOW, copy_of=KNOWN.id),
        Relative(id="d0", source_id="blog", url="https://x.example/d", title="<b>Original</b>", changed_at=NOW),
    )
    known = replace(KNOWN, translation_of="d0", relatives=kin)
    page = parse(article_page(known, None, [], Visitor(prefix="/g"), is_latest=True))

    links = {link.attributes["href"]: link.text() for link in page.css("li a")}
    assert links == {"/g/articles/c0": "city · https://x.example/c", "/g/articles/d0": "blog · <b>Original</b>"}


def test_a_copy_that_was_taken_down_is_called_so():
    gone = Relative(
        id="c0",
        source_id="city",
        url="https://x.example/c",
        title="Notice",
        changed_at=NOW,
        copy_of=KNOWN.id,
        state=ArticleState.REMOVED,
    )
    page = parse(article_page(replace(KNOWN, relatives=(gone,)), None, [], Visitor(), is_latest=True))
    assert page.css_first("li a").text() == "city · Notice · REMOVED"


def test_a_text_without_end_is_cut():
    blocks = [Block(kind=BlockKind.PARAGRAPH, text="x" * 90_000) for _ in range(20)]
    assert len(article_page(KNOWN, revision_of(*blocks), [], Visitor(), is_latest=True)) < LONGEST + 20_000


def test_only_addresses_of_the_web_become_links():
    hostile = make_change(article=make_summary(url="javascript:alert(1)"))
    for page in (change_page(hostile, Visitor()), evidence_page(hostile, Visitor()), home_page([hostile], Visitor())):
        assert 'href="javascript' not in page


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=200), st.sampled_from(["en", "zh", "ja"]))
def test_nothing_from_outside_becomes_markup(text, language):
    hostile = f"<img src=x onerror=alert(1)>{text}<script>x</script>\"'><b>"
    change = make_change(
        source_title=hostile,
        summary=hostile,
        article=make_summary(id="a41", title=hostile, excerpt=hostile, place=hostile, language=hostile),
        diff=(Hunk(field="body", op=HunkOp.REPLACE, before=hostile, after=text, file=hostile),),
        evidence=Evidence(before=make_observation("a", url=hostile, reason=hostile, headers=((hostile, hostile),))),
    )
    revision = revision_of(Block(kind=BlockKind.HEADING, text=hostile), language=hostile, place=hostile)
    visitor = Visitor(language)
    pages = [
        change_page(change, visitor),
        evidence_page(change, visitor),
        home_page([change], visitor),
        article_page(KNOWN, revision, [change], visitor, is_latest=True),
        note_page(visitor, "web_400", hostile),
    ]
    for page in map(parse, pages):
        assert page.css("img, script, b, [onerror], style") == []
        assert {link.attributes["href"].partition("/")[0] for link in page.css("a")} <= {"", "https:"}


def test_a_page_loads_its_style_and_nothing_else():
    page = parse(change_page(make_change(), Visitor()))
    assert [each.attributes.get("href") for each in page.css("link[rel=stylesheet]")] == ["/style.css"]
    assert page.css("script, img, iframe, [style]") == []
