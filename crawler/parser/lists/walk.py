"""One traversal of a page: its texts in a row, its elements as spans over them, its links."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.text.normalize import clean
from crawler.text.urls import join_url

#: Nodes read of one page; a real list page has some thousands.
_NODE_LIMIT = 200_000
_ANCHOR_LIMIT = 20_000
_SKIPPED = frozenset({"script", "style", "template", "noscript", "select", "svg", "iframe", "textarea"})
_BREAKING = frozenset({"br", "td", "th", "li", "p", "div", "dt", "dd", "img", "ul", "tr", "h1", "h2", "h3", "h4", "h5"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CHROME_TAGS = frozenset({"nav", "footer", "aside", "header"})
_ARTICLE_PARTS = frozenset({"header", "footer"})  # also the head and foot of one article in a list (HTML §4.3)
_ITEM_TAGS = frozenset({"article", "li", "main"})
_CHROME = re.compile(
    r"(?:^|\s)(?:header|top|head|position|location|share|login|tool\w*|tags?|hot\w*|rank\w*|langs?|language\w*)(?=$|\s)"
    r"|(?:^|[\s_-])(?:nav\w*|menu\w*|foot|footer\w*|bottom\w*|crumbs?|bread\w*|aside|side-?bar\w*|copyright|friend\w*|"
    r"yqlj|sitemap|recommend\w*|related\w*|dqwz|weizhi)(?=$|[\s_-])",
    re.IGNORECASE,
)
_PAGER = re.compile(r"pag(?:e|er|es|ing|ination)|fenye|turn", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
#: Where pages keep the address of a link that a script follows, and how a script goes there.
_TARGETS = ("data-href", "data-url", "data-link")
_ADDRESS = re.compile(r"(?:https?:/)?/\S{1,1000}|[\w.-]{1,100}/\S{1,1000}|\S{1,1000}\.s?html?(?:\?\S{0,500})?")
_CALL = re.compile(
    r"(?:javascript:\s{0,3})?(?:window\.|self\.|top\.|document\.|parent\.)?"
    r"(?:open\s{0,3}\(|location(?:\.href)?\s{0,3}=|location\.(?:assign|replace)\s{0,3}\()"
    r"\s{0,3}['\"]([^'\"\\<>\s]{2,1000})['\"]\s{0,3}(?=[,;)]|$)"
)


@dataclass(slots=True, eq=False)
class Frame:
    """An element: where its text begins and ends in the page's row of texts, and what it is called."""

    tag: str
    name: str
    parent: Frame | None
    depth: int
    start: int
    chrome: bool = False
    pager: bool = False
    mark: str = ""
    when: str = ""
    end: int = 0

    def up(self, limit: int) -> Iterator[Frame]:
        """The elements around this one, innermost first, at most ``limit`` of them."""
        frame = self.parent
        while frame is not None and limit > 0:
            yield frame
            frame, limit = frame.parent, limit - 1

    def holds(self, other: Frame) -> bool:
        """Whether ``other`` lies within this element."""
        return any(frame is self for frame in other.up(min(other.depth - self.depth, 60)))


@dataclass(frozen=True, slots=True, eq=False)
class Anchor:
    """A link: its absolute address, its ``title`` attribute and the element it is."""

    url: str
    hint: str
    frame: Frame
    rel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The nodes (by memory id) that the operator's selectors match."""

    items: frozenset[int] = frozenset()
    links: frozenset[int] = frozenset()
    dates: frozenset[int] = frozenset()
    nexts: frozenset[int] = frozenset()

    def of(self, node_id: int) -> str:
        """The mark of a node: one letter for each selector that matches it."""
        return "".join(
            letter
            for letter, ids in (("i", self.items), ("l", self.links), ("d", self.dates), ("n", self.nexts))
            if node_id in ids
        )

    def __bool__(self) -> bool:
        return bool(self.items or self.links or self.dates or self.nexts)


@dataclass(slots=True)
class Page:
    """What one traversal collected."""

    url: str
    base: str
    title: str = ""
    texts: list[str] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    notable: list[Frame] = field(default_factory=list)
    next_link: str = ""

    def text_of(self, frame: Frame) -> str:
        """The text inside an element, on one line."""
        return clean("".join(self.texts[frame.start : frame.end]))

    def pieces(self, start: int, end: int) -> list[str]:
        """The first 200 separate texts of a span, cleaned, without empty ones."""
        return [text for text in (clean(piece) for piece in self.texts[start : min(end, start + 200)]) if text]

    def notable_in(self, frame: Frame) -> list[Frame]:
        """Headings, machine-readable times and marked elements whose text begins within that of ``frame``."""
        first = bisect_left(self.notable, frame.start, key=_start_of)
        return self.notable[first : min(bisect_right(self.notable, frame.end, key=_start_of), first + 200)]


