"""A page becomes an article record: the parts of this package in their order, and what an entry adds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from crawler.model import Article, ArticleRules, Block, BlockKind, Link, Moment, Precision
from crawler.parser.article.attach import collect_attachments, collect_images, collect_links
from crawler.parser.article.body import Body, drop_biographies, read_body
from crawler.parser.article.byline import Byline, Reckoning, is_house, split_names
from crawler.parser.article.container import Container, choose_container, find_pardons, may_hold_article
from crawler.parser.article.dating import choose_marked, choose_published, read_moments
from crawler.parser.article.header import read_header
from crawler.parser.article.marked import find_marked
from crawler.parser.article.metadata import Metadata, element_value, read_metadata
from crawler.parser.article.notice import find_notice
from crawler.parser.article.page import Element, Page, find_by_id, find_chosen, parse_page
from crawler.parser.article.segments import Segments, pardon
from crawler.parser.article.signature import find_reporters, find_signed, find_source
from crawler.parser.article.state import find_state_text
from crawler.parser.article.title import choose_title, find_headings, find_listed
from crawler.parser.article.validity import find_validity
from crawler.parser.article.walker import segment_page
from crawler.parser.article.wechat import WechatFacts, is_wechat, read_wechat
from crawler.text.languages import detect_language, language_runs
from crawler.text.normalize import clean, squash
from crawler.text.urls import join_url

_MAX_PARDONS = 6
_NUMBER = re.compile(r"[一-鿿]{2,14}[〔\[［﹝]\s?\d{4}\s?[〕\]］﹞]\s?(?:第\s?)?\d{1,5}\s?[号號]")
_HEAD_LINES = 4
_LANGUAGE_SHARE = 0.05
#: How a site calls itself where it is the source: its name says more.
_OURSELVES = frozenset({"本网", "本站", "本"})
#: Characters of a block that settle its language.
_LANGUAGE_SAMPLE = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How to read a page: what the source's configuration says, the instant it was fetched, what a list calls it."""

    url: str
    timezone: str
    language: str = ""
    publisher: str = ""
    rules: ArticleRules = field(default_factory=ArticleRules)
    now: datetime | None = None
    listed_as: str = ""


@dataclass(slots=True)
class _Draft:
    """A page half read."""

    page: Page
    manner: Manner
    metadata: Metadata
    segments: Segments
    byline: Byline
    container: Container | None = None
    body: Body = field(default_factory=Body)
    title: str = ""
    title_origin: str = ""
    title_position: int = -1
    locale: str | None = None
    wechat: WechatFacts = field(default_factory=WechatFacts)
    authors: tuple[tuple[str, ...], str] | None = None


def read_markup(markup: str, manner: Manner) -> Article:
    """Everything the markup of one article page says. Never raises; what is not found stays empty."""
    rules = manner.rules
    chosen = {"ignore": rules.ignore, "body": [rules.body], "title": [rules.title], "published": [rules.published]}
    page = parse_page(markup, chosen)
    segments = segment_page(page, skimming=True)
    draft = _Draft(page, manner, read_metadata(page), segments, Byline())
    if is_wechat(page):
        draft.wechat = read_wechat(page, manner.url, manner.timezone)
    draft.segments, draft.container = _find_container(draft)
    _read_title(draft)
    draft.locale = manner.language[:2] or detect_language(draft.title) or draft.metadata.language[:2].lower() or None
    reckoning = Reckoning(manner.timezone, draft.locale, manner.now)
    dated = bool(draft.metadata.published) or draft.wechat.published is not None
    header = read_header(draft.segments, draft.container, draft.title, draft.title_position, reckoning, dated=dated)
    draft.byline = header.byline
    if draft.container is not None:
        title = -1 if draft.container.given else draft.title_position
        draft.body = read_body(draft.segments, draft.container, frozenset(header.positions), title)
        draft.body.segments = drop_biographies(draft.body.segments, _authors(draft)[0])
    return _compose(draft)


