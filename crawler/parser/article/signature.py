"""Who signed an article, where nothing declares it: by the role of an element, or by a reporter's line in the text.

``rel=author``, microdata, a link to an author's page and classes are what themes mark names with; Chinese papers sign
with 记者 before the names, alone in a line or in brackets at the end. Only looked for where no one else is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from crawler.parser.article.byline import is_house, split_names
from crawler.parser.article.container import Container
from crawler.parser.article.page import Element, Page
from crawler.parser.article.segments import Segment, Segments
from crawler.parser.article.tags import Tag, find_tags
from crawler.parser.article.words import word_set
from crawler.text.normalize import clean

_BEFORE, _AFTER, _FOOT = 14, 6, 5
_MAX_SIGNED = 120
_AUTHOR_PAGE = re.compile(
    r"/(?:authors?|autor(?:en|es)?|auteurs?|people|staff|profiles?|contributors?|by|team|reporters?)/[^/]{2}", re.I
)
_WORD = re.compile(r"[A-Za-z]+")
#: What a tag must hold, in lower case, to be looked at: as a name's, as the page's of an author, as a source's.
_TELLING = (
    *("author", "byline", "writer", "reporter"),
    *("/autor", "/auteur", "/people/", "/staff/", "/profile", "/contributor", "/by/", "/team/"),
)
_SOURCED = ("source", "laiyuan", "ly", "origin", "copyfrom", "media")
_OTHERS = re.compile(r"related|comment|recommend|teaser|sidebar|trending|popular|card", re.IGNORECASE)
_MOST_NAMES = 6
_ROLES = word_set("author authors byline writer reporter")
_NAMED = word_set("name names link title text")
_SOURCES = word_set("source laiyuan ly origin copyfrom media")
_SOURCE_LABEL = re.compile(r"^(?:文章|信息|稿件|新闻)?[来來]\s{0,2}源\s{0,2}[:：]?\s{0,3}")
_SOURCE_NAME = re.compile(r"(?!(?:本网|本站|原创|转载|未知|网络|互联网)$)[一-鿿][一-鿿A-Za-z·]{1,15}")
#: A theme's words around a name.
_LEAD = re.compile(
    r"^(?:(?:article|post|words|text|written|posted|published|story)\s+)?(?:by|von|par|por|di|da|door|av|af|autor(?:in)?|"
    r"author|written)\b[:\s]{0,3}|^(?:作者|文|記者|著者|执笔|執筆)[:：／/]?\s{0,3}",
    re.I,
)
_TRAIL = re.compile(
    r"\s{0,3}(?:[|•·–—(]|\bon\b|\bin\b|,\s(?:[A-Z][a-z]+\s){0,3}(?:editor|writer|reporter|correspondent|staff)\b|\d).*$",
    re.I,
)
_NAME = re.compile(r"[^\W\d_][\w.'’-]*(?:\s(?:[^\W\d_][\w.'’-]*)){1,4}|[一-鿿ァ-ヶー・]{2,10}|[가-힣]{2,4}")
_SMALL = word_set("de da di del der den des van von la le du dos el bin al y e ter ten zu")

_HAN = r"[一-鿿]{2,4}"
_NAMES = rf"{_HAN}(?:[\s、，,]{{1,2}}{_HAN}){{0,5}}"
_NO_NAME = r"(?!从|手记|调查|观察|获悉|了解|报道|专访|现场|采访|注意|今日|昨日|近日|日前|走进|节|站|们|会)"
#: A line that is nothing but a reporter's signature, and one in brackets within the text.
_REPORTER_LINE = re.compile(
    rf"(?:采写[:：]\s{{0,2}})?[一-鿿·\s]{{0,16}}(?:记者|記者|通讯员)[:：\s]{{0,2}}{_NO_NAME}({_NAMES})"
    rf"(?:\s{{0,2}}/\s?[文图].{{0,12}}|\s[一-鿿]{{0,6}}(?:报道|摄影报道|摄|图))?"
)
_REPORTER_NOTE = re.compile(rf"[（(][一-鿿·\s]{{0,16}}(?:记者|記者)[:：\s]{{0,2}}{_NO_NAME}({_NAMES})\s{{0,2}}[）)]")
_LATIN_LINE = re.compile(r"(?:[A-Z][\w.'’-]+|[A-Z]{2,})(?:\s(?:[A-Z][\w.'’-]+|[A-Z]{2,})){1,3}")
_SPACES = re.compile(r"[\s、，,]+")


def find_signed(page: Page, segments: Segments, container: Container | None, title_position: int) -> list[str]:
    """The names that elements near the title, or at the text's foot, give as the author's."""
    if container is None:
        return []
    first = title_position - _BEFORE if 0 <= title_position <= container.start else container.start - _BEFORE
    head = range(max(0, first), container.start + _AFTER)
    foot = range(max(container.start, container.stop - _FOOT), container.stop + _FOOT)
    ranked: list[list[Tag]] = [[], [], []]
    for span in (head, foot):
        for tag in find_tags(page, span, _TELLING):
            rank = _rank(tag)
            if rank >= 0 and not _is_teased(tag.holder):
                ranked[rank].append(tag)
    return next((names for tags in ranked if (names := _read_names(tags))), [])


def find_source(page: Page, container: Container | None, title_position: int) -> str:
    """The publisher that an element near the title names by its class, as Chinese portals mark it; else empty."""
    if container is None:
        return ""
    first = title_position if 0 <= title_position <= container.start else container.start - _BEFORE
    head = range(max(0, first), container.start + 1)
    for tag in find_tags(page, head, _SOURCED):
        if _is_source(tag.attributes.get("class", "")):
            text = _SOURCE_LABEL.sub("", clean(tag.text[:_MAX_SIGNED])).strip()
            if _SOURCE_NAME.fullmatch(text):
                return text
    return ""


def _is_source(hint: str) -> bool:
    return any((words := _WORD.findall(token.lower())) and words[-1] in _SOURCES for token in hint[:200].split())


def _rank(tag: Tag) -> int:
    """How surely a tag names an author: by its relation, by the page it leads to, by its class; -1 if not."""
    given = tag.attributes
    if "author" in given.get("rel", "").split() or "author" in given.get("itemprop", "").split():
        return 0
    if tag.name == "a" and _AUTHOR_PAGE.search(given.get("href", "")):
        return 1
    return 2 if any(_is_role(token) for token in given.get("class", "")[:200].split()) else -1


def _is_role(token: str) -> bool:
    words = [word.lower() for word in _WORD.findall(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", token))]
    while len(words) > 1 and words[-1] in _NAMED:
        words.pop()
    return bool(words) and words[-1] in _ROLES


def _is_teased(holder: Element | None) -> bool:
    """Whether a name stands among teasers of other posts rather than in this article's own frame."""
    for _ in range(6):
        if holder is None:
            return False
        if _OTHERS.search(holder.attribute("class")):
            return True
        holder = holder.parent
    return False


