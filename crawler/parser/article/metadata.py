"""What a page says about itself in its head: JSON-LD, Open Graph, Dublin Core, the metas Chinese sites must carry.

Sources of the names: schema.org, ogp.me, DCMI terms (separators ``.`` and ``:``), 《政府网站发展指引》
(国办发〔2017〕47号) and the sets of gov.cn and mee.gov.cn. Names are matched without regard to
case: sites write them both ways.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from crawler.parser.article.page import Element, Page
from crawler.parser.article.words import word_set
from crawler.text.normalize import clean

_ARTICLE_TYPES = word_set(
    "article newsarticle reportagenewsarticle analysisnewsarticle opinionnewsarticle backgroundnewsarticle "
    "reviewnewsarticle askpublicnewsarticle advertisercontentarticle satiricalarticle blogposting liveblogposting "
    "socialmediaposting report techarticle scholarlyarticle governmentservice specialannouncement pressrelease "
    "legislation medicalscholarlyarticle"
)
_PAGE_TYPES = word_set("webpage itempage creativework medicalwebpage aboutpage discussionforumposting")
_MAX_NODES = 3_000
_MAX_DECLARATIONS = 2_000
#: How many values are taken of what may stand at every element, and of how many pieces each is read.
_MOST_VALUES = 60
_MOST_PIECES = 60
#: So many objects and lists in one script are no article's description; to make all of them takes long.
_MOST_OPENED = 20_000

#: (name in the page's metas, what it is called in provenance); the first non-empty one of a field wins.
_TITLES = ("og:title", "articletitle", "twitter:title", "dc.title", "dcterms.title", "title", "headline")
_PUBLISHED = (
    "article:published_time",
    "og:article:published_time",
    "firstpublishedtime",
    "pubdate",
    "publishdate",
    "publish_date",
    "published_time",
    "publish-date",
    "publication_date",
    "datepublished",
    "dcterms.issued",
    "dc.date.issued",
    "dcterms.created",
    "dc.date.created",
    "dcterms.date",
    "dc.date",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:recs:publishtime",
    "article.published",
    "published-date",
    "og:published_time",
    "bt:pubdate",
    "weibo:article:create_at",
    "article:create_at",
    "cxenseparse:publishtime",
    "citation_publication_date",
    "originalpublicationdate",
    "article_date_original",
    "apub:time",
    "date",
)
_UPDATED = (
    "article:modified_time",
    "og:updated_time",
    "lastmodifiedtime",
    "dcterms.modified",
    "dc.date.modified",
    "article:updated_time",
    "datemodified",
    "last-modified",
    "weibo:article:update_at",
    "article:update_at",
    "updated_time",
    "revised",
    "moddate",
    "lastmod",
    "dateupdate",
)
_AUTHORS = (
    "author",
    "article:author_name",
    "article:author:name",
    "dc.creator",
    "dcterms.creator",
    "byl",
    "parsely-author",
    "sailthru.author",
    "cxenseparse:author",
    "citation_author",
    "dable:author",
)
_SOURCES = ("contentsource", "source", "dc.publisher", "dcterms.publisher", "article:publisher_name")
_SITES = ("og:site_name", "sitename", "application-name", "twitter:site_name")
_LANGUAGES = ("og:locale", "content-language", "dc.language", "dcterms.language", "language")
_TRAILING_COMMA = re.compile(r",(?=\s{0,200}[\]}])")
_MARKUP = re.compile(r"<[^<>]{0,500}>")


@dataclass(slots=True)
class Metadata:
    """Candidates, strongest first, each with the name of where it stood."""

    titles: list[tuple[str, str]] = field(default_factory=list)
    published: list[tuple[str, str]] = field(default_factory=list)
    updated: list[tuple[str, str]] = field(default_factory=list)
    authors: list[tuple[str, str]] = field(default_factory=list)
    sources: list[tuple[str, str]] = field(default_factory=list)
    site: str = ""
    language: str = ""
    canonical: str = ""
    article_body: str = ""
    is_article: bool = False
    metas: dict[str, str] = field(default_factory=dict)


def read_metadata(page: Page) -> Metadata:
    """All that head, structured data and microdata declare. Never raises."""
    found = Metadata()
    _read_json_ld(page.json_ld, found)
    metas = _collect_metas(page)
    found.metas = {name: values[0] for name, values in metas.items()}
    _take(metas, _TITLES, found.titles)
    _take(metas, _PUBLISHED, found.published)
    _take(metas, _UPDATED, found.updated)
    _take(metas, _AUTHORS, found.authors)
    _take(metas, _SOURCES, found.sources)
    found.site = next((metas[name][0] for name in _SITES if name in metas), "")
    found.is_article = found.is_article or _declares_article(metas)
    _read_elements(page, found)
    found.language = found.language or next((metas[name][0] for name in _LANGUAGES if name in metas), "")
    return found


def _collect_metas(page: Page) -> dict[str, list[str]]:
    metas: dict[str, list[str]] = {}
    for element in page.declarations[:_MAX_DECLARATIONS]:
        if element.tag != "meta":
            continue
        given = element.attributes
        name = given.get("name") or given.get("property") or given.get("itemprop") or given.get("http-equiv")
        content = clean((given.get("content") or given.get("value") or "")[:5000])
        if name and content:
            metas.setdefault(_spell(name), []).append(content)
    return metas


def _spell(name: str) -> str:
    name = name.strip().lower()
    if name.startswith(("dc:", "dcterms:", "dc.terms")):
        return name.replace("dc.terms", "dcterms").replace(":", ".")
    return name


def _take(metas: dict[str, list[str]], names: Iterable[str], into: list[tuple[str, str]]) -> None:
    for name in names:
        into.extend((value, f"meta:{name}") for value in metas.get(name, ())[:20])


def _declares_article(metas: dict[str, list[str]]) -> bool:
    declared = metas.get("og:type", [""])[0].lower()
    return (
        declared in {"article", "news", "newsarticle"} or "articletitle" in metas or "article:published_time" in metas
    )


def _read_elements(page: Page, found: Metadata) -> None:
    """Microdata, ``<html lang>``, ``<link rel=canonical>`` and ``<title>``, in one pass."""
    for element in page.declarations[:_MAX_DECLARATIONS]:
        if element.tag == "meta":
            continue
        if element.tag == "html":
            found.language = element.attribute("lang") or element.attribute("xml:lang")
        elif element.tag == "link":
            if "canonical" in element.raw.lower() and element.attribute("rel").lower() == "canonical":
                found.canonical = found.canonical or element.attribute("href").strip()
        elif element.tag == "title":
            found.titles.append((clean(element.text()[:1000]), "title"))
        elif element.tag != "base":
            _read_property(element.attribute("itemprop").lower().split(), element, found)


def element_value(element: Element) -> str:
    """The machine-readable value of a microdata or ``time`` element, else its text."""
    for name in ("content", "datetime", "title"):
        if value := element.attribute(name):
            return clean(value[:500])
    return clean(element.text(_MOST_PIECES)[:500])


def _read_property(names: list[str], element: Element, found: Metadata) -> None:
    for name, origin, into in (
        ("datepublished", "itemprop:datePublished", found.published),
        ("datemodified", "itemprop:dateModified", found.updated),
        ("headline", "itemprop:headline", found.titles),
    ):
        if name in names:
            if len(into) < _MOST_VALUES and (value := element_value(element)):
                into.append((value, origin))
            return


# -- JSON-LD --------------------------------------------------------------------------------------------------------


def _read_json_ld(scripts: list[str], found: Metadata) -> None:
    nodes = [node for script in scripts[:40] for node in _flatten(load_json(script))]
    articles = [node for node in nodes if _types(node) & _ARTICLE_TYPES]
    found.is_article = bool(articles)
    for node in articles[:1] + [node for node in nodes if _types(node) & _PAGE_TYPES][:2]:
        origin = "json-ld" if node in articles[:1] else "json-ld:page"
        _read_node(node, origin, found, nodes)


def _read_node(node: dict[str, object], origin: str, found: Metadata, nodes: list[dict[str, object]]) -> None:
    for name in ("headline", "name"):
        if title := _string(node.get(name)):
            found.titles.append((title, origin))
            break
    for key in ("datePublished", "dateCreated", "uploadDate"):
        if value := _string(node.get(key)):
            found.published.append((value, origin))
            break
    if value := _string(node.get("dateModified")):
        found.updated.append((value, f"{origin}:dateModified"))
    if origin != "json-ld":
        return
    found.authors.extend((name, origin) for name in _names(node.get("author"), nodes))
    found.sources.extend((name, origin + ":publisher") for name in _names(node.get("publisher"), nodes)[:1])
    found.article_body = _plain(_string(node.get("articleBody"), limit=400_000))


def load_json(text: str) -> object:
    """A JSON document as found in pages: comments, CDATA, raw line breaks, trailing commas allowed; else None."""
    text = text.strip()[:2_000_000]
    for prefix, suffix in (("<!--", "-->"), ("//<![CDATA[", "//]]>"), ("/*<![CDATA[*/", "/*]]>*/")):
        text = text.removeprefix(prefix).removesuffix(suffix).strip()
    if text.count("{") + text.count("[") > _MOST_OPENED:
        return _salvage(text)
    for attempt in (text.rstrip(";"), _TRAILING_COMMA.sub("", text.replace("\\'", "'").rstrip(";"))):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return _salvage(text)


def _salvage(text: str) -> object:
    """The dates and names that can still be picked out of JSON-LD that is broken beyond parsing."""
    picked: dict[str, object] = {"@type": "Article"} if re.search(r'"@type"\s{0,9}:\s{0,9}"\w*Article"', text) else {}
    for key in ("headline", "datePublished", "dateModified"):
        if found := re.search(rf'"{key}"\s{{0,9}}:\s{{0,9}}"([^"\n]{{1,400}})"', text):
            picked[key] = found[1]
    return picked or None


def _flatten(value: object) -> Iterator[dict[str, object]]:
    """Every object of a document, outermost first, to a bounded number; nested arrays and ``@graph`` included."""
    queue, seen = [value], 0
    while queue and seen < _MAX_NODES:
        seen += 1
        current = queue.pop(0)
        if isinstance(current, list):
            queue[:0] = current[:500]
        elif isinstance(current, dict):
            yield current
            queue.extend(current[key] for key in ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "item")
                         if isinstance(current.get(key), dict | list))  # fmt: skip


def _types(node: dict[str, object]) -> set[str]:
    declared = node.get("@type")
    names = declared if isinstance(declared, list) else [declared]
    return {str(name).rpartition("/")[2].lower() for name in names[:10] if isinstance(name, str)}


def _string(value: object, limit: int = 2_000) -> str:
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("@value")
    return clean(value[:limit]) if isinstance(value, str) else ""


def _plain(text: str) -> str:
    return clean(_MARKUP.sub(" ", text)) if "<" in text else text


def _names(value: object, nodes: list[dict[str, object]], depth: int = 0) -> list[str]:
    """Names of people or organisations: a string, an object with ``name``, a reference by ``@id``, or a list."""
    if isinstance(value, str):
        return [clean(value[:300])] if value.strip() else []
    if isinstance(value, list) and depth < 3:
        return [name for item in value[:30] for name in _names(item, nodes, depth + 1)]
    if not isinstance(value, dict) or depth > 3:
        return []
    if value.get("name"):
        return _names(value["name"], nodes, depth + 1)
    reference = value.get("@id")
    known = next((node for node in nodes if reference and node.get("@id") == reference and node.get("name")), None)
    return _names(known["name"], nodes, depth + 1) if known else []