def _find_container(draft: _Draft) -> tuple[Segments, Container | None]:
    page = draft.page
    chosen = find_chosen(page, "body")
    if not chosen and draft.wechat.text:
        return _read_state(draft.wechat.text)
    if not chosen and draft.wechat.native_id:
        chosen = [content] if (content := find_by_id(page, "js_content")) is not None else []
    if chosen:
        pardon(page, draft.segments, set(_lineage(chosen[0])) - _list_ignored(page))
        return draft.segments, Container(chosen[0], chosen[0].start, chosen[0].stop, 0.0, given=True)
    draft.segments, container = find_container(page, draft.segments)
    if container is None and (state := find_state_text(page.markup)):
        return _read_state(state)
    return draft.segments, container or find_notice(draft.segments)


def _read_state(markup: str) -> tuple[Segments, Container]:
    """The segments of a text that only the page's scripts hold: all of it is the article."""
    page = parse_page(markup)
    segments = segment_page(page)
    return segments, Container(page.root, 0, len(segments.items), 0.0, given=True)


def _list_ignored(page: Page) -> set[int]:
    return {element.order for element in find_chosen(page, "ignore")}


def find_container(page: Page, segments: Segments) -> tuple[Segments, Container | None]:
    """The container, after suspects that hold the article itself were pardoned."""
    container = choose_container(page, segments)
    if may_hold_article(segments, container.score if container is not None else 0.0):
        segments = segment_page(page)
        container = choose_container(page, segments)
    for _ in range(_MAX_PARDONS):
        suspects = find_pardons(segments, container.score if container is not None else 0.0)
        fresh = {suspect.order for suspect in suspects} - _list_ignored(page)
        if not fresh:
            break
        pardon(page, segments, fresh)
        container = choose_container(page, segments)
    return segments, container


def _lineage(element: Element | None) -> Iterable[int]:
    while element is not None:
        yield element.order
        element = element.parent


def _read_title(draft: _Draft) -> None:
    ruled = find_chosen(draft.page, "title")
    if ruled and (text := clean(ruled[0].text())):
        draft.title, draft.title_origin = text[:300], "selector"
        draft.title_position = ruled[0].start if ruled[0].stop > ruled[0].start else -1
        return
    items = draft.segments.items
    stop = draft.container.start + 8 if draft.container is not None else len(items)
    listed = find_listed(items[:stop], draft.manner.listed_as) if draft.manner.listed_as else None
    draft.title, draft.title_origin, draft.title_position = choose_title(
        draft.metadata, find_headings(items, stop), listed
    )
    if not draft.title and draft.wechat.title:
        draft.title, draft.title_origin = draft.wechat.title, "script:msg_title"


# -- the record ------------------------------------------------------------------------------------------------------


def _compose(draft: _Draft) -> Article:
    manner, byline, wechat = draft.manner, draft.byline, draft.wechat
    blocks = make_blocks([(item.kind, item.text) for item in draft.body.segments], manner.language)
    locale = draft.locale
    published = _published(draft, locale)
    marks = _collect_marks(draft)
    head = _list_head(draft, blocks)
    updated = _newest([*byline.updated, *read_moments(draft.metadata.updated, timezone=manner.timezone, locale=locale)])
    publisher, publisher_origin = _publisher(draft)
    authors, authors_origin = _authors(draft)
    languages = order_languages(blocks)
    span = (draft.container.start, draft.body.cut or draft.container.stop) if draft.container else (0, 0)
    base = join_url(manner.url, draft.page.base) if draft.page.base else manner.url
    provenance = {
        "title": draft.title_origin,
        "published": published.origin if published else "",
        "publisher": publisher_origin,
        "authors": authors_origin,
    }
    return Article(
        url=manner.url,
        title=draft.title,
        blocks=blocks,
        published=published,
        updated=updated,
        written=byline.written,
        publisher=publisher,
        authors=authors,
        place=wechat.place or byline.place,
        language=languages[0] if languages else detect_language(draft.title) or manner.language[:2],
        languages=languages,
        document_number=byline.document_number or _find_document_number(head),
        index_number=byline.index_number,
        status=byline.status or find_validity(draft.title, head),
        attachments=collect_attachments(draft.segments, span, base, _framed_markup(draft.page)),
        links=collect_links(draft.segments, span, base) + _originals(wechat, base),
        images=collect_images(draft.segments, span, base) or wechat.images,
        marks=marks,
        native_ids=_native_ids(draft),
        provenance=tuple((name, value) for name, value in provenance.items() if value),
    )


