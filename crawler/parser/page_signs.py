"""What can be seen of a page without reading it: its title, its visible text, the signs that it holds an article."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from crawler.parser import verdict_rules as rules
from crawler.text.normalize import squash

#: Pages above this size are not searched for wordings: no notice is that long.
SMALL_PAGE = 60_000
_TITLE_WITHIN = 32_000
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,400})", re.IGNORECASE)
_OPENING = re.compile(r"<!--|<(script|style|noscript|template|title)\b")
_TAG = re.compile(r"<[^<>]{0,3000}>")
_QUOTED = re.compile('[“「『‘《][^”」』’》]{0,80}[”」』’》]|"[^"]{0,80}"')
_LINK = re.compile(r"<a\b[^<>]{0,600}\bhref\b[^<>]{0,600}>((?:[^<]|<(?!/?a\b)[^<>]{0,300}>){0,40})", re.IGNORECASE)
_LINKS_LOOKED_AT = 400
#: Characters that say as much as two letters.
WIDE = re.compile("[\u3041-\u30ff\u4e00-\u9fff\uac00-\ud7a3]")


def visible_text(markup: str) -> str:
    """The text a browser would show, roughly: scripts, styles, comments and tags removed, spaces collapsed."""
    text = markup[: 2 * SMALL_PAGE]
    lowered = text.lower()
    if len(lowered) != len(text):  # a character whose lower case is longer would shift every position
        text = lowered
    shown = "".join(_drop_hidden(text, lowered))
    return " ".join(html.unescape(_TAG.sub(" ", shown)).split())


def _drop_hidden(text: str, lowered: str) -> Iterator[str]:
    """The pieces of ``text`` outside elements that are never shown; one that does not end hides the rest."""
    position = 0
    while (found := _OPENING.search(lowered, position)) is not None:
        yield text[position : found.start()]
        closing = f"</{found[1]}" if found[1] else "-->"
        end = lowered.find(closing, found.end())
        if end < 0:
            return
        position = end if found[1] else end + len(closing)  # an end tag goes with the other tags
        yield " "
    yield text[position:]


def read_title(markup: str) -> str:
    """The text of the ``title`` element on one line, or an empty string."""
    found = _TITLE.search(markup[:_TITLE_WITHIN])
    return " ".join(html.unescape(found[1]).split()) if found else ""


def has_signal(markup: str) -> bool:
    """Whether the markup has what only articles have: a known body container, a filled meta, structured data."""
    lowered = markup.lower()
    if any(signal in lowered for signal in rules.ARTICLE_SIGNALS):
        return True
    return rules.ARTICLE_METAS.search(lowered) is not None or rules.ARTICLE_DATA.search(lowered) is not None


def is_bylined(shown: str) -> bool:
    """Whether the visible text says when it was published."""
    return rules.BYLINE.search(shown[:SMALL_PAGE]) is not None


def find_phrase(text: str, phrases: Iterable[str]) -> str:
    """The first of the phrases in the text (lower case), or an empty string. What is quoted is spoken of, not said."""
    if not text or not any(phrase in text for phrase in phrases):
        return ""
    said = _QUOTED.sub(" ", text)
    return next((phrase for phrase in phrases if phrase in said), "")


def names_article(known_as: str, title: str) -> bool:
    """Whether a page's title is the one an article is known by, apart from styling and what a site adds or cuts."""
    named, titled = squash(known_as), squash(title)
    return bool(named) and bool(titled) and (named in titled or (len(titled) > 5 and titled in named))


def headline_links(markup: str) -> list[str]:
    """The texts of links that are long enough to be headlines: what lists and home pages are made of."""
    found: dict[str, None] = {}
    for number, link in enumerate(_LINK.finditer(markup)):
        text = " ".join(html.unescape(_TAG.sub(" ", link[1])).split())
        if len(text) + len(WIDE.findall(text)) >= 20:
            found.setdefault(text)
        if number >= _LINKS_LOOKED_AT:
            break
    return list(found)
