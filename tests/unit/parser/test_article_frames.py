"""What stands inside a text without being part of it, what only looks so, and what a page holds twice."""

from __future__ import annotations

import pytest

from crawler.model import Article, BlockKind
from crawler.parser.article.furniture import is_aside_hint, is_service_line
from crawler.parser.article.heads import is_suspect
from crawler.parser.article.reader import Manner, read_markup

MANNER = Manner(url="https://news.example.org/notices/ferry", timezone="Europe/Dublin")
FIRST = "From the first of March the ferry to Inis Beag leaves the north pier, because the south pier is being rebuilt."
SECOND = (
    "Cars must be at the ramp twenty minutes before the ferry leaves; those that come later travel with the next one."
)
THIRD = "Tickets that were bought for the south pier stay valid, and nobody pays more than before the works began."
FOURTH = "The county council expects the works to last until the end of October, if storms do not delay the divers."
TEXT = f"<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p><p>{FOURTH}</p>"
OTHER = "Nora Quill has written about harbours and islands, ferries and weather for this paper since the year 1998."


def read(body: str) -> Article:
    return read_markup(f"<html><head></head><body>{body}</body></html>", MANNER)


def texts(article: Article) -> list[str]:
    return [block.text for block in article.blocks if block.kind is not BlockKind.CAPTION]


@pytest.mark.parametrize(
    "name", ["post-author-info", "article__disclaimer", "inline-cta", "affiliateDisclosure", "byline"]
)
def test_a_frame_inside_the_text_that_is_none_of_it_is_left_out(name: str) -> None:
    page = f'<h1>Ferry moves</h1><div>{TEXT}<div class="{name}"><p>{OTHER}</p></div></div>'
    assert texts(read(page)) == [FIRST, SECOND, THIRD, FOURTH]


def test_a_frame_that_holds_the_text_is_the_text_whatever_its_name() -> None:
    page = f'<h1>Ferry moves</h1><div><p>{OTHER}</p><div class="author-page disclaimer">{TEXT}</div></div>'
    assert texts(read(page))[-4:] == [FIRST, SECOND, THIRD, FOURTH]


def test_a_small_frame_goes_although_the_frame_around_it_holds_most_of_the_text() -> None:
    inner = f'<div class="disclaimer"><p>{OTHER}</p></div>'
    page = f'<h1>Ferry moves</h1><div><p>{THIRD} Indeed.</p><div class="authors">{TEXT}{inner}</div></div>'
    found = texts(read(page))
    assert OTHER not in found
    assert found[-4:] == [FIRST, SECOND, THIRD, FOURTH]


def test_a_disclosure_between_title_and_text_is_no_standfirst() -> None:
    page = f'<h1>Ferry moves</h1><p class="disclosure">{OTHER}</p><main><div>{TEXT}</div></main>'
    assert texts(read(page)) == [FIRST, SECOND, THIRD, FOURTH]


def test_authority_is_no_author() -> None:
    assert not is_aside_hint("port-authority-notice authorities")


def test_the_question_that_unfolds_an_answer_is_part_of_the_text_and_other_buttons_are_not() -> None:
    question = '<button aria-expanded="false"><span>Where do I park?</span></button>'
    answer = f'<div class="accordion-panel"><p>{OTHER}</p></div>'
    switch = '<button aria-expanded="false">All entries of this section</button>'
    page = f"<h1>Ferry moves</h1><div>{TEXT}{question}{answer}{switch}</div>"
    assert texts(read(page)) == [FIRST, SECOND, THIRD, FOURTH, "Where do I park?", OTHER]


def test_an_id_made_of_a_title_tells_nothing_about_the_element() -> None:
    heading = '<h2 id="where-to-share-a-car">Where to share a car</h2>'
    assert "Where to share a car" in texts(read(f"<h1>Ferry moves</h1><div><p>{FIRST}</p>{heading}{TEXT}</div>"))
    assert is_suspect("h3", ' id="comments"')
    assert is_suspect("div", ' id="related-posts-of-today"')
    assert not is_suspect("div", ' id="how-popular-is-the-ferry-today"')