def _framed_markup(page: Page) -> str:
    """The markup of a page with frames, those included that a script writes; else an empty string."""
    return page.markup if page.framed or "<iframe" in page.markup else ""


def _originals(wechat: WechatFacts, base: str) -> tuple[Link, ...]:
    """The post that a repost without a text of its own leads to."""
    url = join_url(base, wechat.original)
    return (Link(url=url, text=url),) if url else ()


def _published(draft: _Draft, locale: str | None) -> Moment | None:
    if draft.wechat.published is not None:
        return draft.wechat.published
    manner = draft.manner
    ruled = find_chosen(draft.page, "published")
    if ruled:
        candidates = [(element_value(ruled[0]), "selector"), (clean(ruled[0].text()), "selector")]
        moments = read_moments(candidates, timezone=manner.timezone, locale=locale)
        if moments:
            return moments[0]
    chosen = choose_published(
        draft.metadata, draft.byline, manner.url, timezone=manner.timezone, locale=locale, now=manner.now
    )
    if chosen is not None and chosen.precision is not Precision.MONTH:
        return chosen
    start = draft.container.start if draft.container is not None else 0
    head = (draft.title_position if 0 <= draft.title_position <= start else start, start)
    marked = find_marked(draft.page, draft.metadata.metas, head, timezone=manner.timezone, locale=locale)
    return choose_marked(chosen, marked, now=manner.now)


def _collect_marks(draft: _Draft) -> tuple[tuple[str, str], ...]:
    """The publisher's announcements of an update: declared and shown ones, each name once."""
    marks: dict[str, str] = {}
    for value, origin in draft.metadata.updated:
        marks.setdefault(origin.rpartition(":")[2] if origin.startswith("json-ld") else origin.partition(":")[2], value)
    for name, value in draft.byline.marks:
        marks.setdefault(name, value)
    return tuple(marks.items())


def _list_head(draft: _Draft, blocks: tuple[Block, ...]) -> list[str]:
    """The lines between the title and the text, and the text's first ones."""
    start = draft.container.start if draft.container is not None else 0
    title = draft.title_position if 0 <= draft.title_position <= start else start
    beside = draft.segments.items[max(0, title - _HEAD_LINES) : start]
    return [*(item.text for item in beside if not item.junk), *(block.text for block in blocks[:_HEAD_LINES])]


def _find_document_number(head: list[str]) -> str:
    """A document number that stands alone in a line at the head. Numbers inside sentences cite other texts."""
    return next((text for text in head if _NUMBER.fullmatch(text)), "")


def _newest(moments: list[Moment]) -> Moment | None:
    return max(moments, key=lambda moment: moment.instant, default=None)


def _publisher(draft: _Draft) -> tuple[str, str]:
    """Who published: account, 来源 line, official table, declared source, then what the configuration says."""
    byline = draft.byline
    declared = [(text, origin) for text, origin in draft.metadata.sources if 1 < len(text) <= 80]
    metas = [pair for pair in declared if pair[1].startswith("meta:contentsource")]
    candidates = [
        (draft.wechat.account, "script:nickname"),
        (_find_marked_source(draft), "byline"),
        (byline.publisher, byline.publisher_origin),
        *[pair for pair in metas if pair[0] not in _OURSELVES],
        (byline.organ, "label:organ"),
        (draft.manner.publisher, "source"),
        *[pair for pair in declared if pair[0] not in _OURSELVES],
        (draft.metadata.site, "meta:og:site_name"),
        *declared,
    ]
    return next(((text, origin) for text, origin in candidates if text), ("", ""))