def _start_of(frame: Frame) -> int:
    return frame.start


def walk(tree: LexborHTMLParser, url: str, marks: Marks) -> Page:
    """Reads the whole page once, in document order. Bounded in nodes and links, whatever the page is."""
    page = Page(url=url, base=url)
    root = tree.root
    if root is None:
        return page
    _read_head(tree, page)
    stack: list[tuple[LexborNode | None, Frame]] = [(root, Frame("", "", None, 0, 0))]
    for _ in range(_NODE_LIMIT):
        if not stack:
            break
        node, frame = stack.pop()
        if node is None:
            _leave(frame, page)
        else:
            _enter(node, frame, page, marks, stack)
    for _, frame in stack:
        frame.end = frame.end or len(page.texts)
    return page


def _read_head(tree: LexborHTMLParser, page: Page) -> None:
    for node in tree.css("title, base[href], link[rel][href]"):
        attributes = node.attributes
        if node.tag == "title":
            page.title = page.title or clean(node.text())[:300]
        elif node.tag == "base":
            page.base = join_url(page.url, attributes.get("href") or "") or page.base
        elif "next" in (attributes.get("rel") or "").lower().split():
            page.next_link = page.next_link or (attributes.get("href") or "")


def _leave(frame: Frame, page: Page) -> None:
    frame.end = len(page.texts)
    if frame.tag in _BREAKING:
        page.texts.append(" ")


def _enter(
    node: LexborNode, parent: Frame, page: Page, marks: Marks, stack: list[tuple[LexborNode | None, Frame]]
) -> None:
    """Takes up one node; its own end and its children wait on the stack."""
    tag = node.tag or ""
    if tag == "-text":
        page.texts.append(node.text_content or "")
        return
    if tag in _SKIPPED or tag.startswith(("-comment", "-doctype")):
        return
    attributes = node.attributes
    frame = _frame(tag, attributes, parent, len(page.texts), marks.of(node.mem_id) if marks else "")
    if (tag == "a" or "onclick" in attributes) and len(page.anchors) < _ANCHOR_LIMIT:
        _note_anchor(attributes, frame, page)
    if frame.mark or frame.when or tag in HEADINGS:
        page.notable.append(frame)
    stack.append((None, frame))
    stack.extend((child, frame) for child in reversed(list(node.iter(include_text=True))))
    if tag in _BREAKING:
        page.texts.append(" ")


def _frame(tag: str, attributes: Mapping[str, str | None], parent: Frame, start: int, mark: str) -> Frame:
    own = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".strip()[:200]
    chrome = parent.chrome or _is_chrome(tag, own, parent)
    frame = Frame(tag, _DIGITS.sub("", own), parent, parent.depth + 1, start, chrome)
    frame.pager = parent.pager or (bool(own) and _PAGER.search(own) is not None)
    frame.mark = mark
    frame.when = (attributes.get("datetime") or "")[:60] if tag == "time" else ""
    return frame


def _is_chrome(tag: str, name: str, parent: Frame) -> bool:
    """Whether an element is furniture of the page by its tag or its name, not a part of its content."""
    if tag in _ARTICLE_PARTS and any(frame.tag in _ITEM_TAGS for frame in (parent, *parent.up(3))):
        return False
    if tag in _CHROME_TAGS:
        return True
    return bool(name) and tag not in ("a", "body", "html", "main", "li") and _CHROME.search(name) is not None


def _note_anchor(attributes: Mapping[str, str | None], frame: Frame, page: Page) -> None:
    href = (attributes.get("href") or "").strip()
    url = "" if href.startswith("#") else join_url(page.base, href)
    if not url:
        url = join_url(page.base, _scripted_target(attributes))
    if url:
        rel = (attributes.get("rel") or "").lower()
        page.anchors.append(Anchor(url, clean((attributes.get("title") or "")[:1_000]), frame, rel))


def _scripted_target(attributes: Mapping[str, str | None]) -> str:
    """Where a link leads that only a script follows, if the address itself stands at it."""
    noted = next((value for name in _TARGETS if (value := attributes.get(name))), "")
    if noted:
        return noted if _ADDRESS.fullmatch(noted) else ""
    called = _CALL.search((attributes.get("onclick") or "")[:500]) or _CALL.match((attributes.get("href") or "")[:500])
    return called[1] if called else ""
