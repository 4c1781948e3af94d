"""The look at what was read: whether it is an article at all, or a list, a form, an error text or nothing.

A short notice is an article: one sentence, a table, a file, a picture. What it takes is a sign that the page is about
it: a date said or declared to be its own, a number, a container, the title under which the listing names it. Without
any, a page is taken for what it looks like.
"""

from __future__ import annotations

import re

from crawler.model import Article, Assessment, BlockKind, Listing, Verdict
from crawler.parser import verdict_rules as rules
from crawler.parser.page_signs import (
    WIDE,
    find_phrase,
    has_signal,
    headline_links,
    is_bylined,
    names_article,
    read_title,
)
from crawler.parser.plausibility import find_misreading

#: What is said of a page whose title is there, and nothing that the reader could take for its text.
WITHOUT_TEXT = "a title without text"

_OK = Assessment(verdict=Verdict.OK)
_LITTLE_TEXT = 400
_NOTICE = 200
_LOST = 4
_WIDE_RUN = re.compile(f"{WIDE.pattern}+")
_TITLES = 40
_LOOKED_AT = 200_000
#: A list has so many headlines, and they outweigh the text beside them so many times.
_HEADLINES = 6
_OUTWEIGHED = 3
#: Where a date was found that may be anybody's: the address, the text around the body.
_ANYBODYS = ("url", "byline", "")
_WORDINGS = (
    (Verdict.SOFT_NOT_FOUND, rules.GONE_PHRASES),
    (Verdict.MAINTENANCE, rules.MAINTENANCE_PHRASES),
    (Verdict.WAITING_ROOM, rules.WAITING_PHRASES),
    (Verdict.BLOCKED, rules.BLOCK_PHRASES),
    (Verdict.LOGIN, rules.LOGIN_PHRASES),
)


def assess_article(article: Article, markup: str, *, listed_as: str = "", chosen: bool = False) -> Assessment:
    """Whether what was read is an article. ``listed_as`` is the title by which a listing names it.

    ``chosen``: somebody gave this very page, or said where its text stands; then a page of links is what was meant.
    """
    text = article.text
    if not text and not article.title:
        return _say(Verdict.STUB, "neither title nor text")
    if (spoiled := assess_text(article.title, text)).verdict is not Verdict.OK:
        return spoiled
    markup = markup[:_LOOKED_AT]
    if not text:
        return _assess_empty(article, markup)
    if (
        len(text) >= _LITTLE_TEXT
        or weigh(text) >= _LITTLE_TEXT
        or is_declared(article)
        or names_article(listed_as, article.title)
        or has_signal(markup)
    ):
        return _OK
    return _assess_wording(article, text) or _assess_form(article, markup) or _assess_index(article, markup, chosen)


def weigh(text: str) -> int:
    """The length of a text with a wide character counted as two: it says about as much."""
    return len(text) if text.isascii() else len(text) + len("".join(_WIDE_RUN.findall(text)))


def is_declared(article: Article) -> bool:
    """Whether the page gives this article a date, a number or an identity of its own."""
    dated = article.published is not None and _origin(article) not in _ANYBODYS
    return dated or bool(article.native_ids or article.document_number or article.index_number)


def _origin(article: Article) -> str:
    """Where the publication date was found: json-ld, meta, label, byline, url… or nothing."""
    return dict(article.provenance).get("published", "").partition(":")[0]


def _assess_empty(article: Article, markup: str) -> Assessment:
    """A title without text: a file, pictures or a film are an article all the same; links to others are none."""
    if article.attachments or article.images or article.native_ids:
        return _OK
    if (form := _assess_form(article, markup)) is not None:
        return form
    if rules.SHOWN_MEDIA.search(markup):
        return _OK
    headlines = headline_links(markup)
    if len(headlines) >= _HEADLINES:
        return _say(Verdict.WRONG_PAGE, f"a list of {len(headlines)} links where an article was expected")
    if rules.FILE_LINK.search(markup) and not headlines:
        return _OK
    return _say(Verdict.STUB, WITHOUT_TEXT)


def _assess_wording(article: Article, text: str) -> Assessment | None:
    said = f"{article.title}\n{text}".lower()
    for verdict, phrases in _WORDINGS:
        if phrase := find_phrase(said, phrases):
            return _say(verdict, f"“{phrase}”")
    return None


def _assess_form(article: Article, markup: str) -> Assessment | None:
    """A page whose purpose is a form: to log in, or to search."""
    if weigh(article.text) >= _NOTICE or _origin(article) not in ("", "url"):
        return None
    if rules.PASSWORD_FIELD.search(markup):
        return _say(Verdict.LOGIN, "a form to log in")
    if rules.SEARCH_TITLE.search(article.title) or rules.SEARCH_TITLE.search(read_title(markup)):
        return _say(Verdict.WRONG_PAGE, "a form to search with")
    return None


def _assess_index(article: Article, markup: str, chosen: bool) -> Assessment:
    """A list, a section or a home page: headlines that lead elsewhere, and hardly a text of its own."""
    if chosen or len(article.text) >= _NOTICE or any(block.kind is BlockKind.TABLE_ROW for block in article.blocks):
        return _OK
    headlines = headline_links(markup)
    weight = sum(map(len, headlines))
    if len(headlines) < _HEADLINES or weight < _OUTWEIGHED * len(article.text) or is_bylined(_plain(article)):
        return _OK
    return _say(Verdict.WRONG_PAGE, f"a list of {len(headlines)} links where an article was expected")


def _plain(article: Article) -> str:
    return f"{article.title} {article.text}"


def assess_text(title: str, text: str) -> Assessment:
    """Whether a text can be read at all, or was spoiled: by broken bytes, or by somebody who misread its encoding."""
    whole = f"{title}\n{text}"
    lost = whole.count("\ufffd") + sum(3 * whole.count(sign) for sign in rules.SPOILED)
    if lost >= _LOST and lost * 20 >= len(whole):
        return _say(Verdict.DECODE_ERROR, f"{lost} characters cannot be read")
    if codec := find_misreading(whole):
        return _say(Verdict.DECODE_ERROR, f"the text was spoiled: written in one encoding, read as {codec}")
    return _OK


def assess_listing(listing: Listing) -> Assessment:
    """Whether the titles of a listing that was read can be read, too."""
    return assess_text("", "\n".join(entry.title for entry in listing.entries[:_TITLES]))


def _say(verdict: Verdict, reason: str) -> Assessment:
    return Assessment(verdict=verdict, reason=reason)