def _find_marked_source(draft: _Draft) -> str:
    """The publisher by its element's class; a labelled one is as sure, and only Chinese portals mark it so."""
    if draft.locale != "zh" or draft.byline.publisher_origin.startswith("label:"):
        return ""
    return find_source(draft.page, draft.container, draft.title_position)


def _authors(draft: _Draft) -> tuple[tuple[str, ...], str]:
    """People before houses: a site that names itself as author is one only where nobody else is named."""
    if draft.authors is None:
        draft.authors = _choose_authors(draft)
    return draft.authors


def _choose_authors(draft: _Draft) -> tuple[tuple[str, ...], str]:
    if draft.wechat.author:
        return (draft.wechat.author,), "script:author"
    declared = draft.metadata.authors
    ranked = [([text for text, origin in declared if origin.startswith(name)], name) for name in ("json-ld", "meta:")]
    ranked.append((draft.byline.authors, "byline"))
    houses = {squash(name) for name in (draft.metadata.site, *(text for text, _ in draft.metadata.sources)) if name}
    fallback: tuple[tuple[str, ...], str] = (), ""
    for texts, origin in ranked:
        names: dict[str, str] = {}
        for name in (name for text in texts for name in split_names(text)):
            names.setdefault(squash(name), name)
        people = [name for key, name in names.items() if key not in houses and not is_house(name)]
        if people:
            return tuple(people[:20]), origin.strip(":")
        if names and not fallback[0]:
            fallback = tuple(names.values())[:20], origin.strip(":")
    signed = find_signed(draft.page, draft.segments, draft.container, draft.title_position)
    if people := [name for name in signed if squash(name) not in houses]:
        return tuple(people), "signature"
    if not fallback[0] and (reporters := find_reporters(draft.body.segments)):
        return tuple(reporters), "reporter"
    return fallback


def _native_ids(draft: _Draft) -> tuple[str, ...]:
    found = [draft.wechat.native_id] if draft.wechat.native_id else []
    if blogger := read_blogger_id(draft.page):
        found.append(blogger)
    return tuple(found)


def read_blogger_id(page: Page) -> str:
    """``blogger:<blogId>/<postId>`` where a Blogger page tells both, else an empty string."""
    values: dict[str, str] = {}
    for element in page.declarations:
        name = element.attribute("itemprop").lower()
        if name in {"blogid", "postid"} and (element.attribute("content")).isdigit():
            values.setdefault(name, element.attribute("content"))
    return f"blogger:{values['blogid']}/{values['postid']}" if len(values) == 2 else ""


def make_blocks(texts: list[tuple[BlockKind, str]], declared: str) -> tuple[Block, ...]:
    """Blocks with their languages; ``declared`` is what the source or page says where the script tells nothing."""
    languages = language_runs([text[:_LANGUAGE_SAMPLE] for _, text in texts], declared[:2])
    return tuple(
        Block(kind=kind, text=text, language=language) for (kind, text), language in zip(texts, languages, strict=True)
    )


def order_languages(blocks: tuple[Block, ...]) -> tuple[str, ...]:
    """The languages of an article in order of appearance, without those of hardly any text."""
    sizes: dict[str, int] = {}
    for block in blocks:
        if block.language:
            sizes[block.language] = sizes.get(block.language, 0) + len(block.text)
    total = sum(sizes.values())
    return tuple(language for language, size in sizes.items() if size >= _LANGUAGE_SHARE * total)


def read_fragment(markup: str, manner: Manner) -> Article:
    """Blocks, links, files and pictures of a piece of HTML that is the text itself, as listings carry it."""
    page = parse_page(markup)
    segments = segment_page(page)
    span = (0, len(segments.items))
    body = read_body(segments, Container(page.root, *span, 0.0), frozenset())
    blocks = make_blocks([(item.kind, item.text) for item in body.segments], manner.language)
    languages = order_languages(blocks)
    return Article(
        url=manner.url,
        title="",
        blocks=blocks,
        language=languages[0] if languages else manner.language[:2],
        languages=languages,
        attachments=collect_attachments(segments, span, manner.url, _framed_markup(page)),
        links=collect_links(segments, span, manner.url),
        images=collect_images(segments, span, manner.url),
    )