def test_parts_that_are_streamed_in_behind_the_page_are_no_hidden_ones() -> None:
    assert not is_suspect("div", ' hidden="" id="S:1f"')
    assert is_suspect("div", ' hidden="" id="state"')


def test_a_placeholder_and_a_consent_of_any_length_are_no_text() -> None:
    assert is_service_line("Lorem ipsum dolor sit amet, " + "consectetur adipiscing elit, " * 10)
    assert is_service_line("By signing up, you agree to receive our letters " + "and those of our partners " * 10)
    assert not is_service_line(
        "By submitting the plan late, the council lost a third of the money " + "it needed " * 20
    )


def test_a_part_that_the_page_holds_twice_is_read_once() -> None:
    page = f'<h1>Ferry moves</h1><div><div class="wide">{TEXT}</div><div class="narrow">{TEXT}</div></div>'
    assert texts(read(page)) == [FIRST, SECOND, THIRD, FOURTH]


def test_slides_that_go_round_are_read_once() -> None:
    slides = [f"<div><p>{text}</p></div>" for text in (SECOND, THIRD, FOURTH)]
    page = f"<h1>Ferry moves</h1><div><p>{FIRST}</p><div>{''.join(slides + slides)}</div></div>"
    assert texts(read(page)) == [FIRST, SECOND, THIRD, FOURTH]


def test_a_single_sentence_may_stand_twice() -> None:
    page = (
        f"<h1>Ferry moves</h1><div><section><h2>March</h2><p>{FIRST}</p><p>{SECOND}</p></section>"
        f"<section><h2>April</h2><p>{THIRD}</p><p>{SECOND}</p></section></div>"
    )
    assert texts(read(page)).count(SECOND) == 2


def test_articles_of_a_text_may_repeat_each_other_in_one_frame() -> None:
    page = f"<h1>Ferry moves</h1><div>{TEXT}<p>Annex</p><p>{FIRST}</p><p>{SECOND}</p></div>"
    assert texts(read(page)) == [FIRST, SECOND, THIRD, FOURTH, "Annex", FIRST, SECOND]


def test_links_that_follow_a_paragraph_are_part_of_a_text_that_goes_on_elsewhere() -> None:
    links = "".join(f'<li><a href="/plans/{n}">Plan of pier number {n}, as drawn in March</a></li>' for n in range(4))
    page = f"<h1>Ferry moves</h1><div><section><p>{FIRST}</p><ul>{links}</ul></section><section>{TEXT}</section></div>"
    assert "Plan of pier number 2, as drawn in March" in texts(read(page))
    last = f"<h1>Ferry moves</h1><div><section>{TEXT}</section><section><p>{OTHER}</p><ul>{links}</ul></section></div>"
    assert "Plan of pier number 2, as drawn in March" not in texts(read(last))


SHORT = "The harbour of Inis Beag is closed on Monday, because the crane is being tested."
LINES = [
    "Apply for a berth by post, in May.",
    "Pay dues by card, or in cash.",
    "Report oil at once, day or night.",
    "Ask the harbour master, when in doubt.",
    "Lost nets, found nets: ask at the shed.",
    "Moor on the left, never on the right.",
]
CARDS = "".join(
    f'<div class="card"><p>{line}</p><a href="/{n}">Read about service {n}</a></div>' for n, line in enumerate(LINES)
)


def test_a_page_of_short_parts_is_its_main_part() -> None:
    page = f"<main><div><h1>Harbour services</h1></div><div><div><p>{SHORT}</p></div>{CARDS}</div></main>"
    assert set(LINES) < set(texts(read(page)))


def test_what_stands_beside_an_article_is_of_other_things() -> None:
    page = f"<main><article><h1>Harbour closed</h1><div><p>{SHORT}</p></div></article><div>{CARDS}</div></main>"
    assert texts(read(page)) == [SHORT]


def test_what_stands_beside_the_frame_of_the_main_heading_is_of_other_things() -> None:
    page = f"<main><div><h1>Harbour closed</h1><div><p>{SHORT}</p></div></div><div>{CARDS}</div></main>"
    assert texts(read(page)) == [SHORT]
