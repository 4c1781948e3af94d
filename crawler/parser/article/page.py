"""A page as a small Python tree, made in one traversal of the parser's own.

Only what a reader needs survives: elements with their attributes, text, structured-data scripts. Bounded whatever
arrives: markup that nests absurdly deep is cut before parsing (the parser's time grows with depth squared), and
nodes beyond a limit are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from crawler.parser.tree import parse_html


def word_set(words: str) -> frozenset[str]:
    """The words of a text as a set, so that long lists read as text."""
    return frozenset(words.split())


MAX_CHARACTERS = 6_000_000
MAX_NODES = 120_000
MAX_DEPTH = 120

#: Never text of a page. ``noscript`` repeats what scripts show; ``textarea`` and ``select`` hold form values.
_OPAQUE = word_set(
    "script style noscript template svg iframe object embed canvas select textarea datalist audio map math"
)
#: Elements whose attributes never tell anything; asking for them would cost more than the elements themselves.
_PLAIN = word_set("br b strong em i u sup sub wbr tbody")
_NO_ATTRIBUTES: dict[str, str | None] = {}
_DECLARING = frozenset({"html", "title", "meta", "link", "base"})


class Element:
    """An element of the page. ``start`` and ``stop`` are its range of segments, once the page was segmented.

    ``order`` counts elements from 1 in document order. A plain class: tens of thousands are made per second.
    """

    __slots__ = ("attributes", "children", "depth", "order", "parent", "start", "stop", "tag")

    def __init__(self, tag: str, attributes: dict[str, str | None], parent: Element | None, order: int = 0) -> None:
        self.tag = tag
        self.attributes = attributes
        self.parent = parent
        self.depth: int = parent.depth + 1 if parent is not None else 0
        self.order = order
        self.children: list[Element | str] = []
        self.start = self.stop = 0

    def attribute(self, name: str) -> str:
        """The attribute's value, or an empty string."""
        return self.attributes.get(name) or ""

    def text(self) -> str:
        """All text below, as it stands in the markup."""
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)


@dataclass(slots=True, eq=False)
class Page:
    """The whole page: its root, every element in document order, and what declares facts.

    ``declarations`` are the elements that carry metadata: ``html``, ``title``, ``meta``, ``link``, ``base``, microdata.
    """

    root: Element
    markup: str
    tree: LexborHTMLParser
    elements: list[Element] = field(default_factory=list)
    declarations: list[Element] = field(default_factory=list)
    json_ld: list[str] = field(default_factory=list)

    @property
    def base(self) -> str:
        """The address that ``<base href>`` declares, as it stands there."""
        return next((found.attribute("href") for found in self.declarations if found.tag == "base"), "")


def find_elements(page: Page, selector: str) -> list[Element]:
    """What a CSS selector matches, in document order. Selectors come from people: a broken one matches nothing."""
    if not selector:
        return []
    try:
        chosen = {node.mem_id for node in page.tree.css(selector)}
    except (SelectolaxError, ValueError):  # what selectolax raises for a selector it cannot read
        return []
    return [element for node, element in zip(_list_nodes(page), page.elements, strict=True) if node in chosen]


def _list_nodes(page: Page) -> list[int]:
    """The identities of the nodes behind ``page.elements``: selectors are rare, so they are not kept."""
    twin = Page(Element("-document", {}, None), "", page.tree)
    found: list[int] = []
    if page.tree.root is not None:
        _grow(page.tree.root, twin, found)
    return found


def find_by_id(page: Page, name: str) -> Element | None:
    """The first element with that ``id``."""
    return next((element for element in page.elements if element.attributes.get("id") == name), None)


def read_page(markup: str) -> Page:
    """Parses ``markup``; never raises, and takes time in proportion to its length."""
    text = markup[:MAX_CHARACTERS].replace("\x00", "")
    page = Page(Element("-document", {}, None), text, parse_html(text))
    if page.tree.root is not None:
        _grow(page.tree.root, page)
    return page


def close_page(page: Page) -> None:
    """Lets go of the tree at once: parents and children refer to each other, which only the collector would undo."""
    for element in page.elements:
        element.parent = None


def _grow(top: LexborNode, page: Page, identities: list[int] | None = None) -> None:
    """Copies the tree. Written out in one loop: it runs for every node of every page."""
    parent, node = page.root, top
    elements, declarations = page.elements, page.declarations
    stack: list[tuple[LexborNode, Element]] = []
    for _ in range(MAX_NODES):
        child = None
        tag = node.tag
        if tag == "-text":
            text = node.text_content or ""
            parent.children.append(" " if text.isspace() else text)
        elif tag in _OPAQUE:
            if tag == "script" and "ld+json" in (node.attributes.get("type") or ""):
                page.json_ld.append(node.text())
        elif tag is not None and tag[0] != "-":
            attributes = _NO_ATTRIBUTES if tag in _PLAIN else node.attributes
            element = Element(tag, attributes, parent, len(elements) + 1)
            parent.children.append(element)
            elements.append(element)
            if identities is not None:
                identities.append(node.mem_id)
            if tag in _DECLARING or "itemprop" in attributes:
                declarations.append(element)
            child = node.first_child
        if child is not None:
            stack.append((node, parent))
            node = child
            parent = element if element.depth < MAX_DEPTH else parent
            continue
        following = node.next
        while following is None:
            if not stack:
                return
            node, parent = stack.pop()
            following = node.next
        node = following