def _read_names(tags: Iterable[Tag]) -> list[str]:
    names: dict[str, str] = {}
    for tag in tags:
        for name in _names_in(tag):
            names.setdefault(name.casefold(), name)
        if len(names) > _MOST_NAMES:
            return []
    return list(names.values())


def _names_in(tag: Tag) -> Iterator[str]:
    text = clean(tag.attributes.get("content") or tag.text)
    if not text or len(text) > _MAX_SIGNED:
        return
    text = _TRAIL.sub("", _LEAD.sub("", text))
    for name in split_names(text):
        if _is_person(name):
            yield name


def _is_person(name: str) -> bool:
    if _NAME.fullmatch(name) is None or is_house(name):
        return False
    words = name.split()
    return not name[:1].isascii() or all(word[0].isupper() or word.lower() in _SMALL for word in words)


def find_reporters(blocks: list[Segment]) -> list[str]:
    """The names that Chinese papers sign with 记者: in a line of its own, or in brackets at either end."""
    ends = blocks[:3] + blocks[max(3, len(blocks) - 4) :]
    for block in ends:
        if len(block.text) <= 48 and (line := _REPORTER_LINE.fullmatch(block.text)):
            return _SPACES.split(line[1].strip())
    for block in ends:
        if "记者" in block.text and (note := _REPORTER_NOTE.search(block.text)):
            return _SPACES.split(note[1].strip())
    return []
